"""The annual report: drafted by the day, counted and never typed, signed, submitted, summed up (Measures 45)."""

from collections import Counter
from datetime import date, timedelta

import pytest

from committees.timing import REPORT
from ethicsreview.accounts.models import Role
from ethicsreview.accounts.standing import standing_of
from ethicsreview.deadlines.models import Deadline
from ethicsreview.documents.models import Letter
from ethicsreview.lifecycle.door import open_steps
from ethicsreview.lifecycle.refusals import InvalidInput, NotPermitted, Refused
from reviews.models import AnnualReport, Review
from reviews.models.annual import summing
from reviews.models.annual.drafting import draft_pending
from reviews.models.annual.figures import figures_of, year_of
from reviews.models.annual.kinds import label_of
from reviews.models.annual.lettering import issue_pending
from reviews.models.annual.timing import CITY, CORRECT
from reviews.rules.annual import median_days
from tests.committees.builders import keeper_of, people_of, person
from tests.reviews.annual import DRAFTED, SET_UP, SUMMED, TEXTS, YEAR, year
from tests.reviews.builders import PASSWORD, Case, codes, with_password
from tests.reviews.inspections import NOTICE, inspecting
from tests.reviews.local_rules import local_rule

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def chair_of(committee):
    return with_password(people_of(committee, Role.CHAIR)[0])


@pytest.mark.article("national", 45)
def test_draft_comes_with_its_day_once_and_holds_what_the_rows_say() -> None:
    made = year("370100")
    committee = made.committees[0]
    path = Case(committee, person(), SET_UP).concluded()
    before = draft_pending(DRAFTED - DAY)

    drafted = [draft_pending(DRAFTED), draft_pending(DRAFTED)]

    report = made.of(committee)
    days = (path.review.concluded_at - path.review.accepted_at).days
    wanted = {
        "committees": 1,
        "decided": 1,
        "members": 7,
        "outcome.approved": 1,
        "procedure.general": 1,
        "received": 1,
        f"days.{days}": 1,
    }
    assert (before, drafted) == (0, [1, 0])
    assert (report.state, report.year, report.receiver) == ("draft", YEAR, made.departments["370100"])
    assert report.figures == wanted
    assert figures_of(committee, *year_of(YEAR - 1)) == {"committees": 1}


def test_committee_that_was_set_up_after_the_year_reports_nothing_on_it() -> None:
    made = year("370100")

    assert draft_pending(DRAFTED - timedelta(days=365)) == 0
    assert draft_pending(DRAFTED) == 1
    assert made.of(made.committees[0]).year == YEAR


def test_figures_count_dissent_and_late_decisions_of_the_round_that_was_decided() -> None:
    made = year("370100")
    path = Case(made.committees[0], person(), SET_UP).voted("rejected")
    path.at += 40 * DAY
    path.do("conclude", path.chair, password=PASSWORD)

    figures = figures_of(made.committees[0], *year_of(YEAR))

    assert (figures["dissent"], figures["late"], median_days(figures)) == (1, 1, 40)


@pytest.mark.article("national", 45)
def test_signed_figures_are_frozen_and_the_receipt_meets_what_the_committee_owes() -> None:
    made = year("370100").drafted()
    committee = made.committees[0]
    chair, officer = chair_of(committee), keeper_of(committee)
    with pytest.raises(Refused) as unwritten:
        made.do(committee, "sign", chair, password=PASSWORD)
    signed = made.signed(committee, chair)
    Case(committee, person(), SET_UP).submitted()
    with pytest.raises(InvalidInput) as wanting:
        made.do(committee, "submit", officer)

    done = made.do(committee, "submit", officer, number="年-1", handled_on="2027-03-01")

    rows = Deadline.objects.filter(kind=REPORT).order_by("pk")
    assert codes(unwritten) == {"work_missing", "listed_activities_missing"}
    assert set(wanting.value.errors) == {"number", "handled_on"}
    assert (done.figures, done.digest) == (signed.figures, signed.digest)
    assert "received" not in done.figures
    assert [(row.outcome, row.last_day) for row in rows] == [("met", date(2027, 3, 31)), ("", date(2028, 3, 31))]
    assert [(one.what, one.number) for one in committee.registrations.all()] == [("report", "年-1")]


def test_what_was_altered_after_the_signature_is_not_submitted() -> None:
    made = year("370100").drafted()
    committee = made.committees[0]
    made.signed(committee, chair_of(committee))
    AnnualReport.objects.filter(body=committee.pk).update(figures={"decided": 99})

    with pytest.raises(Refused) as altered:
        made.do(committee, "submit", keeper_of(committee), number="年-1", handled_on="2027-03-01")

    assert codes(altered) == {"altered"}


