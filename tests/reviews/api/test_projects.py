"""Entering a project, assessing it, beginning its application."""

import pytest

from ethicsreview.accounts.models import Role
from reviews.models import Project, RiskAssessment
from tests.committees.builders import authority, holder, people_of, person
from tests.reviews.api.client import Caller, problem
from tests.reviews.builders import Case
from tests.reviews.rules.answers import OUT_OF_SCOPE, SURVEY

pytestmark = pytest.mark.django_db


def entered(path: Case, **changes: object) -> dict:
    return {
        "title": "睡眠质量问卷调查",
        "field": "social_science",
        "institution": path.committee.institution.ref,
        **changes,
    }


def test_a_project_is_entered(path: Case) -> None:
    colleague = person(name="同事")

    answer = Caller(path.lead).post(
        "/projects",
        entered(
            path,
            starts_on="2026-10-01",
            ends_on="2027-09-30",
            members=[{"name": "同事", "person": colleague.username, "duty": "统计"}],
        ),
    )

    assert answer.status_code == 201
    project = Project.objects.get(ref=answer.json()["ref"])
    assert (project.lead, project.region) == (path.lead, path.committee.region)
    assert list(project.members.values_list("person", "duty")) == [(colleague.pk, "统计")]


def test_every_wrong_field_is_named_at_once(path: Case) -> None:
    caller = Caller(path.lead)

    shape = problem(caller.post("/projects", {"field": "magic", "starts_on": 5, "colour": "red"}), 422)
    meaning = problem(
        caller.post("/projects", entered(path, institution="I999999", lead="nobody", members=[{"name": "a\u202eb"}])),
        422,
    )

    assert shape["errors"].keys() == {"title", "field", "institution", "starts_on", "colour"}
    assert meaning["errors"].keys() == {"institution", "lead", "members.0.name"}


def test_dates_out_of_order(path: Case) -> None:
    body = problem(
        Caller(path.lead).post("/projects", entered(path, starts_on="2027-01-01", ends_on="2026-01-01")), 422
    )

    assert body["errors"] == {"": ["结束日期不能早于开始日期。"]}


def test_only_its_own_people_know_of_a_draft(path: Case) -> None:
    ref = Caller(path.lead).post("/projects", entered(path)).json()["ref"]
    officer = holder(Role.INSTITUTION_OFFICER, path.committee.institution)
    stranger, secretary = person(), people_of(path.committee, Role.SECRETARY)[0]
    regulator = holder(Role.REGULATOR, authority("370000"))

    assert Caller(officer).get(f"/projects/{ref}").status_code == 200
    for outsider in (stranger, secretary, regulator):
        problem(Caller(outsider).get(f"/projects/{ref}"), 404)
        problem(Caller(outsider).get(f"/projects/{ref}/trail"), 404)
        problem(Caller(outsider).post(f"/projects/{ref}/assessment", {"answers": {}}), 404)
        assert Caller(outsider).get("/projects").json()["items"] == []


class TestAssessment:
    @pytest.fixture
    def caller(self, path: Case) -> Caller:
        return Caller(path.lead)

    @pytest.fixture
    def address(self, path: Case, caller: Caller) -> str:
        return f"/projects/{caller.post('/projects', entered(path)).json()['ref']}/assessment"

    def test_says_what_is_still_asked_and_then_what_follows(self, caller: Caller, address: str) -> None:
        half = caller.post(address, {"answers": {"fields": ["engineering"]}}).json()
        whole = caller.post(address, {"answers": OUT_OF_SCOPE, "revision": half["revision"]}).json()

        assert half["missing"][0]["citation"]["text"]
        assert whole["ref"] == half["ref"]
        assert (whole["missing"], whole["outcome"]) == ([], "not_required")
        ground = next(found for found in whole["conclusions"] if found["topic"] == "project_outcome")
        assert ground["answers"]
        assert ground["citation"]["text"].startswith("《")

    def test_answers_that_do_not_fit_their_questions(self, caller: Caller, address: str) -> None:
        body = problem(
            caller.post(address, {"answers": SURVEY | {"involves_humans": "yes", "risk_level": "huge", "new": True}}),
            422,
        )

        assert body["errors"].keys() == {"answers.involves_humans", "answers.risk_level", "answers.new"}
        assert not RiskAssessment.objects.exists()

    def test_nothing_is_saved_over_unread(self, caller: Caller, address: str) -> None:
        first = caller.post(address, {"answers": SURVEY}).json()

        problem(caller.post(address, {"answers": OUT_OF_SCOPE}), 428)
        stale = problem(caller.post(address, {"answers": OUT_OF_SCOPE, "revision": first["revision"] - 1}), 409)

        assert stale["type"].endswith(":stale")
        assert RiskAssessment.objects.get().answers == SURVEY

    def test_is_the_leads_to_begin(self, path: Case, address: str) -> None:
        officer = holder(Role.INSTITUTION_OFFICER, path.committee.institution)

        body = problem(Caller(officer).post(address, {"answers": SURVEY}), 403)

        assert body["allowed"] == ["acting_write", "lead"]


class TestApplication:
    def test_before_the_assessment(self, path: Case) -> None:
        caller = Caller(path.lead)
        ref = caller.post("/projects", entered(path)).json()["ref"]

        body = problem(caller.post(f"/projects/{ref}/reviews"), 409)

        assert [refusal["code"] for refusal in body["refusals"]] == ["assessment"]
        assert body["refusals"][0]["citation"]["key"] == "national:9"

    def test_at_a_committee_that_does_not_exist(self, path: Case) -> None:
        path.assessed()

        body = problem(Caller(path.lead).post(f"/projects/{path.project.ref}/reviews", {"committee": "C0"}), 422)

        assert body["errors"].keys() == {"committee"}

    def test_twice(self, path: Case) -> None:
        path.drafted()

        body = problem(Caller(path.lead).post(f"/projects/{path.project.ref}/reviews"), 409)

        assert [refusal["code"] for refusal in body["refusals"]] == ["review_open"]

    def test_is_the_leads_to_begin(self, path: Case) -> None:
        path.submitted()

        for outsider in (path.secretary, path.chair):
            body = problem(Caller(outsider).post(f"/projects/{path.project.ref}/reviews"), 403)
            assert body["allowed"] == ["acting_write", "lead"]
