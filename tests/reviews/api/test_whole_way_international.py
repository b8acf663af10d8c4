"""The review in the partners' countries through the API alone: entered, declared, confirmed, and the gates."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.committees.builders import institution, keeper_of, person
from tests.reviews.api.client import Caller, hidden
from tests.reviews.api.machines import Machines, Obj, machines
from tests.reviews.rules.answers import SURVEY

pytestmark = pytest.mark.django_db


@pytest.fixture
def them() -> Machines:
    """In a place where the partners' review comes before the project's approval, too."""
    return machines(SURVEY | {"international_cooperation": True, "countries": ["DE", "US", "FR"]}, region="510100")


def records(caller: Caller, project: Obj) -> dict[str, Obj]:
    """The newest of each country."""
    rows = caller.listed("foreign-approvals", project=project["ref"])
    return {row["country"]: row for row in reversed(rows)}


def enter(lead: Caller, record: Obj, **terms: object) -> Obj:
    lead.hand_in(f"{record['url']}/document", "IRB approval")
    return lead.take(record, "enter_approval", body="Ethikkommission Berlin", number="EK-2026-17", **terms)


@pytest.mark.article("national", 12)
@pytest.mark.article("sichuan", 9)
def test_both_gates_open_when_every_country_has_its_approval_or_its_reason(them: Machines) -> None:
    project = them.approved()
    lead, secretary = them.lead, them.secretary
    assert project["project_approval"]["outstanding"] == ["DE", "FR", "US"]
    assert lead.read(project["reviews"][0]["url"])["decision"]["conditions"] != []
    found = records(lead, project)

    until = (timezone.localdate() + timedelta(days=365)).isoformat()
    enter(lead, found["DE"], expires_on=until)
    also = lead.asked(found["FR"], "enter_not_prescribed")["also"]["items"]
    assert dict(zip(also["enum"], also["enumNames"], strict=True)) == {"US": "美国"}
    lead.take(found["FR"], "enter_not_prescribed", also=["US"], reason="没有此类规定")
    record = secretary.again(found["DE"])
    assert secretary.fetch(record["document"]["url"]).decode() == "IRB approval"
    secretary.take(record, "confirm", also=[])
    assert [row["state"] for row in records(secretary, project).values()].count("entered") == 2
    also = secretary.asked(found["FR"], "confirm")["also"]["items"]["enum"]
    secretary.take(found["FR"], "confirm", also=also)

    project = lead.again(project)
    assert (project["project_approval"]["open"], project["may_start"]["open"]) == (True, True)


@pytest.mark.article("national", 12)
def test_what_is_wrong_is_sent_back_and_what_was_confirmed_is_renewed_or_revoked(them: Machines) -> None:
    project = them.approved()
    lead, secretary = them.lead, them.secretary
    record = enter(lead, records(lead, project)["DE"])

    record = secretary.take(record, "send_back", reason="编号不清")
    assert record["returned_reason"] == "编号不清"
    record = secretary.take(enter(lead, record), "confirm")
    assert lead.again(project)["may_start"]["outstanding"] == ["FR", "US"]
    lead.take(record, "renew")
    newer = records(lead, project)["DE"]
    assert (newer["replaces"], newer["state"]) == (record["ref"], "wanted")
    newer = secretary.take(enter(lead, newer), "confirm")
    assert (lead.again(record)["state"], newer["holds"]) == ("superseded", True)
    record = secretary.take(newer, "revoke", reason="查明不实")

    assert (record["state"], record["holds"]) == ("returned", False)
    assert lead.again(project)["may_start"]["outstanding"] == ["DE", "FR", "US"]


def test_nobody_else_finds_it(them: Machines) -> None:
    record = records(them.lead, them.submitted()["project"])["DE"]

    hidden(record | {"step": "enter_approval"}, person(), keeper_of(institution()), beside=("/document",))
