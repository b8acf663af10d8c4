"""The members of the simplified procedure: who designates them, who may be one, and what they say."""

from datetime import timedelta

import pytest

from ethicsreview.accounts.standing import standing_of
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.deadlines.models import Deadline
from ethicsreview.lifecycle.door import perform
from ethicsreview.lifecycle.refusals import InvalidInput, NotPermitted, Refused
from reviews.models import Opinion
from tests.committees.builders import keeper_of
from tests.reviews.builders import PASSWORD, Case, ballot, case, refused
from tests.reviews.simplified import given, reread, told

pytestmark = pytest.mark.django_db


@pytest.fixture
def accepted() -> Case:
    return case().simplified()


@pytest.fixture
def designated() -> Case:
    return case().designated()


# --- designation --------------------------------------------------------------------------------------------------


@pytest.mark.article("national", 23)
def test_the_chair_designates_and_nobody_else(accepted):
    path = accepted
    due, members = law_day(path.at) + timedelta(days=5), [path.seat_of(one) for one in path.members[-2:]]

    assert refused(path, "begin", path.secretary)["chair_designates"] == "national:23"
    for other in (path.members[1], path.members[4], path.lead):
        with pytest.raises(NotPermitted):
            path.do("begin", other, reviewers=members, opinion_due=due)
    path.do("begin", path.chair, reviewers=members, opinion_due=due)

    assert path.review.state == "in_review"
    assert path.review.waiting_for == "reviewers"
    assert told("review.designated") == {member.username for member in path.members[-2:]}
    assert told("review.begun_simplified") == {path.lead.username}
    for opinion in Opinion.objects.filter(review=path.review):
        [clock] = Deadline.objects.of(opinion).open()
        assert (clock.person, clock.citation) == (opinion.person, "national:23")
        assert opinion.next_due_at == clock.due_at


@pytest.mark.article("national", 23)
def test_one_reviewer_is_too_few(accepted):
    path = accepted

    with pytest.raises(InvalidInput) as caught:
        path.designate(path.members[2])

    assert "至少指定2名" in caught.value.errors["reviewers"][0]


@pytest.mark.article("national", 8, 23)
def test_a_member_with_an_interest_is_refused_with_the_reason(accepted):
    path = accepted
    declared = {"none_to_declare": "no", "details": "共同署名", "people": path.lead.username}
    interested = path.members[5]
    perform(path.committee, "declare_interests", by=interested, at=path.at, **declared)

    with pytest.raises(InvalidInput) as caught:
        path.designate(interested, path.members[6])

    [reason] = caught.value.errors["reviewers"]
    assert interested.name in reason
    assert "第八条" in reason


def test_the_opinion_is_due_no_later_than_the_decision(accepted):
    path = accepted

    with pytest.raises(InvalidInput) as late:
        path.designate(days=31)
    with pytest.raises(InvalidInput) as past:
        path.designate(days=-1)

    assert list(late.value.errors) == list(past.value.errors) == ["opinion_due"]


@pytest.mark.article("national", 8, 23)
def test_where_too_few_are_free_nobody_can_be_designated_and_a_meeting_is_the_way(accepted):
    path = accepted
    declared = {"none_to_declare": "no", "details": "共同署名", "people": path.lead.username}
    for member in path.members[1:]:
        perform(path.committee, "declare_interests", by=member, at=path.at, **declared)

    assert "reviewers_impossible" in refused(path, "begin", path.chair)
    path.do("request_meeting", path.chair, ground="委员多须回避")

    assert (path.review.procedure, path.review.state, path.review.round) == ("general", "accepted", 1)
    assert path.review.waiting_for == "secretary"


