"""TrainingPlan 培训计划 (Measures 5(5), Shandong 16, Sichuan 13): who is trained in what, by when; and who was."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from committees import timing
from committees import training_forms as forms
from committees.kinds import STANDING_STATES, Audience, PlanState
from committees.models.committee import Committee
from committees.models.membership import Membership
from ethicsreview.accounts.models import COMMITTEE_ROLES, Body, Person, Role
from ethicsreview.accounts.regions import city_of, province_of, territory_prefix
from ethicsreview.accounts.standing import Standing
from ethicsreview.accounts.validators import plain_text
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.documents.models import DocumentVersion
from ethicsreview.lifecycle.act import Act
from ethicsreview.lifecycle.door import create
from ethicsreview.lifecycle.fields import StateField
from ethicsreview.lifecycle.models import Lifecycle, LifecycleQuerySet
from ethicsreview.lifecycle.refusals import InvalidInput, Refusal
from ethicsreview.lifecycle.steps import step
from ethicsreview.policy import Policy, policy_for

ARTICLE = "national:5(5)"
KNOWN_BELOW = (PlanState.ANNOUNCED, PlanState.CLOSED)
TRAINERS = (Role.SECRETARY, Role.CHAIR)


class TrainingPlanQuerySet(LifecycleQuerySet):
    def visible_to(self, standing: Standing) -> Self:
        """The organiser's own people; what was announced, whom it is for, and who supervises the organiser's place."""
        if standing.is_system or standing.holds(Role.OPERATOR):
            return self
        if standing.person is None:
            return self.none()
        officers = standing.bodies(Role.INSTITUTION_OFFICER)
        seen = Q(organiser__in=standing.bodies(*COMMITTEE_ROLES, Role.REGULATOR) | officers)
        seen |= Q(organiser__in=Committee.objects.filter(institution__in=officers).values("pk"))
        for prefix in standing.territories(Role.REGULATOR):
            seen |= Q(region__startswith=prefix, state__in=KNOWN_BELOW)
        below = {held.region for held in standing.held if held.role in COMMITTEE_ROLES | {Role.INSTITUTION_OFFICER}}
        above = {place for region in below for place in (city_of(region), province_of(region))}
        seen |= Q(organiser__kind=Body.Kind.AUTHORITY, region__in=above, state__in=KNOWN_BELOW)
        return self.filter(seen)


class TrainingPlan(Lifecycle):
    noun, collection, letter = "training_plan", "training-plans", "T"
    called = "title"
    creators = frozenset({"trainer"})
    State = PlanState

    ref = models.CharField(_("编号"), max_length=20, unique=True, editable=False)
    state = StateField(_("状态"), choices=PlanState.choices, default=PlanState.DRAFT)
    # A committee, its institution, or a department for the committees of its territory.
    organiser = models.ForeignKey(Body, models.PROTECT, related_name="+", verbose_name=_("组织者"))
    region = models.CharField(_("地区"), max_length=6, editable=False)
    title = models.CharField(_("计划名称"), max_length=200, validators=[plain_text])
    topics = models.TextField(_("培训内容"), max_length=forms.MOST_TOPICS)
    audience = models.JSONField(_("应参加人员"), default=list)
    until = models.DateField(_("完成日期"))
    announced_at = models.DateTimeField(_("通知时间"), null=True, editable=False)
    closed_at = models.DateTimeField(_("完成时间"), null=True, editable=False)
    reason = models.TextField(_("撤销的理由"), blank=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = TrainingPlanQuerySet.as_manager()

    if TYPE_CHECKING:
        organiser_id: int
        sessions: Any

    class Meta:
        verbose_name = _("培训计划")
        verbose_name_plural = _("培训计划")
        indexes = [models.Index(fields=["organiser", "-id"], name="training_plan_organiser")]

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        if not self.audience or set(self.audience) - set(Audience.values):
            raise ValidationError({"audience": _("请选择应参加人员。")})

    def get_absolute_url(self) -> str:
        return reverse("desk:training_plan", args=[self.ref])

    # --- who ------------------------------------------------------------------------------------------------------

    def capacities(self, standing: Standing) -> set[str]:
        found = set()
        if standing.holds(*TRAINERS, Role.REGULATOR, Role.INSTITUTION_OFFICER, body_id=self.organiser_id):
            found.add("trainer")
        unit = self._unit
        if unit is not None and standing.holds(Role.INSTITUTION_OFFICER, body_id=unit):
            found.add("trainer")
        if standing.holds(Role.OPERATOR):
            found.add("operator")
        return found

    @property
    def _unit(self) -> int | None:
        """The institution of the committee that organises it."""
        if self.organiser.kind != Body.Kind.COMMITTEE:
            return None
        found: int | None = Committee.objects.filter(pk=self.organiser_id).values_list("institution", flat=True).first()
        return found

    def people(self, group: str) -> Iterable[Person]:
        """`invited`: whom a committee or a unit trains; of a department's plan the secretaries, who pass it on."""
        roles = [Role.SECRETARY] if self.organiser.kind == Body.Kind.AUTHORITY else self.audience
        seats = self.seats(law_day(timezone.now())).filter(appointment__role__in=roles)
        return Person.objects.filter(is_active=True, appointments__membership__in=seats).distinct().order_by("pk")

    def words(self) -> dict[str, Any]:
        until = self.until.isoformat()
        return super().words() | {"plan": self.title, "organiser": self.organiser.name, "until": until}

    def policy_at(self, at: datetime) -> Policy:
        return policy_for(region=self.region, at=at)

    def committees(self) -> "models.QuerySet[Committee]":
        """Whose people it is for."""
        standing = Committee.objects.filter(state__in=STANDING_STATES)
        match self.organiser.kind:
            case Body.Kind.COMMITTEE:
                return standing.filter(pk=self.organiser_id)
            case Body.Kind.INSTITUTION:
                return standing.filter(institution=self.organiser_id)
        return standing.filter(region__startswith=territory_prefix(self.region))

    def seats(self, day: date) -> Any:
        """The terms of that day in the committees it is for."""
        return Membership.objects.on(day).filter(committee__in=self.committees())

    def expected(self, day: date) -> "models.QuerySet[Person]":
        seats = self.seats(day).filter(appointment__role__in=self.audience)
        return Person.objects.filter(appointments__membership__in=seats).distinct()

    def attended(self) -> "models.QuerySet[Person]":
        return Person.objects.filter(pk__in=TrainingAttendance.objects.filter(session__plan=self).values("person"))

    # --- guards ---------------------------------------------------------------------------------------------------

    def something_held(self, act: Act) -> Iterator[Refusal]:
        if not self.sessions.exists():
            yield Refusal("nothing_held", _("还没有登记过一次培训"), {}, ARTICLE)

    # --- steps ----------------------------------------------------------------------------------------------------

    @step(
        source=PlanState.DRAFT,
        target=PlanState.ANNOUNCED,
        label=_("通知培训"),
        by=["trainer"],
        cite=ARTICLE,
        help=_("应参加的人员收到通知；主管部门的计划通知各委员会秘书。"),
    )
    def announce(self, act: Act) -> None:
        self.announced_at = act.at
        act.start(timing.PLAN, **timing.plan(self, self.policy_at(act.at)))

    @step(
        source=PlanState.ANNOUNCED,
        target=None,
        label=_("登记一次培训"),
        by=["trainer"],
        cite=ARTICLE,
        form=forms.HoldForm,
        help=_("参加人员的培训同时记入其任职的委员会，有效期自此起算。"),
    )
    def hold(
        self,
        act: Act,
        *,
        held_on: date,
        place: str,
        hours: Decimal,
        attendees: list[Person],
        valid_until: date | None,
        document: DocumentVersion | None,
    ) -> "TrainingSession":
        session = TrainingSession.objects.create(
            plan=self, held_on=held_on, place=place, hours=hours, valid_until=valid_until, certificate=document
        )
        TrainingAttendance.objects.bulk_create(
            TrainingAttendance(session=session, person=person) for person in attendees
        )
        act.record(attendees=len(attendees), digest=document.digest if document else "")
        seats = self.seats(law_day(act.at)).filter(appointment__person__in=attendees)
        pairs = seats.values_list("committee", "appointment__person").distinct()
        people = {person.pk: person for person in attendees}
        committees = Committee.objects.in_bulk({committee for committee, _person in pairs})
        for committee, person in sorted(pairs):
            terms = {"title": self.title, "held_on": held_on, "hours": hours, "valid_until": valid_until}
            act.then(committees[committee], "record_training", person=people[person], **terms)
        return session

    @step(
        source=PlanState.ANNOUNCED,
        target=PlanState.CLOSED,
        label=_("完成培训计划"),
        by=["trainer"],
        requires=[something_held],
        cite=ARTICLE,
    )
    def close(self, act: Act) -> None:
        day = law_day(act.at)
        self.closed_at = act.at
        act.record(expected=self.expected(day).count(), missing=self.expected(day).difference(self.attended()).count())
        act.settle(timing.PLAN)

    @step(
        source=[PlanState.DRAFT, PlanState.ANNOUNCED],
        target=PlanState.WITHDRAWN,
        label=_("撤销培训计划"),
        by=["trainer"],
        cite=ARTICLE,
        form=forms.WithdrawForm,
        danger=True,
    )
    def withdraw(self, act: Act, *, reason: str) -> None:
        """What was held stays held."""
        self.reason = reason
        act.say(reason=reason)
        act.cancel(timing.PLAN)


