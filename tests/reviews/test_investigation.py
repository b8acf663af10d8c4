"""An investigation: who carries it out, who never does, and that nobody is found against unheard."""

from datetime import date, datetime, timedelta

import pytest

from ethicsreview.accounts.models import Person, Role
from ethicsreview.accounts.standing import standing_of
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.deadlines.models import Deadline
from ethicsreview.lifecycle.door import open_steps, perform
from ethicsreview.lifecycle.refusals import InvalidInput, NotPermitted, NotVisible, Refused
from ethicsreview.notices.models import Notice
from ethicsreview.policy import policy_for
from ethicsreview.policy.days import LAW_ZONE
from ethicsreview.trail.models import Entry
from reviews.models import Complaint, Investigation, Respondent
from reviews.models.investigations.opening import open_by_own_motion
from tests.committees.builders import authority, committee, holder, institution, people_of, person
from tests.factories import AppointmentFactory
from tests.reviews.builders import case
from tests.reviews.complaints import Matter, city, matter, province

pytestmark = pytest.mark.django_db
OWN = {
    "title": "主动立案",
    "origin": "sampling",
    "origin_ref": "I2026-000001",
    "track": "ethics",
    "account": "抽查发现",
}


def sees(who: Person, made: Matter) -> bool:
    rows = Investigation.objects.visible_to(standing_of(who, made.at))
    return rows.filter(pk=made.investigation.pk).exists()


def reads_the_complaint(who: Person, made: Matter) -> bool:
    rows = Complaint.objects.visible_to(standing_of(who, made.at))
    return rows.filter(pk=made.complaint.pk).exists()


def codes(call, *args, **terms) -> set[str]:
    with pytest.raises(Refused) as caught:
        call(*args, **terms)
    return {refusal.code for refusal in caught.value.refusals}


def test_accepting_opens_it_with_its_clock() -> None:
    made = matter().accepted()
    (deadline,) = Deadline.objects.of(made.investigation).open()

    assert (made.investigation.handler_id, made.investigation.state) == (made.unit.pk, "investigating")
    assert (deadline.kind, deadline.length, deadline.unit) == ("investigation.finish", 6, "months")
    assert made.investigation.next_due_at == deadline.due_at


@pytest.mark.article("shandong", 13)
def test_a_unit_opens_one_on_its_own_motion_and_nobody_elses() -> None:
    made = matter()

    opened = open_by_own_motion(made.unit, by=made.officer, at=made.at, **OWN)

    assert (opened.handler_id, opened.origin_ref, opened.complaint) == (made.unit.pk, "I2026-000001", None)
    assert Deadline.objects.of(opened).open().count() == 1
    with pytest.raises(NotPermitted):
        open_by_own_motion(institution(), by=made.officer, at=made.at, **OWN)


def test_the_time_is_extended_with_its_reason() -> None:
    made = matter().accepted()
    later = law_day(made.investigation.next_due_at) + timedelta(days=30)

    made.look_into("extend", due_on=later, reason="案情复杂")

    (deadline,) = Deadline.objects.of(made.investigation).open()
    assert deadline.history[-1]["reason"] == "案情复杂"


# --- nobody investigates what they are accused of -----------------------------------------------------------------


def test_the_accused_cannot_be_named_an_investigator() -> None:
    made = matter().named()

    with pytest.raises(InvalidInput) as caught:
        made.look_into("name_investigators", investigators=made.accused.username)

    assert made.accused.name in str(caught.value.errors["investigators"])


def test_nobody_who_works_with_the_accused_is_named() -> None:
    path = case().assessed()
    made = matter().accepted()
    made.accuse(username=path.lead.username)
    other = person()
    path.project.members.create(person=other, name=other.name)

    with pytest.raises(InvalidInput):
        made.look_into("name_investigators", investigators=other.username)


def test_an_investigator_who_turns_out_to_be_accused_leaves() -> None:
    made = matter().named()
    assert sees(made.investigator, made)

    made.accuse(username=made.investigator.username)

    assert not made.investigation.investigators.exists()
    assert not sees(made.investigator, made)


@pytest.mark.article("national", 49)
def test_where_an_officer_is_accused_the_superior_goes_on() -> None:
    above = institution()
    head = holder(Role.INSTITUTION_OFFICER, above)
    made = matter(parent=above).named()

    made.accuse(username=made.second.username)

    assert (made.investigation.handler_id, made.complaint.handler_id) == (above.pk, above.pk)
    assert not made.investigation.investigators.exists()
    assert [reads_the_complaint(who, made) for who in (head, made.officer, made.second)] == [True, False, False]
    assert [sees(who, made) for who in (head, made.officer, made.second, made.investigator)] == [
        True,
        False,
        False,
        False,
    ]
    assert [deadline.body_id for deadline in Deadline.objects.of(made.investigation).open()] == [above.pk]


