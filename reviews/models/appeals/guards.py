"""What an appeal that is being dealt with keeps shut in the review it is about."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from ethicsreview.lifecycle.act import Act
from ethicsreview.lifecycle.refusals import Refusal

if TYPE_CHECKING:
    from reviews.models.reviewing.record import ReviewRecord


def no_appeal_pending(review: "ReviewRecord", act: Act) -> Iterator[Refusal]:
    """One either does what the decision asks for, or asks for another decision."""
    if review.state in APPEALED and review.appeals.filter(state__in=["filed", "prepared"]).exists():
        yield _pending()


def no_appeal_against_it(review: "ReviewRecord", act: Act) -> Iterator[Refusal]:
    """A review anew that the committee has ordered, while the applicant objects to that order."""
    if review.kind != review.Kind.REREVIEW:
        return
    from reviews.models.appeals.appeal import Appeal

    objected = Appeal.objects.filter(review__project=review.project_id, decision__outcome="rereview_required")
    if objected.filter(state__in=["filed", "prepared"]).exists():
        yield _pending()


def _pending() -> Refusal:
    return Refusal("appeal_pending", _("申诉正在办理；要继续，请先撤回申诉，或者等待申诉的决定"), cite="national:18")


APPEALED = frozenset({"modification_required", "revision_required"})
