"""Entrusted review: the agreement between a unit (or a person without one) and the committee that reviews for it."""

from datetime import date
from typing import Self

from django.utils.translation import gettext as _
from ninja import Status

from ethicsreview.accounts.models import Institution
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.lifecycle.refusals import InvalidInput
from reviews.api.access import Call, Viewer, find
from reviews.api.lifecycles import Face, along, routes
from reviews.api.papers import take_and_give
from reviews.api.shapes import BodyShape, Input, Summary
from reviews.models import Entrustment
from reviews.models.entrustments.entrusting import hand_in_agreement, start_entrustment, trustee_named

RELATED = ("institution", "trustee", "project", "document__document")


class EntrustmentShape(Summary):
    """`in_force`: accepted, and within its dates on this day."""

    institution: BodyShape
    trustee: BodyShape
    case: str
    scope: str
    project: str | None
    regimes: list[str]
    starts: date | None
    ends: date | None
    in_force: bool
    document: str | None
    document_digest: str | None
    reason: str

    @classmethod
    def of(cls, obj: Entrustment, viewer: Viewer) -> Self:
        holds = obj.state == Entrustment.State.IN_FORCE and not obj.lapsed(viewer.at)
        return cls(
            **cls.common(obj),
            institution=BodyShape.of(obj.institution),
            trustee=BodyShape.of(obj.trustee),
            case=obj.case,
            scope=obj.scope,
            project=obj.project.ref if obj.project else None,
            regimes=list(obj.regimes),
            starts=obj.starts,
            ends=obj.ends,
            in_force=holds and obj.starts is not None and obj.starts <= law_day(viewer.at),
            document=obj.document.document.ref if obj.document else None,
            document_digest=obj.document.digest if obj.document else None,
            reason=obj.reason,
        )


class Begun(Input):
    """`institution`: the entrusting unit's reference; `trustee`: the committee's reference or name."""

    institution: str
    trustee: str


router = routes(
    Face(
        model=Entrustment,
        shape=EntrustmentShape,
        row=EntrustmentShape,
        related=RELATED,
        committee=along("trustee__ref"),
        project=along("project__ref"),
        region="institution__region",
    )
)


@router.post(
    "",
    response={201: EntrustmentShape},
    operation_id="entrustments.begin",
    summary="Begin an entrustment as a draft; the open draft between the two, if there is one",
)
def begin(request: Call, body: Begun) -> Status:
    viewer = Viewer.of(request)
    unit = Institution.objects.filter(ref=body.institution, is_active=True).first()
    trustee = trustee_named(body.trustee)
    wrong = {"institution": [_("没有这个单位。")]} if unit is None else {}
    wrong |= {"trustee": [_("没有这个名称或者编号的、运行中的审查委员会。")]} if trustee is None else {}
    if unit is None or trustee is None:
        raise InvalidInput(wrong)
    made = start_entrustment(unit, trustee, by=viewer.person, at=viewer.at)
    return Status(201, EntrustmentShape.of(find(Entrustment, made.ref, viewer, RELATED), viewer))


take_and_give(
    router,
    Entrustment,
    EntrustmentShape,
    related=RELATED,
    keep=hand_in_agreement,
    operation="entrustments",
    taking="Hand in the agreement in writing, before it is proposed",
    giving="The agreement, as an attachment",
)
