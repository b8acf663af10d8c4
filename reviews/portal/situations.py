"""Where each project stands, who has the ball, by when, and what its people can do next: read for a whole page at once.

What is offered here is only a way to a page; whether a step is open, the page asks the lifecycle.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, Max, QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ethicsreview.accounts.models import Person
from ethicsreview.accounts.patterns import PreparedFor
from ethicsreview.accounts.standing import Standing
from ethicsreview.deadlines.ending import Ending
from ethicsreview.deadlines.models import Deadline
from reviews.models import FollowUp, Participation, Project, Recheck, Review, RiskAssessment
from reviews.models.reviewing.states import HOLDERS, OPEN_STATES

# What the applicant's side does in each state in which it has the ball.
TO_DO: dict[str, str | Promise] = {
    Review.State.DRAFT: gettext_lazy("继续填写申请"),
    Review.State.SUPPLEMENT_REQUESTED: gettext_lazy("答复补正要求"),
    Review.State.MODIFICATION_REQUIRED: gettext_lazy("按要求修改"),
    Review.State.REVISION_REQUIRED: gettext_lazy("修改后再提交"),
    # Of a person without a unit; elsewhere the unit has the ball.
    Review.State.PRELIMINARILY_PASSED: gettext_lazy("报请专家复核"),
}
# Before a review is open, the ball is the applicant's; after the last one, nobody's.
BEFORE_REVIEW = frozenset({Project.State.DRAFT, Project.State.ASSESSED})


# What is asked of a project and of its latest review; no object is made of them.
PROJECT = ("pk", "ref", "title", "state", "lead", "lead__name", "institution__name")
REVIEW = ("pk", "ref", "state", "project", "waiting_for", "committee__name", "procedure")
AWAITED = ("ref", "project__title", "next_due_at")
MOST = 10
ASSESSMENT = ("pk", "ref", "state", "project")


@dataclass(frozen=True)
class Next:
    label: str
    url: str


@dataclass(frozen=True)
class Limit:
    title: str
    end: Ending
    cite: str


@dataclass(frozen=True)
class Situation:
    """One project's card. `where` is empty before the first review; `mine`: the applicant's side has the ball."""

    ref: str
    title: str
    institution: str
    lead: str
    state: str
    where: str = ""
    holder: str = ""
    mine: bool = False
    limit: Limit | None = None
    next: Next | None = None

    @property
    def state_label(self) -> str:
        return str(Project.State(self.state).label)


def situations(projects: Sequence[Any], person: Person, at: datetime) -> list[Situation]:
    """Of rows with the values of PROJECT. At most six queries, however many projects: latest reviews, assessments,
    parts of collaborations, follow-ups, re-checks, deadlines; none for what no project can have.
    """
    begun = [row.pk for row in projects if row.state not in BEFORE_REVIEW]
    reviews = _latest(Review, REVIEW, [row.pk for row in projects])
    assessments = _latest(RiskAssessment, ASSESSMENT, [row.pk for row in projects if row.state in BEFORE_REVIEW])
    owed = list(_follow_ups(begun)) if begun else []
    parts = _parts([row.pk for row in projects if row.state in BEFORE_REVIEW])
    told = [*reviews.values(), *owed, *_rechecks(reviews)]
    due = {row.project: row.ref for row in owed if row.state == FollowUp.State.DUE}
    limits = _limits({row.ref: row.project for row in told}, at)
    return [
        _situation(
            row,
            reviews.get(row.pk),
            assessments.get(row.pk),
            limits.get(row.pk),
            person,
            due.get(row.pk),
            parts.get(row.pk, ""),
        )
        for row in projects
    ]


@dataclass(frozen=True)
class Awaited:
    """What waits for the applicant's side, wherever among the projects it lies."""

    title: str
    next: Next
    end: Ending | None


def _reviews_awaited(standing: Standing) -> "QuerySet[Any, Any]":
    own = Project.objects.own(standing.person).values("pk")
    rows = Review.objects.filter(project__in=own, waiting_for="lead", state__in=list(TO_DO))
    return rows.order_by(F("next_due_at").asc(nulls_last=True), "pk").values_list(*AWAITED, "state", named=True)[:MOST]


def _follow_ups_awaited(standing: Standing) -> "QuerySet[Any, Any]":
    own = Project.objects.own(standing.person).values("pk")
    rows = FollowUp.objects.filter(project__in=own, state=FollowUp.State.DUE)
    return rows.order_by("next_due_at", "pk").values_list(*AWAITED, named=True)[:MOST]


REVIEWS_AWAITED, FOLLOW_UPS_AWAITED = PreparedFor(_reviews_awaited), PreparedFor(_follow_ups_awaited)


