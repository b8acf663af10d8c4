"""Disclosures by the API: drafted with all that is wrong said at once, approved by another, hidden from others."""

import pytest

from ethicsreview.accounts.models import Role
from tests.committees.builders import authority, holder
from tests.reviews.api.client import Caller
from tests.reviews.disclosures import TEXT, telling

pytestmark = pytest.mark.django_db


def test_drafted_approved_and_hidden_from_others() -> None:
    made = telling()
    writer, second = Caller(made.writer), Caller(made.second)
    elsewhere = Caller(holder(Role.REGULATOR, authority("510000")))
    given = TEXT | {"authority": made.authority.ref, "sources": [f"emergency_event:{made.event.ref}"]}

    wrong = writer.post("/disclosures", given | {"authority": "X", "sources": ["warning:O2026-1"]})
    barred = elsewhere.post("/disclosures", given)
    drafted = writer.post("/disclosures", given).json()
    ref = drafted["ref"]
    own = writer.post(f"/disclosures/{ref}/steps/submit", {"checked": True}).json()
    refused = writer.post(f"/disclosures/{ref}/steps/approve", {"checked": True})
    published = second.post(f"/disclosures/{ref}/steps/approve", {"checked": True}).json()

    assert (wrong.status_code, set(wrong.json()["errors"])) == (422, {"authority", "sources"})
    assert barred.status_code == 422
    assert (own["state"], refused.status_code, published["state"]) == ("submitted", 409, "published")
    assert published["sources"] == given["sources"]
    assert [one["ref"] for one in writer.get("/disclosures?region=370000").json()["items"]] == [ref]
    # What is public is read in public: here nobody else meets who wrote it.
    assert elsewhere.get(f"/disclosures/{ref}").status_code == 404
    assert elsewhere.get(f"/disclosures/{ref}/trail").status_code == 404
