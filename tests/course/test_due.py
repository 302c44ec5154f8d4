"""When a deadline is: a place's clock, not an offset."""

import datetime as dt

import pytest

from grader.course.deadline import DeadlineError, moment, parse_deadline

MONDAY = dt.date(2026, 11, 16)


def due(text, opens=None):
    return parse_deadline(text).due(opens).astimezone(dt.UTC).isoformat()


def test_a_weekly_deadline_is_the_first_such_day_after_the_day_it_opens():
    assert parse_deadline("Friday 18:00 Africa/Lagos").due(MONDAY).isoformat() == "2026-11-20T18:00:00+01:00"


@pytest.mark.parametrize(
    ("opens", "day"),
    [("2026-11-14", 20), ("2026-11-19", 20), ("2026-11-20", 27), ("2026-11-21", 27)],
)
def test_nothing_is_due_on_the_day_it_opens(opens, day):
    found = parse_deadline("Friday 18:00 Africa/Lagos").due(dt.date.fromisoformat(opens))
    assert found.date() == dt.date(2026, 11, day)


def test_a_weekly_deadline_is_no_moment_until_a_week_is_named():
    assert parse_deadline("Friday 18:00 Africa/Lagos").due() is None


def test_a_dated_deadline_needs_no_week():
    assert due("2026-11-27 18:00 Africa/Lagos") == "2026-11-27T17:00:00+00:00"


@pytest.mark.parametrize(
    ("zone", "opens", "moment"),
    [
        # Lagos has no daylight saving; Berlin and New York have, and set their clocks in different weeks.
        ("Africa/Lagos", "2026-10-19", "2026-10-23T17:00:00+00:00"),
        ("Africa/Lagos", "2026-10-26", "2026-10-30T17:00:00+00:00"),
        ("Europe/Berlin", "2026-10-19", "2026-10-23T16:00:00+00:00"),
        ("Europe/Berlin", "2026-10-26", "2026-10-30T17:00:00+00:00"),
        ("Europe/Berlin", "2026-03-23", "2026-03-27T17:00:00+00:00"),
        ("Europe/Berlin", "2026-03-30", "2026-04-03T16:00:00+00:00"),
        ("America/New_York", "2026-10-26", "2026-10-30T22:00:00+00:00"),
        ("America/New_York", "2026-11-02", "2026-11-06T23:00:00+00:00"),
        ("America/New_York", "2026-03-02", "2026-03-06T23:00:00+00:00"),
        ("America/New_York", "2026-03-09", "2026-03-13T22:00:00+00:00"),
        ("Asia/Kathmandu", "2026-11-16", "2026-11-20T12:15:00+00:00"),
    ],
)
def test_friday_at_six_is_six_on_that_places_clock_in_every_week(zone, opens, moment):
    assert due(f"Friday 18:00 {zone}", dt.date.fromisoformat(opens)) == moment


@pytest.mark.parametrize(
    ("zone", "date", "time", "moment"),
    [
        # Twice on that night's clock: the later one, so that nobody loses an hour.
        ("Europe/Berlin", "2026-10-25", "02:30", "2026-10-25T01:30:00+00:00"),
        ("America/New_York", "2026-11-01", "01:30", "2026-11-01T06:30:00+00:00"),
        # Never on that night's clock: as if it had not been set yet.
        ("Europe/Berlin", "2026-03-29", "02:30", "2026-03-29T01:30:00+00:00"),
        ("America/New_York", "2026-03-08", "02:30", "2026-03-08T07:30:00+00:00"),
    ],
)
def test_times_that_a_clock_shows_twice_or_never_mean_the_later_moment(zone, date, time, moment):
    assert due(f"{date} {time} {zone}") == moment


@pytest.mark.parametrize(
    ("written", "suggestion"),
    [
        ("WAT", "WAT is an abbreviation; write a place: Africa/Lagos"),
        ("EAT", "WAT is an abbreviation; write a place: Africa/Nairobi.".replace("WAT", "EAT")),
        ("IST", "IST is an abbreviation; write a place: Asia/Jerusalem, Asia/Kolkata, Europe/Dublin."),
        ("Lagos", "Did you mean 'Africa/Lagos'?"),
        ("lagos", "Did you mean 'Africa/Lagos'?"),
        ("Africa/Lagoss", "Did you mean 'Africa/Lagos'?"),
        ("XYZ", "Write an IANA zone, like Africa/Lagos."),
    ],
)
def test_what_is_no_zone_is_answered_with_a_place(written, suggestion):
    with pytest.raises(DeadlineError) as caught:
        parse_deadline(f"Friday 18:00 {written}")
    assert caught.value.suggestion.startswith(suggestion)


def test_a_time_that_never_was_is_shown_as_the_clock_shows_it():
    found = moment(dt.date(2026, 3, 29), dt.time(2, 30), "Europe/Berlin")
    assert found.isoformat() == "2026-03-29T03:30:00+02:00"
