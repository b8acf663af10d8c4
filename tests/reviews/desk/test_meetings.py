"""The agenda says beforehand what would be lacking; in session it counts and does not tell."""

from datetime import timedelta

import pytest

from ethicsreview.deadlines.calendar import law_day
from ethicsreview.lifecycle.door import perform
from reviews.models import Attendance, Meeting
from tests.reviews.builders import PASSWORD, case
from tests.reviews.desk.conftest import address, text

pytestmark = pytest.mark.django_db


@pytest.mark.article("national", 8, 14)
def test_agenda_warns_of_quorum_and_of_interests_by_name(signed_in):
    path = case().accepted()
    path.planned()
    client, page = signed_in(path.secretary), address("agenda", path.meeting.ref)
    assert "尚待委员回复" in text(client.get(page))
    for member in path.members[4:6]:
        perform(path.meeting, "reply", by=member, at=path.at, coming="declined")
    declared = {"none_to_declare": "no", "details": "共同署名", "people": path.lead.username}
    perform(path.committee, "declare_interests", by=path.members[3], at=path.at, **declared)
    warned = text(client.get(page))

    assert "按目前情况不能审议" in warned
    assert "到会委员4人，少于5人" in warned
    assert f"{path.members[3].name}声明与本科技活动的{path.lead.name}有利益关系" in warned
    assert signed_in(path.members[2]).get(page).status_code == 404


@pytest.mark.article("national", 7)
def test_agenda_warns_of_the_composition_of_the_day(signed_in):
    path = case().accepted()
    path.planned()
    seats = path.committee.voting_members_at(law_day(path.at))
    late = max(seat.appointment.ends for seat in seats) + timedelta(days=1)
    starts = path.at.replace(year=late.year, month=late.month, day=late.day)
    perform(path.meeting, "postpone", by=path.secretary, at=path.at, starts_at=starts.isoformat(), place="")

    warned = text(signed_in(path.secretary).get(address("agenda", path.meeting.ref)))

    assert "按目前情况不能审议" in warned
    assert "委员0人" in warned


def test_ballots_are_counted_live_and_told_only_when_concluded(signed_in):
    path = case().opened(absent=1)
    client, page = signed_in(path.secretary), address("ballots", path.meeting.ref)
    first, second = path.members[0], path.members[1]
    path.cast(first, "rejected")
    path.cast(second)

    live = text(client.get(page))

    assert "2/6" in live
    waiting = "、".join(sorted((m.name for m in path.members[2:6]), key=lambda name: live.index(name)))
    assert waiting in live
    assert path.members[6].name not in live
    assert "批准" not in live
    assert "every 4s" in text(client.get(address("meeting", path.meeting.ref)))
    for member in path.members[2:6]:
        path.cast(member)
    assert "到会委员均已表决" in text(client.get(page))
    assert "批准" not in text(client.get(page))
    path.do("conclude", path.chair, password=PASSWORD)
    assert "批准" in text(client.get(page))


def test_only_the_committees_secretary_plans(signed_in):
    path = case()
    page = address("meeting_new", path.committee.ref)
    later = f"{path.at + timedelta(days=3):%Y-%m-%dT%H:%M}"

    assert signed_in(path.chair).get(page).status_code == 404
    assert signed_in(case().secretary).get(page).status_code == 404
    client = signed_in(path.secretary)
    past = client.post(page, {"title": "<b>例会</b>\u202e", "starts_at": "2020-01-01T10:00"})
    assert past.status_code == 422
    assert {"title", "starts_at"} >= set(past.context["form"].errors) >= {"starts_at"}
    assert client.post(page, {"title": "例会", "starts_at": later, "place": "三楼"}).status_code == 302
    assert Meeting.objects.get().title == "例会"


def test_reply_and_attendance_by_the_pages(signed_in):
    path = case().in_review()
    member = path.members[3]
    queue = text(signed_in(member).get(address("queue")))
    assert "请回复能否到会" in queue

    page = address("step", "meetings", path.meeting.ref, "reply")
    assert signed_in(member).post(page, {"coming": "declined"}).status_code == 302

    assert Attendance.objects.get().reply == "declined"
    assert "不能到会" in text(signed_in(path.secretary).get(address("meeting", path.meeting.ref)))


def test_minutes_without_a_word_of_the_discussion_are_warned_of_and_taken(signed_in):
    path = case().concluded()
    client, page = signed_in(path.chair), address("step", "meetings", path.meeting.ref, "close")
    title = path.review.project.title

    drafted = text(client.get(page))
    written = {"minutes": "会议记录", "minutes__1": "讨论要点：\n样本量是否足够", "password": "不对"}
    again = text(client.post(page, written))

    assert f"没有写讨论要点，签署后不能再补：1. {title}" in drafted
    assert "没有写讨论要点" not in again
    assert client.post(page, written | {"minutes__1": "", "password": PASSWORD}).status_code == 302


def test_whoever_does_not_enter_the_attendance_is_told_who_does(signed_in):
    path = case().accepted()
    path.planned()
    page = address("meeting", path.meeting.ref)

    shown = [
        "谁到会由委员会秘书登记" in text(signed_in(one).get(page))
        for one in (path.secretary, path.chair, path.members[3])
    ]

    assert shown == [False, True, True]