def test_returned_report_is_corrected_in_its_days_and_signed_anew() -> None:
    made = year("370100").drafted()
    committee, regulator = made.committees[0], made.regulator("370100")
    first = made.submitted(committee)

    returned = made.do(committee, "send_back", regulator, reason="请补充问题和建议")
    owed = Deadline.objects.get(kind=CORRECT)
    again = made.submitted(committee)
    accepted = made.do(committee, "take_in", regulator)

    assert (returned.state, returned.reason, returned.digest) == ("returned", "请补充问题和建议", "")
    assert (owed.last_day, owed.role) == (date(2027, 3, 16), Role.INSTITUTION_OFFICER)
    assert Deadline.objects.get(pk=owed.pk).outcome == "met"
    assert (again.signatures, first.signatures, accepted.state) == (2, 1, "accepted")
    # The year's own time was met by the first receipt; the second begins no other year.
    assert Deadline.objects.open().get(kind=REPORT).last_day == date(2028, 3, 31)


def test_who_may_do_what() -> None:
    made = year("370100", "370200").drafted()
    one, other = made.committees
    member, regulator = people_of(one, Role.MEMBER)[0], made.regulator("370100")
    made.submitted(one)

    def seen(who):
        return set(AnnualReport.objects.visible_to(standing_of(who, made.at)))

    assert seen(member) == seen(keeper_of(one)) == {made.of(one)}
    # What is still being written is the committee's own.
    assert seen(regulator) == seen(made.regulator("370000")) == {made.of(one)}
    assert seen(made.regulator("370200")) == seen(person()) == set()
    with pytest.raises(NotPermitted):
        made.do(one, "take_in", made.regulator("370000"))
    with pytest.raises(NotPermitted):
        made.do(other, "sign", people_of(other, Role.SECRETARY)[0], password=PASSWORD)
    assert {view.name for view in open_steps(made.of(one), regulator, at=made.at)} == {"send_back", "take_in"}


@pytest.mark.article("shandong", 1)
def test_city_and_province_add_up_exactly_by_unit_and_by_city() -> None:
    made = year("370100", "370101", "370200")
    jinan, unit, qingdao = made.committees
    for committee, number in ((jinan, 2), (unit, 1), (qingdao, 3)):
        for _one in range(number):
            Case(committee, person(), SET_UP).concluded()
    made.drafted()
    for committee in made.committees:
        made.submitted(committee)
    made.at = SUMMED
    made.drafted()
    owed = {row.object_ref: row.last_day for row in Deadline.objects.open().filter(kind=CITY)}

    first, second = made.summed("370100"), made.summed("370200")
    province = made.summed("370000")

    by_hand: Counter[str] = Counter()
    for committee in made.committees:
        rows = Review.objects.filter(committee=committee, concluded_at__isnull=False)
        by_hand[committee.pk] = rows.count()
    assert {first.ref: date(2027, 4, 30), second.ref: date(2027, 4, 30)} == owed
    assert by_hand == {jinan.pk: 2, unit.pk: 1, qingdao.pk: 3}
    assert [(one["key"], one["figures"]["decided"]) for one in first.groups] == sorted(
        [(jinan.institution.ref, 2), (unit.institution.ref, 1)]
    )
    assert [(one["key"], one["name"], one["figures"]["decided"]) for one in province.groups] == [
        ("370100", "山东省济南市", 3),
        ("370200", "山东省青岛市", 3),
    ]
    # Each figure of the province, added by hand over the committees' own reports.
    leaves: Counter[str] = Counter()
    for committee in made.committees:
        leaves.update(made.of(committee).figures)
    assert province.figures == dict(leaves)
    assert province.figures["committees"] == 3
    assert [part["ref"] for part in province.parts] == [first.ref, second.ref]


def test_what_a_signed_sum_counts_is_not_sent_back() -> None:
    made = year("370100").drafted()
    made.submitted(made.committees[0])
    made.at = SUMMED
    made.drafted()
    city = made.signed(made.departments["370100"], made.regulator("370100"))

    with pytest.raises(Refused) as summed:
        made.do(made.committees[0], "send_back", made.regulator("370100"), reason="再核对")
    made.do(made.departments["370100"], "reopen", made.regulator("370100"))
    returned = made.do(made.committees[0], "send_back", made.regulator("370100"), reason="再核对")

    assert codes(summed) == {"summed_up"}
    assert city.ref in str(summed.value.refusals[0])
    assert returned.state == "returned"


