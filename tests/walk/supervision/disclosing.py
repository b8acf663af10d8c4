"""A disclosure: written by one and approved by another, published at its time, corrected, withdrawn."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, ClassVar

from ethicsreview.accounts.models import Person, Role
from reviews.models import Disclosure
from tests.committees.builders import authority, holder
from tests.reviews.disclosures import JINAN, SHANDONG, TEXT, Telling, telling
from tests.reviews.following import noon
from tests.walk.place import MINUTE, Joint, Terms
from tests.walk.supervision.seen import Seen
from tests.walk.supervision.world import Supervision

PUBLIC = {"published", "superseded", "withdrawn"}
OPEN = {"draft", "submitted", "approved"}
TOMORROW = timedelta(days=1)
# Of so many versions: the first, a correction and one more.
VERSIONS = 3

Approved = dict[str, tuple[str, ...]]


def by_two(seen: Seen, witness: Approved) -> None:
    """Nobody approves what their own hand was on, in whichever of its drafts."""
    for row in seen.rows(Disclosure):
        if row.state in PUBLIC | {"approved"}:
            wrote = {one.actor_ref for one in seen.taken("disclosure", row.ref, "create", "revise")}
            let_go = seen.taken("disclosure", row.ref, "approve")[-1].actor_ref
            assert let_go not in wrote, "approved by who wrote it"


def published_as_approved(seen: Seen, witness: Approved) -> None:
    for row in seen.rows(Disclosure):
        if row.state in PUBLIC:
            assert _words(row) == witness[row.ref], "published otherwise than it was approved"
            assert row.published_at >= row.publish_at, "published before its time"
        assert (row.published_at is not None) == (row.state in PUBLIC), f"{row.state}, and has a day of publication"


def one_stands_for_all(seen: Seen, witness: Approved) -> None:
    """Of its versions one is published and one is written, at most; what was withdrawn is not read in an older one."""
    states = [row.state for row in seen.rows(Disclosure)]
    assert states.count("published") <= 1, "two versions are published"
    assert sum(state in OPEN for state in states) <= 1, "two corrections are written"
    rows = {row.id: row for row in seen.rows(Disclosure)}
    for row in rows.values():
        if row.state == "superseded":
            later = [one for one in rows.values() if one.corrects_id == row.id and one.state in PUBLIC]
            assert [one.state for one in later] != ["withdrawn"], "withdrawn, and to be read in an older version"
            assert later, "superseded by nothing"


def _words(row: Any) -> tuple[str, ...]:
    return tuple(str(getattr(row, name)) for name in (*TEXT, "sources"))


class TheDisclosure(Supervision):
    """Three of one department; of its versions three at most."""

    name = "the disclosure"
    nouns = ("disclosure",)
    everybody: ClassVar[frozenset[str]] = frozenset({"revise", "approve", "correct"})
    invariants = (by_two, published_as_approved, one_stands_for_all)

    def __init__(self, made: Telling) -> None:
        self.made = made
        people = {
            "writer": made.writer,
            "second": made.second,
            "third": holder(Role.REGULATOR, made.authority),
            "operator": holder(Role.OPERATOR, made.authority),
        }
        super().__init__(made.at, people)
        self.outsiders["city"] = holder(Role.REGULATOR, authority(JINAN, level="city"))

    def witnessed(self, at: datetime) -> Approved:
        return {}

    def is_over(self, seen: Seen) -> bool:
        return not any(row.state in OPEN for row in seen.rows(Disclosure))

    def facts(self, seen: Seen, noun: str, row: Any) -> Joint:
        if row.state not in OPEN:
            return (row.version,) if row.state == "published" else ()
        hands = {one.actor_ref for one in seen.taken("disclosure", row.ref, "create", "revise")}
        who = sorted(name for name, one in self.people.items() if one.username in hands)
        origin = next((one.state for one in seen.rows(Disclosure) if one.id == row.corrects_id), "")
        return row.version, who, origin

    def days(self, seen: Seen) -> Iterator[tuple[datetime, str]]:
        for row in seen.rows(Disclosure):
            if row.state == "approved":
                yield row.publish_at, "the time of publication"

    def at_the_door(
        self, seen: Seen, after: Seen, obj: Any, step: str, person: Person, terms: Terms, witness: Approved
    ) -> Approved:
        if step == "approve":
            return {**witness, obj.ref: _words(seen.one(Disclosure, obj.pk))}
        return witness

    def of_disclosure(self, seen: Seen, obj: Disclosure, step: str) -> list[Terms]:
        match step:
            case "revise":
                return [TEXT | {"sources": obj.sources, "measures": "责令停止。", "other_sources": ""}]
            case "submit":
                return [{"checked": True}]
            case "send_back" | "drop" | "withdraw":
                return [{"reason": "内容有误"}]
            case "approve":
                later = (seen.at + MINUTE + TOMORROW).isoformat()
                return [{"checked": True, "publish_at": ""}, {"checked": True, "publish_at": later}]
            case "correct" if len(seen.rows(Disclosure)) < VERSIONS:
                return [{"reason": "日期有误"}]
        return []


def the_disclosure() -> TheDisclosure:
    return TheDisclosure(telling(SHANDONG, noon(2026, 3, 2)).drafted())
