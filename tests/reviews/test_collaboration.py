"""Collaborative review: who takes part, what is confirmed, and how what one unit does reaches the others."""

from datetime import timedelta

import pytest

from committees.models import conflict_grounds
from ethicsreview.deadlines.models import Deadline
from ethicsreview.lifecycle.door import perform
from ethicsreview.lifecycle.refusals import InvalidInput, NotPermitted, NotVisible, Refused
from ethicsreview.notices.models import Notice
from reviews.models import Project, Review
from reviews.models.collaborations.confirming import LOCAL_MATERIALS
from reviews.models.collaborations.joining import start_collaboration
from reviews.models.collaborations.picture import differing_in, measure
from reviews.models.projects.interests import project_facts
from reviews.models.projects.starting import gates
from reviews.models.submissions.submission import keep_section
from tests.committees.builders import person
from tests.factories import AppointmentFactory
from tests.reviews.builders import PASSWORD, signing
from tests.reviews.following import filed, step
from tests.reviews.together import decided, joint, together

pytestmark = pytest.mark.django_db


def codes(caught: pytest.ExceptionInfo[Refused]) -> set[str]:
    return {refusal.code for refusal in caught.value.refusals}


def test_a_unit_that_joins_gets_a_part_of_its_own_with_its_own_lead() -> None:
    made = joint("370200").started().invite()
    [unit] = made.units

    made.join()

    part = unit.participation.project
    assert unit.participation.state == "joined"
    assert (part.institution, part.lead, part.region, part.state) == (
        unit.institution,
        unit.local_lead,
        "370200",
        Project.State.DRAFT,
    )
    assert part.members.get().person == made.lead.lead
    assert made.lead.project.members.get().institution == unit.institution


def test_the_collaboration_is_begun_once_and_by_the_lead_alone() -> None:
    made = joint().started()

    assert start_collaboration(made.lead.project, by=made.lead.lead, at=made.lead.at) == made.collaboration
    with pytest.raises(NotPermitted):
        start_collaboration(made.lead.project, by=person(), at=made.lead.at)


def test_a_part_of_a_collaboration_cannot_lead_another() -> None:
    made = joint("370200").started().invite().join()
    [unit] = made.units

    with pytest.raises(Refused) as caught:
        start_collaboration(unit.participation.project, by=unit.local_lead, at=made.lead.at)

    assert codes(caught) == {"part_of_one"}


def test_units_are_invited_by_name_or_reference_and_all_that_are_unknown_are_named() -> None:
    made = joint("370200", "370300", committee=False).started()
    first, second = made.units

    with pytest.raises(InvalidInput) as caught:
        made.do("invite", units=f"{first.institution.name}\n查无此院\n无此单位")
    made.do("invite", units=f"{first.institution.name}\n{second.institution.ref}\n")

    assert "查无此院、无此单位" in caught.value.errors["units"][0]
    assert made.collaboration.participations.count() == 2


@pytest.mark.parametrize("who", ["lead unit", "twice"])
def test_the_lead_unit_and_who_is_there_already_are_not_invited(who: str) -> None:
    made = joint("370200", committee=False).started().invite()
    unit = made.lead.committee.institution if who == "lead unit" else made.units[0].institution

    with pytest.raises(InvalidInput) as caught:
        made.do("invite", units=unit.ref)

    assert set(caught.value.errors) == {"units"}


def test_who_declined_may_be_invited_again() -> None:
    made = joint("370200", committee=False).started().invite()
    [unit] = made.units
    made.step(unit, "decline", unit.officer, reason="没有条件")

    made.invite()

    assert [one.state for one in made.collaboration.participations.order_by("pk")] == ["declined", "invited"]


def test_only_the_units_own_researcher_becomes_its_lead() -> None:
    made = joint("370200", committee=False).started().invite()
    [unit] = made.units

    for other in (person(), made.lead.lead):
        with pytest.raises(InvalidInput) as caught:
            made.step(unit, "join", unit.officer, local_lead=other.username)
        assert set(caught.value.errors) == {"local_lead"}


def test_before_the_lead_unit_has_decided_nothing_can_be_confirmed() -> None:
    made = joint("370200").started().invite().join()
    [unit] = made.units

    with pytest.raises(Refused) as caught:
        made.begin(unit)

    assert codes(caught) == {"lead_undecided"}


def test_a_confirmation_begins_with_the_very_version_the_lead_unit_decided_on() -> None:
    made = together("370200")
    [unit] = made.units

    review = made.begin(unit)

    version, given = review.draft_submission, made.lead.review.decision.submission
    assert review.kind == Review.Kind.CONFIRMATION
    assert review.confirms == made.lead.review.decision
    local = {"site_lead", "site_conditions", "site_population", "site_consent", "site_risks"}
    assert {key for key in version.content if version.content.get(key) != given.content.get(key)} == local
    carried = {m.version_id for m in given.materials.all() if m.kind not in LOCAL_MATERIALS}
    assert carried <= {m.version_id for m in version.materials.all()}
    own = {m.version_id for m in version.materials.all()} - carried
    assert own.isdisjoint({m.version_id for m in given.materials.all()})


