"""Is the image that is handed in the same afterwards?"""

from grader.checks import CheckFailed, check, unchanged
from grader.checks.failure import MappingMismatchError
from test_suites.ps10.ex2_cnn.public.layouts import AUGMENTATION, picture

CALLS = 20
"""A change that is made half of the time stays away for so long once in a million times."""
METHODS = ("random_rotation", "random_flip", "random_crop", "random_brightness")


@check("augment.pure")
def test_pure(student, rng, readings):
    """No augmentation changes the image that it is given."""
    image = rng.uniform(0.3, 0.7, size=(10, 12))
    broken = {reading: trouble(student, image, reading) for reading in readings.left(AUGMENTATION)}
    least = min(map(len, broken.values()))

    def compare(reading, method):
        # What a method does not do costs the points of its own check; if all fail, nothing was shown here.
        if len(broken[reading]) > least or least == len(METHODS):
            raise next(iter(broken[reading].values()))
        if method not in broken[reading]:
            repeat(student, image, reading, method, CALLS)

    readings.find(AUGMENTATION, METHODS, compare)


def trouble(student, image, reading):
    """The methods that fail on an image in this reading: name → failure."""
    found = {}
    for method in METHODS:
        try:
            repeat(student, image, reading, method, 1, watch=False)
        except (CheckFailed, MappingMismatchError) as failure:
            found[method] = failure
    return found


def repeat(student, image, reading, method, times, *, watch=True):
    """Call a method again and again with one image, and look at that image each time: two flips undo each other."""
    held = student.augmentation.hold(picture(image, reading["layout"]))
    sent = held.fetch().array()
    more = {
        "random_rotation": (30,),
        "random_flip": (True, True),
        "random_crop": ((6, 6) if reading["crop_size"] == "(height, width)" else 6,),
        "random_brightness": (0.2,),
    }[method]
    for _ in range(times):
        answer = student.augmentation.ImageAugmentation().ask(method, (held, *more), {})
        answer.array()
        if watch:
            unchanged(held, sent, "image", after=f"{method}(image)")
