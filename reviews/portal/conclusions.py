"""What an assessment came to, as a page tells it: each conclusion with the answers and articles that led there."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from committees.models import Committee
from ethicsreview.policy.words import said
from reviews.models.applying import committees_offered
from reviews.models.projects.assessment import RiskAssessment
from reviews.models.reviewing.guards import PROCEDURES_HELD
from reviews.models.reviewing.review import Review
from reviews.portal.questions import answer_text
from reviews.rules.conclusions import Conclusion, Conclusions
from reviews.rules.procedures import NOT_AVAILABLE_YET, ProcedureRefusal, open_procedures


@dataclass(frozen=True)
class Told:
    text: str
    grounds: tuple[tuple[str, str], ...]
    cites: tuple[str, ...]


@dataclass(frozen=True)
class ToldTopic:
    label: str
    conclusions: tuple[Told, ...]


@dataclass(frozen=True)
class ToldProcedure:
    label: str
    open: bool
    reasons: tuple[tuple[str, str], ...]


def topics(assessment: RiskAssessment, found: Conclusions) -> Iterator[ToldTopic]:
    for topic in assessment.questionnaire.topics:
        if items := found.about(topic.key):
            yield ToldTopic(said(topic), tuple(_told(assessment, item) for item in items))


def _told(assessment: RiskAssessment, item: Conclusion) -> Told:
    asked = assessment.questionnaire
    grounds = tuple((said(asked.question(key)), answer_text(asked, key, value)) for key, value in item.answers)
    return Told(said(item), grounds, item.cites or (item.cite,))


def procedures(assessment: RiskAssessment, found: Conclusions) -> Iterator[ToldProcedure]:
    """Each procedure: open, or every reason of law why it is shut; the service's own only where the law has none."""
    offers = open_procedures(found, assessment.questionnaire, kind=Review.Kind.INITIAL, available=PROCEDURES_HELD)
    for procedure in assessment.questionnaire.procedures:
        refusals: tuple[ProcedureRefusal, ...] = offers.refusals[procedure.key]
        reasons = tuple(reason for reason in refusals if reason.code != NOT_AVAILABLE_YET) or refusals
        yield ToldProcedure(
            said(procedure), not reasons, tuple((said(reason), reason.cite or "") for reason in reasons)
        )


def committees(assessment: RiskAssessment, found: Conclusions, at: datetime) -> list[Committee]:
    """Those that could review it now; none where no review is needed."""
    if found.project_outcome == "not_required":
        return []
    return committees_offered(assessment.project, assessment, at)
