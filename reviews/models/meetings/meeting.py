"""Meeting 审查会议: planned, open, closed; its agenda, its attendance, its minutes."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from committees.models import Committee, Membership
from ethicsreview.accounts.models import Person, Role
from ethicsreview.accounts.prepared import Given, Prepared
from ethicsreview.accounts.standing import Standing
from ethicsreview.accounts.validators import plain_text
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.lifecycle.act import Act
from ethicsreview.lifecycle.fields import StateField
from ethicsreview.lifecycle.models import Lifecycle, LifecycleQuerySet
from ethicsreview.lifecycle.refusals import Refusal
from ethicsreview.lifecycle.steps import step
from ethicsreview.trail.digest import digest
from reviews.models.meetings import forms
from reviews.models.projects.parties import holders, on_committee

if TYPE_CHECKING:
    from reviews.models.meetings.agenda import AgendaItem
    from reviews.models.reviewing.review import Review


class MeetingQuerySet(LifecycleQuerySet):
    def visible_to(self, standing: Standing) -> Self:
        """The committee's own people."""
        if standing.is_system or standing.holds(Role.OPERATOR):
            return self
        return self.filter(
            committee__in=standing.bodies(Role.SECRETARY, Role.CHAIR, Role.VICE_CHAIR, Role.MEMBER, Role.ADVISER)
        )

    def planned(self) -> Self:
        return self.filter(state=Meeting.State.PLANNED)


