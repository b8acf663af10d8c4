"""A change of lead, and acting for a lead, in a real browser: each of the people at their own page."""

import pytest
from django.utils import timezone

from reviews.models import Mandate, Project, Review
from tests.browser.hands import Hands
from tests.pages import Looking
from tests.reviews.amendments import change, colleague, team_member
from tests.reviews.builders import PASSWORD

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.article("national", 20)
def test_a_new_lead_is_named_accepts_and_the_institution_agrees(look: Looking) -> None:
    path = change().approved()
    new = colleague(path)
    lead = Hands.of(look, path.lead).go(path.project.get_absolute_url())
    lead.take("申请变更")
    review = Review.objects.get(kind="amendment")
    lead.go(review.get_absolute_url())
    lead.take("提名新负责人", {"new_lead": new.username, "former_stays": "no"})
    lead.sees("李接任")

    coming = Hands.of(look, new).go(review.get_absolute_url())
    coming.take("接受担任负责人", {"agree": True, "signature": new.name, "qualification": "主任医师"})
    officer = Hands.of(look, path.officer).go(review.get_absolute_url())
    officer.take("同意变更负责人", {"password": PASSWORD})
    lead = Hands.of(look, path.lead).go(review.get_absolute_url())
    lead.take("说明变更", {"risk_benefit": "unchanged", "urgent": "no", "informing": "下次随访时告知"})
    lead.go(f"{review.get_absolute_url()}steps/submit/")
    lead.fill({"agree": True, "signature": path.lead.name})
    lead.press("提交")

    review.refresh_from_db()
    project = Project.objects.get(pk=path.project.pk)
    assert (review.state, project.incoming_lead, project.lead) == ("submitted", new, path.lead)


@pytest.mark.article("national", 9)
def test_one_of_the_team_acts_for_the_lead_until_the_lead_says_otherwise(look: Looking) -> None:
    path = change().drafted()
    delegate = team_member(path)
    today = timezone.localdate().isoformat()
    lead = Hands.of(look, path.lead).go(path.project.get_absolute_url())
    terms = {"person": delegate.username, "acts": ["submit"], "starts_on": today, "ends_on": today}
    lead.take("委托他人代办", terms)
    lead.sees("王代办")
    lead.go(path.review.get_absolute_url())
    lead.take("先行签署承诺", {"agree": True, "signature": path.lead.name})

    acting = Hands.of(look, delegate).go(f"{path.review.get_absolute_url()}steps/submit/")
    acting.press("提交")
    path.review.refresh_from_db()
    assert (path.review.state, path.review.submission.sealed_by) == ("submitted", delegate)
    lead = Hands.of(look, path.lead).go(path.project.get_absolute_url())
    lead.page.locator("main a", has_text="撤销委托").click()
    lead.page.wait_for_load_state()
    lead.press("撤销委托")

    assert Mandate.objects.get().state == "revoked"
