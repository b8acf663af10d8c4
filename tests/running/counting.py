"""Whether every step that was answered with 200 is in the record once, with its deadlines and its notices, once each.

What a step must have left behind is taken from the reviews that went their way before the first fault: a step of the
same name leaves the same. The one who counts reads the rows and what the callers were answered, and asks no rule.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from ethicsreview.deadlines.models import Deadline
from ethicsreview.notices.models import Delivery, DeliveryState, Notice
from ethicsreview.trail.models import Chain, Entry
from ethicsreview.trail.verification import verify
from reviews.models import Review
from tests.running.line import Said

STEPS = "/steps/"
Left = tuple[tuple[str, int], ...]


@dataclass
class Count:
    """Of one moment: steps that were answered, and what is missing or there twice."""

    steps: int = 0
    entries: int = 0
    deadlines: int = 0
    notices: int = 0
    sent: int = 0
    missing: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        return not self.missing and not self.twice


class Ledger:
    """What steps leave behind, by name, learnt from an undisturbed time."""

    def __init__(self) -> None:
        self.known: dict[tuple[str, str], set[Left]] = defaultdict(set)
        self.of_a_review: set[Left] = set()

    def learn(self, said: Iterable[Said], reviews: Iterable[str]) -> None:
        rows = Rows()
        for one in _steps(said):
            self.known[_named(one)].add(rows.left_by(one.request_id))
        self.of_a_review = {rows.left_for(ref) for ref in reviews}

    def count(self, said: Iterable[Said], reviews: Iterable[str], letters: Counter[str]) -> Count:
        rows, found = Rows(), Count()
        for one in _steps(said):
            found.steps += 1
            name, ref = _named(one), one.path.split(STEPS)[0].rpartition("/")[2]
            entries = rows.entries[one.request_id, name[1], ref]
            found.entries += entries
            if entries != 1:
                (found.twice if entries else found.missing).append(f"trail: {name} of {ref}: {entries}")
            self._compare(f"{name} of {ref}", self.known[name], rows.left_by(one.request_id), found)
        for ref in reviews:
            self._compare(f"review {ref}", self.of_a_review, rows.left_for(ref), found)
        found.deadlines = sum(sum(kinds.values()) for kinds in rows.deadlines.values())
        found.notices = rows.number_of_notices
        found.sent = sum(letters.values())
        found.missing += rows.unsent(letters)
        found.twice += rows.doubled()
        found.missing += [str(problem) for problem in verify()]
        return found

    @staticmethod
    def _compare(what: str, known: set[Left], left: Left, found: Count) -> None:
        if left in known or not known:
            return
        # Against the likest of what is known.
        there = Counter(dict(left))
        lacking, beyond = min(
            ((Counter(dict(one)) - there, there - Counter(dict(one))) for one in known),
            key=lambda pair: sum(pair[0].values()) + sum(pair[1].values()),
        )
        found.missing += [f"{what}: {name} ×{number}" for name, number in lacking.items()]
        found.twice += [f"{what}: {name} ×{number}" for name, number in beyond.items()]


class Rows:
    """Everything that stands in the tables, read once."""

    def __init__(self) -> None:
        entries = Entry.objects.values_list("request_id", "step", "object_ref", "object_kind")
        self.entries = Counter((request, step, ref) for request, step, ref, _kind in entries)
        breaches = Entry.objects.filter(step="deadline_breached")
        self.breaches = Counter(breaches.values_list("object_ref", "facts__due_at", "facts__deadline"))
        self.deadlines: dict[str, Counter[str]] = defaultdict(Counter)
        self.by_object: dict[str, Counter[str]] = defaultdict(Counter)
        for request, kind, ref in Deadline.objects.values_list("request_id", "kind", "object_ref"):
            self.deadlines[request][f"deadline {kind}"] += 1
            self.by_object[ref][f"deadline {kind}"] += 1
        self.notices: dict[str, Counter[str]] = defaultdict(Counter)
        self.told: Counter[tuple[Any, ...]] = Counter()
        rows = Notice.objects.values_list("request_id", "key", "object_ref", "person_id", "text")
        for request, key, ref, person, text in rows:
            self.told[person, key, ref, request, text] += 1
            self.notices[request][f"notice {key}"] += 1
            if not key.startswith("deadline."):
                self.by_object[ref][f"notice {key}"] += 1
        self.number_of_notices = sum(self.told.values())

    def left_by(self, request: str) -> Left:
        return tuple(sorted((self.deadlines[request] + self.notices[request]).items()))

    def left_for(self, ref: str) -> Left:
        return tuple(sorted(self.by_object[ref].items()))

    def unsent(self, letters: Counter[str]) -> list[str]:
        """Notices without their delivery, deliveries not sent, and those that are noted as sent and never came."""
        wanting = Notice.objects.filter(deliveries=None).exclude(person__email="").values_list("key", "object_ref")
        found = [f"no delivery: {key} of {ref}" for key, ref in wanting]
        for token, state in Delivery.objects.values_list("token", "state"):
            if state != DeliveryState.SENT:
                found.append(f"{state}: delivery {token}")
            elif not letters[str(token)]:
                found.append(f"noted as sent, and never came: {token}")
        return found

    def doubled(self) -> list[str]:
        told = [f"notice {key[1]} of {key[2]} ×{number}" for key, number in self.told.items() if number > 1]
        breached = [f"breach of {key} ×{number}" for key, number in self.breaches.items() if number > 1]
        asked = {key: number for key, number in self.entries.items() if key[0] and key[1] != "deadline_breached"}
        steps = [f"entry {key} ×{number}" for key, number in asked.items() if number > 1]
        late = Deadline.objects.filter(breached_at__isnull=False, lapses=False)
        kept = {(ref, kind) for ref, _due, kind in self.breaches}
        breached_rows = set(late.values_list("object_ref", "kind"))
        lost = [f"breach without entry: {ref} {kind}" for ref, kind in sorted(breached_rows - kept)]
        return told + breached + steps + lost


def quiet() -> bool:
    """Nothing waits: no delivery, no sweep, no letter."""
    from django.utils import timezone

    now = timezone.now()
    waits = Delivery.objects.waiting().exists() or Deadline.objects.to_sweep(now).exists()
    return not waits and not _letters_wanting()


def _letters_wanting() -> bool:
    from ethicsreview.documents.models import Letter

    approved = Review.objects.filter(state="approved").values_list("ref", flat=True)
    lettered = set(Letter.objects.values_list("object_ref", flat=True))
    return any(ref not in lettered for ref in approved)


def chains() -> int:
    return Chain.objects.count()


def _steps(said: Iterable[Said]) -> list[Said]:
    return [one for one in said if one.method == "POST" and STEPS in one.path and one.status == 200]


def _named(one: Said) -> tuple[str, str]:
    """The collection and the step of an address: `/api/v1/reviews/R1/steps/accept`."""
    parts = one.path.split("/")
    return parts[3], parts[-1]
