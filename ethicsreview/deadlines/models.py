"""An obligation with an end, as a row. `clock` alone writes it for people's steps, `sweep` for the passing
of time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import NotRequired, Protocol, TypedDict

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _

from ethicsreview.accounts.models import Body, Person
from ethicsreview.accounts.prepared import Given
from ethicsreview.deadlines import calendar
from ethicsreview.deadlines.agenda import Moment, agenda_of


class Named(Protocol):
    """What a deadline can hang on. It is kept as text: no model of an upper floor is referred to."""

    @property
    def noun(self) -> str: ...
    @property
    def ref(self) -> str: ...


class Escalation(TypedDict):
    """Who is told when the end has passed unmet: the holders of `role` in the body, `after` hours later (0:
    at once).
    """

    role: str
    body_id: int
    after: NotRequired[int]


class Unit(models.TextChoices):
    HOURS = "hours", _("小时")
    DAYS = "days", _("日")
    MONTHS = "months", _("月")
    FIXED = "fixed", _("固定日期")  # 31 March, a term's last day: no length to count


class Outcome(models.TextChoices):
    MET = "met", _("已办结")
    CANCELLED = "cancelled", _("已取消")
    LAPSED = "lapsed", _("已期满")


@dataclass(frozen=True)
class Extension:
    last_day: date
    reason: str


class DeadlineQuerySet(models.QuerySet["Deadline"]):
    def open(self) -> "DeadlineQuerySet":
        return self.filter(closed_at__isnull=True)

    def of(self, obj: Named) -> "DeadlineQuerySet":
        return self.filter(object_kind=obj.noun, object_ref=obj.ref)

    def due_before(self, moment: datetime) -> "DeadlineQuerySet":
        return self.open().filter(due_at__lt=moment)

    def late(self, at: "datetime | Given") -> "DeadlineQuerySet":
        """Open and past its end, whether or not the sweep has been there. A paused clock is not late."""
        return self.open().filter(due_at__lte=at, paused_at__isnull=True)

    def escalated(self) -> "DeadlineQuerySet":
        return self.open().filter(escalated_at__isnull=False)

    def between(self, first: datetime, last: datetime) -> "DeadlineQuerySet":
        """Those that end after `first` and not after `last`: the ends of days are the midnights after them."""
        return self.open().filter(due_at__gt=first, due_at__lte=last)

    def for_body(self, body: Body | int) -> "DeadlineQuerySet":
        return self.filter(body=body)

    def to_sweep(self, at: datetime) -> "DeadlineQuerySet":
        return self.filter(next_at__lte=at).order_by("next_at", "pk")

    def soonest(self) -> "DeadlineQuerySet":
        return self.order_by("due_at", "pk")


class Deadline(models.Model):
    """Times are stored in UTC. A limit in days or months ends with the midnight in Asia/Shanghai at
    `due_at`.
    """

    kind = models.CharField(_("类别"), max_length=60)
    # Words as they stand in the code, in Chinese; `title` translates them.
    label = models.CharField(_("名称"), max_length=200)
    citation = models.CharField(_("依据"), max_length=200, blank=True)
    subject_kind = models.CharField(max_length=40)
    subject_ref = models.CharField(max_length=60)
    object_kind = models.CharField(max_length=40)
    object_ref = models.CharField(max_length=60)
    url = models.CharField(max_length=300, blank=True)

    body = models.ForeignKey(Body, models.PROTECT, null=True, blank=True, related_name="deadlines")
    person = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="deadlines")
    role = models.CharField(_("由谁办理"), max_length=30, blank=True)
    escalate_to = models.JSONField(default=list, blank=True)

    started_at = models.DateTimeField(_("起算"))
    due_at = models.DateTimeField(_("截止"))
    unit = models.CharField(max_length=10, choices=Unit)
    length = models.PositiveIntegerField(default=0)
    shift_holidays = models.BooleanField(default=False)

    closed_at = models.DateTimeField(_("结束"), null=True, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)
    paused_at = models.DateTimeField(_("暂停"), null=True, blank=True)
    paused_total = models.DurationField(default=timedelta)
    breached_at = models.DateTimeField(_("逾期"), null=True, blank=True)
    escalated_at = models.DateTimeField(_("上报"), null=True, blank=True)
    # A term or the like: with its end it is over, and nobody is late.
    lapses = models.BooleanField(default=False)

    ladder = models.JSONField(default=list, blank=True)  # seconds from due_at, negative before
    stage = models.PositiveSmallIntegerField(default=0)  # how much of the agenda lies behind
    next_at = models.DateTimeField(null=True, blank=True)
    history = models.JSONField(default=list, blank=True)
    request_id = models.CharField(max_length=64, blank=True)

    objects = DeadlineQuerySet.as_manager()

    class Meta:
        verbose_name = _("期限")
        verbose_name_plural = _("期限")
        constraints = [
            models.UniqueConstraint(
                fields=["object_kind", "object_ref", "kind"],
                condition=Q(closed_at__isnull=True),
                name="deadlines_one_open",
                violation_error_message=_("这一事项的同类期限已在计算中。"),
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, outcome="")
                | Q(closed_at__isnull=False, outcome__in=Outcome.values),
                name="deadlines_closed_has_outcome",
            ),
            models.CheckConstraint(
                condition=Q(next_at__isnull=True) | Q(closed_at__isnull=True, paused_at__isnull=True),
                name="deadlines_swept_only_while_running",
            ),
            models.CheckConstraint(
                condition=Q(paused_at__isnull=True) | Q(closed_at__isnull=True),
                name="deadlines_paused_is_open",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | Q(closed_at__gte=F("started_at")),
                name="deadlines_closed_after_start",
            ),
            models.CheckConstraint(
                condition=Q(unit=Unit.FIXED, length=0) | Q(unit__in=[Unit.HOURS, Unit.DAYS, Unit.MONTHS]),
                name="deadlines_unit_known",
            ),
        ]
        indexes = [
            models.Index(fields=["next_at"], condition=Q(next_at__isnull=False), name="deadlines_to_sweep"),
            models.Index(fields=["due_at"], condition=Q(closed_at__isnull=True), name="deadlines_open_due"),
            models.Index(fields=["body", "due_at"], condition=Q(closed_at__isnull=True), name="deadlines_body_due"),
            models.Index(fields=["person", "due_at"], condition=Q(closed_at__isnull=True), name="deadlines_person_due"),
            models.Index(
                fields=["due_at"],
                condition=Q(closed_at__isnull=True, escalated_at__isnull=False),
                name="deadlines_escalated",
            ),
            models.Index(fields=["subject_kind", "subject_ref"], name="deadlines_subject"),
            models.Index(fields=["object_kind", "object_ref"], name="deadlines_object"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_kind}:{self.object_ref} {self.due_at:%Y-%m-%d %H:%M}Z"

    @property
    def title(self) -> str:
        return gettext(self.label) if self.label else self.kind

    @property
    def extensions(self) -> list[Extension]:
        """Each time it was moved on: the day it then ended with, and why."""
        made = [change for change in self.history if change["change"] == "extended"]
        return [Extension(calendar.last_day(datetime.fromisoformat(one["to"])), one["reason"]) for one in made]

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def by_day(self) -> bool:
        """The limit ends with a day; the hour says nothing."""
        return self.unit != Unit.HOURS

    @property
    def last_day(self) -> date:
        return calendar.last_day(self.due_at)

    @property
    def due_text(self) -> str:
        """The end as people say it: the last day, or the minute in Asia/Shanghai."""
        return end_in_words(self.due_at, by_day=self.by_day)

    @property
    def is_provisional(self) -> bool:
        """暂定: the last day was moved past holidays of a year that is not published yet."""
        return self.shift_holidays and calendar.is_provisional(self.last_day)

    def is_late(self, at: datetime) -> bool:
        """Past the end while it ran, or closed after it. A breach stays on the row for ever."""
        return self.breached_at is not None or (self.is_open and self.paused_at is None and self.due_at <= at)

    @property
    def left_now(self) -> str:
        return self.left(timezone.now())

    def left(self, at: datetime) -> str:
        """What a person wants to know of it: time left, or late by how much, in the active language."""
        if self.outcome:
            return str(Outcome(self.outcome).label)
        if self.paused_at is not None:
            return gettext("已暂停计时")
        if self.by_day:
            return days_left((self.last_day - calendar.law_day(at)).days)
        return hours_left(self.due_at - at)

    def schedule(self, done: int, moments: "Sequence[Moment] | None" = None) -> None:
        """Set what the sweep does next: `done` moments of the agenda lie behind, of a running clock. `moments`: the
        agenda, where it has been worked out already.
        """
        moments = moments or agenda_of(self.due_at, self.ladder, self.escalate_to)
        self.stage = done
        running = self.is_open and self.paused_at is None
        self.next_at = moments[done].at if running and done < len(moments) else None

    def reschedule(self, at: datetime) -> None:
        """Plan anew after the end has moved: what would already lie behind is left out, the end itself
        never.
        """
        moments = agenda_of(self.due_at, self.ladder, self.escalate_to)
        self.schedule(sum(1 for moment in moments if moment.at <= at and moment.is_reminder_before), moments)


class Pulse(models.Model):
    """When something that runs by the clock was last done, and which process has it to do until when."""

    name = models.CharField(max_length=40, unique=True)
    at = models.DateTimeField(null=True)
    facts = models.JSONField(default=dict)
    holder = models.CharField(max_length=120, blank=True)
    until = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("运行记录")
        verbose_name_plural = _("运行记录")

    def __str__(self) -> str:
        return f"{self.name} {self.at}"


def end_in_words(due_at: datetime, *, by_day: bool) -> str:
    """The last day, or the minute in Asia/Shanghai."""
    if by_day:
        return _day_in_words(calendar.last_day(due_at), get_language())
    return date_format(due_at.astimezone(calendar.LAW_ZONE), "DATETIME_FORMAT")


@lru_cache(maxsize=1024)
def _day_in_words(day: date, _language: str | None) -> str:
    """Many deadlines end with the same day; a sweep and a queue say it for each."""
    return date_format(day, "DATE_FORMAT")


def days_left(days: int) -> str:
    if days == 0:
        return gettext("今天到期")
    if days > 0:
        return ngettext("还剩%(days)d天", "还剩%(days)d天", days) % {"days": days}
    return ngettext("已逾期%(days)d天", "已逾期%(days)d天", -days) % {"days": -days}


def hours_left(left: timedelta) -> str:
    minutes = int(abs(left).total_seconds() // 60)
    parts = {"hours": minutes // 60, "minutes": minutes % 60}
    if left > timedelta(0):
        return gettext("还剩%(hours)d小时%(minutes)d分") % parts
    return gettext("已逾期%(hours)d小时%(minutes)d分") % parts
