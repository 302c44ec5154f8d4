"""``grade image build``: the images that sandboxes run, built before they are needed."""

from __future__ import annotations

import click

from grader.cli import choices
from grader.cli.output import console as make_console


@click.group()
def image() -> None:
    """The images that student code runs in."""


@image.command()
@choices.device
@choices.no_color
def build(*, device: str, no_color: bool) -> int:
    """Build what is missing or out of date; a minute or two the first time, nothing afterwards.

    With --device cuda also the images with PyTorch's CUDA build: several GB.
    """
    from grader.environments import built_for
    from grader.sandbox import image as images
    from grader.sandbox.engine import Engine

    console = make_console(no_color=no_color, wrap=False)
    found = images.ensure(Engine(), built_for(device), console.print)
    for environment, image_id in found.items():
        console.print(f"{environment}: {image_id}")
    return 0
