"""Writing to the trail. Always inside the transaction of the step that is recorded."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from ethicsreview.accounts.prepared import Given, Prepared
from ethicsreview.trail.digest import digest
from ethicsreview.trail.models import Chain, Entry


@dataclass(frozen=True, kw_only=True)
class Record:
    """What happened, before it has its place in a chain."""

    subject: tuple[str, str]
    object: tuple[str, str]
    step: str
    at: datetime
    actor: tuple[str, str, str]
    capacities: str = ""
    source: str = ""
    target: str = ""
    citation: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    request_id: str = ""


def append(*records: Record) -> list[Entry]:
    """Write the records, each at the end of its subject's chain, in the order given.

    The chain's row is locked until the transaction ends, so two writers to one subject wait for each other
    and writers to different subjects do not.
    """
    assert connection.in_atomic_block, "the trail is written in the transaction of its step"
    by_subject: dict[tuple[str, str], list[Record]] = defaultdict(list)
    for record in records:
        by_subject[record.subject].append(record)
    written = []
    # Sorted, so that two transactions which touch the same chains lock them in one order.
    for subject in sorted(by_subject):
        chain = _locked(subject)
        entries = _link(chain, by_subject[subject])
        Entry.objects.bulk_create(entries)
        chain.save(update_fields=["length", "head"])
        written += entries
    return written


def append_to_new(records: Iterable[Record]) -> int:
    """Write many subjects' first entries at once (imports, demo data). Subjects must have no chain yet."""
    begun = begin_chains(records)
    Chain.objects.bulk_create([chain for chain, _entries in begun], batch_size=2000)
    entries = [entry for _chain, entries in begun for entry in entries]
    Entry.objects.bulk_create(entries, batch_size=2000)
    return len(entries)


def begin_chains(records: Iterable[Record]) -> list[tuple[Chain, list[Entry]]]:
    """New chains with their entries, linked and not yet saved."""
    by_subject: dict[tuple[str, str], list[Record]] = defaultdict(list)
    for record in records:
        by_subject[record.subject].append(record)
    chains = [(Chain(subject_kind=kind, subject_ref=ref), group) for (kind, ref), group in by_subject.items()]
    return [(chain, _link(chain, group)) for chain, group in chains]


TO_LOCK = Prepared(
    lambda: Chain.objects.select_for_update().filter(subject_kind=Given("kind"), subject_ref=Given("ref"))
)


def _locked(subject: tuple[str, str]) -> Chain:
    kind, ref = subject
    found = TO_LOCK(kind=kind, ref=ref)
    if not found:
        Chain.objects.bulk_create([Chain(subject_kind=kind, subject_ref=ref)], ignore_conflicts=True)
        found = TO_LOCK(kind=kind, ref=ref)
    (chain,) = found
    return chain


def _link(chain: Chain, records: Iterable[Record]) -> list[Entry]:
    entries = []
    for record in records:
        chain.length += 1
        entry = Entry(
            chain=chain,
            seq=chain.length,
            at=record.at,
            actor_kind=record.actor[0],
            actor_ref=record.actor[1],
            actor_name=record.actor[2],
            capacities=record.capacities,
            object_kind=record.object[0],
            object_ref=record.object[1],
            step=record.step,
            source=record.source,
            target=record.target,
            citation=record.citation,
            facts=record.facts,
            request_id=record.request_id,
            previous=chain.head,
        )
        entry.digest = digest(entry.content())
        chain.head = entry.digest
        entries.append(entry)
    return entries
