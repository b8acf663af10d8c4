"""AnnualReport 年度报告 (Measures 45): a committee's of its year, and what departments put together of these.

The figures are counted and never typed; with the signature they and the words are frozen under a digest.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from committees.kinds import CommitteeState
from committees.models import Committee
from ethicsreview.accounts.models import COMMITTEE_ROLES, Authority, Body, Institution, Person, Role
from ethicsreview.accounts.standing import Standing
from ethicsreview.accounts.validators import plain_text
from ethicsreview.documents.digest import canonical_json, sm3
from ethicsreview.lifecycle.act import Act
from ethicsreview.lifecycle.fields import StateField
from ethicsreview.lifecycle.models import Lifecycle, LifecycleQuerySet
from ethicsreview.lifecycle.refusals import Refusal
from ethicsreview.lifecycle.steps import CONSEQUENCE, step
from ethicsreview.policy import Policy, policy_for
from reviews.models.annual import forms, summing, timing
from reviews.models.annual.figures import figures_of, year_of
from reviews.models.annual.kinds import SHOWN_ABOVE, WRITABLE, AnnualState, Level
from reviews.models.projects.parties import holders, on_committee, over_territory, territory

WRITERS = ["secretary", "chair", "institution_officer", "compiler"]
SIGNERS = ["chair", "compiler"]
SUBMITTERS = ["secretary", "institution_officer", "compiler"]
WORDS = ("work", "listed_activities", "duties", "problems")
ASKED = ("work", "listed_activities")


class AnnualReportQuerySet(LifecycleQuerySet):
    def visible_to(self, standing: Standing) -> Self:
        """The committee's and its unit's own; a department its own, and what was handed in from its territory."""
        if standing.is_system or standing.holds(Role.OPERATOR):
            return self
        if standing.person is None:
            return self.none()
        own = Q(body__in=standing.bodies(*COMMITTEE_ROLES, Role.REGULATOR))
        own |= Q(institution__in=standing.bodies(Role.INSTITUTION_OFFICER))
        return self.filter(own | territory(standing, "region") & Q(state__in=SHOWN_ABOVE))

    def of_year(self, year: int) -> Self:
        return self.filter(year=year)


class AnnualReport(Lifecycle):
    noun, collection, letter = "annual_report", "annual-reports", "G"
    called = "body__name"
    creators = frozenset({CONSEQUENCE})
    State = AnnualState

    ref = models.CharField(_("编号"), max_length=20, unique=True, editable=False)
    state = StateField(_("状态"), choices=AnnualState.choices, default=AnnualState.DRAFT)
    level = models.CharField(_("类别"), max_length=10, choices=Level.choices)
    year = models.PositiveSmallIntegerField(_("年度"))
    # The committee, or the department that puts it together.
    body = models.ForeignKey(Body, models.PROTECT, related_name="+", verbose_name=_("报告机构"))
    institution = models.ForeignKey(
        Institution, models.PROTECT, null=True, editable=False, related_name="+", verbose_name=_("所属单位")
    )
    region = models.CharField(_("地区"), max_length=6)
    # To whom it goes here; of a province, to nobody: it reports to the State, outside.
    receiver = models.ForeignKey(
        Authority, models.PROTECT, null=True, editable=False, related_name="+", verbose_name=_("接收部门")
    )
    figures = models.JSONField(_("统计数字"), default=dict, editable=False)
    # Of an aggregate: the reports that it sums up, each with its digest, and their sums by unit or by city.
    parts = models.JSONField(_("所汇总的报告"), default=list, editable=False)
    groups = models.JSONField(_("分项"), default=list, editable=False)
    counted_at = models.DateTimeField(_("统计时间"), null=True, editable=False)
    work = models.TextField(_("工作情况"), blank=True)
    listed_activities = models.TextField(_("清单内科技活动实施情况"), blank=True)
    duties = models.TextField(_("履行职责情况"), blank=True)
    problems = models.TextField(_("问题和建议"), blank=True)
    digest = models.CharField(_("内容摘要（SM3）"), max_length=64, blank=True, editable=False)
    signatures = models.PositiveSmallIntegerField(_("签署次数"), default=0, editable=False)
    signer = models.ForeignKey(
        Person, models.PROTECT, null=True, editable=False, related_name="+", verbose_name=_("签署人")
    )
    signed_at = models.DateTimeField(_("签署时间"), null=True, editable=False)
    number = models.CharField(_("回执编号"), max_length=100, blank=True, validators=[plain_text], editable=False)
    handled_on = models.DateField(_("办理日期"), null=True, editable=False)
    submitted_at = models.DateTimeField(_("提交时间"), null=True, editable=False)
    reason = models.TextField(_("退回的理由"), blank=True, editable=False)
    accepted_at = models.DateTimeField(_("接收时间"), null=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = AnnualReportQuerySet.as_manager()

    if TYPE_CHECKING:
        body_id: int
        institution_id: int | None
        receiver_id: int | None

    class Meta:
        verbose_name = _("年度报告")
        verbose_name_plural = _("年度报告")
        constraints = [
            models.UniqueConstraint(fields=["body", "year"], name="annual_report_once_a_year"),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "returned"]) | ~Q(digest=""), name="annual_report_signed_has_digest"
            ),
        ]
        indexes = [models.Index(fields=["year", "region", "state"], name="annual_report_territory")]

    def __str__(self) -> str:
        return f"{self.body} {self.year}"

    def get_absolute_url(self) -> str:
        return reverse("desk:annual_report", args=[self.ref])

    # --- who ------------------------------------------------------------------------------------------------------

    def capacities(self, standing: Standing) -> set[str]:
        found = on_committee(standing, self.body_id)
        if self.institution_id and standing.holds(Role.INSTITUTION_OFFICER, body_id=self.institution_id):
            found.add("institution_officer")
        if standing.holds(Role.REGULATOR, body_id=self.body_id):
            found.add("compiler")
        if over_territory(standing, self.region):
            found.add("regulator")
        if self.receiver_id and standing.holds(Role.REGULATOR, body_id=self.receiver_id):
            found.add("receiver")
        if standing.holds(Role.OPERATOR):
            found.add("operator")
        return found

    def people(self, group: str) -> Iterable[Person]:
        now = timezone.now()
        if group == "receivers":
            return holders([Role.REGULATOR], self.receiver, now) if self.receiver else Person.objects.none()
        if self.level != Level.COMMITTEE:
            return holders([Role.REGULATOR], self.body, now)
        if group == "signers":
            return holders([Role.CHAIR], self.body, now)
        found = list(holders([Role.SECRETARY, Role.CHAIR], self.body, now))
        if self.institution:
            found += holders([Role.INSTITUTION_OFFICER], self.institution, now)
        return found

    def words(self) -> dict[str, Any]:
        return super().words() | {"body": self.body.name, "year": self.year}

    def policy_at(self, at: datetime) -> Policy:
        return policy_for(region=self.region, regimes=["human"] if self._is_human else [], at=at)

    @property
    def _is_human(self) -> bool:
        committee = self.committee
        return committee is not None and "human" in committee.regimes

    @property
    def committee(self) -> Committee | None:
        if self.level != Level.COMMITTEE:
            return None
        found: Committee | None = Committee.objects.filter(pk=self.body_id).first()
        return found

    @property
    def words_asked(self) -> list[str]:
        """The parts in words; how duties were done, departments alone write."""
        return [name for name in WORDS if name != "duties" or self.level != Level.COMMITTEE]

    # --- what it says ---------------------------------------------------------------------------------------------

    def content(self) -> dict[str, Any]:
        """What the digest is taken over."""
        # What only departments write is no part of a committee's, nor of what was signed before it was asked for.
        words = [name for name in WORDS if name != "duties" or self.duties]
        names = ("ref", "level", "year", "figures", "parts", "groups", *words)
        return {name: getattr(self, name) for name in names} | {"body": self.body.ref}

    def count(self, at: datetime) -> None:
        self.counted_at = at
        if (committee := self.committee) is not None:
            self.figures = figures_of(committee, *year_of(self.year))
        else:
            summed = summing.sum_up(self)
            self.figures, self.parts, self.groups = summed.figures, summed.parts, summed.groups

    # --- guards ---------------------------------------------------------------------------------------------------

    def words_written(self, act: Act) -> Iterator[Refusal]:
        asked = dict.fromkeys(ASKED, "national:45")
        if self.level == Level.CITY:
            # A city reports on how it did its duties (Shandong 1).
            asked["duties"] = self.policy_at(act.at).entry("annual_report.cities").cite
        for name, cite in asked.items():
            if not getattr(self, name).strip():
                field: Any = self._meta.get_field(name)
                yield Refusal(f"{name}_missing", _("还没有写“%(part)s”"), {"part": field.verbose_name}, cite)

    def something_to_sum(self, act: Act) -> Iterator[Refusal]:
        if self.level != Level.COMMITTEE and not summing.parts_of(self).exists():
            yield Refusal("nothing_to_sum", _("本年度还没有下级报告提交，无从汇总"), {}, "national:45")

    def as_signed(self, act: Act) -> Iterator[Refusal]:
        if sm3(canonical_json(self.content())) != self.digest:
            words = _("内容与签署时的摘要 %(digest)s 不符，应撤回签署后重新签署")
            yield Refusal("altered", words, {"digest": self.digest}, "national:45")

    def not_summed_up(self, act: Act) -> Iterator[Refusal]:
        """A sum that somebody has signed must stay the sum of what it names."""
        if (above := summing.signed_sum_with(self)) is not None:
            words = _("已计入%(body)s签署的汇总报告（%(ref)s），应先撤回或者退回该汇总报告")
            yield Refusal("summed_up", words, {"body": above.body.name, "ref": above.ref}, "national:45")

    # --- steps ----------------------------------------------------------------------------------------------------

    @step(
        source=WRITABLE,
        target=None,
        label=_("填写文字部分"),
        by=WRITERS,
        cite="national:45",
        form=forms.WriteForm,
    )
    def write(self, act: Act, *, work: str, listed_activities: str, problems: str, duties: str = "") -> None:
        self.work, self.listed_activities, self.problems = work, listed_activities, problems
        self.duties = duties

    @step(
        source=WRITABLE,
        target=None,
        label=_("重新统计"),
        by=WRITERS,
        cite="national:45",
        help=_("数字由系统统计，不能填写；签署时还会再统计一次。"),
    )
    def recount(self, act: Act) -> None:
        self.count(act.at)
        act.record(figures=self.figures)

    @step(
        source=WRITABLE,
        target=AnnualState.SIGNED,
        label=_("签署"),
        by=SIGNERS,
        requires=[words_written, something_to_sum],
        cite="national:45",
        form=forms.SignForm,
        help=_("签署时重新统计，数字和文字自此固定。"),
    )
    def sign(self, act: Act) -> None:
        self.count(act.at)
        self.digest = sm3(canonical_json(self.content()))
        self.signer, self.signed_at, self.signatures = act.actor, act.at, self.signatures + 1
        act.record(digest=self.digest, figures=self.figures, parts=[one["ref"] for one in self.parts])
        act.nudge("reviews.letters")

    @step(
        source=AnnualState.SIGNED,
        target=AnnualState.DRAFT,
        label=_("撤回签署"),
        by=SIGNERS,
        cite="national:45",
    )
    def reopen(self, act: Act) -> None:
        act.record(digest=self.digest)
        self._unsign()

    @step(
        source=AnnualState.SIGNED,
        target=AnnualState.SUBMITTED,
        label=_("提交"),
        by=SUBMITTERS,
        requires=[as_signed],
        cite="national:45",
        form=forms.SubmitForm,
        help=_("同时报送主管部门。委员会的报告应先在国家科技伦理管理信息登记平台提交，再在此填写回执编号。"),
    )
    def submit(self, act: Act, *, number: str = "", handled_on: date | None = None) -> None:
        self.number, self.handled_on, self.submitted_at, self.reason = number, handled_on, act.at, ""
        act.settle(timing.CITY, timing.CORRECT)
        committee = self.committee
        if committee is not None and committee.state == CommitteeState.ACTIVE:
            act.then(committee, "note_report", year=self.year, number=number, handled_on=handled_on)

    @step(
        source=AnnualState.SUBMITTED,
        target=AnnualState.RETURNED,
        label=_("退回"),
        by=["receiver"],
        requires=[not_summed_up],
        cite="national:45",
        form=forms.ReturnForm,
    )
    def send_back(self, act: Act, *, reason: str) -> None:
        self.reason = reason
        act.record(digest=self.digest)
        self._unsign()
        act.say(reason=reason)
        act.start(timing.CORRECT, **timing.correction(self, self.policy_at(act.at)))

    @step(
        source=AnnualState.SUBMITTED,
        target=AnnualState.ACCEPTED,
        label=_("接收"),
        by=["receiver"],
        cite="national:45",
    )
    def take_in(self, act: Act) -> None:
        self.accepted_at = act.at

    def _unsign(self) -> None:
        self.digest, self.signer, self.signed_at = "", None, None
