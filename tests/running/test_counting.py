"""The drill's own count: what is taken away it misses, what is there twice it sees."""

from collections import Counter
from dataclasses import replace

import pytest

from ethicsreview.deadlines.models import Deadline
from ethicsreview.notices.models import Delivery, Notice
from tests.reviews.api.machines import machines
from tests.running.counting import Ledger
from tests.running.line import Said

pytestmark = pytest.mark.django_db


def test_what_is_missing_and_what_is_there_twice_is_found() -> None:
    them = machines()
    said, lead = [], them.lead
    for number in range(2):
        review = them.submitted()
        secretary = them.secretary
        secretary.headers["X-Request-ID"] = f"request-{number}"
        terms = {"procedure": "general", "procedure_ground": "风险高于最低风险"}
        secretary.take(review, "accept", **terms)
        said.append(Said(f"request-{number}", "POST", f"/api/v1/reviews/{review['ref']}/steps/accept", 200, 1))
    Delivery.objects.update(state="sent", sent_at="2026-03-02T00:00Z")
    letters = Counter(str(token) for token in Delivery.objects.values_list("token", flat=True))
    ledger = Ledger()
    ledger.learn(said[:1], [])

    good = ledger.count(said, [], letters)
    assert (good.missing, good.twice, good.steps, good.entries) == ([], [], 2, 2)
    assert good.deadlines > 0

    never = replace(said[1], request_id="request-2")
    assert "trail" in ledger.count([never], [], letters).missing[0]
    assert "never came" in ledger.count(said, [], Counter()).missing[0]
    notice = Notice.objects.filter(request_id="request-1", person=lead.person)[0]
    Notice.objects.create(
        **{name: getattr(notice, name) for name in ("person", "key", "text", "object_ref", "request_id", "created_at")},
        dedupe="another",
    )
    assert "×2" in "".join(ledger.count(said, [], letters).twice)
    Delivery.objects.filter(notice__request_id="request-1").delete()
    Notice.objects.filter(request_id="request-1").delete()
    Deadline.objects.filter(request_id="request-1").delete()
    lacking = " ".join(ledger.count(said, [], letters).missing)
    assert "notice review.accept" in lacking
    assert "deadline" in lacking
