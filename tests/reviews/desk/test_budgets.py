"""As many queries for three rows as for one: at most 12 for a list, 20 for a page."""

import pytest

from ethicsreview.accounts.models import Role
from ethicsreview.lifecycle.door import perform
from tests.committees.builders import authority, committee, holder, keeper_of
from tests.reviews.builders import Case, case
from tests.reviews.desk.conftest import address, queries

pytestmark = pytest.mark.django_db

REGISTERS = [
    "reviews/project",
    "reviews/review",
    "reviews/meeting",
    "reviews/opinion",
    "reviews/decision",
    "reviews/followup",
    "reviews/appeal",
    "reviews/exemption",
    "reviews/foreignapproval",
    "committees/committee",
    "deadlines/deadline",
    "trail/entry",
    "notices/delivery",
    "accounts/person",
    "accounts/appointment",
    "accounts/institution",
    "accounts/authority",
]


def cost(client, page):
    client.get(page)
    with queries() as caught:
        assert client.get(page).status_code == 200
    return len(caught)


def another(path: Case) -> Case:
    """One more review of the same committee on the same agenda."""
    beside = Case(path.committee, path.lead, path.at).accepted()
    beside.meeting = path.meeting
    beside.do("begin", beside.secretary, meeting=path.meeting.ref)
    path.at = beside.at
    return beside


def test_lists_cost_the_same_with_one_row_and_with_three(signed_in):
    path = case().in_review()
    secretary, member = signed_in(path.secretary), signed_in(path.members[3])
    officer, operator = signed_in(keeper_of(path.committee)), signed_in(holder(Role.OPERATOR, authority()))
    pages = [
        (secretary, address("queue"), 12),
        (member, address("queue"), 9),
        (officer, address("queue"), 12),
        (operator, address("queue"), 8),
        (secretary, address("meetings"), 8),
        (secretary, address("committees"), 5),
        *[(operator, f"/desk/registers/{name}/", 10) for name in REGISTERS],
        (secretary, "/desk/registers/reviews/review/", 10),
    ]

    with_one = [cost(client, page) for client, page, _most in pages]
    another(path)
    another(path)
    committee(institution=path.committee.institution)
    committee(institution=path.committee.institution)
    with_three = [cost(client, page) for client, page, _most in pages]

    assert with_one == with_three
    assert [
        (page, number) for (_client, page, most), number in zip(pages, with_one, strict=True) if number > most
    ] == []


def test_pages_cost_the_same_with_one_item_and_with_three(signed_in):
    path = case().in_review()
    secretary, chair, member = signed_in(path.secretary), signed_in(path.chair), signed_in(path.members[3])
    agenda = address("agenda", path.meeting.ref)
    meeting, ballots = address("meeting", path.meeting.ref), address("ballots", path.meeting.ref)

    planned = [cost(client, meeting) for client in (secretary, chair, member)] + [cost(secretary, agenda)]
    beside = [another(path), another(path)]
    assert [cost(client, meeting) for client in (secretary, chair, member)] + [cost(secretary, agenda)] == planned
    assert max(planned) <= 20
    path.open_meeting()
    open_ = [cost(client, page) for client in (secretary, chair, member) for page in (meeting, ballots)]
    assert max(open_) <= 20
    review = address("review", path.review.ref)
    assert [cost(client, review) for client in (secretary, chair, member)] == [12, 14, 13]
    for one in beside:
        one.at = path.at
    path.vote()
    # The dearest: the chair, when every ballot is in and the vote is counted for two buttons.
    assert cost(chair, review) <= 20
    for page in ("review_changes", "review_record"):
        assert cost(secretary, address(page, path.review.ref)) <= 12
    assert cost(secretary, address("committee", path.committee.ref)) <= 20
    perform(
        path.committee,
        "declare_interests",
        by=path.chair,
        none_to_declare="no",
        details="亲属任职",
        people=keeper_of(path.committee).username,
    )
    assert cost(chair, review) <= 20
