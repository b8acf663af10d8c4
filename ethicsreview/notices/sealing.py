"""Secrets that must be read again (a robot's address, a webhook's key): sealed, so that a copy of the database tells
nobody.
"""

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.utils.encoding import force_bytes


class Unreadable(ValueError):
    """It was sealed under another SECRET_KEY: it has to be entered again."""


def seal(plain: str) -> str:
    return _keys().encrypt(plain.encode()).decode()


def unseal(sealed: str) -> str:
    try:
        return _keys().decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise Unreadable from error


def _keys() -> MultiFernet:
    return MultiFernet([_key(secret) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def _key(secret: str | bytes) -> Fernet:
    digest = hashlib.sha256(b"ethicsreview.notices.sealing:" + force_bytes(secret)).digest()
    return Fernet(base64.urlsafe_b64encode(digest))
