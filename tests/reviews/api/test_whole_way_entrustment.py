"""Entrusted review through the API alone: of a unit without a committee, and of a person without a unit."""

import pytest
from django.utils import timezone

from committees.kinds import CommitteeType
from ethicsreview.accounts.models import Role
from tests.committees.builders import committee, holder, institution, keeper_of, person
from tests.reviews.api.client import Caller, hidden, problem
from tests.reviews.api.machines import Machines, Obj, machines
from tests.reviews.builders import with_password
from tests.reviews.entrusting import ENTRUSTED

pytestmark = pytest.mark.django_db


@pytest.fixture
def trustee() -> Machines:
    """Another unit's committee."""
    return machines(ENTRUSTED)


def proposed(truster: Caller, unit: str, committee: str, **terms: object) -> Obj:
    one = truster.begin("/entrustments", institution=unit, trustee=committee)
    assert truster.shut(one, "propose") == ["in_writing"]
    truster.hand_in(f"{one['url']}/document", "委托书")
    given = {"case": "no_committee", "scope": "general", "regimes": ["general"], **terms}
    given.setdefault("ends", timezone.localdate().replace(year=timezone.localdate().year + 1).isoformat())
    return truster.take(one, "propose", **given)


@pytest.mark.article("national", 13)
def test_a_unit_without_a_committee_entrusts_another_which_reviews_and_follows_up(trustee: Machines) -> None:
    unit = institution("370100", type="university")
    truster = Caller(with_password(keeper_of(unit)))
    own = truster.read("/me")["roles"][0]["body"]["ref"]
    name = trustee.secretary.read("/me")["roles"][0]["body"]["name"]
    one = proposed(truster, own, name)

    answers = trustee.officer
    [waiting] = answers.listed("entrustments", state="proposed")
    assert answers.fetch(f"{waiting['url']}/document").decode() == "委托书"
    one = answers.take(waiting, "accept")
    assert (one["state"], one["in_force"]) == ("in_force", True)
    theirs = Machines(trustee.committee, with_password(holder(Role.RESEARCHER, unit)), dict(ENTRUSTED))
    review = theirs.meet(theirs.accepted())
    project = theirs.lead.read(review["project"]["url"])

    assert (review["state"], review["belonging"]["entrustment"]) == ("approved", one["ref"])
    assert review["committee"]["name"] == name
    assert project["institution"]["ref"] == own
    assert theirs.lead.again(project["follow_ups"][0])["committee"] == review["committee"]["ref"]
    # Ended, it opens nothing new; what was begun under it goes on.
    ended = truster.take(one, "end", reason="已设立委员会")
    assert (ended["state"], theirs.lead.again(project)["state"]) == ("ended", "approved")


@pytest.mark.article("national", 13)
def test_a_person_without_a_unit_entrusts_a_centre() -> None:
    alone = Caller(with_password(person()))
    made = committee(type=CommitteeType.REGIONAL_CENTRE, institution=None)
    centre = Machines(made, alone.person, dict(ENTRUSTED))
    assert alone.read("/me")["roles"] == []

    mine = alone.begin("/me/without-unit", region="370100")
    [near] = alone.read("/me/centres")
    one = proposed(alone, mine["ref"], near["ref"], case="no_unit")
    chair = centre.chair
    [waiting] = chair.listed("entrustments", state="proposed")
    chair.take(waiting, "accept")
    review = centre.meet(centre.accepted())

    assert (review["state"], review["committee"]["ref"]) == ("approved", near["ref"])
    assert review["belonging"]["entrustment"] == one["ref"]
    assert alone.post("/me/without-unit", {"region": "370100"}).json()["ref"] == mine["ref"]


def test_who_has_a_unit_is_not_entered_as_somebody_without_one(trustee: Machines) -> None:
    body = problem(trustee.lead.post("/me/without-unit", {"region": "370100"}), 409)

    assert [one["citation"]["key"] for one in body["refusals"]] == ["national:13"]
    problem(Caller(person()).post("/me/without-unit", {"region": "999999"}), 422)
    assert Caller(person()).read("/me/centres") == []


@pytest.mark.article("national", 13)
def test_an_entrustment_is_declined_withdrawn_and_renewed(trustee: Machines) -> None:
    unit = institution("370100")
    truster, answers = Caller(with_password(keeper_of(unit))), trustee.officer
    committee = trustee.secretary.read("/me")["roles"][0]["body"]["ref"]

    declined = answers.take(proposed(truster, unit.ref, committee), "decline", reason="能力不足")
    withdrawn = truster.take(proposed(truster, unit.ref, committee), "withdraw")
    accepted = answers.take(proposed(truster, unit.ref, committee), "accept")
    truster.take(accepted, "renew")

    assert (declined["state"], declined["reason"], withdrawn["state"]) == ("declined", "能力不足", "withdrawn")
    assert len(truster.listed("entrustments", state="draft")) == 1


def test_nobody_else_finds_it(trustee: Machines) -> None:
    unit = institution("370100")
    committee = trustee.secretary.read("/me")["roles"][0]["body"]["ref"]
    one = proposed(Caller(with_password(keeper_of(unit))), unit.ref, committee)

    hidden(one, person(), keeper_of(institution()), beside=("/document",))
    problem(Caller(person()).post("/entrustments", {"institution": unit.ref, "trustee": committee}), 403)
