from committees.models.committee import Committee, CommitteeQuerySet, committee_for
from committees.models.declaring import declared_until, undeclared
from committees.models.expert import Expert, ExpertQuerySet, ExpertTraining
from committees.models.interests import (
    InterestDeclaration,
    ProjectFacts,
    conflict_grounds,
    conflicts_in,
    conflicts_of,
    declared,
    ground_kept,
    ground_told,
    latest_named,
)
from committees.models.membership import CommitteeRule, Membership, SignedPaper, Training
from committees.models.readiness import EmergencyDrill, OnCall, fields_known
from committees.models.registration import CommitteeRegistration
from committees.models.training_plan import TrainingAttendance, TrainingPlan, TrainingSession

__all__ = [
    "Committee",
    "CommitteeQuerySet",
    "CommitteeRegistration",
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
    "TrainingAttendance",
    "TrainingPlan",
    "TrainingSession",
    "committee_for",
    "conflict_grounds",
    "conflicts_in",
    "conflicts_of",
    "declared",
    "declared_until",
    "fields_known",
    "ground_kept",
    "ground_told",
    "latest_named",
    "undeclared",
]
