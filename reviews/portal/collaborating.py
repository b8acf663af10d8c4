"""What a project's page says of a collaboration: the one it leads, the part it is, or that one may be begun."""

from typing import Any

from django.db.models import Q

from reviews.models import Collaboration, Participation, Project
from reviews.models.collaborations.joining import CLOSED


def collaborating(project: Project, *, is_lead: bool) -> dict[str, Any]:
    """One query; a second for a unit's part."""
    mine = Q(project=project) | Q(participations__project=project)
    found = Collaboration.objects.filter(mine).first()
    part = None
    if found is not None and found.project_id != project.pk:
        part = Participation.objects.filter(project=project).select_related("collaboration").first()
    may = is_lead and found is None and project.state not in CLOSED
    return {"collaboration": None if part else found, "participation": part, "may_collaborate": may}
