"""Re-checks: for the departments that organise them and the experts who sit on the panel."""

from datetime import datetime
from typing import Any, Self

from django.http import FileResponse, Http404
from pydantic import BaseModel

from ethicsreview.accounts.models import Role
from ethicsreview.documents.storage import serve
from reviews.api import review_shapes as parts
from reviews.api.access import Call, Ref, Viewer, find
from reviews.api.lifecycles import Face, along, routes
from reviews.api.shapes import ROOT, BodyShape, Summary, url_of
from reviews.models import Material, Recheck, RecheckOpinion

MOST = 2**63 - 1  # a database counts no further


class SeatLine(BaseModel):
    """Who is asked or sits, and whether they have spoken; never what they said."""

    ref: str
    expert: str
    category: str
    workplace: str
    state: str
    url: str


class Report(BaseModel):
    number: str
    result: str
    result_label: str
    opinion: dict[str, str]
    tally: dict[str, int]
    grounds: list[parts.Ground]
    decided_at: datetime


class RecheckShape(Summary):
    """`dossier`: the version that was applied for, sealed, and the committee's preliminary opinion."""

    review: str
    project: parts.Project
    committee: BodyShape
    authority: BodyShape
    beside: list[BodyShape]
    domains: list[str]
    note: str
    requested_at: datetime
    due_at: datetime
    delivered_at: datetime | None
    deadlines: list[parts.DeadlineShape]
    panel: list[SeatLine]
    dossier: parts.VersionShape
    preliminary: parts.DecisionShape
    report: Report | None

    @classmethod
    def of(cls, obj: Recheck, viewer: Viewer) -> Self:
        from ethicsreview.deadlines.models import Deadline

        review, project = obj.review, obj.review.project
        obj.opinion.review = review
        rows = obj.seats.select_related("person", "expert__institution").order_by("pk")
        return cls(
            **cls.common(obj),
            review=review.ref,
            project=parts.Project(
                ref=project.ref,
                title=project.title,
                lead=project.lead.name,
                institution=project.institution.name,
                url=url_of(project),
            ),
            committee=BodyShape.of(review.committee),
            authority=BodyShape.of(obj.authority),
            beside=[BodyShape.of(one) for one in obj.co_authorities.order_by("pk")],
            domains=obj.domains,
            note=obj.note,
            requested_at=obj.requested_at,
            due_at=obj.due_at,
            delivered_at=obj.delivered_at,
            deadlines=[parts.DeadlineShape.of(one, viewer.at) for one in Deadline.objects.of(obj).order_by("pk")],
            panel=[
                SeatLine(
                    ref=row.ref,
                    expert=row.person.name,
                    category=row.category,
                    workplace=row.expert.workplace,
                    state=row.state,
                    url=f"{ROOT}/recheck-opinions/{row.ref}",
                )
                for row in rows
            ],
            dossier=_dossier(obj),
            preliminary=parts.DecisionShape.of(obj.opinion),
            report=_report(obj),
        )


def _dossier(recheck: Recheck) -> parts.VersionShape:
    """Its documents are read at the re-check's own address: the panel does not see the review."""
    rows = list(_materials().filter(submission=recheck.submission))
    shape = parts.VersionShape.of(recheck.submission, rows, recheck.review)
    for document in shape.documents:
        document.url = f"{ROOT}/rechecks/{recheck.ref}/documents/{document.id}"
    return shape


def _materials() -> Any:
    rows = Material.objects.select_related("version__document", "version__findings").order_by("kind", "pk")
    return rows.defer("version__findings__text")


def _report(recheck: Recheck) -> Report | None:
    report = getattr(recheck, "report", None)
    if report is None:
        return None
    return Report(
        number=report.number,
        result=report.result,
        result_label=str(report.get_result_display()),
        opinion=report.opinion,
        tally=report.tally,
        grounds=[parts.Ground.of(ground) for ground in report.grounds],
        decided_at=report.decided_at,
    )


router = routes(
    Face(
        model=Recheck,
        shape=RecheckShape,
        related=(
            "authority",
            "opinion__submission",
            "opinion__recheck",
            "report",
            "review__committee",
            "review__project__institution",
            "review__project__lead",
            "submission",
        ),
        committee=along("review__committee__ref"),
        project=along("review__project__ref"),
        region="review__project__region",
    )
)


@router.get("/{ref}/documents/{int:id}", operation_id="rechecks.document", summary="A document of the dossier")
def document(request: Call, ref: Ref, id: int) -> FileResponse:  # noqa: A002 - the address says so
    recheck = find(Recheck, ref, Viewer.of(request))
    rows = _materials().filter(submission=recheck.submission_id, version=min(id, MOST))
    found = rows.first()
    if found is None:
        raise Http404(id)
    return serve(found.version)


@router.get("/{ref}/letter", operation_id="rechecks.letter", summary="The re-check opinion, as PDF")
def letter(request: Call, ref: Ref) -> FileResponse:
    recheck = find(Recheck, ref, Viewer.of(request), ["report"])
    report = getattr(recheck, "report", None)
    found = report.letter if report else None
    if found is None:
        raise Http404("no letter yet")
    return serve(found)


class Given(BaseModel):
    vote: str
    answers: dict[str, str]
    cast_at: datetime | None
    ground: str


class SeatShape(Summary):
    """`said` is null where it is sealed for the asker."""

    recheck: str
    recheck_url: str
    project: str
    expert: str
    mine: bool
    said: Given | None

    @classmethod
    def of(cls, obj: RecheckOpinion, viewer: Viewer) -> Self:
        organises = viewer.standing.holds(Role.REGULATOR, body_id=obj.recheck.authority_id)
        readable = obj.readable_by(viewer.person, organises=organises)
        return cls(
            **cls.common(obj),
            recheck=obj.recheck.ref,
            recheck_url=url_of(obj.recheck),
            project=obj.recheck.review.project.title,
            expert=obj.person.name,
            mine=obj.person_id == viewer.person.pk,
            said=Given(vote=obj.vote, answers=obj.answers, cast_at=obj.cast_at, ground=obj.ground)
            if readable
            else None,
        )


opinions = routes(
    Face(
        model=RecheckOpinion,
        shape=SeatShape,
        row=SeatShape,
        related=("recheck__review__project", "recheck__authority", "person"),
        committee=along("recheck__review__committee__ref"),
        project=along("recheck__review__project__ref"),
        region="recheck__review__project__region",
    )
)
