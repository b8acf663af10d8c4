"""Where each project stands, who has the ball, by when, and what its people can do next: read for a whole page at once.

What is offered here is only a way to a page; whether a step is open, the page asks the lifecycle.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Max
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ethicsreview.accounts.models import Person
from ethicsreview.deadlines.models import Deadline
from reviews.models import FollowUp, Project, Recheck, Review, RiskAssessment
from reviews.models.review_states import OPEN_STATES

# What the applicant's side does in each state in which it has the ball.
TO_DO: dict[str, str | Promise] = {
    Review.State.DRAFT: gettext_lazy("继续填写申请"),
    Review.State.SUPPLEMENT_REQUESTED: gettext_lazy("答复补正要求"),
    Review.State.MODIFICATION_REQUIRED: gettext_lazy("按要求修改"),
    Review.State.REVISION_REQUIRED: gettext_lazy("修改后再提交"),
}
# Before a review is open, the ball is the applicant's; after the last one, nobody's.
BEFORE_REVIEW = frozenset({Project.State.DRAFT, Project.State.ASSESSED})


@dataclass(frozen=True)
class Next:
    label: str
    url: str


@dataclass(frozen=True)
class Situation:
    project: Project
    review: Review | None
    where: str
    holder: str
    mine: bool
    deadline: Deadline | None
    next: Next | None


def situations(projects: Sequence[Project], person: Person) -> list[Situation]:
    """Four queries, however many projects: latest reviews, assessments, follow-ups, deadlines."""
    reviews = _latest(Review.objects.select_related("committee"), projects)
    assessments = _latest(RiskAssessment.objects.defer("answers", "conclusions_kept"), projects)
    follow_ups = FollowUp.objects.filter(project__in=projects, state__in=[FollowUp.State.SCHEDULED, FollowUp.State.DUE])
    deadlines = _deadlines({obj.ref: obj.project_id for obj in [*reviews.values(), *follow_ups]} | _rechecks(reviews))
    return [
        _situation(project, reviews.get(project.pk), assessments.get(project.pk), deadlines.get(project.pk), person)
        for project in projects
    ]


def _latest(rows: Any, projects: Sequence[Project]) -> dict[int, Any]:
    """The newest row of each project."""
    newest = rows.model.objects.filter(project__in=projects).order_by().values("project").annotate(newest=Max("pk"))
    return {row.project_id: row for row in rows.filter(pk__in=newest.values("newest"))}


def _rechecks(reviews: Mapping[int, Review]) -> dict[str, int]:
    """The open re-checks of these reviews, with their projects; asked for only where there can be one."""
    waiting = [review.pk for review in reviews.values() if review.state == Review.State.IN_RECHECK]
    if not waiting:
        return {}
    return dict(Recheck.objects.open().filter(review__in=waiting).values_list("ref", "review__project"))


def _deadlines(by_ref: Mapping[str, int]) -> dict[int, Deadline]:
    """The soonest open deadline of each project: of its latest review and its re-check, or of a follow-up."""
    kinds = ["review", "recheck", "follow_up"]
    rows = Deadline.objects.open().filter(object_kind__in=kinds, object_ref__in=by_ref)
    found: dict[int, Deadline] = {}
    for deadline in rows.soonest():
        found.setdefault(by_ref[deadline.object_ref], deadline)
    return found


def _situation(
    project: Project,
    review: Review | None,
    assessment: RiskAssessment | None,
    deadline: Deadline | None,
    person: Person,
) -> Situation:
    leads = project.lead_id == person.pk
    if review is not None and review.state in OPEN_STATES:
        mine = review.waiting_for == "lead"
        where = _("%(committee)s · %(state)s") % {
            "committee": review.committee.name,
            "state": review.get_state_display(),
        }
        todo = Next(str(TO_DO[review.state]), review.get_absolute_url()) if review.state in TO_DO else None
        return Situation(project, review, where, review.holder, mine, deadline, todo)
    where = str(project.get_state_display())
    holder, todo = "", None
    if project.state in BEFORE_REVIEW:
        holder, todo = _("项目负责人"), _before_review(project, assessment, leads=leads)
    elif deadline is not None:
        holder = _("项目负责人")
    return Situation(project, review, where, holder, bool(holder), deadline, todo)


def _before_review(project: Project, assessment: RiskAssessment | None, *, leads: bool) -> Next | None:
    if assessment is not None and assessment.state == RiskAssessment.State.DRAFT:
        return Next(_("继续风险评估"), assessment.get_absolute_url())
    if not leads:
        return None
    if project.state == Project.State.ASSESSED:
        return Next(_("申请审查"), reverse("portal:apply", args=[project.ref]))
    return Next(_("开始风险评估"), project.get_absolute_url())
