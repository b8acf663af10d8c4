"""A real line to a service, in the place of Django's test client: calls of `tests.reviews.api.client` go over it."""

import threading
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import requests

# What says that nothing was done, or leaves it open: the same is asked again, under the same key.
AGAIN = {502, 503, 504}
PATIENCE = 180.0  # seconds
ASKED_AGAIN_AFTER = 0.5


class GaveUp(AssertionError):
    """No answer within PATIENCE."""


@dataclass(frozen=True)
class Said:
    """What was asked, and the answer that came in the end."""

    request_id: str
    method: str
    path: str
    status: int
    tries: int


class Answer:
    """As much of a test client's answer as its users read."""

    def __init__(self, response: requests.Response) -> None:
        self.status_code, self.content, self.headers = response.status_code, response.content, response.headers
        self.json: Callable[[], Any] = response.json

    def __getitem__(self, name: str) -> str:
        return self.headers[name]

    @property
    def streaming_content(self) -> list[bytes]:
        return [self.content]

    def getvalue(self) -> bytes:
        return self.content


@dataclass
class Line:
    """Each call has an id of its own; one that changes something also a key, and so may be asked again until it is
    answered. `pace` is waited for before each.
    """

    address: str
    pace: Callable[[], object] = lambda: None
    said: list[Said] = field(default_factory=list)
    local: threading.local = field(default_factory=threading.local)

    def get(self, path: str, query: Any = None, headers: Mapping[str, str] | None = None) -> Answer:
        return self.ask("GET", path, headers, params=query)

    def post(
        self,
        path: str,
        data: Any = None,
        content_type: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        key = {"Idempotency-Key": uuid.uuid4().hex} | dict(headers or {})
        if content_type:
            return self.ask("POST", path, key | {"Content-Type": content_type}, data=data.encode())
        files = {name: (value.name, value.read()) for name, value in data.items() if hasattr(value, "read")}
        fields = {name: value for name, value in data.items() if name not in files}
        return self.ask("POST", path, key, data=fields, files=files)

    def put(self, path: str, data: str, content_type: str = "", headers: Mapping[str, str] | None = None) -> Answer:
        return self.ask("PUT", path, {**(headers or {}), "Content-Type": content_type}, data=data.encode())

    def ask(self, method: str, path: str, headers: Mapping[str, str] | None, **terms: Any) -> Answer:
        sent = {"X-Request-ID": uuid.uuid4().hex} | dict(headers or {})
        latest, tries = time.monotonic() + PATIENCE, 0
        while time.monotonic() < latest:
            self.pace()
            tries += 1
            try:
                response = self.session.request(method, self.address + path, headers=sent, timeout=30, **terms)
            except requests.RequestException:
                # A line that broke says nothing of what was done at its other end.
                self.local.session = None
            else:
                if response.status_code not in AGAIN:
                    self.said.append(Said(sent["X-Request-ID"], method, path, response.status_code, tries))
                    return Answer(response)
            time.sleep(ASKED_AGAIN_AFTER)
        raise GaveUp(f"{method} {path}")

    @property
    def session(self) -> requests.Session:
        """One for each thread, so that lines are kept open and not shared."""
        if getattr(self.local, "session", None) is None:
            self.local.session = requests.Session()
            self.local.session.trust_env = False
        made: requests.Session = self.local.session
        return made


class Pace:
    """So many a second, for all who wait for it together."""

    def __init__(self, rate: float) -> None:
        self.every, self.lock, self.next = 1 / rate, threading.Lock(), time.monotonic()

    def __call__(self) -> None:
        with self.lock:
            now = time.monotonic()
            # What was not used up is not made up for: a pause is followed by the same rate.
            self.next = max(self.next + self.every, now - 1)
            wait = self.next - now
        if wait > 0:
            time.sleep(wait)
