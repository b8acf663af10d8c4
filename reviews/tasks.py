"""What a worker does after a step. Rows say what is wanting; a message only makes it come sooner than beat's minute."""

from celery import shared_task
from django.utils import timezone

from reviews.models.annual.drafting import draft_pending
from reviews.models.annual.lettering import issue_pending as issue_reports
from reviews.models.appeals.lettering import issue_pending as issue_answers
from reviews.models.emergencies.lapsing import lapse_pending
from reviews.models.programmes.lettering import issue_pending as issue_commitments
from reviews.models.reviewing.lettering import issue_pending
from reviews.models.submissions.comparing import compare_pending
from reviews.oversight.overview.counting import count_pending
from reviews.oversight.programmes.figures import count_large
from reviews.oversight.warnings.evaluating import evaluate_pending


@shared_task(name="reviews.letters", lane="slow")
def letters() -> None:
    """Set every letter that is wanting. Two workers at once make each once: its number is unique."""
    issue_pending(timezone.now())
    issue_answers(timezone.now())
    issue_reports(timezone.now())
    issue_commitments(timezone.now())


@shared_task(name="reviews.annual_reports", lane="slow")
def annual_reports() -> None:
    """Draft the reports on the year that is over, each once its day has come."""
    draft_pending(timezone.now())


@shared_task(name="reviews.emergencies", lane="urgent")
def emergencies() -> None:
    """End what has run out, and let the reviews of what has ended go on in the general procedure."""
    lapse_pending(timezone.now())


@shared_task(name="reviews.comparisons", lane="slow")
def comparisons() -> None:
    """Compare every sealed version with the one before it, once."""
    compare_pending()


@shared_task(name="reviews.counters")
def counters() -> None:
    """Take into the overview's counters what has changed. Two at once take turns; a missed one is made good."""
    count_pending(timezone.now())


@shared_task(name="reviews.programme_figures", lane="slow")
def programme_figures() -> None:
    """Count the gates of programmes that are too large to be counted while somebody waits."""
    count_large(timezone.now())


@shared_task(name="reviews.warnings", lane="slow")
def warnings() -> None:
    """Evaluate each indicator once a day; what an hour did not reach, the next one does."""
    evaluate_pending(timezone.now())
