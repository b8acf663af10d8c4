"""When a member is away: meetings and designations reckon with it (Measures 8, 14, 23)."""

from datetime import date, timedelta

import pytest

from ethicsreview.accounts.models import Person
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.lifecycle.door import perform
from ethicsreview.lifecycle.refusals import InvalidInput, NotPermitted, NotVisible
from ethicsreview.notices.models import Notice
from reviews.desk.forecast import outlooks
from reviews.models import Absence, Attendance, Meeting
from reviews.models.absences.announcing import announce
from reviews.models.applying import start_meeting
from tests.committees.builders import committee, people_of
from tests.reviews.builders import Case, case

pytestmark = [pytest.mark.django_db, pytest.mark.article("national", 8)]


def away(path: Case, member: Person, first: int = 0, last: int = 10) -> Absence:
    today = law_day(path.at)
    days = {"starts_on": today + timedelta(days=first), "ends_on": today + timedelta(days=last)}
    return announce(path.committee, by=member, at=path.at, **days)


def called(path: Case, days: int = 3) -> Meeting:
    return start_meeting(
        path.committee, by=path.secretary, title="例会", starts_at=path.at + timedelta(days=days), at=path.at
    )


def reply(meeting: Meeting, member: Person) -> str:
    row = Attendance.objects.filter(meeting=meeting, membership__appointment__person=member).first()
    return row.reply if row else ""


def test_a_meeting_that_is_called_or_moved_into_it_is_declined_and_secretary_and_chair_are_told() -> None:
    path = case()
    member = path.members[4]
    absence = away(path, member)

    inside, outside = called(path), called(path, days=20)

    assert (reply(inside, member), reply(outside, member)) == ("declined", "")
    terms = {"starts_at": path.at + timedelta(days=5), "place": "二号楼"}
    perform(outside, "postpone", by=path.secretary, at=path.at, **terms)
    assert reply(outside, member) == "declined"
    told = Notice.objects.filter(key="absence.create", object_ref=absence.ref).values_list("person", flat=True)
    assert set(told) == {path.secretary.pk, path.chair.pk}


def test_a_meeting_called_before_is_declined_but_what_the_member_has_answered_stands() -> None:
    path = case()
    quiet, sure = path.members[4], path.members[5]
    meeting = called(path)
    perform(meeting, "reply", by=sure, at=path.at, coming="coming")
    away(path, quiet)
    away(path, sure)

    assert (reply(meeting, quiet), reply(meeting, sure)) == ("declined", "coming")


def test_withdrawn_the_meetings_are_asked_again() -> None:
    path = case()
    member = path.members[4]
    meeting = called(path)
    perform(away(path, member), "withdraw", by=member, at=path.at)

    assert reply(meeting, member) == ""


def test_the_forecast_of_a_quorum_reckons_with_it() -> None:
    path = case().accepted()
    meeting = called(path)
    before = outlooks(meeting, [path.review], path.at)[path.review.pk]
    for member in path.members[4:]:
        away(path, member)
    after = outlooks(meeting, [path.review], path.at)[path.review.pk]

    assert (before.unknown, after.unknown) == (7, 4)
    assert [one.code for one in after.short][:1] == ["too_few_present"]


@pytest.mark.article("national", 23)
def test_who_is_away_until_the_opinion_is_due_is_not_designated() -> None:
    path = case().simplified()
    member = path.members[6]
    away(path, member)
    terms = {"reviewers": [path.seat_of(one) for one in path.members[5:]]}

    with pytest.raises(InvalidInput) as caught:
        path.do("begin", path.chair, **terms, opinion_due=law_day(path.at) + timedelta(days=10))
    assert member.name in caught.value.errors["opinion_due"][0]
    path.do("begin", path.chair, **terms, opinion_due=law_day(path.at) + timedelta(days=11))
    assert path.review.state == "in_review"


def test_only_a_member_announces_and_only_their_own() -> None:
    path = case()
    absence = away(path, path.members[4])
    for who in (path.secretary, path.lead, people_of(committee(at=path.at), "chair")[0]):
        with pytest.raises(NotPermitted):
            away(path, who)
    with pytest.raises(NotPermitted):
        perform(absence, "withdraw", by=path.members[5], at=path.at)
    with pytest.raises(NotVisible):
        perform(absence, "withdraw", by=path.lead, at=path.at)


def test_wrong_days_are_all_named() -> None:
    path = case()
    for days in ((date(2026, 1, 5), date(2026, 1, 4)), (date(2020, 1, 1), date(2020, 1, 2))):
        with pytest.raises(InvalidInput) as caught:
            announce(path.committee, by=path.members[4], starts_on=days[0], ends_on=days[1], at=path.at)
        assert list(caught.value.errors) == ["ends_on"]
