"""Drafts: kept as they are typed, by one or by several, and nothing lost or overwritten."""

from typing import Any

import pytest
from django.test import Client

from reviews.models import Request, Review, RiskAssessment, Submission
from reviews.models.applying import start_assessment, start_review
from tests.reviews.builders import Case
from tests.reviews.portal.writing import text_of, token_in

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
OVERVIEW = {"purpose": "", "significance": "", "necessity": "", "starts_on": "", "ends_on": ""}


@pytest.fixture
def review(path: Case) -> Review:
    """A review whose application is still empty."""
    path.assessed()
    path.review = start_review(path.project, by=path.lead, committee=path.committee, at=path.at)
    return path.review


def content(review: Review) -> dict[str, Any]:
    return Submission.objects.get(review=review, sealed_at=None).content


def overview(review: Review) -> str:
    return f"{review.get_absolute_url()}sections/overview/"


def test_two_tabs_of_one_page_are_told_what_differs(lead: Client, review: Review) -> None:
    seen = token_in(lead.get(overview(review)))
    lead.post(overview(review), OVERVIEW | {"purpose": "第一个窗口写的", "seen": seen})

    second = lead.post(overview(review), OVERVIEW | {"purpose": "第二个窗口写的", "seen": seen})

    assert second.status_code == 409
    assert "第一个窗口写的" in text_of(second)
    assert "第二个窗口写的" in text_of(second)
    assert content(review)["purpose"] == "第一个窗口写的"

    chosen = second.context["conflict"].token
    lead.post(overview(review), OVERVIEW | {"purpose": "第二个窗口写的", "seen": seen, "overwrite": chosen})
    assert content(review)["purpose"] == "第二个窗口写的"


def test_two_pages_of_one_draft_do_not_disturb_each_other(lead: Client, review: Review) -> None:
    plan = f"{review.get_absolute_url()}sections/plan/"
    seen_overview, seen_plan = token_in(lead.get(overview(review))), token_in(lead.get(plan))

    first = lead.post(overview(review), OVERVIEW | {"purpose": "目的", "seen": seen_overview})
    second = lead.post(plan, {"design": "方案", "seen": seen_plan})

    assert (first.status_code, second.status_code) == (302, 302)
    assert content(review)["purpose"] == "目的"
    assert content(review)["design"] == "方案"


def test_same_form_sent_twice_is_saved_once(lead: Client, review: Review) -> None:
    data = OVERVIEW | {"purpose": "目的", "seen": token_in(lead.get(overview(review)))}

    answers = [lead.post(overview(review), data).status_code for _time in range(2)]

    assert answers == [302, 302]
    assert Submission.objects.get(review=review).revision == 1


def test_autosave_answers_with_the_time_and_the_new_token(lead: Client, review: Review) -> None:
    seen = token_in(lead.get(overview(review)))

    saved = lead.post(overview(review), OVERVIEW | {"purpose": "目", "seen": seen}, headers=HTMX)
    again = lead.post(overview(review), OVERVIEW | {"purpose": "目的", "seen": token_in(saved)}, headers=HTMX)

    assert "已保存 " in text_of(saved)
    assert "<form" not in text_of(saved)
    assert "未保存" not in text_of(again)
    assert content(review)["purpose"] == "目的"


def test_autosave_in_conflict_goes_on_refusing_until_somebody_chooses(lead: Client, review: Review) -> None:
    seen = token_in(lead.get(overview(review)))
    lead.post(overview(review), OVERVIEW | {"purpose": "别人", "seen": seen})

    for _time in range(2):
        refused = lead.post(overview(review), OVERVIEW | {"purpose": "我", "seen": seen}, headers=HTMX)
        assert refused.status_code == 200
        assert "这一页在您填写期间被别处保存过" in text_of(refused)
        seen = token_in(refused)

    assert content(review)["purpose"] == "别人"


def test_answer_that_brings_up_a_field_draws_the_fields_again(lead: Client, review: Review) -> None:
    seen = token_in(lead.get(overview(review)))

    saved = lead.post(overview(review), OVERVIEW | {"prior_review": "true", "seen": seen}, headers=HTMX)

    assert 'name="prior_review_result"' in text_of(saved)


def test_wrong_values_are_kept_and_said_to_be_wrong(lead: Client, review: Review) -> None:
    participants = f"{review.get_absolute_url()}sections/participants/"
    data = {"participant_number": "大约一百", "seen": token_in(lead.get(participants))}

    response = lead.post(participants, data)

    assert response.status_code == 422
    assert "应为不小于零的整数" in text_of(response)
    assert content(review)["participant_number"] == "大约一百"


def test_text_over_its_limit_is_kept_and_said_to_be_too_long(lead: Client, review: Review) -> None:
    response = lead.post(
        overview(review), OVERVIEW | {"purpose": "长" * 5001, "seen": token_in(lead.get(overview(review)))}
    )

    assert response.status_code == 422
    assert "内容超出字数上限" in text_of(response)
    assert content(review)["purpose"] == "长" * 5001