class Meeting(Lifecycle):
    noun, collection, letter = "meeting", "meetings", "M"
    called = "title"
    creators = frozenset({"secretary"})

    class State(models.TextChoices):
        PLANNED = "planned", pgettext_lazy("state", "已安排")
        OPEN = "open", pgettext_lazy("state", "会议中")
        CLOSED = "closed", pgettext_lazy("state", "已闭会")
        CANCELLED = "cancelled", pgettext_lazy("state", "已取消")

    ref = models.CharField(_("编号"), max_length=20, unique=True, editable=False)
    state = StateField(_("状态"), choices=State.choices, default=State.PLANNED)
    committee = models.ForeignKey(Committee, models.PROTECT, related_name="meetings", verbose_name=_("委员会"))
    title = models.CharField(_("会议名称"), max_length=200, validators=[plain_text])
    starts_at = models.DateTimeField(_("开始时间"))
    place = models.CharField(_("地点"), max_length=200, blank=True, validators=[plain_text])
    # Measures 14: the chair presides, or a vice-chair whom the chair designates.
    presider = models.ForeignKey(
        Membership, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("主持人")
    )
    minutes = models.TextField(_("会议记录"), blank=True, editable=False)
    opened_at = models.DateTimeField(null=True, editable=False)
    closed_at = models.DateTimeField(null=True, editable=False)

    objects = MeetingQuerySet.as_manager()

    class Meta:
        verbose_name = _("审查会议")
        verbose_name_plural = _("审查会议")
        ordering = ["-starts_at", "-pk"]
        indexes = [models.Index(fields=["committee", "-starts_at"], name="meeting_committee")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("desk:meeting", args=[self.ref])

    def subject(self) -> Committee:
        return self.committee

    def capacities(self, standing: Standing) -> set[str]:
        found = on_committee(standing, self.committee_id)
        if standing.person is not None and self.presides(standing.person):
            found.add("presider")
        return found

    def people(self, group: str) -> Iterable[Person]:
        roles = {
            "secretaries": [Role.SECRETARY],
            "chairs": [Role.CHAIR],
            "members": [Role.CHAIR, Role.VICE_CHAIR, Role.MEMBER],
        }[group]
        return holders(roles, self.committee, self.starts_at)

    def words(self) -> dict[str, Any]:
        return {
            "ref": self.ref,
            "meeting": self.title,
            "committee": self.committee.name,
            "starts_at": f"{timezone.localtime(self.starts_at):%Y-%m-%d %H:%M}",
            "place": self.place or "—",
        }

    def presides(self, person: Person) -> bool:
        presiding = self.presiding
        return presiding is not None and presiding.person == person

    @cached_property
    def presiding(self) -> Membership | None:
        """Who presides: whom the chair designated, else the chair."""
        if self.presider is not None:
            return self.presider
        return next(iter(CHAIR(committee=self.committee_id, day=law_day(self.starts_at))), None)

    def items_for(self, standing: Standing) -> "models.QuerySet[AgendaItem]":
        """What stands on the agenda, as far as the person may see it. Of the rest they learn nothing, not even that
        it is there: who shows a place in the agenda counts these.
        """
        from reviews.models.reviewing.review import Review

        rows: models.QuerySet[AgendaItem] = self.items.filter(dropped_at=None)
        if standing.is_system:
            return rows
        if on_committee(standing, self.committee_id):
            return rows.filter(review__in=Review.objects.on_table(standing))
        return rows.filter(review__in=Review.objects.visible_to(standing))

    def is_attended_by(self, person: Person) -> bool:
        return any(row.membership.appointment.person_id == person.pk for row in there(self))

    # --- guards ---------------------------------------------------------------------------------------------------

    def has_items(self, act: Act) -> Iterator[Refusal]:
        """Human Measures 31: to be told of simplified reviews is enough to meet for."""
        from reviews.models.meetings.reporting import MeetingReport

        if not self._standing_items(act) and not MeetingReport.objects.on_agenda_of(self):
            yield Refusal("no_items", _("议程上没有审查事项，也没有待报告的简易程序审查"), cite="national:11")

    def presider_there(self, act: Act) -> Iterator[Refusal]:
        presiding = self.presiding
        if presiding is None:
            yield Refusal("no_presider", _("委员会没有在任的主任委员，也没有指定主持的副主任委员"), cite="national:14")
        elif not self.is_attended_by(presiding.person):
            yield Refusal(
                "presider_absent",
                _("主持人%(name)s未到会；主任委员不能到会时，应指定副主任委员主持"),
                {"name": presiding.person.name},
                "national:14",
            )

    def quorate(self, act: Act) -> Iterator[Refusal]:
        """At least one item must be quorate after recusals; each is counted again when it is concluded."""
        from reviews.models.meetings.agenda import shortfalls

        short = list(shortfalls(self, self._standing_items(act), act.at).values())
        if short and all(short):
            yield from short[0]

    def composition(self, act: Act) -> Iterator[Refusal]:
        """The committee must be lawful under every regime that its agenda touches, on the day it meets."""
        regimes = {regime for item in self._standing_items(act) for regime in item.review.regimes}
        yield from self.committee.can_review(regimes, at=act.at)

    def _standing_items(self, act: Act) -> list[Any]:
        """Read once for all guards of an act."""
        rows = self.items.filter(dropped_at=None).select_related("review__committee", "review__assessment")
        found: list[Any] = act.once(("items", self.pk), lambda: list(rows))
        return found

    def every_item_settled(self, act: Act) -> Iterator[Refusal]:
        from reviews.models.reviewing.decision import Decision

        settled = Decision.objects.filter(review=models.OuterRef("review"), round=models.OuterRef("round"))
        waiting = self.items.filter(~models.Exists(settled), dropped_at=None).select_related("review__project")
        seen = set(self.items_for(act.standing).values_list("pk", flat=True))
        for item in waiting:
            yield Refusal(
                "item_open",
                _("“%(title)s”尚未形成审查意见，也未改列其他会议"),
                # The meeting cannot end before it is settled; which matter that is, is not for everybody.
                {"title": item.review.project.title if item.pk in seen else self.title},
                "national:14",
            )

    # --- steps ----------------------------------------------------------------------------------------------------

    @step(
        source=[State.PLANNED, State.OPEN],
        target=None,
        label=_("指定主持人"),
        by=["chair"],
        cite="national:14",
        form=forms.PresiderForm,
    )
    def designate_presider(self, act: Act, *, presider: Membership) -> None:
        """Measures 14: a vice-chair, designated by the chair."""
        self.presider = presider
        self.__dict__.pop("presiding", None)
        act.say(presider=presider.person.name)

    @step(
        source=State.PLANNED,
        target=None,
        label=_("改期"),
        by=["secretary"],
        form=forms.TimeForm,
    )
    def postpone(self, act: Act, *, starts_at: datetime, place: str) -> None:
        from reviews.models.absences.absence import reckon_with

        self.starts_at, self.place = starts_at, place
        reckon_with(self)

    @step(
        source=State.PLANNED,
        target=None,
        label=_("回复能否到会"),
        by=["chair", "vice_chair", "member"],
        cite="national:8",
        form=forms.ReplyForm,
    )
    def reply(self, act: Act, *, coming: str) -> None:
        """Measures 8: members attend; who cannot says so in time."""
        attendance, _created = Attendance.objects.get_or_create(
            meeting=self,
            membership=self.committee.voting_members_at(law_day(act.at)).get(appointment__person=act.actor),
        )
        attendance.reply = coming
        attendance.save(update_fields=["reply"])

    @step(
        source=[State.PLANNED, State.OPEN],
        target=None,
        label=_("登记到会"),
        by=["secretary"],
        cite="national:14",
        form=forms.AttendanceForm,
    )
    def mark_attendance(self, act: Act, **presence: str) -> None:
        members = {m.pk: m for m in self.committee.voting_members_at(law_day(act.at))}
        for name, value in presence.items():
            membership = members[int(name.removeprefix("presence__"))]
            if value == Attendance.LEFT:
                there_at(self).filter(membership=membership).update(left_at=act.at)
                continue
            Attendance.objects.update_or_create(
                meeting=self,
                membership=membership,
                defaults={"presence": value, "left_at": None, "marked_at": act.at},
            )
        act.record(
            presence={members[int(n.removeprefix("presence__"))].person.username: v for n, v in presence.items()}
        )

    @step(
        source=State.PLANNED,
        target=State.OPEN,
        label=_("开会"),
        by=["secretary", "presider"],
        requires=[has_items, presider_there, composition, quorate],
        cite="national:14",
    )
    def open(self, act: Act) -> None:
        """Measures 14: five members and every category there, or it does not begin."""
        self.opened_at = act.at
        for item in self.items.filter(dropped_at=None):
            item.give_ballots(act)

    @step(
        source=State.OPEN,
        target=State.CLOSED,
        label=_("签署会议记录并闭会"),
        by=["presider"],
        requires=[every_item_settled],
        cite="national:14",
        form=forms.MinutesForm,
        help=_("签署后会议记录不能再修改。"),
    )
    def close(self, act: Act, *, minutes: str, **of_items: str) -> None:
        """What was said of an item is kept with it, for those who may see that item."""
        from reviews.models.meetings.reporting import note_reported

        note_reported(self, act)
        self.minutes, self.closed_at = minutes, act.at
        for place, item in enumerate(self.items_for(act.standing), start=1):
            item.minutes = of_items[f"minutes__{place}"]
            item.save(update_fields=["minutes"])
        act.record(digest=digest([minutes, of_items]))

    @step(
        source=State.PLANNED,
        target=State.CANCELLED,
        label=_("取消会议"),
        by=["secretary"],
        requires=[every_item_settled],
        form=forms.ReasonForm,
        danger=True,
    )
    def cancel(self, act: Act, *, reason: str) -> None:
        act.say(reason=reason)

    def take_up(self, review: "Review", presenter: Membership | None, act: Act) -> None:
        """Put a review on the agenda, under the review's lock. Part of the review's own step."""
        from reviews.models.meetings.agenda import AgendaItem

        last = self.items.aggregate(last=models.Max("position"))["last"] or 0
        item = AgendaItem.objects.create(
            meeting=self, review=review, round=review.round, presenter=presenter, position=last + 1
        )
        review.__dict__.pop("item", None)
        act.record(meeting=self.ref)
        act.say(meeting=self.title)
        item.give_ballots(act)


class Attendance(models.Model):
    """One member at one meeting: what they replied, and whether they came."""

    class Presence(models.TextChoices):
        PRESENT = "present", _("到会")
        VIDEO = "video", _("视频到会")
        ABSENT = "absent", _("缺席")

    class Reply(models.TextChoices):
        COMING = "coming", _("能到会")
        DECLINED = "declined", _("不能到会")

    THERE = (Presence.PRESENT, Presence.VIDEO)
    # Marked like a presence, kept beside it: how somebody was there stays known after they have gone.
    LEFT = "left"

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="attendances")
    membership = models.ForeignKey(Membership, models.PROTECT, related_name="+")
    reply = models.CharField(_("回复"), max_length=10, choices=Reply.choices, blank=True)
    presence = models.CharField(_("到会"), max_length=10, choices=Presence.choices, blank=True)
    left_at = models.DateTimeField(_("离会时间"), null=True)
    marked_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("到会登记")
        verbose_name_plural = _("到会登记")
        constraints = [models.UniqueConstraint(fields=["meeting", "membership"], name="attendance_once")]

    def __str__(self) -> str:
        return f"{self.membership} {self.get_presence_display()}"


