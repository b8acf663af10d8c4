"""What is recognised: a decision whose letter this service verifies, or another's, entered with its evidence."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from ethicsreview.documents.models import Letter
from ethicsreview.lifecycle.act import Act
from ethicsreview.lifecycle.refusals import Refusal
from ethicsreview.policy import Policy, policy_for
from reviews.models.reviewing.decision import Decision

if TYPE_CHECKING:
    from reviews.models.recognitions.recognition import Recognition


def decision_of(code: str) -> Decision | None:
    """The decision whose letter bears the code, whatever became of it since."""
    letter = Letter.objects.filter(code=code).select_related("revocation").first()
    if letter is None or letter.revoked_at is not None:
        return None
    related = ("review__committee", "review__project__institution", "review__assessment", "submission")
    return Decision.objects.filter(number=letter.number).select_related(*related).first()


def policy_of(one: "Recognition", at: datetime) -> Policy:
    review = one.review
    return policy_for(region=review.committee.region, regimes=review.assessment.conclusions.regimes, at=at)


def article(policy: Policy) -> str:
    """The province's own sentence where it has one (Shandong 10, Sichuan 9); else the lead unit's mechanism of 21."""
    for key in ("recognition.alliance", "recognition.encouraged"):
        if policy.has(key):
            return policy.entry(key).cite
    return policy.entry("collaboration.mutual_recognition").cite


# --- guards -----------------------------------------------------------------------------------------------------------


def named(one: "Recognition", act: Act) -> Iterator[Refusal]:
    """Something must have been named to be recognised."""
    if one.decision is None and not one.number:
        yield Refusal("nothing_named", _("没有写明请求认可的审查结果"), cite=article(policy_of(one, act.at)))


def source_stands(one: "Recognition", act: Act) -> Iterator[Refusal]:
    """What has been overtaken, is preliminary, or was changed since gives nothing to recognise."""
    from reviews.models.reviewing.verifying import holds

    decision = one.decision
    if decision is None:
        return
    cite = article(policy_of(one, act.at))
    if not holds(decision):
        yield Refusal("source_overtaken", _("所请求认可的决定现在不是有效的批准"), cite=cite)
    if not decision.submission.intact() or decision.submission_digest != one.submission_digest:
        yield Refusal("version_changed", _("所审版本与批件载明的摘要不符，不能认可"), cite="national:6")
    if decision.review.committee_id == one.review.committee_id:
        yield Refusal("own_result", _("本委员会自己的决定不需要认可"), cite=cite)


def between_fellows(one: "Recognition", act: Act) -> Iterator[Refusal]:
    """A result of this service is recognised within an alliance of both units, or a collaboration; another's has its
    evidence and two signatures."""
    decision = one.decision
    if decision is None or _in_collaboration(one, decision):
        return
    policy = policy_of(one, act.at)
    regimes = one.review.assessment.conclusions.regimes
    if one.alliance is None or not _both_in(one, decision):
        words = _("双方单位不在同一互认联盟，也不在同一协作审查中")
        yield Refusal("no_alliance", words, {}, article(policy))
    elif not one.alliance.covers(regimes):
        words = _("互认联盟“%(alliance)s”不包括本活动的领域")
        yield Refusal("alliance_fields", words, {"alliance": one.alliance.name}, article(policy))


def _both_in(one: "Recognition", decision: Decision) -> bool:
    from reviews.models.recognitions.alliance import Alliance

    theirs = decision.review.committee.institution_id or decision.review.project.institution_id
    shared = Alliance.objects.shared_by(one.review.project.institution_id, theirs)
    return bool(shared.filter(pk=one.alliance_id).exists())


def _in_collaboration(one: "Recognition", decision: Decision) -> bool:
    """Measures 21: the lead unit may set up recognition among the units of its collaboration."""
    from reviews.models.collaborations.participation import PRESENT, Participation

    mine = Participation.objects.filter(project=one.review.project_id, state__in=PRESENT)
    return mine.filter(collaboration__project=decision.review.project_id).exists()


def evidence_kept(one: "Recognition", act: Act) -> Iterator[Refusal]:
    if one.decision is None and one.document_id is None:
        yield Refusal("evidence", _("没有证明文件"), cite=article(policy_of(one, act.at)))


def review_waits(one: "Recognition", act: Act) -> Iterator[Refusal]:
    """Accepted, and nobody has begun to review: what is under way ends as it began."""
    review: Any = one.review
    if review.state != review.State.ACCEPTED:
        words = _("本单位的审查现为“%(state)s”：受理之后、开始审查之前，方可认可")
        yield Refusal("review_state", words, {"state": review.get_state_display()}, "national:10")


def committee_lawful(one: "Recognition", act: Act) -> Iterator[Refusal]:
    yield from one.review.committee.can_review(one.review.assessment.conclusions.regimes, at=act.at)


def version_kept(one: "Recognition", act: Act) -> Iterator[Refusal]:
    if one.review.submission is None or not one.review.submission.intact():
        yield Refusal("own_version", _("本单位所审版本与提交时的摘要不符"), cite="national:6")
