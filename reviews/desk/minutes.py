"""A draft of the minutes from what the meeting left behind: the presider completes, signs and thereby seals them."""

from collections.abc import Iterator

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from reviews.desk.access import Visitor
from reviews.desk.agenda import Agenda, Item
from reviews.models import Attendance, Meeting, MeetingReport
from reviews.models.reviewing.wording import votes_told

DISCUSSED = gettext_noop("讨论要点：")


def draft_minutes(meeting: Meeting, visitor: Visitor) -> dict[str, str]:
    """By field of the form. Only what is decided is told with its votes."""
    agenda = Agenda(meeting, visitor)
    items = {f"minutes__{place}": "\n".join(_item(item)) for place, item in enumerate(agenda.items, start=1)}
    return {"minutes": "\n".join(_of_meeting(agenda)), **items}


def _of_meeting(agenda: Agenda) -> Iterator[str]:
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
            yield f"{label}{_('：')}{_('、').join(names)}"
    for row in agenda.attendances:
        if row.left_at is not None:
            when = date_format(timezone.localtime(row.left_at), "TIME_FORMAT")
            yield _("中途离会：%(name)s（%(when)s）") % {"name": row.membership.person.name, "when": when}
    if agenda.reports:
        yield ""
        yield _("简易程序审查报告：")
        yield from (_report(shown) for shown in agenda.reports)


def _report(shown: MeetingReport) -> str:
    decision = shown.decision
    return _("%(title)s（%(ref)s）：由%(names)s审查，一致同意批准，文号%(number)s，%(day)s") % {
        "title": decision.review.project.title,
        "ref": decision.review.ref,
        "names": _("、").join(row["name"] for row in decision.attendance),
        "number": decision.number,
        "day": date_format(timezone.localtime(decision.decided_at), "DATE_FORMAT"),
    }


def _item(item: Item) -> Iterator[str]:
    if item.ballots is not None and item.ballots.recused:
        yield _("回避：%(count)d人") % {"count": item.ballots.recused}
    if item.decision is not None:
        votes = [f"{label} {count}" for label, count in votes_told(item.decision) if count]
        yield _("表决：%(votes)s") % {"votes": _("，").join(votes)}
        yield _("审查意见：%(outcome)s") % {"outcome": item.decision.outcome_word}
    yield _(DISCUSSED)


def is_bare(text: str) -> bool:
    """Whether nothing was written of the discussion: the draft ends where it is to begin."""
    return not text.strip() or text.rstrip().endswith(_(DISCUSSED))
