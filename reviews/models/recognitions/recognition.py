"""Recognition 结果互认: a unit asks its own committee to take another's result for a basis; local duties stay."""

from collections.abc import Iterable, Iterator
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_fsm import RETURN_VALUE

from ethicsreview.accounts.models import Person, Role
from ethicsreview.accounts.standing import Standing
from ethicsreview.deadlines.calendar import add_months, law_day
from ethicsreview.documents.models import DocumentVersion
from ethicsreview.lifecycle.act import Act
from ethicsreview.lifecycle.fields import StateField
from ethicsreview.lifecycle.models import Lifecycle, LifecycleQuerySet, NamedTo
from ethicsreview.lifecycle.refusals import Refusal
from ethicsreview.lifecycle.steps import CONSEQUENCE, step
from reviews.models import both_sides
from reviews.models.projects.project import Project
from reviews.models.recognitions import forms, lapsing, sources, timing
from reviews.models.recognitions.alliance import Alliance
from reviews.models.reviewing.decision import Decision
from reviews.models.reviewing.review import Review


class State(models.TextChoices):
    """After the states of reliance agreements: approved, on hold, denied, cancelled."""

    DRAFT = "draft", pgettext_lazy("state", "填写中")
    REQUESTED = "requested", pgettext_lazy("state", "待认可")
    ON_HOLD = "on_hold", pgettext_lazy("state", "暂缓，待补充说明")
    ACCEPTED = "accepted", pgettext_lazy("state", "已认可")
    REFUSED = "refused", pgettext_lazy("state", "不予认可")
    CANCELLED = "cancelled", pgettext_lazy("state", "已取消")
    LAPSED = "lapsed", pgettext_lazy("state", "期限已届满")


OPEN = (State.DRAFT, State.REQUESTED, State.ON_HOLD)
ROLES = frozenset({"secretary", "chair", "vice_chair", "member", "adviser", "presider", "designator", "colleague"})


class RecognitionQuerySet(LifecycleQuerySet):
    def visible_to(self, standing: Standing) -> Self:
        """Who sees the review; what is still being written, its own people alone."""
        seen = self.filter(review__in=Review.objects.visible_to(standing))
        if standing.is_system or standing.holds(Role.OPERATOR):
            return seen
        return seen.filter(~Q(state="draft") | Q(review__project__in=Project.objects.own(standing.person)))

    def open(self) -> Self:
        return self.filter(state__in=OPEN)


