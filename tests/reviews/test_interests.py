"""Interests at work: who may not sit, be designated or vote; joint work; the units of one activity; what is kept."""

from datetime import timedelta

import pytest
from django.db.models import QuerySet
from django.utils import translation

from committees.models import InterestDeclaration, conflict_grounds
from ethicsreview.accounts.models import Person
from ethicsreview.accounts.standing import standing_of
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.lifecycle.door import open_steps, perform
from ethicsreview.lifecycle.refusals import InvalidInput, Refused
from reviews.models import Opinion, Project, ProjectMember, Review
from reviews.models.projects.interests import project_facts
from tests.reviews.builders import Case, ballot, case
from tests.reviews.local_rules import local_rule
from tests.reviews.together import together

pytestmark = [pytest.mark.django_db, pytest.mark.article("national", 8)]
GATE = "interests.declaration_gate"


def silence(path: Case, member: Person) -> None:
    """As if the member's last declaration were of two years ago."""
    InterestDeclaration.objects.filter(person=member).update(declared_at=path.at - timedelta(days=731))


def worked_together(member: Person, lead: Person, path: Case, **fields: object) -> Project:
    """Another project that the lead leads, with the member on its team."""
    other = Case(path.committee, lead, path.at).assessed().project
    ProjectMember.objects.create(project=other, person=member, name=member.name)
    Project.objects.filter(pk=other.pk).update(**fields)
    return other


# --- the yearly declaration ---------------------------------------------------------------------------------------


def test_who_has_not_declared_is_not_marked_as_there_and_is_told_why() -> None:
    path = case().in_review()
    member = path.members[6]
    silence(path, member)
    seats = {f"presence__{seat.pk}": "present" for seat in path.committee.voting_members_at(law_day(path.at))}

    with pytest.raises(InvalidInput) as caught:
        perform(path.meeting, "mark_attendance", by=path.secretary, at=path.at, **seats)

    [(name, [why])] = caught.value.errors.items()
    assert name == f"presence__{path.seat_of(member)}"
    assert member.name in why
    assert "第八条" in why
    perform(path.meeting, "mark_attendance", by=path.secretary, at=path.at, **seats | {name: "absent"})


def test_who_has_not_declared_does_not_vote_until_they_have() -> None:
    path = case().opened()
    member = path.members[6]
    silence(path, member)
    with pytest.raises(Refused) as caught:
        path.cast(member)
    assert [(one.code, one.cite) for one in caught.value.refusals] == [("interests_lapsed", "national:8")]

    perform(path.committee, "declare_interests", by=member, at=path.at, none_to_declare="yes")

    assert path.cast(member).state == "cast"


def test_who_has_not_declared_is_not_designated() -> None:
    path = case().simplified()
    member = path.members[6]
    silence(path, member)
    terms = {"reviewers": [path.seat_of(one) for one in path.members[5:]], "opinion_due": law_day(path.at)}

    with pytest.raises(InvalidInput) as caught:
        path.do("begin", path.chair, **terms)

    assert member.name in " ".join(caught.value.errors["reviewers"])


def test_where_the_policy_is_off_nobody_is_kept_out(monkeypatch: pytest.MonkeyPatch) -> None:
    path = case().opened()
    member = path.members[6]
    silence(path, member)
    local_rule(monkeypatch, GATE, value=False)

    assert path.cast(member).state == "cast"


# --- joint work ---------------------------------------------------------------------------------------------------


def test_who_worked_with_the_lead_lately_stands_back_and_loses_sight_of_it() -> None:
    path = case().submitted()
    member = path.members[5]
    worked_together(member, path.lead, path)
    path.do("accept", path.secretary, procedure="general", procedure_ground="由会议审查", listed="no")
    path.do("begin", path.secretary, meeting=path.planned().ref)

    ballot_ = path.ballot_of(member)
    assert ballot_.state == "recused"
    assert [one["code"] for one in ballot_.recusal_grounds] == ["conflict_joint_project"]
    standing = standing_of(member, path.at)
    assert not Review.objects.visible_to(standing).filter(pk=path.review.pk).exists()
    assert not path.meeting.items_for(standing).exists()
    assert not Opinion.objects.visible_to(standing).filter(review=path.review).exists()


