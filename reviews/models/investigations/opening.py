"""Opening an investigation: by the acceptance of a complaint, or on a body's own motion."""

from datetime import datetime
from typing import Any

from django.db import transaction

from ethicsreview.accounts.models import Body, Person
from ethicsreview.deadlines import clock
from ethicsreview.lifecycle.door import create
from reviews.models.complaints import timing
from reviews.models.complaints.complaint import Complaint
from reviews.models.investigations.investigation import Investigation
from reviews.models.investigations.kinds import Origin


def opened_by(complaint: Complaint, title: str, at: datetime) -> Investigation:
    return Investigation(
        title=title,
        complaint=complaint,
        origin=Origin.COMPLAINT,
        origin_ref=complaint.ref,
        account=complaint.account,
        track=complaint.track,
        region=complaint.region,
        handler=complaint.handler,
        joint=complaint.joint,
        opened_at=at,
    )


def open_by_own_motion(body: Body, *, by: Person, at: datetime, **terms: Any) -> Investigation:
    """What a checked `OpenForm` says (Shandong 13: units investigate on their own initiative). Raises NotPermitted for
    whoever does not work in the body.
    """
    with transaction.atomic():
        opened = Investigation(handler=body, region=body.region, opened_at=at, **terms)
        made = create(opened, by=by, at=at, origin=terms["origin"], origin_ref=terms["origin_ref"])
        clock.start(timing.FINISH, made, at=at, **timing.finish(body, made.track, made.policy_at(at)))
        made.note_next_due()
    return made
