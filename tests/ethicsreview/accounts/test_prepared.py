"""A prepared question answers what the queryset would, for each value it is given."""

from datetime import date
from typing import Any

import pytest
from django.db.models import Count

from ethicsreview.accounts.models import Appointment, Person
from ethicsreview.accounts.prepared import Given, Prepared, PreparedForMany
from tests.factories import AppointmentFactory, PersonFactory

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 10)

HELD = Prepared(lambda: Appointment.objects.on(Given("day")).filter(person=Given("person")).order_by("pk"))


def test_it_answers_with_the_objects_of_the_queryset() -> None:
    one, other = AppointmentFactory(), AppointmentFactory()

    assert HELD(person=one.person_id, day=DAY) == list(Appointment.objects.on(DAY).filter(person=one.person_id))
    assert HELD(person=other.person_id, day=DAY) == [other]
    assert HELD(person=0, day=DAY) == []


def test_a_day_is_compared_as_a_day() -> None:
    held = AppointmentFactory(starts=DAY, ends=DAY)

    assert HELD(person=held.person_id, day=DAY) == [held]
    assert HELD(person=held.person_id, day=date(2026, 3, 11)) == []
    assert HELD(person=held.person_id, day=date(2026, 3, 9)) == []


def test_related_objects_and_annotations_come_along(django_assert_num_queries: Any) -> None:
    asked = Prepared(
        lambda: Appointment.objects.filter(pk=Given("pk")).select_related("person", "body").annotate(n=Count("pk"))
    )
    held = AppointmentFactory()

    with django_assert_num_queries(1):
        (found,) = asked(pk=held.pk)
        assert (found.person.name, found.body.ref, found.n) == (held.person.name, held.body.ref, 1)


def test_values_come_as_tuples() -> None:
    person = PersonFactory()
    pairs = Prepared(lambda: Person.objects.filter(username=Given("name")).values_list("pk", "name"))
    names = Prepared(lambda: Person.objects.filter(username=Given("name")).values_list("name", flat=True))

    assert pairs(name=person.username) == [(person.pk, person.name)]
    assert names(name=person.username) == [person.name]


def test_what_is_given_is_a_value_and_never_sql() -> None:
    PersonFactory()
    asked = Prepared(lambda: Person.objects.filter(username=Given("name")))

    assert asked(name="' OR '1'='1") == []
    assert asked(name="%s") == []


def test_a_missing_value_is_told() -> None:
    with pytest.raises(KeyError, match="day"):
        HELD(person=1)


def test_about_many_it_answers_what_the_queryset_would(django_assert_num_queries: Any) -> None:
    asked = PreparedForMany(lambda people: Appointment.objects.filter(person__pk__in=people).order_by("pk"))
    held = [AppointmentFactory() for _number in range(6)]
    asked([0])

    for number in range(1, 6):
        of = {one.person_id for one in held[:number]}
        with django_assert_num_queries(1):
            assert asked(of) == held[:number]
    with django_assert_num_queries(0):
        assert asked([]) == []