def test_joint_work_with_anyone_of_the_team_counts() -> None:
    path = case().submitted()
    member, colleague = path.members[5], path.members[4]
    ProjectMember.objects.create(project=path.project, person=colleague, name=colleague.name)
    worked_together(member, colleague, path)

    grounds = conflict_grounds(member, project_facts(Project.objects.get(pk=path.project.pk)))

    assert [str(one) for one in grounds] == [
        f"{member.name}近期与本科技活动的{colleague.name}共同承担过科技活动，应当回避"
    ]


def test_joint_work_that_ended_before_the_period_does_not_count_nor_a_draft() -> None:
    path = case().submitted()
    member = path.members[5]
    old = worked_together(member, path.lead, path)
    days = {"created_at": path.at - timedelta(days=2000), "ends_on": (path.at - timedelta(days=1200)).date()}
    QuerySet(Project).filter(pk=old.pk).update(state="completed", **days)

    assert conflict_grounds(member, project_facts(path.project)) == []
    assert Review.objects.visible_to(standing_of(member, path.at)).filter(pk=path.review.pk).exists()
    QuerySet(Project).filter(pk=old.pk).update(state="draft", ends_on=None, created_at=path.at)
    assert conflict_grounds(member, project_facts(path.project)) == []


def test_a_place_may_count_none(monkeypatch: pytest.MonkeyPatch) -> None:
    path = case().submitted()
    member = path.members[5]
    worked_together(member, path.lead, path)
    local_rule(monkeypatch, "interests.joint_project_months", value=0)

    assert conflict_grounds(member, project_facts(path.project)) == []


# --- the units of one activity ------------------------------------------------------------------------------------


def test_an_interest_in_one_participating_unit_is_one_in_the_part_of_another() -> None:
    made = together("370200", "370300")
    one, other = made.units
    made.begin(one)
    made.begin(other)
    member = other.own.members[5]
    terms = {"none_to_declare": "no", "details": "亲属在该单位", "institutions": one.institution.ref}
    perform(other.own.committee, "declare_interests", by=member, at=made.tick(), **terms)

    part = Project.objects.get(pk=other.participation.project_id)
    grounds = conflict_grounds(member, project_facts(part))

    assert [ground.code for ground in grounds] == ["conflict_with_institution"]


# --- what is kept of a recusal ------------------------------------------------------------------------------------


def test_a_computed_ground_is_worded_for_whoever_reads_it() -> None:
    path = case().submitted()
    member = path.members[5]
    interest = {"none_to_declare": "no", "details": "师生", "people": path.lead.username}
    perform(path.committee, "declare_interests", by=member, at=path.at, **interest)
    with translation.override("en"):
        path.do("accept", path.secretary, procedure="general", procedure_ground="由会议审查", listed="no")
        path.do("begin", path.secretary, meeting=path.planned().ref)
    kept = path.ballot_of(member)

    assert kept.recusal_grounds == [
        {"code": "conflict_with_person", "params": {"name": member.name, "other": path.lead.name}}
    ]
    with translation.override("zh-hans"):
        assert kept.recusal_told == f"{member.name}声明与本科技活动的{path.lead.name}有利益关系，应当回避"
    with translation.override("en"):
        assert kept.recusal_told == (
            f"{member.name} has declared an interest in {path.lead.name}, who takes part in this activity, "
            "and must be recused"
        )


def test_the_steps_of_a_ballot_say_what_is_wanting() -> None:
    path = case().opened()
    member = path.members[6]
    silence(path, member)

    [view] = [one for one in open_steps(path.ballot_of(member), member, at=path.at) if one.name == "cast"]

    assert [one.code for one in view.refusals] == ["interests_lapsed"]
    assert ballot(path.review, "approved")["verdict"] == "approved"
