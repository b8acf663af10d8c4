"""The review in the partners' countries: what is on file of each, and its document."""

from datetime import date, datetime
from typing import Self

from reviews.api.access import Viewer
from reviews.api.lifecycles import Face, along, routes
from reviews.api.papers import Paper, take_and_give
from reviews.api.shapes import Summary, url_of
from reviews.models import ForeignApproval
from reviews.models.international.papers import hand_in_approval, readable_paper


class ForeignApprovalShape(Summary):
    """`holds`: whether it satisfies Measures 12 for this country today."""

    project: str
    country: str
    country_name: str
    basis: str
    body: str
    number: str
    approved_on: date | None
    expires_on: date | None
    reason: str
    returned_reason: str
    entered_at: datetime | None
    confirmed_at: datetime | None
    holds: bool
    replaces: str | None
    document: Paper | None

    @classmethod
    def of(cls, obj: ForeignApproval, viewer: Viewer) -> Self:
        return cls(
            **cls.common(obj),
            project=obj.project.ref,
            country=obj.country,
            country_name=obj.country_name,
            basis=obj.basis,
            body=obj.body,
            number=obj.number,
            approved_on=obj.approved_on,
            expires_on=obj.expires_on,
            reason=obj.reason,
            returned_reason=obj.returned_reason,
            entered_at=obj.entered_at,
            confirmed_at=obj.confirmed_at,
            holds=obj.state == ForeignApproval.State.CONFIRMED and not obj.lapsed(viewer.at),
            replaces=obj.replaces.ref if obj.replaces else None,
            document=Paper.of(obj.document, f"{url_of(obj)}/document") if obj.document else None,
        )


router = routes(
    Face(
        model=ForeignApproval,
        shape=ForeignApprovalShape,
        row=ForeignApprovalShape,
        related=("project__lead", "project__institution", "document__document", "replaces"),
        project=along("project__ref"),
        region="project__region",
    )
)


take_and_give(
    router,
    ForeignApproval,
    ForeignApprovalShape,
    related=("project__lead", "project__institution", "document__document", "replaces"),
    keep=hand_in_approval,
    operation="foreign_approvals",
    taking="Hand in the approval's document, before it is entered by its step",
    giving="Its document, as an attachment",
    readable=lambda approval, viewer: readable_paper(approval, viewer.standing),
)
