"""How many projects of a programme are open and shut at each stage."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from reviews.models import Programme, ProgrammeEntry
from reviews.models.programmes.gate import RELATED, Gatekeeper
from reviews.models.programmes.kinds import ProgrammeState, stages_of

# So many projects are counted as the page is asked for; of more, a worker counts them each hour.
LIVE, CHUNK = 300, 200


@dataclass(frozen=True)
class StageCount:
    stage: str
    label: str
    hard: bool
    open: int
    warned: int
    shut: int


@dataclass(frozen=True)
class Figures:
    """`at`: the hour they were counted; None as long as nobody has counted them."""

    stages: tuple[StageCount, ...]
    at: datetime | None
    size: int


def figures_of(programme: Programme, at: datetime) -> Figures:
    """As it is now; of a large programme, as it was counted last."""
    size = programme.entries.entered().count()
    if size <= LIVE:
        return Figures(_stages(programme, at, count(programme, at)), at, size)
    return Figures(_stages(programme, at, programme.figures), programme.figures_at, size)


def _stages(programme: Programme, at: datetime, counted: dict[str, dict[str, int]]) -> tuple[StageCount, ...]:
    policy = programme.policy_at(at)
    hard = policy.value("programme.hard_stages")
    return tuple(
        StageCount(
            stage, label, stage in hard, *(counted.get(stage, {}).get(name, 0) for name in ("open", "warned", "shut"))
        )
        for stage, label in stages_of(policy).items()
        if stage != "guide"
    )


def count(programme: Programme, at: datetime) -> dict[str, dict[str, int]]:
    """{"approval": {"open": 3, "warned": 1, "shut": 0}, …}; the open ones without anything to note apart."""
    policy = programme.policy_at(at)
    found: dict[str, Counter[str]] = {}
    for part in _parts(programme):
        keeper = Gatekeeper(part, policy, at)
        for entry in part:
            for answer in keeper.answers(entry):
                what = "shut" if not answer.open else "warned" if answer.warning else "open"
                found.setdefault(answer.stage, Counter())[what] += 1
    return {stage: dict(counted) for stage, counted in found.items()}


def _parts(programme: Programme) -> Iterator[Sequence[ProgrammeEntry]]:
    rows = programme.entries.entered().select_related(*RELATED).order_by("pk")
    last = 0
    while part := list(rows.filter(pk__gt=last)[:CHUNK]):
        yield part
        last = part[-1].pk


def count_large(at: datetime) -> int:
    """Count anew the running programmes that are too large for a page; how many they were."""
    done = 0
    running: Any = Programme.objects.filter(state=ProgrammeState.OPEN)
    for programme in running.select_related("authority"):
        if programme.entries.entered().count() > LIVE:
            Programme.objects.filter(pk=programme.pk).update(figures=count(programme, at), figures_at=at)
            done += 1
    return done
