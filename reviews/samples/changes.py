"""Amendments of the demonstration: what an approved activity is to change, and how far that has come."""

from typing import Any

from reviews.models.amending.beginning import start_amendment
from reviews.models.submissions.submission import keep_section
from reviews.samples.journeys import Journey

PART = "plan"
CHANGED = "入组较预期顺利，样本量由60例增加至90例，随访由6个月延长至12个月；每次随访的检查项目不变。"
REASON = "入组进度较快，扩大样本可以提高统计效力。"
WEIGHED = "样本量和随访时间增加，检查项目和干预措施不变，风险受益比不受影响。"
GROUND = "属于较小变更，不影响风险受益比"


def amend(journey: Journey) -> Journey:
    """Drawn up and handed in."""
    journey.project.refresh_from_db()
    journey.review = start_amendment(journey.project, by=journey.lead, at=journey.later())
    journey.take("choose_parts", journey.lead, parts=[PART], reason=REASON, risk_changed="no")
    version = journey.review.draft_submission
    assert version is not None
    text = f"{version.content.get('design', '')}\n{CHANGED}"
    keep_section(version, by=journey.lead, revision=version.revision, values={"design": text}, at=journey.at)
    told: dict[str, Any] = {f"what__{PART}": CHANGED, "risk_benefit": "unchanged", "urgent": "no"}
    told["informing"] = "在下一次随访时书面告知样本量和随访时间的变化。"
    journey.take("explain_change", journey.lead, **told)
    return journey.submit()


def decide(journey: Journey) -> Journey:
    """Found small, and approved by two designated members."""
    journey.take("weigh_change", journey.house.secretary, small="yes", major_risk="no", ground=WEIGHED)
    terms = {"procedure": "simplified", "procedure_ground": GROUND, "listed": "no"}
    journey.take("accept", journey.house.secretary, **terms)
    journey.designate(2, 3, days=9).give(2).give(3)
    return journey.conclude()
