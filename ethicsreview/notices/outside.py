"""Asking an address that somebody entered: only https, never an address within, never for long, never elsewhere.

The name is resolved here and the connection goes to what was found and judged; a name that changes its mind between
the two leads nowhere. Redirects are not followed. NOTICES_ALLOWED_HOSTS names hosts that the operator answers for: a
system on the institution's own network, also without https.
"""

import ipaddress
import socket
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urlsplit

import urllib3
from django.conf import settings
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

CONNECT, READ, WHOLE = 5.0, 10.0, 20.0  # seconds
ANSWER_MAX = 16_384  # bytes


class Later(Exception):
    """Not delivered, and worth another try: after `wait` seconds, where the receiver named them."""

    def __init__(self, reason: str, wait: int | None = None) -> None:
        self.reason, self.wait = reason, wait
        super().__init__(reason)


class Refused(Exception):
    """Not delivered, and never will be. `address`: nothing else will be either, to this endpoint."""

    def __init__(self, reason: str, *, address: bool = False) -> None:
        self.reason, self.address = reason, address
        super().__init__(reason)


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes
    retry_after: int | None = None


def objection(address: str) -> str:
    """Why this address is not asked, as a reason code; "" where nothing is against it. Looks up no name."""
    try:
        parts = urlsplit(address)
        host, _port = parts.hostname, parts.port
    except ValueError:
        return "address_malformed"
    if not host or parts.scheme not in {"http", "https"}:
        return "address_malformed"
    if parts.username is not None or parts.password is not None:
        return "address_with_password"
    if _vouched_for(parts):
        return ""
    if parts.scheme != "https":
        return "address_not_https"
    literal = _literal(host)
    return "" if literal is None or literal.is_global else "address_private"


def post(address: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    """Raises Refused for an address that is not asked, Later where nobody answers in time."""
    if reason := objection(address):
        raise Refused(reason, address=True)
    parts = urlsplit(address)
    with _pool(parts, _found(parts)) as pool:
        try:
            answer = pool.request(
                "POST",
                (parts.path or "/") + (f"?{parts.query}" if parts.query else ""),
                body=body,
                headers={"Host": parts.netloc, "Content-Type": "application/json; charset=utf-8", **headers},
                redirect=False,
                preload_content=False,
            )
            read = answer.read(ANSWER_MAX)
        except (HTTPError, OSError, ValueError) as error:
            # The type alone: the words repeat the address.
            raise Later(f"no_answer:{type(error).__name__}") from None
    return Answer(answer.status, read, _seconds(answer.headers.get("Retry-After", "")))


def _vouched_for(parts: SplitResult) -> bool:
    allowed = set(settings.NOTICES_ALLOWED_HOSTS)
    return bool({parts.hostname, f"{parts.hostname}:{parts.port}"} & allowed)


def _literal(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _found(parts: SplitResult) -> str:
    """The address behind the name. One that lies within is refused, also where it stands beside others."""
    try:
        rows = socket.getaddrinfo(parts.hostname, _port(parts), type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Later("name_unknown") from None
    found = [str(row[4][0]) for row in rows]
    if not _vouched_for(parts) and not all(_outside(one) for one in found):
        raise Refused("address_private", address=True)
    return found[0]


def _outside(found: str) -> bool:
    address = ipaddress.ip_address(found.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return address.is_global and not address.is_multicast


def _port(parts: SplitResult) -> int:
    return parts.port or (443 if parts.scheme == "https" else 80)


class _Watched:
    """Shut when its time is over: whoever sends a byte a second would else hold the worker for hours."""

    sock: Any

    def connect(self) -> None:
        super().connect()  # type: ignore[misc]  # of the connection that it is mixed into
        self.watch = threading.Timer(WHOLE, self._shut)
        self.watch.daemon = True
        self.watch.start()

    def close(self) -> None:
        if hasattr(self, "watch"):
            self.watch.cancel()
        super().close()  # type: ignore[misc]

    def _shut(self) -> None:
        sock = self.sock
        if sock is not None:
            sock.shutdown(socket.SHUT_RDWR)


class _Http(_Watched, HTTPConnection):
    pass


class _Https(_Watched, HTTPSConnection):
    pass


class _HttpPool(urllib3.HTTPConnectionPool):
    ConnectionCls = _Http


class _HttpsPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _Https


def _pool(parts: SplitResult, found: str) -> urllib3.HTTPConnectionPool:
    limits: dict[str, Any] = {"timeout": urllib3.Timeout(connect=CONNECT, read=READ), "retries": False, "maxsize": 1}
    if parts.scheme == "http":
        return _HttpPool(found, _port(parts), **limits)
    return _HttpsPool(
        found,
        _port(parts),
        cert_reqs="CERT_REQUIRED",
        assert_hostname=parts.hostname,
        server_hostname=parts.hostname,
        **limits,
    )


def _seconds(retry_after: str) -> int | None:
    """A date in it is passed over: the usual back-off will do."""
    return int(retry_after) if retry_after.isdecimal() and len(retry_after) < 8 else None
