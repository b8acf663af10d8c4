"""Many at once on PostgreSQL, each with a connection of their own: nothing lost, nothing twice."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any, TypeVar
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from django.core.servers.basehttp import WSGIServer
from django.db import connection
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from ethicsreview.accounts.models import ApiToken, Person
from ethicsreview.deadlines.models import Deadline
from ethicsreview.lifecycle.door import perform
from ethicsreview.lifecycle.refusals import Refused
from ethicsreview.notices.models import Notice
from ethicsreview.trail.models import Entry
from ethicsreview.trail.verification import verify
from reviews.models import Decision, Meeting, Opinion, Project, Review, RiskAssessment
from reviews.models.applying import start_assessment, start_meeting, start_project, start_review
from tests.reviews.builders import PASSWORD, Case, ballot, case, signing

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
T = TypeVar("T")
CROWD = 30


def all_at_once(work: Sequence[Callable[[], T]]) -> list[T]:
    """Each in a thread and on a connection of its own, begun together."""
    together = Barrier(len(work))

    def one(deed: Callable[[], T]) -> T:
        try:
            connection.ensure_connection()
            together.wait(60)
            return deed()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(work)) as pool:
        return list(pool.map(one, work))


def step(obj: Any, name: str, by: Person, at: Any, **terms: Any) -> Callable[[], str]:
    """The step as each person's own process takes it; the answer is "done" or the first refusal."""

    def take() -> str:
        try:
            perform(type(obj).objects.get(pk=obj.pk), name, by=Person.objects.get(pk=by.pk), at=at, **terms)
        except Refused as refused:
            return refused.refusals[0].code
        return "done"

    return take


def test_thirty_members_vote_at_once() -> None:
    path = case(size=CROWD).opened()
    members = path.members

    answers = all_at_once(
        [step(path.ballot_of(member), "cast", member, path.at, **ballot(path.review, "approved")) for member in members]
    )

    cast = Opinion.objects.filter(review=path.review, state="cast")
    assert answers == ["done"] * CROWD
    assert set(cast.values_list("person", flat=True)) == {member.pk for member in members}
    assert Entry.objects.filter(step="cast").count() == CROWD
    assert path.review.item.tally(path.at).votes("approved") == CROWD
    assert list(verify()) == []


def test_one_ballot_sent_ten_times_at_once_is_cast_once() -> None:
    path = case().opened()
    member = path.members[0]
    verdicts = ["approved", "rejected"] * 5

    answers = all_at_once(
        [step(path.ballot_of(member), "cast", member, path.at, **ballot(path.review, verdict)) for verdict in verdicts]
    )

    assert Counter(answers) == {"done": 1, "state": 9}
    assert path.ballot_of(member).verdict == verdicts[answers.index("done")]
    assert Entry.objects.filter(step="cast").count() == 1


def test_two_conclude_at_once_and_there_is_one_conclusion() -> None:
    path = case().voted()

    answers = all_at_once(
        [step(path.review, "conclude", who, path.at, password=PASSWORD) for who in (path.chair, path.secretary)]
    )

    assert sorted(answers) == ["done", "state"]
    assert Decision.objects.filter(review=path.review).count() == 1
    assert Entry.objects.filter(object_kind="review", step="conclude").count() == 1
    assert path.project.follow_ups.count() == 1
    assert Notice.objects.filter(key="review.conclude", person=path.lead).count() == 1
    assert Project.objects.get(pk=path.project.pk).state == "approved"


def test_last_vote_and_conclusion_at_once_never_leave_a_vote_out() -> None:
    """Either the vote is in and the conclusion counts it, or the conclusion is told that it is out."""
    path = case().opened()
    *rest, last = path.members
    for member in rest:
        path.cast(member)

    voted, concluded = all_at_once(
        [
            step(path.ballot_of(last), "cast", last, path.at, **ballot(path.review, "approved")),
            step(path.review, "conclude", path.chair, path.at, password=PASSWORD),
        ]
    )

    assert voted == "done"
    assert concluded in {"done", "ballots_out"}
    counted = [decision.tally["votes"]["approved"] for decision in Decision.objects.all()]
    assert counted == ([7] if concluded == "done" else [])


def test_recusal_and_conclusion_at_once_never_count_the_recused() -> None:
    path = case().opened()
    *rest, last = path.members
    for member in rest:
        path.cast(member)

    recused, concluded = all_at_once(
        [
            step(path.ballot_of(last), "recuse", last, path.at, ground="与负责人有合作"),
            step(path.review, "conclude", path.chair, path.at, password=PASSWORD),
        ]
    )

    assert recused == "done"
    assert concluded in {"done", "ballots_out"}
    for decision in Decision.objects.all():
        assert decision.tally["attending"] == 6


def test_application_submitted_from_two_tabs_is_submitted_once() -> None:
    path = case().drafted()

    answers = all_at_once([step(path.review, "submit", path.lead, path.at, **signing(path.lead))] * 2)

    assert sorted(answers) == ["done", "state"]
    assert path.review.submissions.filter(sealed_at__isnull=False).count() == 1


