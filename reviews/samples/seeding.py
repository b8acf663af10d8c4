"""As many reviews at one stage as are asked for: few by the steps themselves, many as copies of what the steps made."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from math import ceil
from multiprocessing import get_context
from types import MappingProxyType

from django.db import connection, connections
from django.utils import timezone

from ethicsreview.accounts.models import Institution
from reviews.models import Meeting, Project
from reviews.samples.copies import Copier
from reviews.samples.houses import House, Place, found, reopened
from reviews.samples.patterns import Pattern, pattern_of
from reviews.samples.stages import AGENDA, Stage, walk

BULK_FROM = 50
LEADS = 30
# What one committee has of each stage, so that more reviews mean more committees, as in a province.
PER_HOUSE = MappingProxyType({Stage.SUBMITTED: 50, Stage.IN_REVIEW: 50, Stage.DECIDED: 600, Stage.FOLLOW_UP: 300})
PROVINCES = (("临沂", "371300"), ("绵阳", "510700"))
SET_UP_BEFORE = timedelta(days=400)

Progress = Callable[[int], None]


@dataclass(frozen=True)
class Share:
    """What is added to one house: so many copies, the first review of which has that number."""

    house: int
    copies: int
    first: int


@dataclass
class Seeding:
    stage: Stage
    now: datetime
    progress: Progress
    processes: int = 1

    def seed(self, size: int) -> None:
        """Adds `size` reviews. The committees of an earlier seeding take them up first."""
        first = Project.objects.count()
        if size < BULK_FROM:
            self._walk_all(size, count(first), [self.house(number) for number in range(len(PROVINCES))])
            return
        numbers = count(first)
        patterns = [self._pattern(self.house(number), numbers) for number in range(len(PROVINCES))]
        copies, rest = divmod(size - AGENDA * len(patterns), AGENDA)
        self._walk_all(rest, numbers, [pattern.house for pattern in patterns])
        for added in self._copies(patterns, self.shares(copies, size, next(numbers))):
            self.progress(added)

    def shares(self, copies: int, size: int, first: int) -> list[Share]:
        """The copies spread over the houses as evenly as they go."""
        houses = max(len(PROVINCES), ceil(size / PER_HOUSE[self.stage]))
        each, more = divmod(copies, houses)
        shares = []
        for house in range(houses):
            own = each + (house < more)
            shares.append(Share(house, own, first))
            first += own * AGENDA
        return [share for share in shares if share.copies]

    def house(self, number: int) -> House:
        city, region = PROVINCES[number % len(PROVINCES)]
        place = Place(
            f"s{number:04d}", f"{city}{number}", region, f"{city}第{number + 1}医院（示例）", Institution.Type.HOSPITAL
        )
        return reopened(place) or found(place, at=self.now - SET_UP_BEFORE, leads=LEADS)

    def _walk_all(self, size: int, numbers: "count[int]", houses: list[House]) -> None:
        for session in range(ceil(size / AGENDA)):
            own = [next(numbers) for _place in range(min(AGENDA, size - session * AGENDA))]
            self._walk(houses[session % len(houses)], range(own[0], own[-1] + 1))

    def _walk(self, house: House, numbers: range) -> Meeting | None:
        meeting = walk(house, self.stage, numbers=numbers, leads=numbers.start % len(house.leads), now=self.now)
        self.progress(len(numbers))
        return meeting

    def _pattern(self, house: House, numbers: "count[int]") -> Pattern:
        own = [next(numbers) for _place in range(AGENDA)]
        meeting = self._walk(house, range(own[0], own[-1] + 1))
        made = Project.objects.filter(institution=house.institution).select_related("lead").order_by("-pk")[:AGENDA]
        return pattern_of(house, sorted(made, key=lambda project: project.pk), meeting)

    def _copies(self, patterns: list[Pattern], shares: list[Share]) -> Iterator[int]:
        if self.processes == 1 or connection.vendor == "sqlite":
            for share in shares:
                yield from self._fill(patterns[share.house % len(patterns)], share)
            return
        # A connection is not shared between processes: each opens its own.
        connections.close_all()
        with get_context("fork").Pool(self.processes, _begin, (self, patterns)) as pool:
            yield from pool.imap_unordered(_fill_one, shares)

    def _fill(self, pattern: Pattern, share: Share) -> Iterator[int]:
        yield from Copier(pattern, self.house(share.house), share.first).write(share.copies)


_inherited: tuple[Seeding, list[Pattern]] | None = None


def _begin(seeding: Seeding, patterns: list[Pattern]) -> None:
    global _inherited
    _inherited = (seeding, patterns)


def _fill_one(share: Share) -> int:
    assert _inherited is not None
    seeding, patterns = _inherited
    return sum(seeding._fill(patterns[share.house % len(patterns)], share))


def seed(stage: str, size: int, *, progress: Progress = lambda added: None, processes: int = 1) -> None:
    Seeding(Stage(stage), timezone.now(), progress, processes).seed(size)
