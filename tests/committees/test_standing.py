"""Who sees a committee, and who may take which of its steps."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from committees.models import Committee
from ethicsreview.accounts.models import Person, Role
from ethicsreview.accounts.standing import SYSTEM, standing_of
from ethicsreview.lifecycle.door import open_steps, perform
from ethicsreview.lifecycle.refusals import NotPermitted, NotVisible, StepError
from ethicsreview.lifecycle.steps import steps_of
from tests.committees import builders

pytestmark = pytest.mark.django_db

AT = datetime(2026, 6, 1, 9, tzinfo=ZoneInfo("Asia/Shanghai"))

KEEPERS = {"institution_officer"}
SECRETARIAT = KEEPERS | {"secretary"}
SEATED = {"chair", "vice_chair", "member", "secretary", "adviser"}
ALLOWED: dict[str, set[str]] = {
    "establish": KEEPERS,
    "set_competence": KEEPERS,
    "appoint": KEEPERS,
    "renew_term": KEEPERS,
    "end_term": KEEPERS,
    "sign_paper": SECRETARIAT,
    "record_training": SECRETARIAT,
    "adopt_rule": SECRETARIAT,
    "record_drill": SECRETARIAT,
    "keep_roster": SECRETARIAT,
    "record_receipt": SECRETARIAT,
    # Brought about by the submission of its annual report alone.
    "note_report": set(),
    "declare_interests": SEATED,
    "dissolve": KEEPERS,
}
SEES = SEATED | {"institution_officer", "regulator", "national regulator", "operator"}
BLIND = {
    "researcher",
    "officer elsewhere",
    "secretary elsewhere",
    "regulator elsewhere",
    "recheck_expert",
    "programme_manager",
    "visitor",
    "former member",
    "disabled officer",
}


def cast(committee: Committee) -> dict[str, Any]:
    """One person for each way of standing to the committee."""
    keeper = builders.keeper_of(committee)
    other = builders.committee(region="370200", at=AT)
    builders.appoint(committee, 9, by=keeper, at=AT, role=Role.ADVISER)
    disabled = builders.holder(Role.INSTITUTION_OFFICER, committee.institution)
    Person.objects.filter(pk=disabled.pk).update(is_active=False)
    people = {role: builders.people_of(committee, role)[0] for role in SEATED}
    return people | {
        "institution_officer": keeper,
        "operator": builders.holder(Role.OPERATOR, builders.authority()),
        "regulator": builders.holder(Role.REGULATOR, builders.authority("370100", level="city")),
        "national regulator": builders.holder(Role.REGULATOR, builders.authority("110000", level="national")),
        "researcher": builders.holder(Role.RESEARCHER, committee.institution),
        "officer elsewhere": builders.keeper_of(other),
        "secretary elsewhere": builders.people_of(other, Role.SECRETARY)[0],
        "regulator elsewhere": builders.holder(Role.REGULATOR, builders.authority("510000")),
        "recheck_expert": builders.holder(Role.RECHECK_EXPERT, builders.authority()),
        "programme_manager": builders.holder(Role.PROGRAMME_MANAGER, builders.authority()),
        "former member": builders.holder(Role.MEMBER, committee, until=AT.date().replace(day=1, month=5)),
        "disabled officer": Person.objects.get(pk=disabled.pk),
        "visitor": None,
    }


def may(committee: Committee, name: str, person: Any) -> bool:
    """Whether the door lets the person as far as the requirements and the input."""
    try:
        perform(committee, name, by=person, at=AT, nonsense="1")
    except (NotPermitted, NotVisible):
        return False
    except StepError:
        return True
    raise AssertionError("nonsense was taken")


def test_steps_are_all_in_the_table() -> None:
    assert steps_of(Committee).keys() == ALLOWED.keys()


def test_every_step_by_every_person() -> None:
    committee = builders.committee(at=AT)
    people = cast(committee)

    allowed = {name: {who for who, person in people.items() if may(committee, name, person)} for name in ALLOWED}

    assert allowed == ALLOWED


def test_steps_of_a_centre_are_the_operators() -> None:
    centre = builders.draft(type="regional_centre", at=AT)
    operator = builders.keeper_of(centre)

    assert {view.name for view in open_steps(centre, operator, at=AT)} == {
        name for name, who in ALLOWED.items() if who >= KEEPERS and name != "record_receipt"
    }


def test_visible_to_each() -> None:
    committee = builders.committee(at=AT)
    people = cast(committee)

    sees = {
        who
        for who, person in people.items()
        if Committee.objects.visible_to(standing_of(person, AT)).filter(pk=committee.pk).exists()
    }

    assert sees == SEES
    assert people.keys() == SEES | BLIND
    assert Committee.objects.visible_to(standing_of(SYSTEM, AT)).count() == 2


def test_invisible_committee_is_not_found_but_seen_it_is_forbidden() -> None:
    committee = builders.committee(at=AT)
    people = cast(committee)

    with pytest.raises(NotVisible):
        perform(committee, "dissolve", by=people["officer elsewhere"], at=AT, reason="x")
    with pytest.raises(NotPermitted):
        perform(committee, "dissolve", by=people["operator"], at=AT, reason="x")


@pytest.mark.parametrize("committees", [1, 3])
def test_visible_to_takes_one_query(committees: int, django_assert_num_queries: Any) -> None:
    home = builders.institution()
    for _number in range(committees):
        builders.draft(institution=home, at=AT)
    officer = builders.keeper_of(home)

    with django_assert_num_queries(2):  # the standing, the list
        found = list(Committee.objects.visible_to(standing_of(officer, AT)))

    assert len(found) == committees
