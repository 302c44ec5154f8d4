"""What the augmentations do to an image, seen over many calls."""

import numpy as np

from grader.checks import check, fail
from test_suites.ps10.ex2_cnn.public.layouts import AUGMENTATION, grey, picture

CALLS = 200
LEAST = 5
"""Of 200. A flip with probability 1/5 is made less often than this once in 10^13 times."""
DEGREES = 8.0
"""Pixels cut off to whole ones move a blob at radius 10 by one of them at most: 5.7 degrees."""
PIXELS = 1.5
"""The same, along the radius, and of the middle: odd or even sizes have it half a pixel apart."""
BLOB = 10.0
"""Pixels from the middle."""


# ── rotation ────────────────────────────────────────────────────────────────────────────────────────────────


@check("augment.rotation", seconds=90)
def test_rotation(student, rng, readings, evidence):
    """random_rotation turns the image about its middle, by up to max_angle degrees either way."""
    start = rng.uniform(0, 2 * np.pi)
    image = blob(37, 33, start)
    seen = {}

    def turns(reading, most):
        key = reading["layout"], most
        if key not in seen:
            ours = student.augmentation.ImageAugmentation()
            sent = picture(image, reading["layout"])
            answers = [ours.random_rotation(sent, most) for _ in range(CALLS if most == ANGLES[0] else 100)]
            seen[key] = [polar(grey(a, reading["layout"]), start) for a in answers]
        return np.array(seen[key])

    def compare(reading, most):
        angles, radii = turns(reading, most).T
        call = f"random_rotation(image, {most})"
        off = np.abs(radii - BLOB)
        if not off.max() <= PIXELS:
            everywhere_lost = not np.isfinite(radii).any()
            raise fail(
                "The image does not turn about its middle.",
                call=call,
                yours=f"a spot {BLOB:g} pixels from the middle comes to be {radii[off.argmax()]:.1f} from it",
                expected=f"{BLOB:g} pixels, to {PIXELS:g}",
                diagnosis="" if everywhere_lost else "The image turns about a corner, not about its middle",
                diagnosis_id="" if everywhere_lost else "rotation-about-corner",
            )
        largest = float(np.abs(angles).max())
        if largest > most + DEGREES:
            bound = 60 if most == ANGLES[0] else 2 * ANGLES[1]
            ignored = most == ANGLES[1] and largest < ANGLES[0] + DEGREES
            named = "max_angle is not used" if ignored else RADIANS if largest > bound else ""
            raise fail(
                "The image turns too far.",
                call=call,
                yours=f"by {largest:.0f} degrees",
                expected=f"by {most} degrees at most, either way",
                diagnosis=named,
                diagnosis_id="rotation-too-far" if named else "",
            )
        if largest < most / 4:
            raise fail(
                "The image hardly turns.",
                call=call,
                yours=f"by {largest:.1f} degrees at most, in {len(angles)} calls",
                expected=f"up to {most} degrees",
                hint="Degrees, once: np.radians twice, or degrees where radians are meant?",
            )
        if angles.max() - angles.min() < most / 4:
            raise fail(
                "The angle is always the same.",
                call=call,
                yours=f"{angles.mean():.0f} degrees in all of {len(angles)} calls",
                expected="a random angle for each call",
                diagnosis=NOT_RANDOM,
                diagnosis_id="rotation-not-random",
            )

    reading = readings.find(AUGMENTATION, ANGLES, compare)
    angles = turns(reading, ANGLES[0])[:, 0]
    evidence.measure("largest angle in 200 calls", float(np.abs(angles).max()), limit=ANGLES[0] + DEGREES)
    if not angles.min() < -2 < 2 < angles.max():
        evidence.note("Your images turn one way only. Usual is -max_angle to max_angle.")


ANGLES = (30, 12)
RADIANS = "Degrees are taken for radians: the image turns by anything"
NOT_RANDOM = "Every call does the same: nothing is random"


