"""What no path through the lifecycles may break, counted by hand on the rows.

Nothing here asks the service's own rules: what it knows of the law is written out once more in plain counting, so that
the two can disagree. Whoever takes the steps brings a `Witness` of what was seen at the door.
"""

from collections.abc import Callable
from types import SimpleNamespace as Row

from ethicsreview.trail.digest import digest
from reviews.models import Submission
from tests.reviews.picture import Picture, Witness

# What an approved activity becomes by a decision that follows it up; "continued" moves nothing.
AFTERWARDS = {"suspended": "suspended", "rereview_required": "suspended", "terminated": "terminated"}
NOT_YET = {"draft", "assessed", "under_review"}
OPEN_RECHECK = {"requested", "panel_formed", "in_progress", "agreed", "disagreed"}
SITTING = {"invited", "assigned", "cast"}
# Whoever has the ball, to whom it runs.
OWED = {
    "supplement_requested": ["review.supplement"],
    "accepted": ["review.decision"],
    "in_review": ["review.decision"],
    "modification_required": ["review.modification"],
    "modification_submitted": ["review.confirm_modification"],
    "revision_required": ["review.revision"],
    "preliminarily_passed": ["review.refer"],
}


def no_approval_without_a_lawful_basis(seen: Picture, witness: Witness) -> None:
    for review in seen.reviews:
        decisions = seen.decisions_of(review)
        approving = [one for one in decisions if one.outcome == "approved" and not one.preliminary]
        assert (review.state == "approved") == bool(approving), f"{review.state} by {len(approving)} approvals"
        for decision in decisions:
            if decision.basis == "simplified":
                _approved_by_all_who_were_designated(seen, witness, review, decision)
            else:
                _voted_for(witness, review, decision, decisions)


def _voted_for(witness: Witness, review: Row, decision: Row, decisions: list[Row]) -> None:
    """Five and every category there, two thirds of them for it, and everybody's vote in the count."""
    verdict = "approved" if decision.outcome == "preliminarily_passed" else decision.outcome
    if decision.basis == "modification_confirmed":
        assert {done["capacity"] for done in review.confirmations} == {"chair", "secretary"}
        assert len({done["person"] for done in review.confirmations}) == 2
        verdict = "modification_required"
    elif decision.basis in {"recheck", "administrative_approval"}:
        # It rests on the vote of the preliminary opinion, whatever became of that.
        passed = [one for one in decisions if one.id < decision.id and one.round == decision.round]
        assert passed, "no preliminary opinion"
        verdict = "approved" if passed[-1].outcome == "preliminarily_passed" else "modification_required"
    votes = witness.votes(review, decision.round)
    present = [one for one in decision.attendance if one["presence"] != "absent" and not one["recused"]]
    attending = decision.tally["attending"]
    assert attending >= 5, "fewer than five"
    assert attending <= len(present), "more attend than are on the roll"
    assert votes.count(verdict) * 3 >= attending * 2, "less than two thirds"
    assert decision.tally["votes"][verdict] == votes.count(verdict), "a vote was lost or invented"
    counted = sum(decision.tally["votes"].values()) + decision.tally["abstained"]
    assert attending == counted == len(votes), "somebody who voted was not counted, or somebody who did not was"
    assert {one["category"] for one in present} >= {"peer", "ethics", "law"}, "a category is missing"


def _approved_by_all_who_were_designated(seen: Picture, witness: Witness, review: Row, decision: Row) -> None:
    passing = "continued" if review.kind == "follow_up" else "approved"
    seats = [
        one
        for one in seen.designations
        if (one.review_id, one.round, one.ended_at) == (review.id, decision.round, None)
    ]
    people = {seat.appointment.person_id: seat.appointment.person for seat in seen.members}
    names = sorted(people[seat.person_id].name for seat in seats)
    assert len(names) >= 2, "fewer than two"
    assert sorted(one["name"] for one in decision.attendance) == names, "others approved than were designated"
    heard = {witness.cast.get((review.ref, decision.round, people[seat.person_id].username)) for seat in seats}
    assert heard == {passing}
    assert not review.conversion, "it had gone to a meeting"
    assert decision.decided_at >= max(seat.designated_at for seat in seats)


def no_listed_activity_without_a_recheck(seen: Picture, witness: Witness) -> None:
    """Before the panel agreed, or two people found the State's own approval, nothing says “approved”."""
    for review in seen.reviews:
        if not review.listed or review.kind == "follow_up":
            continue
        for decision in seen.decisions_of(review):
            if decision.basis == "administrative_approval":
                assert review.exception["by"], "nobody determined the exception"
                assert _taken_by(seen, review, "conclude_by_exception") != review.exception["by"], "one alone"
            elif decision.basis == "recheck":
                [report] = [one for one in seen.reports if one.id == decision.recheck_id]
                [recheck] = [one for one in seen.rechecks if one.id == report.recheck_id]
                assert recheck.state == "delivered", "decided before the opinion of the panel had come"
                assert recheck.review_id == review.id, "another activity was re-checked"
                assert (decision.outcome == "approved") == (report.result == "agreed"), "it does not follow the panel"
                assert recheck.submission_id == decision.submission_id, "the panel had another version before it"
            else:
                assert decision.preliminary or decision.outcome != "approved", "approved without a re-check"


