"""What a walk asks of wherever it goes: what there is, who may try what with it, when two situations are the same."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar, Protocol

from ethicsreview.accounts.models import Person
from ethicsreview.accounts.standing import Standing, standing_of
from ethicsreview.lifecycle.models import Lifecycle

Joint = tuple[Any, ...]
Terms = dict[str, Any]
MINUTE = timedelta(minutes=1)


class Tried:
    """One situation of one walk: the objects, and for each step what people might well write into its form."""

    def __init__(self, seen: Any) -> None:
        self.seen, self.at = seen, seen.at
        self.standings: dict[int, Standing] = {}

    def objects(self) -> Iterator[Lifecycle]:
        raise NotImplementedError

    def whose(self, obj: Lifecycle) -> Mapping[str, Any]:
        """Who else stands near it, besides those who are there all the time."""
        return {}

    def near(self, obj: Lifecycle) -> str:
        """What besides its own state decides who stands to an object in what way."""
        return ""

    def standing(self, person: Person) -> Standing:
        """Of this moment, with what was read of it for one object kept for the next."""
        if person.pk not in self.standings:
            self.standings[person.pk] = standing_of(person, self.at + MINUTE)
        return self.standings[person.pk]

    def inputs(self, obj: Lifecycle, step: str) -> list[Terms]:
        """Each is tried; nothing where the size leaves it out."""
        written = getattr(self, f"of_{obj.noun}", None)
        found: list[Terms] = written(obj, step) if written is not None else []
        return found


class Place(Protocol):
    """A beginning, and the world around it."""

    name: str
    people: dict[str, Person]
    outsiders: dict[str, Person]
    # In these it matters who takes the step; elsewhere those who may take turns.
    everybody: ClassVar[frozenset[str]]
    # Of a stranger's eyes.
    hidden: ClassVar[tuple[Any, ...]]
    # What stands in a chain that the picture does not show.
    elsewhere: ClassVar[frozenset[str]]

    @property
    def at(self) -> datetime: ...

    def picture(self, at: datetime) -> Any: ...

    def witnessed(self, at: datetime) -> Any:
        """Of what was done before the beginning."""

    def tried(self, seen: Any) -> Tried: ...

    def joint(self, seen: Any) -> Joint: ...

    def ends(self, seen: Any) -> bool:
        """Another beginning goes on from there."""

    def is_over(self, seen: Any) -> bool:
        """Nothing is left to be done; every situation must have a way to where it is."""

    def hold(self, seen: Any, witness: Any) -> None:
        """Raises AssertionError for an invariant that does not hold."""

    def at_the_door(
        self, seen: Any, after: Any, obj: Any, step: str, person: Person, terms: Terms, witness: Any
    ) -> Any:
        """What is seen of the step from outside, as a new witness. Raises AssertionError."""

    def besides(self, seen: Any) -> Iterator[tuple[str, Callable[[], Any]]]:
        """What happens and is no step of the objects."""

    def next_end(self, seen: Any) -> tuple[str, datetime | None]: ...

    def nothing_leaks(self, seen: Any, turn: int) -> None:
        """After every step, and therefore a part of it in turn."""

    def look_around(self, seen: Any, turn: int) -> None:
        """Where nobody was before: what takes longer."""


def a_stranger_sees_nothing(place: Place, seen: Any, turn: int) -> None:
    """One kind of object and one outsider at a time, in turn: in the end, each with each."""
    strangers = list(place.outsiders.values())
    kind, stranger = place.hidden[turn % len(place.hidden)], strangers[turn % len(strangers)]
    assert not kind.objects.visible_to(standing_of(stranger, seen.at)).exists(), f"a stranger sees a {kind.noun}"
