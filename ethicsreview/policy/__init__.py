"""The law as data: what holds where, for what, on which day, by which article."""

from ethicsreview.policy.citations import UnknownCitation, cite, with_article
from ethicsreview.policy.engine import PinnedPolicyChanged, Policy, SeveralAnswers, UnknownPolicyKey, policy_for
from ethicsreview.policy.library import Entry

__all__ = [
    "Entry",
    "PinnedPolicyChanged",
    "Policy",
    "SeveralAnswers",
    "UnknownCitation",
    "UnknownPolicyKey",
    "cite",
    "policy_for",
    "with_article",
]
