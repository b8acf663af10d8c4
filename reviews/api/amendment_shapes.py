"""What is said of an amendment within its review, and of the version in force."""

from typing import Any, Self

from pydantic import BaseModel

from reviews.api.shapes import PersonShape
from reviews.models import Review, Submission


class VersionRef(BaseModel):
    review: str
    number: int
    digest: str

    @classmethod
    def of(cls, version: Submission) -> Self:
        return cls(review=version.review.ref, number=version.number, digest=version.digest)


class PartShape(BaseModel):
    """`part`: a section of the application by its key, `material.` and a kind of document, or `lead`."""

    part: str
    label: str
    what: str


class Weighed(BaseModel):
    small: bool
    major_risk: bool
    ground: str


class AmendmentShape(BaseModel):
    """`amends`: the version it changes; `in_force`: whether that one is still in force. `accepted` and `agreed`: that
    a new lead has promised, and that the institution agrees. `weighed`: what the committee found; null until it has.
    """

    amends: VersionRef
    in_force: bool
    parts: list[PartShape]
    reason: str
    risk_changed: bool
    risk_benefit: dict[str, Any]
    urgent: dict[str, Any]
    consent: dict[str, Any]
    new_lead: PersonShape | None
    accepted: bool
    agreed: bool
    weighed: Weighed | None

    @classmethod
    def of(cls, review: Review) -> Self | None:
        if review.amends is None:
            return None
        told = review.amendment
        found = told.weighed
        return cls(
            amends=VersionRef.of(review.amends),
            in_force=review.project.in_force_id == review.amends_id,
            parts=[
                PartShape(part=part, label=label, what=what)
                for part, (label, what) in zip(told.parts, told.rows(), strict=True)
            ],
            reason=told.reason,
            risk_changed=told.risk_changed,
            risk_benefit=told.risk_benefit,
            urgent=told.urgent,
            consent=told.consent,
            new_lead=PersonShape.of(told.new_lead) if told.new_lead else None,
            accepted=bool(told.accepted),
            agreed=bool(told.agreed),
            weighed=Weighed(small=found["small"], major_risk=found["major_risk"], ground=found["ground"])
            if found
            else None,
        )