class Recognition(Lifecycle):
    State = State
    noun, collection, letter = "recognition", "recognitions", "Q"
    called, named_to = "review__project__title", NamedTo.OWN
    creators = frozenset({"lead"})
    timely: ClassVar[Any] = {
        "expire": lambda at: Recognition.objects.filter(state=State.ACCEPTED, valid_until__lt=law_day(at)),
        "lose_source": lambda at: lapsing.of_withdrawn_letters(Recognition.objects.filter(state=State.ACCEPTED), at),
    }

    ref = models.CharField(_("编号"), max_length=20, unique=True, editable=False)
    state = StateField(_("状态"), choices=State.choices, default=State.DRAFT)
    review = models.ForeignKey(Review, models.PROTECT, related_name="recognitions", verbose_name=_("本单位的审查"))
    alliance = models.ForeignKey(
        Alliance, models.PROTECT, null=True, editable=False, related_name="recognitions", verbose_name=_("互认联盟")
    )
    # A result of this service: its decision, verified by the code on its letter, and the very version it names.
    decision = models.ForeignKey(
        Decision, models.PROTECT, null=True, editable=False, related_name="+", verbose_name=_("请求认可的决定")
    )
    submission_digest = models.CharField(_("所审版本摘要"), max_length=80, blank=True, editable=False)
    # Another's, as it was entered; its paper is the evidence.
    body = models.CharField(_("作出决定的委员会"), max_length=200, blank=True, editable=False)
    number = models.CharField(_("批件文号"), max_length=100, blank=True, editable=False)
    decided_on = models.DateField(_("决定日期"), null=True, editable=False)
    document = models.ForeignKey(DocumentVersion, models.PROTECT, null=True, editable=False, related_name="+")
    note = models.TextField(_("请求的说明"), blank=True, editable=False)
    confirmations = models.JSONField(_("认可"), default=list, editable=False)
    reason = models.TextField(_("理由"), blank=True, editable=False)
    valid_until = models.DateField(_("认可的期限"), null=True, editable=False)
    requested_at = models.DateTimeField(_("请求时间"), null=True, editable=False)
    decided_at = models.DateTimeField(_("答复时间"), null=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = RecognitionQuerySet.as_manager()

    class Meta:
        verbose_name = _("结果互认")
        verbose_name_plural = _("结果互认")
        constraints = [
            models.UniqueConstraint(
                fields=["review"], condition=Q(state__in=[str(one) for one in OPEN]), name="recognition_one_open"
            ),
            models.CheckConstraint(
                condition=~Q(state="accepted") | Q(decision__isnull=False) | Q(document__isnull=False),
                name="recognition_accepted_with_source",
            ),
            models.CheckConstraint(
                condition=~Q(state="accepted") | Q(valid_until__isnull=False), name="recognition_has_term"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ref} {self.review.project}"

    def get_absolute_url(self) -> str:
        return reverse("portal:recognition", args=[self.ref])

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
        return self.review.words() | {"ref": self.ref, "review": self.review.ref, "source": self.source_number}

    # --- what is recognised ---------------------------------------------------------------------------------------

    @property
    def source_number(self) -> str:
        return self.decision.number if self.decision else self.number

    @property
    def source_body(self) -> str:
        return self.decision.review.committee.name if self.decision else self.body

    @property
    def verified(self) -> bool:
        """By this service's own code and digest; else by evidence and two signatures alone."""
        return self.decision is not None

    def not_confirmed_by_same(self, act: Act) -> Iterator[Refusal]:
        if not self.confirmations:
            return
        cite = sources.article(sources.policy_of(self, act.at))
        held, words = self.capacities(act.standing), {"mine": _("您已认可，等待另一方"), "theirs": _("该方已经认可")}
        yield from both_sides.not_by_same(self.confirmations, held, act, cite, **words)

    # --- steps ----------------------------------------------------------------------------------------------------

    @step(
        source=State.DRAFT,
        target=State.REQUESTED,
        label=_("请求认可"),
        by=["lead"],
        cite="national:21",
        form=forms.RequestForm,
        help=_(
            "请求本单位的委员会认可其他委员会的审查结果。认可之前不得开展；跟踪审查、登记、专家复核仍由本单位负责。"
        ),
    )
    def request(
        self,
        act: Act,
        *,
        code: Decision | None,
        body: str,
        number: str,
        decided_on: Any,
        alliance: Alliance | None,
        note: str,
    ) -> None:
        self.decision, self.alliance, self.note, self.requested_at = code, alliance, note, act.at
        if code is not None:
            self.submission_digest = code.submission_digest
        else:
            self.body, self.number, self.decided_on = body, number, decided_on
        evidence = {"document": self.document.document.ref, "digest": self.document.digest} if self.document else {}
        act.record(source=self.source_number, version=self.submission_digest, **evidence)

    @step(
        source=State.REQUESTED,
        target=State.ON_HOLD,
        label=_("暂缓认可"),
        by=["secretary", "chair"],
        cite="national:21",
        form=forms.ReasonForm,
        judges=True,
        help=_("材料不足以判断的，写明需要补充什么。"),
    )
    def hold(self, act: Act, *, reason: str) -> None:
        self.reason = reason
        act.say(reason=reason)

    @step(
        source=State.ON_HOLD,
        target=State.REQUESTED,
        label=_("补充说明"),
        by=["lead"],
        cite="national:21",
        form=forms.AnswerForm,
    )
    def answer(self, act: Act, *, note: str) -> None:
        self.note, self.confirmations = note, []

    @step(
        source=State.REQUESTED,
        target=RETURN_VALUE(State.REQUESTED, State.ACCEPTED),
        label=_("认可该结果"),
        by=["secretary", "chair"],
        requires=[
            sources.named,
            sources.source_stands,
            sources.between_fellows,
            sources.evidence_kept,
            sources.review_waits,
            sources.version_kept,
            sources.committee_lawful,
            not_confirmed_by_same,
        ],
        cite="national:21",
        form=forms.ConfirmForm,
        judges=True,
        help=_("须由秘书和主任委员分别认可。列入清单的，认可后为初审通过，仍须专家复核。"),
    )
    def confirm(self, act: Act, *, remark: str, **_checked: Any) -> str:
        self.confirmations = both_sides.with_mine(self.confirmations, act, remark=remark)
        if not both_sides.complete(self.confirmations):
            return State.REQUESTED
        policy = sources.policy_of(self, act.at)
        months = [policy.value("recognition.term_months")]
        months += [self.alliance.term_months] if self.alliance and self.alliance.term_months else []
        self.decided_at = act.at
        self.valid_until = add_months(law_day(act.at), min(months))
        act.record(valid_until=self.valid_until.isoformat(), local_duties=policy.value("recognition.local_duties"))
        act.start(timing.TERM, **timing.term(self, policy))
        act.then(self.review, "conclude_by_recognition", recognition=self)
        told = [*self.people("lead"), *self.people("officers"), *self.people("secretaries")]
        act.tell("recognition.accepted", told, until=self.valid_until.isoformat())
        return State.ACCEPTED

    @step(
        source=[State.REQUESTED, State.ON_HOLD],
        target=State.REFUSED,
        label=_("不予认可，按程序审查"),
        by=["secretary", "chair"],
        cite="national:21",
        form=forms.ReasonForm,
        judges=True,
        danger=True,
        help=_("不予认可的，本单位的审查按受理时确定的程序继续进行。"),
    )
    def refuse(self, act: Act, *, reason: str) -> None:
        self.reason, self.decided_at = reason, act.at
        act.say(reason=reason)

    @step(
        source=[State.DRAFT, State.REQUESTED, State.ON_HOLD],
        target=State.CANCELLED,
        label=_("撤回请求"),
        by=["lead"],
        cite="national:21",
        danger=True,
    )
    def withdraw(self, act: Act) -> None: ...

    @step(
        source=State.ACCEPTED,
        target=State.CANCELLED,
        label=_("取消认可"),
        by=["chair"],
        cite="national:21",
        form=forms.ReasonForm,
        judges=True,
        danger=True,
        help=_("所认可的结果失效或者本地情况变化的，取消认可；本单位的部分应当停止，由本单位的委员会审查。"),
    )
    def revoke(self, act: Act, *, reason: str) -> None:
        """The gate of the activity shuts; the decision and its letter stay as they were given."""
        self._end(act, reason)

    @step(
        source=State.ACCEPTED,
        target=State.CANCELLED,
        label=_("所认可的结果失效"),
        by=[CONSEQUENCE],
        cite="national:21",
    )
    def lose_source(self, act: Act, *, ground: str = "") -> None:
        """The committee that gave it has taken it back: by a later decision (the ground), or by withdrawing its letter,
        which the tick finds.
        """
        self._end(act, ground or self.source_number)

    @step(
        source=State.ACCEPTED,
        target=State.LAPSED,
        label=_("认可的期限届满"),
        by=[CONSEQUENCE],
        requires=[lapsing.term_is_over],
        cite="national:21",
    )
    def expire(self, act: Act) -> None:
        """By the coming of the day: the system takes it."""
        act.cancel(timing.TERM)
        lapsing.fall_back(self, act)

    @step(
        source=State.ACCEPTED,
        target=None,
        label=_("申请本单位重新审查"),
        by=["lead"],
        requires=[lapsing.may_review_itself],
        cite="national:21",
        help=_("认可的期限届满之前，可以申请由本单位的委员会审查，从现行有效的版本开始。"),
    )
    def ask_own_review(self, act: Act) -> None:
        lapsing.open_own_review(self, act)

    def _end(self, act: Act, reason: str) -> None:
        self.reason = reason
        act.cancel(timing.TERM)
        act.say(reason=reason)
        lapsing.fall_back(self, act)

    @step(source=list(OPEN), target=State.CANCELLED, label=_("随审查结束"), by=[CONSEQUENCE], cite="national:21")
    def lapse(self, act: Act) -> None:
        """The review it was asked for is withdrawn: nothing is left to recognise it for."""
