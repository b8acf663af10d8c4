"""May this activity start, may it be approved as a project, and why not: what the gates ask (Measures 12)."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ethicsreview.deadlines.calendar import law_day
from ethicsreview.lifecycle.refusals import Refusal
from ethicsreview.policy import Policy, policy_for
from ethicsreview.policy.catalogues import countries
from ethicsreview.policy.words import said
from reviews.models.international.approval import ForeignApproval
from reviews.models.projects.assessment import RiskAssessment
from reviews.models.projects.project import Project
from reviews.rules.conclusions import Conclusions
from reviews.rules.starting import OUT_OF_SCOPE, Clearance, Obstacle, lacking, obstacles

# The gates that policy knows (`international.gate`): before the start, and before 立项.
START, ESTABLISHMENT = "start", "project_approval"
# A refusal names so many countries; the list of the project's countries names all.
NAMED = 12

_STATES = {
    Project.State.DRAFT: (gettext_lazy("尚未完成科技伦理风险评估"), "national:9"),
    Project.State.ASSESSED: (gettext_lazy("尚未通过科技伦理审查"), "national:9"),
    Project.State.UNDER_REVIEW: (gettext_lazy("尚未通过科技伦理审查"), "national:9"),
    Project.State.REJECTED: (gettext_lazy("科技伦理审查不予批准"), "national:16"),
    Project.State.SUSPENDED: (gettext_lazy("科技活动已暂停"), "national:19"),
    Project.State.TERMINATED: (gettext_lazy("科技活动已终止"), "national:19"),
    Project.State.COMPLETED: (gettext_lazy("科技活动已结题"), "national:9"),
}
_LACKS = {
    "foreign_wanted": gettext_lazy("尚未取得合作方所在国家规定的伦理审查批准，也未说明该国未规定：%(countries)s"),
    "foreign_unconfirmed": gettext_lazy("合作方所在国家的审查情况已登记，等待委员会确认：%(countries)s"),
    "foreign_returned": gettext_lazy("合作方所在国家的审查情况被委员会退回，须重新登记：%(countries)s"),
    "foreign_lapsed": gettext_lazy("合作方所在国家的批准已失效，须登记新的批准：%(countries)s"),
}


@dataclass(frozen=True)
class Gate:
    """`outstanding`: the countries, by ISO code, whose review is not on file and confirmed."""

    refusals: tuple[Refusal, ...]
    outstanding: tuple[str, ...]
    cite: str

    @property
    def open(self) -> bool:
        return not self.refusals


@dataclass(frozen=True)
class Gates:
    """`establishment` (立项) is None where no rule of the place makes the partners' review precede it."""

    start: Gate
    establishment: Gate | None
    partners: tuple[str, ...]
    exempt_possible: bool = False


def gates(project: Project, at: datetime) -> Gates:
    """One query; a second for an international project."""
    drawn, unrecognised = _drawn(project, at)
    partners = drawn.partner_countries if drawn else ()
    told = _told_by_lead(_part_of(project)) if _takes_part(drawn) else ()
    return _gates(project, drawn, _on_file(project, partners), unrecognised=unrecognised, told=told, at=at)


def gates_of(projects: Collection[Project], at: datetime) -> dict[int, Gates]:
    """The same of many at once, by their keys: three queries at most, however many they are."""
    drawn = _drawn_of(projects, at)
    abroad = [key for key, (conclusions, _over) in drawn.items() if conclusions and conclusions.partner_countries]
    on_file: dict[int, list[Clearance]] = defaultdict(list)
    approvals = ForeignApproval.objects.filter(project__in=abroad).current()
    for key, *row in approvals.values_list("project", "country", "state", "expires_on"):
        on_file[key].append(Clearance(*row))
    joined = [key for key, (conclusions, _over) in drawn.items() if _takes_part(conclusions)]
    parts = {part.project_id: part for part in _parts().filter(project__in=joined).order_by("-pk")}
    found = {}
    for project in projects:
        conclusions, unrecognised = drawn.get(project.pk, (None, False))
        told = _told_by_lead(parts.get(project.pk)) if _takes_part(conclusions) else ()
        found[project.pk] = _gates(
            project, conclusions, on_file[project.pk], unrecognised=unrecognised, told=told, at=at
        )
    return found


def _gates(
    project: Project,
    drawn: Conclusions | None,
    on_file: Collection[Clearance],
    *,
    unrecognised: bool,
    told: tuple[Refusal, ...],
    at: datetime,
) -> Gates:
    partners = drawn.partner_countries if drawn else ()
    found = obstacles(str(project.state), partners, on_file, law_day(at))
    if unrecognised:
        words = gettext_lazy("所据以批准的结果互认已经到期或者取消，应当由本单位的委员会审查")
        told = (*told, Refusal("recognition_over", words, {}, "national:21"))
    cites = {entry.value: entry.cite for entry in _policy(project, drawn, at).entries("international.gate")}
    asked = bool(partners) and ESTABLISHMENT in cites and project.state != OUT_OF_SCOPE
    return Gates(
        start=_gate(project, found, cites.get(START, "national:12"), more=told),
        establishment=_gate(project, found, cites[ESTABLISHMENT], own=cites[ESTABLISHMENT]) if asked else None,
        partners=partners,
        exempt_possible=drawn is not None and drawn.project_outcome == "exempt_possible",
    )


