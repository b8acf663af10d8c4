"""The parts of what is said of a review."""

from datetime import date, datetime
from typing import Any, Self

from pydantic import BaseModel

from ethicsreview.deadlines.models import Deadline
from ethicsreview.documents.models import DocumentVersion, Letter
from ethicsreview.lifecycle.forms import recordable
from ethicsreview.policy import Policy
from ethicsreview.policy.library import Entry
from reviews.api.access import Viewer
from reviews.api.shapes import ROOT, Citation
from reviews.models import Decision, Material, Recheck, Request, Review, Submission
from reviews.models.projects.starting import condition_text


class Party(BaseModel):
    code: str
    label: str


class Project(BaseModel):
    ref: str
    title: str
    lead: str
    institution: str
    url: str


class DeadlineShape(BaseModel):
    kind: str
    label: str
    started_at: datetime
    due_at: datetime
    due_text: str
    left: str
    late: bool
    paused: bool
    closed_at: datetime | None
    outcome: str
    citation: Citation | None
    history: list[dict[str, Any]]

    @classmethod
    def of(cls, deadline: Deadline, at: datetime) -> Self:
        return cls(
            kind=deadline.kind,
            label=deadline.title,
            started_at=deadline.started_at,
            due_at=deadline.due_at,
            due_text=deadline.due_text,
            left=deadline.left(at),
            late=deadline.is_late(at),
            paused=deadline.paused_at is not None,
            closed_at=deadline.closed_at,
            outcome=deadline.outcome,
            citation=Citation.of(deadline.citation),
            history=deadline.history,
        )


class DocumentShape(BaseModel):
    id: int
    document: str
    version: int
    kind: str
    name: str
    size: int
    media_type: str
    digest: str
    pages: int | None
    scan: str
    note: str
    url: str

    @classmethod
    def of(cls, material: Material, review: Review) -> Self:
        version: DocumentVersion = material.version
        return cls(
            id=version.pk,
            document=version.document.ref,
            version=version.number,
            kind=material.kind,
            name=version.name,
            size=version.size,
            media_type=version.media_type,
            digest=version.digest,
            pages=version.pages,
            scan=version.scan,
            note=material.note,
            url=f"{ROOT}/reviews/{review.ref}/documents/{version.pk}",
        )


class VersionShape(BaseModel):
    """A version of the application. `sealed_at` is null while it is being written, for its writers alone to see."""

    number: int
    revision: int
    sealed_at: datetime | None
    digest: str
    content: dict[str, Any]
    commitment: dict[str, Any]
    documents: list[DocumentShape]

    @classmethod
    def of(cls, submission: Submission, materials: list[Material], review: Review) -> Self:
        return cls(
            number=submission.number,
            revision=submission.revision,
            sealed_at=submission.sealed_at,
            digest=submission.digest,
            content=submission.content,
            commitment=submission.commitment,
            documents=[DocumentShape.of(material, review) for material in materials],
        )


class RequestShape(BaseModel):
    number: int
    kind: str
    item: str
    text: str
    asked_at: datetime
    answer: str
    answered_at: datetime | None

    @classmethod
    def of(cls, request: Request, *, draft_too: bool) -> Self:
        """An answer that is still being written is its writers' own."""
        given = request.answered_at is not None or draft_too
        return cls(
            number=request.number,
            kind=request.kind,
            item=request.item,
            text=request.text,
            asked_at=request.asked_at,
            answer=request.answer if given else "",
            answered_at=request.answered_at,
        )


class PolicyValue(BaseModel):
    """One value of the law: `sure` says how sure it is, `since` from when it holds."""

    key: str
    label: str
    value: Any
    unit: str
    citation: Citation | None
    sure: str
    since: date

    @classmethod
    def of(cls, entry: Entry) -> Self:
        return cls(
            key=entry.key,
            label=entry.label,
            value=recordable(entry.value),
            unit=entry.unit,
            citation=Citation.of(entry.cite),
            sure=entry.sure,
            since=entry.since,
        )


class PolicyShape(BaseModel):
    """The rules the review is judged by: `pinned` when it was accepted; before that, those of the moment."""

    pinned: bool
    region: str
    regimes: list[str]
    day: date
    values: list[PolicyValue]

    @classmethod
    def of(cls, policy: Policy, *, pinned: bool) -> Self:
        return cls(
            pinned=pinned,
            region=policy.region,
            regimes=sorted(policy.regimes),
            day=policy.day,
            values=[PolicyValue.of(entry) for entry in policy.all()],
        )


