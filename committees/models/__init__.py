from committees.models.committee import Committee, CommitteeQuerySet, committee_for
from committees.models.expert import Expert, ExpertQuerySet, ExpertTraining
from committees.models.interests import (
    InterestDeclaration,
    ProjectFacts,
    conflict_grounds,
    conflicts_in,
    conflicts_of,
    declared_interests,
)
from committees.models.membership import CommitteeRule, Membership, SignedPaper, Training

__all__ = [
    "Committee",
    "CommitteeQuerySet",
    "CommitteeRule",
    "Expert",
    "ExpertQuerySet",
    "ExpertTraining",
    "InterestDeclaration",
    "Membership",
    "ProjectFacts",
    "SignedPaper",
    "Training",
    "committee_for",
    "conflict_grounds",
    "conflicts_in",
    "conflicts_of",
    "declared_interests",
]
