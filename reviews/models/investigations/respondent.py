"""Respondent 被调查人: one who is accused in an investigation, what is found of them, and that they were heard before.

They see this, from the notice on, and nothing else of the investigation.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_fsm import RETURN_VALUE

from ethicsreview.accounts.models import Body, Institution, Person, Role
from ethicsreview.accounts.standing import Standing
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.documents.models import KeptModel
from ethicsreview.lifecycle.act import Act
from ethicsreview.lifecycle.fields import StateField
from ethicsreview.lifecycle.models import Lifecycle, LifecycleQuerySet
from ethicsreview.lifecycle.refusals import Refusal
from ethicsreview.lifecycle.steps import step
from ethicsreview.policy import policy_for
from ethicsreview.policy.days import LAW_ZONE
from reviews.models.complaints import timing
from reviews.models.complaints.complaint import FIRST
from reviews.models.complaints.kinds import measures, offence_cite
from reviews.models.investigations import forms
from reviews.models.investigations.investigation import OPEN, OVER, Investigation
from reviews.models.investigations.kinds import TOLD, RespondentState

ANSWERING = (Role.INSTITUTION_OFFICER, Role.SECRETARY, Role.CHAIR, Role.REGULATOR)
UNSETTLED = (RespondentState.NAMED, RespondentState.NOTIFIED, RespondentState.STATED)


class RespondentQuerySet(LifecycleQuerySet):
    def visible_to(self, standing: Standing) -> Self:
        """Whoever sees the investigation; and, once told, the accused: of a body those who answer for it."""
        if standing.is_system:
            return self
        if standing.person is None:
            return self.none()
        told = Q(state__in=TOLD) | Q(state=RespondentState.CLEARED, notified_at__isnull=False)
        return self.filter(
            Q(investigation__in=Investigation.objects.visible_to(standing)) | (accused_self(standing) & told)
        )


def accused_self(standing: Standing, by: str = "") -> Q:
    return Q(**{f"{by}person": standing.person}) | Q(**{f"{by}body__in": standing.bodies(*ANSWERING)})


class Respondent(Lifecycle):
    noun, collection, letter = "respondent", "respondents", "Z"
    creators = frozenset[str]()
    State = RespondentState

    ref = models.CharField(_("编号"), max_length=20, unique=True, editable=False)
    state = StateField(_("状态"), choices=RespondentState.choices, default=RespondentState.NAMED)
    investigation = models.ForeignKey(Investigation, models.PROTECT, related_name="respondents", verbose_name=_("调查"))
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", verbose_name=_("人员"))
    body = models.ForeignKey(Body, models.PROTECT, null=True, related_name="+", verbose_name=_("单位或者委员会"))
    name = models.CharField(_("姓名或者名称"), max_length=200)
    notified_at = models.DateTimeField(_("告知时间"), null=True, editable=False)
    heard_until = models.DateField(_("陈述申辩截止日期"), null=True, editable=False)
    statement = models.TextField(_("陈述申辩"), blank=True, editable=False)
    stated_at = models.DateTimeField(_("陈述申辩时间"), null=True, editable=False)
    weighed = models.TextField(_("对陈述申辩的采纳情况和认定的理由"), blank=True, editable=False)
    settled_at = models.DateTimeField(_("认定时间"), null=True, editable=False)

    objects = RespondentQuerySet.as_manager()

    if TYPE_CHECKING:
        person_id: int | None
        body_id: int | None
        investigation_id: int
        findings: Any
        sanctions: Any

    class Meta:
        verbose_name = _("被调查人")
        verbose_name_plural = _("被调查人")
        constraints = [
            models.CheckConstraint(condition=Q(person__isnull=True) | Q(body__isnull=True), name="respondent_is_one"),
            models.UniqueConstraint(
                fields=["investigation", "person"], condition=Q(person__isnull=False), name="respondent_person_once"
            ),
            models.UniqueConstraint(
                fields=["investigation", "body"], condition=Q(body__isnull=False), name="respondent_body_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("portal:respondent", args=[self.ref])

    @property
    def institution(self) -> Institution | None:
        """The body, where it is a unit."""
        return getattr(self.body, "as_institution", None) if self.body else None

    # --- who ------------------------------------------------------------------------------------------------------

    def subject(self) -> Investigation:
        return self.investigation

    def capacities(self, standing: Standing) -> set[str]:
        found = self.investigation.capacities(standing)
        if standing.person is not None and (
            self.person_id == standing.person.pk or standing.holds(*ANSWERING, body_id=self.body_id or 0)
        ):
            found.add("respondent")
        return found

    def people(self, group: str) -> Iterable[Person]:
        if group != "respondents":
            return self.investigation.people(group)
        if self.person is not None:
            return [self.person]
        return (
            Person.objects.filter(
                is_active=True, appointments__body=self.body_id, appointments__role__in=ANSWERING
            ).distinct()
            if self.body_id
            else []
        )

    def bodies(self) -> set[int]:
        """A robot of the accused body hears nothing: its people are told one by one."""
        return self.investigation.bodies()

    def words(self) -> dict[str, Any]:
        until = self.heard_until.isoformat() if self.heard_until else ""
        return self.investigation.words() | {"ref": self.ref, "name": self.name, "until": until}

    def heard_until_at_least(self, at: datetime) -> date:
        """So many days from the notice as the setting gives them; the day of the notice is not counted."""
        days: int = self.investigation.policy_at(at).value("complaint.hearing_days")
        return law_day(at) + timedelta(days=days)

    def was_heard(self, at: datetime) -> bool:
        """They have stated their case, or let their day pass. Whoever has no account was told outside."""
        return self.stated_at is not None or (self.heard_until is not None and self.heard_until < law_day(at))

    # --- guards ---------------------------------------------------------------------------------------------------

    def investigation_open(self, act: Act) -> Iterator[Refusal]:
        if self.investigation.state != OPEN:
            yield Refusal("over", _("调查已经结案"), {}, FIRST)

    def investigation_over(self, act: Act) -> Iterator[Refusal]:
        if self.investigation.state not in OVER:
            yield Refusal("open", _("调查尚未结案"), {}, FIRST)

    def something_found(self, act: Act) -> Iterator[Refusal]:
        if not self.findings.exists():
            yield Refusal("no_finding", _("还没有登记任何认定"), {}, FIRST)

    def something_established(self, act: Act) -> Iterator[Refusal]:
        if not self.findings.filter(established=True).exists():
            yield Refusal("nothing_adverse", _("没有对其不利的认定，无需告知"), {}, FIRST)

    def heard(self, act: Act) -> Iterator[Refusal]:
        """Nobody is found against unheard."""
        if self.findings.filter(established=True).exists() and not self.was_heard(act.at):
            if self.heard_until is None:
                yield Refusal("not_notified", _("尚未告知认定的事实、理由和依据"), {}, FIRST)
            else:
                words = _("陈述申辩的期限到%(day)s届满")
                yield Refusal("hearing", words, {"day": self.heard_until}, FIRST)

    def hearing_open(self, act: Act) -> Iterator[Refusal]:
        if self.heard_until is not None and self.heard_until < law_day(act.at):
            words = _("陈述申辩的期限已于%(day)s届满")
            yield Refusal("hearing_over", words, {"day": self.heard_until}, FIRST)

    # --- steps ----------------------------------------------------------------------------------------------------

    @step(
        source=UNSETTLED,
        target=RespondentState.NAMED,
        label=_("登记认定"),
        by=["investigator"],
        requires=[investigation_open],
        cite=FIRST,
        form=forms.FindForm,
        help=_("告知以后再增加的，应当重新告知。"),
    )
    def find(self, act: Act, *, offence: str, occurred_on: date, result: str, account: str) -> None:
        # Violations are handled under what was in force on their day: Order 19, from 2026-03-20 Order 24.
        noon = datetime.combine(occurred_on, time(12), tzinfo=LAW_ZONE)
        then = policy_for(region=self.investigation.region, at=noon)
        Finding.objects.create(
            respondent=self,
            offence=offence,
            occurred_on=occurred_on,
            established=result == "established",
            account=account,
            cite=offence_cite(offence, self.investigation.policy_at(act.at)),
            basis=then.value("sanction.basis", default=""),
            at=act.at,
        )
        self.heard_until = self.stated_at = None
        act.cancel(timing.STATE)

    @step(
        source=RespondentState.NAMED,
        target=RespondentState.NOTIFIED,
        label=_("告知并听取陈述申辩"),
        by=["investigator"],
        requires=[investigation_open, something_established],
        cite=FIRST,
        form=forms.NotifyForm,
        help=_("被调查人自此看到对自己的认定和依据，可以陈述申辩。"),
    )
    def notify(self, act: Act, *, until: date) -> None:
        self.notified_at, self.heard_until, self.statement, self.stated_at = act.at, until, "", None
        act.say(until=until.isoformat())
        policy = self.investigation.policy_at(act.at)
        if terms := timing.hearing(_("陈述申辩"), until, policy, self.person_id, self.body):
            act.start(timing.STATE, **terms)

    @step(
        source=RespondentState.NOTIFIED,
        target=RespondentState.STATED,
        label=_("陈述申辩"),
        by=["respondent"],
        requires=[hearing_open],
        cite=FIRST,
        form=forms.StatementForm,
    )
    def state_case(self, act: Act, *, statement: str) -> None:
        self.statement, self.stated_at = statement, act.at
        act.settle(timing.STATE)

    @step(
        source=UNSETTLED,
        target=RETURN_VALUE(RespondentState.ESTABLISHED, RespondentState.CLEARED),
        label=_("作出认定"),
        by=["investigator"],
        requires=[investigation_open, something_found, heard],
        cite=FIRST,
        form=forms.SettleForm,
        help=_("有一项属实即为违规属实；对其不利的，应当先告知并听取陈述申辩。"),
    )
    def settle(self, act: Act, *, weighed: str) -> str:
        self.weighed, self.settled_at = weighed, act.at
        act.cancel(timing.STATE)
        adverse = self.findings.filter(established=True).exists()
        return RespondentState.ESTABLISHED if adverse else RespondentState.CLEARED

    @step(
        source=RespondentState.ESTABLISHED,
        target=None,
        label=_("拟作处理"),
        by=["handler"],
        requires=[investigation_over],
        cite="national:47",
        form=forms.ProposeForm,
    )
    def propose(self, act: Act, *, measure: str, content: str, starts: date | None, ends: date | None) -> None:
        from reviews.models.sanctions.sanction import Sanction

        cite = measures(self.investigation.policy_at(act.at))[measure][1]
        made = Sanction(
            respondent=self,
            measure=measure,
            cite=cite,
            terms=content,
            starts=starts or law_day(act.at),
            ends=ends,
            proposed_by=act.actor,
            proposed_at=act.at,
        )
        act.create(made)


class Finding(KeptModel):
    """One allegation, as it was found; a later one on the same offence stands beside it."""

    respondent = models.ForeignKey(Respondent, models.PROTECT, related_name="findings")
    offence = models.CharField(_("违规行为"), max_length=60)
    occurred_on = models.DateField(_("行为发生（终了）日期"))
    established = models.BooleanField(_("属实"))
    account = models.TextField(_("事实和证据"))
    cite = models.CharField(_("条款"), max_length=60)
    # The document under which violations of that day are handled: Order 19, from 2026-03-20 Order 24.
    basis = models.CharField(_("处理依据"), max_length=60, blank=True)
    at = models.DateTimeField(_("认定时间"))

    class Meta:
        verbose_name = _("认定")
        verbose_name_plural = _("认定")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.offence
