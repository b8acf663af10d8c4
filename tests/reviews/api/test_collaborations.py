"""Collaborative review by machines alone."""

import pytest

from tests.committees.builders import person
from tests.reviews.api.client import Caller, problem
from tests.reviews.together import decided, joint

pytestmark = pytest.mark.django_db


def test_from_the_invitation_to_the_confirmation() -> None:
    made = joint("370200")
    [one] = made.units
    lead, officer, local = Caller(made.lead.lead), Caller(one.officer), Caller(one.local_lead)
    begun = lead.post(f"/projects/{made.lead.project.ref}/collaboration")
    assert begun.status_code == 201, begun.content
    whole = begun.json()
    lead.step(whole, "invite", units=one.institution.ref)
    [part] = officer.get("/participations").json()["items"]
    officer.step(part, "join", local_lead=one.local_lead.username)
    shut = problem(local.post(f"/participations/{part['ref']}/steps/begin_confirmation", {}), 409)
    assert [refusal["code"] for refusal in shut["refusals"]] == ["lead_undecided"]
    decided(made)

    local.step(part, "begin_confirmation", committee=one.own.committee.ref)

    part = local.get(f"/participations/{part['ref']}").json()
    assert (part["state"], part["lead_change"], part["differences"]) == ("confirming", "", [])
    review = local.get(f"/reviews/{part['review']}").json()
    assert (review["review_kind"], review["state"]) == ("confirmation", "draft")
    whole = lead.get(f"/collaborations/{whole['ref']}").json()
    assert whole["submission_digest"] == made.lead.review.decision.submission_digest
    assert whole["measures"]["units"] == 1
    assert whole["measures"]["agreement"] is None


def test_who_has_no_part_in_it_gets_nothing() -> None:
    made = joint("370200", committee=False).started().invite()
    stranger = Caller(person())

    problem(stranger.get(f"/collaborations/{made.collaboration.ref}"), 404)
    problem(stranger.get(f"/participations/{made.units[0].participation.ref}"), 404)
    problem(stranger.post(f"/projects/{made.lead.project.ref}/collaboration"), 404)
    assert stranger.get("/participations").json()["items"] == []
