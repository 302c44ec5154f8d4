"""A deadline as a course writes it: ``2026-11-27 18:00 Africa/Lagos``, or ``Friday 18:00 Africa/Lagos``.

A zone is a place, not an offset: 18:00 in Berlin is another moment in March than in April. Where a clock is set,
some times of day happen twice and some never; then the later moment is meant, so that nobody loses an hour.
"""

from __future__ import annotations

import datetime as dt
import re
from importlib import resources
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, available_timezones

from msgspec import Struct

from grader.course.problems import did_you_mean, quoted, suggest

if TYPE_CHECKING:
    from collections.abc import Sequence

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MOST_PLACES = 5
"""In a list of what could have been meant."""

_WRITTEN = re.compile(r"(?P<day>\S+)\s+(?P<time>\S+)\s+(?P<zone>\S+)")


class Deadline(Struct, frozen=True, kw_only=True):
    """A moment, or the same moment of every week.

    Attributes:
        time: Wall clock time.
        zone: IANA name.
        date: The day; ``None`` for a weekly deadline.
        weekday: 0 is Monday; used where there is no date.
    """

    time: dt.time
    zone: str
    date: dt.date | None = None
    weekday: int = 0

    def due(self, opens: dt.date | None = None) -> dt.datetime | None:
        """The moment, in its zone.

        Args:
            opens: The day on which work begins. ``Friday`` is the first Friday after that day: nothing is due
                on the day it opens.

        Returns:
            An aware time; ``None`` for a weekly deadline if nothing says which week.
        """
        date = self.date
        if date is None:
            if opens is None:
                return None
            date = opens + dt.timedelta(days=(self.weekday - opens.weekday() - 1) % 7 + 1)
        return moment(date, self.time, self.zone)


class DeadlineError(ValueError):
    """The text can't be read as a deadline.

    Attributes:
        message: What is wrong with it.
        suggestion: What to write.
    """

    def __init__(self, message: str, suggestion: str = "") -> None:
        super().__init__(f"{message} {suggestion}".strip())
        self.message = message
        self.suggestion = suggestion


def parse_deadline(text: str) -> Deadline:
    """Read a deadline: weekday or ISO date, then time, then IANA zone.

    Raises:
        DeadlineError: Some part of it can't be read, or there is no such zone.
    """
    written = _WRITTEN.fullmatch(text.strip())
    if written is None:
        raise DeadlineError(
            f"the deadline {quoted(text)} needs a day, a time and a zone.",
            "Write '2026-11-27 18:00 Africa/Lagos' or 'Friday 18:00 Africa/Lagos'.",
        )
    date, weekday = _day(written["day"])
    return Deadline(time=_time(written["time"]), zone=_zone(written["zone"]), date=date, weekday=weekday)


def parse_date(text: str, what: str = "the deadline's date") -> dt.date:
    """Read an ISO date.

    Raises:
        DeadlineError: It is no such day.
    """
    try:
        return dt.datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 - only the date is kept
    except ValueError:
        raise DeadlineError(f"{what} {quoted(text)} is no day.", "Write it as 2026-11-27.") from None


def moment(date: dt.date, time: dt.time, zone: str) -> dt.datetime:
    """When a place's clocks show this; the later moment where they do twice, or, being set forward, never."""
    local = dt.datetime.combine(date, time, ZoneInfo(zone))
    moments = (local.replace(fold=fold).astimezone(dt.UTC) for fold in (0, 1))
    return max(moments).astimezone(local.tzinfo)


def _day(text: str) -> tuple[dt.date | None, int]:
    if text.capitalize() in WEEKDAYS:
        return None, WEEKDAYS.index(text.capitalize())
    if text[0].isdigit():
        date = parse_date(text)
        return date, date.weekday()
    raise DeadlineError(f"the deadline's day {quoted(text)} is not known.", suggest(text, WEEKDAYS, "days"))


def _time(text: str) -> dt.time:
    try:
        return dt.datetime.strptime(text, "%H:%M").time()  # noqa: DTZ007 - the zone is written beside it
    except ValueError:
        raise DeadlineError(f"the deadline's time {quoted(text)} is no time.", "Write it as 18:00.") from None


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown, a path out of the database, a folder of it
        raise DeadlineError(f"the deadline's zone {quoted(name)} is not known.", _zone_meant(name)) from None
    return name


def _zone_meant(name: str) -> str:
    """What to write for what is no zone: a city without its continent, an abbreviation, a misspelling."""
    places = sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/"))
    cities = {zone.rpartition("/")[2].casefold(): zone for zone in places}
    if city := cities.get(name.casefold()):
        return f"Did you mean {quoted(city)}?"
    if name.isalpha() and name.isupper() and (using := _using(name, places)):
        more = ", …" if len(using) > MOST_PLACES else ""
        return f"{name} is an abbreviation; write a place: {', '.join(using[:MOST_PLACES])}{more}."
    return did_you_mean(name, places) or "Write an IANA zone, like Africa/Lagos."


def _using(abbreviation: str, places: Sequence[str]) -> list[str]:
    """Places whose clocks go by an abbreviation, in winter or in summer; one each of those that always agree."""
    year = dt.datetime.now(dt.UTC).year
    days = [dt.datetime(year, month, 1, 12, tzinfo=dt.UTC) for month in (1, 7)]
    using = [
        place
        for place in places
        if abbreviation in (day.astimezone(ZoneInfo(place)).tzname() for day in days)
    ]
    main = _main_places()
    return [place for place in using if place in main] or using


def _main_places() -> frozenset[str]:
    """The zones of zone1970.tab, of which no two are names of one."""
    table = resources.files("tzdata") / "zoneinfo" / "zone1970.tab"
    try:
        lines = table.read_text(encoding="utf-8").splitlines()
    except OSError:  # an older tzdata
        return frozenset()
    return frozenset(line.split("\t")[2] for line in lines if not line.startswith("#"))
