"""The applicant's whole path through the pages, from a new project to the letter."""

import pytest
from django.test import Client
from django.utils import timezone

from ethicsreview.documents.models import Letter
from reviews.models import Project, Review, RiskAssessment
from reviews.models.reviewing.lettering import issue_pending
from reviews.models.submissions.comparing import compare_pending
from tests.reviews.builders import Case, signing
from tests.reviews.portal.writing import (
    answer_all,
    begin_project,
    file,
    fill_sections,
    text_of,
    token_in,
    upload_required,
)

pytestmark = pytest.mark.django_db


def submit(lead: Client, path: Case) -> None:
    project = begin_project(lead, path)
    assessment = lead.post(f"{project.get_absolute_url()}assess/", follow=True).context["assessment"]
    answer_all(lead, assessment, path.answers)
    lead.post(f"{assessment.get_absolute_url()}steps/complete/")
    path.assessment = RiskAssessment.objects.get(pk=assessment.pk)
    lead.post(f"{project.get_absolute_url()}apply/", {"committee": path.committee.ref})
    path.review = Review.objects.get(project=project)
    version = path.review.draft_submission
    assert version is not None
    fill_sections(lead, path.review, version)
    upload_required(lead, path.review, version)
    response = lead.post(f"{path.review.get_absolute_url()}steps/submit/", signing(path.lead))
    assert response["Location"] == f"{path.review.get_absolute_url()}submitted/"
    path.review.refresh_from_db()
    path.at = timezone.now()


def test_from_new_project_to_letter(lead: Client, path: Case) -> None:
    submit(lead, path)

    said = text_of(lead.get(f"{path.review.get_absolute_url()}submitted/"))
    assert "委员会秘书" in said
    assert "《科技伦理审查办法（试行）》第十七条" in said

    path.do("accept", path.secretary, procedure="general", procedure_ground="一般", listed="no")
    path.do("begin", path.secretary, meeting=path.planned().ref)
    path.open_meeting()
    path.vote()
    path.do("conclude", path.chair, password="a-long-enough-password")
    page = text_of(lead.get(path.review.get_absolute_url()))
    assert "审查决定：批准" in page
    assert "正在生成" in page

    issue_pending(timezone.now())
    letter = Letter.objects.get()
    page = text_of(lead.get(path.review.get_absolute_url()))
    assert f"/letters/{letter.ref}/" in page
    response = lead.get(f"/letters/{letter.ref}/")
    assert response["Content-Disposition"].startswith("attachment")
    assert b"".join(response.streaming_content).startswith(b"%PDF")
    assert Project.objects.get().state == "approved"
    assert "跟踪审查" in text_of(lead.get(path.project.get_absolute_url()))


def test_supplement_answered_with_a_new_version_and_compared(lead: Client, path: Case) -> None:
    submit(lead, path)
    path.do("request_supplement", path.secretary, item__purpose="请补充目的", item__protocol="请换新版方案")
    address = path.review.get_absolute_url()

    page = lead.get(f"{address}answers/")
    assert "请补充目的" in text_of(page)
    kept = lead.post(f"{address}answers/", {"answer__1": "已补充", "answer__2": "已更换", "seen": token_in(page)})
    assert kept.status_code == 302
    version = path.review.draft_submission
    assert version is not None
    section = lead.get(f"{address}sections/overview/")
    assert "请补充目的" in text_of(section)
    lead.post(
        f"{address}sections/overview/",
        {
            "purpose": "为了减轻患者的痛苦。",
            "significance": "见方案第三章。",
            "necessity": "见方案第三章。",
            "starts_on": "2026-09-01",
            "ends_on": "2026-09-01",
            "prior_review": "false",
            "seen": token_in(section),
        },
    )
    protocol = version.materials.get(kind="protocol")
    replaced = lead.post(f"{address}materials/{protocol.pk}/replace/", {"file": file("方案二.txt", "方案的第二版。")})
    assert replaced.status_code == 302
    form = lead.get(f"{address}steps/resubmit/")
    assert "已补充" in text_of(form)
    answers = {"answer__1": "已补充", "answer__2": "已更换"}
    lead.post(f"{address}steps/resubmit/", signing(path.lead) | answers)

    path.review.refresh_from_db()
    assert path.review.state == "submitted"
    waiting = text_of(lead.get(f"{address}versions/2/comparison/"))
    assert "正在生成" in waiting
    from ethicsreview.documents.tasks import extract_pending

    extract_pending()
    assert compare_pending() == 1
    compared = text_of(lead.get(f"{address}versions/2/comparison/"))
    assert "<ins>" in compared
    assert "减轻患者的痛苦" in compared
    assert "方案二.txt" in compared
    assert "已补充" in text_of(lead.get(address))


def test_submitting_twice_gives_one_answer_and_one_version(lead: Client, path: Case) -> None:
    submit(lead, path)

    again = lead.post(f"{path.review.get_absolute_url()}steps/submit/", signing(path.lead))

    assert again.status_code == 409
    assert "这一步已经办过，或者状态已经变化" in text_of(again)
    assert path.review.submissions.count() == 1
