"""An expert re-check in a real browser: asked for, a panel formed, votes, the opinion, and the committee's decision."""

from datetime import timedelta

import pytest
from django.utils import timezone

from reviews.models import Recheck, RecheckOpinion, Review
from tests.browser.hands import Hands
from tests.pages import Looking, desk
from tests.reviews.builders import PASSWORD
from tests.reviews.recheck_builders import listed

pytestmark = pytest.mark.django_db(transaction=True)
JUDGED = {"compliance": "meets", "reasonableness": "meets", "vote": "agree", "password": PASSWORD}


@pytest.mark.article("national", 26, 28, 30, 32)
def test_from_the_preliminary_pass_to_the_decision(look: Looking) -> None:
    path = listed(at=timezone.now() - timedelta(hours=6)).passed()
    officer = Hands.of(look, path.officer).go(desk("review", path.review.ref))
    officer.take("报请专家复核", {"authority": path.department.ref})
    recheck = Recheck.objects.get()
    Hands.of(look, path.lead).go(path.review.get_absolute_url()).sees(path.department.name)

    organiser = Hands.of(look, path.organiser).go(desk("rechecks"))
    organiser.go(desk("recheck", recheck.ref))
    organiser.take("组成专家组", {"experts": [one.ref for one in path.experts[:5]]})
    for expert in path.experts[:5]:
        seat = RecheckOpinion.objects.get(recheck=recheck, expert=expert)
        hands = Hands.of(look, expert.person).go(seat.get_absolute_url())
        accepting = {"interest": "none", "confidentiality": True, "password": PASSWORD}
        hands.take("应邀、声明无利害关系并承诺保密", accepting)
    for expert in path.experts[:5]:
        seat = RecheckOpinion.objects.get(recheck=recheck, expert=expert)
        hands = Hands.of(look, expert.person).go(seat.get_absolute_url())
        hands.fill(JUDGED, within="main form:has([name=vote])")
        hands.press("提交复核意见并封存")
        seat.refresh_from_db()
        assert (seat.state, seat.vote) == ("cast", "agree")
    organiser = Hands.of(look, path.organiser).go(desk("recheck", recheck.ref))
    organiser.take("形成复核意见", {"compliance": "程序合规", "reasonableness": "判断合理", "password": PASSWORD})
    organiser.take("反馈复核意见")
    chair = Hands.of(look, path.chair).go(desk("review", path.review.ref))
    chair.take("依复核意见作出审查决定", {"follow_up_months": "6", "password": PASSWORD})

    review = Review.objects.get(pk=path.review.pk)
    assert (review.state, review.decision.basis) == ("approved", "recheck")
