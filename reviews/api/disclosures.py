"""Disclosures of the departments one works in or supervises, moved by steps. What is public has a feed of its own."""

from datetime import datetime
from typing import Annotated, Any, Self

from django.utils.translation import gettext as _
from ninja import Body, Status
from pydantic import Field

from ethicsreview.accounts.models import Authority, Role
from ethicsreview.lifecycle.refusals import InvalidInput
from reviews.api.access import Call, Viewer
from reviews.api.lifecycles import Face, routes
from reviews.api.shapes import BodyShape, Input, Summary
from reviews.models import Disclosure
from reviews.models.disclosures.drafting import draft
from reviews.models.disclosures.forms import TEXTS, DraftForm
from reviews.models.disclosures.kinds import DisclosureKind


class NewDisclosure(Input):
    """`sources`: "investigation:J2026-000001", of what you may see; or a `basis` in words, which is published."""

    authority: str = Field(min_length=1, max_length=20, description="the department that discloses")
    title: str = Field(min_length=1, max_length=200)
    kind: DisclosureKind
    happened: str = Field(min_length=1, max_length=10_000)
    facts: str = Field(min_length=1, max_length=10_000)
    sources: list[str] = Field([], max_length=100)
    basis: str = Field("", max_length=1000)
    measures: str = Field(min_length=1, max_length=10_000)
    contact: str = Field(min_length=1, max_length=300)


class DisclosureRow(Summary):
    """`corrects`: the version before it."""

    authority: BodyShape
    title: str
    disclosure_kind: str
    version: int
    corrects: str
    publish_at: datetime | None
    published_at: datetime | None
    ended_at: datetime | None

    @classmethod
    def of(cls, obj: Disclosure, viewer: Viewer) -> Self:
        return cls(**cls.row_of(obj))

    @classmethod
    def row_of(cls, obj: Disclosure) -> dict[str, Any]:
        same = ("title", "version", "publish_at", "published_at", "ended_at")
        return cls.common(obj) | {
            **{name: getattr(obj, name) for name in same},
            "authority": BodyShape.of(obj.authority),
            "disclosure_kind": obj.kind,
            "corrects": obj.corrects.ref if obj.corrects else "",
        }


class DisclosureShape(DisclosureRow):
    """`sources`: those that you may see, and of how many."""

    happened: str
    facts: str
    basis: str
    measures: str
    contact: str
    correction: str
    ended_reason: str
    sources: list[str]
    source_count: int

    @classmethod
    def of(cls, obj: Disclosure, viewer: Viewer) -> Self:
        same = (*(name for name in TEXTS if name not in ("title", "kind")), "correction", "ended_reason")
        return cls(
            **cls.row_of(obj) | {name: getattr(obj, name) for name in same},
            sources=sorted(obj.sources_seen_by(viewer.standing)),
            source_count=len(obj.sources),
        )


router = routes(
    Face(
        model=Disclosure,
        shape=DisclosureShape,
        row=DisclosureRow,
        related=("authority", "corrects", "first", "written_by"),
        region="authority__region",
    )
)


@router.post("", response={201: DisclosureShape}, operation_id="disclosures.create", summary="Draft a disclosure")
def create_disclosure(request: Call, body: Annotated[NewDisclosure, Body()]) -> Status:
    viewer = Viewer.of(request)
    given = body.model_dump()
    own = Authority.objects.filter(pk__in=viewer.standing.bodies(Role.REGULATOR))
    authority = own.filter(ref=given.pop("authority")).first()
    # References of any age count, not only the newest that a page offers.
    form = DraftForm(given, standing=viewer.standing, named=given["sources"])
    errors: dict[str, Any] = (
        {} if form.is_valid() else {name: list(map(str, told)) for name, told in form.errors.items()}
    )
    if authority is None:
        errors["authority"] = [_("您不是该主管部门的监管人员。")]
    if errors or authority is None:
        raise InvalidInput(errors)
    made = draft(authority, by=viewer.person, at=viewer.at, **form.cleaned_data)
    return Status(201, DisclosureShape.of(made, viewer))
