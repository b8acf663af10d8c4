"""A complaint: how it comes in, whose matter it is, what becomes of it, and who never sees it."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile

from ethicsreview.accounts.models import Authority, Person, Role
from ethicsreview.accounts.standing import standing_of
from ethicsreview.deadlines.calendar import end_of_working_days, law_day
from ethicsreview.deadlines.models import Deadline
from ethicsreview.deadlines.sweep import sweep
from ethicsreview.lifecycle.door import create, open_steps, perform
from ethicsreview.lifecycle.refusals import NotPermitted, NotVisible, Refused
from ethicsreview.notices.models import Notice
from ethicsreview.trail.models import Entry
from reviews.models import Complainant, Complaint
from reviews.models.complaints.complainant import digest_of
from reviews.models.complaints.receiving import WINDOW, add, followed
from tests.committees.builders import authority, committee, holder, institution, people_of, person
from tests.factories import AppointmentFactory
from tests.reviews.complaints import CONTACT, JINAN, SHANDONG, WHISTLE, city, matter, province

pytestmark = pytest.mark.django_db


def sees(who: Person, made: Complaint, at) -> bool:
    return Complaint.objects.visible_to(standing_of(who, at)).filter(pk=made.pk).exists()


def refused(call, *args, **terms) -> set[str]:
    with pytest.raises(Refused) as caught:
        call(*args, **terms)
    return {refusal.code for refusal in caught.value.refusals}


@pytest.mark.article("national", 46)
def test_a_complaint_goes_to_the_unit_with_its_clock() -> None:
    made = matter().complained()
    deadline = Deadline.objects.get(object_ref=made.complaint.ref)

    assert (made.complaint.handler_id, made.complaint.duty) == (made.unit.pk, "complaint.first_body")
    assert (deadline.kind, deadline.length, deadline.unit) == ("complaint.triage", 15, "days")
    assert sees(made.officer, made.complaint, made.at)


@pytest.mark.article("shandong", 13)
def test_a_suspected_unit_does_not_see_it_and_province_and_city_handle_it() -> None:
    (department, regulator), (town, clerk) = province(), city()

    made = matter().complained(unit_suspected=True)

    assert (made.complaint.handler_id, made.complaint.joint_id) == (department.pk, town.pk)
    assert [sees(who, made.complaint, made.at) for who in (regulator, clerk, made.officer, made.second)] == [
        True,
        True,
        False,
        False,
    ]


@pytest.mark.article("national", 49)
def test_a_suspected_unit_with_a_superior_is_the_superiors_matter() -> None:
    above = institution(JINAN)
    head = holder(Role.INSTITUTION_OFFICER, above)

    made = matter(parent=above).complained(unit_suspected=True)

    assert made.complaint.handler_id == above.pk
    assert sees(head, made.complaint, made.at)


def test_without_a_unit_the_department_of_the_place_handles_it() -> None:
    town, _clerk = city()

    made = matter().complained(unit="", unit_suspected=False)

    assert (made.complaint.handler_id, made.complaint.duty) == (town.pk, "complaint.anyone")


def test_misconduct_is_checked_in_working_days() -> None:
    made = matter().complained(category="applicant.fraud")
    deadline = Deadline.objects.get(object_ref=made.complaint.ref)

    assert (made.complaint.track, deadline.due_at) == ("misconduct", end_of_working_days(made.at, 15))
    assert deadline.citation == "integrity-rules"


def test_an_operator_sees_only_what_nobody_handles() -> None:
    operator = holder(Role.OPERATOR, authority("510000"))
    handled, lost = matter().complained(), matter("510100").complained(unit="查无此单位", region="440100")

    assert lost.complaint.handler_id is None
    assert [sees(operator, one.complaint, one.at) for one in (handled, lost)] == [False, True]


# --- nobody handles what they are accused of ----------------------------------------------------------------------


def test_an_accused_officer_loses_sight_and_the_superior_takes_it() -> None:
    department, _regulator = province()
    made = matter().complained()

    made.handle("name_accused", accused=made.second.username, institution=made.unit.ref, unit_suspected=False)

    assert made.complaint.handler_id == department.pk
    assert [sees(who, made.complaint, made.at) for who in (made.officer, made.second)] == [False, False]
    with pytest.raises(NotVisible):
        made.handle("accept", title="x", track="ethics")


def test_without_a_department_an_accused_officers_unit_is_out_all_the_same() -> None:
    made = matter().complained()

    made.handle("name_accused", accused=made.officer.username, institution=made.unit.ref, unit_suspected=False)

    assert made.complaint.handler_id is None
    assert not sees(made.officer, made.complaint, made.at)


@pytest.mark.parametrize("role", [Role.REGULATOR, Role.OPERATOR])
def test_an_accused_regulator_or_operator_sees_nothing(role: str) -> None:
    town, _clerk = city()
    accused = holder(role, town)
    made = matter().complained(unit="", unit_suspected=False)
    Complaint.objects.filter(pk=made.complaint.pk).update(handler=town if role == Role.REGULATOR else None)
    before = sees(accused, made.complaint, made.at)

    made.complaint.accused.add(accused)

    assert (before, sees(accused, made.complaint, made.at)) == (True, False)
    assert made.complaint.capacities(standing_of(accused, made.at)) == set()


def test_nobody_of_an_accused_committee_sees_it_even_as_an_officer() -> None:
    board = committee()
    officer = holder(Role.INSTITUTION_OFFICER, board.institution)
    member = people_of(board, Role.CHAIR)[0]
    made = matter()
    made.complained(unit=board.institution.name)
    assert sees(officer, made.complaint, made.at)

    named = {"accused": "", "institution": board.institution.ref, "committee": board.ref, "unit_suspected": False}
    made.handle("name_accused", by=officer, **named)

    assert sees(officer, made.complaint, made.at)
    assert not sees(member, made.complaint, made.at)


def test_nobody_of_an_accused_committee_is_reminded_of_it_whatever_office_they_hold() -> None:
    board = committee()
    officer = holder(Role.INSTITUTION_OFFICER, board.institution)
    member = people_of(board, Role.CHAIR)[0]
    made = matter()
    AppointmentFactory(
        person=member,
        role=Role.INSTITUTION_OFFICER,
        body=board.institution,
        starts=law_day(made.at) - timedelta(days=1),
    )
    made.complained(unit=board.institution.name)
    named = {"accused": "", "institution": board.institution.ref, "committee": board.ref, "unit_suspected": False}
    made.handle("name_accused", by=officer, **named)
    clock = Deadline.objects.of(made.complaint).open().get()

    sweep(clock.due_at + timedelta(minutes=1))

    told = Notice.objects.filter(object_ref=made.complaint.ref, key="deadline.breach").values_list("person", flat=True)
    assert officer.pk in told
    assert member.pk not in told


def test_others_see_nothing() -> None:
    made = matter().complained()
    others = [made.accused, made.investigator, holder(Role.INSTITUTION_OFFICER, institution("510100")), person()]
    others.append(holder(Role.REGULATOR, authority("510000", level="province")))

    assert [sees(who, made.complaint, made.at) for who in others] == [False] * 5


# --- what becomes of it -------------------------------------------------------------------------------------------


def test_declined_with_a_reason_that_the_complainant_can_read() -> None:
    made = matter().complained().handle("decline", reason="不属于科技活动")

    assert (made.complaint.state, made.complaint.answer) == ("declined", "不属于科技活动")
    assert not Deadline.objects.of(made.complaint).open().exists()


def test_transferred_to_a_competent_organ() -> None:
    made = matter().complained()

    made.handle("hand_over", ground="crime", receiver="市公安局", reason="涉嫌犯罪")

    assert made.complaint.state == "transferred"


def test_referred_to_a_department_of_the_place() -> None:
    town, clerk = city()
    made = matter().complained()

    made.handle("refer", body=town.ref, reason="涉及多个单位")

    assert made.complaint.handler_id == town.pk
    assert [deadline.body_id for deadline in Deadline.objects.of(made.complaint).open()] == [town.pk]
    assert "accept" in {view.name for view in open_steps(made.complaint, clerk, at=made.at)}


@pytest.mark.article("shandong", 13)
def test_a_sector_department_takes_over_where_the_rules_say_so() -> None:
    health = authority(SHANDONG, level="province", field=Authority.Field.HUMAN)
    official = holder(Role.REGULATOR, health)
    made = matter().complained()

    made.handle("take_over", by=official, reason="重大案件")

    assert made.complaint.handler_id == health.pk


def test_elsewhere_a_sector_department_does_not_take_over() -> None:
    health = authority("510000", level="province", field=Authority.Field.HUMAN)
    official = holder(Role.REGULATOR, health)
    made = matter("510100").complained(region="510100")

    assert refused(made.handle, "take_over", by=official, reason="重大案件") == {"no_takeover"}


def test_a_general_department_does_not_take_over() -> None:
    _department, regulator = province()
    made = matter().complained()

    with pytest.raises(NotPermitted):
        made.handle("take_over", by=regulator, reason="重大案件")


def test_a_complaint_is_made_by_nobody_in_particular() -> None:
    with pytest.raises(NotPermitted):
        create(Complaint(category="applicant.other", region=JINAN, about="x", account="x"), by=matter().officer)


# --- the key, and who complained ----------------------------------------------------------------------------------


def test_the_key_opens_its_complaint_alone() -> None:
    one, other = matter().complained(), matter().complained()
    spaced = "-".join([one.received.key[:5].lower(), one.received.key[5:]])

    assert followed(one.complaint.ref, spaced) == one.complaint
    assert followed(one.complaint.ref, other.received.key) is None
    assert followed("T2026-999999", one.received.key) is None
    assert one.complaint.key_digest == digest_of(one.received.key)


def test_more_is_added_with_its_file_until_it_is_closed() -> None:
    made = matter().complained()
    file = ContentFile("证据".encode(), name="证据.txt")

    add(made.complaint, text="还有录音", papers=[file], at=made.at)
    made.handle("decline", reason="不属实")
    closed = refused(add, made.complaint, text="再说", at=made.at)

    assert [one.text for one in made.complaint.additions.all()] == ["还有录音"]
    (paper,) = made.complaint.papers.all()
    assert (paper.version.uploaded_by.username, paper.version.uploaded_by.is_active) == (WINDOW, False)
    assert closed == {"state"}


def test_who_complained_is_sealed_and_the_record_has_no_word_of_it() -> None:
    made = matter().complained()
    kept = Complainant.objects.get(complaint=made.complaint)
    facts = " ".join(str(entry.facts) + entry.actor_name for entry in Entry.objects.all())

    assert (kept.identity.name, kept.identity.contact) == (WHISTLE, CONTACT)
    assert WHISTLE not in kept.sealed
    assert WHISTLE not in facts
    assert made.complaint.account not in facts


def test_an_anonymous_complaint_has_no_row_of_identity() -> None:
    made = matter().complained(name="", contact="")

    assert made.complaint.anonymous
    assert not Complainant.objects.exists()


def test_a_late_first_check_is_noted() -> None:
    made = matter().complained()
    made.at += timedelta(days=20)

    made.handle("decline", reason="不属实")

    assert Deadline.objects.of(made.complaint).get().breached_at is not None
    assert law_day(made.at) > law_day(made.complaint.received_at)


def test_a_state_is_no_step_by_hand() -> None:
    made = matter().complained()

    with pytest.raises(NotPermitted):
        perform(made.complaint, "close", by=made.officer, at=made.at, answer="x")
