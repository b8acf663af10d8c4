"""FollowUp 跟踪审查: the next look at what was approved, by the committee that reviewed it first (Measures 19, 33)."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_fsm import RETURN_VALUE

from ethicsreview.accounts.models import Person
from ethicsreview.accounts.prepared import Given
from ethicsreview.accounts.standing import Standing
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.lifecycle.act import Act
from ethicsreview.lifecycle.drafts import Draft
from ethicsreview.lifecycle.fields import StateField
from ethicsreview.lifecycle.models import NamedTo
from ethicsreview.lifecycle.refusals import Refusal
from ethicsreview.lifecycle.steps import CONSEQUENCE, step
from ethicsreview.policy import Policy
from reviews.models.following import forms, overdue
from reviews.models.following.contents import Asked, progress
from reviews.models.following.filing import Filed, FiledQuerySet, FilingForm, committee_free
from reviews.models.projects.project import Project

if TYPE_CHECKING:
    from reviews.models.reviewing.review import Review

REPORT = "follow_up.report"


class FollowUpQuerySet(FiledQuerySet):
    def outstanding(self) -> Self:
        """Those that the lead still owes."""
        return self.filter(state__in=OUTSTANDING)

    def late_on(self, day: date | Given) -> Self:
        return self.outstanding().filter(due_on__lt=day)


class State(models.TextChoices):
    SCHEDULED = "scheduled", pgettext_lazy("state", "已排期")
    DUE = "due", pgettext_lazy("state", "待报告")
    REPORTED = "reported", pgettext_lazy("state", "已报告")
    IN_REVIEW = "in_review", pgettext_lazy("state", "审查中")
    CONTINUED = "continued", pgettext_lazy("state", "继续实施")
    SUSPENDED = "suspended", pgettext_lazy("state", "暂停")
    TERMINATED = "terminated", pgettext_lazy("state", "终止")
    REREVIEW_REQUIRED = "rereview_required", pgettext_lazy("state", "需重新审查")
    # The activity ended, or was reviewed anew.
    CANCELLED = "cancelled", pgettext_lazy("state", "不再需要")


OUTSTANDING = (State.SCHEDULED, State.DUE)
OUTCOMES = (State.CONTINUED, State.SUSPENDED, State.TERMINATED, State.REREVIEW_REQUIRED)


class FollowUp(Filed):
    noun, collection, letter = "follow_up", "follow-ups", "F"
    called, named_to = "project__title", NamedTo.OWN
    State = State
    draft = Draft(fields={"answers"}, states={State.DUE}, by={"lead", "team"})
    timely: ClassVar[Any] = {
        "fall_due": lambda at: FollowUp.objects.filter(state=State.SCHEDULED, report_from__lte=law_day(at)),
        "stop_overdue": lambda at: overdue.to_stop(FollowUp.objects.filter(state=State.DUE), at),
    }

    ref = models.CharField(_("编号"), max_length=20, unique=True, editable=False)
    state = StateField(_("状态"), choices=State.choices, default=State.SCHEDULED)
    project = models.ForeignKey(Project, models.PROTECT, related_name="follow_ups")
    review = models.ForeignKey("reviews.Review", models.PROTECT, related_name="follow_ups")
    number = models.PositiveIntegerField(_("次数"), default=1)
    due_on = models.DateField(_("应完成日期"))
    report_from = models.DateField(_("可提交报告之日"))
    # The activity stands still because this was not reported in time; only where a policy says so, and once.
    suspended_at = models.DateTimeField(_("因逾期暂停"), null=True, editable=False)

    objects = FollowUpQuerySet.as_manager()

    if TYPE_CHECKING:
        proceedings: Any

    class Meta:
        verbose_name = _("跟踪审查")
        verbose_name_plural = _("跟踪审查")
        constraints = [models.UniqueConstraint(fields=["project", "number"], name="follow_up_number")]
        indexes = [
            models.Index(fields=["report_from"], condition=models.Q(state="scheduled"), name="follow_up_to_come"),
            models.Index(fields=["state", "due_on"], name="follow_up_due"),
        ]

    def __str__(self) -> str:
        return f"{self.ref} {self.due_on}"

    def get_absolute_url(self) -> str:
        return reverse("portal:follow_up", args=[self.ref])

    # --- who and what ---------------------------------------------------------------------------------------------

    def subject(self) -> Project:
        return self.project

    def conflicts(self, standing: Standing) -> Iterable[Refusal]:
        found: Iterable[Refusal] = self.review.conflicts(standing)
        return found

    def people(self, group: str) -> Iterable[Person]:
        found: Iterable[Person] = self.review.people(group)
        return found

    def words(self) -> dict[str, Any]:
        about = {"ref": self.ref, "due_on": self.due_on.isoformat(), "committee": self.review.committee.name}
        return self.project.words() | about

    @property
    def writable(self) -> bool:
        return self.state in OUTSTANDING

    @property
    def proceeding(self) -> "Review | None":
        """The review that looks at it, or looked at it last."""
        found: Review | None = self.proceedings.order_by("-pk").first()
        return found

    def asked(self, policy: Policy) -> tuple[Asked, ...]:
        return progress(policy)

    def was_late(self, at: datetime) -> bool:
        if self.state == State.CANCELLED:
            return False
        return self.due_on < law_day(at if self.writable or self.filed_at is None else self.filed_at)

    # --- guards ---------------------------------------------------------------------------------------------------

    def day_has_come(self, act: Act) -> Iterator[Refusal]:
        if law_day(act.at) < self.report_from:
            yield Refusal("not_yet", _("自%(day)s起才可以提交报告"), {"day": self.report_from}, "national:19")

    # --- steps ----------------------------------------------------------------------------------------------------

    @step(
        source=State.SCHEDULED,
        target=State.DUE,
        label=_("到期应报告"),
        by=[CONSEQUENCE],
        requires=[day_has_come],
        cite="national:19",
    )
    def fall_due(self, act: Act) -> None:
        """By the coming of the day: the system takes it (`lifecycle.timely`)."""
        act.record(due_on=self.due_on.isoformat())

    @step(
        source=State.DUE,
        target=None,
        label=_("逾期自动暂停科技活动"),
        by=[CONSEQUENCE],
        requires=[overdue.policy_stops, overdue.overdue],
        cite="national:19",
    )
    def stop_overdue(self, act: Act) -> None:
        """By the coming of the day, where a local policy says so. What is owed stays owed; it goes on when the
        committee has looked at the report.
        """
        rule = self.policy_at(act.at).entry(overdue.SUSPENDS)
        self.suspended_at = act.at
        act.record(rule=rule.cite, due_on=self.due_on.isoformat())
        act.then(self.project, "suspend", ground=self.ref)

    @step(
        source=OUTSTANDING,
        target=None,
        label=_("提前跟踪审查"),
        by=["secretary", "chair", CONSEQUENCE],
        cite="shandong:4",
        form=forms.BringForwardForm,
        judges=True,
        help=_("风险较高的，视情增加跟踪审查的频次：只能提前，不能推后。"),
    )
    def bring_forward(self, act: Act, *, due_on: date, reason: str) -> None:
        from reviews.models.reviewing import timing

        lead_time = self.due_on - self.report_from
        self.due_on, self.report_from = due_on, max(due_on - lead_time, law_day(act.at))
        act.cancel(REPORT)
        terms = timing.follow_up(self.review, due_on, self.policy_at(act.at))
        # Reminders that would lie in the past are left out by the deadline itself.
        act.start(REPORT, **terms)
        act.say(due=due_on.isoformat(), reason=reason)

    @step(
        source=State.DUE,
        target=State.REPORTED,
        label=_("提交跟踪审查报告"),
        by=["lead", "acting_report"],
        requires=[committee_free],
        cite="national:19",
        form=FilingForm,
        help=_("提交后内容不能再改动，由负责初始审查的委员会审查。"),
    )
    def report(self, act: Act, **answers: Any) -> None:
        """Seals it, meets the obligation, and puts it before the committee that reviewed first (Shandong 7)."""
        from reviews.models.following.proceeding import open_review

        self.seal(act, answers)
        act.meet(REPORT)
        open_review(self, act)

    @step(
        source=State.REPORTED,
        target=State.IN_REVIEW,
        label=_("开始跟踪审查"),
        by=[CONSEQUENCE],
        cite="national:19",
    )
    def take_up(self, act: Act) -> None: ...

    @step(
        source=[State.REPORTED, State.IN_REVIEW],
        target=State.DUE,
        label=_("退回重新报告"),
        by=[CONSEQUENCE],
        cite="national:19",
    )
    def send_back(self, act: Act, *, reason: str) -> None:
        """The report was not complete. The day by which it was due stays what it was."""
        from reviews.models.reviewing import timing

        act.start(REPORT, **timing.follow_up(self.review, self.due_on, self.policy_at(act.at)))
        act.say(reason=reason)

    @step(
        source=State.IN_REVIEW,
        target=RETURN_VALUE(*OUTCOMES),
        label=_("形成跟踪审查意见"),
        by=[CONSEQUENCE],
        cite="national:19",
    )
    def close(self, act: Act, *, outcome: str, decision: str) -> str:
        act.record(decision=decision)
        return outcome

    @step(
        source=OUTCOMES,
        target=State.REPORTED,
        label=_("因申诉成立重新审查"),
        by=[CONSEQUENCE],
        cite="national:18",
    )
    def decide_again(self, act: Act, *, decision: str) -> None:
        """What was reported stands; what was decided on it does not."""
        act.record(set_aside=decision)

    @step(
        source=[State.SCHEDULED, State.DUE, State.REPORTED, State.IN_REVIEW],
        target=State.CANCELLED,
        label=_("取消跟踪审查"),
        by=[CONSEQUENCE],
        cite="national:19",
    )
    def fall_away(self, act: Act) -> None:
        act.cancel(REPORT)


def schedule(review: Any, due_on: date, act: Act, policy: Policy) -> FollowUp:
    """The next one, with its deadline. Part of the step that makes it necessary."""
    from reviews.models.reviewing import timing

    last = review.project.follow_ups.aggregate(last=models.Max("number"))["last"] or 0
    coming = FollowUp(
        project=review.project,
        review=review,
        number=last + 1,
        due_on=due_on,
        report_from=due_on - timedelta(days=policy.value("follow_up.lead_days")),
    )
    act.create(coming)
    act.start(REPORT, on=coming, **timing.follow_up(coming.review, due_on, policy))
    return coming
