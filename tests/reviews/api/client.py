"""The API as a machine calls it: a token, JSON in, JSON out."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from io import BytesIO
from typing import Any

from django.test import Client
from django.utils import timezone

from ethicsreview.accounts.models import ApiToken, Person
from tests.reviews.builders import PASSWORD

ROOT = "/api/v1"


@cache
def _in_process() -> Any:
    """One for all: no cookie is ever set, and to begin another looks through every static file."""
    return Client(raise_request_exception=True)


# How a call is carried. Over a real line: `tests.lines.Line`.
carrier: Callable[[], Any] = _in_process


@dataclass
class Caller:
    """One person's program. Without a person, one without a token."""

    person: Person | None
    headers: dict[str, str] = field(default_factory=dict)
    http: Any = field(default_factory=lambda: carrier())

    def __post_init__(self) -> None:
        if self.person is not None:
            self.headers["Authorization"] = f"Bearer {ApiToken.issue(self.person)[1]}"

    def get(self, path: str, **query: Any) -> Any:
        return self.http.get(ROOT + path, query, headers=self.headers)

    def post(self, path: str, body: Any = None, *, key: str = "", **headers: str) -> Any:
        sent = self.headers | headers | ({"Idempotency-Key": key} if key else {})
        return self.http.post(ROOT + path, json.dumps(body or {}), content_type="application/json", headers=sent)

    def put(self, path: str, body: Any) -> Any:
        return self.http.put(ROOT + path, json.dumps(body), content_type="application/json", headers=self.headers)

    def upload(self, path: str, key: str = "", **parts: Any) -> Any:
        sent = self.headers | ({"Idempotency-Key": key} if key else {})
        return self.http.post(ROOT + path, parts, headers=sent)

    # As a program that knows nothing but what the API answers. An object is what it answered.

    def read(self, path: str, **query: Any) -> Any:
        answer = self.get(path.removeprefix(ROOT), **query)
        assert answer.status_code == 200, answer.content.decode()
        return answer.json()

    def again(self, obj: dict[str, Any]) -> dict[str, Any]:
        return self.read(obj["url"])

    def listed(self, collection: str, **query: Any) -> list[dict[str, Any]]:
        return self.read(f"/{collection}", **query)["items"]

    def begin(self, path: str, **body: Any) -> dict[str, Any]:
        """What stands there from then on."""
        answer = self.post(path.removeprefix(ROOT), body)
        assert answer.status_code == 201, answer.content.decode()
        return answer.json()

    def hand_in(self, path: str, text: str = "方案正文。", **more: Any) -> dict[str, Any]:
        file = BytesIO(text.encode())
        file.name = "材料.txt"
        answer = self.upload(path.removeprefix(ROOT), file=file, **more)
        assert answer.status_code == 201, answer.content.decode()
        return answer.json()

    def fetch(self, url: str) -> bytes:
        answer = self.get(url.removeprefix(ROOT))
        assert answer.status_code == 200, url
        return b"".join(answer.streaming_content)

    def steps(self, obj: dict[str, Any]) -> dict[str, dict[str, Any]]:
        return {one["name"]: one for one in self.read(obj["steps_url"])}

    def open(self, obj: dict[str, Any]) -> list[str]:
        return [name for name, one in self.steps(obj).items() if one["open"]]

    def shut(self, obj: dict[str, Any], name: str) -> list[str]:
        """What stands in the way of a step: the codes."""
        return [one["code"] for one in self.steps(obj)[name]["refusals"]]

    def asked(self, obj: dict[str, Any], name: str) -> dict[str, Any]:
        """What the step asks, by name."""
        found: dict[str, Any] = self.steps(obj)[name]["input"]["properties"]
        return found

    def choice(self, obj: dict[str, Any], name: str, question: str, *labels: str) -> list[str]:
        """The values of the choices that are called so; of all, without a label."""
        return among(self.asked(obj, name)[question], *labels)

    def take(self, obj: dict[str, Any], name: str, **given: Any) -> dict[str, Any]:
        """The step, if it is offered and open, with what is given; the rest of what it requires is filled in by what
        its `input` says.
        """
        return self.take_offered(obj, self.steps(obj)[name], **given)

    def take_offered(self, obj: dict[str, Any], offered: dict[str, Any], **given: Any) -> dict[str, Any]:
        name = offered["name"]
        assert offered["open"], offered["refusals"]
        return self.step(obj, name, **filled_in(offered["input"], given))

    def step(self, obj: dict[str, Any], name: str, **terms: Any) -> dict[str, Any]:
        """Take a step that is expected to be open; the object as it is answered."""
        answer = self.post(f"{obj['steps_url'].removeprefix(ROOT)}/{name}", terms)
        assert answer.status_code == 200, answer.content.decode()
        return answer.json()


def among(question: dict[str, Any], *labels: str) -> list[str]:
    held = question.get("items", question)
    values = dict(zip(held["enumNames"], held["enum"], strict=True))
    found = [value for label, value in values.items() if not labels or any(wanted in label for wanted in labels)]
    assert len(found) >= len(labels), f"{labels} not among {list(values)}"
    return found


def filled_in(schema: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    """Nothing is given that is not asked, nor outside its choices."""
    asked = schema["properties"]
    assert given.keys() <= asked.keys(), f"not asked: {given.keys() - asked.keys()}; asked: {list(asked)}"
    for name, value in given.items():
        choices = asked[name].get("items", asked[name]).get("enum")
        for one in value if isinstance(value, list) else [value]:
            assert choices is None or str(one) in choices or one in ("", None), f"{name}: {one} not in {choices}"
    return {name: some(name, asked[name]) for name in schema["required"]} | given


def some(name: str, question: dict[str, Any]) -> Any:
    """A lawful answer: nothing to declare, everything in order."""
    if name == "password":
        return PASSWORD
    if "enum" in question:
        return next((one for one in ("meets", "no", "none") if one in question["enum"]), question["enum"][0])
    day = timezone.localdate().isoformat()
    kinds = {"boolean": True, "integer": 3, "array": question.get("items", {}).get("enum", [])}
    return day if question.get("format") == "date" else kinds.get(question["type"], "见材料。")


def problem(answer: Any, status: int) -> dict[str, Any]:
    """The problem that the answer is: every error has this form."""
    assert answer.status_code == status, answer.content.decode()
    assert answer["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == status
    assert body["type"].startswith("urn:ethicsreview:problem:")
    assert body["title"]
    assert body["detail"]
    return body


def hidden(obj: dict[str, Any], *persons: Person, beside: tuple[str, ...] = ()) -> None:
    """At every address of it, and in its list, it is as if it were not there; and no step on it can be taken."""
    path = obj["url"].removeprefix(ROOT)
    collection = path.rsplit("/", 1)[0]
    for person in persons:
        caller = Caller(person)
        for address in ("", "/steps", "/trail", *beside):
            problem(caller.get(path + address), 404)
        problem(caller.post(f"{path}/steps/{obj.get('step', 'withdraw')}"), 404)
        assert obj["ref"] not in [row["ref"] for row in caller.listed(collection.strip("/"))]
