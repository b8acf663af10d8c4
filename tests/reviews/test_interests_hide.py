"""Recused, or only declared to have an interest: one rule in `visible_to`, and the same through every face."""

from dataclasses import dataclass
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from ethicsreview.accounts.models import Appointment, Person, Role
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.lifecycle.door import open_steps, perform
from ethicsreview.lifecycle.refusals import NotVisible
from reviews.models import Opinion, Project, Review
from tests.committees.builders import person
from tests.reviews.api.client import Caller
from tests.reviews.builders import PASSWORD, Case, case, with_password

pytestmark = pytest.mark.django_db
SAID = "关于此事项的讨论"
DECLARED = {"none_to_declare": "no", "details": "亲属"}


@dataclass
class Session:
    """A meeting that decided two matters. `recused` left the first; `interested` declares an interest in it later."""

    hidden: Case
    other: Case
    recused: Person
    interested: Person


def session() -> Session:
    hidden = case().in_review()
    # A title that is part of no other.
    Project.objects.filter(pk=hidden.project.pk).update(title="须回避的项目")
    hidden.project.refresh_from_db()
    at = hidden.at
    lead = with_password(person())
    Appointment.objects.create(person=lead, role=Role.RESEARCHER, body=hidden.committee.institution, starts=law_day(at))
    other = Case(hidden.committee, lead, at).accepted()
    other.meeting = hidden.meeting
    other.do("begin", other.secretary, meeting=hidden.meeting.ref)
    members = hidden.members
    recused, interested = members[5], members[6]
    perform(hidden.ballot_of(recused), "recuse", by=recused, at=at, ground="与负责人有合作")
    hidden.open_meeting()
    other.meeting, other.at = hidden.meeting, hidden.at
    for path in (hidden, other):
        for member in members:
            if not (path is hidden and member == recused):
                path.cast(member)
        path.do("conclude", path.chair, password=PASSWORD)
    minutes = {"minutes": "会议情况", "minutes__1": SAID, "minutes__2": "第二项的讨论"}
    perform(hidden.meeting, "close", by=hidden.chair, at=other.at, password=PASSWORD, **minutes)
    terms = DECLARED | {"people": hidden.lead.username}
    perform(hidden.committee, "declare_interests", by=interested, at=other.at, **terms)
    return Session(hidden, other, recused, interested)


def desk(person: Person) -> Client:
    client = Client()
    client.force_login(person, backend=settings.AUTHENTICATION_BACKENDS[-1])
    return client


def everywhere(review: Review) -> list[str]:
    """Every page at the desk where the review, or something that hangs on it, could turn up."""
    meeting = review.agenda_items.get().meeting.ref
    lists = ["review", "project", "opinion", "decision", "followup", "deadline"]
    return [
        reverse("desk:queue"),
        f"{reverse('desk:queue')}?state={review.state}",
        f"{reverse('desk:queue')}?q={review.ref}",
        f"{reverse('desk:queue')}?q={review.project.ref}",
        reverse("desk:meeting", args=[meeting]),
        reverse("desk:ballots", args=[meeting]),
        *[f"/desk/registers/{'deadlines' if one == 'deadline' else 'reviews'}/{one}/" for one in lists],
        f"/desk/registers/trail/entry/?q={review.ref}",
    ]


def shut(review: Review) -> list[str]:
    """What belongs to the review alone."""
    material = review.submission.materials.select_related("version__document").first()
    version = material.version
    ballot = review.opinions.order_by("pk")[0].ref
    return [
        *[reverse(f"desk:{name}", args=[review.ref]) for name in ("review", "review_changes", "review_record")],
        reverse("desk:document", args=[review.ref, version.document.ref, version.number]),
        reverse("portal:review", args=[review.ref]),
        reverse("portal:document", args=[version.document.ref, version.number]),
        reverse("desk:step", args=["reviews", review.ref, "withdraw"]),
        reverse("desk:step", args=["opinions", ballot, "cast"]),
    ]


def marks(path: Case) -> list[str]:
    return [path.project.title, f'{path.review.ref}"', f"{path.review.ref}<", path.review.decision.number]