@pytest.mark.article("sichuan", 1)
def test_where_no_rule_asks_cities_to_report_the_province_sums_up_the_committees() -> None:
    made = year("510100", "510700").drafted()
    for committee in made.committees:
        made.submitted(committee)
    made.at = SUMMED
    made.drafted()

    province = made.summed("510000")

    assert set(AnnualReport.objects.values_list("level", flat=True)) == {"committee", "province"}
    assert [one["key"] for one in province.groups] == ["510100", "510700"]
    assert province.figures["members"] == sum(made.of(one).figures["members"] for one in made.committees)


def test_sum_of_nothing_is_not_signed() -> None:
    made = year("370100").drafted()
    made.at = SUMMED
    made.drafted()
    city, regulator = made.departments["370100"], made.regulator("370100")
    made.do(city, "write", regulator, **TEXTS)

    with pytest.raises(Refused) as nothing:
        made.do(city, "sign", regulator, password=PASSWORD)

    assert {one.code: one.cite for one in nothing.value.refusals} == {
        "nothing_to_sum": "national:45",
        "duties_missing": "shandong:1",
    }


@pytest.mark.article("shandong", 1)
def test_city_reports_how_it_did_its_duties_and_the_numbers_add_up_to_the_provinces() -> None:
    made = year("370100", "370200").drafted()
    for one in made.committees:
        made.submitted(one)
    inspected = inspecting("370100", at=SET_UP + timedelta(days=40)).answered(ground="oversight")
    inspected.put_right("confirm", note="已核实")
    elsewhere = inspecting("370300", at=SET_UP + timedelta(days=40)).planned(ground="oversight")
    elsewhere.do("announce", notice="通知")
    elsewhere.at += timedelta(days=NOTICE)
    elsewhere.do("begin", by=elsewhere.team[0])
    made.at = SUMMED
    made.drafted()

    city, other = made.summed("370100"), made.summed("370200")
    province = made.summed("370000")

    duties = {name: number for name, number in city.figures.items() if name.startswith("duty.")}
    assert duties == {"duty.inspections": 1, "duty.rectifications": 1, "duty.rectified": 1}
    assert label_of("duty.inspections") == "履职：开展现场检查"
    assert not [name for name in other.figures if name.startswith("duty.")]
    assert city.content()["duties"] == "检查两次，督促整改一项。"
    # The third city has reported nothing yet: what it did is its own to report, and counted by nobody else.
    assert {name: province.figures[name] for name in duties} == duties


@pytest.mark.article("shandong", 1)
def test_city_reports_as_often_as_its_period_says_and_between_the_province_counts_for_it(monkeypatch) -> None:
    made = year("370100")
    local_rule(monkeypatch, "annual_report.city_months", value=24)

    for later in range(3):
        draft_pending(SUMMED.replace(year=SUMMED.year + later), limit=1000)

    reports = AnnualReport.objects.filter(body__in=[one.pk for one in made.departments.values()])
    drafted = [(one.year, one.level, summing.reporting_cities(one)) for one in reports.order_by("year", "level")]
    assert drafted == [
        (YEAR, "city", []),
        (YEAR, "province", ["370100"]),
        (YEAR + 1, "province", []),
        (YEAR + 2, "city", []),
        (YEAR + 2, "province", ["370100"]),
    ]


def test_department_that_comes_after_the_day_is_not_late_at_once() -> None:
    year("370100")

    draft_pending(SUMMED + 60 * DAY, limit=1000)

    assert Deadline.objects.get(kind=CITY).last_day == (SUMMED + 75 * DAY).date()


def test_each_signature_is_a_paper_of_its_own() -> None:
    made = year("370100").drafted()
    committee = made.committees[0]
    made.signed(committee, chair_of(committee))
    first = issue_pending(made.at)
    made.do(committee, "reopen", chair_of(committee))
    made.signed(committee, chair_of(committee))

    then = [issue_pending(made.at), issue_pending(made.at)]

    report = made.of(committee)
    assert (first, then) == (1, [1, 0])
    assert [one.number for one in Letter.objects.order_by("pk")] == [f"{report.ref}-1", f"{report.ref}-2"]


def test_figures_have_names() -> None:
    assert label_of("outcome.approved") == "决定：批准"
    assert label_of("late") == "逾期作出的决定"
