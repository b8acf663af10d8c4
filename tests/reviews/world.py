"""The committee, the people and the places from which random paths begin."""

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Any

from ethicsreview.accounts.models import Person, Role
from ethicsreview.deadlines.calendar import law_day
from reviews.models import Review
from tests.committees.builders import holder, institution, keeper_of
from tests.memory import remembered
from tests.reviews.builders import Case, case, signing
from tests.reviews.recheck_builders import LISTED
from tests.reviews.rules.answers import BCI


@dataclass
class World:
    """One committee, its people, and reviews that stand at different places. Built once, rolled back often."""

    committee: Any
    starts: dict[str, Case]
    people: dict[str, Person]
    outsiders: list[Person]
    officer: Person
    paths: int = 0
    attempts: Counter[str] = field(default_factory=Counter)
    reached: Counter[str] = field(default_factory=Counter)

    def beginning(self, *names: str) -> "World":
        """The same, with paths that begin only there."""
        return replace(self, starts={name: self.starts[name] for name in names})

    def summary(self) -> str:
        done = self.attempts["done"]
        return (
            f"{self.paths} paths, {self.attempts.total()} attempts ({done} steps taken), "
            f"ended in {dict(self.reached.most_common())}; answers {dict(self.attempts.most_common())}"
        )


@remembered
def world() -> World:
    """Eight members, of whom the eighth leads one of the projects."""
    first = case(size=8)
    members = first.members
    people = {
        "lead": first.lead,
        "secretary": first.secretary,
        "chair": first.chair,
        "vice_chair": members[1],
        **{f"member {n}": member for n, member in enumerate(members[2:], start=3)},
        "colleague": holder(Role.RESEARCHER, first.committee.institution),
        "officer": keeper_of(first.committee),
        "operator": holder(Role.OPERATOR, institution()),
    }
    elsewhere = institution("370200")
    outsiders = [holder(role, elsewhere) for role in (Role.SECRETARY, Role.INSTITUTION_OFFICER, Role.RESEARCHER)]

    def another(**terms: Any) -> Case:
        return Case(first.committee, terms.pop("lead", first.lead), first.at, **terms)

    modified = another().concluded(*["modification_required"] * 8, requirements="补充知情同意书")
    modified.fill(modified.review.draft_submission)
    modified.do("submit_modification", modified.lead, answer__1="已补充", **signing(modified.lead))
    holds_both = another(lead=members[7])
    holder_of_both = holds_both.lead
    first.committee.institution.appointments.create(
        person=holder_of_both, role=Role.RESEARCHER, starts=law_day(first.at)
    )
    listed = another(answers=dict(BCI)).drafted()
    listed.do("submit", listed.lead, **signing(listed.lead))
    listed.do("accept", listed.secretary, procedure="general", procedure_ground="列入清单", **LISTED)
    listed.do("begin", listed.secretary, meeting=listed.planned().ref)
    listed.open_meeting()
    starts = {
        "submitted": another().submitted(),
        "in review": another().in_review(),
        "at the meeting": another().opened(),
        "five at the meeting": another().opened(absent=3),
        "voted": another().voted(*["modification_required"] * 3),
        "modified": modified,
        "to revise": another().concluded(*["revision_required"] * 8, requirements="重新设计"),
        "listed": listed,
        "lead on the committee": holds_both.opened(),
        "to be designated": another().simplified(),
        "designated": another().designated(*members[4:6]),
        "one has approved": one_has_approved(another().designated(*members[4:6])),
    }
    return World(first.committee, starts, people, outsiders, people["officer"])


def one_has_approved(begun: Case) -> Case:
    begun.cast(begun.review.reviewers[0].person)
    begun.review = Review.objects.get(pk=begun.review.pk)
    return begun