@pytest.mark.parametrize("role", [Role.INSTITUTION_OFFICER, Role.RESEARCHER])
def test_nobody_of_an_accused_unit_sees_it(role: str) -> None:
    department, regulator = province()
    accused_unit = institution()
    inside = holder(role, accused_unit)
    made = matter().complained(unit="", unit_suspected=False)
    made.complaint.__class__.objects.filter(pk=made.complaint.pk).update(handler=department)
    made.handle("accept", by=regulator, title="x", track="ethics")
    made.investigation = Investigation.objects.get(complaint=made.complaint)
    # Named to investigate before, and a regulator besides: it makes no difference.
    AppointmentFactory(person=inside, role=Role.REGULATOR, body=department, starts=date(2024, 1, 1))
    before = sees(inside, made)

    made.look_into("add_respondent", by=regulator, username="", body=accused_unit.ref, name="")

    assert (before, sees(inside, made)) == (True, False)
    assert made.investigation.capacities(standing_of(inside, made.at)) == set()
    with pytest.raises(NotVisible):
        perform(made.investigation, "extend", by=inside, at=made.at, due_on=law_day(made.at), reason="x")


@pytest.mark.parametrize("role", [Role.SECRETARY, Role.CHAIR, Role.MEMBER])
def test_nobody_of_an_accused_committee_sees_it(role: str) -> None:
    board = committee()
    inside = people_of(board, role)[0]
    AppointmentFactory(person=inside, role=Role.INSTITUTION_OFFICER, body=board.institution, starts=date(2024, 1, 1))
    made = matter()
    made.unit, made.officer = board.institution, holder(Role.INSTITUTION_OFFICER, board.institution)
    made.accepted()
    before = sees(inside, made)

    made.accuse(body=board.ref)

    assert (before, sees(inside, made), sees(made.officer, made)) == (True, False, True)
    assert [reads_the_complaint(who, made) for who in (inside, made.officer)] == [False, True]


def test_nobody_of_an_accused_department_sees_it() -> None:
    town, clerk = city()
    _department, regulator = province()
    made = matter().accepted()
    assert sees(clerk, made)

    made.accuse(body=town.ref)

    assert [sees(clerk, made), sees(regulator, made)] == [False, True]
    assert [reads_the_complaint(who, made) for who in (clerk, regulator)] == [False, True]


def test_an_operator_and_strangers_see_nothing() -> None:
    made = matter().named()
    others = [holder(Role.OPERATOR, authority("510000")), person(), holder(Role.REGULATOR, authority("510000"))]

    assert [sees(who, made) for who in others] == [False] * 3


def test_the_accused_sees_their_own_part_once_told_and_nothing_else() -> None:
    made = matter().named().found()
    standing = standing_of(made.accused, made.at)
    rows = Respondent.objects.visible_to(standing)
    before = rows.exists()

    made.ask("notify", until=law_day(made.at) + timedelta(days=10))

    assert (before, rows.get().pk) == (False, made.respondent.pk)
    assert not sees(made.accused, made)
    assert [view.name for view in open_steps(made.respondent, made.accused, at=made.at)] == ["state_case"]
    assert Notice.objects.filter(person=made.accused, key="respondent.notify").count() == 1


def test_another_accused_does_not_see_it() -> None:
    made = matter().named()
    other = person()
    made.accuse(username=other.username).notified()

    assert not Respondent.objects.visible_to(standing_of(made.accused, made.at)).exists()


# --- evidence, hearing, findings ----------------------------------------------------------------------------------


def test_evidence_keeps_its_versions() -> None:
    made = matter().named().evidence()
    first = made.investigation.evidence.get()

    made.evidence("招募广告（清晰）", earlier=first.version.document)

    assert [(one.number, one.version.number) for one in made.investigation.evidence.all()] == [(1, 1), (2, 2)]
    entry = Entry.objects.filter(step="enter_evidence").latest("pk")
    assert entry.facts["input"]["version"] == 2


def test_a_statement_is_evidence_in_words_which_the_record_does_not_repeat() -> None:
    made = matter().named()

    made.look_into(
        "enter_evidence", by=made.investigator, kind="statement", title="询问笔录", text="当时没有申请", document=""
    )

    entry = Entry.objects.filter(step="enter_evidence").latest("pk")
    assert "当时没有申请" not in str(entry.facts)
    assert made.investigation.evidence.get().text == "当时没有申请"


def test_nobody_is_found_against_unheard() -> None:
    made = matter().named().found()

    unheard = codes(made.ask, "settle", weighed="x")
    made.ask("notify", until=law_day(made.at) + timedelta(days=10))
    waiting = codes(made.ask, "settle", weighed="x")
    made.at += timedelta(days=11)
    made.ask("settle", weighed="逾期未陈述")

    assert (unheard, waiting, made.respondent.state) == ({"not_notified"}, {"hearing"}, "established")


def test_the_hearing_is_as_long_as_policy_says() -> None:
    made = matter().named().found()

    with pytest.raises(InvalidInput):
        made.ask("notify", until=law_day(made.at) + timedelta(days=9))


