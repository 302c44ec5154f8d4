"""Curves as SVG: the student's against the reference's, with the deviation beneath.

Lines differ in colour (Okabe and Ito's palette, safe for colour-blind readers) and in dash, so that a plot
can be read in print. Colours are the page's: each line has a class, ``yours``, ``reference``, … The drawing
says in words what it shows, for those who can't see it.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from markupsafe import Markup, escape

from grader.report.axes import Axis, linear, logarithmic

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from grader.records import Plot, Series

WIDTH = 400.0
LEFT, RIGHT = 40.0, 388.0
MAIN_HEIGHT, BENEATH_HEIGHT = 150.0, 76.0
ROW = 17.0
"""Height of a row of text."""
LETTER = 5.9
"""Width of an average letter: enough to place a legend."""
MOST_POINTS = 300
MOST_SERIES = 12
ROLES = ("yours", "reference", "other", "deviation", "limit")


class Point(NamedTuple):
    """One value of a series."""

    x: float
    y: float | None


def svg(plot: Plot, name: str = "plot") -> Markup:
    """A plot as one ``<svg>`` element.

    Args:
        plot: What to draw; ``plot.beneath`` shares its x axis.
        name: Unique in the page: titles are referred to by it.
    """
    panels = [panel for panel in (plot, plot.beneath) if panel is not None]
    columns = [point.x for panel in panels for series in panel.series for point in _points(series)]
    x = linear(columns, LEFT, RIGHT, pad=0.01, most=6)
    guide = first_beyond(panels[-1])
    parts: list[Markup] = []
    top = 0.0
    for panel, height in zip(panels, (MAIN_HEIGHT, BENEATH_HEIGHT), strict=False):
        drawn, top = _panel(panel, x, top, height, guide)
        parts += drawn
    parts += _guide_label(x, guide, top - 12, plot.x_label)
    parts += _x_ticks(x, top, plot.x_label)
    return Markup(
        '<svg class="plot" viewBox="0 0 {width:.0f} {height:.0f}" role="img" '
        'aria-labelledby="{name}-t {name}-d">'
        '<title id="{name}-t">{title}</title><desc id="{name}-d">{desc}</desc>{parts}</svg>'
    ).format(
        width=WIDTH,
        height=top + 2 * ROW + 4,
        name=name,
        title=plot.title,
        desc=describe(plot),
        parts=Markup("").join(parts),
    )


def describe(plot: Plot) -> str:
    """The plot in words: where each curve starts and ends, and where a limit is first crossed."""
    sentences = []
    for panel in (plot, plot.beneath):
        for series in panel.series[:MOST_SERIES] if panel else ():
            values = [point for point in _points(series) if point.y is not None]
            if series.role == "limit" and values:
                sentences.append(f"{series.label}: {values[0].y:.3g}.")
            elif values:
                first, last = values[0], values[-1]
                sentences.append(f"{series.label}: {first.y:.3g} at {first.x:g}, {last.y:.3g} at {last.x:g}.")
            else:
                sentences.append(f"{series.label}: no finite value.")
    beyond = first_beyond(plot.beneath or plot)
    if beyond is not None:
        sentences.append(f"First over the limit at {plot.x_label} {beyond:g}.")
    return " ".join(sentences)


def _panel(plot: Plot, x: Axis, top: float, height: float, guide: float | None) -> tuple[list[Markup], float]:
    """A panel drawn from ``top`` down, and where it ends."""
    legend, top = _legend(plot, top + ROW)
    bottom = top + height
    values = [point.y for series in plot.series for point in _points(series)]
    y = (logarithmic if plot.log_y else linear)(values, bottom, top + 4)
    parts = [*legend]
    for number, label in y.ticks:
        at = y.place(number)
        if at is not None and top <= at <= bottom + 0.5:
            parts.append(_line("grid", LEFT, at, RIGHT, at))
            parts.append(_text(label, LEFT - 6, at + 3.5, "tick end"))
    parts.append(_line("axis", LEFT, bottom, RIGHT, bottom))
    if guide is not None and (at := x.place(guide)) is not None:
        parts.append(_line("guide", at, top, at, bottom))
    # The student's own line is drawn last, on top.
    for series in sorted(plot.series[:MOST_SERIES], key=lambda s: -ROLES.index(_role(s))):
        drawn = _path(_points(series), x, y)
        parts += [Markup('<path class="curve {}" d="{}"/>').format(_role(series), drawn)] if drawn else []
    return parts, bottom + 6


def _legend(plot: Plot, top: float) -> tuple[list[Markup], float]:
    """The y axis' name, then a dash and a label per series, in as many rows as they need."""
    parts = [_text(_short(plot.y_label), 0, top, "name")]
    left = max(LEFT, LETTER * len(_short(plot.y_label)) + 18)
    for series in plot.series[:MOST_SERIES]:
        label = _short(series.label)
        width = 24 + LETTER * len(label) + 14
        if left + width > RIGHT + 14 and left > LEFT:
            left, top = LEFT, top + ROW
        parts.append(_line(f"curve {_role(series)}", left, top - 3.5, left + 18, top - 3.5))
        parts.append(_text(label, left + 24, top, "key"))
        left += width
    return parts, top + 8


