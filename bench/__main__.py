"""python -m bench [--small N] [--large N] [--city N] [--province N] [--rounds N] [--requests N] [--repeats N]
[--open N] [--due N] [--notices N] [--drop]
"""

import argparse
import json
import os
import platform
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench import database, report
from bench.load import Target
from bench.population import SUPERVISION, WORK
from bench.rounds import measure
from bench.serving import Site

ROOT = Path(__file__).resolve().parent.parent
DEFAULT = "postgres://postgres@127.0.0.1:5432/ethicsreview_bench"


@dataclass(frozen=True)
class Pair:
    """A small database, and a large one that is it so many times over."""

    of: str
    small: Site
    large: Site

    @property
    def sites(self) -> tuple[Site, Site]:
        return self.small, self.large

    @property
    def times(self) -> int:
        return self.large.size // self.small.size


def main() -> int:
    wanted = arguments()
    folder = Path(os.environ.get("VAR_DIR", ROOT / "var"))
    address = os.environ.get("DATABASE_URL", DEFAULT)

    def site(size: int, name: int | str) -> Site:
        return Site(size, database.named(address, name), folder / "bench" / str(name))

    work = Pair(WORK, site(wanted.small, wanted.small), site(wanted.large, wanted.large))
    # The same database where both begin with as many.
    few = work.small if wanted.city == wanted.small else site(wanted.city, wanted.city)
    province = Pair(SUPERVISION, few, site(wanted.province, f"province_{wanted.province}"))
    clock = site(wanted.open, "clock")
    empty = site(0, "empty")
    sites = [*dict.fromkeys((*work.sites, *province.sites)), clock]
    try:
        database.make(empty.database)
        empty.run("bench.preparing")
        for one in (*sites, empty):
            one.shows(empty)
        database.make(clock.database, like=database.name_of(empty.database))
        found = {
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "machine": {"cpus": os.cpu_count(), "python": platform.python_version()},
            "postgresql": database.version(address),
            "pairs": [measured(pair, empty, wanted) for pair in (work, province)],
            "steps": [one.run("bench.step_cost", "--repeats", str(wanted.repeats)) for one in work.sites],
            "sweep": clock.run(
                "bench.sweeping", "--rows", str(wanted.open), "--due", str(wanted.due), "--rounds", str(wanted.rounds)
            ),
            "post": work.small.run(
                "bench.posting",
                *("--notices", str(wanted.notices), "--rounds", str(wanted.rounds), "--repeats", str(wanted.repeats)),
                broker=os.environ.get("REDIS_URL", ""),
            ),
        }
    finally:
        if wanted.drop:
            for one in (*sites, empty):
                database.drop(one.database)
    found["missed"] = report.missed(found)
    (folder / "bench.json").write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
    say(report.table(found))
    return 1 if found["missed"] else 0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("--small", type=int, default=2_000, help="reviews in the small database")
    parser.add_argument("--large", type=int, default=200_000, help="reviews in the large one")
    parser.add_argument("--city", type=int, default=10_000, help="reviews under few supervisors' eyes")
    parser.add_argument("--province", type=int, default=1_000_000, help="reviews of a whole province, for supervisors")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--requests", type=int, default=60, help="of one page in one round")
    parser.add_argument("--repeats", type=int, default=40, help="how often the step is taken")
    parser.add_argument("--open", type=int, default=1_000_000, help="open deadlines that are swept over")
    parser.add_argument("--due", type=int, default=1_000, help="of them, those that are due")
    parser.add_argument("--notices", type=int, default=1_000, help="carried out, and empty tasks beside them")
    parser.add_argument("--drop", action="store_true", help="remove the databases afterwards")
    wanted = parser.parse_args()
    for small, large in (("small", "large"), ("city", "province")):
        if not 0 < getattr(wanted, small) * 2 <= getattr(wanted, large):
            parser.error(f"--{large} is at least twice --{small}")
    return wanted


def measured(pair: Pair, empty: Site, wanted: argparse.Namespace) -> dict[str, Any]:
    """The large database is made of the small one before anything of the small one is measured."""
    pages = {}
    for site, like, times in ((pair.small, empty, 1), (pair.large, pair.small, pair.times)):
        say(f"{site.size} reviews in {database.name_of(site.database)}")
        database.make(site.database, like=database.name_of(like.database))
        options = ("--size", str(site.size), "--times", str(times), "--of", pair.of)
        pages[site] = site.run("bench.population", *options)
    targets = {site.port: [Target(**page["target"]) for page in found] for site, found in pages.items()}
    say("measuring")
    try:
        for site in pair.sites:
            site.serve()
        rates = measure(targets, wanted.rounds, wanted.requests)
    finally:
        for site in pair.sites:
            site.end()
    found = {
        small["target"]["name"]: {
            "limits": small["limits"],
            "queries": [small["queries"], large["queries"]],
            "rates": [rates[site.port][small["target"]["name"]] for site in pair.sites],
        }
        for small, large in zip(*pages.values(), strict=True)
    }
    return {"of": pair.of, "sizes": [site.size for site in pair.sites], "pages": found}


def say(words: str) -> None:
    print(words, flush=True)


if __name__ == "__main__":
    sys.exit(main())