def test_a_finding_after_the_notice_is_told_anew() -> None:
    made = matter().named().notified()

    made.found(offence="applicant.fraud")

    assert made.respondent.state == "named"
    assert codes(made.ask, "settle", weighed="x") == {"not_notified"}


def test_what_is_stated_too_late_is_refused() -> None:
    made = matter().named().notified()
    made.at += timedelta(days=11)

    assert codes(made.ask, "state_case", by=made.accused, statement="x") == {"hearing_over"}


def test_without_an_adverse_finding_nobody_needs_to_be_told() -> None:
    made = matter().named().found("not_established")

    told = codes(made.ask, "notify", until=law_day(made.at) + timedelta(days=10))
    made.ask("settle", weighed="查无实据")
    made.look_into("conclude", summary="不属实", answer="")

    assert (told, made.respondent.state, made.investigation.state) == ({"nothing_adverse"}, "cleared", "unfounded")
    assert (made.complaint.state, made.complaint.answer) == ("closed", "不属实")


def test_it_is_not_concluded_while_somebody_waits() -> None:
    made = matter().accepted()
    empty = codes(made.look_into, "conclude", summary="x", answer="")
    made.look_into("name_investigators", investigators=made.investigator.username)
    made.accuse(username=made.accused.username)

    assert empty == {"no_investigator", "no_respondent"}
    assert codes(made.look_into, "conclude", summary="x", answer="") == {"unsettled"}


def test_who_has_been_told_and_not_heard_yet_is_named_with_what_they_wait_for() -> None:
    made = matter().named().notified()

    with pytest.raises(Refused) as caught:
        made.look_into("conclude", summary="x", answer="")

    (refusal,) = caught.value.refusals
    assert str(refusal) == f"还没有最终认定：{made.accused.name}（已告知，待陈述申辩）"


def test_partly_founded_is_what_the_findings_come_to() -> None:
    made = matter().named().found("not_established", offence="applicant.obstruction").settled()

    made.look_into("conclude", summary="部分属实", answer="")

    assert made.investigation.state == "partly_founded"


@pytest.mark.article("shandong", 14)
@pytest.mark.parametrize(("day", "basis"), [(date(2026, 3, 19), "order-19"), (date(2026, 3, 20), "order-24")])
def test_the_legal_basis_is_that_of_the_day_of_the_act(day: date, basis: str) -> None:
    """Order 19 until 2026-03-19, Order 24 from 2026-03-20: the same finding on two days."""
    made = matter().named().found(occurred_on=day)

    finding = made.respondent.findings.get()

    assert (finding.basis, finding.cite) == (basis, "national:47")


@pytest.mark.parametrize(("day", "basis"), [((2026, 3, 19), "order-19"), ((2026, 3, 20), "order-24")])
def test_the_same_question_for_two_days_has_two_answers(day, basis) -> None:
    assert policy_for(region="370100", at=datetime(*day, 12, tzinfo=LAW_ZONE)).value("sanction.basis") == basis


@pytest.mark.article("shandong", 14)
def test_what_is_a_crime_is_handed_over_with_its_receipt() -> None:
    made = matter().named()

    made.look_into("hand_over", ground="crime", receiver="市公安局", reason="涉嫌诈骗")
    made.look_into("enter_receipt", number="公受〔2026〕3号", received_on=law_day(made.at))
    again = codes(made.look_into, "enter_receipt", number="x", received_on=law_day(made.at))

    transfer = made.investigation.transfers.get()
    assert (transfer.receiver, transfer.number, again) == ("市公安局", "公受〔2026〕3号", {"no_transfer"})


# --- who complained -----------------------------------------------------------------------------------------------


def test_an_investigator_alone_asks_who_complained_with_a_reason_on_record() -> None:
    made = matter().named()

    with pytest.raises(NotPermitted):
        made.look_into("reveal", reason="想知道")
    with pytest.raises(InvalidInput):
        made.look_into("reveal", by=made.investigator, reason="")
    made.look_into("reveal", by=made.investigator, reason="需要当面核实")

    entry = Entry.objects.get(step="reveal")
    assert (entry.actor_ref, entry.facts["input"]) == (made.investigator.username, {"reason": "需要当面核实"})


def test_an_anonymous_complainant_has_no_name_to_show() -> None:
    made = matter().named(name="", contact="")

    assert codes(made.look_into, "reveal", by=made.investigator, reason="x") == {"anonymous"}


@pytest.mark.parametrize("whose", ["unit", "committee"])
def test_an_accused_body_has_its_day_to_answer(whose: str) -> None:
    """Through the officer of a unit; through the secretary of a committee."""
    accused = committee()
    body, role = (accused, Role.SECRETARY) if whose == "committee" else (institution(), Role.INSTITUTION_OFFICER)
    made = matter().accepted().look_into("name_investigators", investigators=person().username)
    made.investigator = made.investigation.investigators.get().person
    made.accuse(body=body.ref).notified()

    deadline = Deadline.objects.of(made.respondent).open().get()

    assert (deadline.body_id, deadline.role, deadline.kind) == (body.pk, role, "respondent.state")
