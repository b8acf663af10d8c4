"""An emergency from its declaration to its end: who declares, who changes it, who sees it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from ethicsreview.accounts.models import Authority, Role
from ethicsreview.accounts.standing import standing_of
from ethicsreview.deadlines.models import Deadline
from ethicsreview.lifecycle.door import perform
from ethicsreview.lifecycle.refusals import InvalidInput, NotPermitted, NotVisible, Refused
from ethicsreview.notices.models import Notice
from ethicsreview.trail.models import Entry
from reviews.models import EmergencyEvent
from tests.committees.builders import authority, committee, holder, institution, people_of, person
from tests.reviews.emergencies import event, regulator_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def now():
    return timezone.now()


def seen(who, at):
    return set(EmergencyEvent.objects.visible_to(standing_of(who, at)))


def test_declaring_tells_the_committees_of_the_territory_and_nobody_else(now):
    inside, outside = committee(7, "370102", at=now), committee(7, "510100", at=now)

    found = event(at=now, level="extraordinary")

    told = set(Notice.objects.filter(key="emergency_event.create").values_list("person", flat=True))
    assert told == {people_of(inside, role)[0].pk for role in (Role.SECRETARY, Role.CHAIR)}
    assert not told & {one.pk for one in people_of(outside, Role.SECRETARY)}
    entry = Entry.objects.get(object_ref=found.ref, step="create")
    assert entry.facts["level"] == "extraordinary"
    assert entry.facts["instrument"] == "省人民政府公告〔2026〕1号"


def test_nobody_but_a_regulator_of_that_department_declares(now):
    department = authority("370000")
    for who in (person(), holder(Role.PROGRAMME_MANAGER, department), holder(Role.REGULATOR, authority("510000"))):
        with pytest.raises(NotPermitted):
            event(at=now, authority=department, by=who)


def test_not_outside_its_territory(now):
    city = authority("370200", level=Authority.Level.CITY)

    with pytest.raises(InvalidInput) as wrong:
        event(at=now, authority=city, region="370000")
    assert list(wrong.value.errors) == ["region"]


def test_not_over_before_it_begins(now):
    with pytest.raises(InvalidInput) as wrong:
        event(at=now, until=(now - timedelta(days=3)).date())
    assert list(wrong.value.errors) == ["until"]


def test_in_force_from_its_beginning_to_its_last_day(now):
    found = event(at=now, starts_at=now + timedelta(hours=2), until=(now + timedelta(days=3)).date())

    def in_force(at):
        assert found.is_in_force(at) == EmergencyEvent.objects.in_force(at).filter(pk=found.pk).exists()
        return found.is_in_force(at)

    assert not in_force(now)
    assert in_force(now + timedelta(hours=3))
    assert not in_force(now + timedelta(days=5))


def test_extended_raised_lowered_and_ended(now):
    found = event(at=now, until=(now + timedelta(days=3)).date())
    by, later = regulator_of(found), (now + timedelta(days=30)).date()
    assert Deadline.objects.open().get(object_ref=found.ref).kind == "emergency_event.end"

    found = perform(found, "extend", by=by, at=now, until=later, reason="疫情未止")
    assert found.until == later
    found = perform(found, "change_level", by=by, at=now, level="extraordinary", reason="扩散")
    found = perform(found, "change_level", by=by, at=now, level="larger", reason="缓解")
    assert found.level == "larger"
    found = perform(found, "end", by=by, at=now, reason="疫情结束")

    assert (found.state, found.ended_reason) == ("ended", "疫情结束")
    assert not Deadline.objects.open().filter(object_ref=found.ref).exists()
    steps = list(Entry.objects.filter(object_ref=found.ref).order_by("seq").values_list("step", flat=True))
    assert steps == ["create", "extend", "change_level", "change_level", "end"]


def test_an_extension_ends_later_and_what_has_run_out_is_declared_anew(now):
    found = event(at=now, until=(now + timedelta(days=3)).date())
    by = regulator_of(found)

    with pytest.raises(InvalidInput):
        perform(found, "extend", by=by, at=now, until=(now + timedelta(days=1)).date(), reason="x")
    with pytest.raises(Refused) as shut:
        perform(found, "extend", by=by, at=now + timedelta(days=9), until=(now + timedelta(days=30)).date(), reason="x")
    assert {(one.code, one.cite) for one in shut.value.refusals} == {("run_out", "national:36")}


def test_its_own_department_or_one_above_changes_it(now):
    city = authority("370200", level=Authority.Level.CITY)
    found = event(at=now, authority=city, region="370200")
    province, health = authority("370000"), authority("370200", level=Authority.Level.CITY, field="human")

    with pytest.raises(NotPermitted):
        perform(found, "end", by=holder(Role.REGULATOR, health), at=now, reason="x")
    with pytest.raises(NotVisible):
        perform(found, "end", by=holder(Role.REGULATOR, authority("510000")), at=now, reason="x")
    assert perform(found, "end", by=holder(Role.REGULATOR, province), at=now, reason="全省结束").state == "ended"


def test_everybody_in_the_territory_sees_it_and_nobody_outside(now):
    found = event(at=now, region="370200", authority=authority("370000"))
    qingdao, jinan = institution("370202"), institution("370100")

    for role in (Role.RESEARCHER, Role.INSTITUTION_OFFICER):
        assert seen(holder(role, qingdao), now) == {found}
        assert seen(holder(role, jinan), now) == set()
    assert seen(holder(Role.REGULATOR, authority("370000")), now) == {found}
    assert seen(holder(Role.REGULATOR, authority("370200", level=Authority.Level.CITY)), now) == {found}
    assert seen(holder(Role.REGULATOR, authority("510000")), now) == set()
    assert seen(person(), now) == set()
    assert seen(None, now) == set()
    assert seen(holder(Role.OPERATOR, authority("510000")), now) == {found}


def test_a_province_wide_one_is_seen_in_every_city(now):
    found = event(at=now)

    assert seen(holder(Role.RESEARCHER, institution("371302")), now) == {found}
    assert seen(holder(Role.RESEARCHER, institution("510104")), now) == set()
