"""A sample in a real browser: from the plan to the draw, one case with findings, and what the committee answers."""

from datetime import timedelta

import pytest
from django.utils import timezone

from ethicsreview.deadlines.calendar import law_day
from reviews.models import SamplingPlan
from tests.browser.hands import Hands
from tests.pages import Looking, desk
from tests.reviews.sampling import SEED, SOURCE, decided, department

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.article("sichuan", 10)
def test_from_the_plan_to_what_was_put_right(look: Looking) -> None:
    now = timezone.now()
    paths = decided(2, at=now - timedelta(days=3))
    made = department()
    day = law_day(now)
    sampler = Hands.of(look, made.sampler).go(desk("sampling_plan_new"))
    sampler.fill(
        {
            "title": "年度抽查复核",
            "since": (day - timedelta(days=30)).isoformat(),
            "until": (day - timedelta(days=1)).isoformat(),
            "strata": "city",
            "basis": "rate",
            "rate_percent": "50",
            "confidence": "95",
            "finish_by": (day + timedelta(days=30)).isoformat(),
        },
        within="main form",
    )
    sampler.press("拟订抽查计划")
    sampler.take("公布计划和种子", {"seed": SEED, "seed_source": SOURCE})
    sampler.take("固定总体")
    sampler.take("抽取")
    plan = SamplingPlan.objects.get()
    item = plan.items.get()
    sampler.go(desk("sample_item", item.ref))
    sampler.take("登记检查结果", {"result": "findings", "finding": "知情同意书缺少版本日期"})
    due = (day + timedelta(days=10)).isoformat()
    sampler.take("责令整改", {"demand": "补正版本日期", "due_on": due})
    secretary = Hands.of(look, paths[0].secretary).go(desk("sample_item", item.ref))
    secretary.take("答复整改情况", {"answer": "已补正"})
    item.refresh_from_db()

    assert (plan.state, plan.population_size, item.state) == ("drawn", 2, "answered")
    look.sit_down(made.sampler)
    look.at(desk("sampling_plans"), "sampling-plans")
    look.at(desk("sampling_plan_new"), "sampling-plan-new")
    look.at(desk("sampling_plan", plan.ref), "sampling-plan")
    look.at(desk("sample_item", item.ref), "sample-item")
