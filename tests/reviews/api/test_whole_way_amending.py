"""Changes to what is approved, through the API alone: in chosen parts, of the lead, and by who acts for the lead."""

from datetime import timedelta

import pytest
from django.utils import timezone

from ethicsreview.accounts.models import Role
from ethicsreview.documents.tasks import extract_pending
from reviews.models.submissions.comparing import compare_pending
from tests.committees.builders import holder, institution, keeper_of, person
from tests.reviews.api.client import Caller, hidden, problem
from tests.reviews.api.machines import Machines, Obj, fill_in, machines
from tests.reviews.builders import with_password

pytestmark = pytest.mark.django_db


@pytest.fixture
def them() -> Machines:
    return machines()


def colleague_of(them: Machines) -> Caller:
    """Of the same institution's research staff."""
    return Caller(with_password(holder(Role.RESEARCHER, them.committee.institution)))


def username(caller: Caller) -> str:
    name: str = caller.read("/me")["person"]["username"]
    return name


def opened(them: Machines, project: Obj, *parts: str) -> Obj:
    """An amendment of these parts, by what they are called."""
    lead = them.lead
    review = lead.begin(f"/projects/{project['ref']}/amendments")
    chosen = lead.choice(review, "choose_parts", "parts", *parts)
    return lead.take(review, "choose_parts", parts=chosen, reason="扩大样本", risk_changed="no")


def decided(them: Machines, review: Obj, *, small: str = "no") -> Obj:
    them.secretary.take(review, "weigh_change", small=small, major_risk="no", ground="风险不变")
    if small == "no":
        return them.meet(them.accept(review))
    review = them.designate(them.accept(review, procedure="simplified", procedure_ground="较小变更"))
    return them.chair.take(review, "conclude", follow_up_months="12")


@pytest.mark.article("national", 20)
def test_only_the_chosen_parts_open_and_the_new_version_is_in_force(them: Machines) -> None:
    project = them.approved()
    lead, secretary = them.lead, them.secretary
    review = opened(them, project, "实施方案与风险", "科技活动实施方案")
    asked = lead.read(f"{review['url']}/application")
    assert [part["key"] for part in asked["sections"] if part["open"]] == ["plan"]
    assert [paper["kind"] for paper in asked["materials"] if paper["open"]] == ["protocol"]

    revision = review["versions"][-1]["revision"]
    shut = lead.put(f"/reviews/{review['ref']}/content", {"revision": revision, "values": {"purpose": "另一个目的"}})
    assert problem(shut, 409)["refusals"][0]["code"] == "not_opened"
    written = lead.put(f"/reviews/{review['ref']}/content", {"revision": revision, "values": {"design": "增至90例"}})
    assert written.status_code == 200
    old = next(one for one in review["documents"] if one["kind"] == "protocol")
    lead.hand_in(f"{review['url']}/documents", "第二版方案。", kind="protocol", document=old["document"])
    lead.take(review, "explain_change", risk_benefit="unchanged", informing="下次随访时告知")
    lead.take(review, "submit", signature=lead.read("/me")["person"]["name"])
    extract_pending()
    compare_pending()
    compared = secretary.read(f"{review['url']}/comparison-in-force")
    changed = [one["kind"] for one in compared["documents"] if one["old"] != one["new"]]
    assert ([one["key"] for one in compared["fields"]], changed) == (["design"], ["protocol"])
    review = decided(them, secretary.again(review))

    assert (review["state"], review["amendment"]["in_force"]) == ("approved", False)
    project = lead.again(project)
    assert (project["in_force"]["review"], project["state"]) == (review["ref"], "approved")
    assert project["in_force"]["digest"] == review["versions"][-1]["digest"]


@pytest.mark.article("national", 20, 22)
def test_the_lead_is_changed_by_four_people(them: Machines) -> None:
    project, colleague = them.approved(), colleague_of(them)
    lead, secretary = them.lead, them.secretary
    review = lead.begin(f"/projects/{project['ref']}/amendments")
    review = lead.take(review, "name_lead", new_lead=username(colleague), former_stays="no")
    assert review["amendment"]["new_lead"]["username"] == username(colleague)
    [mine] = colleague.listed("projects")
    assert mine["ref"] == project["ref"]
    colleague.take(review, "accept_lead", signature=colleague.read("/me")["person"]["name"])
    them.officer.take(review, "agree_lead")
    lead.take(review, "explain_change", risk_benefit="unchanged", informing="下次随访时告知")
    lead.take(review, "submit", signature=lead.read("/me")["person"]["name"])

    review = decided(them, secretary.again(review), small="yes")

    assert review["decision"]["basis"] == "simplified"
    assert colleague.again(project)["lead"]["username"] == username(colleague)
    problem(lead.post(f"/projects/{project['ref']}/amendments"), 403)
    assert colleague.begin(f"/projects/{project['ref']}/amendments")["state"] == "draft"


@pytest.mark.article("national", 9)
def test_somebody_of_the_team_acts_for_the_lead_for_a_time(them: Machines) -> None:
    lead, colleague = them.lead, colleague_of(them)
    member = {"name": "王代办", "duty": "协调", "person": username(colleague)}
    project = them.project(members=[member])
    [found] = project["members"]
    day = timezone.localdate()
    until = (day + timedelta(days=30)).isoformat()
    acts = lead.choice(project, "authorise", "acts")
    assert {"write", "submit", "answer", "report"} == set(acts)
    project = lead.take(project, "authorise", person=found["username"], acts=acts, ends_on=until)
    [mandate] = colleague.listed("mandates", project=project["ref"])

    them.assess(colleague, project)
    review = lead.begin(f"/projects/{project['ref']}/reviews")
    fill_in(colleague, review)
    assert colleague.shut(review, "submit") == ["not_signed"]
    lead.take(review, "sign_ahead", signature=lead.read("/me")["person"]["name"])
    review = colleague.take(review, "submit")

    kept = review["versions"][0]["commitment"]
    assert (kept["username"], kept["handed_in_username"]) == (username(lead), username(colleague))
    mandate = lead.take(mandate, "revoke")
    assert mandate["state"] == "revoked"
    assert "withdraw" not in colleague.steps(review)


@pytest.mark.article("national", 20)
def test_where_the_lead_is_gone_the_institution_names_another(them: Machines) -> None:
    project, colleague = them.approved(), colleague_of(them)
    officer = them.officer

    officer.take(officer.again(project), "replace_lead", new_lead=username(colleague), former_stays="no", reason="离职")
    project = colleague.again(project)
    review = next(row for row in project["reviews"] if row["state"] == "draft")
    colleague.take(review, "accept_lead", signature=colleague.read("/me")["person"]["name"])

    assert officer.shut(review, "agree_lead") == ["agreed"]
    assert project["incoming_lead"]["username"] == username(colleague)
    assert {"explain_change", "submit"} <= colleague.steps(review).keys()


def test_nobody_else_finds_it(them: Machines) -> None:
    review, colleague = opened(them, them.approved(), "实施方案与风险"), colleague_of(them)
    project = them.project(members=[{"name": "王代办", "person": username(colleague)}])
    until = timezone.localdate().isoformat()
    project = them.lead.take(project, "authorise", person=username(colleague), acts=["submit"], ends_on=until)
    mandate = them.lead.again(project["mandates"][0])
    others = [person(), keeper_of(institution())]

    hidden(mandate | {"step": "revoke"}, *others)
    hidden(project | {"step": "authorise"}, *others)
    hidden(review, *others, beside=("/application", "/comparison-in-force"))
