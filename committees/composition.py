"""What is wrong with a committee on a day, and what will go wrong when: plain functions on plain values.

Every number and list comes from the policy values that are passed in; what no pack in force speaks of is not
asked for. The words for people are in `committees.findings`.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Any, Protocol

from ethicsreview.deadlines.calendar import add_months

CHAIR, VICE_CHAIR, MEMBER, ADVISER = "chair", "vice_chair", "member", "adviser"
VOTING = frozenset({CHAIR, VICE_CHAIR, MEMBER})


class Value(Protocol):
    @property
    def value(self) -> Any: ...
    @property
    def cite(self) -> str: ...


class Values(Protocol):
    """The part of `ethicsreview.policy.Policy` that is asked here."""

    def has(self, key: str) -> bool: ...
    def entry(self, key: str) -> Value: ...


class Severity(StrEnum):
    BLOCKS = "blocks"  # the committee may not review
    WARNS = "warns"


@dataclass(frozen=True)
class PaperFacts:
    kind: str
    signed_on: date
    valid_until: date | None = None

    def holds_on(self, day: date) -> bool:
        return _within(day, self.signed_on, self.valid_until)


@dataclass(frozen=True)
class RuleFacts:
    """A rule of the committee on file: its charter, its procedures …"""

    kind: str
    effective: date
    until: date | None = None

    def holds_on(self, day: date) -> bool:
        return _within(day, self.effective, self.until)


@dataclass(frozen=True)
class MemberFacts:
    """One term of one person. `ends` is the last day; None is a term without an end."""

    person_id: int
    name: str
    role: str
    sex: str
    category: str
    starts: date
    ends: date | None
    external: bool = False
    local_knowledge: bool = False
    ai_categories: frozenset[str] = frozenset()
    human_categories: frozenset[str] = frozenset()
    papers: tuple[PaperFacts, ...] = ()

    @property
    def is_voting(self) -> bool:
        return self.role in VOTING

    def sits_on(self, day: date) -> bool:
        return _within(day, self.starts, self.ends)


@dataclass(frozen=True)
class CommitteeFacts:
    """`competent`: the regimes the committee was set up for; `autonomous`: in an autonomous area."""

    members: tuple[MemberFacts, ...]
    competent: frozenset[str]
    rules: tuple[RuleFacts, ...] = ()
    autonomous: bool = False


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong. `about` tells findings of one code apart: a category, a paper, a person."""

    code: str
    cite: str
    about: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    severity: Severity = Severity.BLOCKS

    @property
    def blocks(self) -> bool:
        return self.severity is Severity.BLOCKS

    @property
    def key(self) -> tuple[str, str]:
        """What makes it the same finding on another day, though its figures differ."""
        return self.code, self.about


def check(committee: CommitteeFacts, policy: Values, *, regimes: Collection[str], day: date) -> list[Finding]:
    """Everything that is wrong on the day, under all regimes of the matter at once."""
    case = _Case(committee, policy, frozenset(regimes), day)
    return [finding for rule in _RULES for finding in rule(case)]


def forecast(
    committee: CommitteeFacts, policy: Values, *, regimes: Collection[str], day: date, until: date
) -> list[tuple[date, list[Finding]]]:
    """What newly goes wrong after `day`, up to and with `until`, by the day it does.

    Terms, papers and rules run out as they are now known; the policy values stay those of today.
    """
    known = {finding.key for finding in check(committee, policy, regimes=regimes, day=day)}
    ahead = []
    for change in sorted(moment for moment in _changes(committee) if day < moment <= until):
        findings = check(committee, policy, regimes=regimes, day=change)
        if new := [finding for finding in findings if finding.key not in known]:
            ahead.append((change, new))
        known = {finding.key for finding in findings}
    return ahead


@dataclass(frozen=True)
class _Case:
    committee: CommitteeFacts
    policy: Values
    regimes: frozenset[str]
    day: date

    @cached_property
    def sitting(self) -> list[MemberFacts]:
        return [member for member in self.committee.members if member.sits_on(self.day)]

    @cached_property
    def voting(self) -> list[MemberFacts]:
        return [member for member in self.sitting if member.is_voting]

    @cached_property
    def size(self) -> int:
        return len({member.person_id for member in self.voting})

    def count(self, role: str) -> int:
        return len({member.person_id for member in self.voting if member.role == role})

    def asked(self, key: str) -> Iterator[Value]:
        """The value in force, if there is one and it asks for something."""
        if self.policy.has(key) and (entry := self.policy.entry(key)).value:
            yield entry


def _competence(case: _Case) -> Iterator[Finding]:
    for regime in sorted(case.regimes - case.committee.competent):
        yield Finding("not_competent", "national:13", about=regime, params={"regime": regime})


def _size(case: _Case) -> Iterator[Finding]:
    for entry in case.asked("committee.min_members"):
        if case.size < entry.value:
            yield Finding("too_few", entry.cite, params={"have": case.size, "need": entry.value})
    for entry in case.asked("committee.odd"):
        if case.size % 2 == 0:
            yield Finding("not_odd", entry.cite, params={"have": case.size})