class Ground(BaseModel):
    key: str
    label: str
    value: Any
    sure: str
    citation: Citation | None

    @classmethod
    def of(cls, kept: dict[str, Any]) -> Self:
        """As a decision or a report keeps it."""
        citation = Citation.of(kept["cite"])
        return cls(key=kept["key"], label=kept["label"], value=kept["value"], sure=kept["sure"], citation=citation)


class Condition(BaseModel):
    """What was still to be obtained when it was decided: before `start`, or before `project_approval` (立项)."""

    before: str
    text: str
    countries: list[str]
    citation: Citation | None

    @classmethod
    def of(cls, kept: dict[str, Any]) -> Self:
        said, cited = condition_text(kept), Citation.of(kept["cite"])
        return cls(before=kept["before"], text=said, countries=kept["countries"], citation=cited)


class DecisionShape(BaseModel):
    number: str
    outcome: str
    outcome_label: str
    basis: str
    preliminary: bool
    round: int
    submission: int
    submission_digest: str
    decided_at: datetime
    presider: str
    attendance: list[dict[str, Any]]
    tally: dict[str, Any]
    grounds: list[Ground]
    requirements: list[str]
    conditions: list[Condition]
    reasons: str
    recheck: str
    exception: dict[str, Any]
    emergency: dict[str, Any]
    follow_up_due: date | None

    @classmethod
    def of(cls, decision: Decision) -> Self:
        return cls(
            number=decision.number,
            outcome=decision.outcome,
            outcome_label=decision.outcome_word,
            basis=decision.basis,
            preliminary=decision.preliminary,
            round=decision.round,
            submission=decision.submission.number,
            submission_digest=decision.submission_digest,
            decided_at=decision.decided_at,
            presider=decision.presider_name,
            attendance=decision.attendance,
            tally=decision.tally,
            grounds=[Ground.of(ground) for ground in decision.grounds],
            requirements=decision.requirements,
            conditions=[Condition.of(one) for one in decision.conditions],
            reasons=decision.reasons,
            recheck=decision.recheck.number if decision.recheck else "",
            exception=decision.exception,
            emergency=decision.emergency,
            follow_up_due=decision.follow_up_due,
        )


class LetterShape(BaseModel):
    number: str
    digest: str
    code: str
    created_at: datetime
    revoked_at: datetime | None
    url: str

    @classmethod
    def of(cls, letter: Letter, review: Review) -> Self:
        return cls(
            number=letter.number,
            digest=letter.digest,
            code=letter.code,
            created_at=letter.created_at,
            revoked_at=letter.revoked_at,
            url=f"{ROOT}/reviews/{review.ref}/letter",
        )


class RecheckLine(BaseModel):
    """Where the re-check is, at which department, until when. What it found is there once it has been delivered."""

    ref: str
    state: str
    state_label: str
    authority: str
    requested_at: datetime
    due_at: datetime
    delivered_at: datetime | None
    result: str
    number: str
    opinion: dict[str, str]
    tally: dict[str, int]


# Before it is delivered, that there is a result is known, and not which.
HIDDEN = frozenset({Recheck.State.AGREED, Recheck.State.DISAGREED})


def recheck_line(review: Review) -> RecheckLine | None:
    recheck = review.rechecks.select_related("authority", "report").order_by("-pk").first()
    if recheck is None:
        return None
    report = recheck.report if recheck.state == Recheck.State.DELIVERED else None
    state = Recheck.State.IN_PROGRESS if recheck.state in HIDDEN else Recheck.State(recheck.state)
    return RecheckLine(
        ref=recheck.ref,
        state=state.value,
        state_label=str(state.label),
        authority=recheck.authority.name,
        requested_at=recheck.requested_at,
        due_at=recheck.due_at,
        delivered_at=recheck.delivered_at,
        result=report.result if report else "",
        number=report.number if report else "",
        opinion=report.opinion if report else {},
        tally=report.tally if report else {},
    )


class BallotLine(BaseModel):
    """That a ballot is there, whose, and whether it is in; never what it says."""

    ref: str
    member: str
    round: int
    state: str
    url: str


def ballots(review: Review, viewer: Viewer) -> list[BallotLine]:
    rows = review.opinions.all().visible_to(viewer.standing).select_related("person").order_by("round", "pk")
    return [
        BallotLine(
            ref=row.ref,
            member=row.person.name,
            round=row.round,
            state=row.state,
            url=f"{ROOT}/opinions/{row.ref}",
        )
        for row in rows
    ]
