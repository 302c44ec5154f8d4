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
from typing import TYPE_CHECKING, Any

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

    return page("report.html.j2", style="report.css", view=view(record), words=words, drawn=drawn)


def page(template: str, *, style: str, script: str = "", sends: bool = False, **names: Any) -> str:
    """A self-contained page.

    Args:
        template: Its file among the templates.
        style: Its style sheet's file.
        script: Its script's file; empty: a page that can run none.
        sends: Whether it has a form, for the server that it came from.
        names: What the template is given; besides, ``style``, ``script`` and ``policy``, which allows these alone.
    """
    css, js = _own(style), _own(script)
    policy = f"default-src 'none'; style-src '{_digest(css)}'; "
    policy += f"script-src '{_digest(js)}'; " if script else ""
    policy += "base-uri 'none'; form-action " + ("'self'" if sends else "'none'")
    return _environment().get_template(template).render(style=css, script=js, policy=Markup(policy), **names)  # noqa: S704 - digests


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
def _own(name: str) -> Markup:
    """One of our own files among the templates, as it is."""
    return Markup((TEMPLATES / name).read_text(encoding="utf-8")) if name else Markup()  # noqa: S704 - our own file


def _digest(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"
