"""The decision letter 批件 / 意见: from a decision, which never changes, to what the letter says."""

from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ethicsreview.accounts.models import Role
from ethicsreview.deadlines.models import Deadline
from ethicsreview.documents.letters import issue_letter
from ethicsreview.documents.models import Letter
from ethicsreview.policy import Policy, cite
from reviews.models.amending import lettering as amending
from reviews.models.meetings.meeting import Attendance
from reviews.models.projects.starting import condition_text
from reviews.models.rechecks import lettering as recheck_lettering
from reviews.models.reviewing.decision import Decision
from reviews.models.reviewing.wording import votes_told

BATCH = 50
# How a designated member stands on a decision's roll: no meeting was attended.
DESIGNATED = "designated"
REST = ("submission", "meeting", "recheck")


def issue_pending(at: datetime) -> int:
    """Set the letters that are wanting, oldest first, a bounded number at a time."""
    kept = Letter.objects.filter(number=OuterRef("number"))
    wanting = Decision.objects.exclude(Exists(kept)).order_by("pk")
    decisions = list(
        wanting.select_related("review__project__lead", "review__committee", "review__amends__review", *REST)[:BATCH]
    )
    for decision in decisions:
        issue(decision, at)
    return len(decisions) + recheck_lettering.issue_pending(at)


def issue(decision: Decision, at: datetime) -> Letter:
    """Set one letter and keep it; the one that is kept, if it has been set before."""
    with translation.override("zh-hans"):
        content = letter_content(decision)
    review = decision.review
    return issue_letter(
        "decision", content, number=decision.number, object_kind=review.noun, object_ref=review.ref, at=at
    )


def letter_content(decision: Decision) -> dict[str, Any]:
    """What `documents.letters.schema.Decision` asks for, in the language that is active."""
    review, project, version = decision.review, decision.review.project, decision.submission
    policy = Policy.from_pin(decision.policy)
    came = (*Attendance.THERE, DESIGNATED)
    there = [row for row in decision.attendance if row["presence"] in came and not row["recused"]]
    tally = decision.tally
    votes = [{"label": label, "count": count} for label, count in votes_told(decision)]
    return {
        "lang": "en" if (translation.get_language() or "").startswith("en") else "zh",
        "institution": project.institution.name,
        "committee": review.committee.name,
        "review_ref": review.ref,
        "review_kind": review.get_kind_display(),
        "procedure": _procedure(decision),
        "project_ref": project.ref,
        "project_title": project.title,
        "lead": project.lead.name,
        "lead_unit": project.institution.name,
        "submission_version": version.number,
        "submitted_on": timezone.localdate(version.sealed_at),
        "documents": [
            {
                "title": material.version.name,
                "version": material.version.number,
                "digest": material.version.digest,
                "pages": material.version.pages or None,
            }
            for material in version.documents()
        ],
        "decided_on": timezone.localdate(decision.decided_at),
        "meeting_on": timezone.localdate(decision.meeting.opened_at) if decision.meeting else None,
        "meeting_ref": decision.meeting.ref if decision.meeting else "",
        "designated": decision.is_simplified,
        "recognised": _recognised(decision),
        "members_total": tally["all_members"],
        "attending": [row["name"] for row in there],
        "by_video": sum(row["presence"] == "video" for row in there),
        "recused": sum(row["recused"] for row in decision.attendance),
        "votes": votes,
        "vote_rules": [] if decision.is_simplified or decision.is_recognition else _vote_rules(policy),
        "outcome": decision.outcome,
        "preliminary": decision.preliminary,
        "outcome_label": decision.outcome_word,
        "changes": amending.changes(decision) if review.amends_id is not None else [],
        "grounds": _grounds(decision) + _extensions(decision),
        "requirements": decision.requirements,
        "follow_up": _follow_up(decision),
        "notices": _notices(decision),
        "presider": decision.presider_name,
        "presider_title": _presider_title(decision),
    }


def _procedure(decision: Decision) -> str:
    if decision.is_recognition:
        return _("结果互认")
    if decision.is_simplified:
        return _("简易程序（主任委员指定委员审查）")
    if kept := decision.emergency:
        words = _("应急程序（会议审查）；所应对的突发事件：%(title)s（%(event)s），时限%(hours)d小时")
        return words % kept
    return _("%(procedure)s（会议审查）") % {"procedure": decision.review.get_procedure_display()}


def _recognised(decision: Decision) -> str:
    """The result that stands in the place of a vote; empty where there was one."""
    one = decision.recognition
    if one is None:
        return ""
    return _("%(body)s，%(number)s；认可期限至%(until)s；由秘书和主任委员认可") % {
        "body": one.source_body,
        "number": one.source_number,
        "until": one.valid_until,
    }


def _vote_rules(policy: Policy) -> list[dict[str, str]]:
    return [{"text": entry.label, "citation": cite(entry.cite)} for entry in policy.entries("vote.formula")]


def _grounds(decision: Decision) -> list[dict[str, str]]:
    grounds = [{"text": decision.reasons, "citation": ""}] if decision.reasons else []
    grounds += _of_listed(decision)
    if (agreement := decision.review.entrustment) is not None:
        words = _("受%(institution)s书面委托审查（%(ref)s）。")
        said = words % {"institution": agreement.institution.name, "ref": agreement.ref}
        grounds.append({"text": said, "citation": cite("national:13")})
    return grounds + [{"text": ground["label"], "citation": cite(ground["cite"])} for ground in decision.grounds]


