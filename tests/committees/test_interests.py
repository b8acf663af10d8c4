"""Declared interests, and the recusals that follow."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from committees.models import Committee, InterestDeclaration, ProjectFacts, conflict_grounds, conflicts_of
from ethicsreview.accounts.models import Person, Role
from ethicsreview.lifecycle.door import perform
from ethicsreview.lifecycle.refusals import InvalidInput, NotPermitted
from tests.committees import builders

pytestmark = [pytest.mark.django_db, pytest.mark.article("national", 8)]

AT = datetime(2026, 6, 1, 9, tzinfo=ZoneInfo("Asia/Shanghai"))


def declare(committee: Committee, person: Person, *, at: datetime = AT, **declared: Any) -> Committee:
    answers = {"none_to_declare": "no", "details": "曾共同承担项目"} | declared
    return perform(committee, "declare_interests", by=person, at=at, **answers)


@pytest.fixture
def committee() -> Committee:
    return builders.committee(at=AT)


@pytest.fixture
def member(committee: Committee) -> Person:
    return builders.people_of(committee, Role.MEMBER)[0]


def test_conflict_of_lead_and_team(member: Person) -> None:
    stranger = builders.person()

    lead = conflict_grounds(member, ProjectFacts(lead_id=member.pk, team_ids=frozenset({member.pk})))
    team = conflict_grounds(member, ProjectFacts(lead_id=stranger.pk, team_ids=frozenset({member.pk})))

    assert [(ground.code, ground.cite) for ground in lead] == [("conflict_lead", "national:8")]
    assert [str(ground) for ground in team] == [f"{member.name}参与本科技活动，应当回避"]


def test_conflict_of_declared_person_and_institution(committee: Committee, member: Person) -> None:
    lead, company = builders.person(), builders.institution()
    declare(committee, member, people=lead.username, institutions=company.ref)

    grounds = conflict_grounds(member, ProjectFacts(lead.pk, institution_ids=frozenset({company.pk})))

    assert {ground.code for ground in grounds} == {"conflict_with_person", "conflict_with_institution"}
    assert conflict_grounds(member, ProjectFacts(builders.person().pk)) == []


def test_conflict_is_not_made_by_the_same_institution(committee: Committee, member: Person) -> None:
    home = committee.institution_id

    assert conflict_grounds(member, ProjectFacts(builders.person().pk, institution_ids=frozenset({home}))) == []


def test_conflict_ends_with_a_later_declaration_and_keeps_the_earlier(committee: Committee, member: Person) -> None:
    company = builders.institution()
    project = ProjectFacts(builders.person().pk, institution_ids=frozenset({company.pk}))
    declare(committee, member, institutions=company.ref)

    declare(committee, member, at=AT.replace(day=2), none_to_declare="yes", details="")

    assert conflict_grounds(member, project) == []
    assert InterestDeclaration.objects.filter(person=member, institutions=company).exists()


def test_conflict_declared_to_one_committee_counts_in_another(committee: Committee, member: Person) -> None:
    other = builders.committee(at=AT)
    builders.appoint(other, 9, by=builders.keeper_of(other), at=AT, person=member)
    company = builders.institution()
    declare(committee, member, institutions=company.ref)
    declare(other, member, none_to_declare="yes", details="")

    grounds = conflict_grounds(member, ProjectFacts(0, institution_ids=frozenset({company.pk})))

    assert [ground.code for ground in grounds] == ["conflict_with_institution"]


@pytest.mark.parametrize("people", [1, 3])
def test_conflicts_of_many_take_the_same_queries(
    committee: Committee, people: int, django_assert_num_queries: Any
) -> None:
    company = builders.institution()
    members = builders.people_of(committee, Role.MEMBER)[:people]
    for person in members:
        declare(committee, person, institutions=company.ref)

    with django_assert_num_queries(3):
        found = conflicts_of(members, ProjectFacts(0, institution_ids=frozenset({company.pk})))

    assert [len(grounds) for grounds in found.values()] == [1] * people


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        ({"none_to_declare": ""}, "none_to_declare"),  # an unfinished form is not "nothing to declare"
        ({"none_to_declare": "yes"}, "details"),
        ({"details": ""}, "details"),
        ({"institutions": "I999999"}, "institutions"),
        ({"people": "nobody"}, "people"),
    ],
)
def test_declaration_refuses_wrong_input(
    committee: Committee, member: Person, answers: dict[str, str], field: str
) -> None:
    with pytest.raises(InvalidInput) as invalid:
        declare(committee, member, **answers)

    assert invalid.value.errors.keys() == {field}


def test_declaration_is_the_members_own(committee: Committee) -> None:
    with pytest.raises(NotPermitted):
        declare(committee, builders.keeper_of(committee))
