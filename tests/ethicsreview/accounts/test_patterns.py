"""A question put together for a pattern of standing answers each person with what is theirs."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.utils import timezone

from ethicsreview.accounts.models import Appointment, Body, Institution, Person, Role
from ethicsreview.accounts.patterns import PreparedFor, Unprepared
from ethicsreview.accounts.prepared import Given
from ethicsreview.accounts.standing import Standing, standing_of
from tests.factories import AppointmentFactory, AuthorityFactory, InstitutionFactory

pytestmark = pytest.mark.django_db
AT = datetime(2026, 6, 1, 4, 0, tzinfo=UTC)


def of(person: Person) -> Standing:
    return standing_of(person, AT)


def researcher(*bodies: Body) -> Person:
    first, *others = (AppointmentFactory(body=body) for body in bodies)
    Appointment.objects.filter(pk__in=[one.pk for one in others]).update(person=first.person)
    return first.person


def built(asked: list[Standing]) -> PreparedFor:
    def build(standing: Standing) -> Any:
        asked.append(standing)
        return Institution.objects.filter(pk__in=standing.bodies(Role.RESEARCHER)).order_by("pk")

    return PreparedFor(build)


def test_two_who_stand_alike_are_asked_for_by_one_text_and_see_their_own() -> None:
    here, there = InstitutionFactory(), InstitutionFactory()
    asked: list[Standing] = []
    mine = built(asked)

    assert mine(of(researcher(here))) == [here]
    assert mine(of(researcher(there))) == [there]
    assert len(asked) == 1


def test_who_stands_otherwise_is_asked_for_anew() -> None:
    here, there = InstitutionFactory(), InstitutionFactory()
    asked: list[Standing] = []
    mine = built(asked)

    assert mine(of(researcher(here))) == [here]
    assert mine(of(researcher(here, there))) == [here, there]
    assert mine(of(AppointmentFactory(body=AuthorityFactory(), role=Role.REGULATOR).person)) == []
    assert len(asked) == 3


def test_regulators_of_two_territories_do_not_stand_alike() -> None:
    jinan, chengdu = InstitutionFactory(region="370100"), InstitutionFactory(region="510100")
    inside = PreparedFor(
        lambda standing: Institution.objects.filter(region__startswith=next(iter(standing.territories())))
    )
    shandong, sichuan = (
        AppointmentFactory(body=AuthorityFactory(region=region), role=Role.REGULATOR).person
        for region in ("370000", "510000")
    )

    assert (inside(of(shandong)), inside(of(sichuan))) == ([jinan], [chengdu])


def test_a_person_and_a_body_of_one_number_are_told_apart_by_where_they_stand() -> None:
    held = AppointmentFactory()
    other = AppointmentFactory(person=Person.objects.create(pk=held.body_id + 1000, username="same", name="同号"))
    Institution.objects.filter(pk=other.body_id).update(name="同号单位")
    mine = PreparedFor(
        lambda standing: Appointment.objects.filter(
            person=standing.person, body__in=standing.bodies(Role.RESEARCHER)
        ).order_by("pk")
    )

    assert mine(of(held.person)) == [held]
    assert mine(of(other.person)) == [other]


def test_the_moment_of_asking_and_what_is_given_go_in_each_time() -> None:
    held = AppointmentFactory()
    asked = PreparedFor(lambda standing: Person.objects.filter(date_joined__lte=standing.at, username=Given("name")))
    Person.objects.filter(pk=held.person_id).update(date_joined=datetime(2026, 6, 2, tzinfo=UTC))
    name = held.person.username

    assert asked(standing_of(held.person, datetime(2026, 6, 1, tzinfo=UTC)), name=name) == []
    assert asked(standing_of(held.person, datetime(2026, 6, 3, tzinfo=UTC)), name=name) == [held.person]


def test_a_day_made_from_the_moment_is_refused() -> None:
    asked = PreparedFor(lambda standing: Appointment.objects.filter(starts__lte=timezone.localdate(standing.at)))

    with pytest.raises(Unprepared, match="is to be given"):
        asked(of(AppointmentFactory().person))


def test_what_reads_about_the_made_up_person_is_refused() -> None:
    counts = PreparedFor(lambda standing: Person.objects.filter(pk__gt=Appointment.objects.count()))
    names = PreparedFor(lambda standing: Person.objects.filter(username=standing.person.username))

    for asked in (counts, names):
        with pytest.raises(Unprepared, match="reads from the database"):
            asked(of(AppointmentFactory().person))


def test_nothing_is_asked_where_nothing_can_fit(django_assert_num_queries: Any) -> None:
    nobody = PreparedFor(lambda standing: Person.objects.filter(pk__in=standing.bodies(Role.OPERATOR)))
    standing = of(AppointmentFactory().person)
    nobody(standing)

    with django_assert_num_queries(0):
        assert nobody(standing) == []


def test_who_sees_everyone_is_asked_for_apart_from_who_does_not() -> None:
    held = AppointmentFactory()
    everyone = PreparedFor(lambda standing: Person.objects.visible_to(standing).order_by("pk"))
    stranger = Person.objects.create(username="stranger", name="外人")
    master = Person.objects.create(username="master", name="主管", is_superuser=True)

    assert everyone(of(stranger)) == [stranger]
    assert everyone(of(master)) == [held.person, stranger, master]
    assert everyone(of(stranger)) == [stranger]
