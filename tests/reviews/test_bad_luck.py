"""What goes wrong in life, and the one clear answer to each: nothing half-done, nothing lost, nothing twice."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection, connections
from django.db.backends.sqlite3.base import DatabaseWrapper as SQLite
from django.urls import reverse

from ethicsreview.accounts.models import Role
from ethicsreview.deadlines.models import Deadline
from ethicsreview.lifecycle.door import perform
from ethicsreview.lifecycle.refusals import InvalidInput, NotPermitted, NotVisible, Refused
from ethicsreview.notices.models import Notice
from ethicsreview.policy.days import law_day
from ethicsreview.trail.models import Entry
from ethicsreview.trail.verification import verify
from reviews.models import Opinion, Project, Review
from reviews.models.submissions.submission import keep_section
from tests.committees.builders import keeper_of
from tests.reviews.api.client import Caller
from tests.reviews.builders import PASSWORD, Case, ballot, case, signing
from tests.reviews.portal.conftest import browser_of

pytestmark = pytest.mark.django_db
ACCEPT = {"procedure": "general", "procedure_ground": "风险高于最低风险", "listed": "no"}


def refused(path: Case, name: str, **terms: Any) -> dict[str, str]:
    with pytest.raises(Refused) as caught:
        path.do(name, path.chair, **{"password": PASSWORD, **terms})
    return {refusal.code: refusal.cite for refusal in caught.value.refusals}


# --- at the meeting -----------------------------------------------------------------------------------------------


@pytest.mark.article("national", 8)
def test_member_recused_while_voting_loses_the_ballot_and_the_vote_goes_on_without_them() -> None:
    path = case().opened()
    member = path.members[6]
    for other in path.members[:6]:
        path.cast(other)

    perform(path.ballot_of(member), "recuse", by=path.secretary, at=path.at, ground="事后发现与负责人有利害关系")
    with pytest.raises((NotVisible, NotPermitted, Refused)):
        perform(path.ballot_of(member), "cast", by=member, at=path.at, **ballot(path.review, "rejected"))
    path.do("conclude", path.chair, password=PASSWORD)

    tally = path.review.decision.tally
    assert (tally["attending"], tally["all_members"], tally["votes"]["approved"]) == (6, 7, 6)
    assert [one["recused"] for one in path.review.decision.attendance].count(True) == 1


@pytest.mark.article("national", 7)
def test_term_that_ends_with_the_day_of_the_meeting_ends_the_vote_at_midnight() -> None:
    path = case().opened()
    member = path.members[6]
    seat = path.committee.memberships.get(appointment__person=member)
    terms = {"membership": seat.pk, "last_day": law_day(path.at), "reason": "调离"}
    perform(path.committee, "end_term", by=keeper_of(path.committee), at=path.at, **terms)

    for other in path.members[:6]:
        path.cast(other)
    same_day = refused(path, "conclude")
    path.at += timedelta(days=1)
    with pytest.raises((NotVisible, NotPermitted, Refused)):
        perform(path.ballot_of(member), "cast", by=member, at=path.at, **ballot(path.review, "approved"))
    path.do("conclude", path.chair, password=PASSWORD)

    assert set(same_day) == {"ballots_out"}
    assert path.review.decision.tally["attending"] == 6


@pytest.mark.article("national", 16)
def test_who_has_voted_is_not_marked_out_of_the_count() -> None:
    """Four of seven approve: not two thirds. With two of the others made absent it would be four of five."""
    path = case().voted(*["approved"] * 4, *["rejected"] * 3)
    against = [path.ballot_of(member).membership for member in path.members[5:]]
    assert "votes" in refused(path, "conclude")

    with pytest.raises(InvalidInput) as caught:
        path.mark(**{f"presence__{seat.pk}": "absent" for seat in against})
    path.mark(**{f"presence__{seat.pk}": "left" for seat in against})

    assert set(caught.value.errors) == {f"presence__{seat.pk}" for seat in against}
    assert "votes" in refused(path, "conclude")
    assert path.review.item.tally(path.at).votes("rejected") == 3


@pytest.mark.article("national", 14)
def test_who_leaves_counts_where_they_voted_and_nowhere_else() -> None:
    path = case().opened()
    voted, silent = path.members[5:]
    path.cast(voted, "rejected")
    path.mark(**{f"presence__{path.ballot_of(one).membership_id}": "left" for one in (voted, silent)})

    for member in path.members[:5]:
        path.cast(member)
    with pytest.raises(Refused) as caught:
        path.cast(silent)
    path.do("conclude", path.chair, password=PASSWORD)

    assert [refusal.code for refusal in caught.value.refusals] == ["not_attending"]
    decision = path.review.decision
    assert (decision.tally["attending"], decision.tally["votes"]["rejected"]) == (6, 1)
    assert [row["presence"] for row in decision.attendance].count("left") == 1


@pytest.mark.article("national", 7)
def test_ballot_cast_in_office_counts_after_the_term_has_ended() -> None:
    path = case().voted(*["approved"] * 4, *["rejected"] * 3)
    for member in path.members[5:]:
        seat = path.committee.memberships.get(appointment__person=member)
        terms = {"membership": seat.pk, "last_day": law_day(path.at), "reason": "调离"}
        perform(path.committee, "end_term", by=keeper_of(path.committee), at=path.at, **terms)
    path.at += timedelta(days=1)

    assert "votes" in refused(path, "conclude")


def test_chair_who_stays_away_leaves_nobody_to_open_or_conclude() -> None:
    path = case().in_review()
    path.at = path.meeting.starts_at
    seats = path.committee.voting_members_at(law_day(path.at))
    marks = {f"presence__{seat.pk}": "absent" if seat.appointment.role == Role.CHAIR else "present" for seat in seats}
    perform(path.meeting, "mark_attendance", by=path.secretary, at=path.at, **marks)

    with pytest.raises(Refused) as caught:
        perform(path.meeting, "open", by=path.secretary, at=path.at)

    assert [refusal.code for refusal in caught.value.refusals] == ["presider_absent"]
    assert set(refused(path, "conclude")) >= {"meeting_not_open"}


@pytest.mark.article("national", 16)
@pytest.mark.parametrize(
    ("attending", "approving", "passes"), [(6, 4, True), (6, 3, False), (5, 4, True), (5, 3, False), (9, 6, True)]
)
def test_exactly_two_thirds_pass_and_just_under_does_not(attending: int, approving: int, passes: bool) -> None:
    path = case(size=max(attending, 7)).voted(
        *["modification_required"] * (attending - approving), absent=max(attending, 7) - attending
    )

    if passes:
        path.do("conclude", path.chair, password=PASSWORD)
        assert path.review.state == "approved"
    else:
        assert refused(path, "conclude") == {"votes": "national:16"}
        assert path.review.state == "in_review"


def test_no_vote_at_all_concludes_nothing() -> None:
    path = case().opened()

    assert set(refused(path, "conclude")) == {"ballots_out"}
    assert path.review.decision is None


def test_seven_abstentions_conclude_nothing() -> None:
    path = case().voted(*["abstain"] * 7)

    assert set(refused(path, "conclude")) == {"votes"}


@pytest.mark.article("national", 8, 14)
def test_all_recused_leaves_no_quorum_and_no_conclusion() -> None:
    path = case().opened()

    for member in path.members:
        perform(path.ballot_of(member), "recuse", by=member, at=path.at, ground="均与负责人有合作")
    with pytest.raises(Refused) as caught:
        path.do("conclude", path.secretary, password=PASSWORD)

    assert {refusal.code for refusal in caught.value.refusals} >= {"too_few_present", "category_missing"}
    assert path.review.state == "in_review"


# --- the same thing twice -----------------------------------------------------------------------------------------


def test_same_form_sent_twice_is_taken_once() -> None:
    path = case().submitted()
    path.do("accept", path.secretary, **ACCEPT)
    entries, told = Entry.objects.count(), Notice.objects.count()

    with pytest.raises(Refused) as caught:
        path.do("accept", path.secretary, **ACCEPT)

    assert [refusal.code for refusal in caught.value.refusals] == ["state"]
    assert (Entry.objects.count(), Notice.objects.count()) == (entries, told)
    assert Deadline.objects.of(path.review).count() == 1


# --- text ---------------------------------------------------------------------------------------------------------

STRANGE = {
    "rare characters": "𠮷𪚥㐀龘䶮，𬱖",
    "emoji": "👩🏽‍🔬🧬🇨🇳",
    "right to left": "\u202eبحث\u202c abc",
    "html": "<script>alert(1)</script>&amp;<b>粗</b>",
    "formula": '=HYPERLINK("http://x","点我")',
    "quotes": "'; DROP TABLE reviews_review; --",
    "combining": "e\u0301 \u0065\u0301 Å",
    "zero width": "零\u200b宽",
}


@pytest.mark.parametrize("kind", STRANGE)
def test_strange_text_is_kept_exactly(kind: str) -> None:
    path, text = case().submitted(), STRANGE[kind]

    path.do("decline", path.secretary, reason=text)

    entry = Entry.objects.get(step="decline")
    assert entry.facts["input"] == {"reason": text}
    assert text in Notice.objects.get(key="review.decline", person=path.lead).text
    assert list(verify()) == []


@pytest.mark.parametrize("kind", STRANGE)
def test_strange_text_in_an_application_is_kept_exactly(kind: str) -> None:
    path, text = case().drafted(), STRANGE[kind]
    version = path.review.draft_submission

    keep_section(version, by=path.lead, revision=version.revision, values={"purpose": text}, at=path.at)
    path.do("submit", path.lead, **signing(path.lead))

    kept = Review.objects.get(pk=path.review.pk).submission
    assert kept.content["purpose"] == text
    assert kept.intact()


@pytest.mark.parametrize(
    "text", ["\x00", "前\x00后", "\ud800", "后半\udfff"], ids=["nul", "nul inside", "surrogate", "low surrogate"]
)
def test_text_that_is_none_is_refused_and_the_field_is_named(text: str) -> None:
    path = case().submitted()

    with pytest.raises(InvalidInput) as caught:
        path.do("decline", path.secretary, reason=text)

    assert list(caught.value.errors) == ["reason"]
    assert path.review.state == "submitted"


@pytest.mark.parametrize("field", ["reason", "no_such_field"])
def test_thirty_megabytes_in_a_field_are_refused_in_few_words(field: str) -> None:
    path = case().submitted()

    with pytest.raises(InvalidInput) as caught:
        path.do("decline", path.secretary, **{"reason": "理由", field: "字" * 10_000_000})

    assert list(caught.value.errors) == [field]
    assert len(str(caught.value)) < 200


def test_thirty_megabytes_for_a_choice_are_not_said_back() -> None:
    path = case().submitted()

    with pytest.raises(InvalidInput) as caught:
        path.do("accept", path.secretary, **{**ACCEPT, "procedure": "x" * 30_000_000, "listed_items": ["y" * 300_000]})

    assert set(caught.value.errors) >= {"procedure", "listed_items"}
    assert len(str(caught.value)) < 500


def test_thirty_megabytes_in_a_field_are_answered_with_what_to_do() -> None:
    path = case().drafted()

    response = browser_of(path.lead).post(
        reverse("portal:section", args=[path.review.ref, "overview"]), {"purpose": "x" * 30_000_000}
    )

    assert response.status_code == 413
    assert "请用浏览器的“返回”回到刚才的页面，您填写的内容还在" in response.content.decode()


def test_file_that_is_gone_from_storage_is_named_on_every_face() -> None:
    path = case().submitted()
    version = path.review.submission.documents()[0].version
    Path(version.file.path).unlink()

    page = browser_of(path.lead).get(reverse("portal:document", args=[version.document.ref, version.number]))
    caller = Caller(path.lead)
    address = caller.get(f"/reviews/{path.review.ref}").json()["documents"][0]["url"]
    told = caller.http.get(address, headers=caller.headers)

    assert (page.status_code, told.status_code) == (503, 503)
    assert version.name in page.content.decode()
    assert version.name in told.json()["detail"]


# --- the database -------------------------------------------------------------------------------------------------


@pytest.fixture
def copy_on_disk(tmp_path: Path) -> Path:
    """The tests' SQLite is in memory and knows no waiting; the embedded service's is a file."""
    if connection.vendor != "sqlite":
        pytest.skip("about SQLite")
    return tmp_path / "copy.sqlite3"


def on_file(file: Path, patience: float, work: Any) -> Any:
    """`work` in a thread whose connection is to the file, with the service's own options but less patience."""

    def run() -> Any:
        options = {"transaction_mode": "IMMEDIATE", "timeout": patience, "init_command": "PRAGMA journal_mode=WAL"}
        connections["default"] = SQLite({**connection.settings_dict, "NAME": str(file), "OPTIONS": options}, "default")
        try:
            return work()
        finally:
            connections["default"].close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(run).result(60)


