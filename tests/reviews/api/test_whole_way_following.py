"""The life after an approval through the API alone: a follow-up, each kind of report, and what the project becomes."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from ethicsreview.deadlines.calendar import law_day
from ethicsreview.lifecycle.timely import take_timely
from tests.committees.builders import institution, keeper_of, person
from tests.reviews.api.client import hidden, problem
from tests.reviews.api.machines import Machines, Obj, machines

pytestmark = pytest.mark.django_db


@pytest.fixture
def them() -> Machines:
    return machines()


@pytest.fixture
def project(them: Machines) -> Obj:
    return them.approved()


def filed(them: Machines, project: Obj, kind: str, **answers: Any) -> Obj:
    lead = them.lead
    report = lead.begin(f"/projects/{project['ref']}/reports", kind=kind)
    lead.hand_in(f"{report['url']}/documents", "记录表")
    return lead.take(report, "file", **answers)


def settled(them: Machines, project: Obj, kind: str, outcome: str, **answers: Any) -> Obj:
    """The secretary assesses it, the chair settles it without a vote."""
    report = filed(them, project, kind, **answers)
    [waiting] = them.secretary.listed("reports", project=project["ref"], state="filed")
    them.secretary.take(waiting, "assess", recommendation=outcome)
    return them.chair.take(report, "dispose", outcome=outcome)


def voted(them: Machines, report: Obj, verdict: str) -> Obj:
    """The report before a meeting of the committee, which decides so; the review that looked at it."""
    secretary = them.secretary
    review = secretary.read(f"/reviews/{secretary.again(report)['proceeding']}")
    assert review["belonging"]["report"] == report["ref"]
    review = them.accept(review)
    reasons = {} if verdict == "continued" else {"reasons": "风险与受益不再合理"}
    return them.meet(review, verdict, **reasons)


@pytest.mark.article("national", 19)
def test_a_follow_up_from_its_day_to_the_next(them: Machines, project: Obj) -> None:
    lead, secretary = them.lead, them.secretary
    [found] = lead.listed("follow-ups", project=project["ref"])
    soon = (timezone.localdate() + timedelta(days=1)).isoformat()
    found = secretary.take(found, "bring_forward", due_on=soon, reason="风险较高")
    assert (found["due_on"], found["state"]) == (soon, "scheduled")
    take_timely(timezone.now())

    found = lead.again(found)
    assert found["state"] == "due"
    lead.hand_in(f"{found['url']}/documents", "进展")
    found = lead.take(found, "report", major_change="no")
    assert secretary.fetch(found["documents"][0]["url"]).decode() == "进展"
    assert found["answers"]["enrolled"] == 3
    review = secretary.read(f"/reviews/{found['proceeding']}")
    assert (review["review_kind"], review["belonging"]["follow_up"]) == ("follow_up", found["ref"])
    simple = {"procedure": "simplified", "procedure_ground": "没有重大变化"}
    review = them.designate(them.accept(review, **simple), "continued")
    review = them.chair.take(review, "conclude")

    assert (review["decision"]["outcome"], review["decision"]["basis"]) == ("continued", "simplified")
    assert lead.again(found)["state"] == "continued"
    assert [row["state"] for row in lead.listed("follow-ups", project=project["ref"])] == ["scheduled", "continued"]


@pytest.mark.article("national", 20)
def test_an_adverse_event_stops_it_at_once_and_the_committee_lets_it_go_on(them: Machines, project: Obj) -> None:
    lead, secretary, chair = them.lead, them.secretary, them.chair
    event = {"seriousness": "life_threatening", "expected": "unexpected", "related": "possible"}
    report = filed(them, project, "sae", **event)
    assert secretary.fetch(report["documents"][0]["url"]).decode() == "记录表"
    until = (law_day(timezone.now()) + timedelta(days=14)).isoformat()
    telling = {"inform": "yes", "inform_what": "新出现的肝损伤风险", "inform_by": until}
    secretary.take(report, "assess", recommendation="suspended", **telling)

    report = chair.take(report, "suspend_provisionally", reason="继续给药可能危及生命")
    assert lead.again(project)["state"] == "suspended"
    review = voted(them, report, "continued")

    assert review["decision"]["outcome"] == "continued"
    project = lead.again(project)
    assert (project["state"], project["may_start"]["open"]) == ("approved", True)
    report = lead.take(lead.again(report), "report_informed", told=12, reconsented=11)
    assert (report["informing"]["told"], report["informing"]["reconsented"]) == (12, 11)


@pytest.mark.article("national", 20)
@pytest.mark.parametrize(
    ("kind", "answers"),
    [("risk_change", {"source": "external"}), ("deviation", {"grade": "minor"})],
)
def test_what_takes_nothing_away_is_settled_by_two(
    kind: str, answers: dict[str, str], them: Machines, project: Obj
) -> None:
    report = settled(them, project, kind, "no_action", **answers)

    assert (report["report_kind"], report["state"]) == (kind, "no_action")
    assert them.lead.again(project)["state"] == "approved"


@pytest.mark.article("national", 20)
def test_suspended_by_the_lead_resumed_by_the_committee_and_completed(them: Machines, project: Obj) -> None:
    lead, secretary = them.lead, them.secretary
    report = settled(them, project, "suspension", "suspended", action="suspend")
    assert report["state"] == "suspended"
    assert lead.again(project)["state"] == "suspended"

    report = filed(them, project, "resumption")
    secretary.take(report, "assess", recommendation="continued")
    secretary.take(report, "put_to_committee", reason="恢复须经表决")
    voted(them, report, "continued")
    assert lead.again(project)["state"] == "approved"
    report = settled(them, project, "completion", "completed")

    assert report["state"] == "completed"
    project = lead.again(project)
    assert project["state"] == "completed"
    assert len(project["reports"]) == 3


@pytest.mark.article("national", 20)
def test_a_serious_deviation_ends_it_and_a_draft_or_an_incomplete_report_comes_to_nothing(
    them: Machines, project: Obj
) -> None:
    lead, secretary = them.lead, them.secretary
    draft = lead.begin(f"/projects/{project['ref']}/reports", kind="completion")
    assert lead.take(draft, "withdraw")["state"] == "withdrawn"
    report = filed(them, project, "deviation", grade="major")
    secretary.take(report, "send_back", reason="未附记录")
    report = lead.again(report)
    assert report["state"] == "draft"
    report = lead.take(report, "file", grade="major")
    secretary.take(report, "assess", recommendation="terminated")

    secretary.take(report, "put_to_committee", reason="须表决")
    voted(them, report, "terminated")

    assert lead.again(report)["state"] == "terminated"
    project = lead.again(project)
    assert (project["state"], project["may_start"]["open"]) == ("terminated", False)


def test_nobody_else_finds_it(them: Machines, project: Obj) -> None:
    report = filed(them, project, "deviation", grade="minor")
    [follow_up] = them.lead.listed("follow-ups", project=project["ref"])
    others = [person(), keeper_of(institution())]
    papers = report["documents"][0]["url"].removeprefix(report["url"])

    hidden(report, *others, beside=(papers,))
    hidden(follow_up | {"step": "report"}, *others)
    problem(them.chair.post(f"/projects/{project['ref']}/reports", {"kind": "sae"}), 403)
    problem(them.lead.get(f"/reports/{report['ref']}/documents/{2**70}"), 404)
