"""Ethics records 科技伦理记录: bans and published sanctions and nothing else, each look-up kept with its purpose."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from ethicsreview.accounts.models import Institution, Person, Role
from ethicsreview.accounts.standing import standing_of
from ethicsreview.lifecycle.refusals import NotPermitted, Refused
from ethicsreview.trail.models import Entry
from reviews.models import RecordLookup
from reviews.models.programmes.lookup import look_up
from tests.committees.builders import authority, holder
from tests.reviews.complaints import Matter, matter
from tests.reviews.programmes import CHENGDU, SHANDONG, SICHUAN, Run, run

pytestmark = pytest.mark.django_db


def asked(made: Run, name: str, unit: str = "", *, by: Person | None = None, **terms: Any) -> RecordLookup:
    kind = "person" if unit else "institution"
    given = {"kind": kind, "name": name, "unit": unit, "purpose": "talent", "matter": "青年人才项目"} | terms
    return look_up(made.authority, by=by or made.manager, at=made.at, **given)


def sanctioned() -> tuple[Matter, Run]:
    one = matter(CHENGDU).in_force()
    return one, run(SICHUAN, one.at + timedelta(minutes=1))


@pytest.mark.article("sichuan", 12)
def test_record_holds_standing_bans_and_what_was_published_and_nothing_else() -> None:
    one, made = sanctioned()
    before = asked(made, one.accused.name, one.unit.name)
    one.at = made.at
    one.rule("publish", text="一年内不得承担财政性资金支持的科技活动")
    made.at += timedelta(hours=1)

    after = asked(made, one.accused.name, one.unit.name)

    assert [ban["cite"] for ban in before.result["bans"]] == ["sichuan:12"]
    assert before.result["sanctions"] == []
    [told] = after.result["sanctions"]
    assert (told["number"], told["text"]) == ("处字〔2026〕1号", "一年内不得承担财政性资金支持的科技活动")
    assert set(told) == {"number", "measure", "cite", "starts", "ends", "text", "handler"}
    assert "以为不需要审查" not in str(after.result)
    over = made.at + timedelta(days=400)
    assert (
        look_up(
            made.authority,
            by=made.manager,
            at=over,
            kind="person",
            name=one.accused.name,
            unit=one.unit.name,
            purpose="award",
            matter="科技奖",
        ).result["bans"]
        == []
    )


def test_whoever_is_unknown_and_whoever_has_no_record_are_answered_alike() -> None:
    one, made = sanctioned()

    known = asked(made, one.officer.name, one.unit.name)
    unknown = asked(made, "查无此人", one.unit.name)
    elsewhere = asked(made, one.accused.name, "别的单位")

    assert known.result == unknown.result == elsewhere.result == {"bans": [], "sanctions": [], "namesakes": 0}
    Institution.objects.filter(pk=one.unit.pk).update(uscc="91370100MA3C12345X")
    assert len(asked(made, one.accused.name, "91370100MA3C12345X").result["bans"]) == 1
    namesake = holder(Role.RESEARCHER, one.unit)
    Person.objects.filter(pk=namesake.pk).update(name=one.accused.name)
    assert asked(made, one.accused.name, one.unit.name).result["namesakes"] == 2


def test_each_look_up_is_in_the_record_with_its_purpose_and_stays_as_it_was_given() -> None:
    made = run(SICHUAN)
    kept = asked(made, "某单位", matter="2026年度人才项目第12号")

    entry = Entry.objects.get(object_kind="record_lookup", object_ref=kept.ref)
    assert (entry.actor_name, entry.facts["purpose"], entry.facts["matter"], entry.facts["digest"]) == (
        made.manager.name,
        "talent",
        "2026年度人才项目第12号",
        kept.digest,
    )
    assert "某单位" not in str(entry.facts)
    with pytest.raises(DatabaseError), transaction.atomic():
        RecordLookup._base_manager.filter(pk=kept.pk).update(purpose="award")


def test_only_managers_look_up_and_only_where_a_rule_lets_it_count() -> None:
    made, shandong = run(SICHUAN), run(SHANDONG)
    kept = asked(made, "某单位")
    people = {
        "own": made.manager,
        "colleague": holder(Role.PROGRAMME_MANAGER, made.authority),
        "beside": holder(Role.PROGRAMME_MANAGER, authority(SICHUAN, level="province")),
        "regulator": holder(Role.REGULATOR, made.authority),
        "operator": holder(Role.OPERATOR, made.authority),
    }

    seeing = {
        name for name, who in people.items() if RecordLookup.objects.visible_to(standing_of(who, made.at)).exists()
    }

    assert seeing == {"own", "colleague"}
    for who in ("beside", "regulator", "operator"):
        with pytest.raises(NotPermitted):
            asked(made, "某单位", by=people[who])
    with pytest.raises(Refused) as caught:
        asked(shandong, "某单位")
    assert [(one.code, one.cite) for one in caught.value.refusals] == [("not_ordered", "sichuan:12")]
    assert RecordLookup.objects.get() == kept
