"""Appeal 申诉: the applicant asks the committee that decided to decide anew (Measures 18)."""

from collections.abc import Iterable, Iterator
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ethicsreview.accounts.models import Person, Role
from ethicsreview.accounts.standing import Standing
from ethicsreview.deadlines.models import Deadline, DeadlineQuerySet
from ethicsreview.documents.models import DocumentVersion, Letter
from ethicsreview.lifecycle.act import Act
from ethicsreview.lifecycle.fields import StateField
from ethicsreview.lifecycle.models import Lifecycle, LifecycleQuerySet, NamedTo
from ethicsreview.lifecycle.refusals import Refusal
from ethicsreview.lifecycle.steps import CONSEQUENCE, step
from reviews.models.appeals import following, forms
from reviews.models.projects.changing import AMENDABLE
from reviews.models.projects.project import Project
from reviews.models.reviewing import chairing, timing
from reviews.models.reviewing.decision import Decision, Outcome
from reviews.models.reviewing.review import Review


class AppealQuerySet(LifecycleQuerySet):
    def visible_to(self, standing: Standing) -> Self:
        """Who sees the review; what is still being written, its own people alone."""
        seen = self.filter(review__in=Review.objects.visible_to(standing))
        if standing.is_system or standing.holds(Role.OPERATOR):
            return seen
        return seen.filter(~Q(state="draft") | Q(review__project__in=Project.objects.own(standing.person)))

    def open(self) -> Self:
        return self.filter(state__in=OPEN)


class State(models.TextChoices):
    DRAFT = "draft", _("填写中")
    FILED = "filed", _("已提出")
    PREPARED = "prepared", _("待决定")
    UPHELD = "upheld", _("申诉成立")
    DISMISSED = "dismissed", _("申诉不成立")
    WITHDRAWN = "withdrawn", _("已撤回")


OPEN = frozenset({State.DRAFT, State.FILED, State.PREPARED})