def test_two_secretaries_accept_at_once_and_one_clock_runs() -> None:
    path = case().submitted()
    terms = {"procedure": "general", "procedure_ground": "风险高于最低风险", "listed": "no"}

    answers = all_at_once([step(path.review, "accept", path.secretary, path.at, **terms)] * 4)

    assert Counter(answers) == {"done": 1, "state": 3}
    assert Deadline.objects.of(path.review).count() == 1


def test_accepting_and_declining_at_once_is_one_of_the_two() -> None:
    path = case().submitted()
    terms = {"procedure": "general", "procedure_ground": "风险高于最低风险", "listed": "no"}

    answers = all_at_once(
        [
            step(path.review, "accept", path.secretary, path.at, **terms),
            step(path.review, "decline", path.secretary, path.at, reason="不属于审查范围"),
            step(path.review, "withdraw", path.lead, path.at, reason="改做其他研究"),
        ]
    )

    state = Review.objects.get(pk=path.review.pk).state
    open_clocks = Deadline.objects.of(path.review).open().count()
    assert answers.count("done") in {1, 2}  # what was accepted may still be withdrawn
    assert open_clocks == (1 if state == "accepted" else 0)
    assert list(verify()) == []


def test_assessment_and_review_begun_from_two_tabs_are_begun_once() -> None:
    path = case()
    path.project = start_project(
        by=path.lead, institution=path.committee.institution, title="两个标签页", field="medicine", at=path.at
    )

    drafts = all_at_once([lambda: start_assessment(path.project, by=path.lead, at=path.at).pk] * 4)
    RiskAssessment.objects.filter(pk=drafts[0]).update(answers=path.answers)
    perform(RiskAssessment.objects.get(pk=drafts[0]), "complete", by=path.lead, at=path.at)

    def begin() -> str:
        try:
            return start_review(path.project, by=path.lead, at=path.at).ref
        except Refused as refused:
            return refused.refusals[0].code

    begun = all_at_once([begin] * 4)

    assert len(set(drafts)) == 1
    assert Counter(begun)["review_open"] == 3
    assert Review.objects.count() == 1


def test_references_given_to_twenty_at_once_are_each_given_once() -> None:
    path = case()
    lead, institution = path.lead, path.committee.institution

    def start() -> list[str]:
        return [
            start_project(by=lead, institution=institution, title="并发", field="medicine", at=path.at).ref
            for _turn in range(5)
        ]

    refs = [ref for some in all_at_once([start] * 20) for ref in some]

    assert len(set(refs)) == 100
    assert sorted(refs)[-1].endswith("000100")


def test_six_reviews_of_one_meeting_are_taken_up_at_once() -> None:
    path = case()
    cases = [Case(path.committee, path.lead, path.at).accepted() for _n in range(6)]
    meeting = start_meeting(path.committee, by=path.secretary, title="会议", starts_at=path.at, at=path.at)

    answers = all_at_once([step(one.review, "begin", path.secretary, one.at, meeting=meeting.ref) for one in cases])

    assert answers == ["done"] * 6
    assert Meeting.objects.get(pk=meeting.pk).items.count() == 6
    assert Opinion.objects.count() == 6 * 7


# --- over HTTP ----------------------------------------------------------------------------------------------------


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[LiveServer]:
    """Django's own test server lets ten callers wait and turns the others away; a crowd is more."""
    monkeypatch.setattr(WSGIServer, "request_queue_size", 4 * CROWD)
    running = LiveServer("127.0.0.1")
    yield running
    running.stop()


def begun_this_morning(size: int = 7) -> Case:
    """The builders run ahead of the clock, an hour and some minutes; the server lives in the present."""
    return case(at=timezone.now() - timedelta(hours=3), size=size)


def send(base: str, path: str, secret: str, body: dict[str, Any]) -> int:
    request = Request(
        base + path,
        data=json.dumps(body).encode(),
        headers={"Authorization": f"Bearer {secret}", "Content-Type": "application/json"},
    )
    try:
        with urlopen(request, timeout=120) as answer:
            return answer.status
    except HTTPError as error:
        return error.code


def test_thirty_members_vote_at_once_over_http(server: LiveServer) -> None:
    path = begun_this_morning(CROWD).opened()
    members = path.members
    secrets = {member.pk: ApiToken.issue(member)[1] for member in members}
    body = ballot(path.review, "approved")

    answers = all_at_once(
        [
            lambda member=member: send(
                server.url, f"/api/v1/opinions/{path.ballot_of(member).ref}/steps/cast", secrets[member.pk], body
            )
            for member in members
        ]
    )

    cast = Opinion.objects.filter(review=path.review, state="cast")
    assert answers == [200] * CROWD
    assert set(cast.values_list("person", flat=True)) == {member.pk for member in members}
    assert Entry.objects.filter(step="cast").values("actor_ref").distinct().count() == CROWD
    assert list(verify()) == []


def test_two_conclude_at_once_over_http(server: LiveServer) -> None:
    path = begun_this_morning().voted()
    address = f"/api/v1/reviews/{path.review.ref}/steps/conclude"

    answers = all_at_once(
        [
            lambda who=who: send(server.url, address, ApiToken.issue(who)[1], {"password": PASSWORD})
            for who in (path.chair, path.secretary)
        ]
    )

    assert sorted(answers) == [200, 409]
    assert Decision.objects.filter(review=path.review).count() == 1