class TrainingSession(models.Model):
    """One time at which it was held. Hours in lessons."""

    plan = models.ForeignKey(TrainingPlan, models.PROTECT, related_name="sessions", verbose_name=_("培训计划"))
    held_on = models.DateField(_("培训日期"))
    place = models.CharField(_("地点或者方式"), max_length=200, validators=[plain_text])
    hours = models.DecimalField(_("学时"), max_digits=5, decimal_places=1)
    valid_until = models.DateField(_("有效期至"), null=True, blank=True)
    certificate = models.ForeignKey(
        DocumentVersion, models.PROTECT, null=True, related_name="+", verbose_name=_("证明材料")
    )

    class Meta:
        verbose_name = _("培训场次")
        verbose_name_plural = _("培训场次")
        ordering = ["-held_on", "-pk"]

    def __str__(self) -> str:
        return f"{self.plan} {self.held_on}"


class TrainingAttendance(models.Model):
    session = models.ForeignKey(TrainingSession, models.PROTECT, related_name="attendances")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("参训人"))

    class Meta:
        verbose_name = _("培训出席")
        verbose_name_plural = _("培训出席")
        constraints = [models.UniqueConstraint(fields=["session", "person"], name="training_attended_once")]

    def __str__(self) -> str:
        return str(self.person)


def organisers(standing: Standing) -> "models.QuerySet[Body]":
    """For which bodies this person may plan trainings."""
    own = standing.bodies(*TRAINERS, Role.REGULATOR, Role.INSTITUTION_OFFICER)
    units = standing.bodies(Role.INSTITUTION_OFFICER)
    mine = Q(pk__in=own) | Q(pk__in=Committee.objects.filter(institution__in=units).values("pk"))
    return Body.objects.filter(mine, is_active=True).order_by("name", "pk")


def plan_training(organiser: Body, *, by: Person, at: datetime | None = None, **terms: Any) -> TrainingPlan:
    """A draft of what a checked `TrainingPlanForm` says. Raises NotPermitted, InvalidInput for a past day."""
    moment = at or timezone.now()
    if wrong := forms.still_to_come(terms["until"], law_day(moment)):
        raise InvalidInput({name: [str(one) for one in told] for name, told in wrong.items()})
    return create(TrainingPlan(organiser=organiser, region=organiser.region, **terms), by=by, at=moment, **terms)
