from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from ethicsreview.accounts.models import (
    Appointment,
    Body,
    Institution,
    Person,
    Restriction,
    Role,
)
from tests.factories import AppointmentFactory, AuthorityFactory, InstitutionFactory, PersonFactory

SHANGHAI = ZoneInfo("Asia/Shanghai")

pytestmark = pytest.mark.django_db


def test_person_with_a_rare_name_comes_back_as_written() -> None:
    person = PersonFactory.create(name="王䶮𠮷")

    assert str(Person.objects.get(pk=person.pk)) == "王䶮𠮷"


@pytest.mark.parametrize(
    ("phone", "shown"),
    [("13812341234", "138****1234"), ("+86 13812341234", "+86****1234"), ("82921234", "****"), ("", "")],
)
def test_masked_phone(phone: str, shown: str) -> None:
    assert Person(phone=phone).masked_phone == shown


def test_user_name_of_another_in_other_case_is_taken() -> None:
    PersonFactory.create(username="Zhang.San")
    double = PersonFactory.build(username="zhang.san", email="")

    with pytest.raises(ValidationError) as caught:
        double.full_clean()

    assert caught.value.messages == ["该用户名已有人使用（不分大小写）。"]


def test_email_of_another_in_other_case_is_taken() -> None:
    PersonFactory.create(email="Zhang@example.org")

    with pytest.raises(IntegrityError), transaction.atomic():
        PersonFactory.create(email="zhang@EXAMPLE.org")


def test_email_may_be_missing_for_many() -> None:
    PersonFactory.create_batch(2, email="")

    assert Person.objects.filter(email="").count() == 2


def test_create_user_refuses_a_name_that_deceives() -> None:
    with pytest.raises(ValidationError) as caught:
        Person.objects.create_user("zhang", name="张\u202e三")

    assert list(caught.value.message_dict) == ["name"]
    assert not Person.objects.filter(username="zhang").exists()


def test_bodies_number_themselves_each_kind_by_itself() -> None:
    first, authority, second = InstitutionFactory.create(), AuthorityFactory.create(), InstitutionFactory.create()

    assert (first.ref[0], authority.ref[0]) == ("I", "G")
    assert int(second.ref[1:]) == int(first.ref[1:]) + 1
    assert set(Body.objects.values_list("ref", "kind")) == {
        (first.ref, "institution"),
        (second.ref, "institution"),
        (authority.ref, "authority"),
    }


def test_institutions_without_a_credit_code_do_not_collide() -> None:
    InstitutionFactory.create(uscc="")
    InstitutionFactory.create(uscc="")

    assert Institution.objects.filter(uscc=None).count() == 2


def test_institution_says_all_that_is_wrong_with_it() -> None:
    institution = InstitutionFactory.build(name="", region="371200", uscc="91350100M000100Y44")

    with pytest.raises(ValidationError) as caught:
        institution.full_clean()

    assert caught.value.message_dict == {
        "name": ["此字段不能为空。"],
        "region": ["“371200”不是 GB/T 2260 行政区划代码。"],
        "uscc": ["统一社会信用代码的校验位不正确，请核对。"],
    }


def test_institution_cannot_stand_above_itself() -> None:
    university = InstitutionFactory.create()
    hospital = InstitutionFactory.create(parent=university)
    university.parent = hospital

    with pytest.raises(ValidationError) as caught:
        university.full_clean()

    assert caught.value.message_dict == {"parent": ["上级单位不能是本单位或其下属单位。"]}


@pytest.mark.parametrize(
    ("level", "region", "message"),
    [
        ("province", "370100", "省级主管部门的地区应为省级行政区划。"),
        ("city", "370000", "市级主管部门的地区应为市级行政区划。"),
        ("city", "370102", "市级主管部门的地区应为市级行政区划。"),
    ],
)
def test_authority_is_of_a_region_of_its_level(level: str, region: str, message: str) -> None:
    authority = AuthorityFactory.build(level=level, region=region)

    with pytest.raises(ValidationError) as caught:
        authority.full_clean()

    assert caught.value.message_dict == {"region": [message]}


