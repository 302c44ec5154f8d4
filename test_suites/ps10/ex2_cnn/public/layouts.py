"""Ways to lay out a batch of images, and what keeps to one of them."""

import numpy as np

from grader.checks import fail, options

LAYOUTS = ("NCHW", "NHWC", "CHW", "HWC")
"""A batch, or one image at a time; the channels before or behind rows and columns."""

CONV = options("Conv2D", layout=LAYOUTS, kernels=("as they are", "flipped"))
POOL = options("MaxPool2D", layout=LAYOUTS)
AUGMENTATION = options(
    "ImageAugmentation", layout=("HW", "HWC", "CHW"), crop_size=("a number", "(height, width)")
)
ALIKE = 0.02
"""Channels may be rounded to 1/255, each on its own."""


def alone(layout):
    """Whether this layout holds one image only."""
    return "N" not in layout


def sent(X, layout):
    """Images (N, C, H, W) as a layout has them; of a layout for one image the first."""
    X = X[0] if alone(layout) else X
    return np.ascontiguousarray(X if "CHW" in layout else np.moveaxis(X, -3, -1))


def received(answer, shape, layout, *, hint=""):
    """What came back in a layout, as (N, C, H, W).

    Args:
        answer: Of the student's side.
        shape: (N, C, H, W) of what is expected; N is 1 where the layout holds one image.
        layout: One of ``LAYOUTS``.
        hint: Where to look if the shape is another.
    """
    wanted = sent(np.empty(shape), layout).shape
    if answer.shape() != wanted:
        raise fail(
            "The result has the wrong shape.",
            call=answer.call,
            yours=f"shape {answer.shape()}" if answer.shape() else "no array",
            expected=f"shape {wanted}",
            hint=hint,
        )
    return as_batch(answer.array(wanted), layout)


def as_batch(array, layout):
    """An array in a layout as (N, C, H, W)."""
    array = array if "CHW" in layout else np.moveaxis(array, -1, -3)
    return array[None] if alone(layout) else array


def picture(image, layout):
    """A grey image (H, W) in a layout; where there are channels, three that are the same."""
    if layout == "HW":
        return image.copy()
    return np.stack([image] * 3, axis=0 if layout == "CHW" else -1)


def grey(answer, layout):
    """What came back, as an image (H, W): the mean of its channels.

    Raises:
        CheckFailed: It is no image of this layout.
    """
    if layout == "HW":
        return answer.array((None, None))
    axis = 0 if layout == "CHW" else -1
    channels = answer.array((3, None, None) if layout == "CHW" else (None, None, 3))
    if np.ptp(channels, axis=axis).max(initial=0) > ALIKE:
        raise fail(
            "The three channels of a grey image are no longer the same.",
            call=answer.call,
            hint="Draw once for the whole image; rows and columns are two axes, channels the third.",
        )
    return channels.mean(axis=axis)
