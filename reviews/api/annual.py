"""Annual reports: drafted by the service, moved by steps; the figures as whole numbers by name."""

from datetime import date, datetime
from typing import Any, Self

from django.http import FileResponse, Http404
from pydantic import BaseModel

from ethicsreview.documents.models import Letter
from ethicsreview.documents.storage import serve
from reviews.api.access import Call, Ref, Viewer, find
from reviews.api.lifecycles import Face, along, routes
from reviews.api.shapes import BodyShape, Summary, url_of
from reviews.models import AnnualReport


class SummedReport(BaseModel):
    ref: str
    digest: str


class FiguresOfPart(BaseModel):
    """`key`: the reference of a unit, or the GB/T 2260 code of a city."""

    key: str
    name: str
    figures: dict[str, int]


class AnnualReportRow(Summary):
    level: str
    year: int
    body: BodyShape
    region: str
    digest: str

    @classmethod
    def of(cls, obj: AnnualReport, viewer: Any) -> Self:
        same = ("level", "year", "region", "digest")
        return cls(**cls.common(obj) | {name: getattr(obj, name) for name in same}, body=BodyShape.of(obj.body))


class AnnualReportShape(AnnualReportRow):
    """`figures`: a part stands after a point, as "outcome.approved"; "days.12" is how many were decided in 12 days."""

    figures: dict[str, int]
    groups: list[FiguresOfPart]
    parts: list[SummedReport]
    work: str
    listed_activities: str
    duties: str
    problems: str
    signed_at: datetime | None
    number: str
    handled_on: date | None
    submitted_at: datetime | None
    reason: str
    letters: list[str]

    @classmethod
    def of(cls, obj: AnnualReport, viewer: Any) -> Self:
        row = AnnualReportRow.of(obj, viewer)
        same = ("figures", "groups", "parts", "work", "listed_activities", "duties", "problems")
        more = ("signed_at", "number", "handled_on", "submitted_at", "reason")
        letters = Letter.objects.of(obj.noun, obj.ref).order_by("pk").values_list("ref", flat=True)
        return cls(
            **dict(row),
            **{name: getattr(obj, name) for name in (*same, *more)},
            letters=[f"{url_of(obj)}/letters/{ref}" for ref in letters],
        )


router = routes(
    Face(
        model=AnnualReport,
        shape=AnnualReportShape,
        row=AnnualReportRow,
        related=("body", "institution", "receiver", "signer"),
        committee=along("body__ref"),
        region="region",
    )
)


@router.get("/{ref}/letters/{letter}", operation_id="annual-reports.letter", summary="A signed report as PDF")
def letter_of(request: Call, ref: Ref, letter: Ref) -> FileResponse:
    report = find(AnnualReport, ref, Viewer.of(request))
    kept = Letter.objects.of(report.noun, report.ref).filter(ref=letter).first()
    if kept is None:
        raise Http404(letter)
    return serve(kept)
