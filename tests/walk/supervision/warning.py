"""A warning about a committee: evaluations raise it, and go on; it may rise, fall and come back."""

from collections.abc import Callable, Iterator
from typing import Any, ClassVar

from ethicsreview.accounts.models import Appointment, Person, Role
from ethicsreview.accounts.standing import SYSTEM
from ethicsreview.lifecycle.door import perform
from reviews.models import RiskWarning, WarningFinding
from reviews.rules.warnings import Found
from tests.factories import AppointmentFactory
from tests.reviews.warnings import Watching
from tests.reviews.warnings import scene as warned
from tests.walk.place import MINUTE, Joint, Terms
from tests.walk.supervision.sampling import DAYS
from tests.walk.supervision.seen import Seen
from tests.walk.supervision.world import Supervision

LEVELS = ("notice", "attention", "serious")
THRESHOLDS = [1, 3, 10]
SETTLED = {"closed", "ruled_out"}


def settled_on_grounds(seen: Seen, witness: Any) -> None:
    for row in seen.rows(RiskWarning):
        assert row.state not in SETTLED or (row.grounds and row.settled_at), "settled without grounds"
        assert row.state != "acting" or (row.measures and row.due_on), "acting without measures"
        assert (row.settled_at is not None) == (row.state in SETTLED), "open, and says when it was settled"


def one_open_of_an_indicator(seen: Seen, witness: Any) -> None:
    open_ = [(row.indicator, row.about, row.subject_ref) for row in seen.rows(RiskWarning) if row.state not in SETTLED]
    assert len(open_) == len(set(open_)), "two of the same"


def it_says_what_was_found_last(seen: Seen, witness: Any) -> None:
    for row in seen.rows(RiskWarning):
        found = [one for one in seen.rows(WarningFinding) if one.warning_id == row.id]
        assert [one.number for one in found] == list(range(1, len(found) + 1)), "a finding was lost"
        assert (row.level, row.value, row.found_times) == (found[-1].level, found[-1].value, len(found))


class TheWarning(Supervision):
    """One of the department sits on the committee that it is about."""

    name = "the warning"
    nouns = ("warning",)
    everybody: ClassVar[frozenset[str]] = frozenset({"close"})
    answering: ClassVar[frozenset[str]] = frozenset({"explain"})
    invariants = (settled_on_grounds, one_open_of_an_indicator, it_says_what_was_found_last)

    def __init__(self, made: Watching, people: dict[str, Person]) -> None:
        self.made, self.committee = made, made.path.committee
        sits = people["member"]
        AppointmentFactory(person=sits, role=Role.REGULATOR, body=made.authority, starts=made.at.date())
        strangers = {"elsewhere", "another committee", "another officer"}
        super().__init__(made.at, {who: one for who, one in people.items() if who not in {*strangers, "lead"}})
        self.outsiders |= {who: people[who] for who in strangers}

    def own_matter(self, seen: Seen, obj: Any, person: Person) -> bool:
        bodies = {self.committee.pk, self.committee.institution_id}
        return any(one.person_id == person.pk and one.body_id in bodies for one in seen.rows(Appointment))

    def is_over(self, seen: Seen) -> bool:
        return all(row.state in SETTLED for row in seen.rows(RiskWarning))

    def facts(self, seen: Seen, noun: str, row: Any) -> Joint:
        return row.level, row.eased_at is not None, bool(row.answered_at)

    def besides(self, seen: Seen) -> Iterator[tuple[str, Callable[[], Any]]]:
        [row] = seen.rows(RiskWarning)
        rank, settled = LEVELS.index(row.level), row.state in SETTLED
        if not settled:
            yield "found again", lambda: self._find(row, rank, "renew", seen)
        if not settled and rank < len(LEVELS) - 1:
            yield "found to be worse", lambda: self._find(row, rank + 1, "worsen", seen)
        if settled:
            yield "found anew", lambda: self._find(row, rank, "come_back", seen)
        if row.eased_at is None:
            found = RiskWarning.objects.get(pk=row.id)
            yield "not found any more", lambda: perform(found, "ease", by=SYSTEM, at=seen.at + MINUTE)

    def _find(self, row: Any, rank: int, step: str, seen: Seen) -> None:
        """As an evaluation does."""
        at, value = seen.at + MINUTE, THRESHOLDS[rank]
        terms = {"thresholds": THRESHOLDS, "days": 0, "least": 0}
        found = RiskWarning.objects.get(pk=row.id)
        kept = WarningFinding.keep(found, found.found_times + 1, Found(value, rank, value, terms, {}, ()), at)
        perform(found, step, by=SYSTEM, at=at, finding=kept.number)

    def of_warning(self, seen: Seen, obj: RiskWarning, step: str) -> list[Terms]:
        match step:
            case "acknowledge":
                return [{"note": "拟约谈"}]
            case "take_measures":
                return [{"measures": "约谈负责人", "due_on": seen.today + DAYS}]
            case "explain":
                return [{"answer": "已补做"}]
            case "close" | "dismiss":
                return [{"grounds": "已核实"}]
            case "reopen":
                return [{"reason": "又有反映"}]
        return []


def the_warning() -> TheWarning:
    made, people = warned()
    made.raised()
    return TheWarning(made, people)
