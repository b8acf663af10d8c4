"""Each page by role: the lead, the team, another researcher, the institution's officer, the secretary, a visitor."""

from collections.abc import Iterator

import pytest
from django.test import Client
from django.utils import timezone

from ethicsreview.accounts.models import Appointment, Role
from ethicsreview.documents.models import Letter
from reviews.models import ProjectMember
from reviews.models.reviewing.lettering import issue_pending
from tests.committees.builders import keeper_of, person
from tests.reviews.builders import Case
from tests.reviews.portal.conftest import browser_of
from tests.reviews.portal.writing import file, text_of

pytestmark = pytest.mark.django_db


def addresses(path: Case) -> Iterator[str]:
    project, review = path.project.get_absolute_url(), path.review.get_absolute_url()
    yield from (project, f"{project}edit/", f"{project}apply/", path.assessment.get_absolute_url())
    yield from (f"{review}{page}" for page in ("", "submitted/", "check/", "materials/", "answers/", "versions/1/"))
    yield from (f"{review}sections/overview/", f"{review}steps/withdraw/", f"{review}versions/2/comparison/")
    version = path.review.submissions.get(number=1).materials.get(kind="protocol").version
    yield f"/documents/{version.document.ref}/{version.number}/"


def outsider(path: Case) -> Client:
    """A researcher of the same institution who has no part in the project."""
    other = person()
    Appointment.objects.create(
        person=other, role=Role.RESEARCHER, body=path.committee.institution, starts=path.at.date()
    )
    return browser_of(other)


def team_member(path: Case) -> Client:
    member = person()
    ProjectMember.objects.create(project=path.project, person=member, name=member.name)
    return browser_of(member)


def test_another_researcher_finds_nothing(path: Case) -> None:
    path.concluded()
    issue_pending(timezone.now())
    client = outsider(path)

    answers = {url: client.get(url).status_code for url in addresses(path)}
    answers["letter"] = client.get(f"/letters/{Letter.objects.get().ref}/").status_code

    assert set(answers.values()) == {404}
    assert path.project.title not in text_of(client.get("/"))


def test_visitor_is_sent_to_sign_in(path: Case) -> None:
    path.submitted()
    client = Client()

    for url in addresses(path):
        response = client.get(url)
        assert response.status_code == 302
        assert response["Location"].startswith("/accounts/login/")
    assert "登录" in text_of(client.get("/"))


def test_visitor_whose_session_ended_loses_no_page_to_an_autosave(path: Case) -> None:
    path.drafted()

    response = Client().post(f"{path.review.get_absolute_url()}sections/overview/", headers={"HX-Request": "true"})

    assert response.status_code == 401


def test_team_member_writes_but_does_not_submit(path: Case) -> None:
    path.drafted()
    client = team_member(path)
    review = path.review.get_absolute_url()

    assert path.project.title in text_of(client.get("/"))
    assert client.get(f"{review}sections/overview/").status_code == 200
    assert client.get(f"{review}materials/").status_code == 200
    assert "申请由项目负责人签署承诺并提交" in text_of(client.get(f"{review}check/"))
    forbidden = client.get(f"{review}steps/submit/")
    assert forbidden.status_code == 403
    assert "项目负责人" in text_of(forbidden)
    assert client.post(f"{path.project.get_absolute_url()}assess/").status_code == 403


def test_officer_reads_and_does_not_write(path: Case) -> None:
    path.submitted()
    client = browser_of(keeper_of(path.committee))
    review = path.review.get_absolute_url()

    page = text_of(client.get(review))
    assert path.committee.name in page
    assert "steps/withdraw/" not in page
    assert client.get(f"{review}sections/overview/")["Location"] == review
    assert client.get(f"{review}steps/withdraw/").status_code == 403


def test_secretary_sees_no_draft_and_is_led_to_the_desk(path: Case) -> None:
    path.drafted()
    client = browser_of(path.secretary)

    assert client.get(path.review.get_absolute_url()).status_code == 404

    path.do("submit", path.lead, agree=True, signature=path.lead.name)
    assert f"/desk/reviews/{path.review.ref}/" in text_of(client.get(path.review.get_absolute_url()))


def test_document_being_written_is_the_applicants_alone(path: Case, lead: Client) -> None:
    path.submitted()
    path.do("request_supplement", path.secretary, item__protocol="请换新版")
    draft = path.review.draft_submission
    assert draft is not None
    material = draft.materials.get(kind="protocol")

    lead.post(f"{path.review.get_absolute_url()}materials/{material.pk}/replace/", {"file": file("新版.txt", "二。")})
    material.refresh_from_db()
    ref = material.version.document.ref
    secretary = browser_of(path.secretary)

    sealed, written = secretary.get(f"/documents/{ref}/1/"), lead.get(f"/documents/{ref}/2/")
    assert b"".join(sealed.streaming_content).decode() == "科技活动实施方案。"
    assert b"".join(written.streaming_content).decode() == "二。"
    assert written["X-Content-Type-Options"] == "nosniff"
    assert secretary.get(f"/documents/{ref}/2/").status_code == 404


def test_person_without_a_role_is_told_why_there_is_no_new_project() -> None:
    client = browser_of(person())

    response = client.get("/projects/new/")

    assert response.status_code == 403
    assert "单位管理人员登记" in text_of(response)
