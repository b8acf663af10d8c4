"""What the committee's secretary and its chair confirm, each for their side: two people, never one in both offices."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ethicsreview.lifecycle.act import Act
from ethicsreview.lifecycle.refusals import Refusal

SIDES = frozenset({"secretary", "chair"})
MINE, THEIRS = _("您已确认，等待另一方确认"), _("该方已经确认")


def with_mine(confirmations: Sequence[dict[str, Any]], act: Act, **more: Any) -> list[dict[str, Any]]:
    """The confirmations with that of whoever acts; recorded, by side. Part of the step that confirms."""
    capacity = "chair" if "chair" in act.capacities else "secretary"
    mine = {
        "person": act.actor.username,
        "name": act.actor.name,
        "capacity": capacity,
        **more,
        "at": act.at.isoformat(),
    }
    made = [*confirmations, mine]
    act.record(confirmed=[one["capacity"] for one in made])
    return made


def complete(confirmations: Sequence[dict[str, Any]]) -> bool:
    return {one["capacity"] for one in confirmations} >= SIDES


def not_by_same(
    confirmations: Sequence[dict[str, Any]],
    held: Collection[str],
    act: Act,
    cite: str,
    *,
    mine: str | Promise = MINE,
    theirs: str | Promise = THEIRS,
) -> Iterator[Refusal]:
    """`held`: in what capacities the person stands to the matter."""
    person: Any = act.standing.person
    if person is not None and any(one["person"] == person.username for one in confirmations):
        yield Refusal("confirmed", mine, cite=cite)
    elif {one["capacity"] for one in confirmations} >= SIDES & set(held):
        yield Refusal("confirmed", theirs, cite=cite)
