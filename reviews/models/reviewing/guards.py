"""What the steps of a review require. Each guard answers with every refusal it finds, and the article."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from committees.kinds import CommitteeState
from committees.models import conflicts_of
from ethicsreview.accounts.models import Restriction
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.lifecycle.act import Act
from ethicsreview.lifecycle.refusals import Refusal
from ethicsreview.policy.catalogues import materials
from ethicsreview.policy.words import said
from reviews.models import both_sides
from reviews.models.projects.interests import project_facts
from reviews.models.reviewing.decision import Outcome as DecisionOutcome
from reviews.rules.checklist import form_errors, missing
from reviews.rules.procedures import Procedures, open_procedures
from reviews.rules.votes import Formula, Outcome

if TYPE_CHECKING:
    from reviews.models.reviewing.record import ReviewRecord
    from reviews.models.reviewing.simplified import Simplified

# The procedures that this service carries out today; another is told so, and waits in `submitted`.
PROCEDURES_HELD = frozenset({"general", "simplified", "emergency"})


def assessment_current(review: "ReviewRecord", act: Act) -> Iterator[Refusal]:
    states = review.assessment.State
    proposing = review.amends_id is not None or review.kind == review.Kind.REREVIEW
    current = {states.COMPLETED, states.PROPOSED} if proposing else {states.COMPLETED}
    if review.assessment.state not in current:
        yield Refusal("assessment", _("风险评估已更新，请按最新评估重新申请"), cite="national:9")


def content_complete(review: "ReviewRecord", act: Act) -> Iterator[Refusal]:
    from reviews.models.collaborations.confirming import untouched

    version = review.draft_submission
    if version is None:
        return
    yield from untouched(review, version)
    fields, messages = version.form.fields, version.form.messages
    for name, problems in form_errors(version.form, version.content, review.assessment.conclusions).items():
        field = fields.get(name)
        for problem in problems:
            yield Refusal(
                f"content.{name}",
                _("申请书“%(field)s”：%(problem)s"),
                {"field": said(field) if field else name, "problem": said(messages[problem])},
                field.cite if field else "national:9",
            )


def materials_complete(review: "ReviewRecord", act: Act) -> Iterator[Refusal]:
    version = review.draft_submission
    if version is None:
        return
    present = {material.kind for material in version.materials.all()}
    for rule in missing(review.assessment.conclusions, materials(act.at), present):
        yield Refusal(f"material.{rule.key}", _("缺少材料：%(material)s"), {"material": said(rule)}, rule.cite)


def no_restriction(review: "ReviewRecord", act: Act) -> Iterator[Refusal]:
    """Sichuan 12: whoever is barred for a time may not take part."""
    for barred in Restriction.objects.in_force(act.at).on(
        person=review.project.lead, institution=review.project.institution
    ):
        yield Refusal(
            "restriction",
            _("%(who)s在限制期内（至%(until)s）：%(ground)s"),
            {
                "who": barred.person or barred.institution,
                "until": barred.ends or _("另行通知"),
                "ground": barred.ground,
            },
            barred.citation,
        )


def committee_active(review: "ReviewRecord", act: Act) -> Iterator[Refusal]:
    if review.committee.state != CommitteeState.ACTIVE:
        yield Refusal("committee_state", _("委员会“%(name)s”未在运行"), {"name": review.committee.name}, "national:4")


def committee_lawful(review: "ReviewRecord", act: Act) -> Iterator[Refusal]:
    """Measures 7 and what tightens it: a committee that is not lawfully composed cannot begin reviews."""
    regimes = review.assessment.conclusions.regimes
    yield from act.once("lawful", lambda: review.committee.can_review(regimes, at=act.at))


def procedure_exists(review: "Simplified", act: Act) -> Iterator[Refusal]:
    """A matter that only another procedure fits is told so, and waits."""
    offers = procedures_of(review, act.at)
    if not offers.open:
        for procedure, reasons in offers.refusals.items():
            name = review.Procedure(procedure).label if procedure in review.Procedure.values else procedure
            for reason in reasons:
                yield Refusal(
                    reason.code,
                    _("%(procedure)s：%(reason)s"),
                    {"procedure": name, "reason": said(reason)},
                    reason.cite or "",
                )


def procedures_of(review: "Simplified", at: datetime) -> Procedures:
    """The procedures open for this review, and what shuts the others."""
    return open_procedures(
        review.assessment.conclusions,
        review.assessment.questionnaire,
        kind=review.kind,
        available=PROCEDURES_HELD,
        facts=review.procedure_facts(at),
    )


def supplement_allowed(review: "ReviewRecord", act: Act) -> Iterator[Refusal]:
    """Measures 10: one notice, complete. A later one may only speak of what the applicant changed since."""
    from reviews.models.reviewing.forms import askable_items

    asked = review.requests.filter(kind="supplement").exists()
    if asked and not askable_items(review, act):
        yield Refusal(
            "supplement_once",
            _("补正要求应当一次性完整告知；自上次补正后没有新变动的内容，不能再次要求补正"),
            cite="national:10",
        )


def enough_without_interest(review: "ReviewRecord", act: Act) -> Iterator[Refusal]:
    """Before a meeting is called: enough members must be free of interest for it ever to be quorate."""
    if review.is_simplified:
        return
    people = [member.person for member in review.committee.voting_members_at(law_day(act.at))]
    grounds = conflicts_of(people, project_facts(review.project))
    free = [person for person in people if not grounds[person.pk]]
    needed = review.policy_at(act.at).entry("meeting.quorum")
    if len(free) < needed.value:
        yield Refusal(
            "quorum_impossible",
            _("回避后仅余%(free)d名委员，不足到会所需的%(needed)d名"),
            {"free": len(free), "needed": needed.value},
            needed.cite,
        )


def item_not_under_vote(review: "ReviewRecord", act: Act) -> Iterator[Refusal]:
    if review.item is not None and review.item.meeting.state == "open":
        yield Refusal(
            "under_vote",
            _("该项正在会议“%(meeting)s”上审议"),
            {"meeting": review.item.meeting.title},
            "national:11",
        )


def clock_runs(review: "ReviewRecord", act: Act) -> Iterator[Refusal]:
    if not review.clock_runs():
        yield Refusal("no_clock", _("没有正在计算的审查期限"), cite="national:17")


def meeting_is_open(review: "ReviewRecord", act: Act) -> Iterator[Refusal]:
    if review.is_simplified:
        return
    if review.item is None:
        yield Refusal("no_meeting", _("尚未列入任何会议的议程"), cite="national:11")
    elif review.item.meeting.state != "open":
        yield Refusal(
            "meeting_not_open",
            _("会议“%(meeting)s”尚未召开"),
            {"meeting": review.item.meeting.title},
            "national:14",
        )


def quorum_met(review: "ReviewRecord", act: Act) -> Iterator[Refusal]:
    """Measures 14: counted for this item, after recusals."""
    if review.item is not None:
        yield from review.item.quorum_refusals(act.at)


def all_ballots_in(review: "ReviewRecord", act: Act) -> Iterator[Refusal]:
    """Nobody who attends is passed over: no conclusion while a ballot is out."""
    if review.item is not None:
        waiting = _ballots_out(review, act)
        if waiting:
            yield Refusal(
                "ballots_out",
                _("尚有%(count)d名到会委员未表决：%(names)s"),
                {"count": len(waiting), "names": gettext("、").join(opinion.person.name for opinion in waiting)},
                "national:16",
            )


def _ballots_out(review: "ReviewRecord", act: Act) -> list[Any]:
    waiting: list[Any] = act.once("ballots_out", lambda: review.item.ballots_out(act.at))
    return waiting


def verdict_reached(review: "ReviewRecord", act: Act) -> Iterator[Refusal]:
    """Measures 16; Human Measures 22: each formula that applies, told with what it has and what it needs."""
    if review.item is None or _ballots_out(review, act):
        return
    found: Outcome = act.once("tally", lambda: review.item.tally(act.at))
    if found.decided:
        return
    bases = {"attending": _("到会委员"), "all_members": _("全体委员")}
    for entry in review.policy_at(act.at).entries("vote.formula"):
        formula = Formula.from_value(entry.value)
        best = max((count for count in found.counts if count.formula == formula), key=lambda count: count.have)
        yield Refusal(
            "votes",
            _("没有一项意见达到法定票数：最多的“%(verdict)s”%(have)d票，%(base)s%(total)d人，须%(need)d票"),
            {
                "verdict": DecisionOutcome(best.verdict).label,
                "have": best.have,
                "base": bases[formula.of],
                "total": best.total,
                "need": best.need,
            },
            entry.cite,
        )


def round_undecided(review: "ReviewRecord", act: Act) -> Iterator[Refusal]:
    """A vote that has its result is not taken again until it comes out otherwise."""
    if review.item is None:
        return
    if _ballots_out(review, act):
        yield from all_ballots_in(review, act)
    elif act.once("tally", lambda: review.item.tally(act.at)).decided:
        yield Refusal("decided", _("本轮表决已形成结论，不能重新表决"), cite="national:16")


def listing_determined(review: "ReviewRecord", act: Act) -> Iterator[Refusal]:
    if review.listed is None:
        yield Refusal("listing", _("委员会尚未认定是否列入需专家复核的清单"), cite="national:5")


def version_intact(review: "ReviewRecord", act: Act) -> Iterator[Refusal]:
    """A decision points at what was submitted, byte for byte."""
    if review.submission is None or not review.submission.intact():
        yield Refusal("version_changed", _("所审版本与提交时的摘要不符，不能据以作出决定"), cite="national:6")


def not_confirmed_by_same(review: "ReviewRecord", act: Act) -> Iterator[Refusal]:
    yield from both_sides.not_by_same(review.confirmations, review.capacities(act.standing), act, "national:16")
