"""A follow-up and reports by machines alone."""

from io import BytesIO
from typing import Any

import pytest

from tests.reviews.api.client import Caller, problem
from tests.reviews.builders import PASSWORD
from tests.reviews.following import answers, approved, due, human

pytestmark = pytest.mark.django_db


def paper() -> BytesIO:
    file = BytesIO("记录表".encode())
    file.name = "记录.txt"
    return file


def test_an_adverse_event_is_reported_assessed_and_settled() -> None:
    path = human()
    lead, secretary, chair = Caller(path.lead), Caller(path.secretary), Caller(path.chair)
    begun = lead.post(f"/projects/{path.project.ref}/reports", {"kind": "sae"})
    assert begun.status_code == 201, begun.content
    report = begun.json()
    assert lead.post(f"/projects/{path.project.ref}/reports", {"kind": "sae"}).json()["ref"] == report["ref"]
    problem(secretary.get(f"/reports/{report['ref']}"), 404)
    problem(secretary.post(f"/projects/{path.project.ref}/reports", {"kind": "sae"}), 403)
    shape = next(one for one in lead.get(f"/reports/{report['ref']}/steps").json() if one["name"] == "file")
    assert {"event_on", "seriousness", "expected", "related"} <= set(shape["input"]["required"])
    assert "life_threatening" in shape["input"]["properties"]["seriousness"]["enum"]
    handed = lead.upload(f"/reports/{report['ref']}/documents", file=paper())
    assert handed.status_code == 201, handed.content
    [document] = handed.json()["documents"]

    event: dict[str, Any] = {
        "event_on": "2026-03-02",
        "known_on": "2026-03-02",
        "participant": "P-07",
        "event": "休克",
        "seriousness": "death",
        "expected": "unexpected",
        "related": "possible",
        "measures": "抢救",
        "affected": 1,
    }
    report = lead.step(report, "file", **event)
    assert (report["state"], report["limit_on"], report["late"]) == ("filed", "2026-03-09", True)
    assert secretary.get(f"/reports/{report['ref']}").json()["answers"]["event"] == "休克"
    served = secretary.get(document["url"].removeprefix("/api/v1"))
    assert b"".join(served.streaming_content).decode() == "记录表"
    problem(lead.upload(f"/reports/{report['ref']}/documents", file=paper()), 409)
    sheet = {"serious": "yes", "unexpected": "yes", "related": "yes", "balance": "as_before", "sufficient": "yes"}
    secretary.step(report, "assess", **sheet, finding="属实", inform="no", recommendation="continued")
    report = chair.step(report, "dispose", outcome="continued", answer="继续", password=PASSWORD)

    assert (report["state"], report["answer"]) == ("continued", "继续")
    project = lead.get(f"/projects/{path.project.ref}").json()
    assert [one["ref"] for one in project["reports"]] == [report["ref"]]


def test_the_chair_stops_it_at_once_and_the_gate_is_shut() -> None:
    path = human()
    lead, chair = Caller(path.lead), Caller(path.chair)
    report = lead.post(f"/projects/{path.project.ref}/reports", {"kind": "deviation"}).json()
    terms = {
        "occurred_on": "2026-03-02",
        "grade": "major",
        "what": "超量",
        "why": "误算",
        "effect": "x",
        "correction": "x",
    }
    report = lead.step(report, "file", **terms)
    report = chair.step(report, "suspend_provisionally", reason="危及生命", password=PASSWORD)

    assert report["state"] == "in_review"
    assert report["provisionally_suspended_at"]
    project = lead.get(f"/projects/{path.project.ref}").json()
    assert (project["state"], project["may_start"]["open"]) == ("suspended", False)
    review = lead.get(f"/reviews/{report['proceeding']}").json()
    assert (review["review_kind"], review["state"]) == ("follow_up", "submitted")


def test_a_follow_up_is_reported(time_machine: Any) -> None:
    path = approved()
    found = due(path)
    time_machine.move_to(path.at, tick=False)
    lead = Caller(path.lead)
    shown = lead.get(f"/follow-ups/{found.ref}").json()
    assert (shown["state"], shown["due_on"], shown["late"], shown["proceeding"]) == ("due", "2027-03-02", False, None)
    wrong = problem(lead.post(f"/follow-ups/{found.ref}/steps/report", {"planned": 3}), 422)
    assert {"head__execution", "enrolled"} <= set(wrong["errors"])

    told = answers(found.asked(found.policy_at(path.at)), path.at.date(), major_change="no")
    shown = lead.step(shown, "report", **told)

    assert (shown["state"], shown["answers"]["planned"]) == ("reported", 3)
    assert shown["proceeding"]
    listed = Caller(path.secretary).get("/follow-ups", state="reported").json()["items"]
    assert [one["ref"] for one in listed] == [found.ref]


def test_what_cannot_be_reported_now_is_told() -> None:
    path = approved()

    body = problem(Caller(path.lead).post(f"/projects/{path.project.ref}/reports", {"kind": "resumption"}), 409)

    assert [refusal["code"] for refusal in body["refusals"]] == ["project_state"]
    problem(Caller(path.lead).post(f"/projects/{path.project.ref}/reports", {"kind": "nonsense"}), 422)


@pytest.mark.parametrize("count", [1, 3])
def test_lists_stay_within_their_budget(count: int, django_assert_max_num_queries: Any) -> None:
    path = human()
    lead, secretary = Caller(path.lead), Caller(path.secretary)
    for _number in range(count):
        report = lead.post(f"/projects/{path.project.ref}/reports", {"kind": "suspension"}).json()
        if report["state"] == "draft":
            lead.step(report, "file", action="terminate", from_on="2026-03-04", reason="x", care="x")
    for address in ("/reports", "/follow-ups"):
        secretary.get(address)
        with django_assert_max_num_queries(8):
            answer = secretary.get(address)
        assert answer.status_code == 200
