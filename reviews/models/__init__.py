from reviews.models.agenda import AgendaItem
from reviews.models.appeal import Appeal
from reviews.models.assessment import RiskAssessment
from reviews.models.comparing import Comparison
from reviews.models.decision import Decision, Outcome
from reviews.models.designation import Designation
from reviews.models.exemption import Exemption
from reviews.models.follow_up import FollowUp
from reviews.models.foreign_approval import ForeignApproval
from reviews.models.idempotency import IdempotentRequest
from reviews.models.meeting import Attendance, Meeting
from reviews.models.opinion import Opinion, Verdict
from reviews.models.project import Project, ProjectMember
from reviews.models.recheck import Recheck
from reviews.models.recheck_opinion import RecheckOpinion
from reviews.models.recheck_report import RecheckReport
from reviews.models.reporting import MeetingReport
from reviews.models.review import Review
from reviews.models.submission import Material, Request, Submission

__all__ = [
    "AgendaItem",
    "Appeal",
    "Attendance",
    "Comparison",
    "Decision",
    "Designation",
    "Exemption",
    "FollowUp",
    "ForeignApproval",
    "IdempotentRequest",
    "Material",
    "Meeting",
    "MeetingReport",
    "Opinion",
    "Outcome",
    "Project",
    "ProjectMember",
    "Recheck",
    "RecheckOpinion",
    "RecheckReport",
    "Request",
    "Review",
    "RiskAssessment",
    "Submission",
    "Verdict",
]
