"""The password once more, for what a person signs. Guessing is limited as it is at sign-in."""

from django.conf import settings
from django.core.cache import cache

from ethicsreview.accounts.models import Person


class TooManyGuesses(Exception):
    """Wrong too often of late; even the right password is not taken until the time of a lock-out has passed."""


def confirms(person: Person, password: str) -> bool:
    """Whether it is the person's password. Raises TooManyGuesses."""
    key = f"confirmation:{person.pk}"
    if cache.get(key, 0) >= settings.AXES_FAILURE_LIMIT:
        raise TooManyGuesses
    if person.check_password(password):
        cache.delete(key)
        return True
    cache.add(key, 0, settings.AXES_COOLOFF_TIME.total_seconds())
    cache.incr(key)
    return False