CHAIR = Prepared(
    lambda: (
        Membership.objects.filter(committee=Given("committee"))
        .on(Given("day"))
        .filter(appointment__role=Role.CHAIR)
        .with_people()
        .order_by("pk")[:1]
    )
)
THERE = Prepared(
    lambda: Attendance.objects.filter(
        meeting=Given("meeting"), presence__in=Attendance.THERE, left_at=None
    ).select_related("membership__appointment__person")
)


def there_at(meeting: Meeting) -> "models.QuerySet[Attendance]":
    """Marked as there, in person or by video, and not gone since."""
    rows: models.QuerySet[Attendance] = meeting.attendances.filter(presence__in=Attendance.THERE, left_at=None)
    return rows


def there(meeting: Meeting) -> list[Attendance]:
    return THERE(meeting=meeting.pk)


def in_office(rows: Iterable[Attendance], at: datetime) -> list[Any]:
    """Those of them whose term runs at this moment, as the quorum rules want them."""
    from reviews.rules.quorum import Attendee

    return [
        Attendee(person=row.membership.person.pk, categories=categories_of(row.membership))
        for row in rows
        if row.membership.covers(law_day(at))
    ]


def categories_of(membership: Membership) -> frozenset[str]:
    """Every category of Measures 7 that the member can stand for at a meeting."""
    outside = {"external"} if membership.external else set()
    return frozenset({membership.category, membership.sex} | outside)
