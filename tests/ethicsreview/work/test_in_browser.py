"""The pages of background work in a real browser: what a person sees of a job from its form to its result."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from ethicsreview.accounts.models import Person
from ethicsreview.work import running
from ethicsreview.work.asking import ask
from ethicsreview.work.models import Job
from tests.pages import Looking

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_job_from_its_form_to_its_result(look: Looking, person: Person, operator: Person) -> None:
    look(person, "/work/", "work-empty")
    look(person, "/work/new/project.dossier/?project=P2026-000001", "work-new")
    page = look.sit_down(person)
    page.goto(f"{look.address}/work/new/test.pieces/")
    with page.expect_navigation():
        page.get_by_role("button", name="开始").click()
    look.at(page.url.removeprefix(look.address), "work-queued")
    Job.objects.update(state="running", done=1, total=3, step="写出各行")

    look.at(page.url.removeprefix(look.address), "work-running")
    look.speak("zh-hans")
    page.reload()
    expect(page.get_by_role("progressbar")).to_have_attribute("aria-valuenow", "33")
    Job.objects.update(state="queued", terms={"pieces": 2})
    running.run_waiting()

    # By itself, without a reload.
    expect(page.get_by_role("link", name="下载pieces.txt")).to_be_visible()
    with page.expect_download() as taken:
        page.get_by_role("link", name="下载pieces.txt").click()
    assert taken.value.path().read_bytes() == b"piece\n" * 2
    ask("test.refused", by=person, at=timezone.now(), title="名称很长的事项" * 30)
    running.run_waiting()
    look(person, Job.objects.latest("pk").get_absolute_url(), "work-failed")
    look(person, "/work/", "work-list")
    look(operator, "/desk/clocks/?side=operations", "work-clocks")