def test_what_the_lead_unit_put_before_its_committee_cannot_be_changed() -> None:
    made = together("370200")
    [unit] = made.units
    version = made.begin(unit).draft_submission
    changed = {"purpose": "另一个目的"}
    keep_section(version, by=unit.local_lead, revision=version.revision, values=changed, at=unit.own.at)
    version.materials.exclude(kind__in=LOCAL_MATERIALS).first().delete()

    with pytest.raises(Refused) as caught:
        unit.own.do("submit", unit.local_lead, **signing(unit.local_lead))

    assert {"lead_content", "lead_materials"} <= codes(caught)
    assert {refusal.cite for refusal in caught.value.refusals if refusal.code.startswith("lead_")} == {"national:21"}


def test_an_agreeing_confirmation_approves_the_units_own_part_and_opens_its_own_follow_up() -> None:
    made = together("370200")
    [unit] = made.units
    before = gates(unit.participation.project, made.lead.at).start

    made.confirm(unit, days=9)

    part = unit.participation
    part.project.refresh_from_db()
    assert not before.open
    assert (part.state, part.differences, part.days) == ("agreed", [], 9)
    assert part.project.state == Project.State.APPROVED
    assert gates(part.project, unit.own.at).start.open
    [first] = part.project.follow_ups.all()
    assert first.review.committee == unit.own.committee
    assert not Deadline.objects.of(part).open().exists()


def test_a_unit_may_refuse_what_the_lead_unit_approved_and_is_not_overruled() -> None:
    made = together("370200")
    [unit] = made.units

    made.at_meeting(unit, *["rejected"] * 7, reasons="本地没有抢救条件")

    assert (unit.participation.state, unit.participation.differences) == ("differing", ["conclusion"])
    assert differing_in(unit.participation) == ["审查结论"]
    unit.participation.project.refresh_from_db()
    made.lead.project.refresh_from_db()
    assert unit.participation.project.state == Project.State.REJECTED
    assert made.lead.project.state == Project.State.APPROVED


def test_a_shorter_interval_is_a_difference_and_needs_its_reason() -> None:
    made = together("370200")
    [unit] = made.units

    with pytest.raises(InvalidInput) as caught:
        made.confirm(unit, follow_up_months=6)
    unit.own.do("conclude", unit.own.chair, password=PASSWORD, follow_up_months=6, reasons="本地人群更为脆弱")
    unit.participation.refresh_from_db()

    assert set(caught.value.errors) == {"reasons"}
    assert (unit.participation.state, unit.participation.differences) == ("differing", ["interval"])


def test_a_required_modification_is_shown_while_it_is_open_and_stays_a_difference() -> None:
    made = together("370200")
    [unit] = made.units
    own = unit.own

    made.at_meeting(unit, *["modification_required"] * 7, requirements="写明本地联系人")
    meanwhile = (unit.participation.state, unit.participation.differences)
    version = own.review.draft_submission
    own.do("submit_modification", unit.local_lead, answer__1="已写明", **signing(unit.local_lead))
    own.do("confirm_modification", own.secretary, password=PASSWORD)
    own.do("confirm_modification", own.chair, password=PASSWORD)
    unit.participation.refresh_from_db()

    assert version is not None
    assert meanwhile == ("confirming", ["conclusion", "requirements"])
    assert (unit.participation.state, unit.participation.differences) == ("differing", ["requirements"])


def test_a_suspension_at_the_lead_unit_reaches_every_unit_and_shuts_its_gate() -> None:
    made = together("370200", "370300")
    first, _second = made.units
    made.confirm(first)
    made.lead.at = first.own.at

    made.do("tell_change", change="suspended", reason="发生严重不良事件")

    for unit in made.units:
        unit.participation.refresh_from_db()
        assert unit.participation.lead_change == "suspended"
        told = Notice.objects.filter(key="participation.flag", person=unit.local_lead)
        assert told.count() == 1
    assert Notice.objects.filter(key="participation.flag", person=first.own.secretary).count() == 1
    first.participation.project.refresh_from_db()
    assert [one.code for one in gates(first.participation.project, made.lead.at).start.refusals] == ["lead_change"]
    with pytest.raises(Refused) as caught:
        made.begin(first)
    assert "lead_halted" in codes(caught)


def test_what_stops_the_lead_units_part_stops_the_others_at_once() -> None:
    """Nobody has to tell them: the suspension itself does."""
    made = together("370200")
    [unit] = made.units
    made.confirm(unit)
    made.lead.at = unit.own.at
    report = filed(made.lead, "sae")

    step(made.lead, report, "suspend_provisionally", made.lead.chair, reason="两例死亡", password=PASSWORD)

    unit.participation.refresh_from_db()
    assert Project.objects.get(pk=made.lead.project.pk).state == "suspended"
    assert unit.participation.lead_change == "suspended"
    assert Notice.objects.filter(key="participation.flag", person=unit.local_lead).count() == 1
    part = Project.objects.get(pk=unit.participation.project_id)
    assert [one.code for one in gates(part, made.lead.at).start.refusals] == ["lead_change"]


