"""Preferences, dead letters and addresses outside in a real browser: nothing for axe to find, nothing too wide."""

import pytest

from tests.pages import Looking, desk
from tests.reviews.desk.test_post import BOT, dead, endpoint, two_houses

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_pages_of_the_post(look: Looking) -> None:
    house = two_houses()
    officer, researcher = house["officer"], house["researcher"]
    unit = house["ours"].institution
    look(officer, desk("post"), "post-empty")
    for number in range(3):
        dead(researcher, number)
    hook = endpoint(unit, officer)
    endpoint(unit, officer, "dingtalk")

    look(officer, desk("post"), "post-dead")
    look(officer, desk("endpoints"), "endpoints")
    look(officer, desk("endpoint_new"), "endpoint-new")
    look(officer, desk("endpoint", str(hook.pk)), "endpoint")
    look(researcher, "/inbox/preferences/", "preferences")

    page = look.sit_down(researcher)
    page.goto(f"{look.address}/inbox/preferences/")
    assert BOT[-20:] not in page.content()
