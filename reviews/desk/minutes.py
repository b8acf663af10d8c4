"""A draft of the minutes from what the meeting left behind: the presider completes, signs and thereby seals them."""

from collections.abc import Iterator

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from reviews.desk.access import Visitor
from reviews.desk.agenda import Agenda, Item
from reviews.models import Attendance, Meeting
from reviews.models.wording import votes_told


def draft_minutes(meeting: Meeting, visitor: Visitor) -> str:
    """Only what is decided is told with its votes."""
    return "\n".join(_lines(Agenda(meeting, visitor)))


def _lines(agenda: Agenda) -> Iterator[str]:
    meeting = agenda.meeting
    began = timezone.localtime(meeting.opened_at or meeting.starts_at)
    yield _("会议：%(title)s（%(ref)s）") % {"title": meeting.title, "ref": meeting.ref}
    yield _("时间：%(when)s") % {"when": date_format(began, "DATETIME_FORMAT")}
    if meeting.place:
        yield _("地点：%(place)s") % {"place": meeting.place}
    if meeting.presiding is not None:
        yield _("主持人：%(name)s") % {"name": meeting.presiding.person.name}
    for presence, label in Attendance.Presence.choices:
        names = [row.membership.person.name for row in agenda.attendances if row.presence == presence]
        if names:
            yield f"{label}：{'、'.join(names)}"
    for place, item in enumerate(agenda.items, start=1):
        yield ""
        yield from _item(place, item)


def _item(place: int, item: Item) -> Iterator[str]:
    if item.hidden:
        yield _("%(place)d. （主持人回避的事项）") % {"place": place}
        return
    yield f"{place}. {item.review.project.title}（{item.review.ref}）"
    if item.ballots is not None and item.ballots.recused:
        yield _("回避：%(count)d人") % {"count": item.ballots.recused}
    if item.decision is not None:
        votes = [f"{label} {count}" for label, count in votes_told(item.decision) if count]
        yield _("表决：%(votes)s") % {"votes": "，".join(votes)}
        yield _("审查意见：%(outcome)s") % {"outcome": item.decision.outcome_word}
    yield _("讨论要点：")
