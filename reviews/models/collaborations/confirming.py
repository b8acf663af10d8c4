"""The confirmation review of a participating unit: what it requires, what it begins with, what may not be touched."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from committees.models import Committee
from ethicsreview.lifecycle.act import Act
from ethicsreview.lifecycle.refusals import Refusal
from ethicsreview.policy import Policy
from reviews.models.projects.assessment import RiskAssessment
from reviews.models.projects.project import Project
from reviews.models.reviewing.decision import Decision
from reviews.models.reviewing.review import Review
from reviews.models.reviewing.states import OPEN_STATES
from reviews.models.submissions.submission import Material, Submission
from reviews.rules.agreement import FAVOURABLE, Position

if TYPE_CHECKING:
    from reviews.models.collaborations.participation import Participation

# The section of the application that each participating unit fills in for itself.
LOCAL_SECTION = "site"
# Documents that speak of one unit and its people: handed in by each for itself, and not carried over.
LOCAL_MATERIALS = frozenset({"qualifications", "training_record", "interest_statement", "lead_opinion"})


def position(decision: Decision) -> Position:
    """What a committee decided in the end, with what it had asked for on the way."""
    asked = decision.review.decisions.filter(pk__lte=decision.pk).values_list("requirements", flat=True)
    return Position(
        outcome=str(decision.outcome),
        requirements=frozenset(one for requirements in asked for one in requirements),
        conditions=frozenset((one["before"], country) for one in decision.conditions for country in one["countries"]),
        months=_months(decision) if decision.outcome in FAVOURABLE else None,
    )


def _months(decision: Decision) -> int:
    if decision.follow_up_months:
        return decision.follow_up_months
    key = "follow_up.months_listed" if decision.review.listed else "follow_up.months"
    months: int = Policy.from_pin(decision.policy).value(key)
    return months


def committees_for(one: "Participation", at: datetime) -> list[Committee]:
    """The unit's own competent committees, and those it has entrusted."""
    from reviews.models.applying import committees_offered

    assessment = usable_assessment(one) or _lead_assessment(one)
    return committees_offered(one.project, assessment, at) if one.project and assessment else []


def _lead_assessment(one: "Participation") -> RiskAssessment | None:
    decision = one.collaboration.decision
    return decision.review.assessment if decision is not None else None


def usable_assessment(one: "Participation") -> RiskAssessment | None:
    """The unit's own assessment, where it has made one as a participating unit."""
    made = RiskAssessment.objects.filter(project=one.project, state=RiskAssessment.State.COMPLETED).first()
    if made is None or one.project is None:
        return None
    approved_on_it = one.project.state in {Project.State.APPROVED, Project.State.SUSPENDED}
    return made if approved_on_it or made.conclusions.several_units == "participating" else None


# --- guards -----------------------------------------------------------------------------------------------------------


def still_running(one: "Participation", act: Act) -> Iterator[Refusal]:
    if one.collaboration.state == one.collaboration.State.ENDED:
        yield Refusal("ended", _("协作已结束"), cite="national:21")


def lead_has_decided(one: "Participation", act: Act) -> Iterator[Refusal]:
    """There must be something to confirm: a favourable decision on a version that stands as it was."""
    decision = one.collaboration.decision
    if decision is None:
        words = _("牵头单位尚未作出审查决定；作出后即会告知，也可以由本单位委员会自行审查")
        yield Refusal("lead_undecided", words, cite="national:21")
    elif not decision.submission.intact():
        yield Refusal("version_changed", _("牵头单位所审版本与其摘要不符，不能据以确认"), cite="national:6")


def lead_goes_on(one: "Participation", act: Act) -> Iterator[Refusal]:
    """While the lead unit stands still, nobody can confirm that it goes on."""
    if one.lead_change in {"suspended", "terminated"}:
        words = _("%(change)s，恢复之前不能申请确认")
        yield Refusal("lead_halted", words, {"change": one.get_lead_change_display()}, "national:20")


def something_to_confirm(one: "Participation", act: Act) -> Iterator[Refusal]:
    """Once its committee has decided, a unit begins again only after a change at the lead, or a refusal."""
    decided = one.decision
    if one.decided and not one.needs_anew and decided is not None and decided.outcome in FAVOURABLE:
        yield Refusal("confirmed", _("本单位的委员会已经作出决定，牵头单位此后没有变更"), cite="national:21")


