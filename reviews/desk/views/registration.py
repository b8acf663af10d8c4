"""The registers of committees and of listed activities at the desk, and one of each."""

from typing import Any

from django.db.models import Prefetch, prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from committees import registered
from committees.kinds import HELD
from committees.models import Committee, CommitteeRule
from committees.receipts import OWED, running
from committees.timing import TRAINING
from ethicsreview.accounts.models import Role
from ethicsreview.accounts.patterns import PreparedFor
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.deadlines.models import Deadline
from ethicsreview.ui import keyset
from reviews.desk import register_files
from reviews.desk.access import Visitor, desk_page
from reviews.desk.composition import health
from reviews.desk.register_filters import ActivityFilter, CommitteeFilter
from reviews.desk.register_rows import activity_rows, committee_rows
from reviews.models import AnnualReport, Project
from reviews.models.projects.registering import OWED as OF_ACTIVITY
from reviews.models.projects.registration import FIELDS as ACTIVITY_FIELDS
from reviews.models.projects.registration import activity_facts
from reviews.oversight.looks import note_look_at_committee
from reviews.oversight.registers import activities, committees
from reviews.oversight.registers.rows import REGISTRATION_STATES, clocks_of, state_of

ROWS, NEWEST, BY_NAME = 15, ["-pk"], ["name", "pk"]
# The registers as they open.
FIRST = PreparedFor(
    lambda standing: keyset.opening(
        committees.committees_for(standing, {}, standing.at).select_related("institution"), by=BY_NAME, size=ROWS
    )
)
OPENING = PreparedFor(
    lambda standing: keyset.opening(
        activities.activities_for(standing, {}, standing.at).select_related(*register_files.ACTIVITY_RELATED),
        by=NEWEST,
        size=ROWS,
    )
)
RECORDERS = {Role.INSTITUTION_OFFICER, Role.SECRETARY, Role.OPERATOR}


@require_safe
@desk_page
def committee_register(request: HttpRequest, visitor: Visitor) -> HttpResponseBase:
    """Of one's territory, one's unit, or the committee that one keeps."""
    if not committees.reads(visitor.standing):
        raise Http404(request.path)
    chosen = CommitteeFilter.of(request.GET, visitor.standing)
    cursor = request.GET.get("cursor", "")
    if cursor or chosen.given:
        found = committees.committees_for(visitor.standing, chosen.given, visitor.at).select_related("institution")
        page = keyset.page(found, by=BY_NAME, cursor=cursor, size=ROWS)
    else:
        page = keyset.cut(Committee, FIRST(visitor.standing), by=BY_NAME, size=ROWS)
    context = {
        "page": page,
        "rows": committee_rows(committees.rows_of(page.rows, visitor.at), visitor.at),
        "filter": chosen.shown,
        "export_url": register_files.address(register_files.COMMITTEES, chosen, request),
    }
    return render(request, "desk/committee_register.html", context)


@require_safe
@desk_page
def committee_registration(request: HttpRequest, visitor: Visitor, ref: str) -> HttpResponseBase:
    found: Committee = visitor.find(Committee, ref, "institution")
    if not committees.reads(visitor.standing):
        raise Http404(ref)
    note_look_at_committee(found, visitor.standing, request.path)
    day = law_day(visitor.at)
    seats = list(found.memberships.not_ended(day).with_people().order_by("appointment__starts", "pk"))
    prefetch_related_objects(
        [found], "signed_papers", Prefetch("rules", CommitteeRule.objects.select_related("version"))
    )
    facts = registered.facts_of(found, seats, found.rules.all(), visitor.at)
    entries = list(found.registrations.select_related("person"))
    held = next((one for one in entries if one.what in HELD), None)
    clocks = list(Deadline.objects.filter(subject_kind=found.noun, subject_ref=found.ref).open().soonest())
    state_clocks = clocks_of(found.noun, [found.ref], committees.KINDS).get(found.ref, [])
    records = bool(found.capacities(visitor.standing) & RECORDERS)
    context = {
        "committee": found,
        "state": REGISTRATION_STATES[state_of(state_clocks, committees.KINDS, visitor.at)],
        "clocks": [one for one in clocks if one.kind in OWED],
        "facts": [(registered.FIELDS[name.partition(":")[0]], value) for name, value in facts.items()],
        "held": held,
        "changes": [
            (one.label, one) for one in (registered.differences(held.facts, facts) if held and held.facts else [])
        ],
        "entries": entries,
        "health": health(found, found.facts_with(seats), visitor.at),
        "quality": committees.quality_of(found, committees.voters(seats, day), visitor.at),
        "trainings": _trainings(seats, clocks),
        "reports": AnnualReport.objects.visible_to(visitor.standing)
        .filter(body=found.pk)
        .defer("figures", "parts", "groups")
        .order_by("-year")[:ROWS],
        "records": records and bool(running(found, day)),
    }
    return render(request, "desk/committee_registration.html", context)


def _trainings(seats: list[Any], clocks: list[Deadline]) -> list[tuple[Any, Deadline]]:
    """Whose training counts until when, those who are late first."""
    people = {seat.appointment.person_id: seat.person for seat in seats}
    return [(people[one.person_id], one) for one in clocks if one.kind == TRAINING and one.person_id in people]


@require_safe
@desk_page
def activity_register(request: HttpRequest, visitor: Visitor) -> HttpResponseBase:
    if not activities.reads(visitor.standing):
        raise Http404(request.path)
    chosen = ActivityFilter.of(request.GET, visitor.standing)
    cursor = request.GET.get("cursor", "")
    if cursor or chosen.given:
        found = activities.activities_for(visitor.standing, chosen.given, visitor.at)
        page = keyset.page(found.select_related(*register_files.ACTIVITY_RELATED), by=NEWEST, cursor=cursor, size=ROWS)
    else:
        page = keyset.cut(Project, OPENING(visitor.standing), by=NEWEST, size=ROWS)
    context = {
        "page": page,
        "rows": activity_rows(activities.rows_of(page.rows, visitor.at), visitor.at),
        "filter": chosen.shown,
        "export_url": register_files.address(register_files.ACTIVITIES, chosen, request),
    }
    return render(request, "desk/activity_register.html", context)


@require_safe
@desk_page
def activity_registration(request: HttpRequest, visitor: Visitor, ref: str) -> HttpResponseBase:
    """Whoever opens it as a supervisor looks into the activity."""
    rows = activities.activities_for(visitor.standing, {}, visitor.at).filter(ref=ref)
    found = rows.select_related(*register_files.ACTIVITY_RELATED).first()
    if found is None:
        raise Http404(ref)
    visitor.looks_into(found)
    facts = activity_facts(found, visitor.at)
    entries = list(found.registrations.select_related("person"))
    held = next((one for one in entries if one.what in HELD), None)
    clocks = clocks_of(Project.noun, [found.ref], OF_ACTIVITY).get(found.ref, [])
    context = {
        "project": found,
        "row": activities.rows_of([found], visitor.at)[0],
        "state": REGISTRATION_STATES[state_of(clocks, OF_ACTIVITY, visitor.at)],
        "clocks": [one for one in clocks if not one.outcome],
        "facts": [(_label(name), value) for name, value in facts.items()],
        "held": held,
        "changes": [
            (_label(one.field), one)
            for one in (registered.differences(held.facts, facts) if held and held.facts else [])
        ],
        "entries": entries,
        "records": "registrar" in found.capacities(visitor.standing),
    }
    return render(request, "desk/activity_registration.html", context)


def _label(name: str) -> Any:
    return ACTIVITY_FIELDS.get(name, name)
