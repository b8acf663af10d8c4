"""What comes after an approval, brought about as its people would."""

from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from ethicsreview.accounts.models import Person
from ethicsreview.lifecycle.door import perform
from ethicsreview.lifecycle.timely import take_timely
from reviews.models import FollowUp, Project, Report, Review
from reviews.models.following.contents import Asked
from reviews.models.following.reporting import start_report
from tests.memory import remembered
from tests.reviews.builders import PASSWORD, Case, case
from tests.reviews.rules.answers import DRUG_TRIAL

GENERAL = {"procedure": "general", "procedure_ground": "由会议审查"}


def answers(asked: tuple[Asked, ...], today: date, **given: Any) -> dict[str, Any]:
    """Something sensible for each question; a choice is its last option, which is "yes" where it is yes or no."""
    values: dict[str, Any] = {"text": "如实说明。", "line": "P-07", "day": today.isoformat(), "count": 3}
    found = {one.key: values[one.kind] if one.kind != "choice" else one.choices[-1][0] for one in asked}
    return found | given


def state_of(path: Case) -> str:
    return str(Project.objects.get(pk=path.project.pk).state)


def latest(path: Case) -> FollowUp:
    return FollowUp.objects.filter(project=path.project).order_by("-number")[0]


@remembered
def approved(**fields: Any) -> Case:
    """An approved activity, on the day after the approval."""
    path = case(at=noon(2026, 3, 2), **fields).concluded()
    path.at += timedelta(days=1)
    return path


@remembered
def human(**fields: Any) -> Case:
    """An approved drug trial: with participants, above minimal risk."""
    return approved(answers=dict(DRUG_TRIAL), regimes=["general", "human", "drug"], **fields)


@remembered
def due(path: Case) -> FollowUp:
    """The follow-up that has fallen due, on the first day on which it may be reported."""
    coming = latest(path)
    path.at = noon(coming.report_from.year, coming.report_from.month, coming.report_from.day)
    take_timely(path.at)
    coming.refresh_from_db()
    return coming


@remembered
def reported(path: Case, **given: Any) -> FollowUp:
    found = due(path)
    path.at += timedelta(minutes=1)
    terms = answers(found.asked(found.policy_at(path.at)), path.at.date(), **{"major_change": "no", **given})
    found = perform(found, "report", by=path.lead, at=path.at, **terms)
    path.review = found.proceeding
    return found


@remembered
def decided(path: Case, verdict: str, **terms: Any) -> Review:
    """The review that `path` holds, by a meeting that votes so."""
    path.do("accept", path.secretary, **GENERAL)
    path.do("begin", path.secretary, meeting=path.planned().ref)
    path.open_meeting()
    path.vote(*[verdict] * len(path.members))
    reasons = {} if verdict == "continued" else {"reasons": "风险与受益不再合理"}
    return path.do("conclude", path.chair, password=PASSWORD, **reasons, **terms)


def begin(path: Case, kind: str) -> Report:
    return start_report(Project.objects.get(pk=path.project.pk), kind, by=path.lead, at=path.at)


def step(path: Case, obj: Any, name: str, by: Person, **terms: Any) -> Any:
    path.at += timedelta(minutes=1)
    return perform(obj, name, by=by, at=path.at, **terms)


@remembered
def filed(path: Case, kind: str, **given: Any) -> Report:
    report = begin(path, kind)
    terms = answers(report.asked(report.policy_at(path.at)), path.at.date(), **given)
    return step(path, report, "file", path.lead, **terms)


@remembered
def assessed(path: Case, kind: str, recommendation: str = "continued", **given: Any) -> Report:
    report = filed(path, kind, **given)
    return assess(path, report, recommendation)


def assess(path: Case, report: Report, recommendation: str, **given: Any) -> Report:
    from reviews.models.following.contents import INFORMING, WORKSHEETS

    terms = answers(WORKSHEETS[report.kind], path.at.date())
    if report.kind in INFORMING:
        terms["inform"] = "no"
    return step(path, report, "assess", path.secretary, recommendation=recommendation, **terms | given)


def dispose(path: Case, report: Report, outcome: str) -> Report:
    return step(path, report, "dispose", path.chair, outcome=outcome, answer="核查属实", password=PASSWORD)


@remembered
def before_committee(path: Case, report: Report) -> Report:
    report = step(path, report, "put_to_committee", path.secretary, reason="须由委员会表决")
    path.review = report.proceeding
    return report


def noon(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 12, tzinfo=timezone.get_default_timezone())
