"""May an activity start? What stands in the way, as codes with the countries concerned: plain values in, none kept."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

# In these states a project may be carried out, as far as its own review is concerned.
CLEARED = frozenset({"approved", "exempt", "not_required"})
# Outside the scope of Measures 2 no country's review is asked for (Measures 12).
OUT_OF_SCOPE = "not_required"
# What a country can lack, the furthest from done first.
LACKS = ("foreign_wanted", "foreign_lapsed", "foreign_returned", "foreign_unconfirmed")
_LACK_OF_STATE = {"wanted": "foreign_wanted", "returned": "foreign_returned", "entered": "foreign_unconfirmed"}


@dataclass(frozen=True)
class Clearance:
    """What is on file of one country: an approval, or that none is prescribed there. `expires_on` is its last day."""

    country: str
    state: str
    expires_on: date | None = None

    def holds_on(self, day: date) -> bool:
        return self.state == "confirmed" and not self.lapsed_on(day)

    def lapsed_on(self, day: date) -> bool:
        return self.state == "confirmed" and self.expires_on is not None and self.expires_on < day


@dataclass(frozen=True)
class Obstacle:
    """One thing that stands in the way: of the project itself, or of the countries named."""

    code: str
    countries: tuple[str, ...] = ()


def lacking(countries: Iterable[str], clearances: Collection[Clearance], day: date) -> Mapping[str, tuple[str, ...]]:
    """The countries whose review is not on file and confirmed on `day`, by what they lack."""
    found: dict[str, list[str]] = {}
    for country in countries:
        on_file = [one for one in clearances if one.country == country]
        if not any(one.holds_on(day) for one in on_file):
            found.setdefault(_furthest(on_file, day), []).append(country)
    return {lack: tuple(found[lack]) for lack in LACKS if lack in found}


def obstacles(
    project_state: str, countries: Iterable[str], clearances: Collection[Clearance], day: date
) -> tuple[Obstacle, ...]:
    """All that keeps a gate shut: the own review, then each party's (Measures 12; Sichuan 9). Empty: it is open."""
    own = () if project_state in CLEARED else (Obstacle("project_state"),)
    if project_state == OUT_OF_SCOPE:
        return own
    found = lacking(countries, clearances, day)
    return own + tuple(Obstacle(lack, concerned) for lack, concerned in found.items())


def _furthest(on_file: Iterable[Clearance], day: date) -> str:
    """A renewal under way says more of a country than the approval that has lapsed."""
    lacks = ["foreign_lapsed" if one.lapsed_on(day) else _LACK_OF_STATE.get(one.state, "") for one in on_file]
    return max(filter(None, lacks), key=LACKS.index, default="foreign_wanted")