def blob(height, width, start):
    """A black image with one soft bright spot, at this angle from the middle."""
    rows, columns = np.mgrid[:height, :width]
    row = (height - 1) / 2 - BLOB * np.sin(start)
    column = (width - 1) / 2 + BLOB * np.cos(start)
    return np.exp(-((rows - row) ** 2 + (columns - column) ** 2) / 4.5)


def polar(image, start):
    """By how many degrees the spot has turned from ``start``, and how far it is from the middle: inf if lost."""
    weight = np.clip(image - 0.2, 0, None)
    if weight.sum() < 0.5:
        return 0.0, np.inf
    rows, columns = np.indices(image.shape)
    y = (image.shape[0] - 1) / 2 - (rows * weight).sum() / weight.sum()
    x = (columns * weight).sum() / weight.sum() - (image.shape[1] - 1) / 2
    angle = np.degrees(np.arctan2(y, x) - start)
    return (angle + 180) % 360 - 180, np.hypot(x, y)


# ── flips ───────────────────────────────────────────────────────────────────────────────────────────────────

WAYS = {
    "as it is": lambda image: image,
    "left and right swapped": lambda image: image[:, ::-1],
    "top and bottom swapped": lambda image: image[::-1],
    "both": lambda image: image[::-1, ::-1],
}
FLIPS = {
    (True, False): ("left and right swapped", ("as it is", "left and right swapped")),
    (False, True): ("top and bottom swapped", ("as it is", "top and bottom swapped")),
    (True, True): ("", tuple(WAYS)),
    (False, False): ("", ("as it is",)),
}
"""(horizontal, vertical): what must be seen at times, and what may be."""


@check("augment.flip", seconds=60)
def test_flip(student, rng, readings):
    """random_flip mirrors the image, at times, in the directions that are asked for."""
    image = rng.permutation(np.linspace(0, 1, 7 * 10)).reshape(7, 10)
    channel = np.stack([image, 1 - image, image**2])

    def compare(reading, asked):
        layout = reading["layout"]
        sent = (
            picture(image, layout)
            if layout == "HW"
            else channel
            if layout == "CHW"
            else np.moveaxis(channel, 0, -1)
        )
        ours = student.augmentation.ImageAugmentation()
        must, may = FLIPS[asked]
        count = dict.fromkeys(WAYS, 0)
        for _ in range(CALLS):
            answer = ours.random_flip(sent, *asked)
            found = answer.array(sent.shape)
            usual = np.moveaxis(found, -1, 0) if layout == "HWC" else found
            for name, way in WAYS.items():
                true = way(image) if layout == "HW" else np.stack([way(each) for each in channel])
                if np.abs(usual - true).max() < 1e-2:
                    count[name] += 1
                    break
            else:
                raise fail(
                    "The result is not the image, nor the image mirrored.",
                    call=answer.call,
                    hint="A flip moves pixels, and changes none: rows or columns, never the channels.",
                )
        call = f"random_flip(image, horizontal={asked[0]}, vertical={asked[1]})"
        seen = ", ".join(f"{name} {times} times" for name, times in count.items() if times)
        wrong = [name for name, times in count.items() if times and name not in may]
        if wrong:
            swapped = asked in {(True, False), (False, True)} and wrong[0] in {
                "left and right swapped",
                "top and bottom swapped",
            }
            swapped = swapped and not count[must]
            raise fail(
                "The image is mirrored in a direction that was not asked for.",
                call=call,
                yours=seen,
                expected=" or ".join(may),
                diagnosis="Horizontal and vertical are swapped" if swapped else "",
                diagnosis_id="flip-swapped" if swapped else "",
            )
        if must and count[must] < LEAST:
            raise fail(
                "The image is never mirrored." if not count[must] else "The image is hardly ever mirrored.",
                call=call,
                yours=seen,
                expected=" or ".join(may),
            )
        if must and count["as it is"] < LEAST:
            raise fail(
                "The image is always mirrored: each way with probability 1/2 is meant.",
                call=call,
                yours=seen,
                expected=" or ".join(may),
                diagnosis=NOT_RANDOM,
                diagnosis_id="flip-not-random",
            )
        if len(may) > 2 and sum(times > 0 for times in count.values()) < 3:
            raise fail(
                "Of two directions, one is never used.", call=call, yours=seen, expected=" or ".join(may)
            )

    readings.find(AUGMENTATION, list(FLIPS), compare)


