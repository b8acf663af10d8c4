"""What a row refers to is what Django would read, by one question that is ready."""

from typing import Any

import pytest
from django.apps import apps
from django.db import models
from django.db.models.fields.related_descriptors import ForwardManyToOneDescriptor

from ethicsreview.accounts.models import Appointment, Person
from ethicsreview.accounts.references import Reference, lock
from tests.factories import AppointmentFactory, PersonFactory

pytestmark = pytest.mark.django_db


def test_every_reference_is_read_so() -> None:
    left = [
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.local_fields
        if type(field) is models.ForeignKey and not isinstance(vars(model)[field.name], Reference)
    ]

    assert left == []


def test_it_is_the_row_with_all_its_columns_in_one_question(django_assert_num_queries: Any) -> None:
    held = Appointment.objects.get(pk=AppointmentFactory().pk)
    assert isinstance(vars(Appointment)["person"], Reference)

    with django_assert_num_queries(1):
        read = held.person
        again = held.person

    asked = ForwardManyToOneDescriptor.get_object(vars(Appointment)["person"], held)
    assert read is again
    assert vars(read).keys() == vars(asked).keys()
    assert [getattr(read, one.attname) for one in Person._meta.concrete_fields] == [
        getattr(asked, one.attname) for one in Person._meta.concrete_fields
    ]
    assert read._state.db == asked._state.db
    assert not read._state.adding


def test_a_row_that_is_gone_is_said_to_be(django_assert_num_queries: Any) -> None:
    person = PersonFactory()
    held = Appointment(person_id=person.pk + 1)

    with pytest.raises(Person.DoesNotExist):
        _ = held.person
    Person.objects.filter(pk=person.pk).delete()
    with pytest.raises(Person.DoesNotExist):
        lock(person)


def test_what_is_locked_is_read_afresh() -> None:
    person = PersonFactory(name="张三")
    Person.objects.filter(pk=person.pk).update(name="李四")

    assert lock(person).name == "李四"
