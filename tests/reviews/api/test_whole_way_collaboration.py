"""Collaborative review through the API alone: the lead unit, two units that take part, and what each learns."""

import pytest

from tests.committees.builders import person
from tests.reviews.api.client import Caller, hidden, problem
from tests.reviews.api.machines import Machines, Obj, fill_in, machines, of
from tests.reviews.builders import case
from tests.reviews.together import RISKY

pytestmark = pytest.mark.django_db
SIMPLE = {"procedure": "simplified", "procedure_ground": "确认牵头单位意见"}


@pytest.fixture
def them() -> Machines:
    return machines(RISKY)


@pytest.fixture
def unit() -> Machines:
    """Another institution of the province, with a committee and a researcher of its own."""
    return of(case(region="370200"))


def invited(them: Machines, unit: Machines, project: Obj) -> tuple[Obj, Obj]:
    """The collaboration, and the unit's part in it as its officer finds it."""
    officer = unit.officer
    own = officer.read("/me")["roles"][0]["body"]["ref"]
    whole = them.lead.begin(f"/projects/{project['ref']}/collaboration")
    them.lead.take(whole, "invite", units=own)
    [part] = officer.listed("participations", state="invited")
    return whole, part


def joined(unit: Machines, part: Obj) -> Obj:
    username = unit.lead.read("/me")["person"]["username"]
    return unit.officer.take(part, "join", local_lead=username)


@pytest.mark.article("national", 21)
def test_from_the_invitation_to_the_confirmation_and_a_change_at_the_lead(them: Machines, unit: Machines) -> None:
    review = them.submitted()
    lead, local = them.lead, unit.lead
    whole, part = invited(them, unit, review["project"])
    part = joined(unit, part)
    assert lead.read(review["project"]["url"])["collaboration"] == whole["ref"]
    assert local.shut(part, "begin_confirmation") == ["lead_undecided"]
    them.meet(them.accept(review))

    [committee] = local.choice(part, "begin_confirmation", "committee")
    part = local.take(part, "begin_confirmation", committee=committee)
    mine = local.read(f"/reviews/{part['review']}")
    assert (mine["review_kind"], mine["state"], mine["belonging"]["participation"]) == (
        "confirmation",
        "draft",
        part["ref"],
    )
    assert local.read(mine["project"]["url"])["participation"] == part["ref"]
    fill_in(local, mine)
    mine = local.take(mine, "submit", signature=local.read("/me")["person"]["name"])
    mine = unit.accept(mine, **SIMPLE)
    unit.designate(mine)
    mine = unit.chair.take(mine, "conclude", follow_up_months="12")

    assert (mine["state"], mine["decision"]["basis"]) == ("approved", "simplified")
    part = local.again(part)
    assert (part["state"], part["outcome"], part["lead_change"]) == ("agreed", "approved", "")
    assert lead.again(whole)["measures"]["agreed"] == 1
    assert [row["ref"] for row in lead.listed("participations", project=review["project"]["ref"])] == [part["ref"]]
    lead.take(whole, "tell_change", change="changed", reason="入组标准放宽")
    part = local.again(part)
    assert part["lead_change"] == "changed"
    own = local.read(f"/projects/{part['project']}")
    assert [one["code"] for one in own["may_start"]["refusals"]] != []


@pytest.mark.article("national", 21)
def test_a_unit_declines_and_another_leaves(them: Machines, unit: Machines) -> None:
    project = them.assessed()
    whole, part = invited(them, unit, project)

    part = unit.officer.take(part, "decline", reason="没有条件")
    assert part["state"] == "declined"
    _whole, part = invited(them, unit, project)
    part = joined(unit, part)
    part = unit.officer.take(part, "leave", reason="人员变动")
    whole = them.lead.take(whole, "end", reason="不再协作")

    assert (part["state"], whole["state"]) == ("left", "ended")


def test_a_unit_decides_otherwise(them: Machines, unit: Machines) -> None:
    review = them.submitted()
    whole, part = invited(them, unit, review["project"])
    part = joined(unit, part)
    them.meet(them.accept(review))
    local = unit.lead
    part = local.take(part, "begin_confirmation", committee=local.choice(part, "begin_confirmation", "committee")[0])
    mine = local.read(f"/reviews/{part['review']}")
    fill_in(local, mine)
    local.take(mine, "submit", signature=local.read("/me")["person"]["name"])

    unit.meet(unit.accept(mine), "rejected", reasons="本地没有抢救条件")

    part = local.again(part)
    assert (part["outcome"], part["differences"]) == ("rejected", ["conclusion"])
    assert them.lead.again(whole)["measures"]["differing"] == 1


def test_nobody_else_finds_it(them: Machines, unit: Machines) -> None:
    project = them.assessed()
    whole, part = invited(them, unit, project)
    stranger = person()

    hidden(whole | {"step": "end"}, stranger, unit.members[2])
    hidden(part | {"step": "leave"}, stranger, unit.members[2])
    problem(Caller(stranger).post(f"/projects/{project['ref']}/collaboration"), 404)
    problem(Caller(unit.researcher).get(f"/projects/{project['ref']}"), 404)