def _taken_by(seen: Picture, review: Row, step: str) -> str:
    return [entry.actor_ref for entry in seen.entries if (entry.object_ref, entry.step) == (review.ref, step)][-1]


def the_panel_is_lawful(seen: Picture, witness: Witness) -> None:
    """Five or more of every category, nobody of the committee or the project, two thirds of the whole."""
    committee = {seat.appointment.person_id for seat in seen.members}
    for recheck in seen.rechecks:
        seats = seen.panel_of(recheck)
        whole = [seat for seat in seats if seat.state in SITTING]
        given = sorted(vote for (ref, _who), vote in witness.spoken.items() if ref == recheck.ref)
        assert sorted(seat.vote for seat in seats if seat.vote) == given, "a vote was lost or invented"
        assert not {seat.person_id for seat in seats} & (committee | seen.own_side), "one of those concerned sits"
        gone = {who for ref, who in witness.left if ref == recheck.ref}
        assert not {seat.ref for seat in whole} & gone, "somebody who left still sits"
        assert len(whole) <= recheck.size, "the panel grew"
        for report in (one for one in seen.reports if one.recheck_id == recheck.id):
            # As they sat when it was written; withdrawn from, the re-check lets those go who had not spoken.
            panel = report.panel
            agree = given.count("agree")
            assert len(panel) >= 5, "fewer than five"
            assert {"peer", "ethics", "law"} <= {one["category"] for one in panel}, "a category is missing"
            assert (report.result == "agreed") == (agree * 3 >= len(panel) * 2), "not two thirds of the whole"
            assert (report.tally["agree"], report.tally["panel"]) == (agree, len(panel))
            assert len(panel) == len(whole) or recheck.state == "cancelled", "the panel changed after its result"
        reported = any(one.recheck_id == recheck.id for one in seen.reports)
        # What the lead withdrew from may have been answered before.
        assert reported == (recheck.state in {"agreed", "disagreed", "delivered"}) or recheck.state == "cancelled"


def the_project_is_what_was_decided(seen: Picture, witness: Witness) -> None:
    """Its decisions, one after the other, say where it stands."""
    kinds = {review.id: review.kind for review in seen.reviews}
    stands = ""
    for decision in sorted(seen.decisions, key=lambda one: (one.decided_at, one.id)):
        if decision.preliminary or stands == "terminated":
            continue
        if kinds[decision.review_id] == "follow_up":
            stands = AFTERWARDS.get(decision.outcome, stands)
        elif decision.outcome in {"approved", "rejected"}:
            stands = str(decision.outcome)
    state = seen.project.state
    assert state == stands if stands else state in NOT_YET, f"{state}, and decided was {stands or 'nothing'}"


def nobody_conflicted_or_recused_takes_part(seen: Picture, witness: Witness) -> None:
    for review in seen.reviews:
        ballots = seen.ballots(review)
        recused = {ballot.person_id for ballot in ballots if ballot.state == "recused"}
        for ballot in ballots:
            assert ballot.state != "cast" or ballot.person_id not in seen.own_side, "one of the project voted"
        for of_round in {ballot.round for ballot in ballots}:
            voted = {one.person_id for one in ballots if (one.round, one.state) == (of_round, "cast")}
            stood_back = {one.person_id for one in ballots if (one.round, one.state) == (of_round, "recused")}
            assert not voted & stood_back, "a recused member voted"
        running = {
            o.person_id
            for o in ballots
            if (o.round, o.state) == (review.round, "assigned") and o.agenda_item_id == _key(seen.item_of(review))
        }
        if review.state == "in_review":
            assert not running & recused, "a recused member has a ballot"


def _key(item: Row | None) -> int | None:
    return item.id if item is not None else None


def no_vote_is_lost_or_counted_twice(seen: Picture, witness: Witness) -> None:
    names = {seat.appointment.person_id: seat.appointment.person.username for seat in seen.members}
    refs = {review.id: review.ref for review in seen.reviews}
    kept = [
        ((refs[one.review_id], one.round, names[one.person_id]), one.verdict)
        for one in seen.opinions
        if one.state == "cast"
    ]
    assert len(kept) == len({key for key, _verdict in kept}), "two ballots of one member in one round"
    assert dict(kept) == witness.cast, "a ballot was changed, lost or invented"


