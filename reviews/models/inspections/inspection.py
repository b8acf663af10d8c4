"""Inspection 现场检查: from its plan to its conclusion, with what was found item by item (Sichuan 16, Shandong 11)."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from committees.models import Committee
from ethicsreview.accounts.models import Authority, Institution, Person, Role
from ethicsreview.accounts.standing import Standing
from ethicsreview.accounts.validators import plain_text, region_code
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.documents.models import DocumentVersion
from ethicsreview.lifecycle.act import Act
from ethicsreview.lifecycle.fields import StateField
from ethicsreview.lifecycle.models import Lifecycle, LifecycleQuerySet, NamedTo
from ethicsreview.lifecycle.refusals import Refusal
from ethicsreview.lifecycle.steps import Step, step
from ethicsreview.policy import Policy, policy_for
from reviews.models.inspections import checklist, forms, guards, timing
from reviews.models.inspections.bars import against_inspecting
from reviews.models.inspections.kinds import BEGUN, LOOKING, UPCOMING, Conformity, InspectionState, Occasion
from reviews.models.inspections.rows import InspectionFinding, InspectionPaper, Inspector
from reviews.models.inspections.sight import ANSWERING, inspected, people_of, supervising
from reviews.models.projects.parties import on_committee

ARTICLE = "sichuan:16"
S = InspectionState


class InspectionQuerySet(LifecycleQuerySet):
    def visible_to(self, standing: Standing) -> Self:
        if standing.is_system or standing.holds(Role.OPERATOR):
            return self
        if standing.person is None:
            return self.none()
        named = Inspector.objects.filter(person=standing.person).values("inspection")
        return self.filter(supervising(standing) | inspected(standing) | Q(pk__in=named))


class Inspection(Lifecycle):
    noun, collection, letter = "inspection", "inspections", "L"
    called, named_to = "title", NamedTo.NOBODY
    creators = frozenset({"inspecting"})
    State = InspectionState

    ref = models.CharField(_("编号"), max_length=20, unique=True, editable=False)
    state = StateField(_("状态"), choices=InspectionState.choices, default=S.PLANNED)
    title = models.CharField(_("检查名称"), max_length=200, validators=[plain_text])
    authority = models.ForeignKey(Authority, models.PROTECT, related_name="+", verbose_name=_("组织检查的部门"))
    institution = models.ForeignKey(Institution, models.PROTECT, related_name="+", verbose_name=_("被检查单位"))
    committee = models.ForeignKey(
        Committee, models.PROTECT, null=True, related_name="+", verbose_name=_("被检查委员会")
    )
    region = models.CharField(_("地区"), max_length=6, validators=[region_code])
    ground = models.CharField(_("检查依据"), max_length=40)
    ground_cite = models.CharField(_("条款"), max_length=60)
    occasion = models.CharField(_("检查起因"), max_length=12, choices=Occasion.choices)
    occasion_ref = models.CharField(_("来源编号"), max_length=20, blank=True, validators=[plain_text])
    themes = models.JSONField(_("检查内容"), default=list)
    scope = models.TextField(_("检查范围和重点"))
    starts_on = models.DateField(_("计划开始日期"))
    ends_on = models.DateField(_("计划结束日期"))
    notice = models.TextField(_("通知内容"), blank=True, editable=False)
    announced_at = models.DateTimeField(_("通知时间"), null=True, editable=False)
    unannounced = models.TextField(_("不预先通知的理由"), blank=True, editable=False)
    begun_at = models.DateTimeField(_("开始时间"), null=True, editable=False)
    summary = models.TextField(_("检查情况综述"), blank=True, editable=False)
    sent_at = models.DateTimeField(_("征求意见时间"), null=True, editable=False)
    comment = models.TextField(_("对检查情况的意见"), blank=True, editable=False)
    commented_by = models.ForeignKey(Person, models.PROTECT, null=True, editable=False, related_name="+")
    commented_at = models.DateTimeField(_("提出意见时间"), null=True, editable=False)
    report = models.TextField(_("检查报告"), blank=True, editable=False)
    response = models.TextField(_("对被检查单位意见的采纳情况"), blank=True, editable=False)
    reported_at = models.DateTimeField(_("出具报告时间"), null=True, editable=False)
    conclusion = models.TextField(_("检查结论"), blank=True, editable=False)
    closed_at = models.DateTimeField(_("办结时间"), null=True, editable=False)
    reason = models.TextField(_("取消的理由"), blank=True, editable=False)
    planned_at = models.DateTimeField(_("计划时间"), default=timezone.now, editable=False)

    objects = InspectionQuerySet.as_manager()

    if TYPE_CHECKING:
        authority_id: int
        institution_id: int
        committee_id: int | None
        inspectors: Any
        findings: Any
        rectifications: Any

    class Meta:
        verbose_name = _("现场检查")
        verbose_name_plural = _("现场检查")
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=models.F("starts_on")), name="inspection_days"),
            models.CheckConstraint(
                condition=~Q(state__in=["reported", "closed"]) | ~Q(report="") & Q(reported_at__isnull=False),
                name="inspection_reported",
            ),
        ]
        indexes = [
            models.Index(fields=["region", "state", "-id"], name="inspection_territory"),
            models.Index(fields=["institution", "state", "-id"], name="inspection_institution"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def subject_name(self) -> str:
        return str(self.committee or self.institution)

    def get_absolute_url(self) -> str:
        return reverse("desk:inspection", args=[self.ref])

    # --- who ------------------------------------------------------------------------------------------------------

    def capacities(self, standing: Standing) -> set[str]:
        found = set()
        if standing.holds(Role.REGULATOR, body_id=self.authority_id):
            found.add("inspecting")
        if standing.holds(Role.INSTITUTION_OFFICER, body_id=self.institution_id):
            found.add("institution_officer")
        if self.committee_id is not None:
            found |= on_committee(standing, self.committee_id) & {str(role) for role in ANSWERING}
        if standing.holds(Role.OPERATOR):
            found.add("operator")
        if self.pk and standing.person is not None:
            key = ("inspects", self.pk)
            if standing.once(key, lambda: self.inspectors.filter(person=standing.person).exists()):
                found.add("inspector")
        return found

    def seen_from_inside(self, standing: Standing) -> bool:
        """By whoever sees it and is not the one inspected, who reads what was found with the draft, and never what
        brought the inspection about.
        """
        found = self.capacities(standing)
        return bool(found & {"inspecting", "inspector", "operator"}) or not found

    def conflicts(self, standing: Standing) -> Iterable[Refusal]:
        """Nobody inspects an institution to which they belong; also who came to belong to it since they were named."""
        person = standing.person
        if person is None:
            return ()
        found: list[Refusal] = standing.once(
            ("against inspecting", self.institution_id),
            lambda: against_inspecting(person, self.institution, standing.at),
        )
        return found

    def people(self, group: str) -> Iterable[Person]:
        return people_of(self, group)

    def bodies(self) -> set[int]:
        """Nor does a body's group hear of a visit before the body may know of it."""
        if self.announced_at is None and self.begun_at is None:
            return {self.authority_id}
        return super().bodies()

    def words(self) -> dict[str, Any]:
        return super().words() | {
            "title": self.title,
            "authority": self.authority.name,
            "subject": self.subject_name,
            "starts": self.starts_on.isoformat(),
            "ends": self.ends_on.isoformat(),
        }

    def policy_at(self, at: datetime) -> Policy:
        return policy_for(region=self.region, at=at)

    def rests_on(self, declared: Step, at: datetime) -> str:
        return self.ground_cite if declared.cite == ARTICLE else declared.cite

    # --- what is looked at ----------------------------------------------------------------------------------------

    def items(self) -> list[checklist.Item]:
        of = checklist.COMMITTEE if self.committee_id else checklist.INSTITUTION
        return checklist.items(self.planned_at, self.region, of, self.themes)

    def latest(self) -> dict[str, InspectionFinding]:
        """Of each item what counts."""
        return {one.item: one for one in self.findings.order_by("number")}

    def wrong(self) -> list[InspectionFinding]:
        return [one for one in self.latest().values() if one.result == Conformity.DOES_NOT]

    def rectify_by_default(self, at: datetime) -> date:
        return law_day(at) + timedelta(days=self.policy_at(at).value("inspection.rectify_days"))

    # --- steps ----------------------------------------------------------------------------------------------------

    @step(
        source=UPCOMING,
        target=None,
        label=_("调整计划"),
        by=["inspecting"],
        cite=ARTICLE,
        form=forms.ReviseForm,
        judges=True,
    )
    def revise(self, act: Act, *, scope: str, starts_on: date, ends_on: date) -> None:
        self.scope, self.starts_on, self.ends_on = scope, starts_on, ends_on
        act.cancel(timing.VISIT)
        act.start(timing.VISIT, **timing.visit(self, self.policy_at(act.at)))

    @step(
        source=UPCOMING,
        target=None,
        label=_("确定检查组"),
        by=["inspecting"],
        cite=ARTICLE,
        form=forms.TeamForm,
        judges=True,
    )
    def name_team(self, act: Act, *, inspectors: list[Person]) -> None:
        self.inspectors.exclude(person__in=inspectors).delete()
        for one in inspectors:
            Inspector.objects.get_or_create(inspection=self, person=one, defaults={"named_at": act.at})

    @step(
        source=S.PLANNED,
        target=S.ANNOUNCED,
        label=_("通知被检查单位"),
        by=["inspecting"],
        requires=[guards.team_complete, guards.notice_in_time],
        cite=ARTICLE,
        form=forms.AnnounceForm,
        judges=True,
    )
    def announce(self, act: Act, *, notice: str) -> None:
        self.notice, self.announced_at = notice, act.at
        act.say(notice=notice)

    @step(
        source=S.ANNOUNCED,
        target=S.ON_SITE,
        label=_("开始检查"),
        by=["inspector", "inspecting"],
        requires=[guards.team_complete, guards.day_come],
        cite=ARTICLE,
        judges=True,
    )
    def begin(self, act: Act) -> None:
        self._begin(act)

    @step(
        source=S.PLANNED,
        target=S.ON_SITE,
        label=_("不预先通知，开始检查"),
        by=["inspector", "inspecting"],
        requires=[guards.team_complete, guards.day_come],
        cite=ARTICLE,
        form=forms.ReasonForm,
        judges=True,
        help=_("被检查单位自此看到这次检查和不预先通知的理由。"),
    )
    def begin_unannounced(self, act: Act, *, reason: str) -> None:
        self.unannounced = reason
        act.say(reason=reason)
        self._begin(act)

    def _begin(self, act: Act) -> None:
        self.begun_at = act.at
        act.settle(timing.VISIT)
        act.start(timing.REPORT, **timing.report(self, self.policy_at(act.at)))

    @step(
        source=LOOKING,
        target=None,
        label=_("登记检查情况"),
        by=["inspector"],
        cite=ARTICLE,
        form=forms.FindingForm,
        judges=True,
        help=_("同一要点再次登记的，以最后一次为准，以前的保留。"),
    )
    def enter_finding(
        self,
        act: Act,
        *,
        item: str,
        result: str,
        account: str,
        rectify_by: date | None,
        documents: list[DocumentVersion],
    ) -> None:
        number = self.findings.count() + 1
        cites = {one.key: one.cite for one in self.items()}
        found = InspectionFinding.objects.create(
            inspection=self,
            number=number,
            item=item,
            cite=cites[item],
            result=result,
            account=account,
            rectify_by=rectify_by,
            entered_by=act.actor,
            at=act.at,
        )
        for one in documents:
            InspectionPaper.objects.create(finding=found, version=one, digest=one.digest)
        act.record(number=number)

    @step(
        source=S.ON_SITE,
        target=S.COMMENTING,
        label=_("送单位征求意见"),
        by=["inspector"],
        requires=[guards.all_looked_at],
        cite=ARTICLE,
        form=forms.DraftForm,
        judges=True,
        help=_("被检查单位自此看到逐项检查情况。"),
    )
    def send_draft(self, act: Act, *, summary: str) -> None:
        self.summary, self.sent_at = summary, act.at
        act.start(timing.COMMENT, **timing.comment(self, self.policy_at(act.at)))

    @step(
        source=S.COMMENTING,
        target=None,
        label=_("对检查情况提出意见"),
        by=["institution_officer", "secretary", "chair"],
        cite=ARTICLE,
        form=forms.CommentForm,
    )
    def give_comment(self, act: Act, *, comment: str) -> None:
        """The one before stays in the trail."""
        self.comment, self.commented_by, self.commented_at = comment, act.actor, act.at
        act.settle(timing.COMMENT)

    @step(
        source=S.COMMENTING,
        target=S.REPORTED,
        label=_("出具检查报告"),
        by=["inspecting"],
        requires=[guards.institution_heard],
        cite=ARTICLE,
        form=forms.IssueForm,
        judges=True,
        help=_("不符合的每一项自此有一份整改，各有期限。"),
    )
    def issue(self, act: Act, *, report: str, response: str = "", due_on: date | None = None) -> None:
        from reviews.models.inspections.referring import order_rectifications

        self.report, self.response, self.reported_at = report, response, act.at
        act.settle(timing.REPORT)
        act.cancel(timing.COMMENT)
        act.say(number=order_rectifications(self, act, due_on))

    @step(
        source=S.REPORTED,
        target=S.CLOSED,
        label=_("办结检查"),
        by=["inspecting"],
        requires=[guards.all_put_right],
        cite=ARTICLE,
        form=forms.ConclusionForm,
        judges=True,
    )
    def close(self, act: Act, *, conclusion: str) -> None:
        self.conclusion, self.closed_at = conclusion, act.at
        act.say(conclusion=conclusion)

    @step(
        source=[*UPCOMING, S.ON_SITE],
        target=S.CANCELLED,
        label=_("取消检查"),
        by=["inspecting"],
        cite=ARTICLE,
        form=forms.ReasonForm,
        judges=True,
        danger=True,
    )
    def cancel(self, act: Act, *, reason: str) -> None:
        self.reason = reason
        act.say(reason=reason)
        act.cancel(timing.VISIT, timing.REPORT)

    @step(
        source=BEGUN,
        target=None,
        label=_("移交调查"),
        by=["inspecting"],
        cite="shandong:13",
        form=forms.ReferForm,
        judges=True,
        help=_("由负责的单位或者部门立案调查；检查照常进行。"),
    )
    def refer(self, act: Act, *, title: str, account: str, track: str, unit_suspected: bool) -> None:
        from reviews.models.inspections.referring import refer

        refer(self, act, title=title, account=account, track=track, unit_suspected=unit_suspected)
