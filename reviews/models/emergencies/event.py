"""EmergencyEvent 突发事件: an authority declares it for its territory; while it is in force, reviews may be urgent."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ethicsreview.accounts.models import Appointment, Authority, Person, Role
from ethicsreview.accounts.regions import city_of, province_of, region_name, territory_prefix
from ethicsreview.accounts.standing import Standing
from ethicsreview.accounts.validators import plain_text, region_code
from ethicsreview.deadlines.calendar import end_of_day, law_day
from ethicsreview.deadlines.ladders import ladder
from ethicsreview.lifecycle.act import Act
from ethicsreview.lifecycle.fields import StateField
from ethicsreview.lifecycle.models import Lifecycle, LifecycleQuerySet
from ethicsreview.lifecycle.refusals import Refusal
from ethicsreview.lifecycle.steps import CONSEQUENCE, step
from ethicsreview.policy import policy_for
from reviews.models.emergencies import forms
from reviews.models.emergencies.kinds import EventKind, Level
from reviews.models.projects.parties import over_territory

END = "emergency_event.end"


def around(region: str) -> list[str]:
    """The prefixes of every territory that a division lies in: 370102 → 37, 3701, 370102."""
    return sorted({territory_prefix(code) for code in (province_of(region), city_of(region), region)})


class EmergencyEventQuerySet(LifecycleQuerySet):
    def visible_to(self, standing: Standing) -> Self:
        """Everybody who works in its territory, and whoever supervises a place that lies in it or contains it."""
        if standing.is_system or standing.holds(Role.OPERATOR):
            return self
        inside = {prefix for held in standing.held if held.region for prefix in around(held.region)}
        seen = Q(territory__in=inside)
        for prefix in standing.territories(Role.REGULATOR):
            seen |= Q(territory__startswith=prefix)
        return self.filter(seen)

    def in_force(self, at: datetime) -> Self:
        """Declared and begun, neither ended nor run out: its date ends it, whether or not the clock came by."""
        running = Q(until__isnull=True) | Q(until__gte=law_day(at))
        return self.filter(running, state=EmergencyEvent.State.ACTIVE, starts_at__lte=at)

    def covering(self, region: str) -> Self:
        return self.filter(territory__in=around(region))


class EmergencyEvent(Lifecycle):
    """Declared by a department's regulator; changed and ended by the same department, or by one above it."""

    noun, collection, letter = "emergency_event", "emergency-events", "Y"
    called = "title"
    creators = frozenset({"declarer"})
    EventKind, Level = EventKind, Level

    class State(models.TextChoices):
        ACTIVE = "active", pgettext_lazy("state", "应急中")
        ENDED = "ended", pgettext_lazy("state", "已结束")

    ref = models.CharField(_("编号"), max_length=20, unique=True, editable=False)
    state = StateField(_("状态"), choices=State.choices, default=State.ACTIVE)
    authority = models.ForeignKey(Authority, models.PROTECT, related_name="+", verbose_name=_("宣布部门"))
    title = models.CharField(_("事件名称"), max_length=200, validators=[plain_text])
    kind = models.CharField(_("事件类别"), max_length=20, choices=EventKind.choices)
    level = models.CharField(_("事件级别"), max_length=15, choices=Level.choices)
    region = models.CharField(_("地区"), max_length=6, validators=[region_code], help_text=_("GB/T 2260 代码"))
    # The beginning of every code inside it: what lists are filtered by.
    territory = models.CharField(max_length=6, editable=False)
    starts_at = models.DateTimeField(_("自"))
    until = models.DateField(_("至"), null=True, blank=True, help_text=_("未定的留空，事件结束时另行宣布。"))
    grounds = models.TextField(_("理由"), max_length=4000)
    instrument = models.CharField(_("依据的文件"), max_length=300, validators=[plain_text])
    ended_at = models.DateTimeField(_("结束时间"), null=True, editable=False)
    ended_reason = models.TextField(_("结束的理由"), blank=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = EmergencyEventQuerySet.as_manager()

    if TYPE_CHECKING:  # what other models call back by
        reviews: Any

    class Meta:
        verbose_name = _("突发事件")
        verbose_name_plural = _("突发事件")
        constraints = [
            models.CheckConstraint(
                condition=Q(state="active", ended_at__isnull=True) | Q(state="ended", ended_at__isnull=False),
                name="emergency_event_ended_has_time",
            )
        ]
        indexes = [models.Index(fields=["territory", "state", "-id"], name="emergency_event_territory")]

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        self.territory = territory_prefix(self.region)

    def get_absolute_url(self) -> str:
        return reverse("desk:emergency_event", args=[self.ref])

    @property
    def region_name(self) -> str:
        return region_name(self.region)

    def is_in_force(self, at: datetime) -> bool:
        running = self.until is None or self.until >= law_day(at)
        return self.state == self.State.ACTIVE and self.starts_at <= at and running

    # --- who ------------------------------------------------------------------------------------------------------

    def capacities(self, standing: Standing) -> set[str]:
        found = set()
        if over_territory(standing, self.region):
            own = standing.holds(Role.REGULATOR, body_id=self.authority_id)
            found |= {"regulator", "declarer"} if own or self._from_above(standing) else {"regulator"}
        if standing.holds(Role.OPERATOR):
            found.add("operator")
        return found

    def _from_above(self, standing: Standing) -> bool:
        """A department whose territory contains that of the one which declared it, and is wider."""
        prefix = territory_prefix(self.authority.region)
        return any(prefix.startswith(wider) and prefix != wider for wider in standing.territories(Role.REGULATOR))

    def people(self, group: str) -> Iterable[Person]:
        """Whose committees may have to act, at any hour; and the department itself."""
        now = timezone.now()
        if group == "authority":
            held = Appointment.objects.current(now).filter(role=Role.REGULATOR, body_id=self.authority_id)
        else:
            held = Appointment.objects.current(now).filter(
                role__in=[Role.SECRETARY, Role.CHAIR], body__region__startswith=self.territory, body__is_active=True
            )
        return Person.objects.filter(is_active=True, appointments__in=held).distinct()

    def words(self) -> dict[str, Any]:
        return super().words() | {
            "event": self.title,
            "kind": self.get_kind_display(),
            "level": self.get_level_display(),
            "region": self.region_name,
            "authority": self.authority.name,
            "until": self.until.isoformat() if self.until else _("另行通知"),
        }

    # --- guards ---------------------------------------------------------------------------------------------------

    def not_run_out(self, act: Act) -> Iterator[Refusal]:
        """What has run out is not revived: it is declared anew."""
        if self.until is not None and self.until < law_day(act.at):
            words = _("该事件已于%(day)s届满，需要继续的应当重新宣布")
            yield Refusal("run_out", words, {"day": self.until}, "national:36")

    def has_an_end(self, act: Act) -> Iterator[Refusal]:
        if self.until is None:
            yield Refusal("no_end", _("该事件没有规定期限，不需要延长"), {}, "national:36")

    # --- steps ----------------------------------------------------------------------------------------------------

    @step(
        source=State.ACTIVE,
        target=None,
        label=_("延长"),
        by=["declarer"],
        requires=[has_an_end, not_run_out],
        cite="national:36",
        form=forms.ExtendEventForm,
    )
    def extend(self, act: Act, *, until: date | None, reason: str) -> None:
        act.record(before=self.until)
        self.until = until
        act.cancel(END)
        if until is not None:
            act.start(END, **ending(self, act.at))
        act.say(reason=reason)

    @step(
        source=State.ACTIVE,
        target=None,
        label=_("调整级别"),
        by=["declarer"],
        requires=[not_run_out],
        cite="national:36",
        form=forms.LevelForm,
        help=_("已经受理的应急审查，时限不变。"),
    )
    def change_level(self, act: Act, *, level: str, reason: str) -> None:
        """Raised or lowered. What was accepted keeps the hours it was accepted with."""
        act.record(before=self.level)
        self.level = level
        act.say(reason=reason)

    @step(
        source=State.ACTIVE,
        target=State.ENDED,
        label=_("宣布结束"),
        by=["declarer"],
        cite="national:36",
        form=forms.EndEventForm,
        danger=True,
        help=_("结束后不再受理新的应急审查，正在进行的转为一般程序。"),
    )
    def end(self, act: Act, *, reason: str) -> None:
        self._over(act, reason)
        act.cancel(END)

    @step(
        source=State.ACTIVE,
        target=State.ENDED,
        label=_("期限届满，自动结束"),
        by=[CONSEQUENCE],
        cite="national:36",
        form=forms.EndEventForm,
    )
    def run_out(self, act: Act, *, reason: str) -> None:
        """By the clock, the day after its last."""
        self._over(act, reason)
        act.cancel(END)

    def _over(self, act: Act, reason: str) -> None:
        self.ended_at, self.ended_reason = act.at, reason
        act.say(reason=reason)
        # Its reviews go on in the general procedure, one after the other, by a worker.
        act.nudge("reviews.emergencies")


def ending(event: EmergencyEvent, at: datetime) -> dict[str, Any]:
    """The last day that was declared: the department extends it, or lets it run out."""
    assert event.until is not None
    return {
        "label": _("决定突发事件延长或者结束"),
        "due_at": end_of_day(event.until),
        "citation": "national:36",
        "body": event.authority_id,
        "role": Role.REGULATOR,
        "ladder": ladder(policy_for(region=event.region, at=at), "reminders.event"),
    }
