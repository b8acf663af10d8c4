"""The signed report as PDF; a worker sets it. Signed anew, it is a paper of its own."""

from datetime import datetime
from typing import Any

from django.db.models import Exists, F, OuterRef, Value
from django.db.models.fields import CharField
from django.db.models.functions import Cast, Concat
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from ethicsreview.documents.letters import issue_letter
from ethicsreview.documents.models import Letter
from ethicsreview.policy import cite
from reviews.models.annual.kinds import Level, label_of, lines_of
from reviews.models.annual.report import WORDS, AnnualReport
from reviews.rules.annual import median_days, percent

BATCH = 50
SHOWN = ("received", "decided", "late", "listed")


def number_of(report: AnnualReport) -> str:
    return f"{report.ref}-{report.signatures}"


def issue_pending(at: datetime) -> int:
    """Set the papers that are wanting, oldest first, a bounded number at a time."""
    number = Concat(F("ref"), Value("-"), Cast("signatures", CharField()))
    signed = AnnualReport.objects.filter(signed_at__isnull=False).annotate(paper=number)
    kept = Letter.objects.filter(object_kind=AnnualReport.noun, number=OuterRef("paper"))
    reports = list(signed.exclude(Exists(kept)).select_related("body", "signer", "institution").order_by("pk")[:BATCH])
    for report in reports:
        issue(report, at)
    return len(reports)


def issue(report: AnnualReport, at: datetime) -> Letter:
    with translation.override("zh-hans"):
        content = letter_content(report)
    return issue_letter(
        "annual_report",
        content,
        number=number_of(report),
        object_kind=report.noun,
        object_ref=report.ref,
        at=at,
    )


def letter_content(report: AnnualReport) -> dict[str, Any]:
    """What `documents.letters.schema.AnnualReport` asks for, in the language that is active."""
    assert report.signed_at is not None, "only what is signed is set"
    assert report.signer is not None, "as above"
    return {
        "lang": "en" if (translation.get_language() or "").startswith("en") else "zh",
        "institution": report.institution.name if report.institution else report.body.name,
        "committee": report.body.name,
        "report_ref": report.ref,
        "level_label": str(Level(report.level).label),
        "year": report.year,
        "figures": [{"label": label, "value": str(value)} for label, value in told_figures(report)],
        "texts": [
            {"head": str(AnnualReport._meta.get_field(name).verbose_name), "text": getattr(report, name)}
            for name in WORDS
            if getattr(report, name)
        ],
        "group_heads": [label_of(name) for name in SHOWN],
        "groups": [
            {"name": one["name"], "values": [str(one["figures"].get(name, 0)) for name in SHOWN]}
            for one in report.groups
        ],
        "digest": report.digest,
        "signer": report.signer.name,
        "signed_on": timezone.localdate(report.signed_at),
        "grounds": [
            {
                "text": _("每年提交上一年度工作报告和清单内科技活动实施情况报告"),
                "citation": cite("national:45"),
            },
            *_city_grounds(report),
        ],
    }


def _city_grounds(report: AnnualReport) -> list[dict[str, str]]:
    if report.level != Level.CITY or report.signed_at is None:
        return []
    entry = report.policy_at(report.signed_at).entry("annual_report.cities")
    return [{"text": _("定期向省科技伦理委员会报告履行职责情况"), "citation": cite(entry.cite)}]


def told_figures(report: AnnualReport) -> list[tuple[str, int | str]]:
    """Every figure in the reader's words, and the shares that follow from them."""
    figures: dict[str, int] = report.figures
    lines: list[tuple[str, int | str]] = list(lines_of(figures))
    if (median := median_days(figures)) is not None:
        lines.append((_("自受理至决定的日数（中位数）"), median))
    shares = (
        (_("逾期的比例"), percent(figures, "late", "decided")),
        (_("修改后批准的比例"), percent(figures, "outcome.modification_required", "decided")),
        (_("表决意见不一致的比例"), percent(figures, "dissent", "decided")),
    )
    return lines + [(label, f"{share}%") for label, share in shares if share is not None]
