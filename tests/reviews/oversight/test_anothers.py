"""What is another city's takes the same work as what is not there: the same questions to the database, the same answer
but for the reference. So nobody learns by the time of an answer what its words do not say.
"""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import NoReverseMatch

from ethicsreview.accounts.models import Role
from ethicsreview.lifecycle.registry import collections
from ethicsreview.lifecycle.steps import steps_of
from tests.committees.builders import authority, holder
from tests.memory import remembered
from tests.reviews.api.client import Caller
from tests.reviews.api.populated import World, populated
from tests.reviews.desk.conftest import address
from tests.reviews.foreign import abroad

pytestmark = pytest.mark.django_db
# An emergency and the experts of the whole province, and alliances, whose members may come from anywhere.
OPEN = {"alliances", "emergency-events", "experts"}


# The name of a request, the secrets of a page.
ONCE = re.compile(r"[0-9a-f]{32}|(?<=[\"'])[\w/+=-]{22,64}(?=[\"'])")


class Asked:
    """The texts of all questions, without what was asked for."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if "SAVEPOINT" not in sql:
            self.texts.append(sql)
        return execute(sql, params, many, context)


@remembered
def world() -> World:
    return populated(abroad(["DE"]).voted())


def work(ask: Any, ref: str) -> tuple[int, str, list[str]]:
    ask()  # what is put together once, and kept
    asked = Asked()
    with connection.execute_wrapper(asked):
        answer = ask()
    words = ONCE.sub("", answer.content.decode()).replace(ref, "REF")
    return answer.status_code, words, asked.texts


def absent(ref: str) -> str:
    """Of the same form, and nobody's."""
    return re.sub(r"\d", lambda digit: str((int(digit.group()) + 7) % 10), ref, count=1)


@pytest.mark.article("shandong", 1, 2)
def test_nothing_of_another_city_is_told_by_the_work_of_an_answer(signed_in):
    made = world()
    clerk = holder(Role.REGULATOR, authority("370300", level="city"))
    program, client = Caller(clerk), signed_in(clerk)
    seen, told = set(), {}

    for collection, ref in made.refs.items():
        model = collections().get(collection)
        if model is None:
            continue
        nobodys = absent(ref)
        assert not model._default_manager.filter(ref=nobodys).exists()
        step = min(steps_of(model), default="")
        for name, ways in ways_to(collection, step, program, client).items():
            theirs, none = (work(lambda one=one, ways=ways: ways(one), one) for one in (ref, nobodys))
            if theirs[0] != 404:
                seen.add(collection)
            elif theirs != none:
                told[f"{collection}, {name}"] = [(one[0], len(one[2]), one[1][:200]) for one in (theirs, none)]

    assert told == {}
    assert seen == OPEN


def ways_to(collection: str, step: str, program: Caller, client: Client) -> dict[str, Any]:
    ways: dict[str, Any] = {
        "API": lambda ref: program.get(f"/{collection}/{ref}"),
        "its steps": lambda ref: program.get(f"/{collection}/{ref}/steps"),
        "its trail": lambda ref: program.get(f"/{collection}/{ref}/trail"),
        "a step": lambda ref: program.post(f"/{collection}/{ref}/steps/{step}"),
        "desk": lambda ref: client.get(page_of(collection, ref)),
        "desk, a step": lambda ref: client.post(address("step", collection, ref, step)),
    }
    missing = [] if step else ["a step", "desk, a step"]
    try:
        page_of(collection, "X1")
    except NoReverseMatch:
        missing.append("desk")
    return {name: way for name, way in ways.items() if name not in missing}


def page_of(collection: str, ref: str) -> str:
    name = {"recheck-opinions": "recheck_seat"}.get(collection, collection.replace("-", "_").removesuffix("s"))
    return address(name, ref)
