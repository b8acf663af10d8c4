"""Why somebody may not inspect an institution: they belong to it, work for it, or have declared an interest in it."""

from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from committees.models import Committee, ProjectFacts, conflict_grounds
from ethicsreview.accounts.models import Appointment, Institution, Person, Role
from ethicsreview.lifecycle.refusals import Refusal
from reviews.models.projects.project import Project

# Interests are declared and recused from (Measures 8); that of inspectors is the same idea, by analogy.
RECUSAL = "national:8"
SENT = (Role.REGULATOR, Role.RECHECK_EXPERT)
NOBODY = 0


def against_inspecting(person: Person, institution: Institution, at: datetime) -> list[Refusal]:
    """All grounds; empty where there is none."""
    names = {"name": person.name, "institution": institution.name}
    found = []
    own = Committee.objects.filter(institution=institution).values("pk")
    held = Appointment.objects.current(at).filter(person=person)
    if held.filter(Q(body=institution.pk) | Q(body__in=own)).exists():
        words = _("%(name)s是%(institution)s或者其委员会的人员，不得参加对该单位的检查")
        found.append(Refusal("belongs", words, names, RECUSAL))
    if Project.objects.own(person).filter(institution=institution).exists():
        words = _("%(name)s承担或者参加%(institution)s的科技活动，不得参加对该单位的检查")
        found.append(Refusal("works_there", words, names, RECUSAL))
    facts = ProjectFacts(lead_id=NOBODY, institution_ids=frozenset({institution.pk}))
    return found + conflict_grounds(person, facts)


def may_be_sent(person: Person, at: datetime) -> bool:
    """Regulators and re-check experts inspect: who else is named could not reach the desk."""
    return person.is_active and Appointment.objects.current(at).filter(person=person, role__in=SENT).exists()