def nothing_under_review(one: "Participation", act: Act) -> Iterator[Refusal]:
    if one.project is not None:
        running = one.project.reviews.filter(state__in=OPEN_STATES).first()
        if running is not None:
            words = _("本单位的部分正在审查中（%(review)s）")
            yield Refusal("review_open", words, {"review": running.ref}, "national:9")


def committee_exists(one: "Participation", act: Act) -> Iterator[Refusal]:
    if one.collaboration.decision is not None and not one.committees_offered(act):
        from reviews.models.applying import no_committee

        yield no_committee(one.institution.region, act.at)


# --- beginning --------------------------------------------------------------------------------------------------------


def begin(one: "Participation", committee: Committee, act: Act) -> None:
    """A draft review whose first version is what the lead unit's committee decided on."""
    from reviews.models.applying import agreement_with

    project, decision = one.project, one.collaboration.decision
    assert project is not None
    assert decision is not None
    assessment = usable_assessment(one)
    if assessment is None:
        lead = decision.review.assessment
        role = {"several_units_take_part": True, "unit_role": "participating"}
        own = "own" if committee.institution_id == one.institution_id else "not_competent"
        assessment = RiskAssessment(project=project, answers=lead.answers | role | {"committee_situation": own})
        for earlier in project.assessments.filter(state=RiskAssessment.State.DRAFT):
            act.before(earlier, "supersede")
        act.create(assessment)
        act.then(assessment, "complete")
    if project.state in {Project.State.APPROVED, Project.State.SUSPENDED}:
        act.then(project, "confirm_anew", reason=one.change_reason)
    review = Review(
        kind=Review.Kind.CONFIRMATION, project=project, committee=committee, assessment=assessment, confirms=decision
    )
    regimes = decision.review.assessment.conclusions.regimes
    review.entrustment = agreement_with(committee, project, regimes, act.at)
    act.create(review)
    act.then(review, "carry_lead", before=one.review)
    act.then(one, "open_review", review=review)


def carry(review: Any, decision: Decision, before: Review | None) -> Submission:
    """The lead unit's application without its own unit's papers; of an earlier confirmation, what was local."""
    version = decision.submission
    content, papers = dict(version.content), {}
    for material in version.documents():
        if material.kind not in LOCAL_MATERIALS:
            papers[material.version_id] = material
    if before is not None and before.submission is not None:
        local = local_fields(before.submission)
        content |= {key: value for key, value in before.submission.content.items() if key in local}
        for material in before.submission.documents():
            if material.kind in LOCAL_MATERIALS:
                papers.setdefault(material.version_id, material)
    mine = Submission.objects.create(review_id=review.pk, number=1, content=content)
    Material.objects.bulk_create(
        Material(submission=mine, kind=m.kind, version=m.version, note=m.note) for m in papers.values()
    )
    return mine


def local_fields(version: Submission) -> set[str]:
    return {field.key for section in version.form.sections if section.key == LOCAL_SECTION for field in section.fields}


def carried_versions(review: Any) -> frozenset[int]:
    """The documents of a confirmation that are the lead unit's, by the key of their version."""
    if review.confirms is None:
        return frozenset()
    rows = review.confirms.submission.materials.exclude(kind__in=LOCAL_MATERIALS)
    return frozenset(rows.values_list("version", flat=True))


def untouched(review: Any, version: Submission) -> Iterator[Refusal]:
    """What the lead unit's committee had before it is what this one confirms: nothing of it is changed here."""
    decision = review.confirms
    if decision is None:
        return
    given, local = decision.submission, local_fields(version)
    if any(version.content.get(key) != value for key, value in given.content.items() if key not in local):
        words = _("确认审查针对牵头单位所审的版本，其内容不能改动；不同意的，由本单位委员会决定并说明理由")
        yield Refusal("lead_content", words, {}, "national:21")
    here = {(m.kind, m.version_id) for m in version.materials.all()}
    wanted = {(m.kind, m.version_id) for m in given.materials.all() if m.kind not in LOCAL_MATERIALS}
    if wanted - here:
        words = _("牵头单位所审的材料有%(count)d份被移除或者更换，应当原样保留")
        yield Refusal("lead_materials", words, {"count": len(wanted - here)}, "national:21")
