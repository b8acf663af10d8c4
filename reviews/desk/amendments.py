"""An amendment as the committee reads it: what it changes, why, and what was in force when it was drawn up."""

from dataclasses import dataclass

from ethicsreview.policy.words import said
from reviews.models import Amendment, Comparison, Review


@dataclass(frozen=True)
class Told:
    amendment: Amendment
    rows: list[tuple[str, str]]
    triggers: list[str]
    base_ref: str
    base_number: int
    base_holds: bool
    compared: bool


def told(review: Review) -> Told | None:
    if review.amends is None:
        return None
    amendment, base = review.amendment, review.amends
    triggers: list[str] = []
    if given := amendment.consent.get("triggers"):
        when = review.accepted_at or review.submitted_at or review.created_at
        words = review.policy_at(when).entry("consent.renewal_triggers").question.choices
        triggers = [said(words[key]) for key in given]
    compared = review.submission is not None and Comparison.objects.with_force(review.submission) is not None
    holds = review.project.in_force_id == review.amends_id
    return Told(amendment, amendment.rows(), triggers, base.review.ref, base.number, holds, compared)
