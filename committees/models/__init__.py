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
from committees.models.readiness import EmergencyDrill, OnCall, fields_known

__all__ = [
    "Committee",
    "CommitteeQuerySet",
    "CommitteeRule",
    "EmergencyDrill",
    "Expert",
    "ExpertQuerySet",
    "ExpertTraining",
    "InterestDeclaration",
    "Membership",
    "OnCall",
    "ProjectFacts",
    "SignedPaper",
    "Training",
    "committee_for",
    "conflict_grounds",
    "conflicts_in",
    "conflicts_of",
    "declared_interests",
    "fields_known",
]
