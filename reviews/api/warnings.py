"""Warnings: those that one follows, with the evidence that one may see; and how each indicator is watched."""

from datetime import date, datetime
from typing import Any, Self

from ninja import Router
from pydantic import BaseModel

from ethicsreview.accounts.standing import Standing
from reviews.api.access import Call, Viewer
from reviews.api.lifecycles import Face, along, routes
from reviews.api.shapes import BodyShape, Summary
from reviews.models import RiskWarning
from reviews.models.warnings.kinds import Level
from reviews.oversight.looks import note_look
from reviews.oversight.warnings.evidence import Shown, shown_to
from reviews.oversight.warnings.reading import Watched, follows, watched_by


class WarningRow(Summary):
    """`value` and `threshold` are in the indicator's own unit; `eased_at`: since when it is below every threshold."""

    indicator: str
    level: str
    about: str
    subject_ref: str
    subject: str
    region: str
    value: int
    threshold: int
    raised_at: datetime
    eased_at: datetime | None
    settled_at: datetime | None

    @classmethod
    def of(cls, obj: RiskWarning, viewer: Viewer) -> Self:
        return cls(**cls.row_of(obj))

    @classmethod
    def row_of(cls, obj: RiskWarning) -> dict[str, Any]:
        own = WarningRow.model_fields.keys() - Summary.model_fields.keys() - {"subject"}
        return cls.common(obj) | {name: getattr(obj, name) for name in own} | {"subject": obj.subject_name}


class EvidenceShape(BaseModel):
    """`noun` and `ref` name the object; `name` a person, or a deadline."""

    noun: str
    ref: str
    name: str
    day: date | None
    number: int | None

    @classmethod
    def of(cls, one: Shown) -> Self:
        return cls(noun=one.noun, ref=one.ref, name=one.name, day=one.day, number=one.number)


class WarningFindingShape(BaseModel):
    """`evidence`: what of it the asker may see; `hidden`: how many more were counted, up to a bound."""

    number: int
    found_at: datetime
    level: str
    value: int
    threshold: int
    terms: dict[str, int | list[int]]
    parts: dict[str, int]
    evidence: list[EvidenceShape]
    hidden: int


class WarningShape(WarningRow):
    """`finding`: the latest."""

    authority: BodyShape | None
    committee: str
    institution: str
    project: str
    previous: str
    acknowledged_at: datetime | None
    measures: str
    due_on: date | None
    answer: str
    answered_at: datetime | None
    grounds: str
    finding: WarningFindingShape | None

    @classmethod
    def of(cls, obj: RiskWarning, viewer: Viewer) -> Self:
        """Whoever reads one about an activity looks into it."""
        if obj.project is not None:
            note_look(obj.project, viewer.standing, viewer.path)
        same = ("acknowledged_at", "measures", "due_on", "answer", "answered_at", "grounds")
        refs = ("committee", "institution", "project", "previous")
        return cls(
            **cls.row_of(obj)
            | {name: getattr(obj, name) for name in same}
            | {name: one.ref if (one := getattr(obj, name)) else "" for name in refs},
            authority=BodyShape.of(obj.authority) if obj.authority else None,
            finding=_finding(obj, viewer),
        )


def _finding(obj: RiskWarning, viewer: Viewer) -> WarningFindingShape | None:
    found = obj.findings.order_by("-number").first()
    if found is None:
        return None
    shown = shown_to(found.rows, viewer.standing, _visible)
    return WarningFindingShape(
        **{name: getattr(found, name) for name in ("number", "found_at", "level", "value", "threshold")},
        terms=found.terms,
        parts=found.parts,
        evidence=[EvidenceShape.of(one) for one in shown],
        hidden=len(found.rows) - len(shown),
    )


def _visible(model: Any, standing: Standing) -> Any:
    return model.objects.visible_to(standing)


class IndicatorShape(BaseModel):
    """How an indicator is watched in a province: `place` is the first two digits of its code. Where it is off, `reason`
    says why. `thresholds` by level; `falling`: the less, the worse.
    """

    indicator: str
    place: str
    on: bool
    since: date
    reason: str
    cite: str
    thresholds: dict[str, int]
    falling: bool
    days: int
    least: int
    evaluated_at: datetime | None
    failed_at: datetime | None
    over: int
    open: int

    @classmethod
    def of(cls, one: Watched, place: str) -> Self:
        terms, progress = one.rule.terms, one.progress
        return cls(
            indicator=one.indicator.value,
            place=place,
            on=terms.on,
            since=one.rule.since,
            reason="" if terms.on else one.rule.reason,
            cite=one.rule.watch.cite,
            thresholds=dict(zip(Level.values, terms.thresholds, strict=False)),
            falling=terms.falling,
            days=terms.days,
            least=terms.least,
            evaluated_at=progress.evaluated_at if progress else None,
            failed_at=progress.failed_at if progress else None,
            over=progress.over if progress else 0,
            open=one.open,
        )


router = routes(
    Face(
        model=RiskWarning,
        shape=WarningShape,
        row=WarningRow,
        related=("authority", "committee", "institution", "project", "previous"),
        committee=along("committee__ref"),
        project=along("project__ref"),
        region="region",
    )
)
indicators = Router(tags=["warnings"])


@indicators.get(
    "",
    response=list[IndicatorShape],
    operation_id="indicators.list",
    summary="How each indicator is watched in your places, on or off, and its last evaluation",
)
def listed(request: Call) -> Any:
    viewer = Viewer.of(request)
    if not follows(viewer.standing):
        return []
    return [
        IndicatorShape.of(one, place.place)
        for place in watched_by(viewer.standing, viewer.at)
        for one in place.indicators
    ]
