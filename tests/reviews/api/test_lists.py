"""Lists: what is on them, page by page, at what cost."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from enum import Enum
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, get_args

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pydantic import BaseModel

import reviews.api
from ethicsreview.accounts.models import Role
from reviews.models.applying import start_project
from tests.committees.builders import authority, holder, institution
from tests.reviews.api.client import Caller, problem
from tests.reviews.builders import Case, case

pytestmark = pytest.mark.django_db


def add_project(path: Case) -> str:
    made = start_project(by=path.lead, institution=path.committee.institution, title="项目", field="ai")
    return made.ref


def queries(caller: Caller, address: str, **query: object) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert caller.get(address, **query).status_code == 200
    return len(captured)


def test_pages_hold_still_while_rows_are_added(path: Case) -> None:
    refs = [add_project(path) for _number in range(5)]
    caller = Caller(path.lead)

    first = caller.get("/projects", limit=2).json()
    add_project(path)
    second = caller.get("/projects", limit=2, after=first["next"]).json()
    third = caller.get("/projects", limit=2, after=second["next"]).json()

    seen = [item["ref"] for page in (first, second, third) for item in page["items"]]
    assert seen == refs[::-1]
    assert third["next"] is None


@pytest.mark.parametrize("cursor", ["x", "W10", "bm90IGpzb24", "WyJhIl0"])
def test_a_cursor_of_ones_own_making(path: Case, cursor: str) -> None:
    body = problem(Caller(path.lead).get("/projects", after=cursor), 422)

    assert body["errors"].keys() == {"after"}


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"limit": "101"}, "limit"),
        ({"limit": "0"}, "limit"),
        ({"state": "nowhere"}, "state"),
        ({"region": "37"}, "region"),
        ({"region": "990000"}, "region"),
        ({"due_before": "tomorrow"}, "due_before"),
        ({"committee": "a b"}, "committee"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_filter_that_is_none(path: Case, query: dict[str, str], field: str) -> None:
    body = problem(Caller(path.lead).get("/reviews", **query), 422)

    assert body["errors"].keys() == {field}


def test_filters_narrow_what_one_may_see() -> None:
    jinan, chengdu = case(region="370100"), case(region="510100")
    jinan.accepted()
    chengdu.submitted()
    operator = Caller(holder(Role.OPERATOR, authority()))

    def found(**query: str) -> list[str]:
        return [item["ref"] for item in operator.get("/reviews", **query).json()["items"]]

    assert found() == [chengdu.review.ref, jinan.review.ref]
    assert found(state="accepted") == [jinan.review.ref]
    assert found(committee=chengdu.committee.ref) == [chengdu.review.ref]
    assert found(region="370000") == [jinan.review.ref]
    assert found(region="510100") == [chengdu.review.ref]
    assert found(due_before=(timezone.now() + timedelta(days=60)).isoformat()) == [jinan.review.ref]
    assert found(due_before=timezone.now().isoformat()) == []
    projects = operator.get("/projects", committee=jinan.committee.ref).json()["items"]
    assert [item["ref"] for item in projects] == [jinan.project.ref]


def test_one_institution_sees_nothing_of_another(path: Case) -> None:
    path.submitted()
    elsewhere = Caller(holder(Role.INSTITUTION_OFFICER, institution()))

    for collection in ("projects", "reviews", "assessments", "opinions", "meetings", "committees", "follow-ups"):
        assert elsewhere.get(f"/{collection}").json() == {"items": [], "next": None}


@pytest.mark.parametrize(
    ("collection", "budget"), [("projects", 4), ("reviews", 4), ("assessments", 4), ("opinions", 4), ("meetings", 4)]
)
def test_a_list_costs_the_same_however_long(path: Case, collection: str, budget: int) -> None:
    path.in_review()
    chair = Caller(path.chair)
    chair.get("/me")  # the token's last use is noted once an hour
    one = queries(chair, f"/{collection}")

    for _number in range(2):
        more = Case(path.committee, path.lead, path.at)
        more.in_review()

    assert len(chair.get(f"/{collection}").json()["items"]) == 3
    assert queries(chair, f"/{collection}") == one
    assert one <= budget


def test_one_object_costs_at_most_twenty_queries(path: Case) -> None:
    path.concluded()

    for watcher in (path.lead, path.chair, path.secretary):
        caller = Caller(watcher)
        for address in (f"/projects/{path.project.ref}", f"/reviews/{path.review.ref}"):
            assert queries(caller, address) <= 20
    chair = Caller(path.chair)
    for address in (f"/meetings/{path.meeting.ref}", f"/opinions/{path.ballot_of(path.chair).ref}"):
        assert queries(chair, address) <= 20


def test_no_two_shapes_share_a_name() -> None:
    """The description knows a shape by its name alone: of two, one would stand for both."""
    modules = [import_module(f"reviews.api.{found.name}") for found in iter_modules(reviews.api.__path__)]
    made = {
        shape
        for module in modules
        for shape in vars(module).values()
        if isinstance(shape, type) and issubclass(shape, BaseModel) and shape.__module__ == module.__name__
    }
    chosen = {one for shape in made for field in shape.model_fields.values() for one in _choices(field.annotation)}
    names = Counter(shape.__name__ for shape in made | chosen)

    assert {name for name, times in names.items() if times > 1} == set()
    assert {"ReportShape", "AgendaReportShape", "Kind"} <= names.keys()


def _choices(annotation: Any) -> Iterator[type[Enum]]:
    """The enumerations in a field's type, however deep."""
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        yield annotation
    for inner in get_args(annotation):
        yield from _choices(inner)
