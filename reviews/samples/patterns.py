"""Copies of what the steps have made: the same rows, of other people, under other references, in bulk.

A pattern is one session: a meeting, or none, and its reviews with everything that hangs on them. Each text in its rows
is cut up where it names somebody or something of the session; a copy puts the new names in. What the steps write
is therefore written here exactly as they write it, whatever they come to write; only what is a digest is computed anew.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, models
from django.db.models import Q

from committees.models import Membership
from ethicsreview.accounts.models import Body, Person
from ethicsreview.deadlines.models import Deadline
from ethicsreview.trail.digest import canonical_json, digest_of
from ethicsreview.trail.models import Chain, Entry
from ethicsreview.trail.record import Record
from reviews.models import (
    AgendaItem,
    Attendance,
    Decision,
    FollowUp,
    Material,
    Meeting,
    Opinion,
    Project,
    Request,
    Review,
    RiskAssessment,
    Submission,
)
from reviews.samples.houses import House

COPIED: tuple[type[Any], ...] = (
    *(Meeting, Attendance, Project, RiskAssessment, Review, Submission, Material, Request, AgendaItem),
    *(Opinion, Decision, FollowUp, Deadline, Chain, Entry),
)


def rows_of(projects: list[Project], meeting: Meeting | None) -> Iterator[tuple[type[Any], list[Any]]]:
    """Everything that hangs on the projects and their meeting, but for notices: nobody wants so many mails."""
    reviews = Q(review__project__in=projects)
    chosen = {Project: Q(pk__in=[project.pk for project in projects]), RiskAssessment: Q(project__in=projects)}
    chosen |= {Review: Q(project__in=projects), FollowUp: Q(project__in=projects)}
    chosen |= {Material: Q(submission__review__project__in=projects)}
    chosen |= {Meeting: Q(pk=meeting.pk if meeting else None), Attendance: Q(meeting=meeting)}
    subject = {"subject_kind": Project.noun, "subject_ref__in": [project.ref for project in projects]}
    chosen |= {Deadline: Q(**subject), Chain: Q(**subject)}
    chosen |= {Entry: Q(**{f"chain__{name}": value for name, value in subject.items()})}
    for model in COPIED:
        yield model, list(model._base_manager.filter(chosen.get(model, reviews)).order_by("pk"))


@dataclass
class Names:
    """What stands for what in one copy: words in texts, people, seats, bodies, and rows that were copied."""

    words: dict[str, str] = field(default_factory=dict)
    people: dict[int, Person] = field(default_factory=dict)
    keys: dict[tuple[type[Any], int], int] = field(default_factory=dict)


def names_between(old: House, new: House, leads: Mapping[Person, Person]) -> Names:
    """The people of one house for those of another, seat by seat; the leads as given."""
    people = dict(
        zip([*old.seated, old.secretary, old.officer], [*new.seated, new.secretary, new.officer], strict=True)
    )
    people |= leads
    names = Names(people={one.pk: other for one, other in people.items()})
    for who, instead in people.items():
        names.keys[Person, who.pk] = instead.pk
        names.words |= {who.username: instead.username, who.name: instead.name}
    for one, other in ((old.institution, new.institution), (old.committee, new.committee)):
        names.keys[Body, one.pk] = other.pk
        names.words |= {one.ref: other.ref, one.name: other.name, f'"body_id":{one.pk}': f'"body_id":{other.pk}'}
    for seat, place in zip(old.seats, new.seats, strict=True):
        names.keys[Membership, seat] = place
        names.words |= {f'"presence__{seat}"': f'"presence__{place}"'}
        names.words |= {f"{old.committee.ref}-{seat}": f"{new.committee.ref}-{place}"}
    return names


class Cutter:
    """Cuts texts up at the words of a session."""

    def __init__(self, words: Iterable[str]) -> None:
        # The longest first, and never the beginning of a longer number: P2026-000001 is not in P2026-0000012.
        ordered = sorted(set(words), key=len, reverse=True)
        found = "|".join(re.escape(word) + (r"(?!\d)" if word[-1].isdigit() else "") for word in ordered)
        self.pattern = re.compile(f"({found})")

    def cut(self, text: str) -> list[str]:
        return self.pattern.split(text)


def put_in(parts: list[str], words: Mapping[str, str]) -> str:
    """The text again, with the words of a copy at every second place."""
    return "".join([words[part] if place % 2 else part for place, part in enumerate(parts)])


def compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def columns_of(model: type[Any]) -> list[Any]:
    return list(model._meta.concrete_fields)


@dataclass
class RowPattern:
    """One row as the database takes it, and the places in it that differ from copy to copy."""

    key: tuple[type[Any], int]
    values: list[Any]
    texts: list[tuple[int, list[str]]] = field(default_factory=list)
    references: list[tuple[int, tuple[type[Any], int]]] = field(default_factory=list)

    @classmethod
    def of(cls, row: Any, cutter: Cutter) -> "RowPattern":
        made = cls((type(row), row.pk), [])
        for place, column in enumerate(columns_of(type(row))):
            value = getattr(row, column.attname)
            if column.primary_key:
                made.references.append((place, made.key))
            elif isinstance(column, models.ForeignKey) and value is not None:
                if target := _copied(column.related_model):
                    made.references.append((place, (target, value)))
            else:
                json_value = isinstance(column, models.JSONField)
                value = compact(value) if json_value else column.get_db_prep_save(value, connection)
                if isinstance(value, str) and len(parts := cutter.cut(value)) > 1:
                    made.texts.append((place, parts))
            made.values.append(value)
        return made

    def copy(self, names: Names) -> list[Any]:
        values = self.values.copy()
        for place, parts in self.texts:
            values[place] = put_in(parts, names.words)
        for place, key in self.references:
            values[place] = names.keys[key]
        return values


def _copied(model: Any) -> type[Any] | None:
    """Under what a reference to this model is looked up; None where every copy refers to the same row."""
    if issubclass(model, Body):
        return Body
    return model if model in {Person, Membership, *COPIED} else None


@dataclass(frozen=True)
class Sealed:
    """What a digest was taken over, cut up like every other text: the digest of a copy is taken over its own words."""

    digest: str
    parts: list[str]

    @classmethod
    def of(cls, value: Any, digest: str, cutter: Cutter) -> "Sealed":
        parts = cutter.cut(canonical_json(value).decode())
        # Keys are sorted, and another name in one could sort elsewhere.
        assert not any(after.startswith((":", '":')) for after in parts[2::2]), "a key names somebody of the session"
        return cls(digest, parts)

    def name(self, words: dict[str, str]) -> None:
        words[self.digest] = digest_of(put_in(self.parts, words).encode())


@dataclass
class EntryPattern:
    """An entry of a meeting: it stands in its committee's chain, which goes on, and is appended like any other."""

    entry: Entry
    subject: list[str]
    object: list[str]
    actor: tuple[list[str], list[str]]
    facts: list[str]

    @classmethod
    def of(cls, entry: Entry, cutter: Cutter) -> "EntryPattern":
        actor = (cutter.cut(entry.actor_ref), cutter.cut(entry.actor_name))
        facts = cutter.cut(compact(entry.facts))
        return cls(entry, cutter.cut(entry.chain.subject_ref), cutter.cut(entry.object_ref), actor, facts)

    def copy(self, names: Names) -> Record:
        entry, words = self.entry, names.words
        return Record(
            subject=(entry.chain.subject_kind, put_in(self.subject, words)),
            object=(entry.object_kind, put_in(self.object, words)),
            step=entry.step,
            at=entry.at,
            actor=(entry.actor_kind, put_in(self.actor[0], words), put_in(self.actor[1], words)),
            capacities=entry.capacities,
            source=entry.source,
            target=entry.target,
            citation=entry.citation,
            facts=json.loads(put_in(self.facts, words)),
            request_id=entry.request_id,
        )


