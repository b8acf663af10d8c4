"""What a letter's public page may say of it."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q
from django.utils import timezone

from ethicsreview.documents.models import Letter
from reviews.models.projects.project import Project
from reviews.models.projects.starting import gates
from reviews.models.rechecks.report import RecheckReport
from reviews.models.reviewing.decision import Decision, Outcome


@dataclass(frozen=True)
class LetterStanding:
    """`valid`: the approval stands today; a letter that permits nothing was never valid so. `conditional`: but what it
    permits may not be begun yet, because a partner's country is still to be cleared (Measures 12). `stopped`: what the
    activity has come to, where it no longer goes on.
    """

    number: str
    issued_on: date
    digest: str
    genuine: bool
    permits: bool
    valid: bool
    conditional: bool
    withdrawn_on: date | None
    stopped: str = ""

    @property
    def stopped_label(self) -> str:
        return str(Project.State(self.stopped).label) if self.stopped else ""


# Of an activity that was approved: what it may have come to since.
STOPPED = frozenset({Project.State.SUSPENDED, Project.State.TERMINATED, Project.State.COMPLETED})


def standing_of_letter(code: str, at: datetime) -> LetterStanding | None:
    """None for a code that no letter has. Three queries; of an approval that stands, two more."""
    letter = Letter.objects.filter(code=code).select_related("revocation").first()
    if letter is None:
        return None
    decision = Decision.objects.filter(number=letter.number).select_related("review__project").first()
    # A re-check opinion is genuine and permits nothing: the committee decides by it. Nor does the answer to an appeal.
    reported = decision is None and (
        RecheckReport.objects.filter(number=letter.number).exists()
        or letter.kind in {"appeal", "annual_report", "commitment"}
    )
    withdrawn = letter.revoked_at is not None and letter.revoked_at <= at
    valid = decision is not None and not withdrawn and holds(decision)
    return LetterStanding(
        number=letter.number,
        issued_on=timezone.localdate(letter.created_at),
        digest=letter.digest,
        genuine=decision is not None or reported,
        permits=decision is not None and decision.approves,
        valid=valid,
        conditional=decision is not None and valid and not gates(decision.review.project, at).start.open,
        stopped=_stopped(decision),
        withdrawn_on=timezone.localdate(letter.revoked_at) if letter.revoked_at and withdrawn else None,
    )


def holds(decision: Decision) -> bool:
    """Whether an approval still stands: no later decision took its place, and the project may go on.

    What a follow-up decided takes the place of no approval: it shows in the project's own state.
    """
    if not decision.approves or decision.review.project.state != Project.State.APPROVED:
        return False
    latest = Decision.objects.filter(review__project=decision.review.project_id).exclude(review__kind="follow_up")
    approving = latest.filter(Q(outcome=Outcome.APPROVED, preliminary=False) | Q(review=decision.review_id)).first()
    return approving is not None and approving.pk == decision.pk


def _stopped(decision: Decision | None) -> str:
    if decision is None or not (decision.approves or decision.review.kind == "follow_up"):
        return ""
    state: str = decision.review.project.state
    return state if state in STOPPED else ""
