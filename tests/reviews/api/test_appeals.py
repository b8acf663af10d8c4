"""An appeal, and an exemption, by machines alone."""

from io import BytesIO

import pytest

from reviews.models import Project
from tests.reviews.api.client import Caller, problem
from tests.reviews.appeals import rejected
from tests.reviews.builders import PASSWORD, Case, case
from tests.reviews.rules.answers import RECORDS, SURVEY

pytestmark = pytest.mark.django_db


def paper() -> BytesIO:
    file = BytesIO("专家论证意见".encode())
    file.name = "support.txt"
    return file


def test_from_the_refusal_to_the_new_review(path: Case) -> None:
    rejected(path)
    lead, secretary, chair = Caller(path.lead), Caller(path.secretary), Caller(path.chair)
    begun = lead.post(f"/reviews/{path.review.ref}/appeals")
    assert begun.status_code == 201, begun.content
    appeal = begun.json()
    assert lead.post(f"/reviews/{path.review.ref}/appeals").json()["ref"] == appeal["ref"]
    problem(secretary.get(f"/appeals/{appeal['ref']}"), 404)
    shut = problem(lead.post(f"/appeals/{appeal['ref']}/steps/file", {"reasons": "不服"}), 409)
    assert [refusal["code"] for refusal in shut["refusals"]] == ["evidence"]

    assert lead.upload(f"/appeals/{appeal['ref']}/document", file=paper()).status_code == 201
    appeal = lead.step(appeal, "file", reasons="对照组已另行论证")
    assert secretary.get(f"/appeals/{appeal['ref']}/document").getvalue().decode() == "专家论证意见"
    problem(chair.post(f"/appeals/{appeal['ref']}/steps/uphold", {"answer": "x", "password": PASSWORD}), 409)
    secretary.step(appeal, "prepare", preparation="核查", recommendation="uphold")
    appeal = chair.step(appeal, "uphold", answer="论证充分", password=PASSWORD)

    assert (appeal["state"], appeal["answer"]) == ("upheld", "论证充分")
    review = lead.get(f"/reviews/{appeal['new_review']}").json()
    assert (review["review_kind"], review["state"]) == ("appeal", "draft")
    assert lead.get(f"/projects/{path.project.ref}").json()["state"] == "under_review"
    assert [s["name"] for s in lead.get(f"/reviews/{review['ref']}/steps").json() if s["open"]] == [
        "submit",
        "withdraw",
    ]


def test_what_cannot_be_appealed_is_told(path: Case) -> None:
    path.concluded()

    body = problem(Caller(path.lead).post(f"/reviews/{path.review.ref}/appeals"), 409)

    assert [refusal["citation"]["key"] for refusal in body["refusals"]] == ["national:18"]
    problem(Caller(path.secretary).post(f"/reviews/{path.review.ref}/appeals"), 403)


def test_an_exemption_is_asked_for_and_confirmed_by_two() -> None:
    path = case(answers=RECORDS).assessed()
    lead, secretary, chair = Caller(path.lead), Caller(path.secretary), Caller(path.chair)
    asked = lead.post(f"/projects/{path.project.ref}/exemption")
    assert asked.status_code == 201, asked.content
    exemption = asked.json()
    assert (exemption["state"], exemption["proposed_ground"]) == ("proposed", "anonymised")

    secretary.step(exemption, "confirm", ground="anonymised", password=PASSWORD)
    done = chair.step(exemption, "confirm", ground="anonymised", password=PASSWORD)

    assert (done["state"], done["confirmed_by"]) == ("granted", ["secretary", "chair"])
    assert {ground["citation"]["key"] for ground in done["grounds"]} == {"human:32"}
    project = lead.get(f"/projects/{path.project.ref}").json()
    assert (project["state"], project["may_start"]["open"]) == ("exempt", True)


def test_an_exemption_is_refused_with_its_reasons() -> None:
    path = case(answers=SURVEY).assessed()

    body = problem(Caller(path.lead).post(f"/projects/{path.project.ref}/exemption"), 409)

    assert [refusal["code"] for refusal in body["refusals"]] == ["not_possible"]
    assert Project.objects.get().state == "assessed"