@dataclass
class Pattern:
    """A session as the steps have left it, and the house it was held in. `sealed`: in the order of the record, where a
    digest is part of what the next is taken over.
    """

    house: House
    leads: list[Person]
    titles: list[str]
    rows: dict[type[Any], list[RowPattern]]
    sealed: list[Sealed]
    meeting: list[EntryPattern]
    refs: dict[str, list[str]]

    @property
    def size(self) -> int:
        return len(self.titles)

    def name(self, names: Names, refs: Mapping[str, str], titles: list[str]) -> None:
        """Complete the names of one copy: what is new in it, and the digests that follow from that."""
        names.words |= refs
        names.words |= dict(zip(self.titles, titles, strict=True))
        for one in self.sealed:
            one.name(names.words)


def pattern_of(house: House, projects: list[Project], meeting: Meeting | None) -> Pattern:
    """Read back what a session's steps have written."""
    found = dict(rows_of(projects, meeting))
    refs: dict[str, list[str]] = {}
    for row in (row for rows in found.values() for row in rows if hasattr(row, "ref")):
        refs.setdefault(row.ref.partition("-")[0], []).append(row.ref)
    leads, titles = [project.lead for project in projects], [project.title for project in projects]
    digests = list(_digests(found))
    words = set(names_between(house, house, dict(zip(leads, leads, strict=True))).words)
    words |= {ref for own in refs.values() for ref in own} | {*titles} | {digest for _value, digest in digests}
    cutter = Cutter(words)
    told = Entry.objects.filter(object_kind=Meeting.noun, object_ref=meeting.ref) if meeting else Entry.objects.none()
    return Pattern(
        house=house,
        leads=leads,
        titles=titles,
        rows={model: [RowPattern.of(row, cutter) for row in rows] for model, rows in found.items()},
        sealed=[Sealed.of(value, digest, cutter) for value, digest in digests],
        meeting=[EntryPattern.of(entry, cutter) for entry in told.select_related("chain").order_by("seq")],
        refs=refs,
    )


def _digests(found: Mapping[type[Any], list[Any]]) -> Iterator[tuple[Any, str]]:
    """Each digest among the rows with what it was taken over; those that others speak of come first."""
    for version in found[Submission]:
        if version.digest:
            yield version.fingerprinted(), version.digest
    for opinion in found[Opinion]:
        if opinion.state == Opinion.State.CAST:
            yield opinion.balloted(), opinion.ballot_digest()
    for entry in sorted(found[Entry], key=lambda entry: (entry.chain_id, entry.seq)):
        yield entry.content(), entry.digest