def _officers(case: _Case) -> Iterator[Finding]:
    chairs, vice_chairs = case.count(CHAIR), case.count(VICE_CHAIR)
    for entry in case.asked("committee.chairs"):
        if chairs != entry.value:
            yield Finding("chairs", entry.cite, params={"have": chairs, "need": entry.value})
    for entry in case.asked("committee.vice_chairs_min"):
        if vice_chairs < entry.value:
            yield Finding("vice_chairs_few", entry.cite, params={"have": vice_chairs, "need": entry.value})
    for entry in case.asked("committee.vice_chairs_max"):
        if vice_chairs > entry.value:
            yield Finding("vice_chairs_many", entry.cite, params={"have": vice_chairs, "need": entry.value})


def _backgrounds(case: _Case) -> Iterator[Finding]:
    for key, code, backgrounds_of in _BACKGROUNDS:
        have = {background for member in case.voting for background in backgrounds_of(member)}
        for entry in case.asked(key):
            for category in entry.value:
                if category not in have:
                    yield Finding(code, entry.cite, about=category, params={"background": category})


def _sexes(case: _Case) -> Iterator[Finding]:
    for entry in case.asked("committee.sexes"):
        if len({member.sex for member in case.voting}) < entry.value:
            yield Finding("one_sex", entry.cite)


def _outsiders(case: _Case) -> Iterator[Finding]:
    for entry in case.asked("committee.external_min"):
        have = len({member.person_id for member in case.voting if member.external})
        if have < entry.value:
            yield Finding("external_few", entry.cite, params={"have": have, "need": entry.value})
    if case.committee.autonomous:
        for entry in case.asked("committee.local_member"):
            have = len({member.person_id for member in case.voting if member.local_knowledge})
            if have < entry.value:
                yield Finding("local_few", entry.cite, params={"have": have, "need": entry.value})


def _terms(case: _Case) -> Iterator[Finding]:
    for entry in case.asked("committee.term_years_max"):
        for member in case.voting:
            if member.ends is None or member.ends > add_months(member.starts, 12 * entry.value):
                about = {"name": member.name, "starts": member.starts.isoformat(), "years": entry.value}
                yield Finding("term_too_long", entry.cite, about=_term(member), params=about)


def _papers(case: _Case) -> Iterator[Finding]:
    for entry in case.asked("committee.signed_papers"):
        for member in case.voting:
            for kind in entry.value:
                signed = [paper for paper in member.papers if paper.kind == kind and paper.signed_on <= case.day]
                if not any(paper.holds_on(case.day) for paper in signed):
                    yield Finding(
                        "paper_expired" if signed else "paper_missing",
                        entry.cite,
                        about=f"{_term(member)} {kind}",
                        params={"name": member.name, "paper": kind},
                    )


def _rules_on_file(case: _Case) -> Iterator[Finding]:
    for entry in case.asked("committee.rules_required"):
        held = {rule.kind for rule in case.committee.rules if rule.holds_on(case.day)}
        for kind in entry.value:
            if kind not in held:
                yield Finding("rule_missing", entry.cite, about=kind, params={"rule": kind})


def _one_seat_each(case: _Case) -> Iterator[Finding]:
    seats = Counter(member.person_id for member in case.voting)
    advisers = {member.person_id for member in case.sitting if member.role == ADVISER}
    for person_id, name in {member.person_id: member.name for member in case.voting}.items():
        if seats[person_id] > 1:
            yield Finding("person_twice", "", about=str(person_id), params={"name": name, "seats": seats[person_id]})
        if person_id in advisers:  # advisers have no vote, members have one
            yield Finding(
                "adviser_too",
                "national:14",
                about=str(person_id),
                params={"name": name},
                severity=Severity.WARNS,
            )


# A jurist is one under every regime, so the category counts beside the regime's own backgrounds.
_BACKGROUNDS: tuple[tuple[str, str, Callable[[MemberFacts], frozenset[str]]], ...] = (
    ("committee.categories_required", "category_missing", lambda member: frozenset({member.category})),
    (
        "committee.human_categories",
        "human_missing",
        lambda member: member.human_categories | {member.category},
    ),
    ("committee.ai_categories", "ai_missing", lambda member: member.ai_categories | {member.category}),
)

_RULES: tuple[Callable[[_Case], Iterator[Finding]], ...] = (
    _competence,
    _size,
    _officers,
    _backgrounds,
    _sexes,
    _outsiders,
    _terms,
    _papers,
    _rules_on_file,
    _one_seat_each,
)


def _changes(committee: CommitteeFacts) -> set[date]:
    """The days on which something begins to hold, or has just ceased to."""
    spans: list[tuple[date, date | None]] = [(member.starts, member.ends) for member in committee.members]
    spans += [(paper.signed_on, paper.valid_until) for member in committee.members for paper in member.papers]
    spans += [(rule.effective, rule.until) for rule in committee.rules]
    return {start for start, _end in spans} | {end + timedelta(days=1) for _start, end in spans if end}


def _term(member: MemberFacts) -> str:
    return f"{member.person_id} {member.starts.isoformat()}"


def _within(day: date, first: date, last: date | None) -> bool:
    return first <= day and (last is None or day <= last)
