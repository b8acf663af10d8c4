"""The decision letter 批件 / 意见: from a decision, which never changes, to what the letter says."""

from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from ethicsreview.accounts.models import Role
from ethicsreview.documents.letters import issue_letter
from ethicsreview.documents.models import Letter
from ethicsreview.policy import Policy, cite
from reviews.models.decision import Decision
from reviews.models.opinion import Verdict
from reviews.models.starting import condition_text

BATCH = 50


def issue_pending(at: datetime) -> int:
    """Set the letters that are wanting, oldest first, a bounded number at a time."""
    kept = Letter.objects.filter(number=OuterRef("number"))
    wanting = Decision.objects.exclude(Exists(kept)).order_by("pk")
    decisions = list(
        wanting.select_related("review__project__lead", "review__committee", "submission", "meeting")[:BATCH]
    )
    for decision in decisions:
        issue(decision, at)
    return len(decisions)


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
    there = [row for row in decision.attendance if row["presence"] != "absent" and not row["recused"]]
    tally = decision.tally
    votes = [{"label": str(Verdict(verdict).label), "count": count} for verdict, count in tally["votes"].items()]
    if tally["abstained"]:
        votes.append({"label": str(Verdict.ABSTAIN.label), "count": tally["abstained"]})
    return {
        "lang": "en" if (translation.get_language() or "").startswith("en") else "zh",
        "institution": project.institution.name,
        "committee": review.committee.name,
        "review_ref": review.ref,
        "review_kind": review.get_kind_display(),
        "procedure": _("%(procedure)s（会议审查）") % {"procedure": review.get_procedure_display()},
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
        "members_total": tally["all_members"],
        "attending": [row["name"] for row in there],
        "by_video": sum(row["presence"] == "video" for row in there),
        "recused": sum(row["recused"] for row in decision.attendance),
        "votes": votes,
        "vote_rules": [{"text": entry.label, "citation": cite(entry.cite)} for entry in policy.entries("vote.formula")],
        "outcome": decision.outcome,
        "preliminary": decision.preliminary,
        "outcome_label": str(decision.get_outcome_display()),
        "grounds": _grounds(decision),
        "requirements": decision.requirements,
        "follow_up": _follow_up(decision),
        "notices": _notices(decision),
        "presider": decision.presider_name,
        "presider_title": _presider_title(decision),
    }


def _grounds(decision: Decision) -> list[dict[str, str]]:
    grounds = [{"text": decision.reasons, "citation": ""}] if decision.reasons else []
    return grounds + [{"text": ground["label"], "citation": cite(ground["cite"])} for ground in decision.grounds]


def _follow_up(decision: Decision) -> dict[str, Any] | None:
    if decision.follow_up_due is None:
        return None
    months = decision.follow_up_months or _months_between(decision)
    return {"interval": _("每%(months)d个月一次") % {"months": months}, "next_on": decision.follow_up_due}


def _months_between(decision: Decision) -> int:
    policy = Policy.from_pin(decision.policy)
    months: int = policy.value("follow_up.months_listed" if decision.review.listed else "follow_up.months")
    return months


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
    said += [{"text": condition_text(one), "citation": cite(one["cite"])} for one in decision.conditions]
    said.append({"text": _("对审查决定有异议的，可以向本委员会书面申诉。"), "citation": cite("national:18")})
    return said


def _presider_title(decision: Decision) -> str:
    role = next((row["role"] for row in decision.attendance if row["name"] == decision.presider_name), Role.CHAIR)
    return str(Role(role).label)
