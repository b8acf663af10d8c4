"""Alliances and recognition at the desk."""

from collections.abc import Callable

import pytest
from django.test import Client

from ethicsreview.accounts.models import Person, Role
from reviews.models import Alliance
from tests.committees.builders import authority, holder, keeper_of, person
from tests.reviews.builders import PASSWORD, with_password
from tests.reviews.desk.conftest import address, queries, text
from tests.reviews.recognising import BY_HAND, asked

pytestmark = pytest.mark.django_db
SignIn = Callable[[Person], Client]


def test_an_alliance_is_founded_joined_and_admits(signed_in: SignIn) -> None:
    made = asked(hours_ago=6)
    founder, fellow = (with_password(keeper_of(path.committee)) for path in (made.there, made.here))
    first, second = signed_in(founder), signed_in(fellow)
    terms = {"founder": made.there.committee.institution.ref, "name": "胶东联盟", "regimes": ["general"]}
    page = first.post(address("alliance_new"), terms).url
    assert "胶东联盟" in text(second.get(address("alliances")))
    unit = made.here.committee.institution.ref
    second.post(f"{page}steps/join/", {"institution": unit})
    assert "等待接纳" in text(first.get(page))

    first.post(f"{page}steps/admit/", {"institutions": [unit]})

    assert Alliance.objects.get().seats.current().count() == 2
    assert signed_in(person()).get(page).status_code == 404


def test_a_request_waits_for_both_and_is_signed_there(signed_in: SignIn) -> None:
    made = asked(hours_ago=6).allied().requested()
    page = address("recognition", made.recognition.ref)
    for who in (made.here.secretary, made.here.chair):
        client = signed_in(who)
        assert "认可其他委员会的结果" in text(client.get(address("queue"), {"side": "committee"}))
        answer = client.post(f"{page}steps/confirm/", {"checked": "on", "password": PASSWORD})
        assert answer.status_code == 302, text(answer)

    made.here.review.refresh_from_db()
    review = text(signed_in(made.here.secretary).get(address("review", made.here.review.ref)))
    assert made.here.review.state == "approved"
    assert made.recognition.ref in review


def test_evidence_is_handed_out_to_who_judges_and_to_nobody_else(signed_in: SignIn) -> None:
    made = asked(hours_ago=6).requested(**BY_HAND)
    paper = address("recognition_document", made.recognition.ref)

    assert signed_in(made.here.secretary).get(paper).getvalue().decode() == "外省批件"
    for stranger in (made.there.secretary, holder(Role.REGULATOR, authority("510000"))):
        assert signed_in(stranger).get(paper).status_code == 404
        assert signed_in(stranger).get(address("recognition", made.recognition.ref)).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_pages_ask_the_same(signed_in: SignIn, count: int) -> None:
    made = asked(hours_ago=6).allied()
    for _number in range(count - 1):
        made.allied()
    made.requested()
    secretary = signed_in(made.here.secretary)

    with queries() as listed:
        secretary.get(address("alliances"))
    with queries() as alliance:
        secretary.get(address("alliance", made.alliance.ref))
    with queries() as one:
        secretary.get(address("recognition", made.recognition.ref))

    assert (len(listed), len(alliance), len(one)) == (5, 7, 18)
