"""Report: what the lead tells the committee while an activity runs, and what comes of it (Measures 20; Human 26)."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_fsm import RETURN_VALUE

from ethicsreview.accounts.models import Person, Role
from ethicsreview.accounts.standing import Standing
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.deadlines.models import Deadline
from ethicsreview.lifecycle.act import Act
from ethicsreview.lifecycle.drafts import Draft
from ethicsreview.lifecycle.fields import StateField
from ethicsreview.lifecycle.forms import recordable
from ethicsreview.lifecycle.models import NamedTo
from ethicsreview.lifecycle.refusals import Refusal
from ethicsreview.lifecycle.steps import CONSEQUENCE, step
from ethicsreview.policy import Policy
from reviews.models.following import forms, timing
from reviews.models.following.contents import REPORTS, WORKSHEETS, Asked, Kind, Line, lines
from reviews.models.following.filing import Filed, FiledQuerySet, FilingForm, committee_free, obstacles
from reviews.models.projects.project import Project
from reviews.models.reviewing import chairing

if TYPE_CHECKING:
    from reviews.models.reviewing.review import Review


class ReportQuerySet(FiledQuerySet):
    def visible_to(self, standing: Standing) -> Self:
        """What was never handed in, its own people alone."""
        seen = super().visible_to(standing)
        if standing.is_system or standing.holds(Role.OPERATOR):
            return seen
        return seen.filter(Q(filed_at__isnull=False) | Q(project__in=Project.objects.own(standing.person)))

    def open(self) -> Self:
        return self.filter(state__in=OPEN)


class State(models.TextChoices):
    DRAFT = "draft", pgettext_lazy("state", "填写中")
    FILED = "filed", pgettext_lazy("state", "已提交")
    ASSESSED = "assessed", pgettext_lazy("state", "已核查")
    IN_REVIEW = "in_review", pgettext_lazy("state", "委员会审查中")
    NO_ACTION = "no_action", pgettext_lazy("state", "无需处理")
    CONTINUED = "continued", pgettext_lazy("state", "继续实施")
    SUSPENDED = "suspended", pgettext_lazy("state", "暂停")
    TERMINATED = "terminated", pgettext_lazy("state", "终止")
    REREVIEW_REQUIRED = "rereview_required", pgettext_lazy("state", "需重新审查")
    COMPLETED = "completed", pgettext_lazy("state", "已结题")
    WITHDRAWN = "withdrawn", pgettext_lazy("state", "已撤回")


OPEN = (State.DRAFT, State.FILED, State.ASSESSED, State.IN_REVIEW)
BY_VOTE = (State.CONTINUED, State.SUSPENDED, State.TERMINATED, State.REREVIEW_REQUIRED)
SETTLED = (*BY_VOTE, State.NO_ACTION, State.COMPLETED)


class Report(Filed):
    """Filed by the lead, assessed by the secretary, settled by the chair or, whatever takes something away, by vote."""

    noun, collection, letter = "report", "reports", "N"
    called, named_to = "project__title", NamedTo.OWN
    creators = frozenset({"lead", "acting_report"})
    State = State
    Kind = Kind
    draft = Draft(fields={"answers"}, states={State.DRAFT}, by={"lead", "team"})

    ref = models.CharField(_("编号"), max_length=20, unique=True, editable=False)
    state = StateField(_("状态"), choices=State.choices, default=State.DRAFT)
    kind = models.CharField(_("种类"), max_length=12, choices=Kind.choices)
    project = models.ForeignKey(Project, models.PROTECT, related_name="reports", verbose_name=_("科技活动"))
    review = models.ForeignKey("reviews.Review", models.PROTECT, related_name="reports", verbose_name=_("所据批准"))
    # The last day by which it had to be reported, where a rule has a number; else it is “immediately” or “promptly”.
    limit_on = models.DateField(_("报告的期限"), null=True, editable=False)
    worksheet = models.JSONField(_("核查表"), default=dict, blank=True, editable=False)
    recommendation = models.CharField(_("建议"), max_length=20, blank=True, editable=False)
    assessed_by = models.ForeignKey(Person, models.PROTECT, null=True, editable=False, related_name="+")
    # What the chair did alone, until the committee confirms it: {"reason", "name", "at"}.
    provisional = models.JSONField(_("临时暂停"), default=dict, blank=True, editable=False)
    # What participants are to be told, and that they were.
    informing = models.JSONField(_("告知参与者"), default=dict, blank=True, editable=False)
    answer = models.TextField(_("处理的理由"), blank=True, editable=False)
    decided_at = models.DateTimeField(_("处理时间"), null=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = ReportQuerySet.as_manager()

    if TYPE_CHECKING:
        proceedings: Any

    class Meta:
        verbose_name = _("过程报告")
        verbose_name_plural = _("过程报告")
        constraints = [
            models.UniqueConstraint(
                fields=["project", "kind"], condition=Q(state="draft"), name="report_one_draft_of_a_kind"
            ),
        ]
        indexes = [models.Index(fields=["project", "-id"], name="report_project")]

    def __str__(self) -> str:
        return f"{self.ref} {self.get_kind_display()}"

    def get_absolute_url(self) -> str:
        return reverse("portal:report", args=[self.ref])

    # --- who and what ---------------------------------------------------------------------------------------------

    def subject(self) -> Project:
        return self.project

    def capacities(self, standing: Standing) -> set[str]:
        """The committee's side has no part in what was never handed in."""
        found = super().capacities(standing)
        return found & {"lead", "team", "operator"} if self.filed_at is None else found

    def conflicts(self, standing: Standing) -> Iterable[Refusal]:
        found: Iterable[Refusal] = self.review.conflicts(standing)
        return found

    def people(self, group: str) -> Iterable[Person]:
        found: Iterable[Person] = self.review.people(group)
        return found

    def words(self) -> dict[str, Any]:
        about = {"ref": self.ref, "kind": Kind(self.kind).label, "committee": self.review.committee.name}
        return self.project.words() | about

    @property
    def writable(self) -> bool:
        return self.state == State.DRAFT

    @property
    def proceeding(self) -> "Review | None":
        found: Review | None = self.proceedings.order_by("-pk").first()
        return found

    def asked(self, policy: Policy) -> tuple[Asked, ...]:
        return REPORTS[self.kind]

    @property
    def worksheet_told(self) -> list[Line]:
        return lines(WORKSHEETS[self.kind], self.worksheet)

    @property
    def recommended(self) -> str:
        return str(dict([*forms.RECOMMENDATIONS, forms.COMPLETED]).get(self.recommendation, ""))

    def was_late(self, at: datetime) -> bool:
        return self.limit_on is not None and self.filed_at is not None and law_day(self.filed_at) > self.limit_on

    @property
    def must_inform(self) -> bool:
        return bool(self.informing) and "told" not in self.informing

    # --- guards ---------------------------------------------------------------------------------------------------

    def may_be_filed(self, act: Act) -> Iterator[Refusal]:
        yield from obstacles(self.project, self.kind, again=self.filed_at is not None)

    def never_filed(self, act: Act) -> Iterator[Refusal]:
        if self.filed_at is not None:
            yield Refusal("filed", _("已经提交过的报告不能撤回，请按退回的意见补正后再提交"), cite="national:20")

    def by_another(self, act: Act) -> Iterator[Refusal]:
        if act.standing.person is not None and act.standing.person.pk == self.assessed_by_id:
            yield Refusal("same_person", _("核查与处理不能由同一人办理"), cite="national:20")

    def chair_first(self, act: Act) -> Iterator[Refusal]:
        """A vice-chair settles it only where no chair is free of interest."""
        words = _("由主任委员办理；主任委员应当回避或者空缺时，由副主任委员办理")
        yield from chairing.chair_first(self.review, self.capacities(act.standing), words)

    def needs_no_vote(self, act: Act) -> Iterator[Refusal]:
        if self.kind == Kind.RESUMPTION:
            yield Refusal("vote", _("恢复实施须由委员会表决，请提交委员会审查"), cite="national:19")

    def activity_runs(self, act: Act) -> Iterator[Refusal]:
        if self.project.state != Project.State.APPROVED:
            words = {"state": self.project.get_state_display()}
            yield Refusal("project_state", _("科技活动现为“%(state)s”，没有可以暂停的"), words, "national:19")

    def must_be_informed(self, act: Act) -> Iterator[Refusal]:
        if not self.must_inform:
            yield Refusal("nothing_to_tell", _("没有待告知参与者的事项"), cite="human:38")

    # --- steps ----------------------------------------------------------------------------------------------------

    @step(
        source=State.DRAFT,
        target=State.FILED,
        label=_("提交报告"),
        by=["lead", "acting_report"],
        requires=[may_be_filed, committee_free],
        cite="national:20",
        form=FilingForm,
        help=_("提交后内容不能再改动，由负责初始审查的委员会核查。"),
    )
    def file(self, act: Act, **answers: Any) -> None:
        """Measures 20: promptly; Human Measures 26: immediately. What the lead has stopped stands still at once."""
        policy = self.policy_at(act.at)
        again = self.filed_at is not None
        self.seal(act, answers)
        if self.kind == Kind.SAE:
            self.limit_on = timing.limit_of(self.answers, policy)
            act.record(limit=self.limit_on.isoformat() if self.limit_on else None, late=self.was_late(act.at))
        if self.kind == Kind.SUSPENSION and self.project.state == Project.State.APPROVED and not again:
            act.then(self.project, "suspend", ground=self.ref)
        act.start(timing.ASSESS, **timing.assess(self, policy))

    @step(
        source=State.DRAFT,
        target=State.WITHDRAWN,
        label=_("放弃填写"),
        by=["lead"],
        requires=[never_filed],
        cite="national:20",
        danger=True,
    )
    def withdraw(self, act: Act) -> None:
        """Nobody has seen it yet."""

    @step(
        source=State.FILED,
        target=State.DRAFT,
        label=_("退回补正"),
        by=["secretary"],
        cite="national:20",
        form=forms.ReasonForm,
        judges=True,
    )
    def send_back(self, act: Act, *, reason: str) -> None:
        act.cancel(timing.ASSESS)
        act.say(reason=reason)

    @step(
        source=[State.FILED, State.ASSESSED, State.IN_REVIEW],
        target=RETURN_VALUE(State.ASSESSED, State.IN_REVIEW),
        label=_("核查报告"),
        by=["secretary", "vice_chair"],
        cite="national:20",
        form=forms.WorksheetForm,
        judges=True,
        help=_("逐项核查，提出建议，交主任委员处理或者委员会审查。"),
    )
    def assess(self, act: Act, *, recommendation: str, **found: Any) -> str:
        """Measures 20: risk and benefit are weighed anew; what participants must be told is asked here (Human 38)."""
        policy = self.policy_at(act.at)
        inform, what, until = (found.pop(name, "") for name in ("inform", "inform_what", "inform_by"))
        self.worksheet = {key: recordable(value) for key, value in found.items()}
        self.recommendation, self.assessed_by = recommendation, act.actor
        self._settle_informing(act, inform, what, until)
        if self.runs(timing.ASSESS):
            act.meet(timing.ASSESS)
        if self.state == State.IN_REVIEW:
            return State.IN_REVIEW
        if not self.runs(timing.DECIDE):
            act.start(timing.DECIDE, **timing.decide(self, policy))
        return State.ASSESSED

    @step(
        source=State.ASSESSED,
        target=RETURN_VALUE(State.NO_ACTION, State.CONTINUED, State.SUSPENDED, State.TERMINATED, State.COMPLETED),
        label=_("处理报告"),
        by=["chair", "vice_chair"],
        requires=[needs_no_vote, by_another, chair_first],
        cite="national:20",
        form=forms.DisposeForm,
        judges=True,
        help=_("暂停、终止、重新审查由委员会表决；这里只处理不需要表决的，以及项目负责人自行暂停、终止和结题的报告。"),
    )
    def dispose(self, act: Act, *, outcome: str, answer: str) -> str:
        """Nothing that takes something away against the lead's will: that is for a vote."""
        self._decided(act, outcome, answer)
        if outcome == State.TERMINATED and self.project.state in RUNNING:
            act.then(self.project, "terminate", ground=self.ref)
        if outcome == State.COMPLETED and self.project.state in RUNNING:
            act.then(self.project, "complete", ground=self.ref)
        return outcome

    @step(
        source=State.ASSESSED,
        target=State.IN_REVIEW,
        label=_("提交委员会审查"),
        by=["secretary", "chair", "vice_chair"],
        cite="national:20",
        form=forms.ReasonForm,
        judges=True,
        help=_("由委员会按规定的票数表决：继续实施、暂停实施、终止实施或者重新审查。"),
    )
    def put_to_committee(self, act: Act, *, reason: str) -> None:
        from reviews.models.following.proceeding import open_review

        act.cancel(timing.DECIDE)
        open_review(self, act)

    @step(
        source=[State.FILED, State.ASSESSED, State.IN_REVIEW],
        target=State.IN_REVIEW,
        label=_("立即临时暂停"),
        by=["chair", "vice_chair"],
        requires=[chair_first, activity_runs],
        cite="national:19",
        form=forms.ProvisionalForm,
        judges=True,
        danger=True,
        help=_("为保护参与者，主任委员可以立即暂停；委员会须在期限内审查，决定是否维持。"),
    )
    def suspend_provisionally(self, act: Act, *, reason: str) -> None:
        """At once, by one person; it stands until the committee has voted, for which there is a limit."""
        from reviews.models.following.proceeding import open_review

        policy = self.policy_at(act.at)
        self.provisional = {"reason": reason, "name": act.actor.name, "at": act.at.isoformat()}
        act.cancel(timing.DECIDE)
        act.then(self.project, "suspend", ground=self.ref)
        if self.state != State.IN_REVIEW:
            open_review(self, act)
        act.start(timing.CONFIRM, **timing.confirm(self, policy))
        act.say(reason=reason)

    @step(
        source=State.IN_REVIEW,
        target=RETURN_VALUE(*BY_VOTE),
        label=_("委员会形成意见"),
        by=[CONSEQUENCE],
        cite="national:20",
    )
    def close(self, act: Act, *, outcome: str, decision: str) -> str:
        self.decided_at = act.at
        act.cancel(timing.ASSESS)
        if self.runs(timing.CONFIRM):
            act.meet(timing.CONFIRM)
        act.record(decision=decision)
        return outcome

    @step(
        source=BY_VOTE,
        target=State.IN_REVIEW,
        label=_("因申诉成立重新审查"),
        by=[CONSEQUENCE],
        cite="national:18",
    )
    def decide_again(self, act: Act, *, decision: str) -> None:
        self.decided_at = None
        act.record(set_aside=decision)

    @step(
        source=[State.ASSESSED, State.IN_REVIEW, *SETTLED],
        target=None,
        label=_("报告已告知参与者"),
        by=["lead", "acting_report"],
        requires=[must_be_informed],
        cite="human:38",
        form=forms.InformedForm,
    )
    def report_informed(self, act: Act, *, informed_on: date, how: str, told: int, reconsented: int) -> None:
        self.informing |= {
            "informed_on": informed_on.isoformat(),
            "how": how,
            "told": told,
            "reconsented": reconsented,
        }
        act.meet(timing.INFORM)

    # --- what several steps do ------------------------------------------------------------------------------------

    def runs(self, kind: str) -> bool:
        return Deadline.objects.of(self).open().filter(kind=kind).exists()

    def _settle_informing(self, act: Act, inform: str, what: str, until: date | None) -> None:
        """A new assessment may ask for something else, but takes back nothing that was done."""
        if "told" in self.informing:
            return
        act.cancel(timing.INFORM)
        self.informing = {}
        if inform == "yes" and until:
            self.informing = {"what": what, "by": until.isoformat()}
            act.start(timing.INFORM, **timing.inform(self, until, self.policy_at(act.at)))
            act.tell("report.to_inform", self.people("lead"), what=what, due=until.isoformat())

    def _decided(self, act: Act, outcome: str, answer: str) -> None:
        self.answer, self.decided_at = answer, act.at
        act.meet(timing.DECIDE)
        act.record(outcome=outcome)
        act.say(outcome=State(outcome).label, reason=answer)


RUNNING = (Project.State.APPROVED, Project.State.SUSPENDED)
