"""A sample by the API: planned by its department alone, and published by a step."""

import pytest

from tests.reviews.api.client import Caller
from tests.reviews.sampling import SEED, SOURCE, department

pytestmark = pytest.mark.django_db
PLAN = {
    "title": "年度抽查复核",
    "since": "2026-01-01",
    "until": "2026-06-30",
    "strata": "city",
    "basis": "rate",
    "rate_percent": 10,
    "confidence": 95,
    "finish_by": "2026-12-31",
}


def test_a_department_plans_and_publishes_and_another_finds_nothing() -> None:
    made, other = department(), department("370000")
    caller, elsewhere = Caller(made.sampler), Caller(other.sampler)
    asked = PLAN | {"authority": made.authority.ref}

    foreign = elsewhere.post("/sampling-plans", asked)
    wrong = caller.post("/sampling-plans", asked | {"rate_percent": None})
    plan = caller.post("/sampling-plans", asked).json()
    done = caller.post(f"/sampling-plans/{plan['ref']}/steps/publish", {"seed": SEED, "seed_source": SOURCE}).json()

    assert (foreign.status_code, wrong.status_code) == (422, 422)
    assert (plan["state"], done["state"], done["seed"]) == ("draft", "published", SEED)
    assert elsewhere.get(f"/sampling-plans/{plan['ref']}").status_code == 404
