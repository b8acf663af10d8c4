"""What the tests of every room share."""

import datetime
import gc
import os
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import structlog
from django.conf import settings
from django.db import connection
from django.test import TransactionTestCase, override_settings
from django.utils import translation
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from config.celery import app
from tests.emptying import empty_tables
from tests.memory import memory
from tests.pages import Looking
from tests.run import BROWSER, chromium

# Playwright keeps an event loop in the thread of the test, where Django would else refuse the database.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
# Where a test does not say itself how many examples it wants: `pytest --hypothesis-profile=brief`.
hypothesis.settings.register_profile("brief", max_examples=30)
# Two processes, each with a browser and a server of its own, on two processors.
expect.set_options(timeout=30_000)


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Bytes are named after their argument: a file made for a test differs from one worker to the next."""
    return argname if isinstance(val, bytes) else None


def pytest_sessionstart() -> None:
    """A logger that was used once keeps its way out; a test that reads the log needs it to ask again. Said before the
    tests are collected: the API's description is read, and so logged, while they are."""
    structlog.configure(**{**structlog.get_config(), "cache_logger_on_first_use": False})


def pytest_collection_finish() -> None:
    """What is loaded by now stays: the collector of garbage need not walk through it again and again, nor after every
    few hundred rows."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 10, 10)


def _cache_of_its_own() -> None:
    """To empty the cache empties a whole database of Redis; another process may be counting in it."""
    kept = settings.CACHES["default"]
    if kept["BACKEND"].endswith("RedisCache"):
        server, _slash, _number = str(kept["LOCATION"]).rpartition("/")
        process = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
        kept["LOCATION"] = f"{server}/{10 + process % 6}"


_cache_of_its_own()

# A minute each, in processes of their own. Begun last, they would leave all but one processor without work.
FIRST = ("tests/bench/", "tests/setup/")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: not item.nodeid.startswith(FIRST))
    for item in items:
        if {"page", "browser"} & set(getattr(item, "fixturenames", ())):
            if not item.nodeid.startswith(tuple(f"{room}/" for room in BROWSER)):
                raise pytest.UsageError(f"{item.nodeid}: tests that drive a browser stand in {', '.join(BROWSER)}")
            item.add_marker("browser")
            # A browser may still hold a line when the server is stopped after the last test; the server's thread then
            # closes what is no longer lent to it. What goes wrong in a request is answered and logged, and not raised.
            item.add_marker(pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning"))


@pytest.fixture(scope="session")
def base_url() -> None:
    """Tests write whole addresses; the plug-in defines this one in a way that pytest warns of."""


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Debian's Chromium; it is asked for nothing outside of the machine."""
    return {
        **browser_type_launch_args,
        "executable_path": chromium(),
        "args": ["--no-sandbox", "--disable-background-networking"],
    }


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_context_args, "locale": "zh-CN"}


@pytest.fixture
def page(page: Page) -> Iterator[Page]:
    """A page that broke no content security policy, and no script of which failed."""
    broken: list[str] = []
    page.on("pageerror", lambda error: broken.append(str(error)))
    page.on(
        "console",
        lambda message: broken.append(message.text) if "Content Security Policy" in message.text else None,
    )
    yield page
    assert broken == []


@pytest.fixture
def look(page: Page, live_server: LiveServer) -> Looking:
    return Looking(page, live_server.url)


@pytest.fixture(scope="session", autouse=True)
def _fast_passwords() -> Iterator[None]:
    """Argon2 is slow on purpose; a thousand tests that sign in need not wait for it."""
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture(autouse=True, scope="session")
def _own_queue() -> None:
    """No nudge of a test reaches a worker of somebody else. Without Redis it goes nowhere: no worker is listening."""
    if settings.REDIS_URL:
        options = {**app.conf.broker_transport_options, "global_keyprefix": f"test-{uuid.uuid4()}:"}
        app.conf.broker_transport_options = options
    else:
        app.conf.broker_url = "memory://"
        app.conf.broker_transport_options = {}


@pytest.fixture(autouse=True)
def _no_hours_are_quiet(settings: Any) -> None:
    """Tests post at the hour at which they run; those of quiet hours say which they mean."""
    settings.NOTICES_QUIET_HOURS = (datetime.time(), datetime.time())


@pytest.fixture(autouse=True)
def _in_the_services_language() -> None:
    """A request leaves its reader's language behind in the process; every test begins in the service's own."""
    translation.activate(settings.LANGUAGE_CODE)


@pytest.fixture(autouse=True)
def _on_postgres_only(request: pytest.FixtureRequest) -> None:
    if request.node.get_closest_marker("postgres") and connection.vendor != "postgresql":
        pytest.skip("needs DATABASE_URL of a PostgreSQL")


@pytest.fixture(autouse=True)
def _nothing_remembered_of_changed_code(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test that plants something in the code builds all it needs itself, and leaves nothing of it behind."""
    known = request.node._fixtureinfo
    ours = [made for name in request.fixturenames for made in known.name2fixturedefs.get(name, ()) if made.baseid]
    memory.asleep = any("monkeypatch" in names for names in (known.argnames, *(made.argnames for made in ours)))
    yield
    memory.asleep = False


@pytest.fixture(autouse=True, scope="session")
def _emptied_past_the_triggers() -> Iterator[None]:
    """A test that commits is cleaned up by emptying the tables it filled, which the triggers would refuse."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _case: empty_tables())
        yield


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real input (SHARED_DATA, ../shared/data). Where it must be, in CI, its absence is a failure."""
    folder = Path(os.environ.get("SHARED_DATA", settings.BASE_DIR.parent / "shared" / "data"))
    if folder.is_dir():
        return folder
    message = f"No real input at {folder}: set SHARED_DATA to its folder."
    if os.environ.get("CI", "").lower() in {"1", "true"}:
        pytest.fail(message)
    pytest.skip(message)