def awaited(standing: Standing, at: datetime) -> list[Awaited]:
    """The soonest due first. Two queries: for whoever has more projects than one page shows."""
    found = [
        (row, Next(str(TO_DO[row.state]), reverse("portal:review", args=[row.ref])))
        for row in REVIEWS_AWAITED(standing)
    ]
    found += [
        (row, Next(_("填写跟踪审查报告"), reverse("portal:follow_up_write", args=[row.ref])))
        for row in FOLLOW_UPS_AWAITED(standing)
    ]
    found.sort(key=lambda one: (one[0].next_due_at is None, one[0].next_due_at or at))
    return [
        Awaited(row.project__title, way, Ending.on(row.next_due_at, at) if row.next_due_at else None)
        for row, way in found[:MOST]
    ]


def _latest(model: type[Any], columns: Sequence[str], projects: Sequence[int]) -> dict[int, Any]:
    """The newest row of each project."""
    if not projects:
        return {}
    newest = model.objects.filter(project__in=projects).order_by().values("project").annotate(newest=Max("pk"))
    rows = model.objects.filter(pk__in=newest.values("newest")).values_list(*columns, named=True)
    return {row.project: row for row in rows}


def _parts(projects: Sequence[int]) -> dict[int, str]:
    """Of those that are a unit's part of a collaboration: the reference of its participation."""
    if not projects:
        return {}
    rows = Participation.objects.present().filter(project__in=projects)
    return dict(rows.values_list("project", "ref"))


def _follow_ups(projects: Sequence[int]) -> Any:
    rows = FollowUp.objects.filter(project__in=projects, state__in=[FollowUp.State.SCHEDULED, FollowUp.State.DUE])
    return rows.values_list("ref", "state", "project", named=True)


def _rechecks(reviews: Mapping[int, Any]) -> Any:
    """The open re-checks of these reviews; asked for only where there can be one."""
    waiting = [row.pk for row in reviews.values() if row.state == Review.State.IN_RECHECK]
    if not waiting:
        return []
    rows = Recheck.objects.open().filter(review__in=waiting).annotate(project=F("review__project"))
    return rows.values_list("ref", "project", named=True)


def _limits(by_ref: Mapping[str, int], at: datetime) -> dict[int, Limit]:
    """The soonest open deadline of each project: of its latest review and its re-check, or of a follow-up."""
    if not by_ref:
        return {}
    kinds = ["review", "recheck", "follow_up"]
    rows = Deadline.objects.open().filter(object_kind__in=kinds, object_ref__in=by_ref)
    found: dict[int, Limit] = {}
    for deadline in rows.soonest().defer("history", "ladder", "escalate_to"):
        if (project := by_ref[deadline.object_ref]) not in found:
            found[project] = Limit(deadline.title, Ending.of(deadline, at), deadline.citation)
    return found


def _situation(
    project: Any,
    review: Any,
    assessment: Any,
    limit: Limit | None,
    person: Person,
    due: str | None,
    part: str = "",
) -> Situation:
    known = {"lead": project.lead__name, "institution": project.institution__name, "limit": limit}
    known |= {name: getattr(project, name) for name in ("ref", "title", "state")}
    if review is not None and review.state in OPEN_STATES:
        where = _where(review)
        if review.procedure == Review.Procedure.EMERGENCY:
            where = _("%(where)s · %(procedure)s") % {"where": where, "procedure": Review.Procedure.EMERGENCY.label}
        todo = None
        if review.state in TO_DO and review.waiting_for == "lead":
            todo = Next(str(TO_DO[review.state]), reverse("portal:review", args=[review.ref]))
        return Situation(
            **known,
            where=where,
            holder=str(HOLDERS.get(review.waiting_for, "")),
            mine=review.waiting_for == "lead",
            next=todo,
        )
    where = ""
    if review is not None and project.state in BEFORE_REVIEW:
        # How it ended, where the project stands again as before it.
        where = _where(review)
    holder, before = "", None
    if project.state in BEFORE_REVIEW:
        leads = project.lead == person.pk
        holder, before = _("项目负责人"), _before_review(project, assessment, leads=leads)
        if part and leads:
            before = Next(_("查看协作审查，申请确认"), reverse("portal:participation", args=[part]))
    elif due is not None:
        holder = _("项目负责人")
        before = Next(_("填写跟踪审查报告"), reverse("portal:follow_up_write", args=[due]))
    return Situation(**known, where=where, holder=holder, mine=bool(holder), next=before)


def _where(review: Any) -> str:
    return _("%(committee)s · %(state)s") % {
        "committee": review.committee__name,
        "state": Review.State(review.state).label,
    }


def _before_review(project: Any, assessment: Any, *, leads: bool) -> Next | None:
    if assessment is not None and assessment.state == RiskAssessment.State.DRAFT:
        return Next(_("继续风险评估"), reverse("portal:assessment", args=[assessment.ref]))
    if not leads:
        return None
    if project.state == Project.State.ASSESSED:
        return Next(_("申请审查"), reverse("portal:apply", args=[project.ref]))
    return Next(_("开始风险评估"), reverse("portal:project", args=[project.ref]))