def _guide_label(x: Axis, guide: float | None, top: float, label: str) -> list[Markup]:
    """Beside the guide, and within the picture."""
    at = x.place(guide)
    if at is None:
        return []
    text = f"first over the limit at {_short(label, 20)} {guide:g}"
    right_of_it = at + 5 + LETTER * len(text) < RIGHT
    return [_text(text, at + 5 if right_of_it else at - 5, top, "warning" if right_of_it else "warning end")]


def _x_ticks(x: Axis, top: float, label: str) -> list[Markup]:
    places = ((x.place(number), text) for number, text in x.ticks)
    parts = [_text(text, at, top + 9, "tick middle") for at, text in places if at is not None]
    return [*parts, _text(_short(label), (LEFT + RIGHT) / 2, top + 9 + ROW, "name middle")]


def _path(points: Sequence[Point], x: Axis, y: Axis) -> str:
    """An SVG path; a gap lifts the pen, and a point between two gaps is a dot."""
    commands: list[str] = []
    down = False
    for point in _thin(points):
        across, up = x.place(point.x), y.place(point.y)
        if across is None or up is None:
            down = False
            continue
        commands.append(f"L{across:.1f} {up:.1f}" if down else f"M{across:.1f} {up:.1f}h0")
        down = True
    return "".join(commands)


def _thin(points: Sequence[Point]) -> Iterable[Point]:
    """At most a few hundred points: of each stretch the lowest, the highest and a gap, in their order."""
    if len(points) <= MOST_POINTS:
        return points
    size = math.ceil(3 * len(points) / MOST_POINTS)
    kept: list[Point] = []
    for start in range(0, len(points), size):
        stretch = range(start, min(start + size, len(points)))
        there = [i for i in stretch if points[i].y is not None]
        gaps = [i for i in stretch if points[i].y is None][:1]
        ends = (
            {min(there, key=lambda i: points[i].y or 0.0), max(there, key=lambda i: points[i].y or 0.0)}
            if there
            else set()
        )
        kept += [points[i] for i in sorted({*ends, *gaps})]
    return [*kept, points[-1]]


def _points(series: Series) -> list[Point]:
    x = series.x or range(1, len(series.y) + 1)
    return [
        Point(float(a), b if b is None or math.isfinite(b) else None)
        for a, b in zip(x, series.y, strict=False)
    ]


def first_beyond(plot: Plot) -> float | None:
    """The first x at which a deviation exceeds the limit drawn with it."""
    limit = next((s for s in plot.series if s.role == "limit"), None)
    deviation = next((s for s in plot.series if s.role == "deviation"), None)
    if limit is None or deviation is None:
        return None
    bounds = [point for point in _points(limit) if point.y is not None]
    for point in _points(deviation):
        # A limit may be drawn with few points: it holds from each to the next.
        bound = next((b.y for b in reversed(bounds) if b.x <= point.x), bounds[0].y if bounds else None)
        if bound is not None and (point.y is None or point.y > bound):
            return point.x
    return None


def _role(series: Series) -> str:
    return series.role if series.role in ROLES else "other"


def _short(text: str, most: int = 40) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _line(cls: str, x1: float, y1: float, x2: float, y2: float) -> Markup:
    return Markup(f'<path class="{cls}" d="M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}"/>')  # noqa: S704 - numbers and our classes


def _text(text: str, x: float, y: float, cls: str) -> Markup:
    return Markup('<text class="{}" x="{:.1f}" y="{:.1f}">{}</text>').format(cls, x, y, escape(text))
