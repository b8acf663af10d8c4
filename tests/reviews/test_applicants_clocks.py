"""The clocks of whoever has the ball: what the applicant owes, what the committee owes back, and when they stand."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from ethicsreview.accounts.models import Role
from ethicsreview.deadlines.models import Deadline
from tests.reviews.appeals import asked, filed, step
from tests.reviews.builders import case, signing

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
DAY = timedelta(days=1)


def row(kind: str) -> Deadline:
    return Deadline.objects.get(kind=kind)


@pytest.mark.article("national", 10)
def test_supplement_is_the_leads_until_it_is_handed_in() -> None:
    path = case(at=AT).submitted()
    path.do("request_supplement", path.secretary, item__purpose="目的不清楚")

    asked = row("review.supplement")

    assert (asked.person, asked.last_day, asked.body_id) == (path.lead, date(2026, 4, 1), path.committee.pk)
    assert [(who["role"], who["after"]) for who in asked.escalate_to] == [
        (Role.SECRETARY, 0),
        (Role.INSTITUTION_OFFICER, 72),
    ]
    assert path.review.next_due_at == asked.due_at
    path.do("withdraw", path.lead, reason="不做了")
    assert row("review.supplement").outcome == "cancelled"


@pytest.mark.article("national", 16)
def test_modification_passes_the_clock_to_the_committee_and_back() -> None:
    path = asked("modification_required")
    owed = row("review.modification")
    assert (owed.person, owed.last_day) == (path.lead, (path.at + 60 * DAY).astimezone(AT.tzinfo).date())

    answers = {f"answer__{one.number}": "已修改" for one in path.review.open_requests()}
    path.do("submit_modification", path.lead, **answers, **signing(path.lead))
    confirming = row("review.confirm_modification")
    path.do("return_modification", path.secretary, requirements="仍缺一处")

    assert (confirming.role, confirming.length) == (Role.SECRETARY, 10)
    rows = Deadline.objects.filter(kind__in=["review.modification", "review.confirm_modification"]).order_by("pk")
    assert [(one.kind, one.outcome) for one in rows] == [
        ("review.modification", "met"),
        ("review.confirm_modification", "met"),
        ("review.modification", ""),
    ]


@pytest.mark.article("national", 18)
def test_applicants_time_stands_still_while_an_appeal_is_dealt_with() -> None:
    path = asked("revision_required")
    due = row("review.revision").due_at
    appeal = filed(path)
    filed_at, stood = path.at, row("review.revision")

    path.at += 10 * DAY
    step(path, appeal, "withdraw", path.lead)

    moved = row("review.revision")
    assert (stood.paused_at, stood.next_at) == (filed_at, None)
    assert (moved.paused_at, moved.due_at) == (None, due + 10 * DAY)
