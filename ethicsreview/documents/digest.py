"""The digest printed on letters and beside files: SM3 (GB/T 32905), as any tool computes it."""

from typing import IO

from cryptography.hazmat.primitives import hashes

from ethicsreview.trail.digest import canonical_json

__all__ = ["canonical_json", "sm3"]

CHUNK = 1 << 20  # bytes read at a time, so that a large file never stands in memory


def sm3(source: bytes | IO[bytes]) -> str:
    """SM3 as 64 lower-case hex digits. A file is read from its beginning and left there again."""
    digest = hashes.Hash(hashes.SM3())
    if isinstance(source, bytes):
        digest.update(source)
    else:
        source.seek(0)
        while chunk := source.read(CHUNK):
            digest.update(chunk)
        source.seek(0)
    return digest.finalize().hex()
