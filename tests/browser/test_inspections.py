"""Inspections in a real browser: planned, looked at, commented by the unit, put right."""

import pytest
from django.utils import timezone

from reviews.models import Inspection
from tests.browser.hands import Hands
from tests.pages import Looking, desk
from tests.reviews.inspections import inspecting

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.article("sichuan", 16)
def test_from_the_draft_to_what_is_put_right(look: Looking) -> None:
    made = inspecting(at=timezone.now())
    made.looked_at().do("send_draft", by=made.team[0], summary="登记及时，培训记录不全")
    page = desk("inspection", made.inspection.ref)

    look.sit_down(made.team[0])
    look.at(desk("inspection_finding", made.inspection.ref) + "?item=members_trained", "inspection-finding")
    Hands.of(look, made.officer).go(page).take("对检查情况提出意见", {"comment": "培训已开展，记录待补"})
    planner = Hands.of(look, made.planner).go(page)
    planner.take(
        "出具检查报告", {"response": "已采纳", "due_on": made.inspection.rectify_by_default(made.at).isoformat()}
    )
    reported = Inspection.objects.get(pk=made.inspection.pk)

    assert (reported.state, reported.comment) == ("reported", "培训已开展，记录待补")
    made.inspection = reported
    look.sit_down(made.planner)
    look.at(desk("inspections"), "inspections")
    look.at(page, "inspection")
    look.at(desk("inspection_new"), "inspection-new")
    look.sit_down(made.officer)
    look.at(desk("rectification", made.rectification.ref), "rectification")
    look.at(desk("rectification_answer", made.rectification.ref), "rectification-answer")
