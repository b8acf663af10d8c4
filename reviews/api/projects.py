"""Projects: entering one, its assessment, its reviews."""

from datetime import date
from typing import Annotated, Any, Self

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _
from ninja import Body, Status
from pydantic import BaseModel, Field, model_validator

from committees.models import Committee
from ethicsreview.accounts.models import Institution, Person
from ethicsreview.lifecycle.refusals import InvalidInput
from reviews.api.access import Call, Ref, Viewer, find
from reviews.api.amendment_shapes import VersionRef
from reviews.api.assessments import Answers, AssessmentShape, answer
from reviews.api.lifecycles import Face, routes
from reviews.api.reviews import ReviewShape
from reviews.api.shapes import BodyShape, Day, Input, PersonShape, RefusalShape, Summary
from reviews.models import (
    Collaboration,
    Exemption,
    FollowUp,
    Mandate,
    Participation,
    Project,
    ProjectMember,
    Report,
    Review,
    RiskAssessment,
)
from reviews.models.applying import institutions_of, start_project, start_review
from reviews.models.projects.starting import Gate, gates

Name = Annotated[str, Field(min_length=1, max_length=100)]
Username = Annotated[str, Field(min_length=1, max_length=150)]
BodyRef = Annotated[str, Field(min_length=1, max_length=20)]


class NewMember(Input):
    name: Name
    duty: str = Field("", max_length=100)
    person: Username | None = Field(None, description="user name, where the member has an account")
    institution: BodyRef | None = None


class NewProject(Input):
    title: str = Field(min_length=1, max_length=300)
    field: Project.Field
    institution: BodyRef = Field(description="reference of an institution of yours")
    lead: Username | None = Field(None, description="user name; you, if it is left out")
    funding: str = Field("", max_length=200)
    starts_on: Day | None = None
    ends_on: Day | None = None
    members: list[NewMember] = Field([], max_length=200)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            raise ValueError(_("结束日期不能早于开始日期。"))
        return self


class NewReview(Input):
    committee: BodyRef | None = Field(default=None, description="the first that is competent, if it is left out")


class MemberShape(Input):
    """`username`: where the member has an account; by it they are given a mandate or made the lead."""

    name: str
    username: str | None
    duty: str
    institution: str | None


class GateShape(BaseModel):
    """Open, or shut with every reason. `outstanding`: partner countries (ISO 3166-1) still to be cleared."""

    open: bool
    refusals: list[RefusalShape]
    outstanding: list[str]

    @classmethod
    def of(cls, gate: Gate) -> Self:
        refusals = [RefusalShape.of(refusal) for refusal in gate.refusals]
        return cls(open=gate.open, refusals=refusals, outstanding=list(gate.outstanding))


class ProjectShape(Summary):
    """`collaboration`: the one it is the lead unit's part of; `participation`: the part it is of another's.
    `project_approval` (立项) is null where no rule of the place makes the partners' review precede it. What there is
    in each partner country is at /foreign-approvals.
    """

    title: str
    field: str
    lead: PersonShape
    institution: BodyShape
    region: str
    funding: str
    starts_on: date | None
    ends_on: date | None
    source_ref: str | None
    members: list[MemberShape]
    assessments: list[Summary]
    reviews: list[Summary]
    follow_ups: list[Summary]
    reports: list[Summary]
    in_force: VersionRef | None
    incoming_lead: PersonShape | None
    mandates: list[Summary]
    exemptions: list[Summary]
    collaboration: str | None
    participation: str | None
    may_start: GateShape
    project_approval: GateShape | None

    @classmethod
    def of(cls, obj: Project, viewer: Viewer) -> Self:
        def seen(model: Any) -> list[Summary]:
            rows = model.objects.visible_to(viewer.standing).filter(project=obj).select_related("project")
            return [Summary.of(row, viewer) for row in rows.order_by("-pk")]

        def only(model: Any) -> str | None:
            rows = model.objects.visible_to(viewer.standing).filter(project=obj)
            found: str | None = rows.values_list("ref", flat=True).first()
            return found

        found = gates(obj, viewer.at)
        return cls(
            **cls.common(obj),
            title=obj.title,
            field=obj.field,
            lead=PersonShape.of(obj.lead),
            institution=BodyShape.of(obj.institution),
            region=obj.region,
            funding=obj.funding,
            starts_on=obj.starts_on,
            ends_on=obj.ends_on,
            source_ref=obj.source_ref,
            members=[
                MemberShape(
                    name=m.name,
                    username=m.person.username if m.person else None,
                    duty=m.duty,
                    institution=m.institution.name if m.institution else None,
                )
                for m in obj.members.select_related("institution", "person").order_by("pk")
            ],
            assessments=seen(RiskAssessment),
            reviews=seen(Review),
            follow_ups=seen(FollowUp),
            reports=seen(Report),
            in_force=VersionRef.of(obj.in_force) if obj.in_force else None,
            incoming_lead=PersonShape.of(obj.incoming_lead) if obj.incoming_lead else None,
            mandates=seen(Mandate),
            exemptions=seen(Exemption),
            collaboration=only(Collaboration),
            participation=only(Participation),
            may_start=GateShape.of(found.start),
            project_approval=GateShape.of(found.establishment) if found.establishment else None,
        )


