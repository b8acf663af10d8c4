"""Measures 39; Shandong 9: urgency neither avoids the review nor lowers its standard: no gate is lighter.

By declaration: every step asks at least what the general procedure's asks. By behaviour: whatever is refused in the
general procedure, in whatever state things are, is refused under the same code in the emergency procedure.
"""

from collections.abc import Callable, Collection
from datetime import timedelta
from typing import Any

import pytest

from committees.models import InterestDeclaration
from ethicsreview.lifecycle.door import open_steps, perform
from ethicsreview.lifecycle.models import Lifecycle
from ethicsreview.lifecycle.refusals import InvalidInput
from ethicsreview.lifecycle.steps import steps_of
from reviews.models import AgendaItem, Meeting, Opinion, Recheck, RecheckOpinion, Review
from tests.committees.builders import keeper_of
from tests.memory import remembered
from tests.reviews.builders import PASSWORD, Case
from tests.reviews.emergencies import Urgent, UrgentListed, event, urgent, urgent_listed
from tests.reviews.recheck_builders import LISTED

pytestmark = pytest.mark.django_db

# How a review comes into the committee's hands.
GENERAL, URGENT = "accept", "accept_urgently"
# Steps that the emergency procedure adds. None of them decides.
ADDED = {URGENT, "extend_urgent", "invite_adviser", "give_advice", "leave_emergency"}


def test_acceptance_requires_all_that_the_general_one_does():
    steps = steps_of(Review)

    assert set(steps[GENERAL].requires) < set(steps[URGENT].requires)
    assert steps[URGENT].judges
    assert steps[URGENT].form.mro()[1] is steps[GENERAL].form.mro()[1], "the same determination of what is listed"
    assert (steps[URGENT].sources, steps[URGENT].targets) == (steps[GENERAL].sources, steps[GENERAL].targets)


def test_no_added_step_leads_to_a_decision():
    steps = steps_of(Review)

    for name in ADDED - {URGENT}:
        assert steps[name].targets == (), name


def test_every_other_step_is_the_very_same():
    """There is one `conclude`, one `open`, one `cast`: what they require has no second version."""
    for model in (Review, Meeting, Opinion, Recheck, RecheckOpinion):
        for name, step in steps_of(model).items():
            spare = [capacity for capacity in step.by if capacity.startswith(("urgent", "field_adviser"))]
            assert not spare or name in ADDED, f"{model.__name__}.{name} has capacities of its own for emergencies"


def told(obj: Lifecycle, person: Any, at: Any) -> dict[str, set[str]]:
    """What each step that is the person's is refused with."""
    views = open_steps(obj, person, at=at, every=True)
    return {view.name: {refusal.code for refusal in view.refusals} for view in views}


def in_an_emergency(path: Case) -> Review:
    """The same review, row for row, but for its procedure."""
    found = event(at=path.at)
    Review.objects.filter(pk=path.review.pk).update(procedure="emergency", event=found, tier=1)
    return Review.objects.get(pk=path.review.pk)


def everybody(path: Case) -> list[Any]:
    """One in each office, and of the members the chair and two who, in some states, stand differently."""
    members = path.members
    found = [path.lead, path.secretary, *members[:2], *members[-1:], keeper_of(path.committee)]
    if isinstance(path, UrgentListed):
        found += [path.organiser, *(expert.person for expert in path.experts[:1])]
    return found


def objects(review: Review, people: Collection[Any]) -> list[Lifecycle]:
    """The review and all that hangs on it, but for the opinions of others, read afresh."""
    found: list[Lifecycle] = [review, *Recheck.objects.filter(review=review)]
    found += Opinion.objects.filter(review=review, person__in=people)
    found += RecheckOpinion.objects.filter(recheck__review=review, person__in=people)
    if review.item is not None:
        found.append(Meeting.objects.get(pk=review.item.meeting_id))
    return found


@remembered
def general(path: Urgent, **terms: Any) -> Urgent:
    """Accepted for the general procedure, though urgency was claimed."""
    path.submitted()
    given = {"procedure": "general", "procedure_ground": "会议审查", "listed": "no"}
    path.do("accept", path.secretary, **given | terms)
    return path


@remembered
def scheduled(path: Urgent, **terms: Any) -> Urgent:
    general(path, **terms)
    path.do("begin", path.secretary, meeting=path.planned().ref)
    return path


@remembered
def met(path: Urgent, absent: int = 0, **terms: Any) -> Urgent:
    scheduled(path, **terms).open_meeting(absent=absent)
    return path


def with_quorum_lost(path: Urgent) -> None:
    met(path)
    for member in path.members[3:]:
        perform(path.ballot_of(member), "recuse", by=member, at=path.at, ground="与项目有利害关系")


def with_a_category_missing(path: Urgent) -> None:
    met(path)
    law = path.committee.memberships.get(category="law")
    path.mark(**{f"presence__{law.pk}": "absent"})


def with_a_split_vote(path: Urgent) -> None:
    met(path)
    path.vote("approved", "approved", "approved", "rejected", "rejected", "modification_required", "approved")


def with_the_listing_undetermined(path: Urgent) -> None:
    met(path)
    path.vote()
    Review.objects.filter(pk=path.review.pk).update(listed=None)


def with_an_interest(path: Urgent) -> None:
    met(path)
    chair = path.chair
    declared = InterestDeclaration.objects.create(
        committee=path.committee,
        person=chair,
        year=path.at.year,
        declared_at=path.at,
        none_to_declare=False,
        details="师生",
    )
    declared.people.set([path.lead])


def with_members_gone(path: Urgent) -> None:
    general(path)
    path.at += timedelta(days=5 * 365)