@pytest.mark.article("national", 23)
def test_a_reviewer_is_replaced_with_a_reason(designated):
    path = designated
    leaving, staying = path.members[-2:]
    coming = path.members[2]
    old = path.ballot_of(leaving)
    seat = path.review.reviewers[0] if path.review.reviewers[0].person == leaving else path.review.reviewers[1]
    terms = {
        "reviewer": str(seat.pk),
        "replacement": path.seat_of(coming),
        "opinion_due": law_day(path.at) + timedelta(days=3),
    }

    with pytest.raises(InvalidInput):
        path.do("replace_reviewer", path.chair, **terms)
    with pytest.raises(NotPermitted):
        path.do("replace_reviewer", path.secretary, **terms, ground="休假")
    path.do("replace_reviewer", path.chair, **terms, ground="休假")

    assert {one.person for one in reread(path).review.reviewers} == {staying, coming}
    assert not Deadline.objects.of(old).open().exists()
    assert told("review.released") == {leaving.username}
    assert coming.username in told("review.designated")
    with pytest.raises(Refused) as caught:
        perform(old, "cast", by=leaving, at=path.at, **ballot(path.review, "approved"))
    assert [refusal.code for refusal in caught.value.refusals] == ["replaced"]


def test_who_has_given_an_opinion_is_not_replaced_while_it_counts(designated):
    path = given(designated, "approved")
    [done, _other] = path.review.reviewers
    terms = {
        "reviewer": str(done.pk),
        "replacement": path.seat_of(path.members[2]),
        "opinion_due": law_day(path.at),
        "ground": "休假",
    }

    with pytest.raises(InvalidInput) as caught:
        path.do("replace_reviewer", path.chair, **terms)
    assert list(caught.value.errors) == ["reviewer"]

    last_day = law_day(path.at)
    seat = {"membership": path.seat_of(done.person), "last_day": last_day, "reason": "调离"}
    perform(path.committee, "end_term", by=keeper_of(path.committee), at=path.at, **seat)
    path.at += timedelta(days=1)
    path.do("replace_reviewer", path.chair, **terms | {"opinion_due": law_day(path.at)})

    assert path.members[2] in {one.person for one in reread(path).review.reviewers}
    assert Opinion.objects.get(pk=done.opinion.pk).state == "cast"


# --- opinions -----------------------------------------------------------------------------------------------------


@pytest.mark.article("national", 23)
def test_an_opinion_has_no_default_and_asks_for_the_password(designated):
    path = designated
    member = path.review.reviewers[0].person

    with pytest.raises(InvalidInput) as caught:
        perform(path.ballot_of(member), "cast", by=member, at=path.at)
    with pytest.raises(InvalidInput) as wrong:
        path.cast(member, password="wrong")
    with pytest.raises(InvalidInput) as abstains:
        path.cast(member, "abstain")

    assert {"verdict", "password", "concern__doubt"} <= set(caught.value.errors)
    assert list(wrong.value.errors) == ["password"]
    assert list(abstains.value.errors) == ["verdict"]


def test_nobody_gives_it_for_another_and_nobody_twice(designated):
    path = given(designated, "approved")
    first, second = path.review.reviewers

    with pytest.raises(NotPermitted):
        perform(second.opinion, "cast", by=first.person, at=path.at, **ballot(path.review, "approved"))
    with pytest.raises(Refused):
        path.cast(first.person, "rejected")


def test_a_member_who_is_not_designated_has_no_opinion_to_give(designated):
    path = designated

    assert Opinion.objects.filter(review=path.review).count() == 2
    assert list(Opinion.objects.awaiting(path.members[2])) == []
    assert [one.review for one in Opinion.objects.awaiting(path.members[-1])] == [path.review]


def test_what_is_said_is_sealed_until_the_decision(designated):
    path = given(designated, "approved", "approved")
    first = path.review.reviewers[0].opinion

    before = first.readable_by(path.chair)
    path.do("conclude", path.secretary, password=PASSWORD)

    assert not before
    assert first.readable_by(path.chair)
    assert not Opinion.objects.visible_to(standing_of(path.lead, path.at)).exists()