@pytest.mark.django_db(transaction=True)
def test_locked_database_is_said_and_nothing_is_half_done_and_a_retry_works(copy_on_disk: Path) -> None:
    path = case().submitted()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(copy_on_disk)])

    def accept() -> str:
        return perform(path.review, "accept", by=path.secretary, at=path.at, **ACCEPT).state

    def what_is_there() -> tuple[str, int, int]:
        return Review.objects.get().state, Entry.objects.count(), Deadline.objects.filter(object_kind="review").count()

    other = sqlite3.connect(copy_on_disk, isolation_level=None)
    before = on_file(copy_on_disk, 5, what_is_there)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(OperationalError, match="database is locked"):
        on_file(copy_on_disk, 0.2, accept)
    during = on_file(copy_on_disk, 5, what_is_there)
    other.execute("ROLLBACK")
    other.close()
    state = on_file(copy_on_disk, 5, accept)
    after = on_file(copy_on_disk, 5, what_is_there)

    assert during == before == ("submitted", before[1], 0)
    assert state == "accepted"
    assert after == ("accepted", before[1] + 1, 1)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "where", ["ethicsreview.lifecycle.door.append", "ethicsreview.lifecycle.door.post"], ids=["early", "late"]
)
def test_connection_killed_in_the_middle_of_a_step_leaves_nothing(monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    """The server ends the connection while the step runs; the step goes on and meets it."""
    path = case().voted()
    counts = {model: model.objects.count() for model in (Entry, Notice, Deadline, Opinion)}
    [module, name] = where.rsplit(".", 1)
    real = getattr(__import__(module, fromlist=[name]), name)

    def killed(*args: Any, **terms: Any) -> Any:
        [pid] = [connection.connection.info.backend_pid]
        ThreadPoolExecutor(1).submit(_terminate, pid).result(10)
        return real(*args, **terms)

    def take() -> None:
        try:
            perform(path.review, "conclude", by=path.chair, at=path.at, password=PASSWORD)
        finally:
            connection.close()

    with monkeypatch.context() as patched:
        patched.setattr(where, killed)
        with pytest.raises(OperationalError), ThreadPoolExecutor(1) as pool:
            pool.submit(take).result(60)

    assert {model: model.objects.count() for model in counts} == counts
    assert Review.objects.get(pk=path.review.pk).state == "in_review"
    assert Project.objects.get(pk=path.project.pk).state == "under_review"
    path.do("conclude", path.chair, password=PASSWORD)
    assert path.review.state == "approved"
    assert list(verify()) == []


def _terminate(pid: int) -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    finally:
        connection.close()
