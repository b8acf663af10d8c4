"""A meeting that is told of simplified reviews alone (Human Measures 31)."""

import pytest

from ethicsreview.lifecycle.door import perform
from ethicsreview.lifecycle.refusals import Refused
from reviews.models import Meeting, MeetingReport
from tests.reviews.builders import PASSWORD, Case, case

pytestmark = [pytest.mark.django_db, pytest.mark.article("human", 31)]


def opened(path: Case) -> Meeting:
    meeting = path.planned()
    path.open_meeting()
    return meeting


def test_it_is_opened_and_closed_and_notes_what_it_was_told() -> None:
    path = case().designated()
    for member in path.members[-2:]:
        path.cast(member)
    path.do("conclude", path.chair, password=PASSWORD)
    opened(path)
    meeting = perform(
        path.meeting, "close", by=path.chair, at=path.at, minutes="听取简易程序审查情况的报告", password=PASSWORD
    )

    assert meeting.state == "closed"
    assert MeetingReport.objects.get(decision=path.review.decision).meeting_id == meeting.pk


def test_with_nothing_to_report_there_is_nothing_to_meet_for() -> None:
    path = case()

    with pytest.raises(Refused) as caught:
        opened(path)
    assert "no_items" in [one.code for one in caught.value.refusals]
