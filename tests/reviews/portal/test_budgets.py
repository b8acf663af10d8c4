"""How much each page asks of the database: the same with one row and with three."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from ethicsreview.notices.models import Notice
from reviews.models.applying import start_review
from reviews.models.reviewing.lettering import issue_pending
from reviews.models.submissions.submission import keep_section
from tests.reviews.builders import Case, signing

pytestmark = pytest.mark.django_db
Budget = Callable[[int], Any]


@pytest.mark.parametrize("count", [1, 3])
def test_home_with_projects_under_review(
    path: Case, lead: Client, django_assert_num_queries: Budget, count: int
) -> None:
    for _number in range(count):
        Case(path.committee, path.lead, path.at, path.answers).accepted()

    # From five unread notices on, the header has them counted: one query more, of any number.
    Notice.objects.filter(person=path.lead).update(read_at=path.at)

    with django_assert_num_queries(9):
        response = lead.get("/")

    assert len(response.context["situations"]) == count


@pytest.mark.parametrize("count", [1, 3])
def test_project_page_with_reviews(path: Case, lead: Client, django_assert_num_queries: Budget, count: int) -> None:
    path.drafted()
    for _number in range(count - 1):
        path.do("withdraw", path.lead, reason="重新申请")
        path.review = start_review(path.project, by=path.lead, committee=path.committee, at=path.at)

    with django_assert_num_queries(18):
        response = lead.get(path.project.get_absolute_url())

    assert len(response.context["reviews"]) == count


@pytest.mark.parametrize("count", [1, 3])
def test_review_page_with_versions(path: Case, lead: Client, django_assert_num_queries: Budget, count: int) -> None:
    path.submitted()
    for number in range(2, count + 1):
        path.do("request_supplement", path.secretary, item__purpose="再说明")
        version = path.review.draft_submission
        assert version is not None
        keep_section(version, by=path.lead, revision=0, values={"purpose": f"第{number}版"}, at=path.at)
        path.do("resubmit", path.lead, **signing(path.lead), **{f"answer__{number - 1}": "已说明"})

    with django_assert_num_queries(18):
        response = lead.get(path.review.get_absolute_url())

    assert len(response.context["versions"]) == count


def test_task_list(path: Case, lead: Client, django_assert_num_queries: Budget) -> None:
    path.drafted()

    with django_assert_num_queries(16):
        lead.get(path.review.get_absolute_url())


def test_review_page_once_decided(path: Case, lead: Client, django_assert_num_queries: Budget) -> None:
    path.concluded()
    issue_pending(timezone.now())

    with django_assert_num_queries(19):
        lead.get(path.review.get_absolute_url())


@pytest.mark.parametrize(
    ("address", "queries"), [("sections/overview/", 8), ("materials/", 8), ("check/", 10), ("steps/submit/", 12)]
)
def test_pages_of_the_application(
    path: Case, lead: Client, django_assert_num_queries: Budget, address: str, queries: int
) -> None:
    path.drafted()

    with django_assert_num_queries(queries):
        lead.get(f"{path.review.get_absolute_url()}{address}")
