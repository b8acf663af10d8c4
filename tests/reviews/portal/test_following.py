"""Writing a follow-up's report and any other: kept as it is typed, checked, handed in by the lead alone."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from reviews.models import FollowUp, ProjectMember, Report
from tests.committees.builders import keeper_of, person
from tests.reviews.builders import Case
from tests.reviews.following import answers, approved, assess, begin, due, filed, human, latest, reported
from tests.reviews.portal.conftest import browser_of
from tests.reviews.portal.writing import text_of, token_in

pytestmark = pytest.mark.django_db


def page(name: str, *args: Any) -> str:
    return reverse(f"portal:{name}", args=args)


def told(path: Case, obj: Any, **given: Any) -> dict[str, str]:
    found = answers(obj.asked(obj.policy_at(path.at)), path.at.date(), **given)
    return {key: str(value) for key, value in found.items()}


def test_a_follow_up_is_written_checked_and_filed(time_machine: Any) -> None:
    path = approved()
    found = due(path)
    time_machine.move_to(path.at, tick=False)
    lead = browser_of(path.lead)
    project = text_of(lead.get(path.project.get_absolute_url()))
    write, check = page("follow_up_write", found.ref), page("follow_up_check", found.ref)
    assert write in project
    assert write in text_of(lead.get("/"))

    first = lead.get(write)
    half = told(path, found, enrolled="五")
    del half["head__execution"]
    sent = lead.post(write, half | {"seen": token_in(first)})
    assert (sent.status_code, sent.headers["Location"]) == (302, check)
    shown = lead.get(check)
    assert "五" in text_of(shown)
    assert "还不能提交" in text_of(shown)
    assert lead.post(check).status_code == 422
    found.refresh_from_db()
    assert (found.state, found.answers["enrolled"]) == ("due", "五")

    lead.post(write, told(path, found, major_change="no") | {"seen": token_in(lead.get(write))})
    lead.post(page("follow_up_upload", found.ref), {"file": SimpleUploadedFile("进展.txt", "入组三人".encode())})
    done = lead.post(check)

    found.refresh_from_db()
    assert (done.status_code, done.headers["Location"], found.state) == (302, found.get_absolute_url(), "reported")
    read = lead.get(found.get_absolute_url())
    assert "如实说明。" in text_of(read)
    paper = found.papers.get()
    served = lead.get(page("follow_up_paper", found.ref, paper.pk))
    assert b"".join(served.streaming_content).decode() == "入组三人"
    assert found.proceeding.submission.materials.get().version == paper.version
    # What is sealed is written in no more.
    assert lead.get(write).status_code == 302
    assert lead.post(page("follow_up_remove", found.ref, paper.pk)).status_code == 409


def test_two_windows_do_not_overwrite_each_other() -> None:
    path = approved()
    report = begin(path, "deviation")
    lead = browser_of(path.lead)
    write = page("report_write", report.ref)
    seen = token_in(lead.get(write))
    lead.post(write, told(path, report, why="甲") | {"seen": seen})

    second = lead.post(write, told(path, report, why="乙") | {"seen": seen})

    assert second.status_code == 409
    assert "甲" in text_of(second)
    report.refresh_from_db()
    assert report.answers["why"] == "甲"
    saved = lead.post(write, told(path, report, why="丙") | {"seen": seen}, headers={"HX-Request": "true"})
    assert "没有覆盖" in text_of(saved)


def test_the_team_writes_and_the_lead_files() -> None:
    path = approved()
    team = person()
    ProjectMember.objects.create(project=path.project, person=team, name=team.name)
    report = begin(path, "deviation")
    member = browser_of(team)
    write, check = page("report_write", report.ref), page("report_check", report.ref)

    member.post(write, told(path, report) | {"seen": token_in(member.get(write))})
    assert "由项目负责人提交" in text_of(member.get(check))
    assert member.post(check).status_code == 403
    assert browser_of(path.lead).post(check).status_code == 302

    report.refresh_from_db()
    assert (report.state, report.filed_by) == ("filed", path.lead)


def test_a_report_is_begun_from_the_project_and_offered_by_its_state() -> None:
    path = approved()
    lead = browser_of(path.lead)
    shown = text_of(lead.get(path.project.get_absolute_url()))
    for kind in ("risk_change", "sae", "deviation", "suspension", "completion"):
        assert page("report_new", path.project.ref, kind) in shown
    assert page("report_new", path.project.ref, "resumption") not in shown

    lead.post(page("report_new", path.project.ref, "sae"))
    assert Report.objects.get().kind == "sae"
    assert lead.post(page("report_new", path.project.ref, "resumption")).status_code == 409


def test_who_opens_the_pages() -> None:
    path = human()
    report = begin(path, "sae")
    team = person()
    ProjectMember.objects.create(project=path.project, person=team, name=team.name)
    people = {
        "lead": path.lead,
        "team": team,
        "officer": keeper_of(path.committee),
        "secretary": path.secretary,
        "stranger": person(),
    }
    names = ("report", "report_write", "report_check")

    def answered() -> dict[str, list[int]]:
        return {
            who: [browser_of(one).get(page(name, report.ref)).status_code for name in names]
            for who, one in people.items()
        }

    hidden = {"officer": [404] * 3, "secretary": [404] * 3, "stranger": [404] * 3}
    assert answered() == {"lead": [200] * 3, "team": [200] * 3} | hidden
    report = filed(path, "sae")
    read = [200, 302, 302]
    assert answered() == {
        "lead": read,
        "team": read,
        "officer": read,
        "secretary": read,
        "stranger": [404] * 3,
    }
    assert browser_of(people["officer"]).post(page("report_check", report.ref)).status_code == 302
    report.refresh_from_db()
    assert report.state == "filed"


def test_a_draft_of_a_follow_up_is_read_by_its_own_side_alone() -> None:
    path = approved()
    found = due(path)
    lead = browser_of(path.lead)
    write = page("follow_up_write", found.ref)
    lead.post(write, told(path, found, head__execution="尚未写完的话") | {"seen": token_in(lead.get(write))})

    assert "尚未写完的话" in text_of(lead.get(found.get_absolute_url()))
    assert "尚未写完的话" not in text_of(browser_of(keeper_of(path.committee)).get(found.get_absolute_url()))


def test_what_participants_must_be_told_is_shown_with_its_day() -> None:
    path = human()
    until = path.at.date().replace(month=4).isoformat()
    report = assess(path, filed(path, "sae"), "continued", inform="yes", inform_what="肝损伤风险", inform_by=until)

    shown = text_of(browser_of(path.lead).get(report.get_absolute_url()))

    assert "肝损伤风险" in shown
    assert "尚未报告已告知" in shown
    assert "核查情况" not in shown
    assert page("step", "reports", report.ref, "report_informed") in shown


@pytest.mark.parametrize("count", [1, 3])
def test_pages_stay_within_their_budget(lead: Client, django_assert_max_num_queries: Any, count: int) -> None:
    path = human()
    report = None
    for _number in range(count):
        report = filed(path, "sae")
    assert report is not None
    client = browser_of(path.lead)
    client.get(path.project.get_absolute_url())
    for address, most in (
        (path.project.get_absolute_url(), 19),
        (report.get_absolute_url(), 17),
        (latest(path).get_absolute_url(), 17),
    ):
        with django_assert_max_num_queries(most):
            client.get(address)


def test_the_review_of_a_follow_up_leads_to_its_report() -> None:
    path = approved()
    found = reported(path)
    lead = browser_of(path.lead)

    assert found.get_absolute_url() in text_of(lead.get(path.review.get_absolute_url()))
    version = lead.get(page("version", path.review.ref, 1))
    assert (version.status_code, version.headers["Location"]) == (302, found.get_absolute_url())
    assert FollowUp.objects.get().state == "reported"
