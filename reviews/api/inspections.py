"""Inspections: planned by a department, what was found item by item, and what is put right."""

from datetime import date, datetime
from typing import Annotated, Any, Self

from django.utils.translation import gettext as _
from ninja import Body, Status
from pydantic import BaseModel, Field

from ethicsreview.accounts.models import Authority, Role
from ethicsreview.lifecycle.refusals import InvalidInput
from reviews.api.access import Call, Viewer
from reviews.api.lifecycles import Face, along, routes
from reviews.api.shapes import BodyShape, Citation, Input, Summary
from reviews.models import Inspection, InspectionFinding, Rectification
from reviews.models.inspections.forms import PlanForm
from reviews.models.inspections.kinds import SHOWN, Occasion
from reviews.models.inspections.planning import plan_inspection

RELATED = ("authority", "institution", "committee")


class InspectionRow(Summary):
    title: str
    authority: BodyShape
    institution: BodyShape
    committee: str
    region: str
    starts_on: date
    ends_on: date
    begun_at: datetime | None
    closed_at: datetime | None

    @classmethod
    def of(cls, obj: Inspection, viewer: Viewer) -> Self:
        return cls(**cls.row_of(obj))

    @classmethod
    def row_of(cls, obj: Inspection) -> dict[str, Any]:
        same = ("title", "region", "starts_on", "ends_on", "begun_at", "closed_at")
        return cls.common(obj) | {
            **{name: getattr(obj, name) for name in same},
            "authority": BodyShape.of(obj.authority),
            "institution": BodyShape.of(obj.institution),
            "committee": obj.committee.ref if obj.committee else "",
        }


class ChecklistItem(BaseModel):
    """`result` and what follows it: of the latest entry, null until there is one."""

    item: str
    theme: str
    text: str
    citation: Citation | None
    result: str | None
    account: str
    rectify_by: date | None
    found_at: datetime | None


class InspectionShape(InspectionRow):
    """`ground`: on which article; `unannounced`: why no notice was given. `checklist` is null until the asker may read
    what was found: whoever is inspected from the draft on.
    """

    ground: str
    citation: Citation | None
    occasion: str
    occasion_ref: str
    themes: list[str]
    scope: str
    inspectors: list[str]
    notice: str
    announced_at: datetime | None
    unannounced: str
    summary: str
    comment: str
    commented_at: datetime | None
    report: str
    response: str
    reported_at: datetime | None
    conclusion: str
    reason: str
    checklist: list[ChecklistItem] | None
    rectifications: list[str]

    @classmethod
    def of(cls, obj: Inspection, viewer: Viewer) -> Self:
        own = cls.model_fields.keys() - InspectionRow.model_fields.keys()
        same = own - {"citation", "inspectors", "checklist", "rectifications"}
        found = {name: getattr(obj, name) for name in same}
        inside = obj.seen_from_inside(viewer.standing)
        if not inside:
            found |= {"occasion": "", "occasion_ref": ""}
        return cls(
            **cls.row_of(obj) | found,
            citation=Citation.of(obj.ground_cite),
            inspectors=list(obj.inspectors.order_by("pk").values_list("person__name", flat=True)),
            checklist=_checklist(obj) if inside or obj.state in SHOWN else None,
            rectifications=list(obj.rectifications.order_by("number").values_list("ref", flat=True)),
        )


def _checklist(obj: Inspection) -> list[ChecklistItem]:
    latest = obj.latest()
    return [_item(one, latest.get(one.key)) for one in obj.items()]


def _item(one: Any, found: InspectionFinding | None) -> ChecklistItem:
    return ChecklistItem(
        item=one.key,
        theme=one.theme,
        text=one.text,
        citation=Citation.of(one.cite),
        result=found.result if found else None,
        account=found.account if found else "",
        rectify_by=found.rectify_by if found else None,
        found_at=found.at if found else None,
    )


class RectificationReply(BaseModel):
    number: int
    text: str
    at: datetime
    documents: list[str]


class RectificationShape(Summary):
    """`note`: what was last said of an answer."""

    inspection: str
    item: str
    text: str
    citation: Citation | None
    account: str
    due_on: date
    note: str
    answers: list[RectificationReply]
    settled_at: datetime | None

    @classmethod
    def of(cls, obj: Rectification, viewer: Viewer) -> Self:
        rows = obj.answers.prefetch_related("papers__version__document")
        return cls(
            **cls.common(obj) | {name: getattr(obj, name) for name in ("due_on", "note", "settled_at")},
            inspection=obj.inspection.ref,
            item=obj.finding.item,
            text=obj.title,
            citation=Citation.of(obj.finding.cite),
            account=obj.finding.account,
            answers=[
                RectificationReply(
                    number=one.number,
                    text=one.text,
                    at=one.at,
                    documents=[paper.version.document.ref for paper in one.papers.all()],
                )
                for one in rows
            ],
        )


class NewInspection(Input):
    """`body`: the institution or the committee, by number or full name; `ground` and `themes` by their keys in the
    checklist of the place.
    """

    authority: str = Field(min_length=1, max_length=20, description="the department that inspects")
    title: str = Field(min_length=1, max_length=200)
    body: str = Field(min_length=1, max_length=200)
    ground: str = Field(min_length=1, max_length=40)
    occasion: Occasion
    occasion_ref: str = Field("", max_length=20)
    themes: list[str] = Field(min_length=1, max_length=20)
    scope: str = Field(min_length=1, max_length=10_000)
    starts_on: date
    ends_on: date


router = routes(
    Face(
        model=Inspection,
        shape=InspectionShape,
        row=InspectionRow,
        related=RELATED,
        committee=along("committee__ref"),
        region="region",
    )
)
rectifications = routes(
    Face(
        model=Rectification,
        shape=RectificationShape,
        row=Summary,
        related=("inspection__authority", "inspection__institution", "inspection__committee", "finding"),
        region="inspection__region",
    )
)


@router.post("", response={201: InspectionShape}, operation_id="inspections.create", summary="Plan an inspection")
def create_inspection(request: Call, body: Annotated[NewInspection, Body()]) -> Status:
    viewer = Viewer.of(request)
    given = body.model_dump(mode="json")
    own = Authority.objects.filter(pk__in=viewer.standing.bodies(Role.REGULATOR), ref=given.pop("authority")).first()
    if own is None:
        # Without a department of one's own there is no ground and no territory to check the rest by.
        raise InvalidInput({"authority": [_("请选择您所在的部门。")]})
    form = PlanForm(given, authority=own, at=viewer.at)
    if not form.is_valid():
        raise InvalidInput({name: [str(one) for one in told] for name, told in form.errors.items()})
    return Status(201, InspectionShape.of(plan_inspection(own, by=viewer.person, at=viewer.at, **form.terms()), viewer))
