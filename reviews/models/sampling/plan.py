"""SamplingPlan 抽查复核计划: what is drawn from, how much, by which seed; published before the population is frozen.

The seed stands first, the population is frozen after it, and the draw follows from both alone (reviews/rules/sampling).
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from committees.kinds import Regime
from ethicsreview.accounts.models import Authority, Person, Role
from ethicsreview.accounts.standing import Standing
from ethicsreview.accounts.validators import plain_text
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.documents.digest import sm3
from ethicsreview.lifecycle.act import Act
from ethicsreview.lifecycle.fields import StateField
from ethicsreview.lifecycle.models import Lifecycle, LifecycleQuerySet
from ethicsreview.lifecycle.refusals import Refusal
from ethicsreview.lifecycle.steps import step
from ethicsreview.policy import Policy, policy_for
from reviews.models.projects.parties import holders, over_territory, territory
from reviews.models.reviewing.record import ReviewRecord
from reviews.models.sampling import forms, timing
from reviews.models.sampling.item import SampleItem
from reviews.models.sampling.kinds import UNSETTLED, Basis, Confidence, PlanState, Strata
from reviews.models.sampling.organising import others_organise
from reviews.models.sampling.population import SampleUnit, frozen_units, population_of
from reviews.rules import sampling

ARTICLE = "sichuan:10"
NAMED = 10  # references a refusal names


class SamplingPlanQuerySet(LifecycleQuerySet):
    def visible_to(self, standing: Standing) -> Self:
        """The department's own people, and whoever supervises its place; nobody who is sampled."""
        if standing.is_system or standing.holds(Role.OPERATOR):
            return self
        if standing.person is None:
            return self.none()
        return self.filter(territory(standing, "authority__region"))


