"""What a letter's public page may say of it."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from ethicsreview.documents.models import Letter
from reviews.models.projects.project import Project
from reviews.models.projects.starting import gates
from reviews.models.rechecks.report import RecheckReport
from reviews.models.reviewing.decision import Decision


@dataclass(frozen=True)
class LetterStanding:
    """`valid`: the approval stands today; a letter that permits nothing was never valid so. `conditional`: but what it
    permits may not be begun yet, because a partner's country is still to be cleared (Measures 12).
    """

    number: str
    issued_on: date
    digest: str
    genuine: bool
    permits: bool
    valid: bool
    conditional: bool
    withdrawn_on: date | None


def standing_of_letter(code: str, at: datetime) -> LetterStanding | None:
    """None for a code that no letter has. Three queries; of an approval that stands, two more."""
    letter = Letter.objects.filter(code=code).select_related("revocation").first()
    if letter is None:
        return None
    decision = Decision.objects.filter(number=letter.number).select_related("review__project").first()
    # A re-check opinion is genuine and permits nothing: the committee decides by it.
    reported = decision is None and RecheckReport.objects.filter(number=letter.number).exists()
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
        withdrawn_on=timezone.localdate(letter.revoked_at) if letter.revoked_at and withdrawn else None,
    )


def holds(decision: Decision) -> bool:
    """Whether an approval still stands: no later decision took its place, and the project may go on."""
    if not decision.approves or decision.review.project.state != Project.State.APPROVED:
        return False
    latest: Decision | None = decision.review.decisions.first()
    return latest is not None and latest.pk == decision.pk
