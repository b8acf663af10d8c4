"""Filling in the portal's pages as a browser sends them."""

import re
from collections.abc import Mapping
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from reviews.models import Project, Review, RiskAssessment, Submission
from reviews.portal.application import Application
from reviews.portal.questions import pages
from tests.reviews.builders import Case, value_for

TEAM = {"team-TOTAL_FORMS": "0", "team-INITIAL_FORMS": "0"}


def text_of(response: Any) -> str:
    return response.content.decode()


def token_in(response: Any) -> str:
    """What the page was drawn from."""
    found = re.search(r'name="seen" id="seen" value="([^"]*)"', text_of(response))
    assert found is not None
    return found[1]


def sent(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else value


def sent_rows(name: str, rows: list[Mapping[str, str]]) -> dict[str, str]:
    cells = {f"{name}-{place}-{key}": cell for place, row in enumerate(rows) for key, cell in row.items()}
    return cells | {f"{name}-rows": str(len(rows))}


def answer_all(client: Client, assessment: RiskAssessment, answers: Mapping[str, Any]) -> None:
    """Page by page, each as often as its own answers bring up more questions."""
    while True:
        assessment = RiskAssessment.objects.get(pk=assessment.pk)
        page = next((page for page in pages(assessment, assessment.conclusions) if page.missing), None)
        if page is None:
            return
        url = f"{assessment.get_absolute_url()}questions/{page.group.key}/"
        data = {question.key: sent(answers[question.key]) for question in page.questions}
        response = client.post(url, data | {"seen": token_in(client.get(url))})
        assert response.status_code == 302


def fill_sections(client: Client, review: Review, version: Submission) -> None:
    """Every section, as often as its own answers bring up more fields."""
    while True:
        version = Submission.objects.get(pk=version.pk)
        version.review = review
        application = Application(review, version, review.created_at)
        section = next((section for section in application.sections if section.status != "done"), None)
        if section is None:
            return
        url = f"{review.get_absolute_url()}sections/{section.key}/"
        response = client.post(url, section_data(application, section.key) | {"seen": token_in(client.get(url))})
        assert response.status_code == 302


def section_data(application: Application, key: str) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for asked in application.asked[key].fields:
        value = application.version.content.get(asked.key) or value_for(asked.field)
        data |= sent_rows(asked.key, value) if asked.field.kind == "people" else {asked.key: sent(value)}
    return data


def upload_required(client: Client, review: Review, version: Submission) -> None:
    version.review = review
    for paper in Application(review, version, review.created_at).papers:
        if paper.missing:
            response = client.post(
                f"{review.get_absolute_url()}materials/", {"kind": paper.key, "file": file(f"{paper.key}.txt")}
            )
            assert response.status_code == 302


def file(name: str, content: str = "正文。") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content.encode())


def begin_project(client: Client, path: Case, title: str = "一项调查") -> Project:
    data = {"title": title, "institution": path.committee.institution.pk, "field": "medicine"} | TEAM
    response = client.post("/projects/new/", data)
    assert response.status_code == 302
    path.project = Project.objects.get(title=title)
    return path.project
