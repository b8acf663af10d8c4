"""What happened to a project or a review, in words, from the entries of its record that this person may see."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ethicsreview.lifecycle.models import Lifecycle
from ethicsreview.lifecycle.registry import nouns
from ethicsreview.lifecycle.steps import CONSEQUENCE, steps_of
from ethicsreview.trail.models import Entry
from reviews.models import Project, Review
from reviews.models.mandates.acts import CAPACITY
from reviews.models.projects.parties import CAPACITIES

# How far back a page goes; the whole record is for those who verify it.
NEWEST = 60
BEGUN: dict[str, str | Promise] = {
    "project": gettext_lazy("新建科技活动"),
    "assessment": gettext_lazy("开始风险评估"),
    "review": gettext_lazy("开始填写审查申请"),
    "follow_up": gettext_lazy("排定跟踪审查"),
    "report": gettext_lazy("开始填写报告"),
    "appeal": gettext_lazy("开始填写申诉"),
    "exemption": gettext_lazy("申请免除审查"),
    "collaboration": gettext_lazy("组织协作审查"),
    "recognition": gettext_lazy("开始请求结果互认"),
    "entrustment": gettext_lazy("开始填写委托"),
    "participation": gettext_lazy("邀请参与单位"),
    "foreign_approval": gettext_lazy("列为合作国家"),
}
# Whose names an applicant's page shows; for the committee's side the office speaks.
NAMED = frozenset(
    {
        *("lead", "team", "institution_officer", "nominee", "successor"),
        *("local_lead", "unit_officer", "truster", "trustee"),
        *("amender", "acting_amender", "principal", "delegate", "employer"),
        *CAPACITY.values(),
    }
)
# What the applicant has been told in the step's own notice.
REASONS = ("reason", "listed_reason", "answer")


@dataclass(frozen=True)
class Event:
    at: datetime
    title: str
    who: str
    text: str
    cite: str


def of_project(
    project: Project, reviews: Iterable[Review], follow_ups: Iterable[Any], reports: Iterable[Any] = ()
) -> list[Event]:
    """Of the project and of what is known of it: `reviews` are those that the person may see."""
    known = Q(object_kind="project", object_ref=project.ref) | Q(object_kind="assessment")
    known |= Q(object_kind="review", object_ref__in=[review.ref for review in reviews])
    known |= Q(object_kind="follow_up", object_ref__in=[follow_up.ref for follow_up in follow_ups])
    known |= Q(object_kind="report", object_ref__in=[report.ref for report in reports]) & ~Q(step="create")
    known |= Q(object_kind__in=["appeal", "foreign_approval", "recognition"]) & ~Q(step="create")
    known |= Q(object_kind__in=["exemption", "collaboration"])
    known |= Q(object_kind="mandate", step="revoke")
    return list(_events(Entry.objects.filter(known), project))


def of_review(review: Review) -> list[Event]:
    return of_object(review, review.project)


def of_object(obj: Lifecycle, project: Lifecycle) -> list[Event]:
    """Of one object in the project's chain, or in its own."""
    return list(_events(Entry.objects.filter(object_kind=obj.noun, object_ref=obj.ref), project))


def _events(entries: Any, project: Lifecycle) -> Iterator[Event]:
    """Newest first. What another step brought about is part of that step, and is not told twice."""
    chain = {"chain__subject_kind": project.noun, "chain__subject_ref": project.ref}
    # But for what decides or turns the review itself: whose step set it off is not the applicant's to know.
    told = Q(facts__because__isnull=True) | Q(step__in=["convert_to_meeting", "conclude_by_recognition"])
    # A review that another step began is begun by nobody.
    brought = Q(object_kind="review", step="create", capacities=CONSEQUENCE)
    for entry in entries.filter(told & ~brought, **chain).order_by("-seq")[:NEWEST]:
        yield Event(entry.at, _title(entry), _who(entry), _text(entry), entry.citation)


def _title(entry: Entry) -> str:
    if entry.step == "create":
        return str(BEGUN.get(entry.object_kind, entry.step))
    declared = steps_of(nouns()[entry.object_kind]).get(entry.step)
    return str(declared.label) if declared else entry.step


def _who(entry: Entry) -> str:
    if entry.actor_kind == "system":
        return _("系统")
    capacities = [name for name in entry.capacities.split(",") if name]
    if capacities == [CONSEQUENCE]:
        return ""
    if other := entry.facts.get("on_behalf_of"):
        return _("%(name)s（代%(other)s）") % {"name": entry.actor_name, "other": other}
    if not capacities or NAMED & set(capacities):
        return entry.actor_name
    return _("、").join(str(CAPACITIES.get(name, name)) for name in capacities)


def _text(entry: Entry) -> str:
    given = entry.facts.get("input", {})
    said = [str(given[name]) for name in REASONS if given.get(name)]
    if entry.object_kind == "foreign_approval":
        said.insert(0, entry.object_ref)
    if number := entry.facts.get("version"):
        said.append(_("第%(number)s版") % {"number": number})
    if number := entry.facts.get("decision"):
        said.append(_("文号：%(number)s") % {"number": number})
    return "\n".join(said)