def test_after_a_change_a_unit_goes_on_only_by_its_own_committees_new_decision() -> None:
    made = together("370200")
    [unit] = made.units
    made.confirm(unit)
    made.lead.at = unit.own.at
    made.do("tell_change", change="changed", reason="入组标准放宽")
    part = unit.participation.project

    earlier = unit.participation.decision
    made.begin(unit)
    part.refresh_from_db()
    meanwhile = (part.state, unit.participation.state)
    own = unit.own
    own.do("submit", unit.local_lead, **signing(unit.local_lead))
    own.do("accept", own.secretary, procedure="simplified", procedure_ground="确认变更", listed="no")
    own.designate()
    for member in own.members[-2:]:
        own.cast(member)
    own.do("conclude", own.chair, password=PASSWORD)
    unit.participation.refresh_from_db()
    part.refresh_from_db()

    assert meanwhile == ("under_review", "confirming")
    assert unit.participation.decision != earlier
    assert (unit.participation.state, unit.participation.lead_change) == ("agreed", "")
    assert gates(part, own.at).start.open


def test_without_a_change_nobody_confirms_twice() -> None:
    made = together("370200")
    [unit] = made.units
    made.confirm(unit)
    made.lead.at = unit.own.at

    with pytest.raises(Refused) as caught:
        made.begin(unit)

    assert codes(caught) == {"confirmed"}


def test_a_unit_without_a_competent_committee_is_told_of_the_ways() -> None:
    made = joint("370200", committee=False).started().invite().join()
    decided(made)
    made.refresh()
    [unit] = made.units

    with pytest.raises(Refused) as caught:
        made.step(unit, "begin_confirmation", unit.local_lead)

    assert {(one.code, one.cite) for one in caught.value.refusals} == {("no_committee", "shandong:7")}


def test_who_is_late_is_counted_from_the_lead_units_decision() -> None:
    made = together("370200", "370300")
    first, second = made.units
    made.confirm(first)
    [clock] = Deadline.objects.of(second.participation).open()

    found = measure(made.collaboration, clock.due_at + timedelta(days=1))

    assert (found.units, found.agreed, found.waiting, found.late, found.agreement) == (2, 1, 1, 1, 100)
    assert clock.person == second.local_lead
    assert sum(agreed for _words, agreed, _differing in found.steps) == 1


def test_a_decline_and_an_ended_collaboration_stop_their_clocks() -> None:
    made = joint("370200", "370300", committee=False).started().invite()
    first, second = made.units
    made.step(first, "decline", first.officer, reason="没有条件")

    made.do("end", reason="不再需要")

    second.participation.refresh_from_db()
    assert second.participation.state == "lapsed"
    assert not Deadline.objects.open().filter(object_kind="participation").exists()


@pytest.mark.parametrize("name", ["join", "decline"])
def test_the_lead_unit_cannot_answer_for_another(name: str) -> None:
    made = joint("370200", committee=False).started().invite()
    [unit] = made.units

    with pytest.raises(NotPermitted):
        made.step(unit, name, made.lead.lead)


def test_strangers_see_nothing_of_it() -> None:
    made = together("370200")
    [unit] = made.units
    other = joint("370300", committee=False)

    for stranger in (other.units[0].officer, other.lead.secretary, person()):
        with pytest.raises(NotVisible):
            perform(made.collaboration, "end", by=stranger, at=made.lead.at, reason="x")
        with pytest.raises(NotVisible):
            made.step(unit, "leave", stranger, reason="x")


def test_a_local_leads_own_seat_on_the_lead_units_committee_is_an_interest() -> None:
    made = joint("370200", committee=False).started().invite()
    [unit] = made.units
    member = made.lead.members[-1]
    AppointmentFactory(person=member, body=unit.institution)
    unit.local_lead = member

    made.join()

    made.lead.project.refresh_from_db()
    assert [one.code for one in conflict_grounds(member, project_facts(made.lead.project))] == ["conflict_team"]


def test_a_collaboration_begun_after_the_lead_units_decision_can_be_confirmed_at_once() -> None:
    made = decided(joint("370200")).started().invite().join()
    [unit] = made.units

    review = made.begin(unit)

    assert made.refresh().collaboration.state == "confirming"
    assert review.confirms == made.lead.review.decision
    assert Deadline.objects.of(unit.participation).open().get().kind == "participation.confirm"


def test_a_unit_that_has_left_does_not_go_on() -> None:
    made = together("370200")
    [unit] = made.units
    made.confirm(unit)
    made.lead.at = unit.own.at

    made.step(unit, "leave", unit.officer, reason="经费不足")

    unit.participation.project.refresh_from_db()
    assert [one.code for one in gates(unit.participation.project, made.lead.at).start.refusals] == ["left"]
