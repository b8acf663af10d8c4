"""What the objects of deadlines are called, told by the floor that knows them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

# An object by its kind and reference.
Object = tuple[str, str]


@dataclass(frozen=True)
class Name:
    """`own`: for the person alone whose duty it is. Holders of an office may have an interest in the matter, and are
    not to learn of it here.
    """

    text: str
    own: bool


# Of objects, each with whether some person's own duty hangs on it.
Namer = Callable[[Mapping[Object, bool]], Mapping[Object, Name]]
_NAMERS: list[Namer] = []


def name_by(namer: Namer) -> None:
    """It is asked once for each batch of the sweep."""
    _NAMERS.append(namer)


def names_of(objects: Mapping[Object, bool]) -> dict[Object, Name]:
    found: dict[Object, Name] = {}
    for namer in _NAMERS if objects else ():
        found |= namer(objects)
    return found
