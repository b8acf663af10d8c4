"""What an outcome and a vote are called. Of a listed activity nothing is called an approval before its re-check."""

from typing import TYPE_CHECKING, Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from reviews.rules.votes import ABSTAIN, verdicts_of

if TYPE_CHECKING:
    from reviews.models.reviewing.decision import Decision
    from reviews.models.reviewing.record import ReviewRecord

# The committee's opinion on a listed activity is preliminary, and so are the votes for it (Measures 26, 32).
PRELIMINARY: dict[str, str | Promise] = {
    "approved": _("初审通过"),
    "modification_required": _("修改后通过初审"),
    "revision_required": _("修改后再审"),
    "rejected": _("不予通过"),
    "abstain": _("弃权"),
}


def verdict_word(verdict: str, *, listed: bool) -> str:
    """A member's vote, in words."""
    from reviews.models.opinions.opinion import Verdict

    if listed and verdict in PRELIMINARY:
        return str(PRELIMINARY[verdict])
    return str(Verdict(verdict).label) if verdict in Verdict.values else verdict


def verdict_choices(review: "ReviewRecord") -> list[tuple[str, str]]:
    """What a member may choose from: the verdicts of its kind of review, or none of them."""
    listed = bool(review.listed)
    return [(value, verdict_word(value, listed=listed)) for value in (*verdicts_of(review.kind), ABSTAIN)]


def outcome_word(decision: "Decision") -> str | Promise:
    """The outcome, in the words of whoever reads them. A condition put on a listed activity leads to the preliminary
    pass, and no further.
    """
    from reviews.models.reviewing.decision import Outcome

    if decision.preliminary:
        return PRELIMINARY["approved"]
    if decision.outcome == "modification_required" and decision.review.listed:
        return PRELIMINARY["modification_required"]
    return Outcome(decision.outcome).label


def votes_told(decision: "Decision") -> list[tuple[str, int]]:
    """The committee's votes as a letter and a page show them, by verdict."""
    tally: dict[str, Any] = decision.tally
    listed = bool(decision.review.listed)
    votes = [(verdict_word(verdict, listed=listed), count) for verdict, count in tally["votes"].items()]
    if tally["abstained"]:
        votes.append((verdict_word("abstain", listed=listed), tally["abstained"]))
    return votes
