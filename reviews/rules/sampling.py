"""Sampling 抽查复核 (Sichuan 10): how many are drawn, which, and what the drawn say of all.

The draw depends on the seed and the population alone, so that anybody repeats it on another machine:

1. a population is numbered lines `place,kind,ref,stratum`; its digest is that of all lines, each ended by a line feed;
2. a case's ticket is the SHA-256 of `seed|stratum|ref` in UTF-8, as 64 lower-case hex digits;
3. in each stratum the cases stand in the order of their tickets, and the first so many are drawn.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from math import ceil, sqrt
from statistics import NormalDist


@dataclass(frozen=True, slots=True)
class Unit:
    """One case of a population. `place` counts from 1; `mark` is the SHA-256 of its line when it was frozen."""

    place: int
    kind: str
    ref: str
    stratum: str
    mark: str = ""

    @property
    def line(self) -> str:
        return f"{self.place},{self.kind},{self.ref},{self.stratum}"


@dataclass(frozen=True, slots=True)
class Drawn:
    """`rank` counts from 1 within the stratum."""

    unit: Unit
    rank: int
    ticket: str


@dataclass(frozen=True)
class Differences:
    """Where a population is not the frozen one: references that were altered or put in, places that are gone."""

    altered: tuple[str, ...] = ()
    missing: tuple[int, ...] = ()
    # Every line agrees with its own mark, and all of them together do not agree with the digest.
    as_a_whole: bool = False

    def __bool__(self) -> bool:
        return bool(self.altered or self.missing or self.as_a_whole)


def mark_of(unit: Unit) -> str:
    return sha256(unit.line.encode()).hexdigest()


def content_of(units: Iterable[Unit]) -> bytes:
    """What the digest of a population is computed over."""
    return "".join(f"{unit.line}\n" for unit in units).encode()


def numbered(cases: Iterable[tuple[str, str, str]]) -> list[Unit]:
    """A population from (kind, ref, stratum), in an order that depends on nothing but these."""
    ordered = sorted(cases, key=lambda case: (case[2], case[0], case[1]))
    plain = [Unit(place, kind, ref, stratum) for place, (kind, ref, stratum) in enumerate(ordered, start=1)]
    return [Unit(one.place, one.kind, one.ref, one.stratum, mark_of(one)) for one in plain]


def differences(units: Sequence[Unit], *, size: int, sha256_of_all: str) -> Differences:
    """What of a population, in the order of its places, is not as it was frozen with that size and digest."""
    there = {unit.place for unit in units}
    missing = tuple(place for place in range(1, size + 1) if place not in there)
    altered = tuple(unit.ref for unit in units if unit.place > size or mark_of(unit) != unit.mark)
    same = sha256(content_of(units)).hexdigest() == sha256_of_all
    return Differences(altered, missing, as_a_whole=not same and not altered and not missing)


# --- how many -----------------------------------------------------------------------------------------------------


def size_by_rate(population: int, percent: int, *, least: int = 1) -> int:
    """So many in a hundred, rounded up; at least `least`, at most all."""
    return min(population, max(least, -(-population * percent // 100)))


def size_by_confidence(population: int, confidence: int, margin: int, *, least: int = 1) -> int:
    """As many as a share needs to be known within ± `margin` percentage points at a confidence in percent, whatever
    the share is (a half asks for the most); fewer where the population is small.
    """
    endless = (_z(confidence) * 50 / margin) ** 2
    needed = endless / (1 + (endless - 1) / population) if population else 0
    return min(population, max(least, ceil(round(needed, 9))))


def allocate(strata: Mapping[str, int], total: int) -> dict[str, int]:
    """The sample over the strata, in proportion to their sizes: at least one of each, what is left over to the largest
    remainders, ties to the first by name.
    """
    everything = sum(strata.values())
    if not everything:
        return {}
    taken = {name: min(size, max(1, total * size // everything)) for name, size in strata.items()}
    by_remainder = sorted(strata, key=lambda name: (-(total * strata[name] % everything), name))
    while (left := total - sum(taken.values())) > 0:
        growing = [name for name in by_remainder if taken[name] < strata[name]][:left]
        if not growing:
            break
        for name in growing:
            taken[name] += 1
    return dict(sorted(taken.items()))


# --- which --------------------------------------------------------------------------------------------------------


def ticket(seed: str, unit: Unit) -> str:
    return sha256(f"{seed}|{unit.stratum}|{unit.ref}".encode()).hexdigest()


def draw(seed: str, population: Iterable[Unit], sizes: Mapping[str, int]) -> list[Drawn]:
    """The cases drawn, stratum by stratum in the order of their names, each in the order of its tickets."""
    strata: dict[str, list[tuple[str, Unit]]] = defaultdict(list)
    for unit in population:
        strata[unit.stratum].append((ticket(seed, unit), unit))
    found = []
    for name in sorted(strata):
        ordered = sorted(strata[name], key=lambda one: (one[0], one[1].ref))
        found += [Drawn(unit, rank, number) for rank, (number, unit) in enumerate(ordered[: sizes.get(name, 0)], 1)]
    return found


def sizes_of(population: Iterable[Unit]) -> dict[str, int]:
    return dict(sorted(Counter(unit.stratum for unit in population).items()))


# --- what it says of all ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Interval:
    """Fractions of one."""

    share: float
    low: float
    high: float


@dataclass(frozen=True)
class Stratum:
    """`size` in the population; of those drawn, `examined`, and `found` with findings."""

    size: int
    examined: int
    found: int


def wilson(share: float, examined: float, confidence: int) -> Interval | None:
    """Wilson's interval for a share; None where nothing was examined. `confidence` in percent."""
    if examined <= 0:
        return None
    z = _z(confidence)
    middle = (share + z * z / (2 * examined)) / (1 + z * z / examined)
    half = z / (1 + z * z / examined) * sqrt(share * (1 - share) / examined + z * z / (4 * examined * examined))
    return Interval(share, max(0.0, middle - half), min(1.0, middle + half))


def overall(strata: Iterable[Stratum], confidence: int) -> Interval | None:
    """Over all strata, each weighed by its size: a small stratum of which one is always drawn does not count for more
    than it is. The interval is Wilson's, for Kish's effective number.
    """
    seen = [one for one in strata if one.examined]
    if not seen:
        return None
    everything = sum(one.size for one in seen)
    share = sum(one.size / everything * one.found / one.examined for one in seen)
    effective = everything**2 / sum(one.size**2 / one.examined for one in seen)
    return wilson(min(1.0, share), effective, confidence)


def _z(confidence: int) -> float:
    return NormalDist().inv_cdf(0.5 + confidence / 200)
