"""What follows from what an inspection found: to be put right, or to be investigated (Sichuan 16, Shandong 13)."""

from datetime import date

from ethicsreview.deadlines.calendar import law_day
from ethicsreview.lifecycle.act import Act
from reviews.models.complaints.handling import handling_of
from reviews.models.complaints.timing import FINISH, finish
from reviews.models.inspections import timing
from reviews.models.inspections.inspection import Inspection
from reviews.models.inspections.rectification import Rectification
from reviews.models.investigations.investigation import Investigation
from reviews.models.investigations.kinds import Origin


def order_rectifications(found: Inspection, act: Act, due_on: date | None) -> int:
    """One for each item that does not conform, with its clock; returns how many."""
    policy, wrong = found.policy_at(act.at), found.wrong()
    for number, one in enumerate(wrong, start=1):
        # A day that the team set for an item may have passed while the draft was out.
        day = one.rectify_by if one.rectify_by and one.rectify_by > law_day(act.at) else due_on
        assert day is not None, "the form asks for it where something does not conform"
        made = Rectification(inspection=found, finding=one, number=number, due_on=day, created_at=act.at)
        act.create(made)
        act.start(timing.RECTIFY, on=made, **timing.rectify(made, day, policy))
    return len(wrong)


def refer(found: Inspection, act: Act, *, title: str, account: str, track: str, unit_suspected: bool) -> None:
    """An investigation of the body that the rules of the place make responsible; where the register has none, of the
    department itself. It names the inspection by its number and is not linked, so that nobody sees more by it.
    """
    policy = found.policy_at(act.at)
    handling = handling_of(found.institution, found.region, unit_suspected=unit_suspected, policy=policy)
    opened = Investigation(
        title=title,
        origin=Origin.INSPECTION,
        origin_ref=found.ref,
        account=account,
        track=track,
        region=found.region,
        handler=handling.body or found.authority,
        joint=handling.joint,
        opened_at=act.at,
    )
    act.create(opened)
    act.record(handler=opened.handler.ref, duty=handling.cite)
    act.start(FINISH, on=opened, **finish(opened.handler, track, policy))
