"""The review in the partners' countries, from the questionnaire to the open gate, by machines alone."""

from io import BytesIO

import pytest

from reviews.models import Project
from tests.reviews.api.client import Caller, problem
from tests.reviews.builders import Case
from tests.reviews.foreign import abroad

pytestmark = pytest.mark.django_db


@pytest.fixture
def path() -> Case:
    return abroad(["DE", "FR", "US"], region="510100").concluded()


def paper() -> BytesIO:
    file = BytesIO(b"IRB approval")
    file.name = "approval.txt"
    return file


def test_the_whole_way(path: Case) -> None:
    lead, secretary = Caller(path.lead), Caller(path.secretary)
    project = lead.get(f"/projects/{path.project.ref}").json()
    assert project["state"] == "approved"
    assert project["may_start"]["open"] is False
    assert project["may_start"]["outstanding"] == ["DE", "FR", "US"]
    assert [r["citation"]["key"] for r in project["may_start"]["refusals"]] == ["national:12"]
    assert [r["citation"]["key"] for r in project["project_approval"]["refusals"]] == ["sichuan:9"]
    records = {one["country"]: one for one in lead.get("/foreign-approvals", state="wanted").json()["items"]}
    assert set(records) == {"DE", "FR", "US"}
    address = f"/foreign-approvals/{records['US']['ref']}"

    shut = problem(lead.post(f"{address}/steps/enter_approval", {"body": "IRB"}), 409)
    assert [refusal["code"] for refusal in shut["refusals"]] == ["document"]
    handed = lead.upload(f"{address}/document", file=paper())
    assert handed.status_code == 201, handed.content
    terms = {"body": "Western IRB", "number": "W-17", "approved_on": "2026-01-05"}
    entered = lead.step(records["US"], "enter_approval", **terms)
    assert (entered["state"], entered["holds"]) == ("entered", False)
    steps = {one["name"]: one for one in lead.get(f"/foreign-approvals/{records['DE']['ref']}/steps").json()}
    assert steps["enter_not_prescribed"]["input"]["properties"]["also"]["items"]["enum"] == ["FR"]
    lead.step(records["DE"], "enter_not_prescribed", reason="该国没有此类规定", also=["FR"])

    confirmed = secretary.step(records["US"], "confirm", checked=True, also=["DE", "FR"])

    assert confirmed["holds"] is True
    assert secretary.get(confirmed["document"]["url"].removeprefix("/api/v1")).getvalue() == b"IRB approval"
    project = lead.get(f"/projects/{path.project.ref}").json()
    assert project["may_start"] == {"open": True, "refusals": [], "outstanding": []}
    assert project["project_approval"]["open"] is True
    trail = lead.get(f"/foreign-approvals/{records['FR']['ref']}/trail").json()["items"]
    assert [entry["step"] for entry in trail] == ["create", "enter_alike", "confirm_alike"]
    decision = lead.get(f"/reviews/{path.review.ref}").json()["decision"]
    assert [one["before"] for one in decision["conditions"]] == ["start", "project_approval"]
    assert decision["conditions"][0]["countries"] == ["DE", "FR", "US"]


def test_no_place_but_sichuan_has_a_second_gate() -> None:
    path = abroad(["DE"]).submitted()

    project = Caller(path.lead).get(f"/projects/{path.project.ref}").json()

    assert project["project_approval"] is None
    assert [r["code"] for r in project["may_start"]["refusals"]] == ["project_state", "foreign_wanted"]


def test_others_find_nothing(path: Case) -> None:
    stranger = Caller(abroad(["DE"]).lead)
    ref = Project.objects.get(pk=path.project.pk).foreign_approvals.first().ref

    problem(stranger.get(f"/foreign-approvals/{ref}"), 404)
    problem(stranger.get(f"/foreign-approvals/{ref}/document"), 404)
    problem(stranger.upload(f"/foreign-approvals/{ref}/document", file=paper()), 404)
    problem(Caller(path.secretary).upload(f"/foreign-approvals/{ref}/document", file=paper()), 403)
    assert Caller(path.lead).upload(f"/foreign-approvals/{ref}/document", file=paper()).status_code == 201
    problem(Caller(path.secretary).get(f"/foreign-approvals/{ref}/document"), 404)
    assert Caller(path.lead).get(f"/foreign-approvals/{ref}/document").getvalue() == b"IRB approval"


def test_list_and_page_stay_within_their_budgets(path: Case, django_assert_max_num_queries) -> None:
    lead = Caller(path.lead)
    with django_assert_max_num_queries(12):
        assert len(lead.get("/foreign-approvals").json()["items"]) == 3
    with django_assert_max_num_queries(20):
        lead.get(f"/projects/{path.project.ref}")
