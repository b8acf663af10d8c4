"""Who sees what at the desk: each page by each role, and what must not come through."""

from datetime import timedelta

import pytest
from django.urls import reverse

from ethicsreview.accounts.models import Role
from ethicsreview.lifecycle.door import perform
from reviews.desk.queue import SIDES
from reviews.models import Opinion
from tests.committees.builders import authority, committee, holder, keeper_of, people_of, person
from tests.reviews.appeals import filed, rejected
from tests.reviews.builders import Case, case, with_password
from tests.reviews.desk.conftest import address, text

pytestmark = pytest.mark.django_db
SECRET = "此条只有本人知道"


def pages_of(path):
    review = [address(name, path.review.ref) for name in ("review", "review_changes", "review_record")]
    meeting = [address(name, path.meeting.ref) for name in ("meeting", "ballots")]
    return review, meeting, [address("committee", path.committee.ref)]


def statuses(client, addresses):
    return [client.get(one).status_code for one in addresses]


def test_pages_by_role(signed_in):
    path = case().opened()
    elsewhere = committee()
    review, meeting, seat = pages_of(path)

    for inside in (path.secretary, path.chair, path.members[3]):
        assert statuses(signed_in(inside), review + meeting + seat) == [200] * 6
    operator = signed_in(holder(Role.OPERATOR, authority()))
    assert statuses(operator, review + meeting + seat) == [200] * 6
    officer = signed_in(keeper_of(path.committee))
    assert statuses(officer, review + meeting + seat) == [200, 200, 200, 404, 404, 200]
    # The matter is not of high risk: the regulator of the place knows of the committee alone.
    regulator = signed_in(holder(Role.REGULATOR, authority("370000")))
    assert statuses(regulator, review + meeting + seat) == [404, 404, 404, 404, 404, 200]
    for outside in (people_of(elsewhere, Role.CHAIR)[0], keeper_of(elsewhere)):
        assert statuses(signed_in(outside), review + meeting + seat) == [404] * 6
    for none in (path.lead, person()):
        client = signed_in(none)
        assert client.get(address("queue")).url == reverse("portal:home")
        assert statuses(client, [*review, *meeting, *seat]) == [404] * 6
        assert client.get(reverse("admin:index"), follow=True).status_code == 404


def test_nothing_of_another_committee_waits_on_the_first_page(signed_in):
    path = case().opened()
    appealed = filed(rejected(Case(path.committee, path.lead, path.at)))
    elsewhere = committee()
    chair, secretary = (people_of(elsewhere, role)[0] for role in (Role.CHAIR, Role.SECRETARY))
    inside = signed_in(path.members[3]).get(address("queue"))
    assert path.meeting.ref in text(inside)

    for outside in (chair, secretary, keeper_of(elsewhere), holder(Role.REGULATOR, authority("510000"))):
        for side in SIDES:
            page = text(signed_in(outside).get(address("queue"), {"side": side}))
            ours = (path.meeting.ref, path.review.ref, path.project.title, appealed.ref)
            assert [one for one in ours if one in page] == [], (outside.username, side)


def test_visitor_is_sent_to_sign_in_and_a_fragment_says_so(client):
    assert client.get(address("queue")).status_code == 302
    assert client.get(address("queue"), headers={"HX-Request": "true"}).status_code == 401


def test_regulator_sees_the_listed_cases_of_the_territory_only(signed_in):
    path = case().accepted(listed="yes", listed_items=["new_species"], listed_reason="委员会认定")
    inside, outside = (holder(Role.REGULATOR, authority(region)) for region in ("370000", "510000"))

    page = signed_in(inside).get(address("queue"), {"side": "territory"})

    assert path.review.ref in text(page)
    assert signed_in(inside).get(address("review", path.review.ref)).status_code == 200
    assert path.review.ref not in text(signed_in(outside).get(address("queue"), {"side": "territory"}))
    assert signed_in(outside).get(address("review", path.review.ref)).status_code == 404


