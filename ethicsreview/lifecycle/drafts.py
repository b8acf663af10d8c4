"""What a person is still writing. Kept as they type, without a step and without an entry in the trail.

A draft is nobody's decision: it becomes something by the step that seals it. Two tabs cannot overwrite each
other: each save names the revision it began from.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F
from django.utils import timezone

from ethicsreview.accounts.standing import standing_of
from ethicsreview.lifecycle.refusals import NotPermitted, NotVisible, StepError
from ethicsreview.lifecycle.sight import sees


class Stale(StepError):
    """Somebody, perhaps the same person in another tab, has saved since. Nothing was overwritten."""


@dataclass(frozen=True)
class Draft:
    """Which fields of a model may be kept as a draft, in which states, by whom."""

    fields: frozenset[str]
    states: frozenset[str]
    by: frozenset[str]

    def __init__(self, *, fields: Iterable[str], states: Iterable[str], by: Iterable[str]) -> None:
        object.__setattr__(self, "fields", frozenset(fields))
        object.__setattr__(self, "states", frozenset(str(state) for state in states))
        object.__setattr__(self, "by", frozenset(by))


def keep_draft(obj: Any, *, by: Any, revision: int, at: datetime | None = None, **values: Any) -> int:
    """Save draft fields if nobody has since `revision`; returns the new revision.

    Raises NotVisible, NotPermitted (also once the draft is sealed), or Stale.
    """
    declared: Draft = obj.draft
    if unknown := values.keys() - declared.fields:
        raise KeyError(f"not draft fields: {sorted(unknown)}")
    standing = standing_of(by, at or timezone.now())
    model = type(obj)
    if not sees(obj, standing):
        raise NotVisible(str(obj))
    if not declared.by & obj.capacities(standing):
        raise NotPermitted("draft", sorted(declared.by))
    rows = model._base_manager.filter(pk=obj.pk, state__in=declared.states)
    if rows.filter(revision=revision).update(revision=F("revision") + 1, **values):
        return revision + 1
    if rows.exists():
        raise Stale(str(obj))
    raise NotPermitted("draft", sorted(declared.by))
