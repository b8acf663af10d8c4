"""The re-check opinion as a letter 专家复核意见书: from a report, which never changes, to what the letter says."""

from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from committees.kinds import Category
from ethicsreview.documents.letters import issue_letter
from ethicsreview.documents.models import Letter
from ethicsreview.policy import Policy, cite
from reviews.models.rechecks.report import RecheckReport

BATCH = 50


def issue_pending(at: datetime) -> int:
    """Set the letters that are wanting, oldest first, a bounded number at a time."""
    kept = Letter.objects.filter(number=OuterRef("number"))
    rows = (
        RecheckReport.objects.exclude(Exists(kept))
        .order_by("pk")
        .select_related(
            "recheck__authority",
            "recheck__review__project__lead",
            "recheck__review__project__institution",
            "recheck__review__committee",
            "recheck__submission",
        )
    )
    reports = list(rows[:BATCH])
    for report in reports:
        issue(report, at)
    return len(reports)


def issue(report: RecheckReport, at: datetime) -> Letter:
    """Set one letter and keep it; the one that is kept, if it has been set before."""
    with translation.override("zh-hans"):
        content = letter_content(report)
    recheck = report.recheck
    return issue_letter(
        "recheck", content, number=report.number, object_kind=recheck.noun, object_ref=recheck.ref, at=at
    )


def letter_content(report: RecheckReport) -> dict[str, Any]:
    """What `documents.letters.schema.Recheck` asks for, in the language that is active."""
    recheck, project = report.recheck, report.recheck.review.project
    tally = report.tally
    policy = Policy.from_pin(report.policy)
    votes = [
        {"label": _("同意"), "count": tally["agree"]},
        {"label": _("不同意"), "count": tally["disagree"]},
        {"label": _("未提交意见"), "count": tally["absent"]},
    ]
    rules = [{"text": one.label, "citation": cite(one.cite)} for one in policy.entries("recheck.vote_formula")]
    return {
        "lang": "en" if (translation.get_language() or "").startswith("en") else "zh",
        "authority": recheck.authority.name,
        "recheck_ref": recheck.ref,
        "project_ref": project.ref,
        "project_title": project.title,
        "lead": project.lead.name,
        "lead_unit": project.institution.name,
        "committee": recheck.review.committee.name,
        "review_ref": recheck.review.ref,
        "preliminary_number": report.preliminary_number,
        "submission_version": recheck.submission.number,
        "submission_digest": report.submission_digest,
        "requested_on": timezone.localdate(recheck.requested_at),
        "decided_on": timezone.localdate(report.decided_at),
        "panel": [
            {
                "name": one["name"],
                "category": str(Category(one["category"]).label),
                "workplace": one["workplace"],
            }
            for one in report.panel
        ],
        "votes": votes,
        "vote_rules": rules,
        "result": report.result,
        "result_label": str(report.get_result_display()),
        "opinions": [{"head": head, "text": text} for head, text in report.heads],
        "grounds": [{"text": ground["label"], "citation": cite(ground["cite"])} for ground in report.grounds],
        "notices": [
            {
                "text": _("委员会依据复核意见作出审查决定；本意见书不是审查决定，在此之前不得开展科技活动。"),
                "citation": cite("national:32"),
            }
        ],
    }
