"""An amendment in words: what it changes, what is in force meanwhile, and what stands in its way."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from ethicsreview.lifecycle.door import StepView
from ethicsreview.lifecycle.refusals import Refusal
from ethicsreview.policy.words import said
from reviews.models import Amendment, Review, RiskAssessment

# What its people say of the amendment, before they write in it: drawn among the tasks, and not with the rest.
TOLD = ("choose_parts", "explain_change")
LEADING = ("name_lead", "accept_lead", "agree_lead", "keep_lead")


@dataclass(frozen=True)
class Told:
    """`assessment`: the new one while it is being answered, where the answers change."""

    amendment: Amendment
    rows: list[tuple[str, str]]
    triggers: list[str]
    assessment: RiskAssessment | None

    @property
    def explained(self) -> bool:
        parts = self.amendment.parts
        return bool(self.amendment.risk_benefit) and all(self.amendment.changes.get(part) for part in parts)


def told(review: Review, at: datetime) -> Told:
    amendment = review.amendment
    triggers: list[str] = []
    if given := amendment.consent.get("triggers"):
        words = review.policy_at(at).entry("consent.renewal_triggers").question.choices
        triggers = [said(words[key]) for key in given]
    draft = None
    if amendment.risk_changed and review.waiting_for == "lead":
        drafts = review.project.assessments.filter(state=RiskAssessment.State.DRAFT)
        draft = drafts.defer("answers").first()
    return Told(amendment, amendment.rows(), triggers, draft)


def in_the_way(view: StepView | None) -> list[Refusal]:
    """Besides what the application itself still lacks, which is told field by field."""
    if view is None:
        return []
    return [one for one in view.refusals if not one.code.startswith(("content.", "material."))]


def of_amendment(steps: Collection[StepView], names: Collection[str]) -> list[StepView]:
    return [view for view in steps if view.name in names]


def of_a_new_lead(steps: Collection[StepView], told: Told) -> list[StepView]:
    """Where nobody is named, only that somebody may be."""
    named = told.amendment.new_lead_id is not None
    return [view for view in steps if view.name in LEADING and (named or view.name == "name_lead")]


def may_hand_in(steps: Collection[StepView], name: str | None) -> StepView | None:
    """The step that hands in what is being written, where this person may take it at all."""
    return next((view for view in steps if view.name == name), None)
