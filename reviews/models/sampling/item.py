"""SampleItem 抽中件: a result that was drawn, examined by the department, put right by the committee where need be."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_fsm import RETURN_VALUE

from committees.models import Committee, Membership, conflict_grounds
from ethicsreview.accounts.models import Person, Role
from ethicsreview.accounts.standing import Standing
from ethicsreview.lifecycle.act import Act
from ethicsreview.lifecycle.fields import StateField
from ethicsreview.lifecycle.models import Lifecycle, LifecycleQuerySet, NamedTo
from ethicsreview.lifecycle.refusals import Refusal
from ethicsreview.lifecycle.steps import step
from reviews.models.exemptions.exemption import Exemption
from reviews.models.projects.interests import project_facts
from reviews.models.projects.parties import holders, on_committee, territory
from reviews.models.projects.project import Project
from reviews.models.reviewing.review import Review
from reviews.models.sampling import forms, timing
from reviews.models.sampling.kinds import ItemState, UnitKind
from reviews.rules.sampling import Drawn

if TYPE_CHECKING:
    from reviews.models.sampling.plan import SamplingPlan

ARTICLE = "sichuan:10"
ANSWERING = (Role.SECRETARY, Role.CHAIR)
# What the committee is shown: before, that one of its results was drawn is the department's own.
ASKED = frozenset({ItemState.RECTIFYING, ItemState.ANSWERED, ItemState.RECTIFIED})


class SampleItemQuerySet(LifecycleQuerySet):
    def visible_to(self, standing: Standing) -> Self:
        """Whoever sees the plan, but for their own activities; the committee, once something is asked of it."""
        if standing.is_system or standing.holds(Role.OPERATOR):
            return self
        if standing.person is None:
            return self.none()
        seen = territory(standing, "plan__authority__region")
        seen |= Q(committee__in=standing.bodies(*ANSWERING), state__in=ASKED)
        return self.filter(seen).exclude(project__in=Project.objects.own(standing.person).values("pk"))


class SampleItem(Lifecycle):
    """Made by the draw alone. Its steps stand in the chain of its plan."""

    noun, collection, letter = "sample_item", "sample-items", "I"
    called, named_to = "project__title", NamedTo.OWN
    State = ItemState

    ref = models.CharField(_("编号"), max_length=20, unique=True, editable=False)
    state = StateField(_("状态"), choices=ItemState.choices, default=ItemState.DRAWN)
    plan = models.ForeignKey("reviews.SamplingPlan", models.PROTECT, related_name="items", verbose_name=_("计划"))
    review = models.ForeignKey(Review, models.PROTECT, null=True, related_name="+", verbose_name=_("审查"))
    exemption = models.ForeignKey(Exemption, models.PROTECT, null=True, related_name="+", verbose_name=_("免除审查"))
    project = models.ForeignKey(Project, models.PROTECT, related_name="+", verbose_name=_("科技活动"))
    committee = models.ForeignKey(Committee, models.PROTECT, related_name="+", verbose_name=_("委员会"))
    stratum = models.CharField(_("层"), max_length=20, editable=False)
    rank = models.PositiveIntegerField(_("顺位"), editable=False)
    ticket = models.CharField(_("抽签值"), max_length=64, editable=False)
    finding = models.TextField(_("检查情况"), blank=True, editable=False)
    examined_at = models.DateTimeField(_("检查时间"), null=True, editable=False)
    demand = models.TextField(_("整改要求"), blank=True, editable=False)
    due_on = models.DateField(_("整改期限"), null=True, editable=False)
    answer = models.TextField(_("整改情况"), blank=True, editable=False)
    answered_at = models.DateTimeField(_("答复时间"), null=True, editable=False)
    settled_at = models.DateTimeField(_("核实时间"), null=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = SampleItemQuerySet.as_manager()

    if TYPE_CHECKING:
        committee_id: int
        plan_id: int

    class Meta:
        verbose_name = _("抽中件")
        verbose_name_plural = _("抽中件")
        constraints = [
            models.UniqueConstraint(fields=["plan", "stratum", "rank"], name="sample_item_rank"),
            models.CheckConstraint(
                condition=Q(review__isnull=False, exemption__isnull=True)
                | Q(review__isnull=True, exemption__isnull=False),
                name="sample_item_is_of_one",
            ),
        ]
        indexes = [models.Index(fields=["committee", "state", "-id"], name="sample_item_committee")]

    def __str__(self) -> str:
        return f"{self.ref} {self.project}"

    @classmethod
    def of(cls, plan: "SamplingPlan", drawn: list[Drawn]) -> list[Self]:
        """One for each drawn, in the order of the draw; two queries."""
        refs = {kind: [one.unit.ref for one in drawn if one.unit.kind == kind] for kind in UnitKind.values}
        reviews = Review.objects.filter(ref__in=refs[UnitKind.REVIEW]).select_related("project", "committee")
        exempt = Exemption.objects.filter(ref__in=refs[UnitKind.EXEMPTION]).select_related("project", "committee")
        cases: dict[str, Any] = {one.ref: one for one in (*reviews, *exempt)}
        return [
            cls(
                plan=plan,
                project=cases[one.unit.ref].project,
                committee=cases[one.unit.ref].committee,
                stratum=one.unit.stratum,
                rank=one.rank,
                ticket=one.ticket,
                **{one.unit.kind: cases[one.unit.ref]},
            )
            for one in drawn
        ]

    @property
    def case(self) -> Review | Exemption:
        found = self.review or self.exemption
        assert found is not None
        return found

    def get_absolute_url(self) -> str:
        return reverse("desk:sample_item", args=[self.ref])

    # --- who ------------------------------------------------------------------------------------------------------

    def subject(self) -> "SamplingPlan":
        return self.plan

    def capacities(self, standing: Standing) -> set[str]:
        found = self.plan.capacities(standing)
        if self.state in ASKED:
            found |= on_committee(standing, self.committee_id) & {str(role) for role in ANSWERING}
        return found

    def conflicts(self, standing: Standing) -> Iterable[Refusal]:
        return conflict_grounds(standing.person, project_facts(self.project)) if standing.person else ()

    def people(self, group: str) -> Iterable[Person]:
        if group == "committee":
            return holders(ANSWERING, self.committee, timezone.now())
        return self.plan.people(group)

    def words(self) -> dict[str, Any]:
        return self.plan.words() | {
            "ref": self.ref,
            "title": self.project.title,
            "case": self.case.ref,
            "committee": self.committee.name,
            "due": self.due_on.isoformat() if self.due_on else "",
        }

    # --- guards ---------------------------------------------------------------------------------------------------

    def not_of_the_committee(self, act: Act) -> Iterator[Refusal]:
        """Nobody re-checks what their own committee decided, whenever they sat on it (as of a panel, Measures 28)."""
        sat = Membership.objects.filter(committee=self.committee_id, appointment__person=act.standing.person)
        if act.standing.person is not None and sat.exists():
            words = _("您是或者曾是%(committee)s的成员，不得检查其审查结果")
            yield Refusal("own_committee", words, {"committee": self.committee.name}, "national:28")

    # --- steps ----------------------------------------------------------------------------------------------------

    @step(
        source=ItemState.DRAWN,
        target=RETURN_VALUE(ItemState.IN_ORDER, ItemState.FINDINGS),
        label=_("登记检查结果"),
        by=["sampler"],
        requires=[not_of_the_committee],
        cite=ARTICLE,
        form=forms.ExamineForm,
        judges=True,
    )
    def examine(self, act: Act, *, result: str, finding: str) -> str:
        self.finding, self.examined_at = finding, act.at
        return ItemState(result)

    @step(
        source=ItemState.FINDINGS,
        target=ItemState.RECTIFYING,
        label=_("责令整改"),
        by=["sampler"],
        requires=[not_of_the_committee],
        cite=ARTICLE,
        form=forms.RectifyForm,
        judges=True,
        help=_("委员会自此看到检查情况和整改要求，并在期限内答复。"),
    )
    def ask_rectification(self, act: Act, *, demand: str, due_on: date) -> None:
        self._ask(act, demand, due_on)

    def _ask(self, act: Act, demand: str, due_on: date) -> None:
        self.demand, self.due_on = demand, due_on
        act.say(demand=demand, due=due_on.isoformat())
        act.start(timing.RECTIFY, **timing.rectification(self, due_on, self.plan.policy_at(act.at)))

    @step(
        source=ItemState.RECTIFYING,
        target=ItemState.ANSWERED,
        label=_("答复整改情况"),
        by=["secretary", "chair"],
        cite=ARTICLE,
        form=forms.AnswerForm,
    )
    def answer_rectification(self, act: Act, *, answer: str) -> None:
        self.answer, self.answered_at = answer, act.at
        act.settle(timing.RECTIFY)

    @step(
        source=ItemState.ANSWERED,
        target=ItemState.RECTIFYING,
        label=_("退回继续整改"),
        by=["sampler"],
        requires=[not_of_the_committee],
        cite=ARTICLE,
        form=forms.RectifyForm,
        judges=True,
    )
    def send_back(self, act: Act, *, demand: str, due_on: date) -> None:
        """The answer before stays in the trail."""
        self._ask(act, demand, due_on)

    @step(
        source=ItemState.ANSWERED,
        target=ItemState.RECTIFIED,
        label=_("确认整改完成"),
        by=["sampler"],
        requires=[not_of_the_committee],
        cite=ARTICLE,
        judges=True,
    )
    def confirm_rectified(self, act: Act) -> None:
        self.settled_at = act.at
