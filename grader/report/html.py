"""``report.html``: one self-contained page, with no script and nothing from elsewhere.

The templates hold wording and looks, this module no more than what they need. The content security policy
allows a single style sheet, by its digest: even markup that slipped through could load and run nothing.
"""

from __future__ import annotations

import re
from base64 import b64encode
from functools import cache
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from grader.report import words
from grader.report.context import view
from grader.report.plot import svg

if TYPE_CHECKING:
    from grader.records import Plot, SafeRecord

TEMPLATES = Path(__file__).parent / "templates"


def to_html(record: SafeRecord) -> str:
    """The record as a page."""
    numbers = count(1)

    def drawn(plot: Plot) -> Markup:
        return svg(plot, name=f"plot-{next(numbers)}")

    style, digest = _style()
    page = _environment().get_template("report.html.j2")
    return page.render(view=view(record), words=words, drawn=drawn, style=style, style_digest=digest)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["prose"] = _prose
    return environment


def _prose(text: str) -> Markup:
    """Escaped text, with what stands between single backticks set as code."""
    return Markup(re.sub(r"(?<!`)`([^`\n]+)`(?!`)", r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped


@cache
def _style() -> tuple[Markup, str]:
    """The style sheet and its digest, as the content security policy names it."""
    css = (TEMPLATES / "report.css").read_text(encoding="utf-8")
    digest = b64encode(sha256(css.encode()).digest()).decode()
    return Markup(css), f"sha256-{digest}"  # noqa: S704 - our own file
