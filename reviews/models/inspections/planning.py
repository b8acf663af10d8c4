"""Planning an inspection. Every face does it here."""

from datetime import datetime
from typing import Any

from django.db import transaction

from ethicsreview.accounts.models import Authority, Person
from ethicsreview.accounts.standing import standing_of
from ethicsreview.deadlines import clock
from ethicsreview.lifecycle.door import create
from ethicsreview.lifecycle.refusals import Refused
from reviews.models.inspections import timing
from reviews.models.inspections.inspection import Inspection


def plan_inspection(authority: Authority, *, by: Person, at: datetime, **terms: Any) -> Inspection:
    """What a checked `PlanForm` says (its `terms`). Raises NotPermitted for whoever is not of the department, Refused
    for who belongs to the institution.
    """
    planned = Inspection(authority=authority, region=terms["institution"].region, planned_at=at, **terms)
    standing = standing_of(by, at)
    if "inspecting" in planned.capacities(standing) and (against := list(planned.conflicts(standing))):
        raise Refused(against)
    facts = {name: terms[name] for name in ("ground", "ground_cite", "occasion", "occasion_ref", "themes", "scope")}
    with transaction.atomic():
        made: Inspection = create(planned, by=by, at=at, subject=planned.subject_name, **facts)
        clock.start(timing.VISIT, made, at=at, **timing.visit(made, made.policy_at(at)))
        made.note_next_due()
    return made
