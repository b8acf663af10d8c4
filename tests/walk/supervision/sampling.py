"""A sample: its plan and seed, the population, the draw, and each case that was drawn until it is put right."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, ClassVar

from ethicsreview.accounts.models import Appointment, Person, Role
from ethicsreview.accounts.standing import standing_of
from ethicsreview.deadlines.calendar import end_of_day
from reviews.models import SampleItem, SampleUnit, SamplingPlan
from tests.committees.builders import holder
from tests.factories import AppointmentFactory
from tests.reviews.builders import Case
from tests.reviews.sampling import SEED, SOURCE, Sampling, sampling
from tests.walk.place import Joint, Terms
from tests.walk.supervision.seen import Seen
from tests.walk.supervision.world import Supervision

DAYS = timedelta(days=10)
SHOWN = {"rectifying", "answered", "rectified"}


def the_draw_follows_the_seed(seen: Seen, witness: Any) -> None:
    """The seed before the population, the population before the draw; each as it was entered, and nothing after it."""
    for row in seen.rows(SamplingPlan):
        units = [one.ref for one in seen.rows(SampleUnit)]
        frozen = row.state in {"frozen", "drawn", "closed"}
        assert bool(units) == frozen, "a population before it was frozen"
        if frozen:
            assert row.seed == SEED, "the seed was changed"
            assert row.published_at < row.frozen_at, "the population was there before the seed"
            assert row.population_size == len(units) == len(set(units))
        drawn = [one for one in seen.rows(SampleItem) if one.plan_id == row.id]
        take = sum(one["take"] for one in row.sizes.values())
        assert len(drawn) == (take if row.drawn_at else 0), "drawn otherwise than was planned"
        told = [one.facts["drawn"] for one in seen.taken("sampling_plan", row.ref, "draw")]
        assert len(told) == bool(row.drawn_at)
        assert take * 100 >= len(units) * (row.rate_percent or 0), "fewer than the rate asks for"


def a_sample_is_closed_when_all_is_examined(seen: Seen, witness: Any) -> None:
    for row in seen.rows(SamplingPlan):
        states = {one.state for one in seen.rows(SampleItem) if one.plan_id == row.id}
        assert row.state != "closed" or not states & {"drawn"}, "closed before all was examined"
    for one in seen.rows(SampleItem):
        assert one.state != "rectified" or seen.taken("sample_item", one.ref, "answer_rectification"), "unanswered"


class TheSample(Supervision):
    """Of two decided cases of one committee, both of which are drawn. One of the department once sat on it."""

    name = "the sample"
    nouns = ("sampling_plan", "sample_item")
    everybody: ClassVar[frozenset[str]] = frozenset({"examine"})
    answering: ClassVar[frozenset[str]] = frozenset({"answer_rectification"})
    invariants = (the_draw_follows_the_seed, a_sample_is_closed_when_all_is_examined)

    def __init__(self, made: Sampling, paths: list[Case]) -> None:
        self.made, self.committee = made, paths[0].committee
        sat = paths[0].members[5]
        AppointmentFactory(person=sat, role=Role.REGULATOR, body=made.authority, starts=paths[0].at.date())
        super().__init__(
            made.at,
            {
                "sampler": made.sampler,
                "sampler who sat on it": sat,
                "secretary": paths[0].secretary,
                "chair": paths[0].chair,
                "member": paths[0].members[4],
                "lead": paths[0].lead,
                "operator": holder(Role.OPERATOR, made.authority),
            },
        )

    def own_matter(self, seen: Seen, obj: Any, person: Person) -> bool:
        """A case of the committee on which they sit or sat; the plan names no case before the draw."""
        if obj.noun == "sampling_plan":
            return False
        return any(one.person_id == person.pk and one.body_id == self.committee.pk for one in seen.rows(Appointment))

    def is_over(self, seen: Seen) -> bool:
        """The plan is; what was found and not asked to be put right stays found."""
        plans = all(row.state in {"closed", "withdrawn"} for row in seen.rows(SamplingPlan))
        return plans and not any(row.state in {"rectifying", "answered"} for row in seen.rows(SampleItem))

    def kept_from(self, seen: Seen, noun: str, row: Any) -> set[str]:
        asked = noun == "sample_item" and row.state in SHOWN
        return {*self.outsiders, "member", "lead"} | (set() if asked else {"secretary", "chair"})

    def nothing_leaks(self, seen: Seen, turn: int) -> None:
        super().nothing_leaks(seen, turn)
        standing = standing_of(self.people["secretary"], seen.at)
        shown = set(SampleItem.objects.visible_to(standing).values_list("state", flat=True))
        assert shown <= SHOWN, "the committee knows of the draw before it is asked"

    def facts(self, seen: Seen, noun: str, row: Any) -> Joint:
        if noun == "sample_item":
            return ()
        return (row.until < seen.today,)

    def days(self, seen: Seen) -> Iterator[tuple[datetime, str]]:
        for row in seen.rows(SamplingPlan):
            if row.state in {"draft", "published"}:
                yield end_of_day(row.until), "the end of the period"

    def of_sampling_plan(self, seen: Seen, obj: SamplingPlan, step: str) -> list[Terms]:
        match step:
            case "publish":
                return [{"seed": SEED, "seed_source": SOURCE}]
            case "freeze" | "draw":
                return [{}]
            case "close":
                return [{"conclusion": "总体符合规定"}]
            case "withdraw":
                return [{"reason": "另行拟订"}]
        return []

    def of_sample_item(self, seen: Seen, obj: SampleItem, step: str) -> list[Terms]:
        match step:
            case "examine":
                return [{"result": one, "finding": "知情同意书缺少版本日期"} for one in ("in_order", "findings")]
            case "ask_rectification" | "send_back":
                return [{"demand": "补正并说明", "due_on": seen.today + DAYS}]
            case "answer_rectification":
                return [{"answer": "已补正"}]
            case "confirm_rectified":
                return [{}]
        return []


def the_sample() -> TheSample:
    made, paths = sampling(2)
    made.planned(rate_percent=100)
    return TheSample(made, paths)
