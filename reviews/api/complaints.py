"""Complaints, investigations, respondents and sanctions. No shape names who complained, nor what the accused may not
read: a respondent's own shape has what they were told and nothing else.
"""

from datetime import date, datetime
from typing import Self

from pydantic import BaseModel

from reviews.api.access import Viewer
from reviews.api.lifecycles import Face, routes
from reviews.api.shapes import BodyShape, Citation, Summary
from reviews.models import Complaint, Investigation, Respondent, Sanction


class ComplaintShape(Summary):
    """`duty`: the policy value by which its handler was found; `case_ref` is as it was typed."""

    category: str
    track: str
    region: str
    unit: str
    unit_suspected: bool
    about: str
    case_ref: str
    account: str
    anonymous: bool
    handler: BodyShape | None
    duty: str
    answer: str
    received_at: datetime

    @classmethod
    def of(cls, obj: Complaint, viewer: Viewer) -> Self:
        own = cls.model_fields.keys() - Summary.model_fields.keys() - {"handler"}
        return cls(
            **cls.common(obj) | {name: getattr(obj, name) for name in own},
            handler=BodyShape.of(obj.handler) if obj.handler else None,
        )


class InvestigationShape(Summary):
    title: str
    origin: str
    origin_ref: str
    track: str
    region: str
    handler: BodyShape
    opened_at: datetime
    concluded_at: datetime | None
    summary: str

    @classmethod
    def of(cls, obj: Investigation, viewer: Viewer) -> Self:
        own = cls.model_fields.keys() - Summary.model_fields.keys() - {"handler"}
        return cls(**cls.common(obj) | {name: getattr(obj, name) for name in own}, handler=BodyShape.of(obj.handler))


class FindingShape(BaseModel):
    """`basis`: the document under which violations of that day are handled."""

    offence: str
    occurred_on: date
    established: bool
    account: str
    citation: Citation | None
    basis: str


class RespondentShape(Summary):
    investigation: str
    name: str
    notified_at: datetime | None
    heard_until: date | None
    statement: str
    weighed: str
    findings: list[FindingShape]

    @classmethod
    def of(cls, obj: Respondent, viewer: Viewer) -> Self:
        same = ("name", "notified_at", "heard_until", "statement", "weighed")
        found = obj.findings.all()
        return cls(
            **cls.common(obj) | {name: getattr(obj, name) for name in same},
            investigation=obj.investigation.ref,
            findings=[
                FindingShape(
                    offence=one.offence,
                    occurred_on=one.occurred_on,
                    established=one.established,
                    account=one.account,
                    citation=Citation.of(one.cite),
                    basis=one.basis,
                )
                for one in found
            ],
        )


class SanctionShape(Summary):
    respondent: str
    measure: str
    measure_label: str
    citation: Citation | None
    terms: str
    starts: date
    ends: date | None
    number: str
    reason: str
    decided_at: datetime | None
    served_on: date | None
    appeal_until: datetime | None
    appealed_at: datetime | None
    reconsidered: str
    published_at: datetime | None

    @classmethod
    def of(cls, obj: Sanction, viewer: Viewer) -> Self:
        own = cls.model_fields.keys() - Summary.model_fields.keys() - {"respondent", "measure_label", "citation"}
        return cls(
            **cls.common(obj) | {name: getattr(obj, name) for name in own},
            respondent=obj.respondent.ref,
            measure_label=obj.measure_name,
            citation=Citation.of(obj.cite),
        )


complaints = routes(Face(Complaint, ComplaintShape, ComplaintShape, related=("handler",), region="region"))
investigations = routes(
    Face(Investigation, InvestigationShape, InvestigationShape, related=("handler",), region="region")
)
respondents = routes(
    Face(Respondent, RespondentShape, Summary, related=("investigation__handler",), region="investigation__region")
)
sanctions = routes(
    Face(
        Sanction,
        SanctionShape,
        SanctionShape,
        related=("respondent__investigation__handler",),
        region="respondent__investigation__region",
    )
)
