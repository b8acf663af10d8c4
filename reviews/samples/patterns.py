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
from ethicsreview.trail.models import Entry
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
    *(Opinion, Decision, FollowUp, Deadline),
)


def rows_of(projects: list[Project], meeting: Meeting | None) -> Iterator[tuple[type[Any], list[Any]]]:
    """Everything that hangs on the projects and their meeting, but for notices: nobody wants so many mails."""
    reviews = Q(review__project__in=projects)
    chosen = {Project: Q(pk__in=[project.pk for project in projects]), RiskAssessment: Q(project__in=projects)}
    chosen |= {Review: Q(project__in=projects), FollowUp: Q(project__in=projects)}
    chosen |= {Material: Q(submission__review__project__in=projects)}
    chosen |= {Meeting: Q(pk=meeting.pk if meeting else None), Attendance: Q(meeting=meeting)}
    chosen |= {Deadline: Q(subject_kind=Project.noun, subject_ref__in=[project.ref for project in projects])}
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
        names.words |= {f'"presence__{seat}"': f'"presence__{place}"', f'"presenter":{seat}': f'"presenter":{place}'}
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


@dataclass
class EntryPattern:
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
    """A session as the steps have left it, and the house it was held in."""

    house: House
    leads: list[Person]
    titles: list[str]
    rows: dict[type[Any], list[RowPattern]]
    entries: list[EntryPattern]
    refs: dict[str, list[str]]
    sealed: list[Submission]
    cast: list[Opinion]

    @property
    def size(self) -> int:
        return len(self.titles)

    def name(self, names: Names, refs: Mapping[str, str], titles: list[str]) -> None:
        """Complete the names of one copy: what is new in it, and the digests that follow from that."""
        names.words |= refs
        names.words |= dict(zip(self.titles, titles, strict=True))
        for version in self.sealed:
            copied = Submission(number=version.number, content=version.content, sealed_at=version.sealed_at)
            copied.review = Review(ref=refs[version.review.ref])
            # The copies share the documents, whose own digests are what the fingerprint is taken over.
            copied.handed_in = version.handed_in
            names.words[version.digest] = copied.fingerprint()
        for ballot in self.cast:
            said = {"verdict": ballot.verdict, "criteria": ballot.criteria, "comment": ballot.comment}
            whose = names.people[ballot.person_id]
            copy = Opinion(ref=refs[ballot.ref], round=ballot.round, person=whose, **said)
            names.words[ballot.ballot_digest()] = copy.ballot_digest()


def pattern_of(house: House, projects: list[Project], meeting: Meeting | None) -> Pattern:
    """Read back what a session's steps have written."""
    found = dict(rows_of(projects, meeting))
    sealed = [version for version in found[Submission] if version.digest]
    cast = [opinion for opinion in found[Opinion] if opinion.state == Opinion.State.CAST]
    refs: dict[str, list[str]] = {}
    for row in (row for rows in found.values() for row in rows if hasattr(row, "ref")):
        refs.setdefault(row.ref.partition("-")[0], []).append(row.ref)
    leads, titles = [project.lead for project in projects], [project.title for project in projects]
    words = set(names_between(house, house, dict(zip(leads, leads, strict=True))).words)
    words |= {ref for own in refs.values() for ref in own} | {*titles}
    words |= {version.digest for version in sealed} | {opinion.ballot_digest() for opinion in cast}
    cutter = Cutter(words)
    chains = Q(chain__subject_kind=Project.noun, chain__subject_ref__in=[project.ref for project in projects])
    if meeting is not None:
        chains |= Q(object_kind=Meeting.noun, object_ref=meeting.ref)
    entries = Entry.objects.filter(chains).select_related("chain").order_by("chain", "seq")
    return Pattern(
        house=house,
        leads=leads,
        titles=titles,
        rows={model: [RowPattern.of(row, cutter) for row in rows] for model, rows in found.items()},
        entries=[EntryPattern.of(entry, cutter) for entry in entries],
        refs=refs,
        sealed=sealed,
        cast=cast,
    )
