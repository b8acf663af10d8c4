"""The partners' countries on the secretary's pages."""

import pytest
from django.urls import reverse

from ethicsreview.accounts.models import Role
from tests.committees.builders import authority, committee, holder, keeper_of, people_of
from tests.reviews.desk.conftest import address, queries, text
from tests.reviews.foreign import abroad, enter, none_prescribed, of

pytestmark = pytest.mark.django_db
MANY = ["AF", "AL", "AR", "DE", "FR", "US"]


def test_secretary_finds_confirms_and_returns_them(signed_in) -> None:
    path = abroad(MANY).submitted()
    enter(path, "DE")
    none_prescribed(path, "AF", "AL", "US")
    secretary = signed_in(path.secretary)
    page = address("foreign_approvals", path.review.ref)

    queue = text(secretary.get(address("queue")))
    assert page in queue
    assert "确认4个合作国家的审查情况" in queue
    shown = text(secretary.get(page))
    assert "Ethikkommission Berlin" in shown
    assert page in text(secretary.get(address("review", path.review.ref)))
    step = secretary.get(
        address("foreign_together", path.review.ref, "confirm"), {"country": ["AF", "AL", "US"]}, follow=True
    )
    assert step.context["form"]["also"].value() == ["AL", "US"]
    done = secretary.post(
        step.redirect_chain[-1][0].partition("?")[0], {"checked": "on", "also": ["AL", "US"]}, follow=True
    )
    assert done.redirect_chain[-1][0] == page
    secretary.post(address("step", "foreign-approvals", of(path, "DE").ref, "send_back"), {"reason": "没有签章"})

    assert {one.country: one.state for one in path.project.foreign_approvals.all()} == {
        **dict.fromkeys(["AF", "AL", "US"], "confirmed"),
        **dict.fromkeys(["AR", "FR"], "wanted"),
        "DE": "returned",
    }


def test_document_is_handed_out_once_it_is_entered(signed_in) -> None:
    path = abroad(["DE"]).submitted()
    enter(path, "DE")
    paper = address("foreign_document", path.review.ref, of(path, "DE").ref)

    for who in (path.secretary, path.members[3]):
        handed = signed_in(who).get(paper)
        assert handed["Content-Disposition"].startswith("attachment")
        assert handed.getvalue() == b"IRB approval"
    elsewhere = committee()
    assert signed_in(people_of(elsewhere, Role.CHAIR)[0]).get(paper).status_code == 404


def test_pages_by_role(signed_in) -> None:
    path = abroad(["DE"]).submitted()
    none_prescribed(path, "DE")
    page = address("foreign_approvals", path.review.ref)
    confirm = address("step", "foreign-approvals", of(path, "DE").ref, "confirm")

    for who, sees, acts in [
        (path.secretary, 200, 200),
        (path.chair, 200, 403),
        (path.members[3], 200, 403),
        (keeper_of(path.committee), 200, 403),
        (holder(Role.OPERATOR, authority()), 200, 403),
        (holder(Role.REGULATOR, authority("370000")), 404, 404),
        (path.lead, 404, 404),
    ]:
        client = signed_in(who)
        assert (client.get(page).status_code, client.get(confirm).status_code) == (sees, acts)
    assert "确认所选" not in text(signed_in(path.chair).get(page))


@pytest.mark.parametrize("count", [1, 6])
def test_pages_cost_the_same_for_one_country_and_for_many(signed_in, count: int) -> None:
    path = abroad(MANY[:count]).submitted()
    none_prescribed(path, *MANY[:count])
    secretary = signed_in(path.secretary)
    costs = []
    for page in (address("foreign_approvals", path.review.ref), address("queue")):
        secretary.get(page)
        with queries() as caught:
            secretary.get(page)
        costs.append(len(caught))

    assert costs == [11, 12]


def test_register_lists_what_the_reader_may_see(signed_in) -> None:
    path = abroad(["DE"]).submitted()
    register = reverse("admin:reviews_foreignapproval_changelist")

    assert of(path, "DE").ref in text(signed_in(path.secretary).get(register))
    assert of(path, "DE").ref not in text(signed_in(people_of(committee(), Role.SECRETARY)[0]).get(register))
