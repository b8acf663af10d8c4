"""Whatever people write is shown as they wrote it, and never runs."""

import pytest
from django.test import Client

from ethicsreview.deadlines.models import Deadline
from reviews.models import Project, Submission
from reviews.models.applying import start_assessment, start_review
from tests.reviews.builders import Case
from tests.reviews.portal.writing import TEAM, text_of, token_in

pytestmark = pytest.mark.django_db
STRANGE = {
    "html": ("<script>alert(1)</script><b>粗</b>", "&lt;script&gt;alert(1)&lt;/script&gt;&lt;b&gt;粗&lt;/b&gt;"),
    "formula": ("=HYPERLINK(A1)+{{7*7}}{% now %}", "=HYPERLINK(A1)+{{7*7}}{% now %}"),
    "emoji": ("👩🏽‍⚕️研究", "👩🏽‍⚕️研究"),
    "rare": ("𠮷𡔗䶮龘的研究", "𠮷𡔗䶮龘的研究"),
    "arabic": ("دراسة 研究", "دراسة 研究"),
}


@pytest.mark.parametrize(("written", "shown"), STRANGE.values(), ids=STRANGE.keys())
def test_title_and_text_are_shown_as_written(lead: Client, path: Case, written: str, shown: str) -> None:
    path.assessed()
    Project.objects.filter(pk=path.project.pk).update(title=written)
    path.review = start_review(path.project, by=path.lead, committee=path.committee, at=path.at)
    section = f"{path.review.get_absolute_url()}sections/overview/"
    lead.post(section, {"purpose": written, "seen": token_in(lead.get(section))})

    pages = ["/", path.project.get_absolute_url(), path.review.get_absolute_url()]
    pages += [section, f"{path.review.get_absolute_url()}check/", f"{path.review.get_absolute_url()}steps/withdraw/"]

    assert Submission.objects.get().content["purpose"] == written
    for page in pages:
        text = text_of(lead.get(page))
        assert shown in text
        assert "<script>alert" not in text


@pytest.mark.parametrize("hidden", ["\u202e", "\u200b", "\x00"])
def test_title_with_characters_that_deceive_is_refused(lead: Client, path: Case, hidden: str) -> None:
    data = {"title": f"甲{hidden}乙", "institution": path.committee.institution.pk, "field": "ai"} | TEAM

    response = lead.post("/projects/new/", data)

    assert response.status_code == 422
    assert 'href="#id_title"' in text_of(response)
    assert not Project.objects.exists()


def test_every_wrong_field_of_a_project_is_said_at_once(lead: Client, path: Case) -> None:
    data = {"title": "", "institution": "0", "field": "magic", "starts_on": "2026-09-01", "ends_on": "2026-08-01"}
    team = {"team-TOTAL_FORMS": "1", "team-INITIAL_FORMS": "0", "team-0-name": "", "team-0-username": "nobody"}

    response = lead.post("/projects/new/", data | team)

    page = text_of(response)
    assert response.status_code == 422
    for field in ("title", "institution", "field", "ends_on"):
        assert f'href="#id_{field}"' in page
    assert "没有这个用户名" in page
    assert 'value="nobody"' in page


def test_conclusion_names_the_answers_and_the_article(lead: Client, path: Case) -> None:
    path.assessed()

    page = text_of(lead.get(path.assessment.get_absolute_url()))

    assert "涉及以人为研究参与者" in page
    assert "《科技伦理审查办法（试行）》第二条" in page
    assert path.committee.name in page
    assert "不是为应对突发事件开展的活动" in page


def test_contradiction_is_told_with_the_way_to_its_questions(lead: Client, path: Case) -> None:
    path.assessed()
    again = start_assessment(path.project, by=path.lead, at=path.at)
    url = f"{again.get_absolute_url()}questions/human/"
    data = {"human_involvement": "participants", "human_life_science": "true", "intervention": "invasive"}
    data |= {"vulnerable": "false", "sensitive_data": "false"}
    lead.post(url, data | {"seen": token_in(lead.get(url))})
    lead.post(url, data | {"trial": "none", "seen": token_in(lead.get(url))})
    url = f"{again.get_absolute_url()}questions/risk/"
    lead.post(url, {"listed_any": "false", "risk_level": "minimal", "seen": token_in(lead.get(url))})

    page = text_of(lead.get(again.get_absolute_url()))

    assert "有些回答相互矛盾" in page
    assert "questions/human/#q-intervention" in page


def test_home_says_who_has_it_until_when_and_by_which_article(lead: Client, path: Case) -> None:
    path.accepted()

    page = text_of(lead.get("/"))

    assert "委员会秘书" in page
    assert Deadline.objects.get(object_ref=path.review.ref).due_text in page
    assert "《科技伦理审查办法（试行）》第十七条" in page


def test_home_without_a_project_says_how_to_begin(lead: Client) -> None:
    page = text_of(lead.get("/"))

    assert "您还没有科技活动" in page
    assert "/projects/new/" in page
