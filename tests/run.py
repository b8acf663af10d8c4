"""`make test`: every check and every suite, with a summary at the end.

    python -m tests.run [PART ...]

What a machine lacks (a browser, PostgreSQL, Redis) is left out and said; with CI=true it is a failure. WHOLE=1 takes
2,000 random paths, walks to the end, takes every real trial and asks PostgreSQL everything; that is no matter of
minutes.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
IN_CI = os.environ.get("CI", "").lower() in {"1", "true"}
POSTGRES = os.environ.get("TEST_DATABASE_URL", "postgres://postgres@127.0.0.1:5432/ethicsreview")
REDIS = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/9")
# A process for each processor; one that is done takes over from another, so that all are busy to the end.
PYTEST = ["pytest", "-q", "-p", "no:cacheprovider", "-n", str(os.cpu_count() or 2), "--dist", "worksteal"]
# What goes through the API's description at random takes longer to read in than all the rest.
OPENAPI = "tests/reviews/api/test_openapi.py"
WITHOUT_OPENAPI = ["-p", "no:schemathesis", f"--ignore={OPENAPI}"]
# Where tests stand that drive a browser; tests/conftest.py refuses one elsewhere.
BROWSER = [
    "tests/browser",
    "tests/ethicsreview/accounts",
    "tests/ethicsreview/ui",
    "tests/ethicsreview/work",
    "tests/reviews/desk",
    "tests/reviews/portal",
]
# What is shown on PostgreSQL again: all that asks the database for something of its own (locks, triggers, constraints,
# copies, lists in order, searches, two writers at once), real workers, and three procedures the whole way by the API.
# What each procedure demands piece by piece, words and pages are the same code on either database. WHOLE=1 asks for
# everything.
ON_POSTGRES = [
    "tests/bench",
    "tests/committees/test_declaring.py",
    "tests/config",
    "tests/ethicsreview/accounts",
    "tests/ethicsreview/deadlines",
    "tests/ethicsreview/diary",
    "tests/ethicsreview/lifecycle",
    "tests/ethicsreview/notices",
    "tests/ethicsreview/operating",
    "tests/ethicsreview/trail",
    "tests/ethicsreview/work",
    "tests/running",
    "tests/reviews/api/test_annual.py",
    "tests/reviews/api/test_idempotency.py",
    "tests/reviews/api/test_lists.py",
    "tests/reviews/api/test_whole_way.py",
    "tests/reviews/api/test_whole_way_collaboration.py",
    "tests/reviews/api/test_whole_way_recheck.py",
    "tests/reviews/oversight",
    "tests/reviews/public",
    "tests/reviews/desk/test_kept_pieces.py",
    "tests/reviews/desk/test_prepared_questions.py",
    "tests/reviews/desk/test_registers.py",
    "tests/reviews/samples/test_seed.py",
    "tests/reviews/samples/test_seed_few.py",
    "tests/reviews/test_amendment_concurrency.py",
    "tests/reviews/test_bad_luck.py",
    "tests/reviews/test_collaboration_at_once.py",
    "tests/reviews/test_complaint.py",
    "tests/reviews/test_concurrency.py",
    "tests/reviews/test_follow_up.py",
    "tests/reviews/test_general_procedure.py",
    "tests/reviews/test_interests_hide.py",
    "tests/reviews/test_machine.py",
    "tests/reviews/test_sent_twice.py",
    "tests/reviews/test_work.py",
]
WHOLE = os.environ.get("WHOLE", "") == "1"
# Of what proves the more, the more of it is taken: enough to see the next mistake.
SAMPLE = {"PATHS": "32", "RECHECK_PATHS": "12", "UNITS": "6", "TRIALS": "4", "REPLAYED": "14"}
MIGRATED = "tests/ethicsreview/ui/test_views.py::test_ready_with_every_migration_and_not_without"


def nothing_missing() -> str:
    return ""


def chromium() -> str | None:
    """Without its windows it does the same in three quarters of the time."""
    return shutil.which("chromium-headless-shell") or shutil.which("chromium")


def chromium_missing() -> str:
    return "" if chromium() else "chromium is not installed"


def servers_missing() -> str:
    silent = [url.rpartition("@")[2] for url in (POSTGRES, REDIS) if not _answers(url)]
    return f"no answer from {', '.join(silent)}" if silent else ""


def own_servers_missing() -> str:
    from tests.running.servers import missing

    return missing()


@dataclass(frozen=True)
class Part:
    name: str
    command: list[str]
    surroundings: Mapping[str, str] = field(default_factory=dict)
    missing: Callable[[], str] = nothing_missing
    # Keeps one processor busy, or waits: those that follow each other run at the same time.
    beside: bool = False


def parts() -> list[Part]:
    templates = _tracked("*.html")
    manage = ["python", "manage.py"]
    return [
        Part("ruff", ["ruff", "check", "--no-cache", "."], beside=True),
        Part("format", ["ruff", "format", "--no-cache", "--check", "."], beside=True),
        Part("templates", ["djade", "--check", "--target-version", "5.2", *templates], beside=True),
        Part("types", ["mypy", "config", "ethicsreview", "committees", "reviews"], beside=True),
        Part("floors", ["lint-imports", "--no-cache"], beside=True),
        Part("migrations", [*manage, "makemigrations", "--check", "--dry-run"], beside=True),
        Part("policy", [*manage, "policy", "check"], beside=True),
        Part("messages", [*manage, "messages", "check"], beside=True),
        Part("docs", [*manage, "docs", "--check"], beside=True),
        # The tables are made from the models at once; that the migrations make the same is seen on PostgreSQL, where
        # the suite begins with them, and where they are what is asked for.
        Part(
            "sqlite",
            [
                *PYTEST,
                *([] if WHOLE else ["--hypothesis-profile=brief"]),
                *("--nomigrations", "-m", "not browser and not postgres", f"--deselect={MIGRATED}"),
            ],
            {"PATHS": "2000", "RECHECK_PATHS": "500", "WALK": "all"} if WHOLE else SAMPLE,
        ),
        Part(
            "browser",
            [*PYTEST, *WITHOUT_OPENAPI, "--nomigrations", "-m", "browser", *BROWSER],
            missing=chromium_missing,
        ),
        Part(
            "postgres",
            # A planted bug is one of the code, and is found on SQLite. The random paths have had their number there;
            # here they show that the database does not matter.
            [
                *PYTEST,
                *WITHOUT_OPENAPI,
                "-m",
                "not browser",
                "-k",
                # A worker on SQLite and a folder is that of the other part.
                "not planted_bug and not embedded_shape",
                *(["tests"] if WHOLE else ON_POSTGRES),
            ],
            # What these tests commit need not survive a power cut, and their tables are so small that to look for the
            # best way through them takes longer than any way.
            {
                "DATABASE_URL": POSTGRES,
                "REDIS_URL": REDIS,
                "PGOPTIONS": "-c synchronous_commit=off -c join_collapse_limit=1 -c from_collapse_limit=1"
                " -c plan_cache_mode=force_generic_plan",
            },
            servers_missing,
        ),
        # Whole services in processes of their own, the stack on a PostgreSQL and a Redis of its own.
        Part("behaviour", ["python", "-m", "tests.running.behave"], missing=own_servers_missing, beside=True),
        Part("faults", ["python", "-m", "tests.running.faults", "--quick"], missing=own_servers_missing, beside=True),
    ]


def main(wanted: list[str]) -> int:
    chosen = [part for part in parts() if not wanted or part.name in wanted]
    if unknown := set(wanted) - {part.name for part in chosen}:
        sys.stderr.write(f"no such part: {', '.join(sorted(unknown))}\n")
        return 2
    with tempfile.TemporaryDirectory(prefix="ethicsreview-") as scratch:
        results = [result for group in _groups(chosen) for result in _together(group, scratch)]
    sys.stdout.write("\n" + "\n".join(line for line, _passed in results) + "\n")
    return 0 if all(passed for _line, passed in results) else 1


def _groups(chosen: list[Part]) -> Iterator[list[Part]]:
    for beside, members in groupby(chosen, lambda part: part.beside):
        group = list(members)
        yield from [group] if beside else [[part] for part in group]


def _together(group: list[Part], scratch: str) -> list[tuple[str, bool]]:
    if len(group) == 1:
        sys.stdout.write(f"\n=== {group[0].name}\n")
        sys.stdout.flush()
        return [_run(group[0], scratch)]
    with ThreadPoolExecutor(os.cpu_count() or 2) as pool:
        return list(pool.map(lambda part: _run_quietly(part, scratch), group))


def _run_quietly(part: Part, scratch: str) -> tuple[str, bool]:
    """What it says is shown when it has ended, so that it stands together."""
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as said:
        result = _run(part, scratch, said)
        said.seek(0)
        sys.stdout.write(f"\n=== {part.name}\n{said.read()}")
        sys.stdout.flush()
    return result


def _run(part: Part, scratch: str, said: IO[str] | None = None) -> tuple[str, bool]:
    if reason := part.missing():
        return f"{'FAILED' if IN_CI else 'left out':9} {part.name:11} {reason}", not IN_CI
    environment = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}}
    # What one process compiled, the tests' rewritten assertions above all, the others need not.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    # What one part's builders made, the next need not make again.
    remembered = Path(scratch, "remembered")
    remembered.mkdir(exist_ok=True)
    environment |= {"VAR_DIR": scratch, "PYTHONPYCACHEPREFIX": f"{scratch}/compiled", **part.surroundings}
    environment["REMEMBERED"] = str(remembered)
    started = time.monotonic()
    command = [BIN / part.command[0], *part.command[1:]]
    code = subprocess.run(
        command, cwd=ROOT, env=environment, stdout=said, stderr=said and subprocess.STDOUT, check=False
    ).returncode
    took = time.monotonic() - started
    return f"{'FAILED' if code else 'passed':9} {part.name:11} {took:6.1f} s", code == 0


def _answers(url: str) -> bool:
    address = urlsplit(url)
    try:
        with socket.create_connection((address.hostname or "127.0.0.1", address.port or 0), timeout=3):
            return True
    except OSError:
        return False


def _tracked(pattern: str) -> list[str]:
    listed = subprocess.run(["git", "ls-files", "-z", pattern], cwd=ROOT, capture_output=True, text=True, check=True)
    return [name for name in listed.stdout.split("\0") if name]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
