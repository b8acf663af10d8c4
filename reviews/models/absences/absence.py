"""Absence 请假: when a member of a committee cannot come, said ahead, so that meetings reckon with it."""

from collections.abc import Iterable
from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from committees.models import Committee
from ethicsreview.accounts.models import Person, Role
from ethicsreview.accounts.standing import Standing
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.lifecycle.act import Act
from ethicsreview.lifecycle.fields import StateField
from ethicsreview.lifecycle.models import Lifecycle, LifecycleQuerySet
from ethicsreview.lifecycle.steps import step
from reviews.models.meetings.meeting import Attendance, Meeting
from reviews.models.projects.parties import holders, on_committee

VOTING = (Role.CHAIR, Role.VICE_CHAIR, Role.MEMBER)


class State(models.TextChoices):
    ANNOUNCED = "announced", pgettext_lazy("state", "已告知")
    WITHDRAWN = "withdrawn", pgettext_lazy("state", "已撤回")


class AbsenceQuerySet(LifecycleQuerySet):
    def visible_to(self, standing: Standing) -> Self:
        """The committee's own people: whoever calls a meeting or designates has to know, and so may the others."""
        if standing.is_system or standing.holds(Role.OPERATOR):
            return self
        return self.filter(committee__in=standing.bodies(*VOTING, Role.SECRETARY))

    def on(self, day: date) -> Self:
        return self.filter(state=State.ANNOUNCED, starts_on__lte=day, ends_on__gte=day)

    def throughout(self, first: date, last: date) -> Self:
        """Those that leave no day of the time between."""
        return self.filter(state=State.ANNOUNCED, starts_on__lte=first, ends_on__gte=last)

    def to_come(self, day: date) -> Self:
        return self.filter(state=State.ANNOUNCED, ends_on__gte=day).order_by("starts_on", "pk")


class Absence(Lifecycle):
    State = State
    noun, collection, letter = "absence", "absences", "V"
    creators = frozenset({"absentee"})

    ref = models.CharField(_("编号"), max_length=20, unique=True, editable=False)
    state = StateField(_("状态"), choices=State.choices, default=State.ANNOUNCED)
    committee = models.ForeignKey(Committee, models.PROTECT, related_name="absences", verbose_name=_("委员会"))
    person = models.ForeignKey(Person, models.PROTECT, related_name="absences", verbose_name=_("委员"))
    starts_on = models.DateField(_("请假自"))
    ends_on = models.DateField(_("请假至"))
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("请假")
        verbose_name_plural = _("请假")
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="absence_ends_after_start")
        ]
        indexes = [models.Index(fields=["committee", "ends_on"], name="absence_to_come")]

    def __str__(self) -> str:
        return f"{self.person} {self.starts_on} – {self.ends_on}"

    def get_absolute_url(self) -> str:
        return reverse("desk:absences", args=[self.committee.ref])

    def subject(self) -> Committee:
        return self.committee

    def covers(self, meeting: Meeting) -> bool:
        return self.starts_on <= law_day(meeting.starts_at) <= self.ends_on

    def capacities(self, standing: Standing) -> set[str]:
        """Of the committee, and the one whose absence it is."""
        found = on_committee(standing, self.committee_id)
        if standing.person is not None and standing.person.pk == self.person_id and found & set(VOTING):
            found.add("absentee")
        return found

    def people(self, group: str) -> Iterable[Person]:
        roles = {"secretaries": [Role.SECRETARY], "chairs": [Role.CHAIR]}[group]
        return holders(roles, self.committee, timezone.now())

    def words(self) -> dict[str, Any]:
        return {
            "ref": self.ref,
            "member": self.person.name,
            "committee": self.committee.name,
            "starts": self.starts_on.isoformat(),
            "ends": self.ends_on.isoformat(),
        }

    @step(
        source=State.ANNOUNCED,
        target=State.WITHDRAWN,
        label=_("撤回请假"),
        by=["absentee"],
        cite="national:8",
        help=_("撤回后，请重新答复期间各次会议能否到会。"),
    )
    def withdraw(self, act: Act) -> None:
        """What it had answered for the member is asked again."""
        answered_for(self).filter(reply=Attendance.Reply.DECLINED).update(reply="")


def answered_for(absence: Absence) -> Any:
    """The member's rows at the meetings to come in that time."""
    meetings = [one.pk for one in _meetings(absence.committee) if absence.covers(one)]
    return Attendance.objects.filter(meeting__in=meetings, membership__appointment__person=absence.person_id)


def _meetings(committee: Committee) -> Any:
    return Meeting.objects.planned().filter(committee=committee)


def decline_for(absences: Iterable[Absence], meetings: Iterable[Meeting]) -> None:
    """Measures 8: who cannot come says so in time; an absence says it for every meeting in it that is not answered."""
    meetings = list(meetings)
    for absence in absences:
        for meeting in meetings:
            if not absence.covers(meeting):
                continue
            day = law_day(meeting.starts_at)
            seat = meeting.committee.voting_members_at(day).filter(appointment__person=absence.person_id).first()
            if seat is not None:
                row, _new = Attendance.objects.get_or_create(meeting=meeting, membership=seat)
                if not row.reply:
                    row.reply = Attendance.Reply.DECLINED
                    row.save(update_fields=["reply"])


def reckon_with(meeting: Meeting) -> None:
    """A meeting that is called or moved: who is away then has declined."""
    day = law_day(meeting.starts_at)
    decline_for(Absence.objects.filter(committee=meeting.committee_id).on(day), [meeting])


def away(committee: Committee, first: date, last: date) -> dict[int, Absence]:
    """Who is away throughout that time, by person."""
    rows = Absence.objects.filter(committee=committee.pk).throughout(first, last)
    return {one.person_id: one for one in rows}
