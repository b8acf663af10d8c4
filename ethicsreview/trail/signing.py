"""The installation's own signature, under what leaves it to be verified elsewhere.

Ed25519: SM2 would be the national choice, and the library that we take our cryptography from has none; what is signed
names its digests by SM3 as well. The secret key is a file that its owner alone can read. Its public half is written
down at its first use and stays published for ever, so that a change of keys leaves what the old one signed verifiable.
"""

import os
import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from django.conf import settings

from ethicsreview.trail.digest import sm3
from ethicsreview.trail.models import SigningKey


class UnusableKey(Exception):
    """The file is there and holds no Ed25519 key. It is never replaced: somebody put it there."""


@dataclass(frozen=True)
class Signer:
    key: Ed25519PrivateKey

    @property
    def public(self) -> bytes:
        """The 32 bytes of the public key."""
        return self.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    @property
    def fingerprint(self) -> str:
        return f"sm3:{sm3(self.public)}"

    @property
    def pem(self) -> str:
        return self.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    def sign(self, message: bytes) -> bytes:
        return self.key.sign(message)


def signer(path: Path | None = None) -> Signer:
    """The key in the installation's file, made once where there is none. Raises UnusableKey."""
    place = path or Path(settings.SIGNING_KEY_FILE)
    if not place.exists():
        _make(place)
    try:
        key = load_pem_private_key(place.read_bytes(), None)
    except (ValueError, TypeError) as error:
        raise UnusableKey(str(place)) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise UnusableKey(str(place))
    return Signer(key)


def published(at: datetime) -> Signer:
    """The key to sign with, written down among those that are published."""
    own = signer()
    SigningKey.objects.get_or_create(fingerprint=own.fingerprint, defaults={"pem": own.pem, "first_used_at": at})
    return own


def _make(place: Path) -> None:
    """Whole or not at all, and of two processes only the first one's: the other takes what it finds."""
    place.parent.mkdir(parents=True, exist_ok=True)
    content = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    half = place.with_name(f"{place.name}.{secrets.token_hex(8)}")
    descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as out:
            out.write(content)
        os.link(half, place)
    except FileExistsError:
        pass
    finally:
        half.unlink()
