"""How what happens in one unit's review reaches the collaboration: called by the steps that bring it about."""

from typing import Any

from ethicsreview.lifecycle.act import Act
from reviews.models.projects.project import Project
from reviews.models.reviewing.decision import Decision
from reviews.rules.agreement import FAVOURABLE


def decided(review: Any, decision: Decision, act: Act) -> None:
    """A committee's decision: the lead unit's is what the others confirm, another unit's is noted on its part."""
    from reviews.models.collaborations.collaboration import RUNNING, Collaboration
    from reviews.models.collaborations.participation import PRESENT, Participation

    if review.kind == "follow_up" or (review.amends_id is not None and not decision.approves):
        # What stands goes on as it was approved; what stops it is told by `changed`.
        return
    led = Collaboration.objects.filter(project=review.project_id, state__in=RUNNING).first()
    if led is not None and decision.outcome in FAVOURABLE:
        act.then(led, "note_decision", decision=decision)
    joined = Participation.objects.filter(project=review.project_id, state__in=PRESENT).first()
    if joined is not None:
        act.then(joined, "note_decision", decision=decision)


def changed(project: Project, act: Act, change: str, reason: str) -> None:
    """The lead unit's project was suspended, resumed, terminated or changed (`change`, as in ChangeForm): every unit
    that takes part is told, and its part is shut until its own committee has decided. One query where there is none.
    """
    from reviews.models.collaborations.collaboration import Collaboration

    found = Collaboration.objects.filter(project=project, state__in=["confirming", "halted", "ended"]).first()
    if found is None:
        return
    if found.state != "ended":
        act.then(found, "tell_change", change=change, reason=reason)
    elif project.state == "terminated" and found.participations.filter(lead_change="terminated").exists():
        # Its termination, which ended the collaboration, was set aside on appeal.
        act.then(found, "halt_again", reason=reason)


def rechecked(review: Any, result: str, act: Act) -> None:
    """Measures 26: the lead unit applied for all; what the panel answered reaches each unit's review."""
    from reviews.models.collaborations.participation import PRESENT, Participation

    rows = Participation.objects.filter(collaboration__project=review.project_id, state__in=PRESENT)
    waiting = rows.filter(review__state="preliminarily_passed").select_related("review").order_by("pk")
    for one in waiting:
        act.then(one.review, "receive_lead_recheck", result=result)


def undecided(review: Any) -> list[str]:
    """The units of a lead unit's review that have not decided, by name: what is not yet gathered."""
    from reviews.models.collaborations.participation import WAITING, Participation

    rows = Participation.objects.filter(collaboration__project=review.project_id, state__in=WAITING)
    return list(rows.order_by("pk").values_list("institution__name", flat=True))
