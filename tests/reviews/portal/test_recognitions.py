"""Asking for recognition on the pages."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from reviews.models import Recognition
from tests.committees.builders import person
from tests.reviews.portal.conftest import browser_of
from tests.reviews.recognising import BY_HAND, asked

pytestmark = pytest.mark.django_db


def body(response: Any) -> str:
    text: str = response.content.decode()
    return text


def test_asked_on_the_review_by_the_letters_code() -> None:
    made = asked(hours_ago=6).allied()
    lead = browser_of(made.here.lead)
    review = made.here.review.get_absolute_url()
    assert "请求认可其他委员会的结果" in body(lead.get(review))
    page = lead.post(f"{review}recognition/").url
    wrong = lead.post(f"{page}steps/request/", {"code": "查无此码", "note": "x"})
    assert wrong.status_code == 422

    terms = {"code": made.code, "alliance": made.alliance.ref, "note": "同一方案"}
    assert lead.post(f"{page}steps/request/", terms).status_code == 302

    one = Recognition.objects.get()
    assert one.submission_digest in body(lead.get(page))
    assert browser_of(person()).get(page).status_code == 404


def test_another_services_letter_is_uploaded_and_entered() -> None:
    made = asked(here="510100", hours_ago=6)
    lead = browser_of(made.here.lead)
    page = lead.post(f"{made.here.review.get_absolute_url()}recognition/").url
    assert lead.get(f"{page}upload/").headers["Location"] == page
    lead.post(f"{page}upload/", {"file": SimpleUploadedFile("批件.txt", "外省批件".encode())})

    answer = lead.post(f"{page}steps/request/", {"note": "外省批件", **BY_HAND})

    assert answer.status_code == 302
    assert "逐项登记" in body(lead.get(page))
    assert lead.get(f"{page}document/").getvalue().decode() == "外省批件"


def test_the_decision_shows_what_was_recognised() -> None:
    made = asked(hours_ago=6).allied().requested().confirm()

    page = body(browser_of(made.here.lead).get(made.here.review.get_absolute_url()))

    assert "认可其他委员会的审查结果" in page
    assert made.recognition.ref in page
    assert "到会0人" not in page
