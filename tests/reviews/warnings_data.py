"""Rows that indicators count, as many as a threshold needs: copies of what steps have made, beside the steps."""

from copy import copy
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from django.db import models

from ethicsreview.deadlines.calendar import law_day
from ethicsreview.deadlines.models import Deadline
from ethicsreview.lifecycle.models import open_door
from reviews.models import (
    AgendaItem,
    Counted,
    Decision,
    FollowUp,
    Opinion,
    Project,
    Report,
    Review,
    Submission,
)
from reviews.models.meetings.meeting import Attendance
from tests.factories import FIRST
from tests.reviews.emergencies import event
from tests.reviews.warnings import Watching

_numbers = count(FIRST + 1)
DAY = timedelta(days=1)


def copies(one: Any, many: int, /, **changes: Any) -> list[Any]:
    """So many more rows like this one; a change that is callable is asked with the place of each, from 0."""
    made = []
    for place in range(many):
        new = copy(one)
        new.pk, new._state = None, models.base.ModelState()
        new._state.adding = True
        values = {name: value(place) if callable(value) else value for name, value in changes.items()}
        if hasattr(new, "ref"):
            values = {"ref": f"Z{next(_numbers)}", **values}
        for name, value in values.items():
            new.__dict__[new._meta.get_field(name).attname] = getattr(value, "pk", value)
        new._state.fields_cache = {}
        made.append(new)
    with open_door():
        return list(type(one).objects.bulk_create(made))


def late_follow_ups(made: Watching, number: int, *, due: datetime | None = None) -> None:
    one = FollowUp.objects.filter(project=made.path.project).order_by("pk").first()
    last = FollowUp.objects.filter(project=made.path.project).count()
    day = law_day(due or made.at - DAY)
    copies(one, number, state="due", due_on=day, number=lambda place: last + place + 1)


def deadlines(made: Watching, number: int, *, due: datetime, unit: str = "days", body: Any = None) -> None:
    for _place in range(number):
        ref = f"R{next(_numbers)}"
        Deadline.objects.create(
            kind="review.decision",
            label="作出审查决定",
            subject_kind="project",
            subject_ref=made.path.project.ref,
            object_kind="review",
            object_ref=ref,
            body=body or made.path.committee,
            role="secretary",
            started_at=due - 30 * DAY,
            due_at=due,
            unit=unit,
            length=30,
        )


def accepted(made: Watching, number: int, *, urgent: bool = False, **changes: Any) -> list[Review]:
    """Decided long ago, so that no other indicator counts them."""
    if urgent:
        changes |= {"procedure": "emergency", "event": event(at=made.at), "tier": 1}
    terms = {"accepted_at": made.at - DAY, "submitted_at": made.at - 300 * DAY, "concluded_at": made.at - 300 * DAY}
    return copies(made.path.review, number, **terms | changes)


def submitted(made: Watching, number: int, *, at: datetime) -> None:
    accepted(made, number, submitted_at=at, accepted_at=made.at - 300 * DAY)


def voted(made: Watching, number: int, *, agreed: bool = True) -> None:
    """Reviews decided yesterday by two ballots."""
    reviews = accepted(made, number, accepted_at=made.at - 300 * DAY, concluded_at=made.at - DAY)
    item = AgendaItem.objects.filter(review=made.path.review).first()
    items = copies(item, number, review=lambda place: reviews[place], position=lambda place: place + 100)
    first, second = Opinion.objects.filter(review=made.path.review, state="cast").order_by("pk")[:2]
    for one, verdict in ((first, "approved"), (second, "approved" if agreed else "rejected")):
        copies(
            one,
            number,
            review=lambda place: reviews[place],
            agenda_item=lambda place: items[place],
            verdict=verdict,
        )


def attended(made: Watching, *, present: int, absent: int) -> None:
    """Closed meetings at which one member came so often, and was missed so often."""
    seat = made.path.committee.voting_members_at(law_day(made.at)).order_by("pk").first()
    held = copies(made.path.meeting, present + absent, state="closed", opened_at=made.at - DAY)
    for place, meeting in enumerate(held):
        Attendance.objects.create(
            meeting=meeting, membership=seat, presence="present" if place < present else "absent", marked_at=made.at
        )


def adverse_events(made: Watching, number: int) -> None:
    for _place in range(number):
        report = Report(
            ref=f"N{next(_numbers)}", kind="sae", project=made.path.project, review=made.path.review, filed_at=made.at
        )
        report.__dict__["state"] = "filed"
        with open_door():
            Report.objects.bulk_create([report])


def running(made: Watching, number: int) -> None:
    copies(Project.objects.get(pk=made.path.project.pk), number, state="approved")


def suspended(made: Watching, number: int, *, first: int) -> None:
    decision = Decision.objects.filter(review=made.path.review).first()
    copies(
        decision,
        number,
        outcome="suspended",
        round=lambda place: first + place,
        number=lambda place: f"号{next(_numbers)}",
    )


def handed_in(made: Watching, number: int) -> None:
    versions = Submission.objects.filter(review=made.path.review).order_by("number")
    last = versions.count()
    copies(versions.first(), number, number=lambda place: last + place + 1, sealed_at=made.at)


def waiting(made: Watching, *, starts: datetime) -> None:
    """A listed activity under review that was to begin on that day."""
    (project,) = copies(
        Project.objects.get(pk=made.path.project.pk), 1, state="under_review", starts_on=law_day(starts), ends_on=None
    )
    copies(made.path.review, 1, project=project, state="accepted", listed=True)


def in_hand(made: Watching, number: int) -> None:
    copies(made.path.review, number, kind="rereview", state="accepted")


def unfit(made: Watching) -> None:
    Counted.objects.update_or_create(
        kind="committee",
        key=made.path.committee.pk,
        defaults={"facts": {"region": made.path.committee.region, "breach": True}, "day": law_day(made.at)},
    )
