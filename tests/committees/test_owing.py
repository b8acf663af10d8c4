"""What a committee owes in time: from the step that starts it to the receipt that meets it."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from committees.kinds import Regime
from committees.models import Committee
from committees.timing import DRILL, FILING, REGISTRATION, REPORT, TERM, TRAINING
from ethicsreview.accounts.models import Role
from ethicsreview.deadlines import sweep
from ethicsreview.deadlines.calendar import end_of_day
from ethicsreview.deadlines.models import Deadline
from ethicsreview.lifecycle.door import perform
from ethicsreview.lifecycle.refusals import InvalidInput, Refused
from ethicsreview.notices.models import Notice
from tests.committees import builders

pytestmark = pytest.mark.django_db
AT = datetime(2026, 6, 1, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
DAY = timedelta(days=1)


def open_rows(kind: str) -> list[Deadline]:
    return list(Deadline.objects.open().filter(kind=kind).order_by("pk"))


def receipt(committee: Committee, owed: str, at: datetime, by: object = None) -> Committee:
    keeper = by or builders.keeper_of(committee)
    return perform(
        committee, "record_receipt", by=keeper, at=at, owed=owed, number="登-1", handled_on=at.date().isoformat()
    )


@pytest.mark.article("national", 43, 45)
@pytest.mark.article("human", 13)
def test_committee_of_human_research_owes_registration_filing_and_the_report_on_its_year() -> None:
    committee = builders.committee(at=AT, regimes=[Regime.GENERAL, Regime.HUMAN])

    owed = {
        row.kind: (row.last_day, row.citation, row.role)
        for row in Deadline.objects.of(committee).open().order_by("due_at")
    }

    officer = Role.INSTITUTION_OFFICER
    assert owed == {
        REGISTRATION: (date(2026, 7, 1), "national:43", officer),
        FILING: (date(2026, 9, 1), "human:13", officer),
        REPORT: (date(2027, 3, 31), "human:13", officer),
    }


def test_committee_that_reviews_no_human_research_files_nothing() -> None:
    builders.committee(at=AT, regimes=[Regime.GENERAL])

    assert open_rows(FILING) == []


@pytest.mark.article("national", 43)
def test_receipt_meets_the_registration_and_stands_in_the_record() -> None:
    committee = builders.committee(at=AT, regimes=[Regime.GENERAL])

    receipt(committee, REGISTRATION, AT + 10 * DAY)

    row = Deadline.objects.get(kind=REGISTRATION)
    assert (row.outcome, row.breached_at) == ("met", None)
    assert [one.kind for one in Deadline.objects.of(committee).open()] == [REPORT]


@pytest.mark.article("national", 45)
@pytest.mark.parametrize(
    ("filed", "late"), [(date(2027, 2, 20), False), (date(2027, 3, 31), False), (date(2027, 5, 3), True)]
)
def test_annual_report_met_early_or_late_begins_the_next_years(filed: date, *, late: bool) -> None:
    committee = builders.committee(at=AT, regimes=[Regime.GENERAL])
    at = datetime(filed.year, filed.month, filed.day, 17, tzinfo=ZoneInfo("Asia/Shanghai"))

    receipt(committee, REPORT, at)

    met, coming = Deadline.objects.filter(kind=REPORT).order_by("pk")
    assert (met.outcome, met.breached_at is not None) == ("met", late)
    assert (coming.last_day, coming.is_open) == (date(2028, 3, 31), True)


def test_receipt_of_what_is_not_owed_is_refused() -> None:
    committee = builders.committee(at=AT, regimes=[Regime.GENERAL])

    with pytest.raises(InvalidInput) as wrong:
        receipt(committee, FILING, AT + DAY)
    receipt(committee, REGISTRATION, AT + DAY)
    receipt(committee, REPORT, AT + 240 * DAY)
    with pytest.raises(InvalidInput) as future:
        perform(
            committee,
            "record_receipt",
            by=builders.keeper_of(committee),
            at=AT + 600 * DAY,
            owed=REPORT,
            number="",
            handled_on="2028-08-01",
        )

    assert set(wrong.value.errors) == {"owed"}
    assert set(future.value.errors) == {"number", "handled_on"}


def test_committee_that_is_being_prepared_owes_nothing() -> None:
    committee = builders.ready(at=AT)

    with pytest.raises(Refused) as refused:
        receipt(committee, REGISTRATION, AT)

    assert [one.code for one in refused.value.refusals] == ["state"]


def test_missed_registration_rises_from_the_officer_to_the_regulator() -> None:
    city = builders.authority("370100", level="city")
    committee = builders.committee(at=AT, regimes=[Regime.GENERAL])
    regulator, officer = builders.holder(Role.REGULATOR, city), builders.keeper_of(committee)
    told = []

    for number in range(-8, 16):
        sweep.sweep(end_of_day(date(2026, 7, 1)) + number * DAY)
        said = Notice.objects.filter(key__startswith="deadline.", object_ref=committee.ref).order_by("pk")[len(told) :]
        told += [(number, notice.person, notice.key.removeprefix("deadline.")) for notice in said]

    secretary, chair = builders.people_of(committee, Role.SECRETARY)[0], builders.people_of(committee, Role.CHAIR)[0]
    assert told == [
        (-7, officer, "reminder"),
        (-1, officer, "reminder"),
        (0, officer, "breach"),
        (0, secretary, "escalation"),
        (1, officer, "overdue"),
        (3, officer, "overdue"),
        (3, chair, "escalation"),
        (7, officer, "overdue"),
        (7, regulator, "escalation"),
    ]


@pytest.mark.article("national", 7)
def test_term_is_told_before_its_end_met_by_renewal_and_over_without() -> None:
    committee = builders.committee(at=AT, regimes=[Regime.GENERAL])
    keeper = builders.keeper_of(committee)
    first, second, *_others = committee.memberships.order_by("pk")
    ends = first.appointment.ends
    perform(
        committee, "renew_term", by=keeper, at=end_of_day(ends) - 30 * DAY, membership=first.pk, ends=ends + 365 * DAY
    )

    sweep.sweep(end_of_day(ends))

    rows = {row.object_ref: row for row in Deadline.objects.filter(kind=TERM, due_at=end_of_day(ends))}
    assert (rows[first.ref].outcome, rows[second.ref].outcome) == ("met", "lapsed")
    assert (rows[second.ref].breached_at, rows[second.ref].citation) == (None, "national:7")
    assert Notice.objects.filter(key="deadline.lapse", object_ref=second.ref).count() == 1
    renewed = Deadline.objects.open().get(kind=TERM)
    assert renewed.last_day == ends + 365 * DAY


@pytest.mark.article("national", 8)
@pytest.mark.article("shandong", 16)
def test_training_is_owed_from_the_appointment_and_anew_from_each_training() -> None:
    committee = builders.committee(at=AT, regimes=[Regime.GENERAL])
    member = builders.people_of(committee, Role.SECRETARY)[0]
    before = Deadline.objects.open().get(kind=TRAINING, person=member)

    for held_on in (date(2026, 8, 31), date(2025, 1, 1)):
        perform(
            committee,
            "record_training",
            by=builders.keeper_of(committee),
            at=AT + 120 * DAY,
            person=member.username,
            title="年度培训",
            held_on=held_on,
            hours="8",
        )

    rows = Deadline.objects.filter(kind=TRAINING, person=member).order_by("pk")
    assert before.last_day > date(2026, 8, 31)
    assert [(row.outcome, row.last_day) for row in rows] == [("met", before.last_day), ("", date(2028, 8, 31))]


@pytest.mark.article("national", 35)
def test_drill_counts_for_its_time_and_the_next_is_owed_from_it() -> None:
    committee = builders.committee(at=AT, regimes=[Regime.GENERAL])
    keeper = builders.keeper_of(committee)

    for held_on in (date(2026, 2, 28), date(2025, 6, 1), date(2026, 5, 31)):
        perform(committee, "record_drill", by=keeper, at=AT, kind="drill", title="演练", held_on=held_on.isoformat())

    rows = Deadline.objects.filter(kind=DRILL).order_by("pk")
    assert [(row.outcome, row.last_day) for row in rows] == [("met", date(2027, 2, 28)), ("", date(2027, 5, 31))]


def test_dissolved_committee_owes_nothing_any_more() -> None:
    committee = builders.committee(at=AT, regimes=[Regime.GENERAL, Regime.HUMAN])

    perform(committee, "dissolve", by=builders.keeper_of(committee), at=AT, reason="合并")

    assert list(Deadline.objects.open()) == []


def test_who_leaves_owes_no_training_and_has_no_term() -> None:
    committee = builders.committee(8, at=AT, regimes=[Regime.GENERAL])
    seat = committee.memberships.filter(appointment__role=Role.MEMBER).order_by("-pk")[0]

    perform(
        committee,
        "end_term",
        by=builders.keeper_of(committee),
        at=AT,
        membership=seat.pk,
        last_day=AT.date(),
        reason="调离",
    )

    term = Deadline.objects.get(kind=TERM, object_ref=seat.ref)
    training = Deadline.objects.get(kind=TRAINING, person=seat.person)
    assert (term.outcome, training.outcome) == ("cancelled", "cancelled")
