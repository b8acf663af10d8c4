"""An amendment through the API, from the version in force to the next."""

from typing import Any

import pytest

from ethicsreview.deadlines.calendar import law_day
from ethicsreview.documents.tasks import extract_pending
from reviews.models.submissions.comparing import compare_pending
from tests.committees.builders import person
from tests.reviews.amendments import DESIGN, authorise, change, explained, team_member
from tests.reviews.api.client import Caller, problem

pytestmark = pytest.mark.django_db


def steps(caller: Caller, address: str) -> dict[str, Any]:
    return {step["name"]: step for step in caller.get(f"{address}/steps").json()}


def test_from_the_version_in_force_to_the_next() -> None:
    path = change().approved()
    lead, secretary = Caller(path.lead), Caller(path.secretary)
    project = lead.get(f"/projects/{path.project.ref}").json()
    assert project["in_force"] == {
        "review": path.initial.ref,
        "number": 1,
        "digest": path.initial.submission.digest,
    }

    answer = lead.post(f"/projects/{path.project.ref}/amendments")
    assert answer.status_code == 201
    review = answer.json()
    assert review["review_kind"] == "amendment"
    assert review["amendment"]["amends"] == project["in_force"]
    assert problem(lead.post(f"/projects/{path.project.ref}/amendments"), 409)["refusals"]

    address = f"/reviews/{review['ref']}"
    review = lead.step(review, "choose_parts", parts=["plan"], reason="扩大样本", risk_changed="no")
    shut = lead.put(f"{address}/content", {"revision": 1, "values": {"purpose": "另一个目的"}})
    assert problem(shut, 409)["refusals"][0]["code"] == "not_opened"
    assert lead.put(f"{address}/content", {"revision": 1, "values": {"design": DESIGN}}).status_code == 200
    told = {"what__plan": "样本量增加", "risk_benefit": "unchanged", "urgent": "no", "informing": ""}
    review = lead.step(review, "explain_change", **told)
    assert review["amendment"]["parts"] == [{"part": "plan", "label": "实施方案与风险", "what": "样本量增加"}]
    lead.step(review, "submit", agree=True, signature=path.lead.name)

    assert steps(secretary, address)["accept"]["open"] is False
    review = secretary.step(review, "weigh_change", small="yes", major_risk="no", ground="风险不变")
    assert review["amendment"]["weighed"] == {"small": True, "major_risk": False, "ground": "风险不变"}
    assert steps(secretary, address)["accept"]["open"] is True
    assert secretary.get(f"{address}/comparison-in-force").json()["ready"] is False
    extract_pending()
    compare_pending()
    compared = secretary.get(f"{address}/comparison-in-force").json()
    assert compared["ready"] is True
    assert [one["key"] for one in compared["fields"]] == ["design"]


def test_a_stranger_finds_neither_amendment_nor_mandate() -> None:
    path = change().handed_in()
    mandate = authorise(path, team_member(path))
    stranger = Caller(person())

    problem(stranger.get(f"/reviews/{path.review.ref}"), 404)
    problem(stranger.get(f"/reviews/{path.review.ref}/comparison-in-force"), 404)
    problem(stranger.get(f"/mandates/{mandate.ref}"), 404)
    assert stranger.get("/mandates").json()["items"] == []


def test_what_amends_nothing_has_no_comparison() -> None:
    path = change().approved()

    problem(Caller(path.lead).get(f"/reviews/{path.initial.ref}/comparison-in-force"), 404)
    assert Caller(path.lead).get(f"/reviews/{path.initial.ref}").json()["amendment"] is None


def test_a_mandate_is_given_and_read() -> None:
    path = change().approved()
    delegate = team_member(path)
    lead = Caller(path.lead)
    day = law_day(path.at).isoformat()
    terms = {"person": delegate.username, "acts": ["submit"], "starts_on": day, "ends_on": day}

    project = lead.step(lead.get(f"/projects/{path.project.ref}").json(), "authorise", **terms)

    given = lead.get(f"/mandates/{project['mandates'][0]['ref']}").json()
    assert (given["person"]["username"], given["acts"]) == (delegate.username, ["submit"])
    assert Caller(delegate).get("/mandates").json()["items"][0]["ref"] == given["ref"]


def test_explained_input_is_described() -> None:
    path = change().begun().choose("plan")

    described = steps(Caller(path.lead), f"/reviews/{path.review.ref}")["explain_change"]["input"]

    assert set(explained(path.review)) <= set(described["properties"])
