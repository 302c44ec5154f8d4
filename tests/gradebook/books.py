"""Records to keep, and a gradebook that is no file."""

from __future__ import annotations

import threading

from msgspec.structs import replace

from grader.errors import UsageError
from grader.gradebook import Kept, repository_key
from grader.records import Decision, LabVerdict, SafeRecord

URL = "https://host.example/class/week06-ada"


def record(commit="a" * 40, verdict=Decision.REVISE, **rest):
    labs = (LabVerdict(id="lab1", title="Lab 1", decision=verdict, criteria=()),)
    fields = {"url": URL, "assignment": "week06", "graded_at": "2026-11-20T10:00:00+00:00", "labs": labs}
    return SafeRecord(verdict=verdict, commit=commit, **{**fields, **rest})


def as_it_is(made):
    return lambda earlier: made


class MemoryGradebook:
    """A gradebook in a list: all that the protocol asks for, and nothing of SQLite's."""

    is_new = False

    def __init__(self, place: str, shelf: dict[str, list[Kept]]) -> None:
        self.place = place
        self._attempts = shelf.setdefault(place, [])
        self._lock = threading.Lock()

    def keep(self, url, assignment, conclude):
        with self._lock:
            made = conclude(self.history(url, assignment))
            made = replace(made, attempt=len(self._attempts) + 1)
            self._attempts.append(Kept(record=made))
        return made

    def review(self, attempt, review):
        kept = self.attempt(attempt)
        self._attempts[attempt - 1] = replace(kept, reviews=(*kept.reviews, review))

    def attempt(self, number):
        if not 1 <= number <= len(self._attempts):
            raise UsageError(f"There is no attempt {number} in {self.place}.")
        return self._attempts[number - 1]

    def history(self, repository, assignment=""):
        key = repository_key(repository)
        return tuple(
            k
            for k in self._attempts
            if repository_key(k.record.url) == key and assignment in ("", k.record.assignment)
        )

    def newest(self, verdict):
        counted = (k for k in self._attempts if not k.record.refused)
        graded = (k for k in counted if k.record.verdict is not Decision.UNGRADED)
        last = {(repository_key(k.record.url), k.record.assignment, k.part): k for k in graded}
        return tuple(k for k in last.values() if k.record.verdict is verdict)

    def repositories(self):
        known = {(repository_key(k.record.url), k.record.assignment) for k in self._attempts}
        return tuple(sorted(known, key=lambda both: both[::-1]))

    def close(self):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self.close()
