"""Sanction 处理: a measure against one respondent, from the proposal to its end (Sichuan 12, Measures 47 and 48)."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_fsm import RETURN_VALUE

from ethicsreview.accounts.models import Person, Restriction
from ethicsreview.accounts.standing import Standing
from ethicsreview.deadlines.calendar import end_of_day, last_day, law_day
from ethicsreview.deadlines.ladders import ladder
from ethicsreview.lifecycle.act import Act
from ethicsreview.lifecycle.fields import StateField
from ethicsreview.lifecycle.models import Lifecycle, LifecycleQuerySet, NamedTo
from ethicsreview.lifecycle.steps import CONSEQUENCE, step
from ethicsreview.policy import Policy
from reviews.models.complaints import timing
from reviews.models.complaints.kinds import measures
from reviews.models.investigations.investigation import Investigation
from reviews.models.investigations.respondent import Respondent, accused_self
from reviews.models.projects.project import Project
from reviews.models.sanctions import bans, forms, guards
from reviews.models.sanctions.kinds import (
    BAN,
    CORRECT,
    PENALTY,
    REDRESS,
    STANDING,
    STOP,
    TOLD,
    Reconsidered,
    SanctionState,
)


class SanctionQuerySet(LifecycleQuerySet):
    def visible_to(self, standing: Standing) -> Self:
        """Whoever sees the investigation; and its respondent, once told of it."""
        if standing.is_system:
            return self
        if standing.person is None:
            return self.none()
        seen = Q(respondent__investigation__in=Investigation.objects.visible_to(standing))
        return self.filter(seen | (accused_self(standing, "respondent__") & Q(state__in=TOLD)))

    def published(self) -> Self:
        return self.filter(published_at__isnull=False, state__in=[*STANDING, SanctionState.ENDED])


class Sanction(Lifecycle):
    noun, collection, letter = "sanction", "sanctions", "G"
    called, named_to = "respondent__name", NamedTo.NOBODY
    creators = frozenset[str]()
    State = SanctionState

    ref = models.CharField(_("编号"), max_length=20, unique=True, editable=False)
    state = StateField(_("状态"), choices=SanctionState.choices, default=SanctionState.PROPOSED)
    respondent = models.ForeignKey(Respondent, models.PROTECT, related_name="sanctions", verbose_name=_("被处理人"))
    measure = models.CharField(_("处理措施"), max_length=40)
    cite = models.CharField(_("条款"), max_length=60, editable=False)
    terms = models.TextField(_("具体内容和理由"))
    # Law days, both included.
    starts = models.DateField(_("开始日期"))
    ends = models.DateField(_("结束日期"), null=True, blank=True)
    proposed_by = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("提出人"))
    proposed_at = models.DateTimeField(_("提出时间"))
    heard_until = models.DateField(_("陈述申辩截止日期"), null=True, editable=False)
    statement = models.TextField(_("陈述申辩"), blank=True, editable=False)
    stated_at = models.DateTimeField(_("陈述申辩时间"), null=True, editable=False)
    number = models.CharField(_("决定文号"), max_length=120, blank=True, editable=False)
    reason = models.TextField(_("理由"), blank=True, editable=False)
    decided_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", verbose_name=_("决定人"))
    decided_at = models.DateTimeField(_("决定时间"), null=True, editable=False)
    served_on = models.DateField(_("送达日期"), null=True, editable=False)
    how = models.CharField(_("送达方式"), max_length=200, blank=True, editable=False)
    appeal_until = models.DateTimeField(_("申诉期限"), null=True, editable=False)
    grounds = models.TextField(_("申诉的理由"), blank=True, editable=False)
    appealed_at = models.DateTimeField(_("申诉时间"), null=True, editable=False)
    reconsidered = models.CharField(_("复核结论"), max_length=12, choices=Reconsidered.choices, blank=True)
    reconsidered_reason = models.TextField(_("复核的理由"), blank=True, editable=False)
    answer = models.TextField(_("改正情况"), blank=True, editable=False)
    outcome = models.TextField(_("执行情况"), blank=True, editable=False)
    restriction = models.OneToOneField(Restriction, models.PROTECT, null=True, editable=False, related_name="+")
    published_at = models.DateTimeField(_("公开时间"), null=True, editable=False)
    published_text = models.TextField(_("公开的内容"), blank=True, editable=False)

    objects = SanctionQuerySet.as_manager()

    if TYPE_CHECKING:
        respondent_id: int
        proposed_by_id: int
        decided_by_id: int | None

    class Meta:
        verbose_name = _("处理")
        verbose_name_plural = _("处理")
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["proposed", "notified", "stated", "dropped"])
                | (Q(decided_by__isnull=False) & ~Q(decided_by=models.F("proposed_by"))),
                name="sanction_by_two",
            )
        ]
        indexes = [models.Index(fields=["state", "ends"], name="sanction_ends")]

    def __str__(self) -> str:
        return f"{self.ref} {self.respondent.name}"

    def get_absolute_url(self) -> str:
        return reverse("portal:sanction", args=[self.ref])

    # --- who ------------------------------------------------------------------------------------------------------

    def subject(self) -> Investigation:
        return self.respondent.investigation

    def capacities(self, standing: Standing) -> set[str]:
        return self.respondent.capacities(standing)

    def people(self, group: str) -> Iterable[Person]:
        return self.respondent.people(group)

    def bodies(self) -> set[int]:
        return self.respondent.bodies()

    def words(self) -> dict[str, Any]:
        return self.respondent.words() | {
            "ref": self.ref,
            "measure": self.measure_name,
            "number": self.number,
            "until": self.ends.isoformat() if self.ends else "",
        }

    @property
    def measure_name(self) -> str:
        return measures(self.policy_at(self.proposed_at)).get(self.measure, (self.measure, ""))[0]

    def policy_at(self, at: datetime) -> Policy:
        return self.respondent.investigation.policy_at(at)

    @property
    def track(self) -> str:
        return str(self.respondent.investigation.track)

    # --- until it is decided --------------------------------------------------------------------------------------

    @step(
        source=SanctionState.PROPOSED,
        target=SanctionState.NOTIFIED,
        label=_("告知拟作的处理"),
        by=["handler"],
        cite=REDRESS,
        form=forms.NotifyForm,
    )
    def notify(self, act: Act, *, until: date) -> None:
        self.heard_until = until
        act.say(until=until.isoformat())
        if terms := self._hearing(_("对拟作的处理陈述申辩"), until, self.policy_at(act.at)):
            act.start(timing.OBJECT, **terms)

    def _hearing(self, label: Any, until: date, policy: Policy) -> dict[str, Any]:
        return timing.hearing(label, until, policy, self.respondent.person_id, self.respondent.body)

    @step(
        source=SanctionState.NOTIFIED,
        target=SanctionState.STATED,
        label=_("陈述申辩"),
        by=["respondent"],
        requires=[guards.hearing_open],
        cite=REDRESS,
        form=forms.StatementForm,
    )
    def state_case(self, act: Act, *, statement: str) -> None:
        self.statement, self.stated_at = statement, act.at
        act.settle(timing.OBJECT)

    @step(
        source=[SanctionState.PROPOSED, SanctionState.NOTIFIED, SanctionState.STATED, SanctionState.DECIDED],
        target=SanctionState.DROPPED,
        label=_("决定不予处理"),
        by=["handler"],
        requires=[guards.cannot_be_served],
        cite=PENALTY,
        form=forms.ReasonedForm,
    )
    def drop(self, act: Act, *, reason: str) -> None:
        self.reason = reason
        act.cancel(timing.OBJECT)

    @step(
        source=[SanctionState.NOTIFIED, SanctionState.STATED],
        target=SanctionState.DECIDED,
        label=_("作出处理决定"),
        by=["handler"],
        requires=[guards.heard, guards.another_decides],
        cite=PENALTY,
        form=forms.DecideForm,
        danger=True,
    )
    def decide(self, act: Act, *, number: str, reason: str) -> None:
        self.number, self.reason = number, reason
        self.decided_by, self.decided_at = act.actor, act.at
        act.cancel(timing.OBJECT)

    @step(
        source=SanctionState.DECIDED,
        target=SanctionState.SERVED,
        label=_("登记送达"),
        by=["handler"],
        cite=PENALTY,
        form=forms.ServeForm,
        help=_("自送达之日起计算申诉期限；开始日期已到的，立即执行。"),
    )
    def serve(self, act: Act, *, served_on: date, how: str) -> None:
        self.served_on, self.how = served_on, how
        self.starts = max(self.starts, served_on)
        policy = self.policy_at(act.at)
        self.appeal_until, cite = timing.appeal_until(self.track, policy, served_on)
        act.say(appeal_until=last_day(self.appeal_until).isoformat())
        if terms := self._hearing(_("对处理决定提出申诉"), last_day(self.appeal_until), policy):
            act.start(timing.APPEAL, **terms | {"citation": cite})
        if self.starts <= law_day(act.at):
            act.by_rule(self, "take_effect")

    # --- while it is in force -------------------------------------------------------------------------------------

    @step(
        source=SanctionState.SERVED,
        target=SanctionState.IN_FORCE,
        label=_("开始执行"),
        by=[CONSEQUENCE],
        cite=PENALTY,
    )
    def take_effect(self, act: Act) -> None:
        if self.measure == BAN:
            self.restriction = bans.impose(self)
        if self.measure == CORRECT and self.ends is not None:
            act.start(timing.RECTIFY, **self._rectification(self.policy_at(act.at)))
        if self.measure == STOP:
            for project in self._running():
                act.then(project, "suspend", ground=self.ref)

    def _rectification(self, policy: Policy) -> dict[str, Any]:
        assert self.ends is not None
        terms = self._hearing(_("改正"), self.ends, policy)
        if not terms:
            handler = self.respondent.investigation.handler
            terms = {"label": _("改正"), "body": handler.pk, "role": timing.office(handler)}
        return terms | {
            "due_at": end_of_day(self.ends),
            "citation": self.cite,
            "ladder": ladder(policy, "reminders.complaint"),
            "lapses": False,
        }

    def _running(self) -> Iterable[Project]:
        """The approved activity that the complaint names, of whoever is to stop it."""
        complaint = self.respondent.investigation.complaint
        if complaint is None or not complaint.case_ref:
            return []
        named = Q(ref=complaint.case_ref) | Q(reviews__ref=complaint.case_ref)
        running = Project.objects.filter(named, state=Project.State.APPROVED)
        institution = self.respondent.institution
        own = Q(lead=self.respondent.person_id) if self.respondent.person_id else Q(institution=institution)
        return running.filter(own).distinct()

    @step(
        source=SanctionState.IN_FORCE,
        target=None,
        label=_("报告改正情况"),
        by=["respondent"],
        requires=[guards.is_correction],
        cite=PENALTY,
        form=forms.AnswerForm,
    )
    def report_corrected(self, act: Act, *, answer: str) -> None:
        self.answer = answer

    @step(
        source=SanctionState.IN_FORCE,
        target=SanctionState.ENDED,
        label=_("确认执行完毕"),
        by=["handler"],
        requires=[guards.ends_by_hand],
        cite=PENALTY,
        form=forms.CompleteForm,
    )
    def complete(self, act: Act, *, note: str) -> None:
        self.outcome = note
        act.settle(timing.RECTIFY)

    @step(
        source=SanctionState.IN_FORCE,
        target=SanctionState.ENDED,
        label=_("期满终止"),
        by=[CONSEQUENCE],
        cite=PENALTY,
    )
    def run_out(self, act: Act) -> None:
        """By its day alone: the restriction has ended with it already."""

    @step(
        source=[*STANDING, SanctionState.ENDED],
        target=None,
        label=_("对处理决定提出申诉"),
        by=["respondent"],
        requires=[guards.in_time],
        cite=REDRESS,
        form=forms.ObjectForm,
        help=_("申诉期间不停止执行。"),
    )
    def appeal(self, act: Act, *, grounds: str) -> None:
        """Within its time, whether or not it has been carried out meanwhile."""
        self.grounds, self.appealed_at = grounds, act.at
        act.settle(timing.APPEAL)
        handler = self.respondent.investigation.handler
        act.start(timing.RECONSIDER, **timing.reconsideration(handler, self.policy_at(act.at)))

    @step(
        source=[*STANDING, SanctionState.ENDED],
        target=RETURN_VALUE(*STANDING, SanctionState.ENDED, SanctionState.REVOKED),
        label=_("复核处理决定"),
        by=["handler"],
        requires=[guards.appeal_waits, guards.another_reconsiders],
        cite=REDRESS,
        form=forms.ReconsiderForm,
    )
    def reconsider(self, act: Act, *, result: str, ends: date | None, reason: str) -> str:
        self.reconsidered, self.reconsidered_reason = result, reason
        act.settle(timing.RECONSIDER)
        act.say(result=str(Reconsidered(result).label), reason=reason)
        if result == Reconsidered.SHORTENED:
            self.ends = ends
            bans.shorten(self)
        if result != Reconsidered.REVOKED:
            return str(self.state)
        bans.lift(self, law_day(act.at))
        self.published_at = None
        act.cancel(timing.RECTIFY, timing.APPEAL)
        return SanctionState.REVOKED

    @step(
        source=[*STANDING, SanctionState.ENDED],
        target=None,
        label=_("公开处理决定"),
        by=["handler"],
        requires=[guards.may_be_published],
        cite=REDRESS,
        form=forms.PublishForm,
    )
    def publish(self, act: Act, *, text: str) -> None:
        self.published_at, self.published_text = act.at, text

    @step(
        source=[*STANDING, SanctionState.ENDED],
        target=None,
        label=_("撤下公开的决定"),
        by=["handler"],
        requires=[guards.is_published],
        cite=REDRESS,
        form=forms.ReasonedForm,
    )
    def withdraw_publication(self, act: Act, *, reason: str) -> None:
        self.published_at = None

    timely = {
        "take_effect": lambda at: Sanction.objects.filter(state=SanctionState.SERVED, starts__lte=law_day(at)),
        "run_out": lambda at: Sanction.objects.filter(state=SanctionState.IN_FORCE, measure=BAN, ends__lt=law_day(at)),
    }
