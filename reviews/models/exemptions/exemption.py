"""Exemption 免除审查: research with data or samples that Human Measures 32 exempts, its ground on record."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _
from django_fsm import RETURN_VALUE

from committees.models import Committee, conflict_grounds
from ethicsreview.accounts.models import Person, Role
from ethicsreview.accounts.standing import Standing
from ethicsreview.lifecycle.act import Act
from ethicsreview.lifecycle.fields import StateField
from ethicsreview.lifecycle.models import Lifecycle, LifecycleQuerySet, NamedTo
from ethicsreview.lifecycle.refusals import Refusal
from ethicsreview.lifecycle.steps import CONSEQUENCE, step
from ethicsreview.policy import Policy, policy_for
from ethicsreview.policy.words import said
from reviews.models import both_sides
from reviews.models.exemptions import forms
from reviews.models.projects.assessment import RiskAssessment
from reviews.models.projects.interests import project_facts
from reviews.models.projects.parties import holders, on_committee, territory
from reviews.models.projects.project import COMMITTEE_ROLES, Project
from reviews.rules.conclusions import Conclusions

POSSIBLE = "exempt_possible"
# The only regimes beside which the exemption of Human Measures 32 stands. Where another applies, so do the Measures in
# what it leaves open (AI Measures 35), and they exempt nothing.
COMPATIBLE = frozenset({"general", "human"})


class State(models.TextChoices):
    PROPOSED = "proposed", _("待确认")
    GRANTED = "granted", _("已免除审查")
    REFUSED = "refused", _("不予免除")
    REVOKED = "revoked", _("已撤销")
    WITHDRAWN = "withdrawn", _("已撤回")


OPEN = frozenset({State.PROPOSED, State.GRANTED})


class ExemptionQuerySet(LifecycleQuerySet):
    def visible_to(self, standing: Standing) -> Self:
        if standing.is_system or standing.holds(Role.OPERATOR):
            return self
        if standing.person is None:
            return self.none()
        mine = Q(project__in=Project.objects.own(standing.person))
        mine |= Q(project__institution__in=standing.bodies(Role.INSTITUTION_OFFICER))
        mine |= Q(committee__in=standing.bodies(*COMMITTEE_ROLES))
        if standing.holds(Role.REGULATOR):
            mine |= ~Q(state="proposed") & territory(standing, "project__region")
        return self.filter(mine)

    def open(self) -> Self:
        return self.filter(state__in=OPEN)

    def granted(self, since: date | None = None, until: date | None = None) -> Self:
        """What samples are drawn from: the exemptions in force, granted on these days."""
        rows = self.filter(state="granted")
        rows = rows.filter(decided_at__date__gte=since) if since else rows
        return rows.filter(decided_at__date__lte=until) if until else rows


class Exemption(Lifecycle):
    """Proposed by the lead's answers, confirmed by the committee's secretary and its chair: two people."""

    State = State
    noun, collection, letter = "exemption", "exemptions", "E"
    called, named_to = "project__title", NamedTo.OWN
    creators = frozenset({"lead"})

    ref = models.CharField(_("编号"), max_length=20, unique=True, editable=False)
    state = StateField(_("状态"), choices=State.choices, default=State.PROPOSED)
    project = models.ForeignKey(Project, models.PROTECT, related_name="exemptions", verbose_name=_("科技活动"))
    assessment = models.ForeignKey(
        RiskAssessment, models.PROTECT, related_name="exemptions", verbose_name=_("风险评估")
    )
    committee = models.ForeignKey(Committee, models.PROTECT, related_name="exemptions", verbose_name=_("委员会"))
    # One of the heads of Human Measures 32, by its key in the questionnaire.
    proposed_ground = models.CharField(_("负责人提出的情形"), max_length=30, editable=False)
    ground = models.CharField(_("认定的情形"), max_length=30, blank=True, editable=False)
    ground_reason = models.TextField(_("认定的理由"), blank=True, editable=False)
    confirmations = models.JSONField(_("确认"), default=list, editable=False)
    # The conditions and grounds of the law as they stood, with their articles.
    grounds = models.JSONField(_("依据条款"), default=list, editable=False)
    reason = models.TextField(_("不予免除或者撤销的理由"), blank=True, editable=False)
    decided_at = models.DateTimeField(_("决定时间"), null=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = ExemptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("免除审查")
        verbose_name_plural = _("免除审查")
        constraints = [
            models.UniqueConstraint(fields=["project"], condition=Q(state__in=sorted(OPEN)), name="exemption_one_open"),
            models.CheckConstraint(condition=~Q(state="granted") | ~Q(ground=""), name="exemption_granted_with_ground"),
        ]
        indexes = [models.Index(fields=["committee", "state", "-id"], name="exemption_committee_state")]

    def __str__(self) -> str:
        return f"{self.ref} {self.project}"

    def get_absolute_url(self) -> str:
        return reverse("portal:exemption", args=[self.ref])

    # --- who ------------------------------------------------------------------------------------------------------

    def subject(self) -> Project:
        return self.project

    def capacities(self, standing: Standing) -> set[str]:
        """The project's own people act for the project alone, whatever else they are."""
        found = self.project.capacities(standing)
        if found & {"lead", "team"} or standing.person is None:
            return found - {"institution_officer"} if "lead" in found else found
        return found | on_committee(standing, self.committee_id)

    def conflicts(self, standing: Standing) -> Iterable[Refusal]:
        return conflict_grounds(standing.person, project_facts(self.project)) if standing.person else ()

    def people(self, group: str) -> Iterable[Person]:
        roles = {"secretaries": [Role.SECRETARY], "chairs": [Role.CHAIR]}.get(group)
        return holders(roles, self.committee, timezone.now()) if roles else self.project.people(group)

    def words(self) -> dict[str, Any]:
        return self.project.words() | {
            "project": self.project.ref,
            "ref": self.ref,
            "committee": self.committee.name,
            "ground": lazy(lambda: self.ground_text, str)(),
        }

    # --- what it rests on -----------------------------------------------------------------------------------------

    def heads(self) -> dict[str, str]:
        """The heads of Human Measures 32 in the reader's words, by key."""
        asked = self.assessment.questionnaire.question("exemption_head")
        return {option.key: said(option) for option in asked.options if option.key != "none"}

    @property
    def ground_text(self) -> str:
        return self.heads().get(self.ground or self.proposed_ground, "")

    def policy_at(self, at: Any) -> Policy:
        regimes = self.assessment.conclusions.regimes
        return policy_for(region=self.committee.region, regimes=regimes, at=at)

    # --- guards ---------------------------------------------------------------------------------------------------

    def still_possible(self, act: Act) -> Iterator[Refusal]:
        if self.assessment.state != RiskAssessment.State.COMPLETED:
            yield Refusal("assessment", _("风险评估已更新，请按最新评估重新提出"), cite="national:9")
        yield from bars(self.assessment.conclusions)

    def not_confirmed_by_same(self, act: Act) -> Iterator[Refusal]:
        yield from both_sides.not_by_same(self.confirmations, self.capacities(act.standing), act, "human:32")

    # --- steps ----------------------------------------------------------------------------------------------------

    @step(
        source=State.PROPOSED,
        target=RETURN_VALUE(State.PROPOSED, State.GRANTED),
        label=_("确认免除审查"),
        by=["secretary", "chair"],
        requires=[still_possible, not_confirmed_by_same],
        cite="human:32",
        form=forms.ConfirmForm,
        judges=True,
        help=_(
            "须由秘书和主任委员分别确认所属情形。《办法》没有免除审查的条款，免除仅适用于涉及人的生命科学和医学研究。"
        ),
    )
    def confirm(self, act: Act, *, ground: str, ground_reason: str) -> str:
        self.confirmations = both_sides.with_mine(self.confirmations, act, ground=ground)
        self.ground = ground
        if ground_reason:
            self.ground_reason = ground_reason
        act.record(ground=ground)
        if not both_sides.complete(self.confirmations):
            return State.PROPOSED
        self.decided_at, self.grounds = act.at, kept_grounds(self.policy_at(act.at))
        act.record(grounds=self.grounds, answers=self.assessment.answers)
        act.then(self.project, "exempt", exemption=self.ref, ground=ground)
        act.tell("exemption.granted", [*self.people("lead"), *self.people("officers"), *self.people("secretaries")])
        return State.GRANTED

    @step(
        source=State.PROPOSED,
        target=State.REFUSED,
        label=_("不予免除，应当审查"),
        by=["secretary", "chair"],
        cite="human:32",
        form=forms.ReasonForm,
        judges=True,
        help=_("不符合免除情形的，写明理由；项目负责人应当申请审查。"),
    )
    def refuse(self, act: Act, *, reason: str) -> None:
        self.reason, self.decided_at = reason, act.at
        act.say(reason=reason)

    @step(
        source=State.GRANTED,
        target=State.REVOKED,
        label=_("撤销免除"),
        by=["chair"],
        cite="human:32",
        form=forms.ReasonForm,
        judges=True,
        danger=True,
        help=_("情况变化或者所述不实，不再符合免除情形的，撤销免除；科技活动应当停止并申请审查。"),
    )
    def revoke(self, act: Act, *, reason: str) -> None:
        self.reason = reason
        act.then(self.project, "end_exemption", exemption=self.ref)
        act.say(reason=reason)

    @step(
        source=[State.PROPOSED, State.GRANTED],
        target=State.REVOKED,
        label=_("因重新评估失效"),
        by=[CONSEQUENCE],
        cite="human:32",
    )
    def lapse(self, act: Act) -> None:
        """The facts it rested on were answered anew; the newer assessment says what follows."""
        act.tell("exemption.lapsed", [*self.people("lead"), *self.people("secretaries")])

    @step(source=State.PROPOSED, target=State.WITHDRAWN, label=_("撤回"), by=["lead"], cite="human:32", danger=True)
    def withdraw(self, act: Act) -> None: ...


def bars(found: Conclusions) -> Iterator[Refusal]:
    """Why the answers do not allow an exemption: the head and conditions of Human Measures 32, and its field alone."""
    if found.project_outcome != POSSIBLE:
        yield Refusal("not_possible", _("风险评估的结论不是可以免除审查"), {}, "human:32")
    if others := set(found.regimes) - COMPATIBLE:
        yield Refusal(
            "other_regime",
            _("还适用没有免除条款的规定（%(regimes)s），不能免除审查"),
            {"regimes": "、".join(sorted(others))},
            "national:2",
        )


def kept_grounds(policy: Policy) -> list[dict[str, Any]]:
    entries = [policy.entry(key) for key in ("exemption.allowed", "exemption.conditions", "exemption.grounds")]
    return [
        {"key": one.key, "label": one.label, "value": one.value, "cite": one.cite, "sure": one.sure} for one in entries
    ]
