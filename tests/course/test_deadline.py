"""Deadlines as courses write them."""

import datetime as dt

import pytest

from grader.course.deadline import Deadline, DeadlineError, parse_deadline


def test_a_weekly_deadline_has_a_weekday_and_no_date():
    assert parse_deadline("Friday 18:00 Africa/Lagos") == Deadline(
        time=dt.time(18, 0), zone="Africa/Lagos", date=None, weekday=4
    )


def test_a_dated_deadline_has_its_date():
    assert parse_deadline("2026-11-27  18:00 Africa/Lagos") == Deadline(
        time=dt.time(18, 0), zone="Africa/Lagos", date=dt.date(2026, 11, 27), weekday=4
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Freitag 18:00 UTC", "the deadline's day 'Freitag' is not known. Did you mean 'Friday'?"),
        ("2026-13-01 18:00 UTC", "the deadline's date '2026-13-01' is no day. Write it as 2026-11-27."),
        ("27.11.2026 18:00 UTC", "the deadline's date '27.11.2026' is no day. Write it as 2026-11-27."),
        ("Friday 6pm UTC", "the deadline's time '6pm' is no time. Write it as 18:00."),
        ("Friday 25:00 UTC", "the deadline's time '25:00' is no time. Write it as 18:00."),
        ("Friday 18:00 Lagos", "the deadline's zone 'Lagos' is not known. Did you mean 'Africa/Lagos'?"),
        (
            "Friday 18:00 Mars",
            "the deadline's zone 'Mars' is not known. Write an IANA zone, like Africa/Lagos.",
        ),
        (
            "Friday 18:00 ../x",
            "the deadline's zone '../x' is not known. Write an IANA zone, like Africa/Lagos.",
        ),
    ],
)
def test_what_is_no_deadline_is_reported_in_words(text, told):
    with pytest.raises(DeadlineError) as caught:
        parse_deadline(text)
    assert str(caught.value) == told


def test_a_folder_of_the_zone_database_is_no_zone():
    with pytest.raises(DeadlineError, match="^the deadline's zone 'Africa' is not known"):
        parse_deadline("Friday 18:00 Africa")
