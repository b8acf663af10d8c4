"""RecheckOpinion 复核意见: one expert's seat on a panel, and what they say. Sealed when cast."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, ClassVar, Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from committees.kinds import Category
from committees.models import Expert
from ethicsreview.accounts.models import Person, Role
from ethicsreview.accounts.prepared import Given, Prepared
from ethicsreview.accounts.standing import Standing
from ethicsreview.lifecycle.act import Act
from ethicsreview.lifecycle.drafts import Draft
from ethicsreview.lifecycle.fields import StateField
from ethicsreview.lifecycle.models import Lifecycle, LifecycleQuerySet
from ethicsreview.lifecycle.refusals import Refusal
from ethicsreview.lifecycle.steps import CONSEQUENCE, step
from ethicsreview.trail.digest import digest
from reviews.models.rechecks import forms
from reviews.models.rechecks import timing as recheck_timing
from reviews.models.rechecks.panel import grounds_of
from reviews.models.rechecks.recheck import Recheck
from reviews.rules.recheck_votes import AGREE, DISAGREE

if TYPE_CHECKING:
    from reviews.models.projects.project import Project


class Vote(models.TextChoices):
    """Measures 30: one or the other. There is no default."""

    AGREE = AGREE, _("同意")
    DISAGREE = DISAGREE, _("不同意")


class SeatState(models.TextChoices):
    INVITED = "invited", _("待答复")
    ASSIGNED = "assigned", _("待提交意见")
    CAST = "cast", _("已提交意见")
    DECLINED = "declined", _("已谢绝")
    RECUSED = "recused", _("已回避")
    RELEASED = "released", _("已替换")


# The whole panel; those of it who have promised and may read; those whose seat is no longer theirs.
PANEL = (SeatState.INVITED, SeatState.ASSIGNED, SeatState.CAST)
SITTING = (SeatState.ASSIGNED, SeatState.CAST)
GONE = (SeatState.DECLINED, SeatState.RECUSED, SeatState.RELEASED)


class RecheckOpinionQuerySet(LifecycleQuerySet):
    def visible_to(self, standing: Standing) -> Self:
        """One's own, while it is; that others exist, for the department that organises it (sealed: `readable_by`)."""
        if standing.is_system or standing.holds(Role.OPERATOR):
            return self
        if standing.person is None:
            return self.none()
        rechecks = Recheck.objects.visible_to(standing).filter(authority__in=standing.bodies(Role.REGULATOR))
        return self.filter(Q(person=standing.person, state__in=PANEL) | Q(recheck__in=rechecks))

    def whole(self) -> Self:
        return self.filter(state__in=PANEL).order_by("pk")

    def of_panel(self) -> Self:
        """Those who may read the dossier."""
        return self.filter(state__in=SITTING).exclude(recheck__state=Recheck.State.CANCELLED)

    def gone(self) -> Self:
        return self.filter(state__in=GONE)

    def at_work(self) -> Self:
        return self.filter(
            state__in=[SeatState.INVITED, SeatState.ASSIGNED],
            recheck__state__in=[Recheck.State.PANEL_FORMED, Recheck.State.IN_PROGRESS],
        )

    def awaiting(self, person: Person) -> Self:
        """What this expert still has to answer or to give, the soonest first."""
        return self.at_work().filter(person=person).order_by(models.F("next_due_at").asc(nulls_last=True), "pk")