def _extensions(decision: Decision) -> list[dict[str, str]]:
    """Measures 17: a limit that was moved on is stated, with the reason, wherever the decision is."""
    review = decision.review
    limits = Deadline.objects.of(review).filter(kind="review.decision", started_at__lte=decision.decided_at)
    words = _("审查期限延长至%(day)s：%(reason)s")
    return [
        {
            "text": words % {"day": date_format(one.last_day, "DATE_FORMAT"), "reason": one.reason},
            "citation": cite("national:17"),
        }
        for limit in limits.order_by("started_at")
        for one in limit.extensions
    ]


def _of_listed(decision: Decision) -> list[dict[str, str]]:
    """What stands between the preliminary opinion on a listed activity and the decision."""
    if decision.recheck is not None:
        report = decision.recheck
        words = _("专家复核意见：%(result)s（%(number)s），全体复核专家%(panel)d人，同意%(agree)d人。") % {
            "result": report.get_result_display(),
            "number": report.number,
            "panel": report.tally["panel"],
            "agree": report.tally["agree"],
        }
        return [{"text": words, "citation": cite("national:32")}]
    if decision.exception:
        words = _("国家已实行行政审批并将符合伦理要求作为审批条件：%(approval)s，%(granted_by)s，%(number)s。")
        return [{"text": words % decision.exception, "citation": cite("national:34")}]
    return []


def _follow_up(decision: Decision) -> dict[str, Any] | None:
    if decision.follow_up_due is None:
        return None
    months = decision.follow_up_months or _months_between(decision)
    if decision.emergency and not decision.follow_up_months:
        # Only the first comes earlier; what follows it has its own interval.
        return {
            "interval": _("首次自决定之日起%(months)d个月内") % {"months": months},
            "next_on": decision.follow_up_due,
        }
    return {"interval": _("每%(months)d个月一次") % {"months": months}, "next_on": decision.follow_up_due}


def _months_between(decision: Decision) -> int:
    policy = Policy.from_pin(decision.policy)
    months: int = policy.value("follow_up.months_listed" if decision.review.listed else "follow_up.months")
    if decision.emergency and policy.value("emergency.strengthened_follow_up", default=False):
        months = min(months, policy.value("emergency.follow_up_months"))
    return months


# What a decision on an activity that was approved means for those who carry it out.
AFTER_APPROVAL = {
    "continued": (
        gettext_lazy("应当继续在批准的范围内实施；风险变化、严重不良事件和方案偏离应当及时报告。"),
        "national:20",
    ),
    "suspended": (
        gettext_lazy("自本意见作出之日起暂停；已入组参与者的安全应当得到保障。恢复实施须经本委员会审查。"),
        "national:19",
    ),
    "terminated": (gettext_lazy("自本意见作出之日起终止；应当妥善安排已入组的参与者，处置数据和样本。"), "national:19"),
    "rereview_required": (gettext_lazy("应当重新申请审查；列入清单的，并应当重新报请专家复核。"), "national:33"),
}


def _notices(decision: Decision) -> list[dict[str, str]]:
    """What the applicant must and may do now."""
    said = []
    if decision.approves:
        said += [
            {"text": _("应当在批准的范围内开展科技活动。"), "citation": cite("shandong:6")}
            if decision.review.committee.region.startswith("37")
            else {"text": _("应当在批准的范围内开展科技活动。"), "citation": cite("national:20")},
            {"text": _("方案发生变化，可能改变风险的，应当及时报告。"), "citation": cite("national:20")},
        ]
    if decision.outcome in AFTER_APPROVAL:
        meaning, article = AFTER_APPROVAL[decision.outcome]
        return [{"text": str(meaning), "citation": cite(article)}]
    if decision.emergency:
        said += guidance(decision)
    if decision.preliminary:
        words = _("清单内的科技活动须经专家复核，委员会依据复核意见作出审查决定；在此之前不得开展。")
        said.append({"text": words, "citation": cite("national:26")})
    said += [{"text": condition_text(one), "citation": cite(one["cite"])} for one in decision.conditions]
    said.append({"text": _("对审查决定有异议的，可以向本委员会书面申诉。"), "citation": cite("national:18")})
    return said


def guidance(decision: Decision) -> list[dict[str, str]]:
    """Measures 38, 39: what an urgent decision asks of who carries the activity out."""
    said = [
        {"text": _("情况紧急不降低伦理标准：知情同意、风险控制和隐私保护的要求不变。"), "citation": cite("national:39")}
    ]
    if decision.approves:
        words = _("应急批准的科技活动加强跟踪审查和过程监督，首次跟踪审查提前；请保存过程记录，配合指导和检查。")
        said.insert(0, {"text": words, "citation": cite("national:38")})
    return said


def _presider_title(decision: Decision) -> str:
    role = next((row["role"] for row in decision.attendance if row["name"] == decision.presider_name), Role.CHAIR)
    return str(Role(role).label)
