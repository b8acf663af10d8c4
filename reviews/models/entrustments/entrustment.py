"""Entrustment 委托审查: in writing, a unit or a person without one has its activities reviewed by another."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from committees.kinds import Regime
from committees.models import Committee
from ethicsreview.accounts.models import Institution, Person, Role
from ethicsreview.accounts.standing import Standing
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.documents.models import DocumentVersion
from ethicsreview.lifecycle.act import Act
from ethicsreview.lifecycle.fields import StateField
from ethicsreview.lifecycle.models import Lifecycle, LifecycleQuerySet
from ethicsreview.lifecycle.steps import CONSEQUENCE, step
from ethicsreview.policy import Policy, policy_for
from reviews.models.entrustments import forms, guards, timing
from reviews.models.projects.parties import holders, over_territory, territory
from reviews.models.projects.project import Project


class State(models.TextChoices):
    DRAFT = "draft", pgettext_lazy("state", "填写中")
    PROPOSED = "proposed", pgettext_lazy("state", "待受托方接受")
    IN_FORCE = "in_force", pgettext_lazy("state", "已接受")
    DECLINED = "declined", pgettext_lazy("state", "未获接受")
    WITHDRAWN = "withdrawn", pgettext_lazy("state", "已撤回")
    ENDED = "ended", pgettext_lazy("state", "已终止")


class Case(models.TextChoices):
    """Measures 13: when a review is entrusted."""

    NOT_COMPETENT = "not_competent", _("本单位的委员会不能胜任")
    NO_COMMITTEE = "no_committee", _("本单位未设立委员会")
    NO_UNIT = "no_unit", _("无单位人员")


class Scope(models.TextChoices):
    GENERAL = "general", _("所列领域的全部科技活动")
    PROJECT = "project", _("一项科技活动")


class Grade(models.IntegerChoices):
    """Of a medical institution: what “equal or higher” is measured by (Human Measures 14)."""

    FIRST = 1, _("一级")
    SECOND = 2, _("二级")
    THIRD = 3, _("三级")


class EntrustmentQuerySet(LifecycleQuerySet):
    def visible_to(self, standing: Standing) -> Self:
        """Both sides, and who supervises the place of either; a draft, the entrusting side alone."""
        if standing.is_system or standing.holds(Role.OPERATOR):
            return self
        if standing.person is None:
            return self.none()
        officers = standing.bodies(Role.INSTITUTION_OFFICER)
        own = Q(institution__in=officers) | Q(institution__type=Institution.Type.INDIVIDUAL) & Q(
            institution__in=standing.bodies(Role.RESEARCHER)
        )
        other = Q(trustee__institution__in=officers) | Q(trustee__in=standing.bodies(Role.CHAIR, Role.SECRETARY))
        other |= Q(project__lead=standing.person)
        if standing.holds(Role.REGULATOR):
            other |= territory(standing, "institution__region") | territory(standing, "trustee__region")
        return self.filter(own | other & ~Q(state=State.DRAFT))

    def in_force(self, at: datetime) -> Self:
        """By its own dates: no clock has to change a state first."""
        day = law_day(at)
        return self.filter(Q(ends__isnull=True) | Q(ends__gte=day), state=State.IN_FORCE, starts__lte=day)


class Entrustment(Lifecycle):
    State = State
    Case = Case
    Scope = Scope
    noun, collection, letter = "entrustment", "entrustments", "W"
    creators = frozenset({"truster"})

    ref = models.CharField(_("编号"), max_length=20, unique=True, editable=False)
    state = StateField(_("状态"), choices=State.choices, default=State.DRAFT)
    institution = models.ForeignKey(Institution, models.PROTECT, related_name="entrustments", verbose_name=_("委托方"))
    trustee = models.ForeignKey(Committee, models.PROTECT, related_name="entrustments", verbose_name=_("受托委员会"))
    case = models.CharField(_("委托的情形"), max_length=14, choices=Case.choices, blank=True, editable=False)
    scope = models.CharField(_("委托的范围"), max_length=8, choices=Scope.choices, blank=True, editable=False)
    project = models.ForeignKey(
        Project, models.PROTECT, null=True, editable=False, related_name="entrustments", verbose_name=_("科技活动")
    )
    regimes = models.JSONField(_("委托的领域"), default=list, editable=False)
    arrangements = models.TextField(_("约定"), blank=True, editable=False)
    # In writing (Measures 13): handed in beside the steps while it is written; the step names its digest.
    document = models.ForeignKey(DocumentVersion, models.PROTECT, null=True, editable=False, related_name="+")
    truster_grade = models.PositiveSmallIntegerField(_("委托方等级"), choices=Grade.choices, null=True, editable=False)
    trustee_grade = models.PositiveSmallIntegerField(_("受托方等级"), choices=Grade.choices, null=True, editable=False)
    starts = models.DateField(_("自"), null=True, editable=False)
    ends = models.DateField(_("至"), null=True, editable=False)
    reason = models.TextField(_("理由"), blank=True, editable=False)
    proposed_at = models.DateTimeField(_("提出时间"), null=True, editable=False)
    answered_at = models.DateTimeField(_("答复时间"), null=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = EntrustmentQuerySet.as_manager()

    if TYPE_CHECKING:
        institution_id: int

    class Meta:
        verbose_name = _("委托审查")
        verbose_name_plural = _("委托审查")
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="in_force") | Q(document__isnull=False, starts__isnull=False),
                name="entrustment_in_writing",
            ),
            models.CheckConstraint(
                condition=~Q(scope="project") | Q(project__isnull=False), name="entrustment_project_named"
            ),
        ]
        indexes = [
            models.Index(fields=["institution", "state", "-id"], name="entrustment_institution"),
            models.Index(fields=["trustee", "state", "-id"], name="entrustment_trustee"),
        ]

    def __str__(self) -> str:
        return f"{self.ref} {self.institution}"

    def get_absolute_url(self) -> str:
        return reverse("portal:entrustment", args=[self.ref])

    # --- who ------------------------------------------------------------------------------------------------------

    def capacities(self, standing: Standing) -> set[str]:
        found: set[str] = set()
        if standing.person is None:
            return found
        if trusts(standing, self.institution):
            found.add("truster")
        if self.state != State.DRAFT and self._answers(standing):
            found.add("trustee")
        if over_territory(standing, self.institution.region):
            found.add("regulator")
        return found

    def _answers(self, standing: Standing) -> bool:
        """For a committee its institution's officers; a centre has none, and its chair answers."""
        if self.trustee.institution_id is not None:
            return standing.holds(Role.INSTITUTION_OFFICER, body_id=self.trustee.institution_id)
        return standing.holds(Role.CHAIR, body_id=self.trustee_id)

    def people(self, group: str) -> Iterable[Person]:
        now = timezone.now()
        if group == "truster":
            alone = self.institution.type == Institution.Type.INDIVIDUAL
            role = Role.RESEARCHER if alone else Role.INSTITUTION_OFFICER
            return holders([role], self.institution, now)
        if group == "trustee":
            owner = self.trustee.institution
            return (
                holders([Role.INSTITUTION_OFFICER], owner, now) if owner else holders([Role.CHAIR], self.trustee, now)
            )
        if group == "secretaries":
            return holders([Role.SECRETARY], self.trustee, now)
        if group == "leads":
            return [self.project.lead] if self.project else []
        raise KeyError(group)

    def words(self) -> dict[str, Any]:
        return {
            "ref": self.ref,
            "institution": self.institution.name,
            "committee": self.trustee.name,
            "starts": self.starts.isoformat() if self.starts else "",
            "ends": self.ends.isoformat() if self.ends else _("未定终止日"),
        }

    # --- what it covers -------------------------------------------------------------------------------------------

    def policy_at(self, at: datetime) -> Policy:
        return policy_for(region=self.institution.region, regimes=self.regimes, at=at)

    def lapsed(self, at: datetime) -> bool:
        return self.state == State.IN_FORCE and self.ends is not None and self.ends < law_day(at)

    def covers(self, regimes: Iterable[str]) -> bool:
        return set(regimes) <= set(self.regimes) and self.trustee.is_competent_for(regimes)

    @property
    def regime_names(self) -> list[str]:
        return [str(Regime(one).label) for one in self.regimes if one in Regime.values]

    # --- steps ----------------------------------------------------------------------------------------------------

    @step(
        source=State.DRAFT,
        target=State.PROPOSED,
        label=_("提出委托"),
        by=["truster"],
        requires=[guards.in_writing, guards.another_house, guards.trustee_lawful, guards.trustee_registered],
        cite="national:13",
        form=forms.ProposeForm,
        help=_("以书面形式委托满足要求的委员会。受托方接受后生效；受托委员会负责审查和此后的跟踪审查。"),
    )
    def propose(self, act: Act, **agreed: Any) -> None:
        for name in forms.AGREED:
            setattr(self, name, agreed[name])
        self.truster_grade = agreed.get("truster_grade")
        self.proposed_at = act.at
        assert self.document is not None
        act.record(document=self.document.document.ref, digest=self.document.digest)
        act.start(timing.REPLY, **timing.reply(self, self.policy_at(act.at)))

    @step(
        source=State.PROPOSED,
        target=State.IN_FORCE,
        label=_("接受委托"),
        by=["trustee"],
        requires=[guards.trustee_lawful, guards.trustee_registered, guards.fields_held],
        cite="national:13",
        form=forms.AcceptForm,
        help=_(
            "接受后，委托方在约定的领域和期限内可以向本委员会申请审查；协议期满前开始的审查，由本委员会办结并跟踪。"
        ),
    )
    def accept(self, act: Act, *, trustee_grade: int | None = None, **_checked: Any) -> None:
        self.trustee_grade, self.answered_at = trustee_grade, act.at
        act.meet(timing.REPLY)
        if self.ends is not None:
            act.start(timing.EXPIRY, **timing.expiry(self, self.policy_at(act.at)))

    @step(
        source=State.PROPOSED,
        target=State.DECLINED,
        label=_("不接受委托"),
        by=["trustee"],
        cite="national:13",
        form=forms.ReasonForm,
        danger=True,
    )
    def decline(self, act: Act, *, reason: str) -> None:
        self.reason, self.answered_at = reason, act.at
        act.meet(timing.REPLY)
        act.say(reason=reason)

    @step(
        source=[State.DRAFT, State.PROPOSED],
        target=State.WITHDRAWN,
        label=_("撤回委托"),
        by=["truster"],
        cite="national:13",
        danger=True,
    )
    def withdraw(self, act: Act) -> None:
        act.cancel(timing.REPLY)

    @step(
        source=State.IN_FORCE,
        target=State.ENDED,
        label=_("终止委托"),
        by=["truster", "trustee"],
        cite="national:13",
        form=forms.ReasonForm,
        danger=True,
        help=_("终止后不再受理新的申请；此前开始的审查由受托委员会办结，并继续跟踪审查。"),
    )
    def end(self, act: Act, *, reason: str) -> None:
        self.reason = reason
        act.cancel(timing.EXPIRY)
        act.say(reason=reason)

    @step(source=State.IN_FORCE, target=None, label=_("续签委托"), by=["truster"], cite="national:13")
    def renew(self, act: Act) -> None:
        """A new agreement begins as a draft with what stands here; the old one holds until its last day."""
        follower = Entrustment(institution=self.institution, trustee=self.trustee)
        act.create(follower)
        act.then(follower, "follow", earlier=self)

    @step(source=State.DRAFT, target=None, label=_("承接原委托"), by=[CONSEQUENCE], cite="national:13")
    def follow(self, act: Act, *, earlier: "Entrustment") -> None:
        for name in ("case", "scope", "project", "regimes", "arrangements"):
            setattr(self, name, getattr(earlier, name))
        act.record(follows=earlier.ref)


def trusts(standing: Standing, institution: Institution) -> bool:
    """Who speaks for the entrusting side: the unit's officers; a person without a unit for themselves."""
    if standing.holds(Role.INSTITUTION_OFFICER, body_id=institution.pk):
        return True
    alone = institution.type == Institution.Type.INDIVIDUAL
    return alone and standing.holds(Role.RESEARCHER, body_id=institution.pk)


def entrusted_by(project: Project, regimes: Iterable[str], at: datetime) -> list[Entrustment]:
    """The agreements under which the project may be reviewed now, in a fixed order. One query."""
    scope = Q(scope=Scope.GENERAL) | Q(scope=Scope.PROJECT, project=project)
    rows = Entrustment.objects.in_force(at).filter(scope, institution=project.institution_id)
    found = rows.select_related("trustee").order_by("pk")
    regimes = set(regimes)
    return [one for one in found if one.trustee.state == "active" and one.covers(regimes)]
