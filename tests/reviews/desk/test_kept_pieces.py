"""What is drawn once for one reader is never shown to another who may not see it, and is not drawn again."""

import pytest

from ethicsreview.lifecycle.door import perform
from ethicsreview.ui import drawn
from tests.committees.builders import keeper_of
from tests.reviews.builders import case
from tests.reviews.desk.conftest import address

pytestmark = pytest.mark.django_db
PROGRESS = "表决进度"


@pytest.fixture(autouse=True)
def nothing_kept():
    drawn._drawn.cache_clear()


def test_the_committees_part_stays_with_the_committee(signed_in):
    path = case().in_review()
    review = address("review", path.review.ref)
    secretary, officer = signed_in(path.secretary), signed_in(keeper_of(path.committee))

    for_committee = secretary.get(review).content.decode()
    for_officer = officer.get(review).content.decode()

    assert PROGRESS in for_committee
    assert path.members[3].name in for_committee
    assert path.project.title in for_officer
    assert PROGRESS not in for_officer
    assert path.members[3].name not in for_officer


def test_a_page_that_was_drawn_for_another_is_not_found_by_a_stranger(signed_in):
    path, elsewhere = case().in_review(), case().in_review()
    review = address("review", path.review.ref)

    assert signed_in(path.secretary).get(review).status_code == 200
    assert signed_in(elsewhere.secretary).get(review).status_code == 404


def test_whoever_recuses_themselves_finds_the_page_no_more(signed_in):
    path = case().in_review()
    member, review = path.members[3], address("review", path.review.ref)
    client = signed_in(member)
    assert client.get(review).status_code == 200

    perform(path.ballot_of(member), "recuse", by=member, at=path.at, ground="与负责人有合作")

    assert client.get(review).status_code == 404


@pytest.mark.parametrize("page", ["queue", "review"])
def test_a_page_is_not_drawn_again(signed_in, page):
    path = case().in_review()
    where = address(page, *([path.review.ref] if page == "review" else []))
    client = signed_in(path.secretary)
    first = client.get(where).content.decode()
    drawn_before = drawn._drawn.cache_info().misses

    client.get(where)

    assert drawn_before > 3
    assert drawn._drawn.cache_info().misses == drawn_before
    assert path.project.title in first


def test_what_changes_is_drawn_anew(signed_in):
    path = case().in_review()
    client, review = signed_in(path.secretary), address("review", path.review.ref)
    before = client.get(review).content.decode()

    path.open_meeting()
    path.vote()

    assert "尚未表决：" in before
    assert "尚未表决：" not in client.get(review).content.decode()
