"""The answer to an appeal as a letter 申诉处理决定书: from an appeal that is decided and no longer changes."""

from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from ethicsreview.documents.letters import issue_letter
from ethicsreview.documents.models import Letter
from ethicsreview.policy import cite
from reviews.models.appeals.appeal import Appeal

BATCH = 50


def issue_pending(at: datetime) -> int:
    """Set the letters that are wanting, oldest first, a bounded number at a time."""
    kept = Letter.objects.filter(object_kind=Appeal.noun, object_ref=OuterRef("ref"))
    rows = Appeal.objects.filter(state__in=ANSWERED).exclude(Exists(kept)).order_by("pk")
    appeals = list(rows.select_related("review__project__lead", "review__project__institution", *REST)[:BATCH])
    for appeal in appeals:
        issue(appeal, at)
    return len(appeals)


ANSWERED = (Appeal.State.UPHELD, Appeal.State.DISMISSED)
REST = ("review__committee", "decision__review")


def number_of(appeal: Appeal) -> str:
    return f"{appeal.review.committee.ref}-{appeal.ref}"


def issue(appeal: Appeal, at: datetime) -> Letter:
    """Set one letter and keep it; the one that is kept, if it has been set before."""
    with translation.override("zh-hans"):
        content = letter_content(appeal)
    return issue_letter(
        "appeal", content, number=number_of(appeal), object_kind=appeal.noun, object_ref=appeal.ref, at=at
    )


def letter_content(appeal: Appeal) -> dict[str, Any]:
    """What `documents.letters.schema.Appeal` asks for, in the language that is active."""
    project, decision = appeal.review.project, appeal.decision
    assert appeal.filed_at is not None, "only what was filed is answered"
    assert appeal.decided_at is not None, "only what is answered has a letter"
    return {
        "lang": "en" if (translation.get_language() or "").startswith("en") else "zh",
        "institution": project.institution.name,
        "committee": appeal.review.committee.name,
        "appeal_ref": appeal.ref,
        "project_ref": project.ref,
        "project_title": project.title,
        "lead": project.lead.name,
        "lead_unit": project.institution.name,
        "decision_number": decision.number,
        "decision_outcome": decision.outcome_word,
        "decision_on": timezone.localdate(decision.decided_at),
        "filed_on": timezone.localdate(appeal.filed_at),
        "decided_on": timezone.localdate(appeal.decided_at),
        "result": appeal.state,
        "result_label": str(appeal.get_state_display()),
        "reasons": appeal.reasons,
        "answer": appeal.answer,
        "grounds": [{"text": _("申请人可以向作出决定的委员会书面申诉"), "citation": cite("national:18")}],
        "notices": _notices(appeal),
    }


def _notices(appeal: Appeal) -> list[dict[str, str]]:
    if appeal.state == Appeal.State.UPHELD:
        words = _("委员会将重新审查。本决定书不是审查决定，在作出新的决定之前不得开展或者恢复科技活动。")
    else:
        words = _("原决定不变。没有规定申诉的期限；有新的理由和支持材料的，可以再次申诉。")
    return [{"text": words, "citation": cite("national:18")}]
