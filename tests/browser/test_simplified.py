"""The simplified procedure in a real browser: accepted, two members designated, both approve, the chair concludes."""

from datetime import timedelta

import pytest
from django.utils import timezone

from reviews.models import Review
from tests.browser.hands import Hands
from tests.pages import Looking, desk
from tests.reviews.builders import PASSWORD, case

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.article("national", 22, 23)
def test_two_members_are_designated_and_both_approve(look: Looking) -> None:
    path = case(at=timezone.now() - timedelta(hours=3)).submitted()
    page = desk("review", path.review.ref)
    terms = {"procedure": "simplified", "procedure_ground": "不高于最低风险", "listed": "no", "listed_items": []}
    Hands.of(look, path.secretary).go(page).take("受理", terms)
    reviewers = path.members[-2:]
    due = (timezone.localdate() + timedelta(days=3)).isoformat()
    chosen = [path.seat_of(one) for one in reviewers]
    Hands.of(look, path.chair).go(page).take("开始审查", {"reviewers": chosen, "opinion_due": due})

    for member in reviewers:
        hands = Hands.of(look, member).go(desk("queue"))
        hands.press(path.project.title)
        form = "main form:has([name=verdict])"
        names = hands.names(form)
        answers = {name: "meets" for name in names if name.startswith("criterion__") and not name.endswith("__note")}
        answers |= {name: "no" for name in names if name.startswith("concern__") and not name.endswith("__note")}
        hands.fill({**answers, "verdict": "approved", "comment": "同意", "password": PASSWORD}, within=form)
        hands.press("出具意见并封存")
        hands.sees("已封存")
    Hands.of(look, path.chair).go(page).take("形成审查意见", {"follow_up_months": "12", "password": PASSWORD})

    Hands.of(look, path.lead).go(path.review.get_absolute_url()).sees("批准")
    review = Review.objects.get(pk=path.review.pk)
    assert (review.state, review.decision.basis) == ("approved", "simplified")
