"""Letters as PDF: a schema says what a letter needs, a typst template sets it, `issue_letter` keeps it."""

from ethicsreview.documents.letters.issuing import issue_letter, verification_url
from ethicsreview.documents.letters.schema import (
    Decision,
    DecisionLetter,
    FollowUp,
    Ground,
    ListedDocument,
    Votes,
)
from ethicsreview.documents.letters.typesetting import render

__all__ = [
    "Decision",
    "DecisionLetter",
    "FollowUp",
    "Ground",
    "ListedDocument",
    "Votes",
    "issue_letter",
    "render",
    "verification_url",
]
