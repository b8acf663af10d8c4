"""Each kind of report in a real browser: begun on the project's page, written, filed, assessed and settled."""

from datetime import timedelta

import pytest
from django.utils import timezone

from reviews.models import Project, Report
from tests.browser.hands import Hands
from tests.pages import Looking, desk
from tests.reviews.builders import PASSWORD, Case, case

pytestmark = pytest.mark.django_db(transaction=True)


def approved() -> Case:
    return case(at=timezone.now() - timedelta(hours=5)).concluded()


def filed(look: Looking, path: Case, label: str, answers: dict[str, str] | None = None) -> Report:
    """As the lead does it: nothing is sent before it was looked through."""
    lead = Hands.of(look, path.lead).go(path.project.get_absolute_url())
    lead.press(label)
    today = timezone.localdate().isoformat()
    form = "main form#draft"
    days = {name: today for name in lead.names(form) if name.endswith("_on")}
    lead.fill({**days, **(answers or {})}, within=form)
    lead.press("保存并检查")
    lead.press("提交报告")
    lead.sees("已提交")
    return Report.objects.latest("pk")


def settled(look: Looking, path: Case, report: Report, outcome: str) -> None:
    secretary = Hands.of(look, path.secretary).go(desk("report", report.ref))
    secretary.take("核查报告", {"recommendation": outcome, "inform": "no"})
    chair = Hands.of(look, path.chair).go(desk("report", report.ref))
    chair.take("处理报告", {"outcome": outcome, "answer": "核查属实", "password": PASSWORD})


def state_of(path: Case) -> str:
    return str(Project.objects.get(pk=path.project.pk).state)


@pytest.mark.article("national", 20)
@pytest.mark.parametrize(
    ("label", "kind", "outcome", "project"),
    [
        ("风险变化报告", "risk_change", "continued", "approved"),
        ("方案偏离报告", "deviation", "no_action", "approved"),
        ("暂停或者终止报告", "suspension", "suspended", "suspended"),
        ("结题报告", "completion", "completed", "completed"),
    ],
)
def test_a_report_from_the_projects_page_to_its_answer(
    look: Looking, label: str, kind: str, outcome: str, project: str
) -> None:
    path = approved()

    report = filed(look, path, label, {"action": "suspend"} if kind == "suspension" else None)
    assert report.kind == kind
    settled(look, path, report, outcome)

    lead = Hands.of(look, path.lead).go(report.get_absolute_url())
    lead.sees("核查属实")
    assert (Report.objects.get(pk=report.pk).state, state_of(path)) == (outcome, project)
