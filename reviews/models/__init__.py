from reviews.models.absences.absence import Absence
from reviews.models.amending.amendment import Amendment
from reviews.models.annual.report import AnnualReport
from reviews.models.appeals.appeal import Appeal
from reviews.models.collaborations.collaboration import Collaboration
from reviews.models.collaborations.participation import Participation
from reviews.models.complaints.complainant import Complainant
from reviews.models.complaints.complaint import Addition, Complaint, ComplaintPaper
from reviews.models.counting.kept import Change, Counted, Counter, Counting
from reviews.models.disclosures.disclosure import Disclosure
from reviews.models.emergencies.advising import FieldAdvice
from reviews.models.emergencies.event import EmergencyEvent
from reviews.models.entrustments.entrustment import Entrustment
from reviews.models.exemptions.exemption import Exemption
from reviews.models.following.filing import FilingPaper
from reviews.models.following.follow_up import FollowUp
from reviews.models.following.report import Report
from reviews.models.idempotency import IdempotentRequest
from reviews.models.inspections.inspection import Inspection
from reviews.models.inspections.rectification import Rectification
from reviews.models.inspections.rows import InspectionFinding, InspectionPaper, Inspector, RectificationAnswer
from reviews.models.international.approval import ForeignApproval
from reviews.models.investigations.investigation import Investigation
from reviews.models.investigations.respondent import Finding, Respondent
from reviews.models.investigations.rows import Evidence, Investigator, Transfer
from reviews.models.mandates.mandate import Mandate
from reviews.models.meetings.agenda import AgendaItem
from reviews.models.meetings.meeting import Attendance, Meeting
from reviews.models.meetings.reporting import MeetingReport
from reviews.models.opinions.opinion import Opinion, Verdict
from reviews.models.programmes.answers import GateAnswer
from reviews.models.programmes.checks import GateCheck, GateCheckRow
from reviews.models.programmes.commitment import Commitment
from reviews.models.programmes.entry import ProgrammeEntry
from reviews.models.programmes.lookup import RecordLookup
from reviews.models.programmes.programme import Programme
from reviews.models.projects.assessment import RiskAssessment
from reviews.models.projects.high_risk import HighRisk
from reviews.models.projects.project import Project, ProjectMember
from reviews.models.projects.registration import ActivityRegistration
from reviews.models.rechecks.opinion import RecheckOpinion
from reviews.models.rechecks.recheck import Recheck
from reviews.models.rechecks.report import RecheckReport
from reviews.models.recognitions.alliance import Alliance, AllianceSeat
from reviews.models.recognitions.recognition import Recognition
from reviews.models.reviewing.decision import Decision, Outcome
from reviews.models.reviewing.designation import Designation
from reviews.models.reviewing.review import Review
from reviews.models.sampling.item import SampleItem
from reviews.models.sampling.plan import SamplingPlan
from reviews.models.sampling.population import SampleUnit
from reviews.models.sanctions.sanction import Sanction
from reviews.models.submissions.comparing import Comparison
from reviews.models.submissions.submission import Material, Request, Submission
from reviews.models.warnings.finding import WarningFinding
from reviews.models.warnings.progress import IndicatorWatch
from reviews.models.warnings.warning import RiskWarning

__all__ = [
    "Absence",
    "ActivityRegistration",
    "Addition",
    "AgendaItem",
    "Alliance",
    "AllianceSeat",
    "Amendment",
    "AnnualReport",
    "Appeal",
    "Attendance",
    "Change",
    "Collaboration",
    "Commitment",
    "Comparison",
    "Complainant",
    "Complaint",
    "ComplaintPaper",
    "Counted",
    "Counter",
    "Counting",
    "Decision",
    "Designation",
    "Disclosure",
    "EmergencyEvent",
    "Entrustment",
    "Evidence",
    "Exemption",
    "FieldAdvice",
    "FilingPaper",
    "Finding",
    "FollowUp",
    "ForeignApproval",
    "GateAnswer",
    "GateCheck",
    "GateCheckRow",
    "HighRisk",
    "IdempotentRequest",
    "IndicatorWatch",
    "Inspection",
    "InspectionFinding",
    "InspectionPaper",
    "Inspector",
    "Investigation",
    "Investigator",
    "Mandate",
    "Material",
    "Meeting",
    "MeetingReport",
    "Opinion",
    "Outcome",
    "Participation",
    "Programme",
    "ProgrammeEntry",
    "Project",
    "ProjectMember",
    "Recheck",
    "RecheckOpinion",
    "RecheckReport",
    "Recognition",
    "RecordLookup",
    "Rectification",
    "RectificationAnswer",
    "Report",
    "Request",
    "Respondent",
    "Review",
    "RiskAssessment",
    "RiskWarning",
    "SampleItem",
    "SampleUnit",
    "SamplingPlan",
    "Sanction",
    "Submission",
    "Transfer",
    "Verdict",
    "WarningFinding",
]
