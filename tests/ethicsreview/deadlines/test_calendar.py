import csv
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ethicsreview.deadlines import calendar, holidays

SHANGHAI = calendar.LAW_ZONE

moments = st.datetimes(datetime(2020, 1, 1), datetime(2035, 12, 31), timezones=st.just(SHANGHAI))  # noqa: DTZ001
days = st.dates(date(2020, 1, 1), date(2035, 12, 31))


def shanghai(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=SHANGHAI)


@pytest.mark.article("national", 17)
@pytest.mark.parametrize(
    ("start", "length", "end"),
    [
        # accepted at, days, the midnight that ends the last day
        (shanghai(2026, 3, 2, 10), 30, shanghai(2026, 4, 2)),
        (shanghai(2026, 3, 2, 0), 30, shanghai(2026, 4, 2)),
        (shanghai(2026, 3, 2, 23, 59, 59), 30, shanghai(2026, 4, 2)),
        (shanghai(2024, 2, 1), 30, shanghai(2024, 3, 3)),  # leap February
        (shanghai(2023, 2, 1), 30, shanghai(2023, 3, 4)),
        (shanghai(2025, 12, 15, 9), 30, shanghai(2026, 1, 15)),  # over New Year
        (shanghai(2026, 3, 2, 10), 0, shanghai(2026, 3, 3)),
    ],
)
def test_end_of_days_does_not_count_the_first_day(start: datetime, length: int, end: datetime) -> None:
    assert calendar.end_of_days(start, length) == end


def test_end_of_days_starts_on_the_shanghai_day_of_a_utc_moment() -> None:
    late_in_utc = datetime(2026, 3, 1, 17, tzinfo=UTC)  # 01:00 on 2 March in Shanghai

    assert calendar.end_of_days(late_in_utc, 1) == shanghai(2026, 3, 4)


@pytest.mark.parametrize(
    ("start", "length", "last"),
    [
        (date(2026, 9, 1), 30, date(2026, 10, 8)),  # 1 October, National Day
        (date(2026, 4, 30), 1, date(2026, 5, 6)),  # Labour Day
        (date(2026, 2, 27), 1, date(2026, 2, 28)),  # a Saturday that is worked
        (date(2026, 3, 6), 1, date(2026, 3, 9)),  # an ordinary weekend
        (date(2025, 12, 31), 1, date(2026, 1, 4)),  # New Year, then a worked Sunday
        (date(2023, 12, 29), 1, date(2024, 1, 2)),  # a holiday that spans two files
    ],
)
def test_end_of_days_moves_past_the_holiday_when_switched_on(start: date, length: int, last: date) -> None:
    end = calendar.end_of_days(start, length, shift_holidays=True)

    assert calendar.last_day(end) == last


def test_end_of_days_stays_on_the_holiday_by_default() -> None:
    assert calendar.last_day(calendar.end_of_days(date(2026, 9, 1), 30)) == date(2026, 10, 1)


@pytest.mark.parametrize(
    ("day", "months", "last"),
    [
        (date(2023, 8, 31), 6, date(2024, 2, 29)),
        (date(2024, 8, 31), 6, date(2025, 2, 28)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 2, 29), 48, date(2028, 2, 29)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2026, 12, 31), 12, date(2027, 12, 31)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
        (date(2026, 1, 15), -1, date(2025, 12, 15)),
    ],
)
def test_add_months_clamps_to_the_end_of_the_month(day: date, months: int, last: date) -> None:
    assert calendar.add_months(day, months) == last


@pytest.mark.article("national", 19)
def test_end_of_months_ends_at_24_00_of_the_same_day() -> None:
    assert calendar.end_of_months(shanghai(2026, 8, 31, 12), 6) == shanghai(2027, 3, 1)


@pytest.mark.article("national", 36)
def test_end_of_hours_runs_through_nights_and_holidays() -> None:
    assert calendar.end_of_hours(shanghai(2026, 9, 30, 17, 20), 72) == shanghai(2026, 10, 3, 17, 20)


def test_a_moment_without_zone_is_refused() -> None:
    naive = datetime(2026, 3, 2, 10)  # noqa: DTZ001

    with pytest.raises(ValueError, match="no time zone"):
        calendar.end_of_days(naive, 30)
    with pytest.raises(ValueError, match="no time zone"):
        calendar.end_of_hours(naive, 72)


def test_a_negative_length_is_refused() -> None:
    with pytest.raises(ValueError, match="-1"):
        calendar.end_of_days(date(2026, 3, 2), -1)


