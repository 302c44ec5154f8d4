"""``grade review --browser``: a page on this machine alone, on which a person decides one item after the other.

Who has the address may decide, so it holds a token of 128 bits. The server listens on 127.0.0.1 alone, and answers
to no other name.
"""

from __future__ import annotations

import re
import secrets
import sys
import threading
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import parse_qs

from grader.cli.reviewing import manual, new_review
from grader.errors import GraderError, UsageError
from grader.history import as_reviewed, review, waiting
from grader.report.review_page import ReviewView, to_review_page

if TYPE_CHECKING:
    from collections.abc import Callable

    from grader.gradebook import Gradebook
    from grader.records import CriterionResult, SafeRecord

HOST = "127.0.0.1"
MOST_BYTES = 1 << 16
"""Of what the page's form sends."""
MOST_FIELDS = 20
PLACE = re.compile(r"/(?P<token>[\w-]+)/(?P<number>\d{0,6})(?:\?.*)?", re.ASCII)
"""An item's address: nothing else is served."""
PATIENCE = 20.0
"""Seconds that a connection may keep silent."""
HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class ReviewItem(NamedTuple):
    """What is decided: one criterion of one attempt."""

    attempt: int
    lab: str
    criterion: str


class ReviewQueue:
    """The items of one sitting: those that wait, and those that were decided in it; used from several threads.

    Args:
        open_book: Opens the gradebook.
        by: Who reviews; empty: they say so on the page.
    """

    def __init__(self, open_book: Callable[[], Gradebook], by: str) -> None:
        self._open = open_book
        self._lock = threading.Lock()
        self._items: list[ReviewItem] = []
        self.by = by
        self.said = ""

    def view(self, number: int) -> ReviewView:
        """The item at a place, from 1; the first that waits, for 0."""
        with self._lock, self._open() as book:
            waits = self._look(book)
            if not number:
                number = next((i for i, item in enumerate(self._items, start=1) if item in waits), 1)
            said, self.said = self.said, ""
            if not 1 <= number <= len(self._items):
                return ReviewView(None, None, 0, len(self._items), len(waits), by=self.by, said=said)
            record, criterion = _found(book, self._items[number - 1])
            return ReviewView(
                record,
                criterion,
                number,
                len(self._items),
                len(waits),
                before=str(number - 1) if number > 1 else "",
                after=str(number + 1) if number < len(self._items) else "",
                by=self.by,
                said=said,
            )

    def decide(self, number: int, form: dict[str, str]) -> int:
        """Keep a decision; returns the place to go to.

        Raises:
            GraderError: It can't be kept; nothing was.
        """
        with self._lock, self._open() as book:
            self._look(book)
            if not 1 <= number <= len(self._items):
                raise UsageError("There is no such item.")
            item = self._items[number - 1]
            _, criterion = _found(book, item)
            try:
                points = float(form["points"]) if form.get("points", "").strip() else None
            except ValueError:
                raise UsageError("Points are a number.") from None
            decision = form.get("decision", "")
            if decision not in ("pass", "revise", "review"):
                raise UsageError("Decide pass or revise, or take it back.")
            if points is not None and not points >= 0:
                raise UsageError("Points are a number that is not negative.")
            if decision == "review" and criterion.review is None:
                raise UsageError("Nothing was decided here.")
            given = None if decision == "review" else points
            asked = new_review(criterion, decision, given, form.get("by", ""), form.get("comment", ""))
            review(book, item.attempt, asked)
            self.by = asked.by
            self.said = "Taken back." if decision == "review" else f"Kept: {decision}."
            waits = self._look(book)
        if decision == "review":
            return number
        later = [i for i, each in enumerate(self._items, start=1) if each in waits]
        return next((i for i in later if i > number), later[0] if later else number)

    def _look(self, book: Gradebook) -> set[ReviewItem]:
        """What waits now; what is new is put behind."""
        waits = [
            ReviewItem(record.attempt, c.lab, c.id)
            for record in waiting(book)
            for c in manual(record)
            if c.review is None
        ]
        self._items += [item for item in waits if item not in self._items]
        return set(waits)


def _found(book: Gradebook, item: ReviewItem) -> tuple[SafeRecord, CriterionResult]:
    record = as_reviewed(book.attempt(item.attempt))
    return record, next(c for c in record.criteria if (c.lab, c.id) == (item.lab, item.criterion))


class ReviewServer(ThreadingHTTPServer):
    """Serves one queue until it is shut down.

    Args:
        queue: What is decided.
        port: Where; 0: any that is free.
    """

    daemon_threads = True

    def __init__(self, queue: ReviewQueue, port: int = 0) -> None:
        self.token = secrets.token_urlsafe(16)
        super().__init__((HOST, port), partial(_Handler, queue, self.token))

    @property
    def address(self) -> str:
        """The page's address; who has it may decide."""
        return f"http://{HOST}:{self.server_port}/{self.token}/"

    def handle_error(self, request: object, client_address: object) -> None:
        """Nothing is said of a browser that hung up."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class _Handler(BaseHTTPRequestHandler):
    timeout = PATIENCE
    server_version, sys_version = "grade", ""

    def __init__(self, queue: ReviewQueue, token: str, *arguments: object) -> None:
        self._queue, self._token = queue, token
        super().__init__(*arguments)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        """Show an item."""
        number = self._number()
        if number is not None:
            self._show(number)

    def do_POST(self) -> None:
        """Decide an item, and go to the next that waits."""
        number = self._number()
        if number is None:
            return
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > MOST_BYTES:
            self.send_error(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            return
        sent = self.rfile.read(int(length)).decode(errors="replace")
        try:
            fields = parse_qs(sent, max_num_fields=MOST_FIELDS)
        except ValueError:
            self.send_error(HTTPStatus.BAD_REQUEST)
            return
        try:
            goes_to = self._queue.decide(number, {name: values[0] for name, values in fields.items()})
        except GraderError as error:
            self._queue.said = " ".join(filter(None, (error.message, error.remedy)))
            goes_to = number
        self.send_response(HTTPStatus.SEE_OTHER)
        self.send_header("Location", f"/{self._token}/{goes_to}")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _show(self, number: int) -> None:
        try:
            body = to_review_page(self._queue.view(number)).encode()
        except GraderError as error:
            self.send_error(HTTPStatus.INTERNAL_SERVER_ERROR, explain=error.message)
            return
        self.send_response(HTTPStatus.OK)
        for name, value in HEADERS.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _number(self) -> int | None:
        """Which item is meant, 0 for the first that waits; ``None``: refused, and answered so."""
        own = f"{HOST}:{self.connection.getsockname()[1]}"
        origin = self.headers.get("Origin", "null")  # null is a page's own, for it sends no referrer
        place = PLACE.fullmatch(self.path)
        if self.headers.get("Host") != own or origin not in ("null", f"http://{own}"):
            self.send_error(HTTPStatus.FORBIDDEN)
        elif place is None or not secrets.compare_digest(place["token"], self._token):
            self.send_error(HTTPStatus.NOT_FOUND)
        else:
            return int(place["number"] or 0)
        return None

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - the standard library's name
        """Nothing is logged: addresses hold the token."""
