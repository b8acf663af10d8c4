"""What the clock does when an emergency is over: it ends, and its reviews go on in the general procedure."""

from datetime import datetime

import structlog
from django.utils import translation
from django.utils.translation import gettext as _

from ethicsreview.accounts.standing import SYSTEM
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.lifecycle.door import perform
from ethicsreview.lifecycle.refusals import StepError
from reviews.models.emergencies.event import EmergencyEvent
from reviews.models.reviewing.review import Review
from reviews.models.reviewing.urgent import RUNNING

BATCH = 100
log = structlog.get_logger(__name__)


def lapse_pending(at: datetime) -> int:
    """Each in a transaction of its own, a bounded number at a time; what is left comes with the next minute.

    The rows are the truth: repeated, or done by two workers at once, nothing happens twice.
    """
    with translation.override("zh-hans"):
        over = EmergencyEvent.objects.filter(state=EmergencyEvent.State.ACTIVE, until__lt=law_day(at))
        for event in over.order_by("pk")[:BATCH]:
            _take(event, "run_out", _("所定期限届满"), at)
        done = 0
        urgent = Review.objects.filter(
            procedure=Review.Procedure.EMERGENCY, state__in=RUNNING, event__state=EmergencyEvent.State.ENDED
        )
        for review in urgent.select_related("event").order_by("pk")[:BATCH]:
            assert review.event is not None
            ended = {"event": review.event.title, "reason": review.event.ended_reason}
            done += _take(review, "leave_emergency", _("突发事件“%(event)s”已结束：%(reason)s") % ended, at)
    return done


def _take(obj: EmergencyEvent | Review, step: str, reason: str, at: datetime) -> int:
    try:
        perform(obj, step, by=SYSTEM, at=at, reason=reason)
    except StepError as refused:
        # Another worker was first, or it was concluded meanwhile: the next look finds what there still is.
        log.info("emergency_not_lapsed", object=obj.ref, step=step, why=type(refused).__name__)
        return 0
    return 1
