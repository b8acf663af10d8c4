"""What of a committee is registered, what has changed since, and when the platform is to be told (Measures 43)."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import DatabaseError, transaction
from hypothesis import given
from hypothesis import strategies as st

from committees import registered
from committees.kinds import Registered
from committees.models import Committee, CommitteeRegistration
from committees.models.registration import note, told
from committees.timing import REGISTRATION, REPORT, UPDATE
from ethicsreview.accounts.models import Role
from ethicsreview.deadlines.models import Deadline
from ethicsreview.lifecycle.door import perform
from ethicsreview.lifecycle.refusals import InvalidInput
from tests.committees import builders

AT = datetime(2026, 6, 1, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
DAY = timedelta(days=1)
facts = st.dictionaries(
    st.sampled_from(["name", "scope", "member:a:chair", "rule:charter"]), st.text("甲乙，", min_size=1, max_size=3)
)


def receipt(committee: Committee, owed: str, at: datetime) -> Committee:
    by = builders.keeper_of(committee)
    return perform(committee, "record_receipt", by=by, at=at, owed=owed, number="登-1", handled_on=at.date())


def test_differences_name_what_is_new_gone_and_other_in_the_order_of_the_fields() -> None:
    before = {"scope": "一般", "member:b:member": "乙", "name": "甲会"}
    now = {"name": "乙会", "scope": "一般", "member:a:chair": "甲", "rule:charter": "章程"}

    found = [(one.field, one.before, one.after) for one in registered.differences(before, now)]

    assert found == [
        ("name", "甲会", "乙会"),
        ("member:a:chair", "", "甲"),
        ("member:b:member", "乙", ""),
        ("rule:charter", "", "章程"),
    ]


@given(facts, facts)
def test_differences_lead_from_the_one_to_the_other(before: dict[str, str], now: dict[str, str]) -> None:
    changed = {one.field: one.after for one in registered.differences(before, now)}

    assert {name: value for name, value in {**before, **changed}.items() if value} == now
    assert registered.differences(now, now) == []


@pytest.mark.django_db
@pytest.mark.article("shandong", 11)
def test_facts_are_in_the_platforms_terms() -> None:
    committee = builders.committee(at=AT, regimes=["general", "ai"])

    found = committee.registered_facts(AT)

    chair = builders.people_of(committee, Role.CHAIR)[0]
    assert {name: found[name] for name in ("name", "department", "scope", "region", "set_up_on")} == {
        "name": committee.name,
        "department": "山东省科学技术厅",
        "scope": "一般科技活动、人工智能科技活动",
        "region": "山东省济南市",
        "set_up_on": "2026-06-01",
    }
    assert found[f"member:{chair.username}:chair"].startswith(f"{chair.name}，主任委员，女，")
    assert sum(name.startswith("member:") for name in found) == 8
    assert found["rule:charter"].startswith("章程，2026-06-01起施行，SM3 ")


@pytest.mark.django_db
@pytest.mark.article("national", 43)
def test_change_of_a_registered_committee_is_to_be_told_once_and_the_receipt_meets_it() -> None:
    committee = builders.committee(at=AT, regimes=["general"])
    keeper = builders.keeper_of(committee)
    builders.appoint(committee, 9, by=keeper, at=AT + DAY)
    before = Deadline.objects.filter(kind=UPDATE).count()
    receipt(committee, REGISTRATION, AT + 2 * DAY)

    builders.appoint(committee, 10, by=keeper, at=AT + 3 * DAY)
    perform(committee, "set_competence", by=keeper, at=AT + 4 * DAY, regimes=["general", "animal"])
    committee.refresh_from_db()
    kept = committee.registrations.held().first()
    changed = [one.field for one in registered.differences(kept.facts, committee.registered_facts(AT + 4 * DAY))]
    owed = Deadline.objects.get(kind=UPDATE)
    receipt(committee, UPDATE, AT + 5 * DAY)

    assert before == 0
    assert (owed.last_day, owed.citation) == (date(2026, 6, 19), "national:44")
    assert [name.partition(":")[0] for name in changed] == ["scope", "member"]
    assert Deadline.objects.get(pk=owed.pk).outcome == "met"
    now = committee.registrations.held().first()
    assert (now.what, registered.differences(now.facts, committee.registered_facts(AT + 5 * DAY))) == ("update", [])


@pytest.mark.django_db
def test_receipt_answers_for_the_package_that_was_exported_for_it() -> None:
    committee = builders.committee(at=AT, regimes=["general"])
    keeper = builders.keeper_of(committee)
    exported = committee.registered_facts(AT)
    note(committee.registrations, Registered.PACKAGE, at=AT, person=keeper, facts=exported)

    builders.appoint(committee, 9, by=keeper, at=AT + DAY)
    receipt(committee, REGISTRATION, AT + 2 * DAY)

    held = committee.registrations.held().first()
    assert held.facts == exported
    assert len(registered.differences(held.facts, committee.registered_facts(AT + 2 * DAY))) == 1
    assert told(committee.registrations, {"name": "今"}) == {"name": "今"}


@pytest.mark.django_db
def test_what_was_registered_is_kept_as_written() -> None:
    committee = receipt(builders.committee(at=AT, regimes=["general"]), REGISTRATION, AT)

    with pytest.raises(DatabaseError), transaction.atomic():
        CommitteeRegistration.objects.update(number="登-2")

    assert CommitteeRegistration.objects.get(committee=committee).number == "登-1"


@pytest.mark.django_db
def test_report_on_a_year_that_runs_has_no_receipt_yet() -> None:
    committee = builders.committee(at=AT, regimes=["general"])

    with pytest.raises(InvalidInput) as early:
        receipt(committee, REPORT, AT + 30 * DAY)

    assert set(early.value.errors) == {"owed"}
