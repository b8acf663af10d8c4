"""Whoever supervises leaves a trace: each look into a case is an entry of the record.

Looks stand in a chain of their own beside the project's, so that the record of a case is not lengthened by its readers,
and what was looked at can be read apart from what was done.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from committees.models import Committee
from ethicsreview.accounts.models import Role
from ethicsreview.accounts.request_id import current_request_id
from ethicsreview.accounts.standing import Standing
from ethicsreview.lifecycle.models import Lifecycle
from ethicsreview.trail.models import Entry
from ethicsreview.trail.record import Record, append
from reviews.models import Inspection, Project
from reviews.models.projects.parties import COMMITTEE_CAPACITIES
from reviews.oversight.scope import SUPERVISORS, supervises

SUBJECT = "oversight"
LOOKED, EXPORTED, COMPARED = "look", "export", "compare"
# What somebody is to an inspection that they work on.
AT_WORK = frozenset({"inspecting", "inspector", "institution_officer", "secretary", "chair"})
LATEST = 10
WORDS: dict[str, str | Promise] = {LOOKED: _("查看"), EXPORTED: _("导出审计包"), COMPARED: _("比较两个时点")}


def note(
    project: Project | Committee | Inspection,
    standing: Standing,
    what: str,
    facts: Mapping[str, Any] = MappingProxyType({}),
    step: str = LOOKED,
) -> Entry:
    """Write down that this person looked. Called before anything is shown: no look without its entry."""
    assert standing.person is not None
    capacities = sorted({str(held.role) for held in standing.held if held.role in SUPERVISORS})
    entry = Record(
        subject=(SUBJECT, project.ref),
        object=(project.noun, project.ref),
        step=step,
        at=standing.at,
        actor=("person", standing.person.username, standing.person.name),
        capacities=",".join(capacities),
        facts={"what": what, **facts},
        request_id=current_request_id(),
    )
    # Alone in it nothing would be undone, so an outer transaction needs no savepoint.
    with transaction.atomic(savepoint=False):
        (written,) = append(entry)
    return written


def note_look(found: Lifecycle, standing: Standing, where: str) -> None:
    """Whatever a face hands out of a project or an inspection, it says here first: `where` is the address that was
    asked for.

    An entry is made where the person reads it as a supervisor: not of the unit, not on its committee, not their own.
    Once in a request.
    """
    if standing.person is None or not supervises(standing):
        return
    project = found.subject()
    if isinstance(project, Inspection):
        _note_look_at_inspection(project, standing, where)
    if not isinstance(project, Project):
        return
    review = getattr(found, "review", found)
    committee = getattr(review, "committee_id", None)
    if standing.holds(Role.INSTITUTION_OFFICER, body_id=project.institution_id) or (
        committee is not None and standing.holds(*COMMITTEE_CAPACITIES, body_id=committee)
    ):
        return
    standing.once(("looked", project.pk), lambda: _note_unless_own(project, standing, where))


def note_look_at_committee(committee: Committee, standing: Standing, where: str) -> None:
    """The same of a committee's page in the register: for who is neither of its unit nor sits on it."""
    person = standing.person
    if person is None or not supervises(standing) or standing.holds(*COMMITTEE_CAPACITIES, body_id=committee.pk):
        return
    if committee.institution_id and standing.holds(Role.INSTITUTION_OFFICER, body_id=committee.institution_id):
        return
    standing.once(("looked at committee", committee.pk), lambda: note(committee, standing, where))


def _note_look_at_inspection(inspection: Inspection, standing: Standing, where: str) -> None:
    """Of whoever neither inspects nor is inspected: what these do with it stands in its own chain."""
    if not inspection.capacities(standing) & AT_WORK:
        standing.once(("looked at inspection", inspection.pk), lambda: note(inspection, standing, where))


def _note_unless_own(project: Project, standing: Standing, where: str) -> None:
    if not Project.objects.own(standing.person).filter(pk=project.pk).exists():
        note(project, standing, where)


def latest_looks(found: Project | Inspection) -> list[tuple[Entry, str | Promise]]:
    """The last so many, each with what was done."""
    return [(entry, WORDS.get(entry.step, entry.step)) for entry in looks_into(found)[:LATEST]]


def looks_into(project: Project | Inspection) -> "QuerySet[Entry]":
    """Newest first."""
    entries = Entry.objects.filter(chain__subject_kind=SUBJECT, chain__subject_ref=project.ref)
    return entries.order_by("-seq")
