"""The simplified procedure through the API alone: to its approval and the report, and over to a meeting."""

import pytest

from tests.committees.builders import institution, keeper_of, person
from tests.reviews.api.client import Caller, hidden
from tests.reviews.api.machines import Machines, machines

pytestmark = pytest.mark.django_db
SIMPLE = {"procedure": "simplified", "procedure_ground": "不高于最低风险"}


@pytest.fixture
def them() -> Machines:
    return machines()


@pytest.mark.article("national", 22, 23)
def test_from_the_application_to_the_report_at_the_next_meeting(them: Machines) -> None:
    review = them.accept(them.submitted(), **SIMPLE)
    assert [case["citation"]["key"] for case in review["simplified"]["cases"]] == ["national:22"]

    review = them.designate(review)
    assert [one["state"] for one in review["simplified"]["reviewers"]] == ["cast", "cast"]
    review = them.chair.take(review, "conclude", follow_up_months="6")

    assert (review["state"], review["decision"]["basis"]) == ("approved", "simplified")
    lead = them.lead
    project = lead.read(review["project"]["url"])
    assert (project["state"], len(project["follow_ups"])) == ("approved", 1)
    assert lead.again(project["follow_ups"][0])["review"] == review["ref"]
    # Whoever opens the next meeting reports it there.
    other = them.accept(them.submitted())
    meeting = them.secretary.again(them.open_meeting(other))
    [reported] = meeting["reports"]
    assert (reported["review"], reported["reported_at"]) == (review["ref"], None)


@pytest.mark.article("national", 24)
def test_a_vote_against_takes_it_to_a_meeting(them: Machines) -> None:
    review = them.accept(them.submitted(), **SIMPLE)

    review = them.designate(review, verdict="rejected")

    assert review["simplified"]["running"] is False
    [ground] = review["simplified"]["conversion"]["grounds"]
    assert ground["citation"]["key"] == "national:24"
    review = them.meet(review)
    assert (review["state"], review["decision"]["basis"]) == ("approved", "meeting")
    assert [meeting["kind"] for meeting in review["belonging"]["meetings"]] == ["meeting"]
    assert them.lead.again(review)["belonging"]["meetings"] == []


def test_nobody_else_finds_it(them: Machines) -> None:
    review = them.designate(them.accept(them.submitted(), **SIMPLE))
    others = [person(), keeper_of(institution()), machines().members[0]]

    hidden(review, *others, beside=("/application", "/letter"))
    first = Caller(them.members[-1]).listed("opinions")[0]
    hidden(first, *others, them.researcher)
