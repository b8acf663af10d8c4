"""Writing copies of patterns: several in one transaction, each with its trail."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import transaction

from ethicsreview.accounts.models import Sequence
from ethicsreview.trail.record import append
from reviews.samples.houses import House
from reviews.samples.patterns import Names, Pattern, names_between
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
        append(*(entry.copy(names) for names in copies for entry in self.pattern.meeting))
