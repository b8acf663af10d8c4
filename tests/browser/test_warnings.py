"""Warnings in a real browser: what an evaluation raised, explained by the committee, dealt with by the department."""

from datetime import timedelta

import pytest
from django.utils import timezone

from ethicsreview.deadlines.calendar import law_day
from reviews.models import RiskWarning
from reviews.models.warnings.kinds import About, Indicator
from tests.browser.hands import Hands
from tests.pages import Looking, desk
from tests.reviews import warnings_data as data
from tests.reviews.warnings import watching

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.article("sichuan", 11)
def test_from_the_evaluation_to_what_was_done(look: Looking) -> None:
    made = watching()
    made.at = timezone.now()
    data.late_follow_ups(made, 4)
    data.attended(made, present=1, absent=4)
    for indicator in Indicator:
        made.evaluate(indicator)
    made.raised(about=About.PROJECT)
    (warning,) = made.warnings(Indicator.LATE_FOLLOW_UPS)
    page = desk("warning", warning.ref)

    secretary = Hands.of(look, made.path.secretary).go(page)
    secretary.take("说明情况", {"answer": "四件已经补报，今后提前一个月提醒"})
    watcher = Hands.of(look, made.watcher).go(page)
    watcher.take("确认预警", {"note": "与委员会核对"})
    due = (law_day(made.at) + timedelta(days=20)).isoformat()
    watcher.take("采取处置措施", {"measures": "约谈委员会，限期补报", "due_on": due})
    acting = RiskWarning.objects.get(pk=warning.pk)

    assert (acting.state, acting.answer) == ("acting", "四件已经补报，今后提前一个月提醒")
    look.sit_down(made.watcher)
    look.at(desk("warnings"), "warnings")
    look.at(page, "warning")
    look.at(desk("indicators"), "indicators")
    look.at(desk("overview"), "overview-with-warnings")