class Appeal(Lifecycle):
    """Filed by the lead, prepared by the secretary, decided by the chair: never by one person alone."""

    State = State
    noun, collection, letter = "appeal", "appeals", "S"
    called, named_to = "review__project__title", NamedTo.OWN
    creators = frozenset({"lead"})

    ref = models.CharField(_("编号"), max_length=20, unique=True, editable=False)
    state = StateField(_("状态"), choices=State.choices, default=State.DRAFT)
    review = models.ForeignKey(Review, models.PROTECT, related_name="appeals", verbose_name=_("审查"))
    decision = models.ForeignKey(Decision, models.PROTECT, related_name="appeals", verbose_name=_("所申诉的决定"))
    # The review in which the committee decides anew.
    new_review = models.OneToOneField(
        Review, models.PROTECT, null=True, editable=False, related_name="from_appeal", verbose_name=_("申诉再审")
    )
    reasons = models.TextField(_("申诉理由"), blank=True, editable=False)
    # Handed in beside the steps while it is written; the step that files it names its digest.
    document = models.ForeignKey(DocumentVersion, models.PROTECT, null=True, editable=False, related_name="+")
    preparation = models.TextField(_("秘书的核查情况"), blank=True, editable=False)
    recommendation = models.CharField(_("建议"), max_length=10, blank=True, editable=False)
    prepared_by = models.ForeignKey(Person, models.PROTECT, null=True, editable=False, related_name="+")
    answer = models.TextField(_("决定的理由"), blank=True, editable=False)
    filed_at = models.DateTimeField(_("提出时间"), null=True, editable=False)
    decided_at = models.DateTimeField(_("决定时间"), null=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = AppealQuerySet.as_manager()

    class Meta:
        verbose_name = _("申诉")
        verbose_name_plural = _("申诉")
        constraints = [
            models.UniqueConstraint(fields=["decision"], condition=Q(state__in=sorted(OPEN)), name="appeal_one_open"),
            models.CheckConstraint(
                condition=~Q(state__in=["upheld", "dismissed"]) | ~Q(answer=""), name="appeal_decided_with_reasons"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ref} {self.review.project}"

    def get_absolute_url(self) -> str:
        return reverse("portal:appeal", args=[self.ref])

    # --- who ------------------------------------------------------------------------------------------------------

    def subject(self) -> Project:
        return self.review.project

    def capacities(self, standing: Standing) -> set[str]:
        found = self.review.capacities(standing)
        return found - ROLES if self.state == State.DRAFT else found

    def conflicts(self, standing: Standing) -> Iterable[Refusal]:
        return self.review.conflicts(standing)

    def people(self, group: str) -> Iterable[Person]:
        return self.review.people(group)

    def words(self) -> dict[str, Any]:
        return self.review.words() | {"ref": self.ref, "review": self.review.ref, "decision": self.decision.number}

    @property
    def letter_made(self) -> Letter | None:
        """The answer's letter; None before it is decided, and while a worker is still setting it."""
        return Letter.objects.of(self.noun, self.ref).first() if self.decided_at else None

    # --- guards ---------------------------------------------------------------------------------------------------

    def support_handed_in(self, act: Act) -> Iterator[Refusal]:
        """Measures 18: with reasons and what supports them."""
        needs = self.review.policy_at(act.at).entry("appeal.needs")
        if "evidence" in needs.value and self.document_id is None:
            yield Refusal("evidence", _("申诉应当附相关支持材料"), cite=needs.cite)

    def decision_stands(self, act: Act) -> Iterator[Refusal]:
        yield from obstacles(self.review, self.decision)

    def decided_by_another(self, act: Act) -> Iterator[Refusal]:
        if act.standing.person is not None and act.standing.person.pk == self.prepared_by_id:
            yield Refusal("same_person", _("核查与决定不能由同一人办理"), cite="national:18")

    def chair_first(self, act: Act) -> Iterator[Refusal]:
        """A vice-chair decides only where no chair is free of interest."""
        words = _("由主任委员决定；主任委员应当回避或者空缺时，由副主任委员决定")
        yield from chairing.chair_first(self.review, self.capacities(act.standing), words)

    # --- steps ----------------------------------------------------------------------------------------------------

    @step(
        source=State.DRAFT,
        target=State.FILED,
        label=_("提出申诉"),
        by=["lead"],
        requires=[support_handed_in, decision_stands],
        cite="national:18",
        form=forms.FileForm,
        help=_("向作出决定的委员会书面提出，写明理由，并附支持材料。没有规定申诉的期限。"),
    )
    def file(self, act: Act, *, reasons: str) -> None:
        self.reasons, self.filed_at = reasons, act.at
        if self.document is not None:
            paper = self.document
            act.record(document=paper.document.ref, document_version=paper.number, digest=paper.digest)
        self._stop_answer(act)

    @step(
        source=[State.FILED, State.PREPARED],
        target=State.PREPARED,
        label=_("核查申诉"),
        by=["secretary", "vice_chair"],
        cite="national:18",
        form=forms.PrepareForm,
        judges=True,
        help=_("核查申诉的理由和支持材料，提出建议，交主任委员决定。"),
    )
    def prepare(self, act: Act, *, preparation: str, recommendation: str) -> None:
        self.preparation, self.recommendation, self.prepared_by = preparation, recommendation, act.actor

    @step(
        source=State.PREPARED,
        target=State.UPHELD,
        label=_("申诉成立，重新审查"),
        by=["chair", "vice_chair"],
        requires=[decided_by_another, chair_first, decision_stands],
        cite="national:18",
        form=forms.DecideForm,
        judges=True,
        help=_("理由充分的，委员会重新审查：原决定由再审取代，按会议审查的程序和期限另行作出决定。"),
    )
    def uphold(self, act: Act, *, answer: str) -> None:
        """The committee decides anew: in a review of its own, on a version that begins with the last."""
        self._decide(act, answer)
        old = self.review
        act.then(old, "set_aside", appeal=self.ref)
        if old.kind == Review.Kind.FOLLOW_UP:
            act.then(self, "open_review", review=following.decide_anew(old, self.decision, act))
            act.say(coming=_("由委员会秘书受理后提交会议，不需要另行申请。"))
            return
        act.say(coming=_("请项目负责人核对并提交再审的申请；受理后重新计算审查期限。"))
        new = Review(
            kind=Review.Kind.APPEAL,
            project=old.project,
            committee=old.committee,
            assessment=old.assessment,
            amends=old.amends,
        )
        act.create(new)
        act.then(new, "carry_over", version=old.submission)
        act.then(self, "open_review", review=new)
        if old.project.state == Project.State.REJECTED:
            act.then(old.project, "reopen", appeal=self.ref)

    @step(source=State.UPHELD, target=None, label=_("开始申诉再审"), by=[CONSEQUENCE], cite="national:18")
    def open_review(self, act: Act, *, review: Review) -> None:
        self.new_review = review
        act.record(review=review.ref)

    @step(
        source=State.PREPARED,
        target=State.DISMISSED,
        label=_("认定申诉不成立"),
        by=["chair", "vice_chair"],
        requires=[decided_by_another, chair_first],
        cite="national:18",
        form=forms.DecideForm,
        judges=True,
        danger=True,
        help=_("原决定不变。应当写明理由，告知申诉人，并通报全体委员。"),
    )
    def dismiss(self, act: Act, *, answer: str) -> None:
        self._decide(act, answer)
        self._let_answer_go_on(act)

    @step(
        source=[State.DRAFT, State.FILED, State.PREPARED],
        target=State.WITHDRAWN,
        label=_("撤回申诉"),
        by=["lead"],
        cite="national:18",
        danger=True,
    )
    def withdraw(self, act: Act) -> None:
        """What is asked for may always be given up; another may be filed later, since no text sets a time."""
        self._let_answer_go_on(act)

    def _stop_answer(self, act: Act) -> None:
        """Nothing can be handed in while the appeal is dealt with, so the applicant's time stands still (policy)."""
        if self.review.policy_at(act.at).value("appeal.pauses_answer"):
            for running in self._answers().filter(paused_at=None):
                act.pause(running.kind, on=self.review)

    def _let_answer_go_on(self, act: Act) -> None:
        for standing in self._answers().exclude(paused_at=None):
            act.resume(standing.kind, on=self.review)

    def _answers(self) -> DeadlineQuerySet:
        return Deadline.objects.of(self.review).open().filter(kind__in=timing.APPEALABLE)

    def _decide(self, act: Act, answer: str) -> None:
        self.answer, self.decided_at = answer, act.at
        act.record(recommendation=self.recommendation, decision=self.decision.number)
        act.nudge("reviews.letters")
        act.say(reason=answer)


ROLES = frozenset({"secretary", "chair", "vice_chair", "member", "adviser", "presider"})


def obstacles(review: Review, decision: Decision | None) -> Iterator[Refusal]:
    """Why the decision of a review cannot be appealed against now."""
    if decision is None or not decision.appealable:
        yield Refusal(
            "not_appealable",
            _("没有可以申诉的决定：申诉针对不予批准、修改后批准、修改后再审，以及暂停、终止、重新审查的决定"),
            {},
            "national:18",
        )
        return
    if review.kind == Review.Kind.FOLLOW_UP:
        yield from following.overtaken(review, decision)
        yield from _moved_on(review, following.LEFT_IN[Outcome(decision.outcome)])
        return
    latest = review.decisions.first()
    if latest is None or latest.pk != decision.pk or review.state != decision.outcome:
        yield Refusal("overtaken", _("该决定之后情况已有变化，不能再据以重新审查"), {}, "national:18")
    expected = {str(Project.State.REJECTED if decision.outcome == Outcome.REJECTED else Project.State.UNDER_REVIEW)}
    if review.amends_id is not None:
        # Refused or not, what was to be changed is approved and in force.
        expected = set(AMENDABLE) if review.project.in_force_id == review.amends_id else set()
    yield from _moved_on(review, expected)


def _moved_on(review: Review, expected: set[str]) -> Iterator[Refusal]:
    if review.project.state not in expected:
        yield Refusal(
            "project_state",
            _("科技活动现为“%(state)s”，请按现在的情况申请审查"),
            {"state": review.project.get_state_display()},
            "national:18",
        )