# ── crops ───────────────────────────────────────────────────────────────────────────────────────────────────

HEIGHT, WIDTH, CROP = 14, 19, 9
LENGTHS = {"rows": HEIGHT, "columns": WIDTH}
ENLARGED = 1.2
"""Pixels. Ways to enlarge differ by half a pixel at either end."""
ROUNDED = 0.01
"""Pixels may be rounded to 1/255 on the way."""


@check("augment.crop", seconds=60)
def test_crop(student, rng, readings, evidence):
    """random_crop shows a square of crop_size pixels from anywhere, cut out or enlarged again."""
    noise = rng.permutation(np.linspace(0, 1, HEIGHT * WIDTH)).reshape(HEIGHT, WIDTH)
    latest = {}

    def cropped(reading, image):
        size = (CROP, CROP) if reading["crop_size"] == "(height, width)" else CROP
        ours = student.augmentation.ImageAugmentation()
        answer = ours.random_crop(picture(image, reading["layout"]), size)
        found = grey(answer, reading["layout"])
        if found.shape not in {(CROP, CROP), (HEIGHT, WIDTH)}:
            raise fail(
                "The crop has the wrong size.",
                call=answer.call,
                yours=f"shape {found.shape}",
                expected=f"({CROP}, {CROP}), or ({HEIGHT}, {WIDTH}): enlarged to the image's own size",
            )
        return found, answer.call

    def compare(reading, kind):
        if kind == "pixels":
            for _ in range(20):
                is_part(*cropped(reading, noise), noise)
            return
        ramp = np.linspace(0, 1, LENGTHS[kind])
        image = ramp[:, None].repeat(WIDTH, axis=1) if kind == "rows" else ramp[None].repeat(HEIGHT, axis=0)
        starts = [begins(*cropped(reading, image), kind) for _ in range(CALLS)]
        from_everywhere(starts, kind)
        latest[kind] = max(starts)

    readings.find(AUGMENTATION, ["rows", "columns", "pixels"], compare)
    if any(latest[kind] < length - CROP - 0.5 for kind, length in LENGTHS.items()):
        evidence.note(
            "The last row or column is never in your crops: np.random.randint leaves its upper end out."
        )


def is_part(found, call, image):
    """A crop that was not enlarged has the image's own pixels."""
    if found.shape == (CROP, CROP):
        cuts = np.lib.stride_tricks.sliding_window_view(image, (CROP, CROP))
        if np.abs(cuts - found).max(axis=(2, 3)).min() > ROUNDED:
            raise fail("The crop is no part of the image.", call=call)


def begins(found, call, kind):
    """The first row or column that a crop shows, from an image whose brightness says which each one is."""
    axis, length = ("rows", "columns").index(kind), LENGTHS[kind]
    places = found * (length - 1)
    line = places.mean(axis=1 - axis)
    apart = line[-1] - line[0]
    if abs(apart - (CROP - 1)) > ENLARGED or np.ptp(places, axis=1 - axis).max() > ENLARGED / 2:
        whole = abs(apart - (length - 1)) < 0.5
        raise fail(
            f"The crop does not show {CROP} {kind} of the image, in their order.",
            call=call,
            yours=f"its first and last one are {apart:.1f} {kind} apart",
            expected=f"{CROP - 1} {kind} apart",
            diagnosis="The whole image is made smaller: nothing is cut out" if whole else "",
            diagnosis_id="crop-resized" if whole else "",
        )
    return float(line[0])


