"""Digests of the record: over canonical JSON, so that anyone can compute them again.

SM3 (GB/T 32905) is the default; TRAIL_DIGEST=sha256 chooses the other. A digest carries its own name
("sm3:…"), so that a chain begun under one verifies after a change to the other.
"""

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, BinaryIO

from cryptography.hazmat.primitives import hashes
from django.conf import settings


def canonical_json(value: Any) -> bytes:
    """One value, one sequence of bytes: sorted keys, UTF-8, times in UTC to the microsecond.

    Floats are refused: no two databases promise to return the same one.
    """
    return json.dumps(
        _plain(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    ).encode()


_AS_THEY_ARE = frozenset({str, int, bool, type(None)})


def _plain(value: Any) -> Any:
    # Nearly everything is one of these: asked first, because each entry of the record passes here.
    if type(value) in _AS_THEY_ARE:
        return value
    if isinstance(value, float):
        raise TypeError("a float has no place in the record; write an integer or a string")
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, set | frozenset):
        return sorted(_plain(item) for item in value)
    if value is None or isinstance(value, str | int):
        return value
    return str(value)


def sm3(data: bytes | BinaryIO) -> str:
    """The SM3 digest in hexadecimal; a file is read in pieces from where it stands."""
    running = hashes.Hash(hashes.SM3())
    if isinstance(data, bytes):
        running.update(data)
    else:
        while piece := data.read(1 << 20):
            running.update(piece)
    return running.finalize().hex()


ALGORITHMS: dict[str, Callable[[bytes], str]] = {
    "sm3": sm3,
    "sha256": lambda data: hashlib.sha256(data).hexdigest(),
}


def digest(value: Any, algorithm: str = "") -> str:
    """The digest of a value's canonical bytes, with the algorithm's name before it."""
    return digest_of(canonical_json(value), algorithm)


def digest_of(canonical: bytes, algorithm: str = "") -> str:
    """The same, of bytes that are canonical already."""
    name = algorithm or settings.TRAIL_DIGEST
    return f"{name}:{ALGORITHMS[name](canonical)}"


def algorithm_of(text: str) -> str:
    """The algorithm a digest names; the empty string where it names none that we know."""
    name = text.partition(":")[0]
    return name if name in ALGORITHMS else ""
