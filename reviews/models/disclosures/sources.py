"""What a disclosure's facts rest on in the service: only what whoever writes it may see."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ethicsreview.accounts.standing import Standing
from reviews.models.emergencies.event import EmergencyEvent
from reviews.models.investigations.investigation import OVER, Investigation
from reviews.models.projects.project import ProjectMember
from reviews.models.sanctions.kinds import STANDING as STANDS
from reviews.models.sanctions.kinds import SanctionState
from reviews.models.sanctions.sanction import Sanction
from reviews.models.warnings.kinds import State as WarningState
from reviews.models.warnings.warning import RiskWarning

KINDS: dict[str, Any] = {one.noun: one for one in (Investigation, Sanction, EmergencyEvent, RiskWarning)}
# What a source has come to when its facts are established.
ESTABLISHED = {
    Investigation.noun: frozenset(OVER),
    Sanction.noun: frozenset({*STANDS, SanctionState.ENDED}),
    EmergencyEvent.noun: frozenset(EmergencyEvent.State),
    RiskWarning.noun: frozenset({WarningState.ACKNOWLEDGED, WarningState.ACTING, WarningState.CLOSED}),
}
RELATED = {
    Investigation.noun: ("complaint",),
    Sanction.noun: ("respondent__investigation",),
    EmergencyEvent.noun: ("authority",),
    RiskWarning.noun: ("project__lead",),
}
# What anybody reads of a source: its kind, never its number or name.
PUBLIC_WORDS: dict[str, str | Promise] = {
    Investigation.noun: _("调查结论"),
    Sanction.noun: _("处理决定"),
    EmergencyEvent.noun: _("突发事件应急响应"),
    RiskWarning.noun: _("监测预警"),
}
OFFERED = 20  # the newest of each kind; others are named by their reference


@dataclass(frozen=True)
class Named:
    """One source by kind and reference, as it is kept."""

    noun: str
    ref: str

    @property
    def value(self) -> str:
        return f"{self.noun}:{self.ref}"

    @classmethod
    def of(cls, value: str) -> "Named":
        noun, _colon, ref = value.partition(":")
        return cls(noun, ref)


def offered(standing: Standing) -> list[tuple[str, str]]:
    """The newest that are established, by kind; four questions."""
    found = []
    for noun, model in KINDS.items():
        rows = model.objects.visible_to(standing).filter(state__in=ESTABLISHED[noun]).order_by("-pk")
        found += [(Named(noun, one.ref).value, called(one)) for one in rows.select_related(*RELATED[noun])[:OFFERED]]
    return found


def seen(values: Iterable[str], standing: Standing) -> dict[str, Any]:
    """Those of the sources that the person may see; a question for each kind that is named."""
    found: dict[str, Any] = {}
    wanted: dict[str, list[str]] = {}
    for one in map(Named.of, values):
        wanted.setdefault(one.noun, []).append(one.ref)
    for noun, refs in wanted.items():
        if noun in KINDS:
            rows = KINDS[noun].objects.visible_to(standing).filter(ref__in=refs).select_related(*RELATED[noun])
            found |= {Named(noun, one.ref).value: one for one in rows}
    return found


def by_reference(refs: Iterable[str], standing: Standing) -> dict[str, str]:
    """References as they are typed, and what they name among what the person may see."""
    wanted = list(refs)
    found: dict[str, str] = {}
    for noun, model in KINDS.items() if wanted else ():
        rows = model.objects.visible_to(standing).filter(ref__in=wanted).values_list("ref", flat=True)
        found |= {ref: Named(noun, ref).value for ref in rows}
    return found


def called(one: Any) -> str:
    """A sanction's own name would be its respondent's."""
    names = {Sanction.noun: "measure_name", RiskWarning.noun: "get_indicator_display"}
    name = getattr(one, names.get(one.noun, "title"))
    return f"{one._meta.verbose_name} {one.ref} {name() if callable(name) else name}"


def people_in(found: Iterable[Any]) -> set[str]:
    """Names of people whom the sources tell of: the accused, those of an activity. Who complained is sealed and not
    read here, so that the check answers nobody's guess.
    """
    names: set[str] = set()
    for one in found:
        if one.noun == Investigation.noun:
            names |= set(one.respondents.filter(person__isnull=False).values_list("name", flat=True))
            if one.complaint is not None:
                names |= set(one.complaint.accused.values_list("name", flat=True))
        elif one.noun == Sanction.noun and one.respondent.person_id is not None:
            names.add(one.respondent.name)
        elif one.noun == RiskWarning.noun and one.project_id is not None:
            names |= set(ProjectMember.objects.filter(project=one.project_id).values_list("name", flat=True))
            names.add(one.project.lead.name)
    return names
