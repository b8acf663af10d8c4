from datetime import UTC, date, datetime

import pytest
from django.contrib.auth.models import AnonymousUser
from pytest_django import DjangoAssertNumQueries

from ethicsreview.accounts.models import Appointment, Authority, Body, Institution, Person, Role
from ethicsreview.accounts.standing import SYSTEM, Held, Standing, standing_of
from tests.factories import AppointmentFactory, AuthorityFactory, InstitutionFactory, PersonFactory

AT = datetime(2026, 6, 1, 4, 0, tzinfo=UTC)

pytestmark = pytest.mark.django_db


def holder(role: str, body: Body) -> Person:
    return AppointmentFactory.create(role=role, body=body).person


def standing(role: str, body: Body) -> Standing:
    return standing_of(holder(role, body), AT)


class TestStandingOf:
    def test_reads_every_role_in_one_query(self, django_assert_num_queries: DjangoAssertNumQueries) -> None:
        hospital = InstitutionFactory.create(region="370100")
        department = AuthorityFactory.create(region="510000", level="province", field="human")
        person = holder(Role.RESEARCHER, hospital)
        AppointmentFactory.create(person=person, role=Role.REGULATOR, body=department)
        AppointmentFactory.create(person=person, role=Role.INSTITUTION_OFFICER, body=hospital, ends=date(2026, 5, 31))

        with django_assert_num_queries(1):
            found = standing_of(person, AT)

        assert set(found.held) == {
            Held("researcher", hospital.pk, "institution", "370100"),
            Held("regulator", department.pk, "authority", "510000", "province", "human"),
        }
        assert found.holds(Role.RESEARCHER, body_id=hospital.pk)
        assert not found.holds(Role.RESEARCHER, body_id=department.pk)
        assert found.bodies(Role.REGULATOR, Role.RESEARCHER) == {hospital.pk, department.pk}
        assert not found.is_system

    def test_counts_no_role_in_a_closed_body(self) -> None:
        person = holder(Role.RESEARCHER, InstitutionFactory.create(is_active=False))

        assert standing_of(person, AT).held == ()

    def test_inactive_person_holds_nothing(self) -> None:
        person = holder(Role.OPERATOR, AuthorityFactory.create())
        person.is_active = False

        assert standing_of(person, AT) == Standing(None, AT)

    def test_visitor_holds_nothing(self) -> None:
        assert standing_of(AnonymousUser(), AT) == Standing(None, AT)

    def test_system_holds_no_role_and_sees_everyone(self) -> None:
        found = standing_of(SYSTEM, AT)

        assert (found.is_system, found.sees_everyone, found.held) == (True, True, ())
        assert (SYSTEM.name, SYSTEM.id) == ("系统", None)

    @pytest.mark.parametrize(
        ("level", "region", "prefixes"),
        [("national", "110000", {""}), ("province", "370000", {"37"}), ("city", "370100", {"3701"})],
    )
    def test_territories_by_level(self, level: str, region: str, prefixes: set[str]) -> None:
        found = standing(Role.REGULATOR, AuthorityFactory.create(level=level, region=region))

        assert found.territories() == prefixes


class TestVisibleTo:
    """One institution with a hospital below it, another beside it, and who sees what of them."""

    @pytest.fixture(autouse=True)
    def _land(self) -> None:
        self.university = InstitutionFactory.create(name="大学", region="370100")
        self.hospital = InstitutionFactory.create(name="附属医院", region="370200", parent=self.university)
        self.company = InstitutionFactory.create(name="企业", region="510100")
        self.department = AuthorityFactory.create(name="科技厅", region="370000")
        self.people = {body: holder(Role.RESEARCHER, body) for body in (self.university, self.hospital, self.company)}

    def see(self, viewer: Standing) -> dict[str, set[object]]:
        return {
            "institutions": set(Institution.objects.visible_to(viewer)),
            "authorities": set(Authority.objects.visible_to(viewer)),
            "people": set(Person.objects.visible_to(viewer)),
            "posts": {appointment.person for appointment in Appointment.objects.visible_to(viewer)},
        }

    def test_researcher_sees_their_institution_and_themselves(self) -> None:
        person = self.people[self.university]

        assert self.see(standing_of(person, AT)) == {
            "institutions": {self.university},
            "authorities": set(),
            "people": {person},
            "posts": {person},
        }

    def test_officer_sees_their_institution_and_those_below_it(self) -> None:
        officer = holder(Role.INSTITUTION_OFFICER, self.university)
        theirs = {officer, self.people[self.university], self.people[self.hospital]}

        assert self.see(standing_of(officer, AT)) == {
            "institutions": {self.university, self.hospital},
            "authorities": set(),
            "people": theirs,
            "posts": theirs,
        }

    def test_officer_below_sees_nothing_above(self) -> None:
        officer = holder(Role.INSTITUTION_OFFICER, self.hospital)

        assert self.see(standing_of(officer, AT)) == {
            "institutions": {self.hospital},
            "authorities": set(),
            "people": {officer, self.people[self.hospital]},
            "posts": {officer, self.people[self.hospital]},
        }

    def test_officer_whose_term_ended_sees_only_themselves(self) -> None:
        person = AppointmentFactory.create(
            role=Role.INSTITUTION_OFFICER, body=self.university, ends=date(2026, 5, 31)
        ).person

        assert self.see(standing_of(person, AT)) == {
            "institutions": set(),
            "authorities": set(),
            "people": {person},
            "posts": {person},
        }

    def test_regulator_sees_the_bodies_of_the_territory(self) -> None:
        regulator = holder(Role.REGULATOR, self.department)

        assert self.see(standing_of(regulator, AT)) == {
            "institutions": {self.university, self.hospital},
            "authorities": {self.department},
            "people": {regulator},
            "posts": {regulator},
        }

    def test_regulator_of_the_country_sees_every_body(self) -> None:
        ministry = AuthorityFactory.create(region="110000", level="national")

        seen = self.see(standing(Role.REGULATOR, ministry))

        assert seen["institutions"] == {self.university, self.hospital, self.company}
        assert seen["authorities"] == {self.department, ministry}

    @pytest.mark.parametrize("who", ["operator", "superuser", "system"])
    def test_operator_sees_everything(self, who: str) -> None:
        if who == "operator":
            viewer = standing(Role.OPERATOR, self.department)
        elif who == "superuser":
            viewer = standing_of(PersonFactory.create(is_superuser=True), AT)
        else:
            viewer = standing_of(SYSTEM, AT)

        seen = self.see(viewer)

        assert seen["institutions"] == {self.university, self.hospital, self.company}
        assert seen["authorities"] == {self.department}
        assert seen["people"] == set(Person.objects.all())
        assert seen["posts"] == set(Person.objects.filter(appointments__isnull=False))

    def test_visitor_sees_nothing(self) -> None:
        assert self.see(standing_of(AnonymousUser(), AT)) == {
            "institutions": set(),
            "authorities": set(),
            "people": set(),
            "posts": set(),
        }
