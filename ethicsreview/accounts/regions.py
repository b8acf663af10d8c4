"""Administrative divisions by GB/T 2260: six digits, two for the province, two for the city, two for the county."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

DIGITS = 6


@cache
def _table() -> dict[str, Any]:
    with (Path(__file__).parent / "regions.toml").open("rb") as file:
        return tomllib.load(file)


def province_of(code: str) -> str:
    return code[:2] + "0000"


def city_of(code: str) -> str:
    return code[:4] + "00"


def territory_prefix(code: str) -> str:
    """The digits that every code inside a division begins with: 370000 → 37, 370100 → 3701, 370102 → 370102."""
    if code.endswith("0000"):
        return code[:2]
    return code[:4] if code.endswith("00") else code


def lying_in(path: str, prefix: str) -> dict[str, Any]:
    """The condition on a column of codes that they begin with these digits. A range, since an index on the column
    serves it in every collation, and a LIKE in one alone.
    """
    if not prefix:
        return {f"{path}__startswith": ""}
    return {f"{path}__range": (prefix.ljust(DIGITS, "0"), prefix.ljust(DIGITS, "9"))}


def is_within(code: str, territory: str) -> bool:
    """Whether a division lies in another, or is it."""
    return code.startswith(territory_prefix(territory))


def is_region(code: str) -> bool:
    """Whether it can be a division's code: of a province that exists, and, where we know them, of its cities.

    Counties come and go by the year; theirs are taken as they are given.
    """
    if len(code) != 6 or not (code.isascii() and code.isdigit()):
        return False
    if province_of(code) not in _table()["provinces"]:
        return False
    if code.endswith("0000"):
        return True
    if code[2:4] == "00":
        return False
    known = cities(code)
    return not known or city_of(code) in known


def region_name(code: str) -> str:
    """山东省济南市; where the city or the county has no name here, its code follows: 山东省济南市 370102."""
    if not code:
        return ""
    table = _table()
    city = "" if code.endswith("0000") else table["cities"].get(city_of(code), "")
    name: str = table["provinces"].get(province_of(code), "") + city
    complete = code.endswith("0000") or (code.endswith("00") and city)
    return name if complete else f"{name} {code}".strip()


@cache
def is_autonomous(code: str) -> bool:
    """Whether it lies in a national autonomous area (民族自治地方, Measures 7)."""
    table = _table()
    return any(is_within(code, area) for area in table["autonomous"])


def provinces() -> dict[str, str]:
    names: dict[str, str] = _table()["provinces"]
    return dict(names)


def named_regions(within: str) -> list[tuple[str, str]]:
    """The province of a division and its cities, as far as we know them by name; without one, every province's."""
    found = [code for code in provinces() if not within or code == province_of(within)]
    return [(code, region_name(code)) for one in found for code in (one, *cities(one))]


def cities(province: str) -> dict[str, str]:
    """The cities of a province whose cities we know; empty for the others."""
    return {code: name for code, name in _table()["cities"].items() if code.startswith(province[:2])}
