"""People who can sign in, named by their role, all with one password that is printed."""

from datetime import date
from functools import cache

from django.conf import settings
from django.contrib.auth.hashers import make_password

from ethicsreview.accounts.models import Appointment, Body, Person

# Known to everyone who reads this: see `safety` for where such people are never made.
PASSWORD = "try-ethics-review"  # noqa: S105


@cache
def _password_hash(_hashers: tuple[str, ...]) -> str:
    """Hashing is slow on purpose: once is enough for people who share a password."""
    return make_password(PASSWORD)


def person(username: str, name: str) -> Person:
    hashed = _password_hash(tuple(settings.PASSWORD_HASHERS))
    made = Person(username=username, name=name, email=f"{username}@example.org", password=hashed)
    made.clean_fields()
    made.save()
    return signing_at_once(made)


def signing_at_once(who: Person) -> Person:
    """The same person, for signing in this process, which knows the password: it is compared and not hashed.

    Argon2 takes a tenth of a second on purpose, and a meeting signs some fifty times.
    """
    who.check_password = PASSWORD.__eq__  # type: ignore[method-assign, assignment]
    return who


def appoint(who: Person, role: str, body: Body, since: date) -> Person:
    """For the roles that no step gives: a committee's members are appointed by its own."""
    Appointment.objects.create(person=who, role=role, body=body, starts=since)
    return who
