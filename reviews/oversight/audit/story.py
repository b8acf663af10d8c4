"""The story of a case 全过程: for each step who, in what capacity, when, on what grounds, on what before them, and by
which law as it stood then."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from ethicsreview.lifecycle.registry import nouns, step_name
from ethicsreview.policy import Policy
from ethicsreview.trail.models import Entry
from reviews.models import Review
from reviews.models.projects.parties import CAPACITIES
from reviews.oversight.audit.case import Case, Known
from reviews.oversight.audit.original import original

# What the record says of a step in words that a person wrote; the rest is in its facts.
GROUNDS = ("reason", "reasons", "ground", "procedure_ground", "listed_reason", "requirements")


@dataclass(frozen=True)
class Law:
    """The rules of the day: the values that rest on the article cited, and where all of them can be read."""

    day: date
    values: tuple[tuple[str, str], ...]
    address: str


@dataclass(frozen=True)
class Saw:
    """The version that lay before whoever took the step."""

    review: str
    number: int
    digest: str


@dataclass(frozen=True)
class Told:
    """One step. Of one that is withheld, `why` stands in the place of everything but its place in the chain."""

    seq: int
    digest: str
    why: str | Promise = ""
    at: datetime | None = None
    who: str = ""
    as_whom: str = ""
    about: str = ""
    title: str = ""
    came_from: str = ""
    came_to: str = ""
    grounds: tuple[str, ...] = ()
    cite: str = ""
    law: Law | None = None
    saw: Saw | None = None
    entry: Entry | None = None

    @property
    def open(self) -> bool:
        return not self.why

    @property
    def original(self) -> list[tuple[str, str, str]]:
        """Of the few steps that a page draws."""
        return original(self.entry) if self.entry else []


class Story:
    def __init__(self, case: Case) -> None:
        self.case = case

    @cached_property
    def steps(self) -> list[Told]:
        """Oldest first."""
        return list(self._told())

    def _told(self) -> Iterator[Told]:
        before: dict[str, Saw] = {}
        for known in self.case.record:
            entry = known.entry
            if not known.open:
                yield Told(entry.seq, entry.digest, why=known.why)
                continue
            handed_in = _version(entry)
            if handed_in is not None:
                before[entry.object_ref] = handed_in
            yield self._step(known, before.get(entry.object_ref))

    def _step(self, known: Known, saw: Saw | None) -> Told:
        entry = known.entry
        who = entry.actor_name
        if other := entry.facts.get("on_behalf_of"):
            who = _("%(name)s（代%(other)s）") % {"name": who, "other": other}
        held = [str(CAPACITIES.get(name, name)) for name in entry.capacities.split(",") if name]
        return Told(
            seq=entry.seq,
            digest=entry.digest,
            at=entry.at,
            who=who,
            as_whom=_("、").join(held),
            about=object_name(entry),
            title=step_name(entry.object_kind, entry.step),
            came_from=state_name(entry.object_kind, entry.source),
            came_to=state_name(entry.object_kind, entry.target) if entry.target != entry.source else "",
            grounds=tuple(_grounds(entry.facts)),
            cite=entry.citation,
            law=self._law(entry) if entry.citation else None,
            saw=saw,
            entry=entry,
        )

    def _law(self, entry: Entry) -> Law:
        policy = self.case.rules_at(entry)
        key = (policy.region, policy.regimes, policy.day)
        if key not in self._rules:
            by_article: dict[str, list[tuple[str, str]]] = defaultdict(list)
            for answer in policy.all():
                by_article[answer.cite].append((answer.label, answer.words))
            self._rules[key] = by_article
        return Law(policy.day, tuple(self._rules[key].get(entry.citation, ())), rules_address(policy))

    @cached_property
    def _rules(self) -> dict[Any, dict[str, list[tuple[str, str]]]]:
        return {}


def rules_address(policy: Policy) -> str:
    asked = [("region", policy.region), *(("regimes", one) for one in sorted(policy.regimes))]
    return f"{reverse('policy:rules')}?{urlencode([*asked, ('at', policy.day.isoformat())])}"


def object_name(entry: Entry) -> str:
    model = nouns().get(entry.object_kind)
    return f"{model._meta.verbose_name if model else entry.object_kind} {entry.object_ref}"


def state_name(kind: str, state: str) -> str:
    """The state in words; one that no longer exists keeps its name."""
    model = nouns().get(kind)
    if not state or model is None:
        return state
    field: Any = model._meta.get_field("state")  # type: ignore[misc]  # each subclass declares its own
    return str(dict(field.flatchoices).get(state, state))


def _version(entry: Entry) -> Saw | None:
    """A step that hands in a version says its number and its digest."""
    number, digest = entry.facts.get("version"), entry.facts.get("digest")
    if entry.object_kind == Review.noun and isinstance(number, int) and digest:
        return Saw(entry.object_ref, number, str(digest))
    return None


def _grounds(facts: dict[str, Any]) -> Iterator[str]:
    if cause := str(facts.get("because", "")):
        thing, _space, step = cause.partition(" ")
        kind, _colon, ref = thing.partition(":")
        yield _("由 %(ref)s 的“%(step)s”引起") % {"ref": ref, "step": step_name(kind, step)}
    given = facts | facts.get("input", {})
    for name in GROUNDS:
        value = given.get(name)
        if isinstance(value, str) and value:
            yield value
        elif isinstance(value, list):
            yield from (str(one) for one in value if one)