@pytest.mark.article("national", 8)
def test_desk_and_portal_hide_it_from_both_alike() -> None:
    made = session()
    pages, closed = everywhere(made.hidden.review), shut(made.hidden.review)
    # It could leak: to a member without an interest all of it is open.
    free = desk(made.hidden.members[4])
    seen = "".join(free.get(page).content.decode() for page in pages)
    assert all(mark in seen for mark in [*marks(made.hidden), SAID])
    assert [free.get(page).status_code for page in closed[:3]] == [200] * 3
    paper = free.get(closed[3])
    assert b"".join(paper.streaming_content) != b""

    for who in (made.recused, made.interested):
        client = desk(who)
        for page in pages:
            text = client.get(page).content.decode()
            # A search repeats what was searched for.
            told = [
                mark for mark in [*marks(made.hidden), SAID] if made.hidden.review.ref not in mark or "?" not in page
            ]
            assert not [mark for mark in told if mark in text], (who, page)
        assert [client.get(page).status_code for page in closed] == [404] * len(closed)
        meeting = client.get(reverse("desk:meeting", args=[made.hidden.meeting.ref])).content.decode()
        # What is left is numbered as if there were nothing else.
        assert f">{made.other.project.title}</a>" in meeting
        assert "第二项的讨论" in meeting
        assert "1. <a" in meeting
        assert "2. <a" not in meeting


@pytest.mark.article("national", 8)
def test_api_hides_it_from_both_alike() -> None:
    made = session()
    review, meeting = made.hidden.review, made.hidden.meeting
    of_item = [f"/reviews/{review.ref}{tail}" for tail in ("", "/steps", "/trail", "/letter")]
    of_item += [f"/projects/{made.hidden.project.ref}", f"/assessments/{made.hidden.assessment.ref}"]
    free = Caller(made.hidden.members[4])
    assert [free.get(page).status_code for page in of_item[:3]] == [200] * 3
    assert SAID in str(free.get(f"/meetings/{meeting.ref}").json())

    for who in (made.recused, made.interested):
        caller = Caller(who)
        ballot = Opinion.objects.get(review=review, person=who)
        pages = [*of_item, f"/opinions/{ballot.ref}", f"/opinions/{ballot.ref}/trail"]
        assert [caller.get(page).status_code for page in pages] == [404] * len(pages)
        # The answer is the one for what does not exist.
        made_up = caller.get("/reviews/R-2026-999999").json()
        assert caller.get(pages[0]).json().keys() == made_up.keys()
        assert caller.get(pages[0]).json()["detail"].replace(review.ref, "") == made_up["detail"].replace(
            "R-2026-999999", ""
        )
        lists = [f"/{name}" for name in ("reviews", "projects", "opinions", "assessments", "follow-ups")]
        lists += [f"/meetings/{meeting.ref}", f"/meetings/{meeting.ref}/trail"]
        for page in lists:
            answer = str(caller.get(page).json())
            assert not [mark for mark in [made.hidden.project.title, review.ref, SAID] if mark in answer], page
        items = caller.get(f"/meetings/{meeting.ref}").json()["items"]
        assert [(item["position"], item["review"]) for item in items] == [(1, made.other.review.ref)]


@pytest.mark.article("national", 8)
def test_before_anybody_acts_on_it_steps_and_notices_know_it_too() -> None:
    path = case().in_review()
    who = path.members[3]
    perform(path.committee, "declare_interests", by=who, at=path.at, **DECLARED, people=path.lead.username)
    ballot = path.ballot_of(who)

    with pytest.raises(NotVisible):
        perform(ballot, "cast", by=who, at=path.at)
    assert path.project.title not in desk(who).get(reverse("desk:queue")).content.decode()
    assert who not in path.review.people("members")
    assert path.members[4] in path.review.people("members")
    assert open_steps(Review.objects.get(pk=path.review.pk), who, at=path.at) == []
    # Recorded by the secretary, so that the quorum and the ballots are counted without them.
    perform(ballot, "recuse", by=path.secretary, at=path.at, ground="声明与负责人有利益关系")
    assert path.ballot_of(who).state == Opinion.State.RECUSED


def test_presider_with_an_interest_signs_without_learning_what_it_is() -> None:
    path = case().in_review()
    chair = path.chair
    perform(path.ballot_of(chair), "recuse", by=chair, at=path.at, ground="与负责人有合作")
    path.open_meeting()

    page = desk(chair).get(reverse("desk:step", args=["meetings", path.meeting.ref, "close"]))

    assert path.project.title not in page.content.decode()
    assert not [name for name in page.context["form"].fields if name.startswith("minutes__")]


def form_of(page: Any) -> dict[str, Any]:
    return dict(page.context["form"].initial)


def test_minutes_are_drafted_item_by_item() -> None:
    path = case().voted()
    path.do("conclude", path.chair, password=PASSWORD)

    initial = form_of(desk(path.chair).get(reverse("desk:step", args=["meetings", path.meeting.ref, "close"])))

    assert set(initial) == {"minutes", "minutes__1"}
    assert path.project.title not in initial["minutes"]
    assert "审查意见：批准" in initial["minutes__1"]
