"""A committee's whole work by the pages: from a submitted application to the signed minutes and the letter."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from reviews.models import AgendaItem, Attendance, Meeting, Opinion, Review
from reviews.models.reviewing.lettering import issue_pending
from tests.reviews.builders import PASSWORD, ballot, case
from tests.reviews.desk.conftest import address, text

pytestmark = pytest.mark.django_db


@pytest.mark.article("national", 10, 11, 14, 16)
def test_from_submitted_to_letter(signed_in):
    path = case().submitted()
    secretary, chair = signed_in(path.secretary), signed_in(path.chair)
    review = path.review.ref
    with time_machine.travel(path.at, tick=True) as clock:
        assert review in text(secretary.get(address("queue")))

        def take(client: Any, name: str, collection: str = "reviews", ref: str = review, **terms: Any) -> Any:
            page = address("step", collection, ref, name)
            opened = client.get(page)
            assert opened.status_code == 200, (name, text(opened))
            assert "现在还不能办理" not in text(opened), text(opened)
            answer = client.post(page, terms, follow=True)
            assert answer.status_code == 200, (name, text(answer))
            assert "已办理" in text(answer), text(answer)
            return answer

        take(secretary, "accept", procedure="general", procedure_ground="风险高于最低风险", listed="no")
        day = f"{timezone.localtime(timezone.now() + timedelta(hours=1)):%Y-%m-%dT%H:%M}"
        planned = secretary.post(
            address("meeting_new", path.committee.ref), {"title": "第一次会议", "starts_at": day}, follow=True
        )
        assert "第一次会议" in text(planned)
        meeting = Meeting.objects.get()
        agenda = text(secretary.get(address("agenda", meeting.ref)))
        assert path.project.title in agenda
        begin = text(secretary.get(address("step", "reviews", review, "begin") + f"?meeting={meeting.ref}"))
        assert re.search(rf'<option value="{meeting.ref}" selected>', begin)
        take(secretary, "begin", meeting=meeting.ref)
        assert AgendaItem.objects.get().review.ref == review

        members = [signed_in(one) for one in path.members]
        for client in members:
            assert review in text(client.get(address("queue")))
            take(client, "reply", "meetings", meeting.ref, coming="coming")
        assert Attendance.objects.filter(reply="coming").count() == 7
        assert "按已有回复，可以开会审议" in text(secretary.get(address("agenda", meeting.ref)))

        clock.move_to(meeting.starts_at)
        marks = {f"presence__{row.membership_id}": "present" for row in Attendance.objects.all()}
        take(secretary, "mark_attendance", "meetings", meeting.ref, **marks)
        take(secretary, "open", "meetings", meeting.ref)
        shut = secretary.get(address("step", "reviews", review, "conclude"))
        assert "尚有7名到会委员未表决" in text(shut)
        for count, (person, client) in enumerate(zip(path.members, members, strict=True)):
            live = text(secretary.get(address("ballots", meeting.ref)))
            assert f"{count}/7" in live
            opinion = Opinion.objects.get(person=person)
            take(client, "cast", "opinions", opinion.ref, **ballot(Review.objects.get(), "approved"))
        take(chair, "conclude", password=PASSWORD)
        assert Review.objects.get().state == Review.State.APPROVED
        draft = text(chair.get(address("step", "meetings", meeting.ref, "close")))
        assert "批准 7" in draft
        take(chair, "close", "meetings", meeting.ref, minutes="会议记录如下", password=PASSWORD)
        assert "会议记录如下" in text(secretary.get(address("meeting", meeting.ref)))

        assert "文书正在生成" in text(secretary.get(address("review", review)))
        issue_pending(timezone.now())
        decided = text(secretary.get(address("review", review)))
        letter = re.search(rf'href="(/desk/reviews/{review}/letters/[^"]+)"', decided)
        assert letter is not None
        got = secretary.get(letter[1])
        assert b"".join(got.streaming_content).startswith(b"%PDF")
        record = text(secretary.get(address("review_record", review)))
        for said in ("提交", "受理", "形成审查意见", "表决并封存"):
            assert said in record
