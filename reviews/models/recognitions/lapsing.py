"""What becomes of an activity when the recognised result it runs on holds no more.

No text says. The approval rests on another's result; without it the unit's own committee has to review (Measures 4, 21;
local duties stay): a review anew is opened, and until it has decided the activity stands still where a setting says so.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from ethicsreview.deadlines.calendar import law_day
from ethicsreview.documents.models import Revocation
from ethicsreview.lifecycle.act import Act
from ethicsreview.lifecycle.refusals import Refusal
from reviews.models.projects.project import Project
from reviews.models.recognitions import sources
from reviews.models.reviewing.review import Review

if TYPE_CHECKING:
    from reviews.models.recognitions.recognition import Recognition

RUNNING = (Project.State.APPROVED, Project.State.SUSPENDED)


def fall_back(one: "Recognition", act: Act) -> None:
    """Part of every step by which the result ceases to hold."""
    project = one.review.project
    if project.state not in RUNNING or rests_elsewhere(one):
        return
    open_own_review(one, act)
    suspends = sources.policy_of(one, act.at).value("recognition.lapse_suspends")
    if suspends and project.state == Project.State.APPROVED:
        act.then(project, "suspend", ground=one.ref)


def open_own_review(one: "Recognition", act: Act) -> None:
    """Before the unit's own committee, beginning with the version in force; none where one is open already."""
    project = one.review.project
    if _open_ones(project).exists():
        return
    version = project.in_force or one.review.submission
    assert version is not None, "it was approved on a version"
    new = Review(
        kind=Review.Kind.REREVIEW,
        project=project,
        committee=one.review.committee,
        assessment=project.assessments.get(state="completed"),
        entrustment=one.review.entrustment,
        follows=one.review,
    )
    act.create(new)
    act.then(new, "carry_over", version=version)
    act.record(review_anew=True)


def rests_elsewhere(one: "Recognition") -> bool:
    """Whether the committee has approved it since by a review of its own, or it never was approved by this."""
    own = one.review.project.reviews.filter(state="approved", pk__gt=one.review_id, amends=None)
    return one.review.state != Review.State.APPROVED or own.exists()


def lost_by(project: Project, ground: str, act: Act) -> None:
    """Whoever recognised a decision on this project runs on it no more: its own committee has taken it back."""
    from reviews.models.recognitions.recognition import Recognition

    rows = Recognition.objects.filter(decision__review__project=project, state=Recognition.State.ACCEPTED)
    for one in rows.order_by("pk"):
        act.then(one, "lose_source", ground=ground)


def of_withdrawn_letters(rows: Any, at: datetime) -> Any:
    """Of `rows` those whose source's letter was withdrawn."""
    withdrawn = Revocation.objects.filter(at__lte=at).values("letter__number")
    return rows.filter(decision__number__in=withdrawn)


def term_is_over(one: "Recognition", act: Act) -> Iterator[Refusal]:
    if one.valid_until is None or law_day(act.at) <= one.valid_until:
        yield Refusal("term_runs", _("认可的期限尚未届满"), {}, "national:21")


def may_review_itself(one: "Recognition", act: Act) -> Iterator[Refusal]:
    project = one.review.project
    if project.state not in RUNNING:
        words = {"state": project.get_state_display()}
        yield Refusal("project_state", _("科技活动现为“%(state)s”，不需要重新审查"), words, "national:21")
    if rests_elsewhere(one):
        yield Refusal("own_review", _("本单位的委员会已经自行审查批准"), {}, "national:21")
    if opened := _open_ones(project).first():
        yield Refusal("review_open", _("已有办理中的重新审查：%(ref)s"), {"ref": opened.ref}, "national:21")


def _open_ones(project: Project) -> Any:
    return Review.objects.open().filter(project=project, kind=Review.Kind.REREVIEW)
