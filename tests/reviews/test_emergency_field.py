"""Measures 37: a member of the field attends; without one, an adviser of it is heard, without a vote."""

import pytest

from committees.models import InterestDeclaration
from ethicsreview.accounts.models import Role
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.lifecycle.door import open_steps, perform
from ethicsreview.lifecycle.refusals import InvalidInput, NotPermitted
from reviews.models import FieldAdvice, Project
from tests.committees.builders import people_of
from tests.reviews.builders import PASSWORD, refused
from tests.reviews.emergencies import Urgent, urgent
from tests.reviews.test_emergency_no_lighter_gate import met

pytestmark = pytest.mark.django_db
ADVICE = {"presence": "present", "advice": "该类传感器的采样率足以支持结论。", "password": PASSWORD}


@pytest.fixture
def voted() -> Urgent:
    path = urgent().voted()
    Project.objects.filter(pk=path.project.pk).update(field="engineering")
    path.review.project.refresh_from_db()
    return path


def test_a_member_of_the_field_is_enough():
    path = urgent().voted()

    assert path.do("conclude", path.chair, password=PASSWORD).state == "approved"


def test_without_the_field_nothing_is_concluded(voted):
    assert refused(voted, "conclude", voted.chair, password=PASSWORD) == {"field_absent": "national:37"}


def test_the_general_procedure_does_not_ask():
    path = met(urgent())
    Project.objects.filter(pk=path.project.pk).update(field="engineering")
    path.vote()

    assert path.do("conclude", path.chair, password=PASSWORD).state == "approved"


def test_a_member_of_the_field_who_is_recused_does_not_count():
    path = urgent().opened()
    Project.objects.filter(pk=path.project.pk).update(field="agriculture")
    law = path.committee.memberships.get(category="law")
    fields = {f"fields__{row.membership_id}": row.fields for row in path.committee.on_call.filter(delisted_at=None)}
    fields[f"fields__{law.pk}"] = ["agriculture"]
    perform(path.committee, "keep_roster", by=path.secretary, at=path.at, **fields)
    for member in path.members:
        if member != law.person:
            path.cast(member)
    assert "field_absent" not in refused(path, "conclude", path.chair, password=PASSWORD)

    perform(path.ballot_of(law.person), "recuse", by=law.person, at=path.at, ground="与项目有利害关系")

    assert refused(path, "conclude", path.chair, password=PASSWORD)["field_absent"] == "national:37"


def test_an_adviser_of_the_field_is_heard_in_their_place(voted):
    adviser = voted.adviser("engineering")
    voted.do("invite_adviser", voted.secretary, adviser=seat(voted))
    assert refused(voted, "conclude", voted.chair, password=PASSWORD) == {"field_absent": "national:37"}, "only invited"

    voted.do("give_advice", adviser, **ADVICE)
    voted.do("conclude", voted.chair, password=PASSWORD)

    decision = voted.review.decision
    assert voted.review.state == "approved"
    assert decision.tally["attending"] == 7
    assert adviser.name not in {row["name"] for row in decision.attendance}


def seat(path: Urgent) -> str:
    return str(path.committee.memberships.get(appointment__role=Role.ADVISER).pk)


def test_an_adviser_of_another_field_does_not_help(voted):
    adviser = voted.adviser("agriculture")
    voted.do("invite_adviser", voted.secretary, adviser=seat(voted))
    voted.do("give_advice", adviser, **ADVICE)

    assert refused(voted, "conclude", voted.chair, password=PASSWORD) == {"field_absent": "national:37"}


def test_an_adviser_has_no_ballot_and_never_two_voices(voted):
    adviser = voted.adviser("engineering")
    voted.do("invite_adviser", voted.chair, adviser=seat(voted))

    assert not voted.review.opinions.filter(person=adviser).exists()
    assert {view.name for view in open_steps(voted.review, adviser, at=voted.at)} == {"give_advice"}
    voted.do("give_advice", adviser, **ADVICE)
    with pytest.raises(NotPermitted):
        voted.do("give_advice", adviser, **ADVICE)


def test_only_who_was_invited_advises(voted):
    voted.adviser("engineering")
    other = voted.adviser("engineering")

    for who in (other, voted.members[4], voted.lead, voted.secretary):
        with pytest.raises(NotPermitted):
            voted.do("give_advice", who, **ADVICE)


def test_who_has_an_interest_is_not_offered(voted):
    adviser = voted.adviser("engineering")
    InterestDeclaration.objects.create(
        committee=voted.committee,
        person=adviser,
        year=voted.at.year,
        declared_at=voted.at,
        none_to_declare=False,
        details="师生",
    ).people.set([voted.lead])

    assert refused(voted, "invite_adviser", voted.secretary, adviser=seat(voted)) == {"no_adviser": "national:37"}
    assert not FieldAdvice.objects.exists()


def test_by_video_only_where_the_committees_rules_allow_it():
    path = urgent()
    path.committee.rules.filter(kind="video").delete()
    path.voted()
    adviser = path.adviser("medicine")
    path.do("invite_adviser", path.secretary, adviser=seat(path))

    with pytest.raises(InvalidInput) as wrong:
        path.do("give_advice", adviser, **ADVICE | {"presence": "video"})
    assert list(wrong.value.errors) == ["presence"]
    assert people_of(path.committee, Role.ADVISER) == [adviser]


def test_members_attend_by_video_as_ever():
    path = urgent().in_review()
    path.at = max(path.at, path.meeting.starts_at)
    seats = list(path.committee.voting_members_at(law_day(path.at)).order_by("pk"))
    marks = {f"presence__{one.pk}": "video" for one in seats}

    perform(path.meeting, "mark_attendance", by=path.secretary, at=path.at, **marks)
    path.meeting = perform(path.meeting, "open", by=path.secretary, at=path.at)
    path.vote()
    path.do("conclude", path.chair, password=PASSWORD)

    assert {row["presence"] for row in path.review.decision.attendance} == {"video"}
