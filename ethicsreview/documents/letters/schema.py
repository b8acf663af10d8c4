"""What each letter says. A template sees exactly this and nothing else.

Outcomes, procedures, citations and intervals come in as words, in the letter's language: they belong to the
policy packs, not to a template.
"""

import datetime as dt
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, NonNegativeInt, PositiveInt

Outcome = Literal[
    "approved",
    "modification_required",
    "revision_required",
    "rejected",
    "preliminarily_passed",
    "continued",
    "suspended",
    "terminated",
    "rereview_required",
]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ListedDocument(Part):
    title: str
    version: PositiveInt
    digest: str = Field(pattern=r"^[0-9a-f]{64}$")
    pages: PositiveInt | None = None


class Votes(Part):
    label: str
    count: NonNegativeInt


class Ground(Part):
    text: str
    citation: str = ""


class FollowUp(Part):
    interval: str = Field(description="in words: 每12个月一次")
    next_on: dt.date


class Decision(Part):
    """What the committee decided, and on what."""

    lang: Literal["zh", "en"] = "zh"
    institution: str
    committee: str
    review_ref: str
    review_kind: str = Field(description="in words: 初始审查")
    procedure: str = Field(description="in words: 一般程序（会议审查）")
    project_ref: str
    project_title: str
    lead: str
    lead_unit: str
    submission_version: PositiveInt
    submitted_on: dt.date
    documents: list[ListedDocument]
    decided_on: dt.date
    meeting_on: dt.date | None = None
    meeting_ref: str = ""
    designated: bool = Field(default=False, description="decided by designated members, without a meeting")
    recognised: str = Field(default="", description="another committee's result, recognised in the place of a vote")
    members_total: PositiveInt
    attending: list[str] = Field(description="names of the members who took part in this item")
    by_video: NonNegativeInt = 0
    recused: NonNegativeInt = 0
    votes: list[Votes]
    vote_rules: list[Ground] = Field(default=[], description="each regime's formula, with its article")
    outcome: Outcome
    preliminary: bool = Field(default=False, description="waits for an agreeing re-check; approves nothing")
    outcome_label: str = Field(description="in words: 批准")
    changes: list[Ground] = Field(default=[], description="of an amendment: what it changes, and what follows")
    grounds: list[Ground]
    requirements: list[str] = []
    follow_up: FollowUp | None = None
    notices: list[Ground] = Field(default=[], description="duties and rights: to report changes, to appeal")
    presider: str
    presider_title: str = Field(description="in words: 主任委员")


class DecisionLetter(Decision):
    """The decision as it leaves the house."""

    number: str = Field(description="文号")
    issued_at: dt.datetime
    code: str
    verification_url: str


class PanelMember(Part):
    name: str
    category: str = Field(description="in words: 法学专家")
    workplace: str = ""


class HeadedText(Part):
    head: str
    text: str


class Recheck(Part):
    """What a panel of experts found of a preliminary opinion."""

    lang: Literal["zh", "en"] = "zh"
    authority: str
    recheck_ref: str
    project_ref: str
    project_title: str
    lead: str
    lead_unit: str
    committee: str
    review_ref: str
    preliminary_number: str
    submission_version: PositiveInt
    submission_digest: str
    requested_on: dt.date
    decided_on: dt.date
    panel: list[PanelMember]
    votes: list[Votes]
    vote_rules: list[Ground]
    result: Literal["agreed", "disagreed"]
    result_label: str = Field(description="in words: 同意")
    opinions: list[HeadedText] = Field(description="under the heads of Measures 29")
    grounds: list[Ground]
    notices: list[Ground] = []


class RecheckLetter(Recheck):
    """The opinion as it leaves the house."""

    number: str = Field(description="文号")
    issued_at: dt.datetime
    code: str
    verification_url: str


class Appeal(Part):
    """What a committee answers to an appeal against its decision."""

    lang: Literal["zh", "en"] = "zh"
    institution: str
    committee: str
    appeal_ref: str
    project_ref: str
    project_title: str
    lead: str
    lead_unit: str
    decision_number: str
    decision_outcome: str = Field(description="in words: 不予批准")
    decision_on: dt.date
    filed_on: dt.date
    decided_on: dt.date
    result: Literal["upheld", "dismissed"]
    result_label: str = Field(description="in words: 申诉不成立")
    reasons: str
    answer: str
    grounds: list[Ground]
    notices: list[Ground] = []


class AppealLetter(Appeal):
    """The answer as it leaves the house."""

    number: str = Field(description="文号")
    issued_at: dt.datetime
    code: str
    verification_url: str


class Figure(Part):
    label: str
    value: str


class Group(Part):
    name: str
    values: list[str] = Field(description="one for each of `group_heads`")


class AnnualReport(Part):
    """What a committee reports of its year, or a department of those below it."""

    lang: Literal["zh", "en"] = "zh"
    institution: str
    committee: str = Field(description="the body that reports; of an aggregate, the department")
    report_ref: str
    level_label: str = Field(description="in words: 委员会工作报告")
    year: PositiveInt
    figures: list[Figure]
    texts: list[HeadedText]
    group_heads: list[str]
    groups: list[Group]
    digest: str = Field(pattern=r"^[0-9a-f]{64}$")
    signer: str
    signed_on: dt.date
    grounds: list[Ground]


class AnnualReportLetter(AnnualReport):
    """The report as it leaves the house."""

    number: str = Field(description="文号")
    issued_at: dt.datetime
    code: str
    verification_url: str


class Commitment(Part):
    """What lead and unit promise for a programme's project, as both have signed it."""

    lang: Literal["zh", "en"] = "zh"
    institution: str = Field(description="the department whose programme it is")
    committee: str = Field(description="the unit that undertakes the project")
    title: str
    programme: str
    project_number: str
    project_title: str
    project_ref: str
    lead: str
    lead_signed_on: dt.date
    unit_signer: str = Field(default="", description="empty for a person without a unit")
    unit_signed_on: dt.date | None = None
    clauses: list[str]
    digest: str = Field(pattern=r"^[0-9a-f]{64}$")
    grounds: list[Ground]


class CommitmentLetter(Commitment):
    """The commitment as it leaves the house."""

    number: str = Field(description="文号")
    issued_at: dt.datetime
    code: str
    verification_url: str


SCHEMAS: dict[str, type[Part]] = {
    "decision": DecisionLetter,
    "recheck": RecheckLetter,
    "appeal": AppealLetter,
    "annual_report": AnnualReportLetter,
    "commitment": CommitmentLetter,
}
