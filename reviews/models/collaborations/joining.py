"""Beginning a collaboration; every face begins it here."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ethicsreview.accounts.models import Person
from ethicsreview.accounts.standing import standing_of
from ethicsreview.lifecycle.door import create
from ethicsreview.lifecycle.refusals import NotPermitted, Refusal, Refused
from reviews.models.collaborations.collaboration import Collaboration
from reviews.models.collaborations.participation import Participation
from reviews.models.projects.project import Project
from reviews.models.reviewing.decision import Decision
from reviews.rules.agreement import FAVOURABLE

CLOSED = frozenset({Project.State.COMPLETED, Project.State.TERMINATED, Project.State.NOT_REQUIRED})


def start_collaboration(project: Project, *, by: Person, at: datetime | None = None) -> Collaboration:
    """The project's collaboration; a new one, if there is none. Raises Refused."""
    moment = at or timezone.now()
    if not Collaboration.creators & project.capacities(standing_of(by, moment)):
        raise NotPermitted(str(_("组织协作审查")), sorted(Collaboration.creators))
    with transaction.atomic():
        # Two tabs begin it once.
        locked = Project.objects.select_for_update().get(pk=project.pk)
        if opened := Collaboration.objects.filter(project=locked).first():
            return opened
        if refusals := obstacles(locked):
            raise Refused(refusals)
        return create(Collaboration(project=locked, decision=_decided_on(locked)), by=by, at=moment)


def _decided_on(project: Project) -> Decision | None:
    """What the lead unit's committee has decided already: the latest favourable decision of a review that stands."""
    standing = Decision.objects.filter(review__project=project, review__state__in=FAVOURABLE | {"in_recheck"})
    return standing.filter(outcome__in=FAVOURABLE).order_by("-decided_at", "-pk").first()


def reference_for(project: Project) -> str:
    """The collaboration that the project leads or is part of, by its reference; empty where it is in none."""
    mine = Q(project=project) | Q(participations__project=project)
    return str(Collaboration.objects.filter(mine).values_list("ref", flat=True).first() or "")


def obstacles(project: Project) -> list[Refusal]:
    """Why no collaboration can be begun of it: it is part of one, or it is over."""
    found = []
    if Participation.objects.filter(project=project).exists():
        words = gettext_lazy("本科技活动是协作的参与单位部分，由牵头单位组织协作审查")
        found.append(Refusal("part_of_one", words, {}, "national:21"))
    if project.state in CLOSED:
        words = gettext_lazy("科技活动现为“%(state)s”，不能组织协作审查")
        found.append(Refusal("closed", words, {"state": project.get_state_display()}, "national:21"))
    return found