class RecheckOpinion(Lifecycle):
    noun, collection, letter = "recheck_opinion", "recheck-opinions", "V"
    # The step that closes it ends its deadline too, and only then is the row as it stays.
    frozen_when: ClassVar[str] = "OLD.state IN ('cast', 'declined', 'recused', 'released') AND OLD.next_due_at IS NULL"

    State = SeatState

    draft = Draft(fields={"draft_answers"}, states={State.ASSIGNED}, by={"recheck_expert"})

    ref = models.CharField(_("编号"), max_length=20, unique=True, editable=False)
    state = StateField(_("状态"), choices=State.choices, default=State.INVITED)
    recheck = models.ForeignKey(Recheck, models.PROTECT, related_name="seats", verbose_name=_("专家复核"))
    expert = models.ForeignKey(Expert, models.PROTECT, related_name="+", verbose_name=_("专家"))
    person = models.ForeignKey(Person, models.PROTECT, related_name="recheck_opinions", verbose_name=_("专家"))
    # As the register had it when they were asked: what the panel was composed by.
    category = models.CharField(_("类别"), max_length=6, choices=Category)
    promised_at = models.DateTimeField(_("承诺保密和声明无利害关系时间"), null=True, editable=False)
    draft_answers = models.JSONField(default=dict, blank=True, editable=False)
    revision = models.PositiveIntegerField(default=0, editable=False)
    vote = models.CharField(_("复核意见"), max_length=10, choices=Vote.choices, blank=True, editable=False)
    answers = models.JSONField(_("逐项意见"), default=dict, blank=True, editable=False)
    cast_at = models.DateTimeField(_("提交时间"), null=True, editable=False)
    ground = models.CharField(_("谢绝、回避或替换的理由"), max_length=500, blank=True, editable=False)

    objects = RecheckOpinionQuerySet.as_manager()

    class Meta:
        verbose_name = _("复核意见")
        verbose_name_plural = _("复核意见")
        constraints = [
            models.UniqueConstraint(fields=["recheck", "person"], name="recheck_opinion_once"),
            models.CheckConstraint(
                condition=Q(state="cast") & ~Q(vote="") | ~Q(state="cast") & Q(vote=""),
                name="recheck_opinion_vote_when_cast",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["assigned", "cast"]) | Q(promised_at__isnull=False),
                name="recheck_opinion_promised_first",
            ),
        ]
        indexes = [models.Index(fields=["person", "state", "next_due_at"], name="recheck_opinion_queue")]

    def __str__(self) -> str:
        return f"{self.recheck.ref} {self.person}"

    def get_absolute_url(self) -> str:
        return reverse("desk:recheck_seat", args=[self.ref])

    # --- who ------------------------------------------------------------------------------------------------------

    def subject(self) -> "Project":
        return self.recheck.review.project

    @property
    def sits(self) -> bool:
        return self.state in SITTING and self.recheck.state != Recheck.State.CANCELLED

    def capacities(self, standing: Standing) -> set[str]:
        """Nobody speaks for another, and who has left the panel is nothing to it any more."""
        found = self.recheck.capacities(standing) & {"organiser", "operator"}
        if standing.person is not None and standing.person.pk == self.person_id and self.state in PANEL:
            found.add("recheck_expert")
        return found

    def conflicts(self, standing: Standing) -> Iterable[Refusal]:
        """Measured again when the expert accepts and when they speak: what was not known at the choice may be now."""
        return grounds_of([self.expert], self.recheck, standing.at)[self.expert.pk]

    def people(self, group: str) -> Iterable[Person]:
        return [self.person] if group == "expert" else self.recheck.people(group)

    def words(self) -> dict[str, str]:
        return self.recheck.words() | {"expert": self.person.name, "lead": self.recheck.review.project.lead.name}

    def readable_by(self, person: Person, *, organises: bool = False) -> bool:
        """Sealed: before the report only its author reads it; after it, the department that organised it too."""
        if person.pk == self.person_id:
            return True
        return organises and self.recheck.state in {
            Recheck.State.AGREED,
            Recheck.State.DISAGREED,
            Recheck.State.DELIVERED,
        }

    # --- guards ---------------------------------------------------------------------------------------------------

    def panel_works(self, act: Act) -> Iterator[Refusal]:
        """Nothing is taken before everybody has promised, or after the result."""
        if self.recheck.state == Recheck.State.PANEL_FORMED:
            yield Refusal("panel_incomplete", _("其他专家尚未全部答复，复核尚未开始"), cite="national:28")
        elif self.recheck.state != Recheck.State.IN_PROGRESS:
            yield Refusal("recheck_over", _("该项复核已经结束"), cite="national:30")

    def recheck_runs(self, act: Act) -> Iterator[Refusal]:
        if self.recheck.state not in {Recheck.State.PANEL_FORMED, Recheck.State.IN_PROGRESS}:
            yield Refusal("recheck_over", _("该项复核已经结束"), cite="national:30")

    # --- steps ----------------------------------------------------------------------------------------------------

    @step(
        source=State.INVITED,
        target=State.ASSIGNED,
        label=_("应邀、声明无利害关系并承诺保密"),
        by=["recheck_expert"],
        requires=[recheck_runs],
        cite="national:28",
        form=forms.AcceptForm,
        judges=True,
        help=_("应邀后方可查看复核材料。与本科技活动有直接利害关系的，请声明回避。"),
    )
    def accept(self, act: Act, **_promised: object) -> None:
        self.promised_at = act.at
        act.meet("recheck.reply")
        act.start("recheck.cast", **recheck_timing.cast(self, self.recheck.policy))
        out = any(seat.state == self.State.INVITED for seat in self.recheck.panel if seat.pk != self.pk)
        if self.recheck.state == Recheck.State.PANEL_FORMED and not out and not list(self.recheck.lacking(act.at)):
            act.then(self.recheck, "begin")

    @step(
        source=State.INVITED,
        target=State.DECLINED,
        label=_("谢绝邀请"),
        by=["recheck_expert"],
        requires=[recheck_runs],
        cite="national:28",
        form=forms.GroundForm,
        danger=True,
    )
    def decline(self, act: Act, *, ground: str) -> None:
        self.leave(act, ground)
        act.say(ground=ground)

    @step(
        source=[State.INVITED, State.ASSIGNED],
        target=State.RECUSED,
        label=_("声明回避"),
        by=["recheck_expert", "organiser"],
        requires=[recheck_runs],
        cite="national:28",
        form=forms.GroundForm,
        danger=True,
        help=_("回避后不再参与复核，也不再能查看其材料。"),
    )
    def recuse(self, act: Act, *, ground: str) -> None:
        """Measures 28. The seat is to be filled again."""
        self.leave(act, ground)
        act.say(ground=ground)

    @step(
        source=[State.INVITED, State.ASSIGNED],
        target=State.RELEASED,
        label=_("解除复核任务"),
        by=[CONSEQUENCE],
        cite="national:28",
    )
    def release(self, act: Act, *, reason: str) -> None:
        self.leave(act, reason)
        act.say(reason=reason)

    @step(
        source=State.ASSIGNED,
        target=State.CAST,
        label=_("提交复核意见并封存"),
        by=["recheck_expert"],
        requires=[panel_works],
        cite="national:29",
        form=forms.CastForm,
        judges=True,
        help=_("提交后即封存，任何人不能修改。"),
    )
    def cast(self, act: Act, *, vote: str, **answers: str) -> None:
        self.vote, self.answers, self.cast_at = vote, answers, act.at
        self.draft_answers = {}
        act.meet("recheck.cast")
        # The trail shows that and when; what was said stays sealed until the report, and provable after it.
        act.record(digest=digest([self.ref, self.person.username, vote, answers]))

    def leave(self, act: Act, ground: str) -> None:
        self.ground = ground[:500]
        self.draft_answers = {}
        act.cancel("recheck.reply", "recheck.cast")


# Everybody who is asked or sits, in the order they were asked.
WHOLE_PANEL = Prepared(
    lambda: (
        RecheckOpinion.objects.whole()
        .filter(recheck__pk=Given("recheck"))
        .select_related("person", "expert__appointment", "expert__institution")
    )
)
