"""Alliance 互认联盟: units that recognise each other's results, in which fields and for how long (Shandong 10)."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from committees.kinds import Regime
from ethicsreview.accounts.models import Institution, Person, Role
from ethicsreview.accounts.standing import Standing
from ethicsreview.accounts.validators import plain_text
from ethicsreview.lifecycle.act import Act
from ethicsreview.lifecycle.fields import StateField
from ethicsreview.lifecycle.models import Lifecycle, LifecycleQuerySet
from ethicsreview.lifecycle.refusals import Refusal
from ethicsreview.lifecycle.steps import step
from reviews.models.projects.parties import holders
from reviews.models.recognitions import forms

FELLOWS = (Role.INSTITUTION_OFFICER, Role.CHAIR, Role.VICE_CHAIR, Role.SECRETARY, Role.MEMBER, Role.REGULATOR)


class State(models.TextChoices):
    ACTIVE = "active", pgettext_lazy("state", "运行中")
    DISSOLVED = "dissolved", pgettext_lazy("state", "已解散")


class AllianceQuerySet(LifecycleQuerySet):
    def visible_to(self, standing: Standing) -> Self:
        """That an alliance exists, and who is in it, is open to those who could join, recognise or supervise."""
        if standing.is_system or standing.holds(Role.OPERATOR, *FELLOWS):
            return self
        return self.filter(seats__institution__in=standing.bodies(Role.RESEARCHER), seats__left_at=None).distinct()

    def shared_by(self, one: int, other: int) -> Self:
        """The active alliances of which both institutions, by key, are members today."""
        joined = AllianceSeat.objects.current()
        mine, theirs = (joined.filter(institution=key).values("alliance") for key in (one, other))
        return self.filter(Q(pk__in=mine) & Q(pk__in=theirs), state=State.ACTIVE)


class Alliance(Lifecycle):
    State = State
    noun, collection, letter = "alliance", "alliances", "H"
    creators = frozenset({"founder"})

    ref = models.CharField(_("编号"), max_length=20, unique=True, editable=False)
    state = StateField(_("状态"), choices=State.choices, default=State.ACTIVE)
    name = models.CharField(_("名称"), max_length=200, validators=[plain_text])
    founder = models.ForeignKey(Institution, models.PROTECT, related_name="+", verbose_name=_("发起单位"))
    regimes = models.JSONField(_("互认的领域"), default=list)
    charter = models.TextField(_("互认规则"), blank=True)
    # How long a recognised result holds; empty: what policy sets.
    term_months = models.PositiveIntegerField(_("认可的期限（月）"), null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = AllianceQuerySet.as_manager()

    if TYPE_CHECKING:
        founder_id: int
        seats: Any

    class Meta:
        verbose_name = _("互认联盟")
        verbose_name_plural = _("互认联盟")

    def __str__(self) -> str:
        return f"{self.ref} {self.name}"

    def get_absolute_url(self) -> str:
        return reverse("desk:alliance", args=[self.ref])

    def capacities(self, standing: Standing) -> set[str]:
        officers = standing.bodies(Role.INSTITUTION_OFFICER)
        found = {"founder"} if self.founder_id in officers else set()
        if self.pk is None or not officers:
            return found
        seated = dict(self.seats.filter(left_at=None).values_list("institution", "admitted_at"))
        if any(seated.get(body) for body in officers - {self.founder_id}):
            found.add("fellow")
        if officers - seated.keys():
            found.add("outsider")
        return found

    def people(self, group: str) -> Iterable[Person]:
        now = timezone.now()
        if group == "founder":
            return holders([Role.INSTITUTION_OFFICER], self.founder, now)
        seats = self.seats.filter(left_at=None).exclude(admitted_at=None).select_related("institution")
        return [one for seat in seats for one in holders([Role.INSTITUTION_OFFICER], seat.institution, now)]

    def words(self) -> dict[str, Any]:
        return {"ref": self.ref, "alliance": self.name, "institution": self.founder.name}

    @property
    def regime_names(self) -> list[str]:
        return [str(Regime(one).label) for one in self.regimes if one in Regime.values]

    def covers(self, regimes: Iterable[str]) -> bool:
        return set(regimes) <= set(self.regimes)

    def somebody_waits(self, act: Act) -> Iterator[Refusal]:
        if not self.seats.filter(left_at=None, admitted_at=None).exists():
            yield Refusal("nobody_waits", _("没有等待接纳的单位"), cite="national:21")

    # --- steps ----------------------------------------------------------------------------------------------------

    @step(
        source=State.ACTIVE,
        target=None,
        label=_("申请加入"),
        by=["outsider"],
        cite="national:21",
        form=forms.JoinForm,
        help=_("加入后，可以请求认可其他成员的审查结果；跟踪审查、登记、专家复核等本单位的职责不因认可免除。"),
    )
    def join(self, act: Act, *, institution: Institution) -> None:
        AllianceSeat.objects.create(alliance=self, institution=institution, asked_at=act.at)
        act.record(institution=institution.ref)
        act.say(unit=institution.name)

    @step(
        source=State.ACTIVE,
        target=None,
        label=_("接纳成员"),
        by=["founder"],
        requires=[somebody_waits],
        cite="national:21",
        form=forms.AdmitForm,
    )
    def admit(self, act: Act, *, institutions: list[Institution]) -> None:
        self.seats.filter(institution__in=institutions, left_at=None).update(admitted_at=act.at)
        now = timezone.now()
        told = [one for unit in institutions for one in holders([Role.INSTITUTION_OFFICER], unit, now)]
        act.record(institutions=[unit.ref for unit in institutions])
        act.tell("alliance.admitted", told)

    @step(
        source=State.ACTIVE,
        target=None,
        label=_("退出联盟"),
        by=["fellow"],
        cite="national:21",
        form=forms.LeaveForm,
        danger=True,
        help=_("退出后不再认可新的结果；此前已经认可的，在其期限内仍然有效。"),
    )
    def leave(self, act: Act, *, institution: Institution, reason: str) -> None:
        self.seats.filter(institution=institution, left_at=None).update(left_at=act.at)
        act.record(institution=institution.ref)
        act.say(unit=institution.name, reason=reason)

    @step(
        source=State.ACTIVE,
        target=State.DISSOLVED,
        label=_("解散联盟"),
        by=["founder"],
        cite="national:21",
        form=forms.ReasonForm,
        danger=True,
    )
    def dissolve(self, act: Act, *, reason: str) -> None:
        act.say(reason=reason)


class SeatQuerySet(models.QuerySet["AllianceSeat"]):
    def current(self) -> Self:
        return self.filter(left_at=None).exclude(admitted_at=None)


class AllianceSeat(models.Model):
    """A unit's place in an alliance; whoever leaves and comes back has another."""

    alliance = models.ForeignKey(Alliance, models.PROTECT, related_name="seats")
    institution = models.ForeignKey(Institution, models.PROTECT, related_name="+", verbose_name=_("单位"))
    asked_at = models.DateTimeField(_("申请时间"))
    admitted_at = models.DateTimeField(_("接纳时间"), null=True)
    left_at = models.DateTimeField(_("退出时间"), null=True)

    objects = SeatQuerySet.as_manager()

    class Meta:
        verbose_name = _("联盟成员")
        verbose_name_plural = _("联盟成员")
        constraints = [
            models.UniqueConstraint(
                fields=["alliance", "institution"], condition=Q(left_at__isnull=True), name="alliance_seat_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.alliance_id} {self.institution_id}"
