"""A recused member in a real browser: the item is gone from every page, and nothing says that one is missing."""

import pytest
from django.urls import reverse
from playwright.sync_api import Page

from ethicsreview.accounts.models import Person
from tests.browser.hands import Hands
from tests.pages import Looking, desk, portal
from tests.reviews.builders import Case
from tests.reviews.test_interests_hide import SAID, Session, session

pytestmark = pytest.mark.django_db(transaction=True)


def everything(made: Session) -> list[str]:
    """Files, hits, counters, feeds, minutes, exports: where the item is for whoever may see it."""
    review, meeting = made.hidden.review, made.hidden.meeting
    return [
        desk("queue"),
        f"{desk('queue')}?q={review.ref}",
        f"{desk('queue')}?q={review.project.ref}",
        desk("meetings"),
        desk("meeting", meeting.ref),
        desk("following"),
        reverse("notices:inbox"),
        "/desk/registers/reviews/review/",
        "/desk/registers/reviews/decision/",
        "/desk/registers/reviews/opinion/",
        "/desk/registers/trail/entry/",
    ]


def shut(made: Session) -> list[str]:
    review = made.hidden.review
    version = review.submission.materials.select_related("version__document").first().version
    return [
        desk("review", review.ref),
        desk("review_record", review.ref),
        desk("review_changes", review.ref),
        desk("document", review.ref, version.document.ref, str(version.number)),
        portal("review", review.ref),
    ]


def seen(page: Page, address: str, path: str) -> str:
    """What stands on the page; a search's own words stand in its field, and are no part of it."""
    answer = page.goto(address + path)
    assert answer is not None
    assert answer.status == 200, path
    words: str = page.locator("body").inner_text()
    return words


def marks(path: Case) -> list[str]:
    return [path.project.title, path.review.decision.number, SAID]


@pytest.mark.article("national", 8)
def test_the_item_is_gone_everywhere_and_its_absence_says_nothing(look: Looking) -> None:
    made = session()
    page = look.page

    def reads(who: Person) -> dict[str, str]:
        Hands.of(look, who)
        return {path: seen(page, look.address, path) for path in everything(made)}

    # It could leak: a member without an interest finds it.
    free = "".join(reads(made.hidden.members[4]).values())
    assert [mark in free for mark in marks(made.hidden)] == [True] * 3
    for who in (made.recused, made.interested):
        found = reads(who)
        assert [(path, mark) for path, text in found.items() for mark in marks(made.hidden) if mark in text] == []
        # The other item is there, and first.
        meeting = found[desk("meeting", made.hidden.meeting.ref)]
        assert f"1. {made.other.project.title}" in meeting
        assert "2. " not in meeting
        assert [page.goto(look.address + path).status for path in shut(made)] == [404] * 5  # type: ignore[union-attr]
