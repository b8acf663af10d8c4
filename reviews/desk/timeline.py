"""What happened to a review, from the trail: the entries that speak of it, without anything that is sealed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from ethicsreview.lifecycle.registry import step_name
from ethicsreview.trail.models import Entry
from reviews.desk.dossier import Dossier

LONGEST = 200
# What the record says of a step that a reader wants to know; a digest proves something to machines only.
TOLD = ("reason", "ground", "procedure_ground", "listed_reason", "until", "meeting", "decision")


@dataclass(frozen=True)
class Happened:
    at: datetime
    title: str
    who: str
    text: str
    cite: str


def timeline(dossier: Dossier) -> list[Happened]:
    """Newest first, and no further back than the last two hundred entries.

    That a member voted or recused themselves is for the committee to know.
    """
    review = dossier.review
    concerning = Q(object_kind=review.noun, object_ref=review.ref)
    if dossier.on_table:
        concerning |= Q(object_kind="opinion", object_ref__in=[one.ref for one in dossier.opinions])
    rows = Entry.objects.filter(concerning, chain__subject_kind="project", chain__subject_ref=review.project.ref)
    return [_happened(entry) for entry in rows.exclude(object_kind="opinion", step="create").order_by("-seq")[:LONGEST]]


def _happened(entry: Entry) -> Happened:
    title = step_name(entry.object_kind, entry.step)
    who = entry.actor_name
    if other := entry.facts.get("on_behalf_of"):
        who = _("%(name)s（代%(other)s）") % {"name": who, "other": other}
    return Happened(entry.at, title, who, _("；").join(_told(entry.facts)), entry.citation)


def _told(facts: dict[str, Any]) -> Iterator[str]:
    given = facts | facts.get("input", {})
    for name in TOLD:
        if value := given.get(name):
            yield str(value)
