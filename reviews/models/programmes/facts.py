"""What of the projects in a programme is known here that a gate may ask about: read of many at once.

Eight queries at most, however many projects they are, so that a list costs no more than one.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from committees.models import Committee
from committees.timing import REPORT as ANNUAL
from ethicsreview.accounts.models import Restriction
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.deadlines.models import Deadline
from ethicsreview.lifecycle.refusals import Refusal
from ethicsreview.policy import Policy
from reviews.models.following.follow_up import FollowUp
from reviews.models.programmes.commitment import Commitment
from reviews.models.programmes.entry import ProgrammeEntry
from reviews.models.programmes.kinds import CommitmentState
from reviews.models.programmes.wanting import letter_rule
from reviews.models.projects.project import Project
from reviews.models.projects.starting import Gates, gates_of
from reviews.models.reviewing.review import Review
from reviews.models.sanctions.bans import bans_among
from reviews.rules import gates

STANDSTILL = {
    Project.State.REJECTED: ("rejected", _("科技伦理审查不予批准"), "national:16"),
    Project.State.SUSPENDED: ("suspended", _("科技活动已暂停"), "national:19"),
    Project.State.TERMINATED: ("terminated", _("科技活动已终止"), "national:19"),
}
NOT_REVIEWED = {
    Project.State.DRAFT: ("not_assessed", _("尚未完成科技伦理风险评估"), "national:9"),
    Project.State.ASSESSED: ("not_approved", _("应当进行科技伦理审查，尚未通过"), "national:9"),
    Project.State.UNDER_REVIEW: ("review_open", _("科技伦理审查尚未作出决定"), "national:9"),
}
# What the gate of the project itself says in other words; here each has a code of its own.
OWN_STATE = "project_state"


@dataclass(frozen=True)
class Reason:
    """Something in the way, and the check that finds it. `only`: the one stage that it concerns, where it is one."""

    check: str
    refusal: Refusal
    only: str = ""


@dataclass
class Facts:
    """What was read of one project."""

    entry: ProgrammeEntry
    commitment: Commitment | None
    gates: Gates | None
    bans: list[Restriction]
    recheck_wanted: bool
    late: FollowUp | None
    owing: Deadline | None


def facts_of(entries: Collection[ProgrammeEntry], at: datetime) -> list[Facts]:
    """In the order given. The entries come with `programme__authority`, `project__lead`, `project__institution`."""
    day = law_day(at)
    projects = [one.project for one in entries if one.project is not None]
    letters = {one.entry_id: one for one in _letters(entries)}
    starting = gates_of(projects, at)
    bans = bans_among(day, {project.lead_id for project in projects}, {project.institution_id for project in projects})
    reviews = _reviews(projects)
    late: dict[int, FollowUp] = {}
    for follow_up in FollowUp.objects.filter(project__in=projects).late_on(day).order_by("-due_on"):
        late[follow_up.project_id] = follow_up
    owing = _owing({review.committee_ref for found in reviews.values() for review in found}, at)
    return [
        Facts(
            entry=one,
            commitment=letters.get(one.pk),
            gates=starting.get(one.project_id or 0),
            bans=[ban for ban in bans if _concerns(ban, one)],
            recheck_wanted=any(_unchecked(review) for review in reviews[one.project_id or 0][-1:]),
            late=late.get(one.project_id or 0),
            owing=next(filter(None, (owing.get(r.committee_ref) for r in reviews[one.project_id or 0])), None),
        )
        for one in entries
    ]


def _letters(entries: Iterable[ProgrammeEntry]) -> Any:
    standing = Commitment.objects.exclude(state=CommitmentState.VOID).filter(entry__in=list(entries))
    return standing.select_related("lead")


def _reviews(projects: Collection[Project]) -> dict[int, list[Any]]:
    """What was handed in of the activity itself, oldest first: an amendment holds up nothing that is approved, and a
    follow-up asks for no re-check."""
    found: dict[int, list[Any]] = defaultdict(list)
    rows = Review.objects.filter(project__in=projects, amends=None).exclude(state=Review.State.DRAFT)
    names = ("project_id", "state", "listed", "amends_id", "risk_steady", "recheck_result", "recheck_waived")
    rows = rows.exclude(kind="follow_up").annotate(committee_ref=F("committee__ref"))
    for review in rows.only(*names).order_by("pk"):
        found[review.project_id].append(review)
    return found


def _unchecked(review: Review) -> bool:
    return review.needs_recheck and review.recheck_result != "agreed" and not review.recheck_waived


def _owing(committees: Collection[str], at: datetime) -> dict[str, Deadline]:
    """The committees whose annual report is overdue (Measures 45), by their references."""
    open_ = Deadline.objects.open().filter(kind=ANNUAL, object_kind=Committee.noun, object_ref__in=committees)
    return {one.object_ref: one for one in open_.filter(due_at__lt=at)}


def _concerns(ban: Restriction, entry: ProgrammeEntry) -> bool:
    project = entry.project
    if project is None:
        return False
    return project.lead_id == ban.person_id or project.institution_id == ban.institution_id


# --- what is in the way --------------------------------------------------------------------------------------------


def reasons_of(facts: Facts, policy: Policy) -> list[Reason]:
    """Everything, whatever the stage; `rules/gates` says which stage asks for what."""
    return [*_banned(facts), *_unsigned(facts, policy), *_unreviewed(facts), *_owed(facts)]


def _banned(facts: Facts) -> Iterator[Reason]:
    for ban in facts.bans:
        who = ban.person or ban.institution
        until = ban.ends.isoformat() if ban.ends else _("另行决定")
        words = _("%(who)s被限制承担或者参与科技活动，至%(until)s")
        code = "lead_banned" if ban.person_id else "institution_banned"
        yield Reason(gates.BAN, Refusal(code, words, {"who": who, "until": until}, ban.citation))


def _unsigned(facts: Facts, policy: Policy) -> Iterator[Reason]:
    entry, letter = facts.entry, facts.commitment
    rule = letter_rule(entry, policy)
    if rule is None:
        return
    if letter is None:
        yield Reason(gates.COMMITMENT, Refusal("letter_missing", _("尚未签订承诺书"), {}, rule))
        return
    if letter.lead_signed_at is None:
        yield Reason(gates.COMMITMENT, Refusal("letter_lead", _("项目负责人尚未签署承诺书"), {}, rule))
    if letter.unit_signed_at is None and not letter.of_one_person:
        yield Reason(gates.COMMITMENT, Refusal("letter_unit", _("承担单位尚未签署承诺书"), {}, rule))
    if entry.project is not None and letter.lead_id != entry.project.lead_id:
        words = _("承诺书由原负责人%(lead)s签订，现负责人尚未签订")
        yield Reason(gates.COMMITMENT, Refusal("letter_former_lead", words, {"lead": letter.lead.name}, rule))


def _unreviewed(facts: Facts) -> Iterator[Reason]:
    project, found = facts.entry.project, facts.gates
    if project is None or found is None:
        words = _("本系统中没有这一项目的科技伦理审查记录")
        yield Reason(gates.REVIEW, Refusal("not_here", words, {}, "national:9"))
        return
    for check, table in ((gates.STANDSTILL, STANDSTILL), (gates.REVIEW, NOT_REVIEWED)):
        if told := table.get(Project.State(project.state)):
            code, message, cite = told
            yield Reason(check, Refusal(code, message, {}, cite))
    for refusal in found.start.refusals:
        if refusal.code != OWN_STATE:
            yield Reason(gates.REVIEW, refusal)
    if found.establishment is not None:
        # Sichuan 9: the partners' review and the own one stand before 立项.
        for refusal in found.establishment.refusals:
            if project.state not in STANDSTILL or refusal.code != OWN_STATE:
                yield Reason(gates.REVIEW, refusal, only="approval")
    if facts.recheck_wanted:
        words = _("列入清单的科技活动尚未经专家复核同意")
        yield Reason(gates.RECHECK, Refusal("not_rechecked", words, {}, "national:32"))


def _owed(facts: Facts) -> Iterator[Reason]:
    if facts.late is not None:
        words = _("跟踪审查报告应于%(day)s前提交，已逾期")
        params = {"day": facts.late.due_on.isoformat()}
        yield Reason(gates.FOLLOW_UP, Refusal("follow_up_late", words, params, "national:19"))
    if facts.owing is not None:
        words = _("审查委员会的年度报告应于%(day)s前提交，已逾期")
        params = {"day": facts.owing.last_day.isoformat()}
        yield Reason(gates.ANNUAL_REPORT, Refusal("annual_report_late", words, params, facts.owing.citation))
