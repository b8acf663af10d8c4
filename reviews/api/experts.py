"""The register of re-check experts, as an authority keeps it."""

from datetime import date
from typing import Annotated, Any, Self

from django.utils.translation import gettext as _
from ninja import Body, Status
from pydantic import Field

from committees.enrolling import enrol
from committees.expert_forms import EnrolForm
from committees.kinds import Category, ExpertField
from committees.models import Expert
from ethicsreview.accounts.models import Authority, Role
from ethicsreview.lifecycle.refusals import InvalidInput
from reviews.api.access import Call, Viewer
from reviews.api.lifecycles import Face, routes
from reviews.api.shapes import BodyShape, Day, Input, PersonShape, Summary


class NewExpert(Input):
    authority: str = Field(min_length=1, max_length=20, description="the department whose register it is")
    person: str = Field(min_length=1, max_length=150, description="user name")
    category: Category
    fields_known: list[ExpertField] = Field(min_length=1, max_length=20)
    institution: str = Field("", max_length=20, description="reference; else the employer by name")
    employer: str = Field("", max_length=200)
    specialty: str = Field("", max_length=300)
    starts: Day
    ends: Day | None = None


class ExpertShape(Summary):
    person: PersonShape
    authority: BodyShape
    category: str
    fields_known: list[str]
    workplace: str
    specialty: str
    starts: date
    ends: date | None

    @classmethod
    def of(cls, obj: Expert, viewer: Viewer) -> Self:
        term = obj.appointment
        return cls(
            **cls.common(obj),
            person=PersonShape.of(obj.person),
            authority=BodyShape.of(obj.authority),
            category=obj.category,
            fields_known=obj.fields,
            workplace=obj.workplace,
            specialty=obj.specialty,
            starts=term.starts,
            ends=term.ends,
        )


router = routes(
    Face(
        model=Expert,
        shape=ExpertShape,
        row=ExpertShape,
        related=("appointment__person", "authority", "institution"),
        region="authority__region",
    )
)


@router.post("", response={201: ExpertShape}, operation_id="experts.create", summary="Enter an expert in the register")
def create_expert(request: Call, body: Annotated[NewExpert, Body()]) -> Status:
    viewer = Viewer.of(request)
    given = body.model_dump()
    own = Authority.objects.filter(pk__in=viewer.standing.bodies(Role.REGULATOR))
    authority = own.filter(ref=given.pop("authority")).first()
    form = EnrolForm(given)
    errors: dict[str, Any] = (
        {} if form.is_valid() else {name: list(map(str, told)) for name, told in form.errors.items()}
    )
    if authority is None:
        errors["authority"] = [_("您不是该主管部门的监管人员。")]
    if errors or authority is None:
        raise InvalidInput(errors)
    terms = dict(form.cleaned_data)
    terms["fields"] = terms.pop("fields_known")
    return Status(201, ExpertShape.of(enrol(authority, by=viewer.person, at=viewer.at, **terms), viewer))