def reviewed_by(viewer: Viewer, committee: str) -> Q:
    """Only through reviews that the person may see: a filter must not tell of the others."""
    seen = Review.objects.visible_to(viewer.standing).filter(committee__ref=committee)
    return Q(pk__in=seen.values("project"))


router = routes(
    Face(
        model=Project,
        shape=ProjectShape,
        related=("lead", "institution", "in_force__review", "incoming_lead"),
        committee=reviewed_by,
        region="region",
    )
)


@router.post("", response={201: ProjectShape}, operation_id="projects.create", summary="Enter a project")
def create_project(request: Call, body: Annotated[NewProject, Body()]) -> Status:
    viewer = Viewer.of(request)
    fields = body.model_dump(exclude={"institution", "lead", "members"})
    errors: dict[str, list[str]] = {}
    own = {institution.ref: institution for institution in institutions_of(viewer.person, viewer.at)}
    if body.institution not in own:
        errors["institution"] = [_("不是您任职的单位。")]
    if body.lead:
        fields["lead"] = _account(body.lead, "lead", errors)
    members = [_member(member, f"members.{number}", errors) for number, member in enumerate(body.members)]
    if errors:
        raise InvalidInput(errors)
    project = start_project(
        by=viewer.person, institution=own[body.institution], at=viewer.at, members=members, **fields
    )
    return Status(201, ProjectShape.of(project, viewer))


@router.post(
    "/{ref}/assessment",
    response=AssessmentShape,
    operation_id="projects.assess",
    summary="Answer the risk questionnaire: what is still asked, and what follows",
    description="Keeps the answers as a draft; completing it is the assessment's step `complete`.",
)
def assess_project(request: Call, ref: Ref, body: Annotated[Answers, Body()]) -> AssessmentShape:
    viewer = Viewer.of(request)
    return answer(find(Project, ref, viewer), body, viewer)


@router.post(
    "/{ref}/reviews", response={201: ReviewShape}, operation_id="projects.apply", summary="Begin an application"
)
def create_review(request: Call, ref: Ref, body: Annotated[NewReview, Body()] = NewReview()) -> Status:  # noqa: B008
    viewer = Viewer.of(request)
    project = find(Project, ref, viewer)
    committee = None
    if body.committee and (committee := Committee.objects.filter(ref=body.committee).first()) is None:
        raise InvalidInput({"committee": [_("没有这个委员会。")]})
    review = start_review(project, by=viewer.person, committee=committee, at=viewer.at)
    return Status(201, ReviewShape.of(review, viewer))


def _member(given: NewMember, place: str, errors: dict[str, list[str]]) -> dict[str, Any]:
    fields: dict[str, Any] = {"name": given.name, "duty": given.duty}
    if given.person:
        fields["person"] = _account(given.person, f"{place}.person", errors)
    if given.institution:
        fields["institution"] = Institution.objects.filter(ref=given.institution).first()
        if fields["institution"] is None:
            errors[f"{place}.institution"] = [_("没有这个单位。")]
    try:
        ProjectMember(**fields).clean_fields(exclude=["project"])
    except ValidationError as error:
        errors |= {f"{place}.{name}": messages for name, messages in error.message_dict.items()}
    return fields


def _account(username: str, place: str, errors: dict[str, list[str]]) -> Person | None:
    person = Person.objects.filter(username=username, is_active=True).first()
    if person is None:
        errors[place] = [_("没有用户名为“%(username)s”的在用账号。") % {"username": username}]
    return person
