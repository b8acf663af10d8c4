"""Rows that the tests of every room start from. What a step makes in life is made by the step there, not here."""

import os
from contextlib import suppress
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any

import factory
from django.contrib.auth.hashers import make_password
from factory.django import DjangoModelFactory

from ethicsreview.accounts.models import Appointment, Authority, Institution, Person, Role
from ethicsreview.accounts.validators import check_character

PASSWORD = "a-long-enough-password"


def _number_of_this_process() -> int:
    """Of those that share what they have made: each takes the next that none has taken."""
    if not (folder := os.environ.get("REMEMBERED")):
        return int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    for number in count():
        with suppress(FileExistsError):
            Path(folder, f"process-{number}").mkdir()
            return number
    raise AssertionError


# Each process of a run counts from a place of its own: what one has made, another may lay down (tests/memory.py).
FIRST = _number_of_this_process() * 100_000


def credit_code(number: int) -> str:
    """A unified social credit code of a public institution in Jinan that passes its check digit."""
    body = f"12370100{number:09d}"
    return body + check_character(body)


class Numbered(DjangoModelFactory[Any]):
    class Meta:
        abstract = True

    @classmethod
    def _setup_next_sequence(cls) -> int:
        return FIRST


class PersonFactory(Numbered):
    """Someone who can sign in with PASSWORD and holds no role yet."""

    class Meta:
        model = Person
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"person{n}")
    name = factory.Sequence(lambda n: f"张{n}")
    email = factory.LazyAttribute(lambda person: f"{person.username}@example.org")
    phone = "13812341234"
    # A lazy function: the hasher of the tests is set after this module is imported.
    password = factory.LazyFunction(lambda: make_password(PASSWORD))


class InstitutionFactory(Numbered):
    class Meta:
        model = Institution

    name = factory.Sequence(lambda n: f"第{n}医院")
    type = Institution.Type.HOSPITAL
    region = "370100"
    uscc = factory.Sequence(credit_code)


class AuthorityFactory(Numbered):
    class Meta:
        model = Authority

    name = factory.Sequence(lambda n: f"第{n}科技厅")
    level = Authority.Level.PROVINCE
    field = Authority.Field.GENERAL
    region = "370000"


class AppointmentFactory(DjangoModelFactory[Appointment]):
    """A researcher of an institution, since 2020 and without an end."""

    class Meta:
        model = Appointment

    person = factory.SubFactory(PersonFactory)
    role = Role.RESEARCHER
    body = factory.SubFactory(InstitutionFactory)
    starts = date(2020, 1, 1)
    ends = None
