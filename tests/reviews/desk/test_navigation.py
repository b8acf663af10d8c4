"""The ways through the desk: each page is found, and nobody is sent where there is nothing for them."""

import pytest
from django.urls import URLPattern, reverse

from ethicsreview.accounts.models import Role
from reviews.desk.access import Visitor
from reviews.desk.navigation import FIRST, GROUPS, navigation_of
from reviews.desk.urls import urlpatterns
from tests.committees.builders import authority, holder, institution
from tests.reviews.builders import case
from tests.reviews.desk.conftest import address

# What is entered from the page of another: its forms, and the parts of a page.
WITHIN = {"indicators", "endpoints", "post_resend"}
LINKED = {page.name for page in (*FIRST, *(page for _label, pages in GROUPS for page in pages))}


def opening(visitor: Visitor) -> set[str]:
    ways = navigation_of(visitor).groups
    return {page.url for way in ways for page in (way.pages or [way])}


def test_every_list_of_the_desk_is_led_to():
    lists = {one.name for one in urlpatterns if isinstance(one, URLPattern) and "<" not in str(one.pattern)}
    own = {name for name in lists if name and not name.endswith("_new")} - WITHIN

    assert {f"desk:{name}" for name in own} <= LINKED


@pytest.mark.django_db
def test_each_finds_what_opens_to_them_and_nothing_else(client):
    path = case()
    for person in (path.secretary, path.members[1], holder(Role.REGULATOR, authority("510100"))):
        visitor = Visitor(person, path.at, reverse("desk:queue"))
        client.force_login(person)
        for url in opening(visitor):
            assert client.get(url).status_code == 200, (person, url)


@pytest.mark.django_db
def test_second_line_is_of_the_group_where_one_is():
    person = holder(Role.REGULATOR, authority("510100"))
    path = case()

    def at(url: str) -> tuple[list[str], list[str]]:
        found = navigation_of(Visitor(person, path.at, url))
        return (
            [str(way.label) for way in found.groups if way.current],
            [str(way.label) for way in found.pages if way.current],
        )

    assert at(reverse("desk:queue")) == (["我的待办"], [])
    assert at(reverse("desk:sampling_plans")) == (["监督"], ["抽查复核"])
    assert at(reverse("desk:sample_item", args=["X1"])) == (["监督"], ["抽查复核"])
    assert at(reverse("desk:review", args=["X1"])) == (["审查"], [])
    assert at(reverse("admin:committees_committee_changelist")) == (["登记"], ["登记册"])


@pytest.mark.django_db
def test_nobody_is_sent_to_a_page_that_is_always_empty_for_them():
    path = case()

    def found(role: Role) -> set[str]:
        return opening(Visitor(holder(role, authority("510000")), path.at, reverse("desk:queue")))

    meetings, committees = reverse("desk:meetings"), reverse("desk:committees")
    assert meetings in opening(Visitor(path.members[1], path.at, ""))
    assert meetings not in found(Role.REGULATOR)
    assert committees in found(Role.REGULATOR)
    assert not {meetings, committees} & found(Role.PROGRAMME_MANAGER)
    assert not {meetings, committees} & found(Role.RECHECK_EXPERT)


@pytest.mark.django_db
def test_whoever_does_not_work_at_the_desk_is_led_to_their_own_first_page(signed_in) -> None:
    researcher = signed_in(holder(Role.RESEARCHER, institution()))

    answers = [researcher.get(address(name)) for name in ("queue", "meetings")]

    assert [(one.status_code, one.get("Location")) for one in answers] == [(302, "/"), (404, None)]
