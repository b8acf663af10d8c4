"""Appeals and exemptions on the lead's pages."""

import pytest
from django.urls import reverse

from reviews.models import Appeal, Exemption
from tests.committees.builders import person
from tests.reviews.appeals import asked, rejected, support
from tests.reviews.builders import case
from tests.reviews.portal.conftest import browser_of
from tests.reviews.rules.answers import RECORDS

pytestmark = pytest.mark.django_db


def text(response) -> str:
    return response.content.decode()


def test_an_appeal_is_begun_supported_and_filed() -> None:
    path = rejected()
    lead = browser_of(path.lead)
    assert "填写申诉" in text(lead.get(path.review.get_absolute_url()))

    begun = lead.post(reverse("portal:appeal_new", args=[path.review.ref]), follow=True)
    page = begun.redirect_chain[-1][0]
    assert "申诉应当附相关支持材料" in text(begun)
    # Where the reasons are written is said before the step can be opened.
    assert "再在“提出申诉”中写明理由" in text(begun)
    assert lead.post(f"{page}upload/", {}).status_code == 422
    # The address of the refusal stays in the browser, and is asked for again.
    assert lead.get(f"{page}upload/").headers["Location"] == page
    lead.post(f"{page}upload/", {"file": support()})
    lead.post(f"{page}steps/file/", {"reasons": "对照组已另行论证"})

    appeal = Appeal.objects.get()
    assert appeal.state == "filed"
    shown = text(lead.get(path.review.get_absolute_url()))
    assert page in shown
    assert "填写申诉" not in shown
    assert lead.get(f"{page}document/").getvalue().decode() == "专家论证意见"
    for address in (page, f"{page}document/", f"{page}steps/withdraw/"):
        assert browser_of(person()).get(address).status_code == 404


def test_nothing_is_offered_where_nothing_can_be_appealed() -> None:
    path = case().concluded()
    lead = browser_of(path.lead)

    assert "填写申诉" not in text(lead.get(path.review.get_absolute_url()))
    assert lead.post(reverse("portal:appeal_new", args=[path.review.ref])).status_code == 409


def test_a_conditional_decision_offers_the_appeal_too() -> None:
    path = asked("revision_required")

    assert "填写申诉" in text(browser_of(path.lead).get(path.review.get_absolute_url()))


def test_an_exemption_is_offered_only_where_the_answers_allow_it() -> None:
    path = case(answers=RECORDS).assessed()
    lead = browser_of(path.lead)
    assert "申请免除审查" in text(lead.get(path.project.get_absolute_url()))

    asked_for = lead.post(reverse("portal:exemption_new", args=[path.project.ref]), follow=True)

    assert "等待委员会秘书和主任委员确认" in text(asked_for)
    assert "申请免除审查</button>" not in text(lead.get(path.project.get_absolute_url()))
    other = case().assessed()
    assert "申请免除审查</button>" not in text(browser_of(other.lead).get(other.project.get_absolute_url()))
    assert browser_of(person()).get(Exemption.objects.get().get_absolute_url()).status_code == 404


def test_pages_stay_within_their_budget(django_assert_max_num_queries) -> None:
    path = rejected()
    lead = browser_of(path.lead)
    page = lead.post(reverse("portal:appeal_new", args=[path.review.ref]), follow=True).redirect_chain[-1][0]
    for address in (page, path.review.get_absolute_url(), path.project.get_absolute_url()):
        with django_assert_max_num_queries(20):
            lead.get(address)