def test_a_whole_book_is_refused_with_the_rest_kept(lead: Client, review: Review) -> None:
    data = OVERVIEW | {"purpose": "长" * 200_001, "significance": "意义", "seen": token_in(lead.get(overview(review)))}

    response = lead.post(overview(review), data)

    assert response.status_code == 422
    assert "purpose" not in content(review)
    assert content(review)["significance"] == "意义"


def test_null_character_is_refused_with_the_rest_kept(lead: Client, review: Review) -> None:
    data = OVERVIEW | {"purpose": "目\x00的", "significance": "意义", "seen": token_in(lead.get(overview(review)))}

    response = lead.post(overview(review), data)

    assert response.status_code == 422
    assert content(review)["significance"] == "意义"


def test_people_are_added_and_removed_row_by_row(lead: Client, review: Review) -> None:
    people = f"{review.get_absolute_url()}sections/people/"
    rows = {"team-rows": "3", "team-0-name": "甲", "team-1-name": "", "team-2-name": "𠮷野"}
    lead.post(people, rows | {"stay": "1", "seen": token_in(lead.get(people))})
    assert content(review)["team"] == [{"name": "甲"}, {"name": "𠮷野"}]

    rows = {"team-rows": "3", "team-0-name": "甲", "team-1-name": "𠮷野", "team-remove": "0"}
    response = lead.post(people, rows | {"seen": token_in(lead.get(people))})

    assert response["Location"] == people
    assert content(review)["team"] == [{"name": "𠮷野"}]


def test_page_opened_from_the_check_names_what_is_missing(lead: Client, review: Review) -> None:
    page = text_of(lead.get(f"{overview(review)}?check=1"))

    assert "有些内容需要改正" in page
    assert 'href="#id_purpose"' in page


def test_sealed_version_takes_nothing_more(lead: Client, path: Case) -> None:
    path.submitted()
    address = path.review.get_absolute_url()

    response = lead.post(f"{address}sections/overview/", OVERVIEW | {"purpose": "改", "seen": ""})

    assert response["Location"] == address
    assert Submission.objects.get().content["purpose"] == "见方案第三章。"


def test_two_tabs_of_the_assessment(lead: Client, path: Case) -> None:
    path.assessed()
    assessment = start_assessment(path.project, by=path.lead, at=path.at)
    url = f"{assessment.get_absolute_url()}questions/risk/"
    seen = token_in(lead.get(url))
    lead.post(url, {"listed_any": "false", "risk_level": "above_minimal", "seen": seen})

    second = lead.post(url, {"listed_any": "true", "risk_level": "above_minimal", "seen": seen})

    assert second.status_code == 409
    assert RiskAssessment.objects.get(pk=assessment.pk).answers["listed_any"] is False


def test_two_tabs_of_the_answers(lead: Client, path: Case) -> None:
    path.submitted()
    path.do("request_supplement", path.secretary, item__purpose="请补充")
    url = f"{path.review.get_absolute_url()}answers/"
    seen = token_in(lead.get(url))
    lead.post(url, {"answer__1": "先写的", "seen": seen})

    second = lead.post(url, {"answer__1": "后写的", "seen": seen})

    assert second.status_code == 409
    assert "先写的" in text_of(second)
    assert "后写的" in text_of(second)
    assert Request.objects.get().answer == "先写的"
    assert Request.objects.get().answered_at is None


def test_two_tabs_of_the_project(lead: Client, path: Case) -> None:
    path.assessed()
    url = f"{path.project.get_absolute_url()}edit/"
    data = {"institution": path.committee.institution.pk, "field": "medicine", "revision": "0"}
    data |= {"team-TOTAL_FORMS": "1", "team-INITIAL_FORMS": "0", "team-0-name": "王五"}
    first = lead.post(url, data | {"title": "先改的"})

    second = lead.post(url, data | {"title": "后改的"})

    assert (first.status_code, second.status_code) == (302, 409)
    assert "先改的" in text_of(second)
    assert "后改的" in text_of(second)
    path.project.refresh_from_db()
    assert path.project.title == "先改的"
    assert [member.name for member in path.project.members.all()] == ["王五"]


def test_autosave_after_submission_keeps_nothing_and_says_so(lead: Client, path: Case) -> None:
    path.submitted()
    address = f"{path.review.get_absolute_url()}sections/overview/"

    autosaved = lead.post(address, OVERVIEW | {"purpose": "改", "seen": ""}, headers=HTMX)
    clicked = lead.post(address, OVERVIEW | {"purpose": "改", "seen": ""}, follow=True)

    assert autosaved.status_code == 409
    assert "刚才的内容没有保存" in text_of(clicked)


def test_request_of_thirty_megabytes_is_refused_whole(lead: Client, review: Review) -> None:
    data = OVERVIEW | {"purpose": "长" * 10_000_000, "seen": token_in(lead.get(overview(review)))}

    response = lead.post(overview(review), data)

    assert response.status_code == 413
    assert "没有作任何改动" in text_of(response)
    assert Submission.objects.get().revision == 0


def test_page_reached_from_the_check_leads_back_to_it(lead: Client, review: Review) -> None:
    address = f"{overview(review)}?check=1"

    response = lead.post(address, OVERVIEW | {"purpose": "目的", "seen": token_in(lead.get(address))})

    assert response["Location"] == f"{review.get_absolute_url()}check/"
