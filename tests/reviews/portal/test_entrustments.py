"""A person without a unit on the pages: entered, entrusting, applying; and what a unit's lead is told."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from ethicsreview.deadlines.calendar import law_day
from reviews.models import Entrustment
from tests.committees.builders import person
from tests.reviews.builders import PASSWORD, with_password
from tests.reviews.entrusting import agreement, centre
from tests.reviews.portal.conftest import browser_of

pytestmark = pytest.mark.django_db


def body(response: object) -> str:
    text: str = response.content.decode()  # type: ignore[attr-defined]
    return text


def test_a_person_without_a_unit_entrusts_and_may_begin_a_project() -> None:
    made = agreement(hours_ago=3, **centre())
    alone = with_password(person())
    client = browser_of(alone)
    refused = client.get("/projects/new/")
    assert refused.status_code == 403
    assert "登记为无单位人员" in body(refused)

    assert client.post("/without-unit/", {"region": "abc"}).status_code == 422
    listed = client.post("/without-unit/", {"region": "370100"}, follow=True)
    assert made.trustee.name in body(listed)
    assert client.get("/projects/new/").status_code == 200
    page = client.post("/entrustments/", {"trustee": made.trustee.ref}).url
    assert client.get(f"{page}upload/").headers["Location"] == page
    client.post(f"{page}upload/", {"file": SimpleUploadedFile("委托书.txt", "委托书".encode())})
    terms = made.terms(case="no_unit", starts=law_day(made.at).isoformat(), ends="")
    assert client.post(f"{page}steps/propose/", terms).status_code == 302
    one = Entrustment.objects.get()
    made.entrustment = one
    chair = browser_of(made.answers)
    chair.post(f"/desk/entrustments/{one.ref}/steps/accept/", {"checked": "on", "password": PASSWORD})

    one.refresh_from_db()
    assert one.state == "in_force"
    assert "已接受" in body(client.get(page))


def test_a_lead_whose_unit_has_no_committee_is_pointed_to_the_ways() -> None:
    made = agreement()
    path = made.case()

    page = body(browser_of(path.lead).get(f"/projects/{path.project.ref}/apply/"))

    assert "委托审查" in page
    assert "协作审查" in page
    assert "第（七）条" in page


def test_who_has_a_unit_has_no_such_page() -> None:
    made = agreement()
    path = made.case()

    assert browser_of(path.lead).get("/entrustments/").status_code == 404
    assert browser_of(path.lead).post("/without-unit/", {"region": "370100"}).status_code == 409
    assert browser_of(person()).get("/entrustments/W2026-000001/").status_code == 404
