"""A re-check through the API alone, in the one form of steps; and what each of the others is answered."""

from datetime import timedelta

import pytest
from django.utils import timezone

from ethicsreview.accounts.models import Role
from reviews.models import Recheck
from tests.committees.builders import authority, holder
from tests.reviews.api.client import Caller, problem
from tests.reviews.builders import PASSWORD
from tests.reviews.recheck_builders import ACCEPT, REPORT, listed, opinion

pytestmark = pytest.mark.django_db


@pytest.mark.article("national", 26, 28, 30, 32)
def test_from_the_preliminary_opinion_to_the_decision() -> None:
    # A while ago, so that the API's own clock comes after what was done by hand.
    path = listed(at=timezone.now() - timedelta(hours=4)).passed()
    officer, organiser, lead = Caller(path.officer), Caller(path.organiser), Caller(path.lead)
    review = officer.get(f"/reviews/{path.review.ref}").json()
    assert review["decision"]["outcome"] == "preliminarily_passed"
    assert review["waiting_for"]["code"] == "institution"

    review = officer.step(review, "refer", authority=path.department.ref)
    assert review["recheck"]["authority"] == path.department.name
    [row] = organiser.get("/rechecks").json()["items"]
    recheck = organiser.get(f"/rechecks/{row['ref']}").json()
    steps = {one["name"]: one for one in organiser.get(f"/rechecks/{row['ref']}/steps").json()}
    assert steps["form_panel"]["open"]
    assert len(steps["form_panel"]["input"]["properties"]["experts"]["items"]["enum"]) == 7
    wrong = problem(organiser.post(f"/rechecks/{row['ref']}/steps/form_panel", {"experts": [path.experts[0].ref]}), 422)
    assert len(wrong["errors"]["experts"]) == 3
    recheck = organiser.step(recheck, "form_panel", experts=[one.ref for one in path.experts[:5]])
    assert [seat["state"] for seat in recheck["panel"]] == ["invited"] * 5

    experts = [Caller(one.person) for one in path.experts[:5]]
    problem(experts[0].get(f"/rechecks/{recheck['ref']}"), 404)
    seats = [caller.get("/recheck-opinions").json()["items"][0] for caller in experts]
    for caller, seat in zip(experts, seats, strict=True):
        caller.step(seat, "accept", **ACCEPT)
    dossier = experts[0].get(f"/rechecks/{recheck['ref']}").json()["dossier"]
    paper = experts[0].http.get(dossier["documents"][0]["url"], headers=experts[0].headers)
    assert paper.status_code == 200
    assert b"".join(paper.streaming_content)
    for caller, seat, vote in zip(experts, seats, ["agree"] * 4 + ["disagree"], strict=True):
        caller.step(seat, "cast", **opinion(vote))
    # Sealed: the other experts and the department read that it is there, and nothing of it.
    problem(experts[1].get(f"/recheck-opinions/{seats[0]['ref']}"), 404)
    assert organiser.get(f"/recheck-opinions/{seats[0]['ref']}").json()["said"] is None

    recheck = organiser.step(recheck, "conclude", **REPORT)
    assert recheck["report"]["tally"]["agree"] == 4
    assert lead.get(f"/reviews/{path.review.ref}").json()["recheck"]["result"] == ""
    organiser.step(recheck, "deliver")
    assert lead.get(f"/reviews/{path.review.ref}").json()["recheck"]["result"] == "agreed"
    decided = Caller(path.chair).step(review, "conclude_by_recheck", password=PASSWORD)
    assert (decided["state"], decided["decision"]["basis"]) == ("approved", "recheck")
    assert decided["decision"]["recheck"] == recheck["report"]["number"]


def test_nobody_else_finds_it() -> None:
    path = listed().passed().referred().paneled()
    strangers = [
        path.lead,
        path.secretary,
        path.officer,
        path.experts[0].person,
        path.experts[6].person,
        holder(Role.REGULATOR, authority("510000", field="human")),
        holder(Role.REGULATOR, authority("370000", field="ai")),
    ]

    assert Recheck.objects.count() == 1
    for person in strangers:
        caller = Caller(person)
        for address in ("", "/steps", "/trail", "/letter"):
            problem(caller.get(f"/rechecks/{path.recheck.ref}{address}"), 404)
        problem(caller.post(f"/rechecks/{path.recheck.ref}/steps/deliver"), 404)
        assert caller.get("/rechecks").json()["items"] == []
