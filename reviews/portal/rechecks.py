"""A re-check as the applicant follows it: at which department, how far, until when; and what it answered."""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ethicsreview.documents.models import Letter
from reviews.models import Recheck, Review

# What each state means to somebody who waits for it. Who sits on the panel is not for them to know.
PROGRESS: dict[str, str | Promise] = {
    Recheck.State.REQUESTED: _("主管部门已收到申请，正在组成专家组"),
    Recheck.State.PANEL_FORMED: _("专家组已组成，专家正在声明利害关系、承诺保密"),
    Recheck.State.IN_PROGRESS: _("专家正在复核"),
    # The result is told when it is delivered, and not before.
    Recheck.State.AGREED: _("复核意见已形成，等待反馈"),
    Recheck.State.DISAGREED: _("复核意见已形成，等待反馈"),
    Recheck.State.DELIVERED: _("复核意见已反馈"),
    Recheck.State.CANCELLED: _("复核已终止"),
}


def told_of_recheck(review: Review) -> dict[str, Any]:
    """What the page of a review says of its latest re-check; nothing, before the unit has applied for one."""
    recheck = review.rechecks.select_related("authority", "report").order_by("-pk").first()
    if recheck is None:
        return {}
    return {
        "recheck": recheck,
        "recheck_words": PROGRESS[recheck.state],
        "recheck_letter": letter_of(recheck),
    }


def letter_of(recheck: Recheck) -> Letter | None:
    """The delivered opinion as a letter, once a worker has set it."""
    if recheck.state != Recheck.State.DELIVERED:
        return None
    return Letter.objects.of(Recheck.noun, recheck.ref).first()
