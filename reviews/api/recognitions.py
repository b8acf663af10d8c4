"""Mutual recognition: alliances of units, and requests that one committee recognise another's result."""

from datetime import date
from typing import Any, Self

from django.utils.translation import gettext as _
from ninja import Status
from pydantic import Field

from committees.kinds import Regime
from ethicsreview.accounts.models import Institution
from ethicsreview.lifecycle.refusals import InvalidInput
from reviews.api.access import Call, Ref, Viewer, find
from reviews.api.lifecycles import Face, along, routes
from reviews.api.papers import take_and_give
from reviews.api.reviews import router as reviews
from reviews.api.shapes import BodyShape, Input, Summary
from reviews.models import Alliance, Recognition, Review
from reviews.models.recognitions.recognising import found_alliance, hand_in_evidence, start_recognition

RELATED = (
    *("review__project__lead", "review__project__institution", "review__committee", "review__assessment"),
    *("decision__review__committee", "alliance", "document__document"),
)
MEMBERS = 200


class AllianceRow(Summary):
    name: str
    founder: BodyShape
    regimes: list[str]
    term_months: int | None

    @classmethod
    def of(cls, obj: Alliance, viewer: Viewer) -> Self:
        return cls(**cls._own(obj))

    @classmethod
    def _own(cls, obj: Alliance) -> dict[str, Any]:
        return {
            **cls.common(obj),
            "name": obj.name,
            "founder": BodyShape.of(obj.founder),
            "regimes": list(obj.regimes),
            "term_months": obj.term_months,
        }


class AllianceShape(AllianceRow):
    """`members`: those admitted and still in it, the first two hundred."""

    charter: str
    members: list[BodyShape]

    @classmethod
    def of(cls, obj: Alliance, viewer: Viewer) -> Self:
        seats = obj.seats.current().select_related("institution").order_by("pk")[:MEMBERS]
        return cls(**cls._own(obj), charter=obj.charter, members=[BodyShape.of(seat.institution) for seat in seats])


class RecognitionShape(Summary):
    """`verified`: by this service's own code and digest; else by evidence and the two signatures alone."""

    review: str
    alliance: str | None
    source_body: str
    source_number: str
    submission_digest: str
    verified: bool
    document_digest: str | None
    confirmed_by: list[str]
    valid_until: date | None
    reason: str

    @classmethod
    def of(cls, obj: Recognition, viewer: Viewer) -> Self:
        return cls(
            **cls.common(obj),
            review=obj.review.ref,
            alliance=obj.alliance.ref if obj.alliance else None,
            source_body=obj.source_body,
            source_number=obj.source_number,
            submission_digest=obj.submission_digest,
            verified=obj.verified,
            document_digest=obj.document.digest if obj.document else None,
            confirmed_by=[one["capacity"] for one in obj.confirmations],
            valid_until=obj.valid_until,
            reason=obj.reason,
        )


class Founded(Input):
    founder: str = Field(max_length=20, description="reference of one's own institution")
    name: str = Field(min_length=1, max_length=200)
    regimes: list[Regime] = Field(min_length=1)
    term_months: int | None = Field(None, ge=1, le=120)
    charter: str = Field("", max_length=8000)


alliances = routes(Face(model=Alliance, shape=AllianceShape, row=AllianceRow, related=("founder",)))
router = routes(
    Face(
        model=Recognition,
        shape=RecognitionShape,
        row=RecognitionShape,
        related=RELATED,
        committee=along("review__committee__ref"),
        project=along("review__project__ref"),
        region="review__project__region",
    )
)


@alliances.post("", response={201: AllianceShape}, operation_id="alliances.found", summary="Found an alliance")
def found(request: Call, body: Founded) -> Status:
    viewer = Viewer.of(request)
    unit = Institution.objects.filter(ref=body.founder, is_active=True).first()
    if unit is None:
        raise InvalidInput({"founder": [_("没有这个单位。")]})
    regimes = [str(one.value) for one in body.regimes]
    more = {"term_months": body.term_months, "charter": body.charter}
    made = found_alliance(unit, by=viewer.person, at=viewer.at, name=body.name, regimes=regimes, **more)
    return Status(201, AllianceShape.of(find(Alliance, made.ref, viewer, ["founder"]), viewer))


@reviews.post(
    "/{ref}/recognition",
    response={201: RecognitionShape},
    operation_id="reviews.ask_recognition",
    summary="Ask that another committee's result be recognised; the open request, if there is one",
)
def ask(request: Call, ref: Ref) -> Status:
    viewer = Viewer.of(request)
    made = start_recognition(find(Review, ref, viewer, ["project"]), by=viewer.person, at=viewer.at)
    return Status(201, RecognitionShape.of(find(Recognition, made.ref, viewer, RELATED), viewer))


take_and_give(
    router,
    Recognition,
    RecognitionShape,
    related=RELATED,
    keep=hand_in_evidence,
    operation="recognitions",
    taking="Hand in the letter of another service, before the request is made",
    giving="The evidence, as an attachment",
)
