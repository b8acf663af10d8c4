"""The first few deadlines of what somebody may see are those that the whole question answers with."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from ethicsreview.accounts.models import FeedAddress, Role
from ethicsreview.accounts.standing import standing_of
from ethicsreview.diary import watched
from ethicsreview.diary.entries import own
from ethicsreview.lifecycle.door import perform
from reviews.desk.access import Visitor
from reviews.desk.clockroom import month_sides_of, watched_on
from tests.committees.builders import authority, holder
from tests.reviews.builders import Case, case
from tests.reviews.desk.conftest import address, queries

pytestmark = pytest.mark.django_db
SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def path(time_machine: Any) -> Case:
    """Accepted on 2 March 2026: the decision is due on 1 April."""
    time_machine.move_to(datetime(2026, 3, 28, 9, tzinfo=SHANGHAI), tick=False)
    return case(at=datetime(2026, 3, 2, 9, tzinfo=SHANGHAI)).accepted()


def test_the_first_are_those_of_the_whole_question(path: Case) -> None:
    """Also where all that was looked at first is hidden: of three reviews the secretary may not see two."""
    Case(path.committee, path.lead, path.at).accepted()
    Case(path.committee, holder(Role.RESEARCHER, path.committee.institution), path.at).accepted()
    interest = {"none_to_declare": "no", "details": "亲属", "people": path.lead.username}
    perform(path.committee, "declare_interests", by=path.secretary, **interest)
    sides, hidden = [own(standing_of(path.secretary, path.at))], 0
    for person in (path.secretary, holder(Role.REGULATOR, authority("370000"))):
        visitor = Visitor(person, path.at)
        sides += [watched_on(visitor, side) for side in month_sides_of(visitor.standing)]

    for side in sides:
        candidates, whole = side.rows.open().order_by("-due_at", "pk"), list(side.seen.open().order_by("-due_at", "pk"))
        hidden += candidates.count() - len(whole)
        reviews = [row for row in whole if row.object_kind == "review"]
        for spare in (watched.SPARE, 0):
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(watched, "SPARE", spare)
                found = side.first((candidates, 5), (candidates, 300), (candidates.filter(object_kind="review"), 1))
            assert found == [whole[:5], whole, reviews[:1]]
    # Two of the secretary as their own, at the desk as their own and as the committee's; of the regulator, all three.
    assert hidden == 2 * 3 + 3


def test_no_page_looks_for_everything_that_may_be_seen(path: Case, signed_in: Any) -> None:
    """Else each takes as long as the service has reviews: PostgreSQL puts all of them into a table of its own."""
    secretary = signed_in(path.secretary)
    _row, secret = FeedAddress.issue(path.secretary, path.at + timedelta(days=26))
    pages = [
        (address("month"), {"side": "mine"}),
        (address("month"), {"side": "committee", "month": "2026-04"}),
        (address("month"), {"side": "committee", "month": "2026-02"}),
        *((address("clocks"), {"side": "committee", "show": show}) for show in ("late", "escalated", "week", "open")),
        (reverse("portal:month"), {}),
        (reverse("diary:feed", args=[secret]), {}),
    ]
    for page, given in pages:
        with queries() as caught:
            assert secretary.get(page, given).status_code == 200
        asked = [one["sql"] for one in caught if 'FROM "deadlines_deadline"' in one["sql"]]
        assert asked, page
        assert [sql for sql in asked if '"object_ref" IN (SELECT' in sql] == [], page