@given(moments, st.integers(0, 400))
def test_end_of_days_has_the_whole_last_day_and_not_a_moment_more(start: datetime, length: int) -> None:
    end = calendar.end_of_days(start, length)

    assert calendar.last_day(end) - calendar.law_day(start) == timedelta(days=length)
    assert end.astimezone(SHANGHAI).time().isoformat() == "00:00:00"


@given(days, st.integers(0, 120))
def test_add_months_never_overshoots_the_month(day: date, months: int) -> None:
    later = calendar.add_months(day, months)

    assert (later.year - day.year) * 12 + later.month - day.month == months
    assert later.day == day.day or (later.day < day.day and (later + timedelta(days=1)).day == 1)


@given(days, st.integers(0, 60))
def test_the_holiday_shift_only_moves_later_and_onto_a_working_day(day: date, length: int) -> None:
    strict = calendar.last_day(calendar.end_of_days(day, length))
    shifted = calendar.last_day(calendar.end_of_days(day, length, shift_holidays=True))

    assert shifted >= strict
    assert not calendar.is_holiday(shifted)
    assert all(calendar.is_holiday(strict + timedelta(days=n)) for n in range((shifted - strict).days))


@given(days)
def test_last_day_inverts_end_of_day(day: date) -> None:
    assert calendar.last_day(calendar.end_of_day(day)) == day


@pytest.mark.parametrize("year", holidays.published_years())
def test_published_year_agrees_with_chinesecalendar(year: int) -> None:
    first = date(year, 1, 1)
    every_day = [first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days)]

    ours = [day for day in every_day if calendar.is_holiday(day)]

    assert ours == [day for day in every_day if chinese_calendar.is_holiday(day)]


def test_published_years_agree_with_the_reference_table(shared_data: Path) -> None:
    with (shared_data / "reference" / "cn_holidays_2020_2026.csv").open(encoding="utf-8") as file:
        rows = [(date.fromisoformat(row["date"]), row["is_workday"] == "1") for row in csv.DictReader(file)]
    table = {
        year: (
            frozenset(day for day, worked in rows if day.year == year and not worked),
            frozenset(day for day, worked in rows if day.year == year and worked),
        )
        for year in holidays.published_years()
    }

    assert {year: (holidays.year(year).off, holidays.year(year).work) for year in table} == table


def test_a_year_without_a_file_is_provisional() -> None:
    assert holidays.published_years() == [2023, 2024, 2025, 2026]
    assert not calendar.is_provisional(date(2026, 12, 31))
    assert calendar.is_provisional(date(2027, 1, 1))
    assert calendar.is_holiday(date(2027, 10, 1))
    assert not calendar.is_holiday(date(2027, 2, 5))


def test_a_wrong_calendar_file_names_every_problem(tmp_path: Path) -> None:
    file = tmp_path / "2031.toml"
    file.write_text(
        'year = 2030\n[[festival]]\nzh = "春节"\nen = "Spring Festival"\n'
        "off = [2030-02-03, 2030-02-03, 2029-02-04]\nwork = [2030-02-05]\n"
    )

    with pytest.raises(holidays.HolidayFileError) as caught:
        holidays.read_year(file)

    assert str(caught.value) == (
        "2031.toml: 2029-02-04 is not in 2030; 2030-02-03 stands twice; 2030-02-05 is a working day anyway; "
        "the file is named 2031, its year is 2030"
    )


def test_an_unknown_key_in_a_calendar_file_is_named(tmp_path: Path) -> None:
    file = tmp_path / "2031.toml"
    file.write_text('year = 2031\n[[festival]]\nzh = "春节"\noff = ["2031-01-23"]\nfree = true\n')

    with pytest.raises(holidays.HolidayFileError, match=r"festival\.0\.en.*festival\.0\.off\.0.*festival\.0\.free"):
        holidays.read_year(file)


@pytest.mark.parametrize(
    ("start", "days", "last"),
    [
        (date(2026, 9, 18), 1, date(2026, 9, 20)),  # Sunday 20 September 2026 is worked
        (date(2026, 9, 18), 0, date(2026, 9, 18)),
        (date(2026, 9, 30), 1, date(2026, 10, 8)),
        (date(2026, 11, 2), 15, date(2026, 11, 23)),
    ],
)
def test_working_days_leave_out_days_off_and_the_day_of_the_start(start, days, last):
    assert calendar.end_of_working_days(start, days) == calendar.end_of_day(last)
