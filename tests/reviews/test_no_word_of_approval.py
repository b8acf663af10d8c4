"""Before a panel has agreed, nothing anywhere calls a listed activity approved: every face is walked for the words."""

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from ethicsreview.accounts.models import Person, Role
from ethicsreview.documents.models import Letter
from ethicsreview.notices.models import Notice
from reviews.models.reviewing.lettering import issue_pending
from tests.committees.builders import authority, holder
from tests.reviews.api.client import Caller
from tests.reviews.recheck_builders import Listed, listed

pytestmark = [pytest.mark.django_db, pytest.mark.article("national", 32)]

WORDS = re.compile(r"批准|approv", re.IGNORECASE)
# Words that speak of something else: what may not be, the names of what could be filtered, the State's approval.
OTHER_WORDS = (
    "不予批准",
    "不批准实施科技活动",
    "不是批准",
    # Approval as a project (立项) is another's, and shut too.
    "'project_approval': None",
    "核验批件",
    "不批准、要求修改或弃权的",
    # The register's filters and the list's own choices name every state there is.
    '<option value="approved">批准</option>',
    '<option value="modification_required">修改后批准</option>',
    "?state=approved",
    # A condition of what may only come later, as the rules word it.
    "复核同意后方可批准",
    "通过后严格在批准范围内开展",
    "approval follows only its agreement",
    # What anybody may do with a letter of anybody's.
    "Verify an approval letter",
    # The State's own authorisation (Measures 34).
    "under State administrative approval",
    "Where State approval already has ethics as a condition",
)


@pytest.fixture(scope="module")
def waiting(django_db_setup: None, django_db_blocker: Any) -> Iterator[dict[str, Listed]]:
    """One that has passed preliminarily, one whose panel has agreed and has not said so yet."""
    with django_db_blocker.unblock(), transaction.atomic():
        passed = listed().passed()
        rechecked = Listed(passed.committee, passed.lead, passed.at)
        rechecked.department, rechecked.organiser = passed.department, passed.organiser
        rechecked.experts = passed.experts
        rechecked.passed().answered()
        issue_pending(rechecked.at)
        yield {"preliminarily_passed": passed, "in_recheck": rechecked}
        transaction.set_rollback(True)


def client_of(person: Person) -> Client:
    client = Client()
    client.force_login(person, backend=settings.AUTHENTICATION_BACKENDS[-1])
    return client


def said_in(text: str) -> list[str]:
    """What is left of the words, with something around it, when those that speak of something else are taken out."""
    for words in OTHER_WORDS:
        text = text.replace(words, "")
    return [text[max(0, found.start() - 40) : found.end() + 20] for found in WORDS.finditer(text)]


@pytest.mark.parametrize("state", ["preliminarily_passed", "in_recheck"])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_pages_do_not_say_it(waiting: dict[str, Listed], state: str, language: str) -> None:
    path = waiting[state]
    assert path.review.state == state
    ref = path.review.ref
    portal = [reverse("portal:home"), reverse("portal:project", args=[path.project.ref])]
    portal.append(reverse("portal:review", args=[ref]))
    desk = [reverse("desk:review", args=[ref]), reverse("desk:review_record", args=[ref])]
    desk += [reverse("desk:meeting", args=[path.meeting.ref])]
    readers: list[tuple[Person, list[str]]] = [
        (path.lead, [*portal, reverse("notices:inbox")]),
        (path.secretary, [*desk, reverse("notices:inbox")]),
        (path.chair, desk),
        (path.members[3], desk),
        (path.officer, [*desk[:2], reverse("notices:inbox")]),
        (holder(Role.REGULATOR, authority("370000")), desk[:2]),
    ]
    if state == "in_recheck":
        own = [reverse("desk:recheck", args=[path.recheck.ref]), reverse("desk:rechecks")]
        readers += [(path.organiser, own), (path.experts[0].person, own)]
    for person, pages in readers:
        client = client_of(person)
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        for page in pages:
            answer = client.get(page)
            assert answer.status_code == 200, (person, page)
            assert path.project.title in answer.content.decode() or "inbox" in page, page
            assert said_in(answer.content.decode()) == [], (person, page)


@pytest.mark.parametrize("state", ["preliminarily_passed", "in_recheck"])
def test_api_does_not_say_it(waiting: dict[str, Listed], state: str) -> None:
    path = waiting[state]
    asked = [(path.lead, f"/reviews/{path.review.ref}"), (path.lead, f"/projects/{path.project.ref}")]
    asked += [(path.secretary, f"/reviews/{path.review.ref}")]
    if state == "in_recheck":
        asked += [(path.organiser, f"/rechecks/{path.recheck.ref}"), (path.experts[0].person, "/rechecks")]

    for person, address in asked:
        found = Caller(person).get(address)
        assert found.status_code == 200, address
        body = found.json()
        body.pop("policy", None)  # the rules themselves
        for decision in (body.get("decision"), body.get("preliminary")):
            # What the votes are called in the record; each is a member's, and none is a decision.
            if decision:
                decision["tally"].pop("votes")
                decision.pop("grounds")
        assert said_in(str(body)) == [], address


def test_letters_and_their_public_page_do_not_say_it(waiting: dict[str, Listed]) -> None:
    letters = list(Letter.objects.all())
    assert len(letters) == 3

    for letter in letters:
        with letter.file.open() as file:
            text = "".join(page.extract_text() for page in PdfReader(BytesIO(file.read())).pages)
        assert said_in(re.sub(r"\s", "", text)) == [], letter.number
        page = Client().get(f"/verify/{letter.code}/").content.decode()
        assert "不是批准" in page
        assert said_in(page) == []


def test_notices_do_not_say_it(waiting: dict[str, Listed]) -> None:
    notices = list(Notice.objects.all())
    assert len(notices) > 20

    for notice in notices:
        assert said_in(notice.subject + notice.text) == [], notice.key
