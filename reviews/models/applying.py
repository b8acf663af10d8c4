"""Beginning things: a project, its assessment, its review. Every face begins them here."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from committees.models import Committee, committee_for
from ethicsreview.accounts.models import Institution, Person, Role
from ethicsreview.accounts.standing import standing_of
from ethicsreview.lifecycle.door import create
from ethicsreview.lifecycle.refusals import NotPermitted, Refusal, Refused
from ethicsreview.policy import policy_for
from reviews.models.absences.absence import reckon_with
from reviews.models.amending.scope import copy_papers
from reviews.models.entrustments.entrustment import Entrustment, entrusted_by
from reviews.models.meetings.meeting import Meeting
from reviews.models.projects.assessment import RiskAssessment
from reviews.models.projects.changing import AMENDABLE
from reviews.models.projects.project import Project, ProjectMember
from reviews.models.reviewing.review import Review
from reviews.models.submissions.submission import Submission

# What the form takes as an answer to what became of earlier reviews.
PRIOR_LONGEST = 2000


def start_project(
    *,
    by: Person,
    institution: Institution,
    at: datetime | None = None,
    members: list[dict[str, Any]] | None = None,
    **fields: Any,
) -> Project:
    """A draft project, led by `by` unless another lead is given (an institution's officer may enter one)."""
    project = Project(institution=institution, region=institution.region, **{"lead": by, **fields})
    with transaction.atomic():
        create(project, by=by, at=at)
        ProjectMember.objects.bulk_create([ProjectMember(project=project, **member) for member in members or []])
    return project


def start_assessment(project: Project, *, by: Person, at: datetime | None = None) -> RiskAssessment:
    """The project's open assessment; a new one, beginning with the last answers, if none is open."""
    _check_creator(RiskAssessment, project, by, at or timezone.now())
    with _alone_on(project):
        draft = project.assessments.filter(state=RiskAssessment.State.DRAFT).first()
        if draft is not None:
            return draft
        last = project.assessments.order_by("-pk").first()
        return create(RiskAssessment(project=project, answers=last.answers if last else {}), by=by, at=at)


def start_review(
    project: Project, *, by: Person, committee: Committee | None = None, at: datetime | None = None
) -> Review:
    """A draft review with its first version. Raises Refused with everything that stands in the way."""
    moment = at or timezone.now()
    _check_creator(Review, project, by, moment)
    with _alone_on(project) as project:
        assessment = project.assessments.filter(state=RiskAssessment.State.COMPLETED).first()
        if refusals := list(_obstacles(project, assessment)):
            raise Refused(refusals)
        assert assessment is not None
        offered = committees_offered(project, assessment, moment)
        if committee is None and offered:
            committee = offered[0]
        if committee is None or committee not in offered:
            raise Refused([no_committee(project.region, moment)])
        earlier = last_of(project, committee)
        begun = Review(project=project, committee=committee, assessment=assessment, follows=earlier)
        begun.entrustment = agreement_with(committee, project, assessment.conclusions.regimes, moment)
        facts = {"follows": earlier.ref} if earlier else {}
        review = create(begun, by=by, at=moment, **facts)
        _first_version(review, earlier)
    return review


def last_of(project: Project, committee: Committee) -> Review | None:
    """The last review of the project that this committee closed: withdrawn, not accepted, or refused."""
    closed = [Review.State.WITHDRAWN, Review.State.DECLINED, Review.State.REJECTED]
    rows = project.reviews.filter(committee=committee, state__in=closed, amends=None)
    return rows.exclude(submissions=None).select_related("committee").order_by("-pk").first()


def _first_version(review: Review, earlier: Review | None) -> None:
    """What was left off goes on from its last version. After a refusal one applies anew, and says so (Measures 9)."""
    content = _known(review.project)
    if earlier is None:
        Submission.objects.create(review=review, number=1, content=content)
        return
    if earlier.state == Review.State.REJECTED:
        Submission.objects.create(review=review, number=1, content=content | _prior(earlier))
        return
    last = earlier.submissions.order_by("-number")[:1].get()
    mine = Submission.objects.create(review=review, number=1, content=last.content | content)
    copy_papers(last, mine)


def _prior(earlier: Review) -> dict[str, Any]:
    """The earlier refusal, in the words of the form's own question; its people may add to it."""
    decision = earlier.decision
    told = _("%(committee)s，%(day)s，%(number)s，%(outcome)s。%(reasons)s") % {
        "committee": earlier.committee.name,
        "day": timezone.localdate(decision.decided_at).isoformat(),
        "number": decision.number,
        "outcome": decision.outcome_word,
        "reasons": decision.reasons,
    }
    return {"prior_review": True, "prior_review_result": told[:PRIOR_LONGEST]}


def no_committee(region: str, at: datetime) -> Refusal:
    """Shandong 7 and Sichuan 9: a unit without the conditions must entrust; elsewhere Measures 13 lets it."""
    policy = policy_for(region=region, at=at)
    required = policy.entry("entrustment.required" if policy.has("entrustment.required") else "entrustment.cases")
    return Refusal(
        "no_committee",
        _(
            "没有可以审查本科技活动的委员会：应当书面委托其他满足要求的委员会，由单位管理人员在工作台“委托审查”中办理，无单位人员自行办理"
        ),
        {},
        required.cite,
    )


def start_meeting(
    committee: Committee, *, by: Person, title: str, starts_at: datetime, place: str = "", at: datetime | None = None
) -> Meeting:
    """A planned meeting with an empty agenda; reviews are put on it by their own step."""
    with transaction.atomic():
        made = create(Meeting(committee=committee, title=title, starts_at=starts_at, place=place), by=by, at=at)
        reckon_with(made)
    return made


def committees_offered(project: Project, assessment: RiskAssessment, at: datetime) -> list[Committee]:
    """The competent committees of the project's institution for what the assessment says applies; then those that it
    has entrusted in writing (Measures 13)."""
    regimes = assessment.conclusions.regimes
    own = list(committee_for(project.institution, regimes, at=at))
    entrusted = [one.trustee for one in entrusted_by(project, regimes, at)]
    return list({committee.pk: committee for committee in [*own, *entrusted]}.values())


def agreement_with(committee: Committee, project: Project, regimes: Iterable[str], at: datetime) -> Entrustment | None:
    """Under which agreement a committee reviews; None for the institution's own."""
    if committee.institution_id == project.institution_id:
        return None
    found = entrusted_by(project, regimes, at)
    return next((one for one in found if one.trustee_id == committee.pk), None)


def institutions_of(person: Person, at: datetime) -> list[Institution]:
    """Where a person may start a project: where they are a researcher or an officer."""
    bodies = standing_of(person, at).bodies(Role.RESEARCHER, Role.INSTITUTION_OFFICER)
    return list(Institution.objects.filter(pk__in=bodies).order_by("name"))


@contextmanager
def _alone_on(project: Project) -> Iterator[Project]:
    """Two tabs that begin the same thing at once begin it once: the second finds what the first has made."""
    with transaction.atomic():
        yield Project.objects.select_for_update().get(pk=project.pk)


def _check_creator(model: type[RiskAssessment | Review], project: Project, by: Person, at: datetime) -> None:
    """Before anything is said of what stands in the way: that is for those who may begin it."""
    if not model.creators & project.capacities(standing_of(by, at)):
        raise NotPermitted(str(_("新建")), sorted(model.creators))


def _obstacles(project: Project, assessment: RiskAssessment | None) -> Iterator[Refusal]:
    if assessment is None:
        yield Refusal("assessment", _("请先完成科技伦理风险评估"), {}, "national:9")
    elif assessment.conclusions.project_outcome == "not_required":
        yield Refusal("not_required", _("评估结论为无需审查"), {}, "national:2")
    if project.state == Project.State.EXEMPT:
        yield Refusal("exempt", _("本科技活动已免除审查；情况变化的，请先重新评估"), {}, "human:32")
    if project.state in AMENDABLE:
        yield Refusal("approved", _("本科技活动已批准；方案变化的，请申请变更"), {}, "national:20")
    if project.reviews.open().exists():
        yield Refusal("review_open", _("本科技活动已有进行中的审查"), {}, "national:9")


def _known(project: Project) -> dict[str, Any]:
    """What the project already says is not asked again."""
    dates = {"starts_on": project.starts_on, "ends_on": project.ends_on}
    return {name: day.isoformat() for name, day in dates.items() if day}
