"""Opinion 审查意见: one member's ballot on one review in one round. Sealed when cast; never anybody else's."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from committees.models import Membership, ground_told, undeclared
from ethicsreview.accounts.models import Person, Role
from ethicsreview.accounts.standing import Standing
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.lifecycle.act import Act
from ethicsreview.lifecycle.drafts import Draft
from ethicsreview.lifecycle.fields import StateField
from ethicsreview.lifecycle.models import Lifecycle, LifecycleQuerySet
from ethicsreview.lifecycle.refusals import Refusal
from ethicsreview.lifecycle.steps import CONSEQUENCE, step
from ethicsreview.trail.digest import digest
from reviews.models.opinions import forms

if TYPE_CHECKING:
    from reviews.models.projects.project import Project


class Verdict(models.TextChoices):
    """How a member votes. There is no default, and one verdict is never taken for another."""

    APPROVE = "approved", pgettext_lazy("vote", "批准")
    MODIFY = "modification_required", pgettext_lazy("vote", "修改后批准")
    REVISE = "revision_required", pgettext_lazy("vote", "修改后再审")
    REJECT = "rejected", pgettext_lazy("vote", "不予批准")
    # Of a follow-up review.
    CONTINUE = "continued", pgettext_lazy("vote", "继续实施")
    SUSPEND = "suspended", pgettext_lazy("vote", "暂停实施")
    TERMINATE = "terminated", pgettext_lazy("vote", "终止实施")
    REREVIEW = "rereview_required", pgettext_lazy("vote", "重新审查")
    ABSTAIN = "abstain", pgettext_lazy("vote", "弃权")


class OpinionQuerySet(LifecycleQuerySet):
    def visible_to(self, standing: Standing) -> Self:
        """One's own, until one is recused or declares an interest; and that others exist, for those on the committee
        (their content is sealed: `readable_by`).
        """
        if standing.is_system:
            return self
        if standing.person is None:
            return self.none()
        from reviews.models.reviewing.review import Review

        on_table = standing.bodies(Role.SECRETARY, Role.CHAIR, Role.VICE_CHAIR, Role.MEMBER)
        from reviews.models.projects.interests import of_interest

        visible = Review.objects.on_table(standing).filter(committee__in=on_table)
        own = models.Q(person=standing.person) & ~models.Q(review__in=recusals_of(standing.person))
        own &= ~of_interest(standing, "review__project")
        return self.filter(own | models.Q(review__in=visible))

    def awaiting(self, person: Person) -> Self:
        """What this member still has to give, of rounds that run."""
        return self.live().filter(person=person)

    def live(self) -> Self:
        """Still to be given: at a meeting to come or in session, or by a designated member."""
        at_meeting = models.Q(agenda_item__dropped_at=None, agenda_item__meeting__state__in=["planned", "open"])
        designated = models.Q(designation__isnull=False, designation__ended_at=None, round=models.F("review__round"))
        return self.filter(at_meeting | designated, state=Opinion.State.ASSIGNED, review__state="in_review")


def recusals_of(person: Person | None) -> "models.QuerySet[Opinion, Any]":
    """The reviews, by key, from which the person is recused, in whichever round that was."""
    return Opinion.objects.filter(person=person, state=Opinion.State.RECUSED).values("review")


class Opinion(Lifecycle):
    noun, collection, letter = "opinion", "opinions", "B"
    frozen_when: ClassVar[str] = "OLD.state = 'cast' OR OLD.state = 'recused'"

    class State(models.TextChoices):
        ASSIGNED = "assigned", pgettext_lazy("state", "待表决")
        CAST = "cast", pgettext_lazy("state", "已表决")
        RECUSED = "recused", pgettext_lazy("state", "已回避")

    draft = Draft(fields={"draft_answers"}, states={State.ASSIGNED}, by={"voter"})

    ref = models.CharField(_("编号"), max_length=20, unique=True, editable=False)
    state = StateField(_("状态"), choices=State.choices, default=State.ASSIGNED)
    review = models.ForeignKey("reviews.Review", models.PROTECT, related_name="opinions")
    # On what it is given: a meeting's agenda, or the chair's designation.
    agenda_item = models.ForeignKey(
        "reviews.AgendaItem", models.PROTECT, null=True, blank=True, related_name="opinions"
    )
    designation = models.OneToOneField(
        "reviews.Designation", models.PROTECT, null=True, blank=True, related_name="opinion"
    )
    round = models.PositiveIntegerField(_("轮次"))
    membership = models.ForeignKey(Membership, models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, related_name="opinions")
    draft_answers = models.JSONField(default=dict, blank=True, editable=False)
    revision = models.PositiveIntegerField(default=0, editable=False)
    verdict = models.CharField(_("表决"), max_length=30, choices=Verdict.choices, blank=True, editable=False)
    criteria = models.JSONField(_("逐项意见"), default=dict, blank=True, editable=False)
    # What a designated member raises: {"doubt": "…"}.
    concerns = models.JSONField(_("疑义"), default=dict, blank=True, editable=False)
    comment = models.TextField(_("意见"), blank=True, editable=False)
    cast_at = models.DateTimeField(_("表决时间"), null=True, editable=False)
    # In a person's words; what is computed is kept by code, and worded for whoever reads it.
    recusal_ground = models.CharField(_("回避理由"), max_length=300, blank=True, editable=False)
    recusal_grounds = models.JSONField(_("回避情形"), default=list, blank=True, editable=False)

    objects = OpinionQuerySet.as_manager()

    class Meta:
        verbose_name = _("审查意见")
        verbose_name_plural = _("审查意见")
        constraints = [
            models.UniqueConstraint(fields=["agenda_item", "round", "person"], name="opinion_one_a_round"),
            models.UniqueConstraint(
                fields=["review", "round", "person"], condition=models.Q(state="cast"), name="opinion_one_vote_a_round"
            ),
            models.CheckConstraint(
                condition=models.Q(agenda_item__isnull=True) ^ models.Q(designation__isnull=True),
                name="opinion_one_basis",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="cast") | ~models.Q(verdict=""), name="opinion_cast_has_verdict"
            ),
            models.CheckConstraint(
                condition=models.Q(state="cast") | models.Q(verdict=""), name="opinion_verdict_only_when_cast"
            ),
        ]
        indexes = [models.Index(fields=["person", "state", "next_due_at"], name="opinion_queue")]

    def __str__(self) -> str:
        return f"{self.review.ref} {self.person}"

    def get_absolute_url(self) -> str:
        return reverse("desk:review", args=[self.review.ref])

    def subject(self) -> "Project":
        return self.review.project

    def capacities(self, standing: Standing) -> set[str]:
        """Nobody votes for another: the only one who casts is the person whose ballot it is."""
        found = self.review.capacities(standing) & {"secretary", "chair", "presider"}
        if standing.person is not None and standing.person.pk == self.person_id:
            found.add("voter")
        return found

    def conflicts(self, standing: Standing) -> Iterable[Refusal]:
        return self.review.conflicts(standing)

    def people(self, group: str) -> Iterable[Person]:
        return [self.person] if group == "voter" else self.review.people(group)

    def words(self) -> dict[str, Any]:
        return self.review.words() | {"member": self.person.name}

    def readable_by(self, person: Person) -> bool:
        """Sealed: before the decision only its author reads it; after it, the committee does."""
        if person.pk == self.person_id:
            return True
        if self.designation_id:
            # A round that went to a meeting has no decision of its own: the meeting's opens it too.
            return bool(self.review.decisions.filter(round__gte=self.round).exists())
        return bool(self.review.decisions.filter(round=self.round).exists())

    @property
    def recusal_told(self) -> str:
        """Why its author is recused, in the reader's language."""
        told = [ground_told(kept) for kept in self.recusal_grounds]
        return gettext("；").join([*told, *([self.recusal_ground] if self.recusal_ground else [])])

    def note_next_due(self) -> None:
        """A sealed row is never touched again: the step that seals it has cleared the end itself."""
        if self.state == self.State.ASSIGNED:
            super().note_next_due()

    # --- guards ---------------------------------------------------------------------------------------------------

    def round_runs(self, act: Act) -> Iterator[Refusal]:
        item = self.agenda_item
        if item is None:
            return
        if self.review.state != "in_review" or item.dropped_at is not None or item.round != self.review.round:
            yield Refusal("round_over", _("该轮表决已经结束"), cite="national:16")
        elif item.meeting.state != "open":
            yield Refusal(
                "meeting_not_open",
                _("会议“%(meeting)s”尚未召开"),
                {"meeting": item.meeting.title},
                "national:14",
            )

    def designation_runs(self, act: Act) -> Iterator[Refusal]:
        if self.designation is None:
            return
        if self.designation.ended_at is not None:
            yield Refusal("replaced", _("已改由其他委员承办"), cite="national:23")
        elif self.review.state != "in_review" or self.round != self.review.round:
            yield Refusal("round_over", _("本审查已转为会议审查，或者已经结束"), cite="national:24")

    def attends(self, act: Act) -> Iterator[Refusal]:
        if self.agenda_item is not None and not self.agenda_item.meeting.is_attended_by(self.person):
            yield Refusal("not_attending", _("您未被记录为到会委员"), cite="national:14")

    def term_runs(self, act: Act) -> Iterator[Refusal]:
        """A term that ends during the meeting ends the vote with it."""
        if not self.membership.covers(law_day(act.at)):
            yield Refusal(
                "term_over",
                _("您的任期已于%(day)s届满"),
                {"day": self.membership.appointment.ends},
                "national:7",
            )

    def interests_declared(self, act: Act) -> Iterator[Refusal]:
        """Measures 8: who has not declared for the year does not judge."""
        yield from undeclared(self.review.committee, [self.person], act.at).values()

    # --- steps ----------------------------------------------------------------------------------------------------

    @step(
        source=State.ASSIGNED,
        target=State.CAST,
        label=_("表决并封存"),
        by=["voter"],
        requires=[round_runs, designation_runs, attends, term_runs, interests_declared],
        cite="national:16",
        form=forms.CastForm,
        judges=True,
        help=_("提交后即封存，任何人不能修改；只有重新表决才能再次投票。"),
    )
    def cast(self, act: Act, *, verdict: str, comment: str, **criteria: Any) -> None:
        self.verdict, self.comment, self.cast_at = verdict, comment, act.at
        self.criteria, self.concerns = forms.criteria_kept(criteria), forms.concerns_kept(criteria)
        self.draft_answers = {}
        if self.designation_id:
            from reviews.models.reviewing.designation import GIVE, settle

            self.next_due_at = None
            act.meet(GIVE)
            settle(self, act)
        # The trail shows that and when; what was said stays sealed until the decision, and provable after it.
        act.record(digest=self.ballot_digest())

    @step(
        source=State.ASSIGNED,
        target=State.RECUSED,
        label=_("声明回避"),
        by=["voter", "secretary", "chair", CONSEQUENCE],
        cite="national:8",
        form=forms.RecusalForm,
        danger=True,
        help=_("回避后不再参与该项的审议和表决，也不再能查看其材料。"),
    )
    def recuse(self, act: Act, *, ground: str, grounds: Sequence[dict[str, Any]] = ()) -> None:
        self.recusal_ground, self.recusal_grounds = ground, list(grounds)
        if grounds:
            act.record(grounds=[one["code"] for one in grounds])
        self.draft_answers = {}
        if self.designation_id:
            from reviews.models.reviewing.designation import GIVE

            self.next_due_at = None
            act.cancel(GIVE)
            if not list(self.designation_runs(act)):
                act.tell("opinion.reviewer_recused", self.people("chairs"))

    def ballot_digest(self) -> str:
        return digest(self.balloted())

    def balloted(self) -> list[Any]:
        """What the ballot's digest is taken over."""
        said = [self.ref, self.round, self.person.username, self.verdict, self.criteria, self.comment]
        return [*said, self.concerns] if self.designation_id else said
