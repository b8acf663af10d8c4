"""The benchmark itself: its arithmetic, what it refuses, and one small run of the whole of it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from bench import database, report
from bench.population import ELSEWHERE


def measured(**page: Any) -> dict[str, Any]:
    """Two sizes, two rounds; a page that just holds every limit, but for what the test says."""
    fair = {"limits": [12, 0.35], "queries": [12, 12], "rates": [[35.0, 70.0], [35.0, 70.0]]}
    bare = {"limits": [None, 1.0], "queries": [4, 4], "rates": [[100.0, 200.0], [100.0, 200.0]]}
    pages = {"bare page": bare, "desk queue": fair | page}
    pairs = [{"of": "work", "sizes": (20, 40), "pages": pages}]
    return {"pairs": pairs, "sweep": {"ratio": 3.0}, "post": {"ratio": 0.5, "step_ratio": 1.1}}


def test_limits_are_held_at_the_limit_itself() -> None:
    assert report.missed(measured()) == []


def test_every_limit_that_is_missed_is_named() -> None:
    found = measured(queries=[12, 13], rates=[[35.0, 70.0], [28.0, 56.0]]) | {
        "sweep": {"ratio": 3.5},
        "post": {"ratio": 0.4, "step_ratio": 1.2},
    }

    assert report.missed(found) == [
        "desk queue, 40 reviews: 13 queries, at most 12",
        "desk queue, 40 reviews: 0.28 of the bare page, at least 0.35",
        "desk queue: large to small 0.80, at least 0.85",
        "sweep: 3.50 of the plain SQL, at most 3",
        "notices: 0.40 of Celery's empty tasks, at least 0.5",
        "ten recipients: 1.20 of the request alone, at most 1.1",
    ]


def test_ratio_is_taken_within_each_round() -> None:
    """A machine that is twice as slow in one round does not change it."""
    assert report.ratio([50.0, 25.0, 50.0], [100.0, 50.0, 100.0]) == 0.5


@pytest.mark.parametrize("named", ["ethicsreview", "ethicsreview_bench"])
def test_databases_stand_beside_the_one_that_is_named(named: str) -> None:
    address = database.named(f"postgres://someone:secret@db.example:5433/{named}", 2000)

    assert address == "postgres://someone:secret@db.example:5433/ethicsreview_bench_2000"


def test_sqlite_is_refused() -> None:
    with pytest.raises(SystemExit, match="needs PostgreSQL"):
        database.named("sqlite:///var/ethicsreview.sqlite3", 2000)


@pytest.mark.postgres
def test_one_small_run_measures_every_page_and_every_part(tmp_path: Path) -> None:
    server = settings.DATABASES["default"]
    address = f"postgres://{server['USER']}:{server['PASSWORD']}@{server['HOST']}:{server['PORT']}/smoke{os.getpid()}"
    sizes = ["--small", "20", "--large", "40", "--city", "20", "--province", "60", "--rounds", "1", "--requests", "4"]
    sizes += ["--repeats", "2", "--open", "2000", "--due", "20", "--notices", "20", "--drop"]

    run = subprocess.run(
        [sys.executable, "-m", "bench", *sizes],
        cwd=settings.BASE_DIR,
        env=os.environ | {"DATABASE_URL": address, "VAR_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    # Four requests say nothing of speed; whether everything was asked and counted, they do.
    assert run.returncode in {0, 1}, run.stdout + run.stderr
    found = json.loads((tmp_path / "bench.json").read_text())
    work, province = found["pairs"]
    assert list(work["pages"]) == ["bare page", "desk queue", "desk queue, member", "review page", "portal home"]
    of_supervisors = ["bare page", "overview", "audit list", "committee register", "activity register", *ELSEWHERE]
    assert (list(province["pages"]), province["sizes"]) == (of_supervisors, [20, 60])
    assert [line for line in found["missed"] if "queries" in line] == []
    assert (found["sweep"]["rows"], found["sweep"]["due"], found["sweep"]["ratio"] > 0) == (2000, 20, True)
    assert (found["post"]["notices"], found["post"]["ratio"] > 0, found["post"]["step_ratio"] > 0) == (20, True, True)
    for step in found["steps"]:
        assert sum(step["queries"].values()) > 10
        assert all(step["milliseconds"][part] > 0 for part in step["milliseconds"])
