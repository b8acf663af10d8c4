"""An amendment at the desk: what changes, the comparison with what is in force, and the committee's finding."""

import pytest

from ethicsreview.documents.tasks import extract_pending
from ethicsreview.lifecycle.door import perform
from reviews.models.applying import start_review
from reviews.models.submissions.comparing import compare_pending
from tests.reviews.amendments import change
from tests.reviews.builders import case, signing
from tests.reviews.desk.conftest import address, queries, text

pytestmark = pytest.mark.django_db


def test_the_secretary_reads_what_changes_and_weighs_it(signed_in):
    path = change().handed_in()
    secretary = signed_in(path.secretary)

    page = text(secretary.get(address("review", path.review.ref)))
    assert "变更的内容" in page
    assert f"变更已批准的{path.initial.ref}第1版" in page
    assert "认定变更的程度" in page
    terms = {"small": "yes", "major_risk": "no", "ground": "样本量增加，风险不变"}
    secretary.post(address("step", "reviews", path.review.ref, "weigh_change"), terms)

    path.review.refresh_from_db()
    assert path.review.circumstances == {"small_change": True}
    assert "样本量增加，风险不变" in text(secretary.get(address("review", path.review.ref)))


def test_the_comparison_with_the_version_in_force(signed_in):
    path = change().handed_in()
    secretary = signed_in(path.secretary)
    page = address("review_changes", path.review.ref)
    assert "对照正在生成" in text(secretary.get(page))

    extract_pending()
    compare_pending()

    shown = text(secretary.get(page))
    assert "与现行有效版本对照" in shown
    assert "90" in shown


def test_a_committee_knows_of_no_draft(signed_in):
    path = change().begun()

    assert signed_in(path.secretary).get(address("review", path.review.ref)).status_code == 404
    assert signed_in(path.chair).get(address("review_changes", path.review.ref)).status_code == 404


def test_a_recused_member_sees_none_of_it(signed_in):
    path = change().handed_in()
    path.weigh().accept()
    path.do("begin", path.secretary, meeting=path.planned().ref)
    member = path.members[-1]
    perform(path.ballot_of(member), "recuse", by=member, at=path.at, ground="有合作")

    assert signed_in(member).get(address("review", path.review.ref)).status_code == 404
    assert signed_in(member).get(address("review_changes", path.review.ref)).status_code == 404


def test_what_the_pages_ask_of_the_database(signed_in):
    path = change().handed_in()
    extract_pending()
    compare_pending()
    secretary = signed_in(path.secretary)
    costs = {}
    for name in ("review", "review_changes", "review_record"):
        page = address(name, path.review.ref)
        secretary.get(page)
        with queries() as caught:
            assert secretary.get(page).status_code == 200
        costs[name] = len(caught)

    assert costs == {"review": 17, "review_changes": 9, "review_record": 11}


def test_an_earlier_refusal_is_shown_to_the_committee(signed_in):
    path = case().submitted()
    path.do("withdraw", path.lead, reason="暂缓")
    earlier = path.review
    path.review = start_review(path.project, by=path.lead, committee=path.committee, at=path.at)
    path.do("submit", path.lead, **signing(path.lead))

    shown = text(signed_in(path.secretary).get(address("review", path.review.ref)))
    assert "以往审查" in shown
    assert address("review", earlier.ref) in shown
