"""One's own projects: what waits for somebody is found, wherever it lies among them."""

import pytest
from django.test import Client
from django.urls import reverse

from ethicsreview.accounts.models import Role
from reviews.models.applying import start_project
from reviews.portal.views.home import SIZE
from tests.committees.builders import authority, holder
from tests.reviews.builders import Case
from tests.reviews.portal.conftest import browser_of

pytestmark = pytest.mark.django_db


def test_what_waits_is_on_the_first_page_though_its_project_is_on_another(path: Case, lead: Client) -> None:
    path.submitted()
    path.do("request_supplement", path.secretary, item__purpose="再说明")
    unit = path.committee.institution
    review = path.review.get_absolute_url()

    few = lead.get("/").content.decode()
    for number in range(SIZE):
        start_project(by=path.lead, institution=unit, title=f"后来的{number}", field="medicine", at=path.at)
    many = lead.get("/").content.decode()

    assert "等您办理" not in few
    assert f'href="{review}">答复补正要求' in many.split("等您办理")[1].split("</section>")[0]
    assert "等您办理" not in browser_of(path.members[1]).get("/").content.decode()


def test_whoever_has_no_projects_is_told_where_their_work_is() -> None:
    page = browser_of(holder(Role.REGULATOR, authority("510100"))).get("/").content.decode()

    assert "新建项目" not in page
    assert f'href="{reverse("desk:queue")}">去审查工作台' in page


def test_answering_what_was_asked_is_one_of_the_tasks(path: Case, lead: Client) -> None:
    path.submitted()
    path.do("request_supplement", path.secretary, item__purpose="再说明")

    tasks = lead.get(path.review.get_absolute_url()).context["application"]

    assert (tasks.tasks_total - tasks.tasks_done, tasks.complete) == (1, False)


def test_an_assessment_begins_with_its_first_part(path: Case, lead: Client) -> None:
    assessment = path.drafted().assessment
    project = start_project(
        by=path.lead, institution=path.committee.institution, title="新的", field="medicine", at=path.at
    )
    lead.post(reverse("portal:assess", args=[project.ref]))
    begun = project.assessments.get()

    page = lead.get(begun.get_absolute_url()).content.decode()

    assert "开始回答" in page
    assert "尚未回答的问题" not in page
    assert "开始回答" not in lead.get(assessment.get_absolute_url()).content.decode()