class TestAppointments:
    @pytest.mark.parametrize(
        ("at", "current"),
        [
            (datetime(2026, 2, 28, 23, 59, 59, tzinfo=SHANGHAI), False),
            (datetime(2026, 3, 1, 0, 0, tzinfo=SHANGHAI), True),
            # The last day of February at 16:00 in Greenwich is already March in Shanghai.
            (datetime(2026, 2, 28, 16, 0, tzinfo=UTC), True),
            (datetime(2026, 5, 31, 23, 59, 59, tzinfo=SHANGHAI), True),
            (datetime(2026, 5, 31, 16, 0, tzinfo=UTC), False),
            (datetime(2026, 6, 1, 0, 0, tzinfo=SHANGHAI), False),
        ],
    )
    def test_current_on_the_days_of_its_term(self, at: datetime, current: bool) -> None:
        AppointmentFactory.create(starts=date(2026, 3, 1), ends=date(2026, 5, 31))

        assert Appointment.objects.current(at).exists() is current

    def test_current_without_an_end(self) -> None:
        AppointmentFactory.create(starts=date(2026, 3, 1), ends=None)

        assert Appointment.objects.current(datetime(2099, 1, 1, tzinfo=UTC)).count() == 1

    def test_term_cannot_end_before_it_starts(self) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            AppointmentFactory.create(starts=date(2026, 3, 2), ends=date(2026, 3, 1))

    def test_the_same_term_twice_is_refused(self) -> None:
        first = AppointmentFactory.create()

        with pytest.raises(IntegrityError), transaction.atomic():
            Appointment.objects.create(person=first.person, role=first.role, body=first.body, starts=first.starts)

    def test_a_role_is_held_where_it_makes_sense(self) -> None:
        appointment = AppointmentFactory.build(
            person=PersonFactory.create(), body=InstitutionFactory.create(), role=Role.REGULATOR
        )

        with pytest.raises(ValidationError) as caught:
            appointment.full_clean()

        assert caught.value.message_dict == {"role": ["“监管人员”不能在“单位”任职。"]}


class TestIsStaff:
    @pytest.mark.parametrize(("role", "desk"), [(Role.RESEARCHER, False), (Role.INSTITUTION_OFFICER, True)])
    def test_goes_by_the_role(self, role: str, desk: bool) -> None:
        person = AppointmentFactory.create(role=role).person

        assert person.is_staff is desk

    def test_ends_with_the_term(self) -> None:
        person = AppointmentFactory.create(role=Role.INSTITUTION_OFFICER, ends=date(2020, 12, 31)).person

        assert person.is_staff is False

    def test_not_for_the_inactive(self) -> None:
        assert PersonFactory.create(is_superuser=True, is_active=False).is_staff is False


class TestRestrictions:
    def test_in_force_on_the_person_or_on_the_institution(self) -> None:
        barred, other = PersonFactory.create_batch(2)
        institution = InstitutionFactory.create()
        term = {"starts": date(2026, 1, 1), "ends": date(2026, 12, 31), "ground": "处理决定", "citation": "national:46"}
        by_name = Restriction.objects.create(person=barred, **term)
        by_unit = Restriction.objects.create(institution=institution, **term)
        Restriction.objects.create(person=other, **term)
        within, after = datetime(2026, 12, 31, 12, tzinfo=UTC), datetime(2026, 12, 31, 16, tzinfo=UTC)

        found = Restriction.objects.in_force(within).on(person=barred, institution=institution)

        assert set(found) == {by_name, by_unit}
        assert not Restriction.objects.in_force(after).exists()

    def test_is_on_exactly_one(self) -> None:
        term = {"starts": date(2026, 1, 1), "ground": "处理决定", "citation": "national:46"}

        with pytest.raises(IntegrityError), transaction.atomic():
            Restriction.objects.create(**term)
        with pytest.raises(IntegrityError), transaction.atomic():
            Restriction.objects.create(person=PersonFactory.create(), institution=InstitutionFactory.create(), **term)
