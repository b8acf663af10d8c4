"""Who keeps the next end with the object itself hears of the objects of which one has lapsed."""

from collections.abc import Callable, Collection

# An object by its kind and reference.
Keeper = Callable[[Collection[tuple[str, str]]], None]
_KEEPERS: list[Keeper] = []


def when_lapsed(keeper: Keeper) -> None:
    """Called by the sweep when that is committed: it holds no deadline while an object is locked, since a step locks
    its object first.
    """
    _KEEPERS.append(keeper)


def tell(objects: Collection[tuple[str, str]]) -> None:
    for keeper in _KEEPERS if objects else ():
        keeper(objects)