def with_a_revision_asked(path: Urgent) -> None:
    met(path)
    path.vote(*["revision_required"] * 7)
    path.do("conclude", path.chair, password=PASSWORD, requirements="补充")


def with_a_modification_half_confirmed(path: Urgent) -> None:
    met(path)
    path.vote(*["modification_required"] * 7)
    path.do("conclude", path.chair, password=PASSWORD, requirements="补充")
    path.fill(path.review.draft_submission)
    asked = {f"answer__{one.number}": "已补充" for one in path.review.open_requests()}
    path.do("submit_modification", path.lead, agree=True, signature=path.lead.name, **asked)
    path.do("confirm_modification", path.secretary, password=PASSWORD)


STATES: dict[str, Callable[[Urgent], Any]] = {
    "submitted": lambda path: path.submitted(),
    "accepted": general,
    "members gone": with_members_gone,
    "scheduled": scheduled,
    "in session": met,
    "too few there": lambda path: met(path, absent=2),
    "quorum lost by recusals": with_quorum_lost,
    "a category missing": with_a_category_missing,
    "split vote": with_a_split_vote,
    "all voted": lambda path: met(path).vote(),
    "listing undetermined": with_the_listing_undetermined,
    "the chair has an interest": with_an_interest,
    "revision asked": with_a_revision_asked,
    "half confirmed": with_a_modification_half_confirmed,
}


@pytest.mark.parametrize("state", STATES)
def test_whatever_the_general_procedure_refuses_the_emergency_refuses_too(state):
    path = urgent()
    STATES[state](path)

    compare(path)


@remembered
def listed_passed(path: UrgentListed) -> UrgentListed:
    met(path, **LISTED)
    path.vote()
    path.do("conclude", path.chair, password=PASSWORD)
    path.close()
    return path


LISTED_STATES: dict[str, Callable[[UrgentListed], Any]] = {
    "passed, minutes unsigned": lambda path: (
        met(path, **LISTED),
        path.vote(),
        path.do("conclude", path.chair, password=PASSWORD),
    ),
    "passed": listed_passed,
    "referred": lambda path: listed_passed(path).referred(),
    "panel asked": lambda path: listed_passed(path).referred().paneled(),
    "panel at work": lambda path: listed_passed(path).begun(),
    "three have spoken": lambda path: listed_passed(path).begun().speak("agree", "agree", "disagree"),
    "answered": lambda path: listed_passed(path).answered(),
    "delivered": lambda path: listed_passed(path).delivered(),
}


@pytest.mark.parametrize("state", LISTED_STATES)
def test_nor_is_a_gate_of_the_recheck_lighter(state):
    path = urgent_listed()
    LISTED_STATES[state](path)

    compare(path)


def compare(path: Urgent) -> None:
    people = everybody(path)
    review = Review.objects.get(pk=path.review.pk)
    before = {(o.noun, o.ref, who.pk): told(o, who, path.at) for o in objects(review, people) for who in people}
    assert any(codes for steps in before.values() for codes in steps.values()), "a state in which nothing is refused"
    if review.state == "submitted":
        # Not accepted yet: it is the acceptance itself that is compared.
        for who in people:
            steps = told(review, who, path.at)
            if GENERAL in steps:
                assert steps[GENERAL] <= steps[URGENT]
        return
    urgent_now = in_an_emergency(path)
    after = {(o.noun, o.ref, who.pk): told(o, who, path.at) for o in objects(urgent_now, people) for who in people}

    assert before.keys() == after.keys()
    for key, steps in after.items():
        assert before[key].keys() <= steps.keys() or before[key].keys() - steps.keys() <= ADDED
        assert steps.keys() - before[key].keys() <= ADDED, "somebody may do more than in the general procedure"
        for name, codes in before[key].items():
            assert codes <= steps[name], (key, name)


def test_a_gate_made_lighter_would_be_found(monkeypatch):
    """What this file rests on: a quorum that an emergency would waive is noticed."""
    path = urgent()
    with_quorum_lost(path)
    counted = AgendaItem.quorum_refusals
    monkeypatch.setattr(
        AgendaItem, "quorum_refusals", lambda item, at: [] if item.review.is_urgent else counted(item, at)
    )

    with pytest.raises(AssertionError, match="conclude"):
        compare(path)


@pytest.mark.parametrize(
    ("verdict", "written", "wrong"),
    [
        ("modification_required", {}, "requirements"),
        ("revision_required", {}, "requirements"),
        ("rejected", {}, "reasons"),
        ("approved", {"requirements": "补充"}, "requirements"),
        ("approved", {"follow_up_months": 13}, "follow_up_months"),
        ("approved", {"password": "wrong"}, "password"),
    ],
)
def test_what_must_be_written_is_the_same(verdict, written, wrong):
    path = urgent().opened()
    path.vote(*[verdict] * 7)

    with pytest.raises(InvalidInput) as refused:
        path.do("conclude", path.chair, **{"password": PASSWORD} | written)
    assert wrong in refused.value.errors


def test_the_ballot_asks_the_same_criteria_and_as_many_votes():
    hasty, calm = urgent().opened(), met(urgent())

    of_both = [steps_of(Opinion)["cast"].form for _path in (hasty, calm)]
    assert of_both[0] is of_both[1]
    tallies = []
    for path in (hasty, calm):
        path.vote(*["approved"] * 4, *["rejected"] * 3)
        tallies.append(path.review.item.tally(path.at))
    assert [one.decided for one in tallies] == [False, False]
    assert [(c.need, c.total) for c in tallies[0].counts] == [(c.need, c.total) for c in tallies[1].counts]
