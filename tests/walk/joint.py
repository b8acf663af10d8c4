"""When two situations are the same: the states of everything, and of its data what can still make a difference.

People of the same standing are interchangeable: members of one role and category, experts of one category. A ballot
counts the same whoever has cast it. What a later round, version or follow-up starts from does not depend on how many
there were before. Of time it matters which ends have passed and which comes next; but not while a meeting votes.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from types import SimpleNamespace as Row
from typing import Any

from ethicsreview.deadlines.calendar import law_day
from reviews.models.reviewing.timing import end_of_day
from tests.reviews.picture import Picture

Joint = tuple[Any, ...]
ONE_DAY = timedelta(days=1)

OVER = {"declined", "withdrawn", "rejected", "approved", "concluded", "set_aside"}
# In these the votes to come are given by the same people, without those who stood back.
TO_BE_VOTED = {"submitted", "supplement_requested", "accepted", "in_review", "revision_required"}
# When these end, somebody is told, and nothing else is different.
REMINDING = {"recheck.reply", "recheck.cast"}
FOLLOWED = {"continued", "suspended", "terminated", "rereview_required", "cancelled"}


def joint(seen: Picture) -> Joint:
    return (
        seen.project.state,
        tuple(sorted(_review(seen, review) for review in seen.reviews if review.state not in OVER)),
        # What comes after an approval begins anew each time, whatever became of the last.
        tuple(sorted({review.state for review in seen.reviews if review.state in OVER and review.kind == "initial"})),
        tuple(sorted(_meeting(seen, meeting) for meeting in alive(seen))),
        tuple(_recheck(seen, recheck) for recheck in seen.rechecks if recheck.state not in {"delivered", "cancelled"}),
        tuple(one.state for one in seen.follow_ups if one.state not in FOLLOWED),
        tuple(sorted((row.kind, _passed(seen, row)) for row in seen.deadlines)),
        "" if at_the_table(seen) else next_end(seen)[0],
    )


def _passed(seen: Picture, deadline: Row) -> bool:
    return bool(deadline.due_at <= seen.at) and deadline.kind not in REMINDING and not at_the_table(seen)


def at_the_table(seen: Picture) -> bool:
    """A meeting is dealing with it: whether its time has passed by then shuts nothing and opens nothing."""
    meetings = [seen.meeting_of(review) for review in seen.reviews if review.state == "in_review"]
    return any(meeting is not None and meeting.state == "open" for meeting in meetings)


def alive(seen: Picture) -> list[Row]:
    """Meetings that are planned or open."""
    return [meeting for meeting in seen.meetings.values() if meeting.state in {"planned", "open"}]


def _review(seen: Picture, review: Row) -> Joint:
    asked = any((e.object_ref, e.step) == (review.ref, "request_supplement") for e in seen.entries)
    meeting = seen.meeting_of(review)
    return (
        review.kind,
        review.state,
        review.procedure,
        str(review.listed),
        asked and review.state in {"submitted", "supplement_requested"},
        review.recheck_result,
        # Once the unit has applied for the re-check, what would have spared it says nothing any more.
        _role(seen, review.exception.get("by", "")) if review.state == "preliminarily_passed" else "",
        tuple(sorted(done["capacity"] for done in review.confirmations)),
        meeting.state if meeting is not None and review.state == "in_review" else "",
        _deliberation(seen, review, meeting) if review.state in TO_BE_VOTED else (),
    )


def _deliberation(seen: Picture, review: Row, meeting: Row | None) -> Joint:
    """Each member as far as it matters who they are; and, whoever cast them, the ballots."""
    ballots = seen.ballots(review)
    recused = {one.person_id for one in ballots if one.state == "recused"}
    item = seen.item_of(review)
    running = [one for one in ballots if item is not None and one.agenda_item_id == item.id]
    designated = [one for one in ballots if one.designation_id and one.round == review.round]
    voted = {one.person_id for one in [*running, *designated] if one.state == "cast"}
    asked = {one.person_id for one in designated if one.state == "assigned"}
    marks = seen.marked(meeting) if meeting is not None else {}
    members = [
        (
            seat.appointment.role,
            seat.category,
            marks.get(seat.pk, ""),
            seat.appointment.person_id in recused,
            seat.appointment.person_id in voted,
            seat.appointment.person_id in asked,
            seat.appointment.person_id in seen.interested,
        )
        for seat in seen.members
    ]
    votes = sorted(one.verdict for one in [*running, *designated] if one.state == "cast")
    return tuple(sorted(members)), tuple(votes)


def _meeting(seen: Picture, meeting: Row) -> Joint:
    items = [item for item in seen.items if item.meeting_id == meeting.id]
    waiting = sorted(
        review.kind
        for review in seen.reviews
        if review.state == "in_review" and any((i.review_id, i.round) == (review.id, review.round) for i in items)
    )
    presides = next((seat.appointment.role for seat in seen.members if seat.pk == meeting.presider_id), "")
    return meeting.state, bool(items), tuple(waiting), presides


def _recheck(seen: Picture, recheck: Row) -> Joint:
    seats = seen.panel_of(recheck)
    standing = sorted((seat.category, "gone" if seat.state in GONE else seat.state) for seat in seats)
    return recheck.state, recheck.size, tuple(standing), tuple(sorted(seat.vote for seat in seats))


GONE = {"declined", "recused", "released"}


def _role(seen: Picture, username: str) -> str:
    roles = {seat.appointment.person.username: seat.appointment.role for seat in seen.members}
    return roles.get(username, "")


def next_end(seen: Picture) -> tuple[str, datetime | None]:
    """What the passing of time brings next: the end of a deadline, or the day from which a report may be made."""
    coming = sorted(_ends(seen))
    return coming[0][1::-1] if coming else ("", None)


def _ends(seen: Picture) -> Iterator[tuple[datetime, str]]:
    for row in seen.deadlines:
        if row.due_at > seen.at and row.kind not in REMINDING:
            yield row.due_at, row.kind
    for row in seen.follow_ups:
        if row.state == "scheduled" and row.report_from > law_day(seen.at):
            # The first moment of that day.
            yield end_of_day(row.report_from - ONE_DAY), "follow_up.fall_due"
