"""A case at two points in time 两个时点的比较: what stood where, what was handed in, and what the rules were."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from ethicsreview.documents.comparison import compare_fields
from ethicsreview.policy import Entry as RuleEntry
from ethicsreview.policy import Policy, policy_for
from ethicsreview.trail.models import Entry
from reviews.models import Submission
from reviews.oversight.audit.case import Case
from reviews.oversight.audit.story import object_name, state_name


@dataclass(frozen=True)
class Standing:
    """One object at both moments; a state is empty where there was nothing yet."""

    about: str
    before: str
    after: str
    steps: int


@dataclass(frozen=True)
class VersionChange:
    """A review's version at both moments; `old` is None where nothing had been handed in."""

    review: str
    old: Submission | None
    new: Submission
    fields: list[dict[str, Any]]
    documents: list[tuple[str, str, str]]


@dataclass(frozen=True)
class RuleChange:
    label: str
    before: str
    after: str
    cite: str


class Moments:
    """After the step `since` and after the step `until`, by the order of the record; what a step brought about at the
    same moment belongs to it.
    """

    def __init__(self, case: Case, since: Entry, until: Entry) -> None:
        self.case, self.since, self.until = case, self._end(case, since), self._end(case, until)

    def _end(self, case: Case, chosen: Entry) -> Entry:
        end = chosen
        for entry in case.open_entries:
            if entry.seq > end.seq and entry.at == chosen.at and entry.request_id == chosen.request_id:
                end = entry
        return end

    def _until(self, end: Entry) -> list[Entry]:
        return [entry for entry in self.case.open_entries if entry.seq <= end.seq]

    @cached_property
    def steps_between(self) -> int:
        return sum(self.since.seq < known.entry.seq <= self.until.seq for known in self.case.record)

    @cached_property
    def objects(self) -> list[Standing]:
        """Those that moved, or on which something was done, between the two."""
        before = {(entry.object_kind, entry.object_ref): entry for entry in self._until(self.since)}
        rows: dict[tuple[str, str], list[Entry]] = {}
        for entry in self._until(self.until):
            if entry.seq > self.since.seq:
                rows.setdefault((entry.object_kind, entry.object_ref), []).append(entry)
        found = []
        for key, entries in rows.items():
            was, now = before.get(key), entries[-1]
            old = state_name(key[0], was.target) if was else ""
            found.append(Standing(object_name(now), old, state_name(key[0], now.target), len(entries)))
        return found

    @cached_property
    def versions(self) -> list[VersionChange]:
        return list(self._versions())

    def _versions(self) -> Iterator[VersionChange]:
        for review in self.case.reviews:
            old, new = self._version(review.pk, self.since.at), self._version(review.pk, self.until.at)
            if new is None or new == old:
                continue
            labels = {key: field.zh for key, field in new.form.fields.items()}
            changes = compare_fields(old.content if old else {}, new.content, labels)
            yield VersionChange(
                review.ref, old, new, [change.as_json() for change in changes], list(_documents(old, new))
            )

    def _version(self, review: int, moment: datetime) -> Submission | None:
        handed_in = [one for one in self.case.versions if one.review_id == review and one.sealed_at <= moment]  # type: ignore[operator]  # sealed
        return handed_in[-1] if handed_in else None

    @cached_property
    def rules(self) -> list[RuleChange]:
        """What the law of the place said otherwise on the second day than on the first."""
        first, second = self._policy(self.since.at), self._policy(self.until.at)
        before, after = _said(first), _said(second)
        found = []
        for key in {**before, **after}:
            was, now = before.get(key, []), after.get(key, [])
            told = ["；".join(entry.words for entry in side) for side in (was, now)]
            if told[0] != told[1]:
                named = (now or was)[-1]
                found.append(RuleChange(named.label, told[0], told[1], named.cite))
        return found

    def _policy(self, moment: datetime) -> Policy:
        return policy_for(region=self.case.project.region, regimes=self.case.regimes, at=moment)


def _said(policy: Policy) -> dict[str, list[RuleEntry]]:
    """Every answer to each key: of some, several hold side by side."""
    said: dict[str, list[RuleEntry]] = {}
    for entry in policy.all():
        said.setdefault(entry.key, []).append(entry)
    return said


def _documents(old: Submission | None, new: Submission) -> Iterator[tuple[str, str, str]]:
    """(title, digest before, digest after) of each document that is another, or new, or no longer there."""
    before = {one.version.document_id: one.version for one in old.handed_in} if old else {}
    after = {one.version.document_id: one.version for one in new.handed_in}
    for document in sorted(before.keys() | after.keys()):
        was, now = before.get(document), after.get(document)
        if was != now:
            named = now or was
            assert named is not None
            yield named.document.title, was.digest if was else "", now.digest if now else ""