def from_everywhere(starts, kind):
    """Over many calls, the first and the last place are seen, to a pixel."""
    least, most, last = min(starts), max(starts), LENGTHS[kind] - CROP
    if most - least < 0.5:
        raise fail(
            "The crop is always from the same place.",
            call=f"random_crop(image, {CROP})",
            yours=f"it begins at {kind[:-1]} {least:.0f} in all of {CALLS} calls",
            expected=f"anywhere from 0 to {last}",
            diagnosis=NOT_RANDOM,
            diagnosis_id="crop-not-random",
        )
    if least > 1 + ENLARGED / 2 or most < last - 1 - ENLARGED / 2:
        raise fail(
            f"The crop does not come from everywhere: some {kind} are never seen.",
            call=f"random_crop(image, {CROP})",
            yours=f"it begins at {kind[:-1]} {least:.0f} to {most:.0f}",
            expected=f"0 to {last}",
            hint="The last place is the image's size less the crop's: height for rows, width for columns.",
        )


# ── brightness ──────────────────────────────────────────────────────────────────────────────────────────────

SAME = 0.012
"""Pixels may be rounded to 1/255 on the way, twice."""


@check("augment.brightness", seconds=60)
def test_brightness(student, rng, readings, evidence):
    """random_brightness adds the same to all pixels, or multiplies them: by at most max_delta."""
    image = rng.permutation(np.linspace(0.3, 0.7, 8 * 11)).reshape(8, 11)
    all_changes = []

    def compare(reading, most):
        ours = student.augmentation.ImageAugmentation()
        sent = picture(image, reading["layout"])
        answers = [ours.random_brightness(sent, most) for _ in range(CALLS)]
        changes = [change(image, grey(answer, reading["layout"]), answer.call) for answer in answers]
        changes_are_drawn(np.array(changes), most)
        all_changes.extend(changes)

    readings.find(AUGMENTATION, DELTAS, compare)
    if min(all_changes) > -SAME or max(all_changes) < SAME:
        evidence.note("Your images only get brighter, or only darker. Usual is -max_delta to max_delta.")


def changes_are_drawn(changes, most):
    """Changes are at most ``most``, and not always the same."""
    call = f"random_brightness(image, {most})"
    largest = float(np.abs(changes).max())
    if largest > most + SAME:
        ignored = most == DELTAS[1] and largest <= DELTAS[0] + SAME
        raise fail(
            "The brightness changes by too much.",
            call=call,
            yours=f"by {largest:.2f}",
            expected=f"by {most} at most",
            diagnosis="max_delta is not used" if ignored else "",
            diagnosis_id="delta-ignored" if ignored else "",
        )
    if largest < most / 4:
        raise fail(
            "The brightness hardly changes.",
            call=call,
            yours=f"by {largest:.3f} at most, in {CALLS} calls",
            expected=f"up to {most}",
        )
    if np.ptp(changes) < most / 4:
        raise fail(
            "The brightness always changes by the same.",
            call=call,
            yours=f"by {np.mean(changes):.2f} in all of {CALLS} calls",
            diagnosis=NOT_RANDOM,
            diagnosis_id="brightness-not-random",
        )


def change(image, found, call):
    """What was added to each pixel; or what each was multiplied by, less 1."""
    if found.shape != image.shape:
        raise fail("The image has another shape.", call=call, yours=f"shape {found.shape}")
    added, factors = found - image, found / image
    if np.ptp(added) <= 2 * SAME:
        return float(np.median(added))
    if np.ptp(factors) <= 4 * SAME:
        return float(np.median(factors)) - 1
    clipped = np.mean(np.abs(added - np.median(added)) <= SAME) > 0.5  # the others were added one number
    unrelated = abs(np.corrcoef(added.ravel(), image.ravel())[0, 1]) < UNRELATED
    noise = unrelated and not clipped and np.abs(added).max() < 1
    raise fail(
        "Pixels change by different amounts.",
        call=call,
        yours=f"{added.min():+.2f} to {added.max():+.2f}",
        expected="the same for all, or the same factor",
        diagnosis=EACH_PIXEL if noise else "",
        diagnosis_id="noise" if noise else "",
        hint="" if noise else "Draw one number for the whole image, and clip to 0 and 1 alone.",
    )


DELTAS = (0.2, 0.1)
UNRELATED = 0.6
"""Correlation of the change with the pixel: independent draws on 88 pixels have 0 ± 0.11."""
EACH_PIXEL = "Each pixel gets a number of its own: that is noise, not brightness"
