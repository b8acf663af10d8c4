"""The grid of a month, without a database."""

from datetime import UTC, date, datetime

import pytest

from ethicsreview.diary.months import Month, weeks

TODAY = date(2026, 11, 28)


def test_month_is_drawn_in_whole_weeks_from_monday() -> None:
    drawn = weeks(Month(2026, 11), TODAY, {date(2026, 11, 30): ["a", "b"], date(2026, 12, 1): ["of another month"]})

    assert (drawn[0][0].date, drawn[-1][-1].date) == (date(2026, 10, 26), date(2026, 12, 6))
    assert [len(week) for week in drawn] == [7] * 6
    assert [day.date for week in drawn for day in week if day.today] == [TODAY]
    assert {day.date: day.entries for week in drawn for day in week if day.entries} == {date(2026, 11, 30): ("a", "b")}


def test_rest_days_are_those_of_the_published_calendar() -> None:
    drawn = weeks(Month(2026, 10), TODAY, {})

    rest = [day.date.day for week in drawn for day in week if day.inside and day.rest]
    assert rest == [1, 2, 3, 4, 5, 6, 7, 11, 17, 18, 24, 25, 31]


def test_limit_that_ends_at_midnight_belongs_to_the_month_of_its_last_day() -> None:
    february = Month(2028, 2)

    assert (february.begins, february.ends) == (
        datetime(2028, 1, 31, 16, tzinfo=UTC),
        datetime(2028, 2, 29, 16, tzinfo=UTC),
    )


@pytest.mark.parametrize("text", ["", "2026-13", "2026-00", "26-1", "1999-12", "2101-01", "2026-11-01", "'; --"])
def test_month_that_is_none_is_todays(text: str) -> None:
    assert str(Month.read(text, TODAY)) == "2026-11"


def test_neighbours_pass_the_turn_of_the_year() -> None:
    assert (str(Month(2026, 1).before), str(Month(2026, 12).after)) == ("2025-12", "2027-01")
