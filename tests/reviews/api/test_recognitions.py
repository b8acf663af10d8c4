"""Alliances and recognition by machines alone."""

import pytest

from tests.committees.builders import keeper_of, person
from tests.reviews.api.client import Caller, problem
from tests.reviews.builders import PASSWORD, with_password
from tests.reviews.recognising import asked

pytestmark = pytest.mark.django_db


def test_from_the_alliance_to_the_decision() -> None:
    made = asked(hours_ago=6)
    founder, fellow = (Caller(with_password(keeper_of(path.committee))) for path in (made.there, made.here))
    unit = made.here.committee.institution.ref
    terms = {"founder": made.there.committee.institution.ref, "name": "联盟", "regimes": ["general"]}
    problem(fellow.post("/alliances", terms), 403)
    begun = founder.post("/alliances", terms)
    assert begun.status_code == 201, begun.content
    alliance = begun.json()
    fellow.step(alliance, "join", institution=unit)
    alliance = founder.step(alliance, "admit", institutions=[unit])
    assert len(alliance["members"]) == 2
    lead = Caller(made.here.lead)
    one = lead.post(f"/reviews/{made.here.review.ref}/recognition").json()
    lead.step(one, "request", code=made.code, alliance=alliance["ref"], note="同一方案")
    for who in (made.here.secretary, made.here.chair):
        one = Caller(who).step(one, "confirm", checked=True, password=PASSWORD)

    assert (one["state"], one["verified"], one["confirmed_by"]) == ("accepted", True, ["secretary", "chair"])
    review = lead.get(f"/reviews/{made.here.review.ref}").json()
    assert review["state"] == "approved"
    problem(Caller(person()).get(f"/recognitions/{one['ref']}"), 404)
