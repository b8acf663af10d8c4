"""Writing copies of patterns: several in one transaction, each with its trail."""

from collections.abc import Iterator
from collections.abc import Sequence as Rows
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from ethicsreview.accounts.models import Sequence
from ethicsreview.trail.models import Chain, Entry
from ethicsreview.trail.record import Record, append, begin_chains
from reviews.models import Project
from reviews.samples.houses import House
from reviews.samples.patterns import Names, Pattern, columns_of, compact, names_between
from reviews.samples.stories import title
from reviews.samples.tables import insert, new_keys

TOGETHER = 16  # copies in one transaction


@dataclass
class Copier:
    """Copies of one pattern for one house. `first`: the number of the next review, from which its title follows."""

    pattern: Pattern
    house: House
    first: int

    def write(self, copies: int) -> Iterator[int]:
        """Yields how many reviews each transaction has added."""
        done = 0
        while done < copies:
            together = [self._names(copy) for copy in range(done, min(done + TOGETHER, copies))]
            # Taken before the transaction: two who write at once do not wait for each other's commit.
            refs = self._refs(len(together))
            for place, names in enumerate(together):
                self.pattern.name(names, refs[place], self._titles(done + place))
            with transaction.atomic():
                self._write(together)
            done += len(together)
            yield len(together) * self.pattern.size

    def _names(self, copy: int) -> Names:
        leads, size = self.house.leads, self.pattern.size
        new = [leads[(copy * size + place) % len(leads)] for place in range(size)]
        return names_between(self.pattern.house, self.house, dict(zip(self.pattern.leads, new, strict=True)))

    def _refs(self, copies: int) -> list[dict[str, str]]:
        given: list[dict[str, str]] = [{} for _copy in range(copies)]
        for series, old in self.pattern.refs.items():
            number = Sequence.take(series, len(old) * copies)
            for refs in given:
                for ref in old:
                    refs[ref] = f"{series}-{number:06d}"
                    number += 1
        return given

    def _titles(self, copy: int) -> list[str]:
        size = self.pattern.size
        return [title(self.first + copy * size + place) for place in range(size)]

    def _write(self, copies: list[Names]) -> None:
        """Not through the door: what the steps wrote is written again, with its entries in the trail."""
        for model, rows in self.pattern.rows.items():
            keys = iter(new_keys(model, len(rows) * len(copies)))
            for names in copies:
                names.keys |= {row.key: next(keys) for row in rows}
        for model, rows in self.pattern.rows.items():
            insert(model, [row.copy(names) for names in copies for row in rows])
        records = [entry.copy(names) for names in copies for entry in self.pattern.entries]
        _begin_chains([record for record in records if record.subject[0] == Project.noun])
        # A meeting stands in its committee's chain, which goes on.
        append(*(record for record in records if record.subject[0] != Project.noun))


def _begin_chains(records: list[Record]) -> None:
    begun = begin_chains(records)
    for (chain, entries), key in zip(begun, new_keys(Chain, len(begun)), strict=True):
        chain.pk = key
        for entry in entries:
            entry.chain_id = key
    insert(
        Chain, [[chain.pk, chain.subject_kind, chain.subject_ref, chain.length, chain.head] for chain, _all in begun]
    )
    written = [entry for _chain, entries in begun for entry in entries]
    for entry, key in zip(written, new_keys(Entry, len(written)), strict=True):
        entry.pk = key
    _insert(Entry, written)


def _insert(model: type[Any], rows: Rows[Any]) -> None:
    names = [column.attname for column in columns_of(model)]
    insert(model, [[_plain(getattr(row, name)) for name in names] for row in rows])


def _plain(value: object) -> object:
    return compact(value) if isinstance(value, dict) else value
