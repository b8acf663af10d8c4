"""Which rules hold in a place, for a kind of activity, on a day.

    policy = policy_for(region="370100", regimes={"general", "human"}, at=now)
    policy.value("meeting.quorum")

The national floor yields to a sector's rules and these to a province's; within one of them the later rule wins. Where
a key says so, the strictest answer holds instead, or all of them do (a vote that must pass two formulas).
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property, lru_cache
from typing import Any, Final, Self

from django.utils.translation import gettext as _

from ethicsreview.policy import kinds
from ethicsreview.policy.days import law_day
from ethicsreview.policy.library import Entry, Library, Pack
from ethicsreview.policy.loading import library as own_library
from ethicsreview.policy.schema import REGIMES
from ethicsreview.trail.digest import algorithm_of, digest

_ABSENT: Final = object()


class UnknownPolicyKey(LookupError):
    """No rule in force answers the key, or the registry has no such key (then also where a default was given)."""

    def __init__(self, key: str, policy: "Policy") -> None:
        self.key, self.region, self.day = key, policy.region, policy.day
        super().__init__(key, policy.region, policy.day)

    def __str__(self) -> str:
        return _("%(key)s 没有现行规则（地区 %(region)s，%(day)s）") % {
            "key": self.key,
            "region": self.region or _("全国"),
            "day": self.day.isoformat(),
        }


class SeveralAnswers(LookupError):
    """All answers to this key hold side by side: ask `entries`."""


class PinnedPolicyChanged(Exception):
    """The packs no longer say what they said when the policy was pinned."""

    def __init__(self, packs: Iterable[str], day: date) -> None:
        self.packs, self.day = tuple(packs), day
        super().__init__(self.packs, day)

    def __str__(self) -> str:
        return _("%(day)s 所据的规则已被改动：%(packs)s。改规则应结束旧值、另加新值") % {
            "day": self.day.isoformat(),
            "packs": _("、").join(self.packs),
        }


@dataclass(frozen=True)
class Policy:
    """The rules in force. Cheap to make: the answers are worked out once for all days between two changes."""

    library: Library
    region: str
    regimes: frozenset[str]
    day: date
    packs: tuple[str, ...]

    def value(self, key: str, default: Any = _ABSENT) -> Any:
        """The value that holds. Raises UnknownPolicyKey where no rule in force has one and no default is given."""
        if default is not _ABSENT and not self.has(key):
            return default
        return self.entry(key).value

    def entry(self, key: str) -> Entry:
        """The answer that holds, with its article. Raises UnknownPolicyKey, and SeveralAnswers where all hold."""
        entries = self.entries(key)
        if not entries:
            raise UnknownPolicyKey(key, self)
        return _prevailing(entries)

    def entries(self, key: str) -> tuple[Entry, ...]:
        """Every answer in force, the prevailing pack's last."""
        if key not in self.library.registry.questions:
            raise UnknownPolicyKey(key, self)
        return self._answers.get(key, ())

    def has(self, key: str) -> bool:
        return bool(self.entries(key))

    def all(self) -> list[Entry]:
        """What holds, in the registry's order; of keys whose answers all hold, each."""
        held: list[Entry] = []
        for key in self.library.registry.questions:
            if entries := self._answers.get(key, ()):
                held += entries if _combine(entries) == "all" else [_prevailing(entries)]
        return held

    def pin(self) -> dict[str, Any]:
        """What a decision keeps, to be judged by the same rules later. Plain data."""
        edition = self.library.registry.edition
        return {
            "region": self.region,
            "regimes": sorted(self.regimes),
            "day": self.day.isoformat(),
            "edition": edition,
            "packs": {name: self._digest(name, edition) for name in self.packs if not self._is_settings(name)},
        }

    @classmethod
    def from_pin(cls, pin: dict[str, Any], *, library: Library | None = None) -> Self:
        """The pinned policy. Raises PinnedPolicyChanged where a value that held has another content now.

        Keys that were added since are there; packs that were added since are not. Settings of the service are no
        law: they are today's.
        """
        books = library or own_library()
        day = date.fromisoformat(pin["day"])
        known = {pack.name: pack for pack in books.packs}
        settings = {name for name, pack in known.items() if pack.head.layer == "service"}
        packs = tuple(name for name in known if name in pin["packs"] or name in settings)
        policy = cls(books, pin["region"], frozenset(pin["regimes"]), day, packs)
        changed = [
            name
            for name, pinned in pin["packs"].items()
            if name not in known or policy._digest(name, pin["edition"], algorithm_of(pinned)) != pinned
        ]
        if changed:
            raise PinnedPolicyChanged(changed, day)
        return policy

    @cached_property
    def _answers(self) -> dict[str, tuple[Entry, ...]]:
        return _answers(self.library, self.packs, _last_change(self.library, self.day))

    def _digest(self, pack: str, edition: int, algorithm: str = "") -> str:
        return _digest(self.library, pack, _last_change(self.library, self.day), edition, algorithm)

    def _is_settings(self, name: str) -> bool:
        return self.library.pack(name).head.layer == "service"