class SamplingPlan(Lifecycle):
    noun, collection, letter = "sampling_plan", "sampling-plans", "L"
    called = "title"
    creators = frozenset({"sampler"})
    State = PlanState

    ref = models.CharField(_("编号"), max_length=20, unique=True, editable=False)
    state = StateField(_("状态"), choices=PlanState.choices, default=PlanState.DRAFT)
    authority = models.ForeignKey(Authority, models.PROTECT, related_name="+", verbose_name=_("组织部门"))
    title = models.CharField(_("计划名称"), max_length=200, validators=[plain_text])
    # Law days, both included, on which the result was decided.
    since = models.DateField(_("决定日期自"))
    until = models.DateField(_("决定日期至"))
    procedure = models.CharField(_("审查程序"), max_length=12, choices=ReviewRecord.Procedure.choices, blank=True)
    regime = models.CharField(_("适用规则"), max_length=10, choices=Regime.choices, blank=True)
    exemptions = models.BooleanField(_("包括免除审查的科技活动"), default=False)
    strata = models.CharField(_("分层"), max_length=10, choices=Strata.choices)
    basis = models.CharField(_("样本量"), max_length=10, choices=Basis.choices)
    rate_percent = models.PositiveSmallIntegerField(_("抽查比例（%）"), null=True, blank=True)
    margin_percent = models.PositiveSmallIntegerField(_("允许误差（百分点）"), null=True, blank=True)
    confidence = models.PositiveSmallIntegerField(_("置信度"), choices=Confidence.choices)
    finish_by = models.DateField(_("办结日期"))
    seed = models.CharField(_("随机种子"), max_length=200, blank=True, editable=False)
    seed_source = models.CharField(_("种子的来源"), max_length=300, blank=True, editable=False)
    published_at = models.DateTimeField(_("公布时间"), null=True, editable=False)
    frozen_at = models.DateTimeField(_("总体固定时间"), null=True, editable=False)
    population_size = models.PositiveIntegerField(_("总体件数"), default=0, editable=False)
    # SM3 as everywhere in the record; SHA-256 because a draw is repeated with what every Python has.
    population_sm3 = models.CharField(_("总体摘要（SM3）"), max_length=64, blank=True, editable=False)
    population_sha256 = models.CharField(max_length=64, blank=True, editable=False)
    # For each stratum its size and how many of it are drawn: {"510100": {"of": 40, "take": 4}}.
    sizes = models.JSONField(default=dict, editable=False)
    drawn_at = models.DateTimeField(_("抽取时间"), null=True, editable=False)
    conclusion = models.TextField(_("抽查复核的结论"), blank=True, editable=False)
    closed_at = models.DateTimeField(_("办结时间"), null=True, editable=False)
    reason = models.TextField(_("撤销的理由"), blank=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = SamplingPlanQuerySet.as_manager()

    if TYPE_CHECKING:  # what other models call back by
        authority_id: int
        items: Any
        units: Any

    class Meta:
        verbose_name = _("抽查复核计划")
        verbose_name_plural = _("抽查复核计划")
        constraints = [
            models.CheckConstraint(condition=Q(until__gte=F("since")), name="sampling_plan_days_in_order"),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "withdrawn"]) | ~Q(seed=""), name="sampling_plan_published_with_seed"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["frozen", "drawn", "closed"]) | ~Q(population_sm3=""),
                name="sampling_plan_frozen_with_digest",
            ),
        ]
        indexes = [models.Index(fields=["authority", "-id"], name="sampling_plan_authority")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("desk:sampling_plan", args=[self.ref])

    # --- who ------------------------------------------------------------------------------------------------------

    def capacities(self, standing: Standing) -> set[str]:
        found = set()
        if over_territory(standing, self.authority.region):
            found.add("regulator")
        if standing.holds(Role.REGULATOR, body_id=self.authority_id):
            found |= {"regulator", "sampler"}
        if standing.holds(Role.OPERATOR):
            found.add("operator")
        return found

    def people(self, group: str) -> Iterable[Person]:
        return holders([Role.REGULATOR], self.authority, timezone.now())

    def words(self) -> dict[str, Any]:
        return super().words() | {"plan": self.title, "authority": self.authority.name}

    def policy_at(self, at: datetime) -> Policy:
        return policy_for(region=self.authority.region, at=at)

    # --- guards ---------------------------------------------------------------------------------------------------

    def sampling_in_force(self, act: Act) -> Iterator[Refusal]:
        """Where no text orders it, listed activities are re-checked one by one and nothing is sampled."""
        if not self.policy_at(act.at).value("sampling.required", default=False):
            yield Refusal("not_ordered", _("本地区适用的规则没有规定抽查复核"), {}, ARTICLE)

    def organised_here(self, act: Act) -> Iterator[Refusal]:
        if refusal := others_organise(self.authority, act.at):
            yield refusal

    def rate_enough(self, act: Act) -> Iterator[Refusal]:
        policy = self.policy_at(act.at)
        if self.rate_percent is None or not policy.value("sampling.required", default=False):
            return
        least = policy.entry("sampling.rate_percent")
        if self.rate_percent < least.value:
            words = _("抽查比例%(rate)s%%，低于%(least)s%%")
            yield Refusal("rate", words, {"rate": self.rate_percent, "least": least.value}, least.cite)

    def period_over(self, act: Act) -> Iterator[Refusal]:
        """Before, a result could still come into a population that is called frozen."""
        if self.until >= law_day(act.at):
            words = _("总体期间到%(day)s届满，届满后才能固定总体")
            yield Refusal("period_running", words, {"day": self.until}, ARTICLE)

    def population_there(self, act: Act) -> Iterator[Refusal]:
        if self.until < law_day(act.at) and not self._population(act):
            yield Refusal("empty", _("这一期间没有符合条件的审查结果，无从抽取"), {}, ARTICLE)

    def population_unchanged(self, act: Act) -> Iterator[Refusal]:
        """The draw is of what was frozen: whatever was altered since, by whatever hand, is named."""
        units = frozen_units(self)
        found = sampling.differences(units, size=self.population_size, sha256_of_all=self.population_sha256)
        if found.altered:
            words = _("总体与固定时不一致，摘要不符：%(refs)s 已被改动或者加入")
            yield Refusal("population_altered", words, {"refs": "、".join(found.altered[:NAMED])}, ARTICLE)
        if found.missing:
            words = _("总体与固定时不一致，摘要不符：缺少第 %(places)s 行")
            places = "、".join(str(place) for place in found.missing[:NAMED])
            yield Refusal("population_missing", words, {"places": places}, ARTICLE)
        if found.as_a_whole or (not found and sm3(sampling.content_of(units)) != self.population_sm3):
            words = _("总体与固定时不一致：各行与其标记相符，全部的摘要与留痕中的 %(digest)s 不符")
            yield Refusal("population_digest", words, {"digest": self.population_sm3}, ARTICLE)

    def all_settled(self, act: Act) -> Iterator[Refusal]:
        if waiting := list(self.items.filter(state__in=UNSETTLED).order_by("pk").values_list("ref", flat=True)):
            words = _("还有%(count)s件没有检查完毕或者整改完毕：%(refs)s")
            named = {"count": len(waiting), "refs": "、".join(waiting[:NAMED])}
            yield Refusal("unsettled", words, named, ARTICLE)

    def _population(self, act: Act) -> list[sampling.Unit]:
        found: list[sampling.Unit] = act.once(("population", self.pk), lambda: population_of(self))
        return found

    # --- steps ----------------------------------------------------------------------------------------------------

    @step(
        source=PlanState.DRAFT,
        target=PlanState.PUBLISHED,
        label=_("公布计划和种子"),
        by=["sampler"],
        requires=[sampling_in_force, organised_here, rate_enough],
        cite=ARTICLE,
        form=forms.PublishForm,
        help=_("计划和种子公布后不能更改；总体在其后固定。清单内活动仍须逐项专家复核，抽查复核为另加。"),
    )
    def publish(self, act: Act, *, seed: str, seed_source: str) -> None:
        self.seed, self.seed_source, self.published_at = seed, seed_source, act.at
        policy = self.policy_at(act.at)
        act.record(rate_percent=policy.value("sampling.rate_percent"), size_min=policy.value("sampling.size_min"))
        act.say(seed=seed, source=seed_source)
        earlier = SamplingPlan.objects.filter(authority=self.authority, drawn_at__isnull=False).exclude(pk=self.pk)
        for one in earlier.filter(next_due_at__isnull=False):
            act.settle(timing.NEXT, on=one)

    @step(
        source=PlanState.PUBLISHED,
        target=PlanState.FROZEN,
        label=_("固定总体"),
        by=["sampler"],
        requires=[period_over, population_there],
        cite=ARTICLE,
        help=_("按计划列出期间内全部审查结果并固定，其摘要记入留痕。"),
    )
    def freeze(self, act: Act) -> None:
        units = self._population(act)
        SampleUnit.objects.bulk_create(
            [SampleUnit(plan=self, **{name: getattr(unit, name) for name in COLUMNS}) for unit in units],
            batch_size=1000,
        )
        content = sampling.content_of(units)
        self.frozen_at, self.population_size = act.at, len(units)
        self.population_sm3, self.population_sha256 = sm3(content), sha256(content).hexdigest()
        of = sampling.sizes_of(units)
        take = sampling.allocate(of, self._total(len(units), act))
        self.sizes = {name: {"of": of[name], "take": take[name]} for name in of}
        act.record(size=len(units), sm3=self.population_sm3, sha256=self.population_sha256, sizes=self.sizes)

    def _total(self, population: int, act: Act) -> int:
        least = self.policy_at(act.at).value("sampling.size_min", default=1)
        if self.basis == Basis.RATE:
            assert self.rate_percent is not None
            return sampling.size_by_rate(population, self.rate_percent, least=least)
        assert self.margin_percent is not None
        return sampling.size_by_confidence(population, self.confidence, self.margin_percent, least=least)

    @step(
        source=PlanState.FROZEN,
        target=PlanState.DRAWN,
        label=_("抽取"),
        by=["sampler"],
        requires=[population_unchanged],
        cite=ARTICLE,
        help=_("由种子和总体唯一决定，任何人都能重复。抽中的逐件检查。"),
    )
    def draw(self, act: Act) -> None:
        """The draw's log is this step's entry: seed, digest, sizes and what was drawn, in its order."""
        drawn = self.drawn_again(frozen_units(self))
        for item in SampleItem.of(self, drawn):
            act.create(item)
        self.drawn_at, policy = act.at, self.policy_at(act.at)
        act.record(seed=self.seed, sm3=self.population_sm3, sizes=self.sizes, drawn=[one.unit.ref for one in drawn])
        act.say(count=len(drawn), size=self.population_size)
        act.start(timing.FINISH, **timing.finish(self, policy))
        act.start(timing.NEXT, **timing.following(self, policy))

    def drawn_again(self, units: list[sampling.Unit]) -> list[sampling.Drawn]:
        return sampling.draw(self.seed, units, {name: one["take"] for name, one in self.sizes.items()})

    @step(
        source=PlanState.DRAWN,
        target=PlanState.CLOSED,
        label=_("办结"),
        by=["sampler"],
        requires=[all_settled],
        cite=ARTICLE,
        form=forms.CloseForm,
    )
    def close(self, act: Act, *, conclusion: str) -> None:
        self.conclusion, self.closed_at = conclusion, act.at
        act.settle(timing.FINISH)

    @step(
        source=[PlanState.DRAFT, PlanState.PUBLISHED],
        target=PlanState.WITHDRAWN,
        label=_("撤销计划"),
        by=["sampler"],
        cite=ARTICLE,
        form=forms.ReasonedForm,
        danger=True,
        help=_("总体固定后不能撤销：看到总体以后，不能因抽取的结果另选种子。"),
    )
    def withdraw(self, act: Act, *, reason: str) -> None:
        self.reason = reason
        act.say(reason=reason)


COLUMNS = ("place", "kind", "ref", "stratum", "mark")
