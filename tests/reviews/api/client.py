"""The API as a machine calls it: a token, JSON in, JSON out."""

import json
from dataclasses import dataclass, field
from typing import Any

from django.test import Client

from ethicsreview.accounts.models import ApiToken, Person

ROOT = "/api/v1"


@dataclass
class Caller:
    """One person's program. Without a person, one without a token."""

    person: Person | None
    headers: dict[str, str] = field(default_factory=dict)
    http: Client = field(default_factory=lambda: Client(raise_request_exception=True))

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

    def step(self, obj: dict[str, Any], name: str, **terms: Any) -> dict[str, Any]:
        """Take a step that is expected to be open; the object as it is answered."""
        answer = self.post(f"{obj['steps_url'].removeprefix(ROOT)}/{name}", terms)
        assert answer.status_code == 200, answer.content.decode()
        return answer.json()


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
