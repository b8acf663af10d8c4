"""python -m bench [--small N] [--large N] [--rounds N] [--requests N] [--repeats N] [--open N] [--due N]
[--notices N] [--drop]
"""

import argparse
import json
import os
import platform
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench import database, report
from bench.load import Target
from bench.rounds import measure
from bench.serving import Site

ROOT = Path(__file__).resolve().parent.parent
DEFAULT = "postgres://postgres@127.0.0.1:5432/ethicsreview_bench"


def main() -> int:
    wanted = arguments()
    folder = Path(os.environ.get("VAR_DIR", ROOT / "var"))
    address = os.environ.get("DATABASE_URL", DEFAULT)
    sizes = (wanted.small, wanted.large)
    sites = [Site(size, database.named(address, size), folder / "bench" / str(size)) for size in sizes]
    clock = Site(wanted.open, database.named(address, "clock"), folder / "bench" / "clock")
    empty = Site(0, database.named(address, "empty"), folder / "bench")
    try:
        database.make(empty.database)
        empty.run("bench.preparing")
        for site in (*sites, clock):
            database.make(site.database, like=database.name_of(empty.database))
            site.shows(empty)
            of = "open deadlines" if site is clock else "reviews"
            say(f"{site.size} {of} in {database.name_of(site.database)}")
        found = {
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "machine": {"cpus": os.cpu_count(), "python": platform.python_version()},
            "postgresql": database.version(address),
            "sizes": sizes,
            **measured(sites, wanted),
            "sweep": clock.run(
                "bench.sweeping", "--rows", str(wanted.open), "--due", str(wanted.due), "--rounds", str(wanted.rounds)
            ),
            "post": sites[0].run(
                "bench.posting",
                *("--notices", str(wanted.notices), "--rounds", str(wanted.rounds), "--repeats", str(wanted.repeats)),
                broker=os.environ.get("REDIS_URL", ""),
            ),
        }
    finally:
        if wanted.drop:
            for site in (*sites, clock, empty):
                database.drop(site.database)
    found["missed"] = report.missed(found)
    (folder / "bench.json").write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
    say(report.table(found))
    return 1 if found["missed"] else 0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("--small", type=int, default=2_000, help="reviews in the small database")
    parser.add_argument("--large", type=int, default=200_000, help="reviews in the large one")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--requests", type=int, default=60, help="of one page in one round")
    parser.add_argument("--repeats", type=int, default=40, help="how often the step is taken")
    parser.add_argument("--open", type=int, default=1_000_000, help="open deadlines that are swept over")
    parser.add_argument("--due", type=int, default=1_000, help="of them, those that are due")
    parser.add_argument("--notices", type=int, default=1_000, help="carried out, and empty tasks beside them")
    parser.add_argument("--drop", action="store_true", help="remove the databases afterwards")
    wanted = parser.parse_args()
    if not 0 < wanted.small < wanted.large:
        parser.error("--small is less than --large")
    return wanted


def measured(sites: list[Site], wanted: argparse.Namespace) -> dict[str, Any]:
    pages = {site.size: site.run("bench.population", "--size", str(site.size)) for site in sites}
    steps = {site.size: site.run("bench.step_cost", "--repeats", str(wanted.repeats)) for site in sites}
    targets = {size: [Target(**page["target"]) for page in found] for size, found in pages.items()}
    say("measuring")
    try:
        for site in sites:
            site.serve()
        rates = measure({site.port: targets[site.size] for site in sites}, wanted.rounds, wanted.requests)
    finally:
        for site in sites:
            site.end()
    return {
        "pages": {
            page["target"]["name"]: {
                "limits": page["limits"],
                "queries": [
                    next(one["queries"] for one in pages[site.size] if one["target"]["name"] == page["target"]["name"])
                    for site in sites
                ],
                "rates": [rates[site.port][page["target"]["name"]] for site in sites],
            }
            for page in pages[sites[0].size]
        },
        "steps": [steps[site.size] for site in sites],
    }


def say(words: str) -> None:
    print(words, flush=True)


if __name__ == "__main__":
    sys.exit(main())
