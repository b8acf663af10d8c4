"""Disclosures in a real browser, from the draft to what everybody reads; and the pages that need no account."""

from datetime import UTC, datetime

import pytest
from django.core.cache import cache
from django.urls import reverse

from reviews.models import Disclosure
from tests.browser.hands import Hands
from tests.committees.builders import committee
from tests.pages import Looking, desk
from tests.reviews.builders import case
from tests.reviews.disclosures import TEXT, telling
from tests.reviews.public.test_public_pages import YEAR, counted

pytestmark = pytest.mark.django_db(transaction=True)


def public(name: str, *args: str) -> str:
    return reverse(f"public:{name}", args=args)


@pytest.mark.article("shandong", 17)
def test_from_the_draft_to_what_everybody_reads(look: Looking) -> None:
    cache.clear()
    made = telling()
    made.drafted(happened="受试者李小明受伤。" + TEXT["happened"] * 20, title="关于" + "很长的标题" * 30)
    page = desk("disclosure", made.disclosure.ref)

    look.sit_down(made.writer)
    look.at(desk("disclosure_new"), "disclosure-new")
    Hands.of(look, made.writer).go(page).take("提请批准", {"checked": "on"})
    look.sit_down(made.second)
    look.at(page, "disclosure")
    Hands.of(look, made.second).go(page).take("批准发布", {"checked": "on"})
    look.sit_down(made.second)
    look.at(desk("disclosures"), "disclosures")
    found = Disclosure.objects.get()
    assert (found.state, found.approved_by) == ("published", made.second)

    made.disclosure = found
    made.at = datetime.now(UTC)
    made.corrected(happened="更正后的经过。")
    look(None, public("disclosure", found.ref), "public-superseded")
    made.published(title="另一件")
    made.take("withdraw", reason="涉及个人隐私")
    look(None, public("disclosures"), "public-disclosures")
    look(None, public("disclosure", made.disclosure.ref), "public-withdrawn")
    look(None, public("front"), "public-front")


def test_registers_rules_and_statistics_without_an_account(look: Looking) -> None:
    cache.clear()
    case().concluded()
    counted([(one[0], one[1], *one[2:]) for one in YEAR] + [("2025", "370300", "medicine", "general", "approved", 30)])

    look(None, "/", "public-welcome")
    look(None, public("committees"), "public-committees")
    look(None, public("committee", committee(7).ref), "public-committee")
    look(None, public("decisions"), "public-decisions")
    look(None, f"{public('decisions')}?q=none", "public-decisions-none")
    look(None, public("statistics"), "public-statistics")
    look(None, "/rules/?q=第十四条", "rules-found")
    look(None, "/rules/documents/national/", "rules-document")