def conditions(project: Project, at: datetime) -> list[dict[str, Any]]:
    """What an approval given now leaves to be obtained, by gate: plain data, for the decision to keep."""
    drawn, _unrecognised = _drawn(project, at)
    partners = drawn.partner_countries if drawn else ()
    found = lacking(partners, _on_file(project, partners), law_day(at))
    outstanding = sorted(country for concerned in found.values() for country in concerned)
    if not outstanding:
        return []
    entries = _policy(project, drawn, at).entries("international.gate")
    return [{"before": entry.value, "countries": outstanding, "cite": entry.cite} for entry in entries]


def condition_text(condition: dict[str, Any]) -> str:
    """A kept condition in the reader's language, or that of the letter."""
    words = {
        START: _("在通过下列合作方所在国家规定的伦理审查（或者经确认该国未规定）之前，不得开展：%(countries)s"),
        ESTABLISHMENT: _("立项前应当通过下列合作方所在国家的伦理审查（或者经确认该国未规定）：%(countries)s"),
    }
    return words[condition["before"]] % {"countries": _names(condition["countries"], most=len(condition["countries"]))}


def _drawn(project: Project, at: datetime) -> tuple[Conclusions | None, bool]:
    """What follows from the assessment that stands; and whether what the approval rests on was recognised and is over.
    One query for both."""
    return _drawn_of([project], at).get(project.pk, (None, False))


def _drawn_of(projects: Collection[Project], at: datetime) -> dict[int, tuple[Conclusions | None, bool]]:
    from reviews.models.recognitions.recognition import Recognition
    from reviews.models.reviewing.review import Review

    own = Review.objects.filter(project=OuterRef("review__project"), state="approved", pk__gt=OuterRef("review"))
    given = Recognition.objects.filter(review__project=OuterRef("project"), review__state="approved")
    over = given.filter(
        Q(state__in=["cancelled", "lapsed"], valid_until__isnull=False) | Q(valid_until__lt=law_day(at))
    )
    rows = RiskAssessment.objects.filter(project__in=projects, state=RiskAssessment.State.COMPLETED)
    # The oldest last, so that it is the one that counts, as it did where one alone was asked for.
    found = rows.order_by("-pk").values_list("project", "conclusions_kept", Exists(over.exclude(Exists(own))))
    return {key: (Conclusions.from_json(kept) if kept else None, bool(ended)) for key, kept, ended in found}


def _on_file(project: Project, partners: Iterable[str]) -> list[Clearance]:
    if not partners:
        return []
    rows = ForeignApproval.objects.filter(project=project).current()
    return [Clearance(*row) for row in rows.values_list("country", "state", "expires_on")]


def _policy(project: Project, drawn: Conclusions | None, at: datetime) -> Policy:
    return policy_for(region=project.region, regimes=drawn.regimes if drawn else (), at=at)


def _takes_part(drawn: Conclusions | None) -> bool:
    return drawn is not None and drawn.several_units == "participating"


def _parts() -> Any:
    from reviews.models.collaborations.participation import Participation

    return Participation.objects


def _part_of(project: Project) -> Any:
    return _parts().filter(project=project).first()


def _told_by_lead(part: Any) -> tuple[Refusal, ...]:
    """Of a unit that takes part: what its lead unit has told, until this unit's own committee has decided on it."""
    if part is not None and part.state == part.State.LEFT:
        return (Refusal("left", gettext_lazy("本单位已退出协作，其部分不得以本协作的名义开展"), {}, "national:21"),)
    if part is None or not part.lead_change:
        return ()
    words = gettext_lazy("%(change)s，本单位的委员会尚未就此作出决定")
    return (Refusal("lead_change", words, {"change": part.get_lead_change_display()}, "national:20"),)


def _gate(
    project: Project, found: Iterable[Obstacle], cite: str, own: str = "", more: tuple[Refusal, ...] = ()
) -> Gate:
    found = list(found)
    outstanding = tuple(sorted(country for one in found for country in one.countries))
    return Gate((*_refusals(project, found, cite, own), *more), outstanding, cite)


def _refusals(project: Project, found: Iterable[Obstacle], cite: str, own: str) -> Iterator[Refusal]:
    for one in found:
        if one.countries:
            yield Refusal(one.code, _LACKS[one.code], {"countries": _names(one.countries)}, cite)
        else:
            message, article = _STATES[Project.State(project.state)]
            yield Refusal(one.code, message, {}, own or article)


def _names(codes: Iterable[str], most: int = NAMED) -> str:
    known, codes = countries(), list(codes)
    listed = _("、").join(said(known[code]) if code in known else code for code in codes[:most])
    return listed if len(codes) <= most else _("%(listed)s等%(count)d个国家") % {"listed": listed, "count": len(codes)}
