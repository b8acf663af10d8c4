"""The page of a step: what stands in its way, what is wrong with the input, and taking it once."""

import pytest
from django.test import Client

from reviews.models import Review, RiskAssessment
from reviews.models.applying import start_assessment, start_review
from tests.reviews.builders import Case, signing
from tests.reviews.portal.conftest import browser_of
from tests.reviews.portal.writing import text_of

pytestmark = pytest.mark.django_db


@pytest.mark.article("national", 9)
def test_everything_that_is_missing_is_said_before_submission(lead: Client, path: Case) -> None:
    path.assessed()
    review = start_review(path.project, by=path.lead, committee=path.committee, at=path.at)

    response = lead.post(f"{review.get_absolute_url()}steps/submit/", signing(path.lead))

    assert response.status_code == 409
    page = text_of(response)
    assert "申请书“目的”：请填写此项。" in page
    assert "缺少材料：知情同意书" in page
    assert "/check/" in page
    review.refresh_from_db()
    assert review.state == "draft"


def test_commitment_stands_above_its_signature(lead: Client, path: Case) -> None:
    path.drafted()

    page = text_of(lead.get(f"{path.review.get_absolute_url()}steps/submit/"))

    assert "遵守科技伦理要求和科研诚信承诺书" in page
    assert "未通过科技伦理审查的，不开展该科技活动" in page


def test_wrong_signature_keeps_what_was_typed(lead: Client, path: Case) -> None:
    path.drafted()

    response = lead.post(f"{path.review.get_absolute_url()}steps/submit/", {"agree": "on", "signature": "别人"})

    assert response.status_code == 422
    page = text_of(response)
    assert "签名应与您的姓名" in page
    assert 'value="别人"' in page
    assert 'href="#id_signature"' in page
    assert Review.objects.get().state == "draft"


def test_answers_must_be_given_to_every_request(lead: Client, path: Case) -> None:
    path.submitted()
    path.do("request_supplement", path.secretary, item__purpose="请补充", item__design="请说明")

    response = lead.post(
        f"{path.review.get_absolute_url()}steps/resubmit/", signing(path.lead) | {"answer__1": "已补充"}
    )

    assert response.status_code == 422
    assert 'href="#id_answer__2"' in text_of(response)
    assert "已补充" in text_of(response)


def test_withdrawal_ends_the_review_and_is_told_where_it_leads(lead: Client, path: Case) -> None:
    path.submitted()
    address = path.review.get_absolute_url()

    done = lead.post(f"{address}steps/withdraw/", {"reason": "方案有变"}, follow=True)

    page = text_of(done)
    assert "“撤回”已完成。" in page
    assert "方案有变" in page
    path.review.refresh_from_db()
    assert path.review.state == "withdrawn"


def test_step_of_the_committee_is_not_the_leads(lead: Client, path: Case) -> None:
    path.submitted()

    response = lead.get(f"{path.review.get_absolute_url()}steps/accept/")

    assert response.status_code == 403
    assert "委员会秘书" in text_of(response)


@pytest.mark.parametrize("address", ["/reviews/{ref}/steps/fly/", "/meetings/{ref}/steps/submit/", "/reviews/R1/"])
def test_what_does_not_exist_is_not_found(lead: Client, path: Case, address: str) -> None:
    path.drafted()

    assert lead.get(address.format(ref=path.review.ref)).status_code == 404


def test_assessment_is_not_completed_with_a_question_open(lead: Client, path: Case) -> None:
    path.assessed()
    again = start_assessment(path.project, by=path.lead, at=path.at)
    answers = {key: value for key, value in again.answers.items() if key != "vulnerable"}
    RiskAssessment.objects.filter(pk=again.pk).update(answers=answers)

    overview = text_of(lead.get(again.get_absolute_url()))
    response = lead.post(f"{again.get_absolute_url()}steps/complete/")

    assert f"{again.get_absolute_url()}questions/human/#q-vulnerable" in overview
    assert response.status_code == 409
    assert "尚未回答：参与者是否包括特殊群体？" in text_of(response)


def test_beginning_twice_finds_what_was_begun(lead: Client, path: Case) -> None:
    path.assessed()
    project = path.project.get_absolute_url()

    assessments = {lead.post(f"{project}assess/")["Location"] for _time in range(2)}
    first = lead.post(f"{project}apply/", {"committee": path.committee.ref})
    second = lead.post(f"{project}apply/", {"committee": path.committee.ref})

    assert len(assessments) == 1
    assert first.status_code == 302
    assert second.status_code == 409
    assert "本科技活动已有进行中的审查" in text_of(second)
    assert path.project.reviews.count() == 1


def test_committee_of_somebody_else_cannot_be_chosen(lead: Client, path: Case) -> None:
    path.assessed()

    response = lead.post(f"{path.project.get_absolute_url()}apply/", {"committee": "I999999"})

    assert response.status_code == 422
    assert not path.project.reviews.exists()


def test_get_changes_nothing(lead: Client, path: Case) -> None:
    path.drafted()
    address = path.review.get_absolute_url()

    assert lead.get(f"{path.project.get_absolute_url()}assess/").status_code == 405
    assert lead.get(f"{address}materials/1/remove/").status_code == 405
    assert browser_of(path.lead).get(f"{address}steps/withdraw/").status_code == 200
    path.review.refresh_from_db()
    assert path.review.state == "draft"