def whatever_is_not_approved_goes_to_a_meeting(seen: Picture, witness: Witness) -> None:
    """A simplified review that still runs has heard nothing but approval; one that was left keeps why."""
    for review in seen.reviews:
        if review.procedure == "simplified":
            assert set(witness.votes(review, review.round)) <= {"approved", "continued"}, "it went on all the same"
            assert seen.item_of(review) is None
            assert not review.conversion
        if review.conversion:
            assert review.conversion["triggers"]
            ways = [entry for entry in seen.entries if (entry.object_ref, entry.step) == (review.ref, CONVERT)]
            assert [entry.actor_kind for entry in ways] == ["system"]


CONVERT = "convert_to_meeting"


def no_change_without_an_entry_and_its_author(seen: Picture, witness: Witness) -> None:
    last: dict[tuple[str, str], str] = {}
    for entry in seen.entries:
        assert entry.actor_ref or entry.actor_kind == "system", "nobody did it"
        if entry.step == "deadline_breached":
            continue
        key = (entry.object_kind, entry.object_ref)
        assert entry.source == last.get(key, ""), "the state changed between two entries"
        last[key] = entry.target
    assert last["project", seen.project.ref] == seen.project.state
    followed = (
        ("review", seen.reviews),
        ("opinion", seen.opinions),
        ("recheck", seen.rechecks),
        ("recheck_opinion", seen.panels),
        ("follow_up", seen.follow_ups),
    )
    for noun, rows in followed:
        for row in rows:
            assert last[noun, row.ref] == row.state, f"{noun} {row.ref} is {row.state} without an entry"
    newest = seen.entries[-1]
    assert seen.chain.length == len(seen.entries) == newest.seq
    assert seen.chain.head == newest.digest == digest(newest.content())


def no_decision_on_a_version_that_changed(seen: Picture, witness: Witness) -> None:
    wanted = {decision.submission_id for decision in seen.decisions}
    versions = {version.pk: version for version in Submission.objects.filter(pk__in=wanted)} if wanted else {}
    now = {key: version.fingerprint() for key, version in versions.items()}
    for decision in seen.decisions:
        version = versions[decision.submission_id]
        assert version.sealed_at is not None
        assert now[version.pk] == version.digest == decision.submission_digest


def no_obligation_without_a_deadline(seen: Picture, witness: Witness) -> None:
    for review in seen.reviews:
        owed = seen.owed("review", review.ref)
        expected = OWED.get(review.state, [])
        if review.state == "in_recheck" and review.recheck_result:
            expected = ["review.conclude_by_recheck"]
        assert owed == expected, f"a review {review.state} owes {owed}"
        _says_when(seen, "review", review)
    for recheck in seen.rechecks:
        owed = seen.owed("recheck", recheck.ref)
        assert owed == (["recheck.opinion"] if recheck.state in OPEN_RECHECK else [])
        runs = recheck.state in {"panel_formed", "in_progress"}
        for seat in seen.panel_of(recheck):
            due = {"invited": ["recheck.reply"], "assigned": ["recheck.cast"]}.get(seat.state, []) if runs else []
            assert seen.owed("recheck_opinion", seat.ref) == due, f"a seat {seat.state} owes otherwise"
    for follow_up in seen.follow_ups:
        due = ["follow_up.report"] if follow_up.state in {"scheduled", "due"} else []
        assert seen.owed("follow_up", follow_up.ref) == due
        _says_when(seen, "follow_up", follow_up)
    if seen.project.state in {"approved", "suspended"}:
        [_coming] = [one for one in seen.follow_ups if one.state in {"scheduled", "due", "reported", "in_review"}]


def _says_when(seen: Picture, noun: str, row: Row) -> None:
    ends = [one.due_at for one in seen.deadlines if (one.object_kind, one.object_ref) == (noun, row.ref)]
    assert row.next_due_at == min(ends, default=None), f"{noun} says another day than its deadline"


def no_opinion_owed_without_a_deadline(seen: Picture, witness: Witness) -> None:
    """A designated member who has not spoken has a day to; everybody else has none."""
    ended = {one.id: one.ended_at for one in seen.designations}
    running = {
        review.id: review.round
        for review in seen.reviews
        if (review.state, review.procedure) == ("in_review", "simplified")
    }
    expected = {
        one.ref
        for one in seen.opinions
        if one.designation_id
        and one.state == "assigned"
        and ended[one.designation_id] is None
        and running.get(one.review_id) == one.round
    }
    assert {row.object_ref for row in seen.deadlines if row.kind == "opinion.give"} == expected


INVARIANTS: tuple[Callable[[Picture, Witness], None], ...] = (
    no_approval_without_a_lawful_basis,
    no_listed_activity_without_a_recheck,
    the_panel_is_lawful,
    the_project_is_what_was_decided,
    nobody_conflicted_or_recused_takes_part,
    no_vote_is_lost_or_counted_twice,
    whatever_is_not_approved_goes_to_a_meeting,
    no_change_without_an_entry_and_its_author,
    no_decision_on_a_version_that_changed,
    no_obligation_without_a_deadline,
    no_opinion_owed_without_a_deadline,
)


def hold(seen: Picture, witness: Witness) -> None:
    for check in INVARIANTS:
        check(seen, witness)
