"""The overview in a real browser: the territory at a glance, and from a number to the cases behind it."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from ethicsreview.accounts.models import Role
from reviews.oversight.overview.counting import count_pending
from tests.committees.builders import authority, holder
from tests.pages import Looking, desk
from tests.reviews.builders import case
from tests.reviews.recheck_builders import listed

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.article("shandong", 1, 11)
def test_from_the_overview_to_a_case(look: Looking) -> None:
    regulator = holder(Role.REGULATOR, authority("370000", level="province"))
    look(regulator, desk("overview"), "overview-empty")
    path = listed(at=timezone.now() - timedelta(hours=6)).passed()
    case(region="370200", at=timezone.now() - timedelta(hours=5)).accepted()
    count_pending(timezone.now())

    look(regulator, desk("overview"), "overview")
    page = look.sit_down(regulator)
    page.goto(look.address + desk("overview"))
    expect(page.locator(".chart svg")).to_have_count(2)
    page.get_by_role("link", name="按年").click()
    expect(page.get_by_role("link", name="按年")).to_have_attribute("aria-current", "page")
    page.get_by_label("领域", exact=True).select_option("medicine")
    page.get_by_role("button", name="筛选").click()
    page.locator("dl.facts").get_by_role("link", name="收到").click()

    expect(page.locator("main tbody tr")).to_have_count(1)
    expect(page.get_by_role("link", name=path.project.title)).to_be_visible()
    look.at(desk("cases") + "?of=open", "overview-cases")