def policy_for(
    *, region: str, regimes: Iterable[str] = (), at: date | datetime, library: Library | None = None
) -> Policy:
    """The rules in force in a region (GB/T 2260, six digits; "" for the nation alone) on the day of `at`.

    `regimes`: of "general", "human", "ai", "animal", "drug", those that apply. Raises ValueError for any other.
    """
    books = library or own_library()
    kept = frozenset(regimes)
    if not re.fullmatch(r"(\d{6})?", region):
        raise ValueError(f"{region!r} is not a six-digit region code")
    if unknown := kept.difference(REGIMES):
        raise ValueError(f"unknown regimes: {', '.join(sorted(unknown))}")
    packs = tuple(pack.name for pack in books.packs if pack.applies(region, kept))
    return Policy(books, region, kept, law_day(at), packs)


@lru_cache(maxsize=64)
def _changes(library: Library) -> tuple[date, ...]:
    """Every day on which something begins or ceases to hold."""
    entries = [entry for pack in library.packs for entry in pack.entries]
    days = {entry.since for entry in entries} | {entry.until for entry in entries if entry.until}
    return tuple(sorted(days))


def _last_change(library: Library, day: date) -> date:
    """Between two changes all days are alike; before the first there is nothing."""
    return max((change for change in _changes(library) if change <= day), default=date.min)


@lru_cache(maxsize=2048)
def _answers(library: Library, packs: tuple[str, ...], day: date) -> dict[str, tuple[Entry, ...]]:
    spoken: dict[str, list[tuple[Pack, Entry]]] = defaultdict(list)
    for pack in library.packs:
        for entry in pack.entries if pack.name in packs else ():
            if entry.in_force(day):
                spoken[entry.key].append((pack, entry))
    return {key: _ordered(given) for key, given in spoken.items()}


def _ordered(given: list[tuple[Pack, Entry]]) -> tuple[Entry, ...]:
    """The prevailing last. A setting fills a gap only: it never competes with a rule, not even as the stricter."""
    rules = [(pack, entry) for pack, entry in given if pack.head.layer != "service"] or given
    rules.sort(key=lambda item: (item[0].rank[:2], item[1].since, item[0].rank))
    return tuple(entry for _pack, entry in rules)


def _combine(entries: tuple[Entry, ...]) -> str:
    return entries[0].question.spec.combine


def _prevailing(entries: tuple[Entry, ...]) -> Entry:
    combine = _combine(entries)
    if combine == "all" and len(entries) > 1:
        raise SeveralAnswers(entries[0].key)
    if not combine.startswith("strictest"):
        return entries[-1]
    pick = max if combine == "strictest_max" else min
    # Of equals the first is taken, so from the prevailing pack down: its article is the one to name.
    return pick(reversed(entries), key=lambda entry: kinds.measure(entry.value))


@lru_cache(maxsize=2048)
def _digest(library: Library, pack: str, day: date, edition: int, algorithm: str) -> str:
    """Over what the pack says on that day: not over notes, marks or dates, which may be corrected or filled in."""
    said = [
        [entry.key, entry.value, entry.unit, entry.question.spec.combine, entry.cite]
        for entry in library.pack(pack).entries
        if entry.in_force(day) and entry.question.spec.edition <= edition
    ]
    return digest(sorted(said, key=lambda item: item[0]), algorithm)