def test_sealed_ballot_is_nobodys_but_its_authors_until_the_decision(signed_in):
    path = case().opened()
    author = path.members[3]
    path.cast(author, "rejected", comment=SECRET)
    readers = [path.secretary, path.chair, path.members[4], keeper_of(path.committee)]
    readers.append(holder(Role.OPERATOR, authority()))
    everywhere = [
        address("review", path.review.ref),
        address("review_changes", path.review.ref),
        address("review_record", path.review.ref),
        address("meeting", path.meeting.ref),
        address("ballots", path.meeting.ref),
        address("queue"),
        "/desk/registers/reviews/opinion/",
        "/desk/registers/trail/entry/",
    ]

    assert SECRET in text(signed_in(author).get(everywhere[0]))
    for reader in readers:
        client = signed_in(reader)
        for page in everywhere:
            assert SECRET not in text(client.get(page)), (reader, page)
            # The word stands in the form that casts; as a result it would be named after the voter.
            assert "· 不予批准" not in text(client.get(page)), (reader, page)
    # It could leak: it is there, and after the decision the committee reads it.
    assert Opinion.objects.get(person=author).comment == SECRET
    for other in path.members:
        if other != author:
            path.cast(other)
    path.do("conclude", path.chair, password="a-long-enough-password")
    assert SECRET in text(signed_in(path.members[4]).get(everywhere[0]))
    assert SECRET not in text(signed_in(keeper_of(path.committee)).get(everywhere[0]))


def test_address_of_a_register_cannot_ask_for_a_sealed_verdict(signed_in):
    path = case().opened()
    path.cast(path.members[3], "rejected", comment=SECRET)
    client = signed_in(path.secretary)

    assert client.get("/desk/registers/reviews/opinion/").status_code == 200
    for lookup in (
        "verdict=rejected",
        "verdict__exact=rejected",
        "comment__contains=知道",
        "review__opinions__verdict=a",
    ):
        assert client.get(f"/desk/registers/reviews/opinion/?{lookup}").status_code == 400, lookup
    assert path.review.ref not in text(client.get("/desk/registers/reviews/opinion/?q=知道"))


def test_recused_member_sees_nothing_of_the_item(signed_in):
    path = case().in_review()
    recused = path.members[3]
    client = signed_in(recused)
    assert path.project.title in text(client.get(address("meeting", path.meeting.ref)))

    perform(path.ballot_of(recused), "recuse", by=recused, at=path.at, ground="与负责人有合作")

    meeting = text(client.get(address("meeting", path.meeting.ref)))
    assert path.project.title not in meeting
    assert "议程上还没有审查事项" in meeting
    assert client.get(address("review", path.review.ref)).status_code == 404
    opinion = Opinion.objects.get(person=recused)
    assert client.get(address("step", "opinions", opinion.ref, "cast")).status_code == 404
    for page in (address("queue"), address("queue") + f"?q={path.review.ref}", "/desk/registers/reviews/review/"):
        assert path.project.title not in text(client.get(page))


def test_declared_interest_hides_the_review_from_the_committees_side(signed_in):
    path = case().accepted()
    secretary = path.secretary
    client = signed_in(secretary)
    assert path.project.title in text(client.get(address("queue")))

    declared = {"none_to_declare": "no", "details": "亲属", "people": path.lead.username}
    perform(path.committee, "declare_interests", by=secretary, at=path.at, **declared)

    assert path.project.title not in text(client.get(address("queue")))
    assert client.get(address("review", path.review.ref)).status_code == 404
    # A later declaration of the same year takes the place of the earlier.
    later = path.at + timedelta(minutes=1)
    perform(path.committee, "declare_interests", by=secretary, at=later, none_to_declare="yes")
    assert client.get(address("review", path.review.ref)).status_code == 200


def test_lead_on_the_committee_reaches_the_own_review_through_the_portal_only(signed_in):
    path = case()
    path.lead = with_password(path.members[5])
    path.in_review()
    client = signed_in(path.lead)

    assert client.get(address("queue")).status_code == 200
    assert client.get(address("review", path.review.ref)).status_code == 404
    assert client.post(address("step", "reviews", path.review.ref, "withdraw"), {"reason": "x"}).status_code == 404
    assert path.project.title not in text(client.get(address("meeting", path.meeting.ref)))
    assert path.project.title not in text(client.get("/desk/registers/reviews/project/"))


def test_documents_and_letters_by_who_may_see_the_review(signed_in):
    path = case().submitted()
    material = path.review.submission.materials.select_related("version__document").first()
    paper = address("document", path.review.ref, material.version.document.ref, material.version.number)
    other = case().submitted()
    mixed = address("document", other.review.ref, material.version.document.ref, material.version.number)

    got = signed_in(path.secretary).get(paper)

    assert got.status_code == 200
    assert got["Content-Disposition"].startswith("attachment")
    assert b"".join(got.streaming_content) != b""
    assert signed_in(other.secretary).get(paper).status_code == 404
    assert signed_in(other.secretary).get(mixed).status_code == 404
    assert signed_in(path.lead).get(paper).status_code == 404
