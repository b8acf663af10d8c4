"""Rest days of China, one TOML file for each year as the State Council publishes it.

A new year is a new file. Until it is here, the year is provisional (暂定): weekends and the festivals with a
fixed date are known, the lunar ones and the make-up working days are not.
"""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

FOLDER = Path(__file__).parent


class HolidayFileError(ValueError):
    """A calendar file is wrong; the message names the file and every place in it."""


class Festival(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    zh: str
    en: str
    off: list[date]
    work: list[date] = Field(default_factory=list)


class YearFile(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    year: int
    festival: list[Festival]


@dataclass(frozen=True)
class Year:
    off: frozenset[date]
    work: frozenset[date]
    published: bool


def read_year(path: Path) -> Year:
    """Reads one calendar file. Raises HolidayFileError with everything that is wrong in it."""
    try:
        found = YearFile.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except tomllib.TOMLDecodeError as error:
        raise HolidayFileError(f"{path.name}: {error}") from error
    except ValidationError as error:
        places = [f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()]
        raise HolidayFileError(f"{path.name}: " + "; ".join(places)) from error

    off = [day for festival in found.festival for day in festival.off]
    work = [day for festival in found.festival for day in festival.work]
    problems = [f"{day} is not in {found.year}" for day in off + work if day.year != found.year]
    problems += [f"{day} stands twice" for day in sorted(set(off + work)) if (off + work).count(day) > 1]
    problems += [f"{day} is a working day anyway" for day in work if day.weekday() < 5]
    if path.stem != str(found.year):
        problems.append(f"the file is named {path.stem}, its year is {found.year}")
    if problems:
        raise HolidayFileError(f"{path.name}: " + "; ".join(problems))
    return Year(frozenset(off), frozenset(work), published=True)


@cache
def year(number: int) -> Year:
    path = FOLDER / f"{number}.toml"
    if path.exists():
        return read_year(path)
    fixed = tomllib.loads((FOLDER / "every_year.toml").read_text(encoding="utf-8"))["days"]
    return Year(frozenset(date.fromisoformat(f"{number:04}-{day}") for day in fixed), frozenset(), published=False)


def published_years() -> list[int]:
    return sorted(int(path.stem) for path in FOLDER.glob("[0-9]*.toml"))
