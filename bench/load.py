"""Asking for pages: a bounded number of requests over a few connections that are kept open."""

import http.client
import threading
import time
from dataclasses import dataclass

CONNECTIONS = 4


@dataclass(frozen=True)
class Target:
    """A page, or several of one kind asked in turn, as one person sees them."""

    name: str
    paths: list[str]
    cookie: str


class WrongAnswer(RuntimeError):
    """A page answered with something else than 200: a fast error is no speed."""


def rate(port: int, target: Target, requests: int) -> float:
    """Pages a second."""
    failures: list[BaseException] = []
    each = max(1, requests // CONNECTIONS)
    started = time.perf_counter()
    threads = [
        threading.Thread(target=_ask, args=(port, target, each, offset, failures)) for offset in range(CONNECTIONS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return each * CONNECTIONS / (time.perf_counter() - started)


def _ask(port: int, target: Target, count: int, offset: int, failures: list[BaseException]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"Cookie": target.cookie, "Accept-Language": "zh-hans"}
    try:
        for number in range(count):
            path = target.paths[(offset + number) % len(target.paths)]
            connection.request("GET", path, headers=headers)
            response = connection.getresponse()
            response.read()
            if response.status != http.client.OK:
                raise WrongAnswer(f"{target.name}: {path} answered {response.status}")
    except BaseException as error:  # told by the thread that waits
        failures.append(error)
    finally:
        connection.close()
