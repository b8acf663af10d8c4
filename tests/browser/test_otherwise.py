"""Appeal, exemption, withdrawal and a new beginning, extension, in a real browser: as their people would."""

from datetime import timedelta

import pytest
from django.utils import timezone

from reviews.models import Appeal, Exemption, Project, Review
from tests.browser.hands import Hands
from tests.pages import Looking, desk
from tests.reviews.appeals import rejected
from tests.reviews.builders import PASSWORD, Case, case
from tests.reviews.rules.answers import RECORDS

pytestmark = pytest.mark.django_db(transaction=True)


def earlier(**terms: object) -> Case:
    """Begun a while ago, so that the pages' own clock comes after what was arranged."""
    return case(at=timezone.now() - timedelta(hours=4), **terms)  # type: ignore[arg-type]


@pytest.mark.article("national", 18)
def test_an_appeal_is_written_filed_prepared_and_upheld(look: Looking) -> None:
    path = rejected(earlier())
    lead = Hands.of(look, path.lead).go(path.review.get_absolute_url())
    lead.press("填写申诉")
    lead.hand_in("三名专家的论证意见。")
    lead.take("提出申诉", {"reasons": "对照组已另行论证，风险与常规治疗相当。"})
    lead.sees("对照组已另行论证")
    appeal = Appeal.objects.get()

    secretary = Hands.of(look, path.secretary).go(desk("queue"))
    secretary.go(desk("appeal", appeal.ref))
    secretary.take("核查申诉", {"preparation": "附有论证意见", "recommendation": "uphold"})
    chair = Hands.of(look, path.chair).go(desk("appeal", appeal.ref))
    chair.take("申诉成立，重新审查", {"answer": "论证充分", "password": PASSWORD})

    lead = Hands.of(look, path.lead).go(appeal.get_absolute_url())
    lead.sees("论证充分")
    lead.press("打开申诉再审")
    lead.sees("申诉再审")
    assert Review.objects.get(kind="appeal").state == "draft"
    assert Review.objects.get(pk=path.review.pk).state == "set_aside"


@pytest.mark.article("human", 32)
def test_an_exemption_is_asked_for_and_confirmed_by_two(look: Looking) -> None:
    path = earlier(answers=dict(RECORDS)).assessed()
    lead = Hands.of(look, path.lead).go(path.project.get_absolute_url())
    lead.press("申请免除审查")
    lead.sees("待确认")
    exemption = Exemption.objects.get()

    for person in (path.secretary, path.chair):
        hands = Hands.of(look, person).go(desk("exemption", exemption.ref))
        hands.take("确认免除审查", {"ground": "anonymised", "password": PASSWORD})

    Hands.of(look, path.lead).go(path.project.get_absolute_url()).sees("免除审查")
    assert Project.objects.get(pk=path.project.pk).state == "exempt"


@pytest.mark.article("national", 9)
def test_what_was_withdrawn_begins_anew_from_its_last_version(look: Looking) -> None:
    path = earlier().submitted()
    lead = Hands.of(look, path.lead).go(path.review.get_absolute_url())
    lead.take("撤回", {"reason": "方案有重大调整"})
    lead.sees("已撤回")

    lead.go(path.project.get_absolute_url())
    lead.press("申请审查")
    if "/apply/" in lead.page.url:
        lead.fill()
        lead.page.locator("main form button[type=submit]").last.click()
        lead.page.wait_for_load_state()
    lead.sees(path.review.ref)
    again = Review.objects.get(follows=path.review)
    lead.go(f"{again.get_absolute_url()}steps/submit/")
    lead.fill({"agree": True, "signature": path.lead.name})
    lead.press("提交")

    again.refresh_from_db()
    assert again.state == "submitted"
    assert again.submission.content == path.review.submission.content


@pytest.mark.article("national", 17)
def test_the_limit_is_extended_and_everybody_reads_the_new_day(look: Looking) -> None:
    path = earlier().in_review()
    until = timezone.localdate() + timedelta(days=45)
    chair = Hands.of(look, path.chair).go(desk("review", path.review.ref))
    chair.take("延长期限", {"reason": "须补充专家意见", "until": until.isoformat()})

    lead = Hands.of(look, path.lead).go(path.review.get_absolute_url())
    lead.sees("须补充专家意见")
    lead.sees(f"{until.year}年{until.month}月{until.day}日")
