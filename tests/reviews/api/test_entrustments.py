"""Entrusted review by machines alone."""

from io import BytesIO

import pytest

from ethicsreview.deadlines.calendar import law_day
from tests.committees.builders import institution, keeper_of
from tests.reviews.api.client import Caller, problem
from tests.reviews.builders import PASSWORD
from tests.reviews.entrusting import agreement

pytestmark = pytest.mark.django_db


def paper() -> BytesIO:
    file = BytesIO("委托书".encode())
    file.name = "agreement.txt"
    return file


def test_from_the_draft_to_its_acceptance() -> None:
    made = agreement(hours_ago=3)
    truster, trustee = Caller(made.truster), Caller(made.answers)
    problem(truster.post("/entrustments", {"institution": "I999999", "trustee": "x"}), 422)
    begun = truster.post("/entrustments", {"institution": made.unit.ref, "trustee": made.trustee.ref})
    assert begun.status_code == 201, begun.content
    one = begun.json()
    terms = made.terms(starts=law_day(made.at).isoformat(), ends=None)
    shut = problem(truster.post(f"/entrustments/{one['ref']}/steps/propose", terms), 409)
    assert [refusal["code"] for refusal in shut["refusals"]] == ["in_writing"]
    assert truster.upload(f"/entrustments/{one['ref']}/document", file=paper()).status_code == 201
    truster.step(one, "propose", **terms)
    assert trustee.get(f"/entrustments/{one['ref']}/document").getvalue().decode() == "委托书"

    one = trustee.step(one, "accept", checked=True, password=PASSWORD)

    assert (one["state"], one["in_force"], one["regimes"]) == ("in_force", True, ["general"])
    assert len(one["document_digest"]) == 64


def test_nobody_entrusts_for_another_unit() -> None:
    made = agreement()
    stranger = Caller(keeper_of(institution("370300")))

    problem(stranger.post("/entrustments", {"institution": made.unit.ref, "trustee": made.trustee.ref}), 403)
    made.begun()
    problem(stranger.get(f"/entrustments/{made.entrustment.ref}"), 404)
