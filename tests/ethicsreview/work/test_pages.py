"""Who sees which job, and what its page says in each state."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ethicsreview.accounts.models import Person
from ethicsreview.work import running
from ethicsreview.work.asking import ask
from ethicsreview.work.models import Job

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 2, tzinfo=UTC)


@pytest.fixture
def mine(client: Client, person: Person) -> Client:
    client.force_login(person)
    return client


def asked(person: Person | None, name: str = "test.pieces") -> Job:
    return ask(name, by=person, at=AT, title="试一试", terms={"pieces": 2}, back="/desk/")


@pytest.mark.parametrize("place", ["", "progress/", "result/", "cancel/"])
@pytest.mark.parametrize("who", ["other", "operator"])
def test_a_job_is_its_askers_alone(
    client: Client, request: pytest.FixtureRequest, person: Person, who: str, place: str
) -> None:
    job = asked(person)
    running.run_waiting(lambda: AT)
    client.force_login(request.getfixturevalue(who))
    address = job.get_absolute_url() + place

    answer = client.post(address) if place == "cancel/" else client.get(address)

    assert answer.status_code == 404
    assert "试一试" not in client.get("/work/").content.decode()


def test_what_the_service_does_by_itself_operators_see(client: Client, operator: Person, other: Person) -> None:
    job = asked(None)
    client.force_login(operator)
    assert client.get(job.get_absolute_url()).status_code == 200

    client.force_login(other)

    assert client.get(job.get_absolute_url()).status_code == 404


def test_signed_out_a_page_asks_to_sign_in_and_a_piece_of_it_says_no(client: Client, person: Person) -> None:
    job = asked(person)

    assert client.get(job.get_absolute_url()).status_code == 302
    assert client.get(job.get_absolute_url() + "progress/").status_code == 401


def test_the_page_keeps_itself_up_and_ends_by_itself(mine: Client, person: Person) -> None:
    job = asked(person)
    page = mine.get(job.get_absolute_url()).content.decode()
    assert (page.count('hx-trigger="every 2s"'), page.count('id="job" aria-live="polite"')) == (1, 1)
    progress = job.get_absolute_url() + "progress/"
    seen = {"seen": job.version}
    assert mine.get(progress, seen).status_code == 204
    Job.objects.update(state="running", done=1, total=4, step="写出各行")

    moved = mine.get(progress, seen).content.decode()

    assert 'role="progressbar"' in moved
    assert 'aria-valuenow="25"' in moved
    assert "写出各行" in moved
    Job.objects.update(state="queued")
    running.run_waiting(lambda: AT)
    over = mine.get(progress, seen).content.decode()
    assert "hx-trigger" not in over
    assert "下载pieces.txt" in over


def test_the_result_is_handed_out_and_never_shown(mine: Client, person: Person) -> None:
    job = asked(person)
    assert mine.get(job.get_absolute_url() + "result/").status_code == 404
    running.run_waiting(lambda: AT)

    answer = mine.get(job.get_absolute_url() + "result/")

    assert b"".join(answer.streaming_content) == b"piece\n" * 2  # type: ignore[attr-defined]
    assert answer["Content-Disposition"] == 'attachment; filename="pieces.txt"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    answer.close()


def test_a_job_is_stopped_from_its_page(mine: Client, person: Person) -> None:
    job = asked(person)

    page = mine.post(job.get_absolute_url() + "cancel/", follow=True).content.decode()

    assert "按您的要求停止了" in page
    assert Job.objects.get().state == "cancelled"
    assert "任务已经结束" in mine.post(job.get_absolute_url() + "cancel/", follow=True).content.decode()


def test_a_failed_job_says_why(mine: Client, person: Person) -> None:
    job = asked(person, "test.refused")
    running.run_waiting(lambda: AT)

    assert "文件不能读，请另存后再试。" in mine.get(job.get_absolute_url()).content.decode()


def test_asking_leads_to_the_job_and_twice_to_the_same(mine: Client) -> None:
    first = mine.post("/work/new/test.pieces/?back=/desk/")

    second = mine.post("/work/new/test.pieces/?back=//elsewhere.example/")

    job = Job.objects.get()
    assert (first["Location"], second["Location"], job.back) == (job.get_absolute_url(),) * 2 + ("/desk/",)


@pytest.mark.parametrize("name", ["test.refused", "nothing.there", "trail.seal", "trail.export"])
def test_what_is_not_ones_to_ask_for_is_not_there(mine: Client, name: str) -> None:
    assert mine.get(f"/work/new/{name}/").status_code == 404
    assert mine.post(f"/work/new/{name}/").status_code == 404


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_costs_the_same_however_long(mine: Client, person: Person, number: int) -> None:
    for _number in range(number):
        asked(person)

    with CaptureQueriesContext(
        connection,
    ) as asked_of_it:
        page = mine.get("/work/")

    assert len(page.context["jobs"]) == number
    assert len(asked_of_it) <= 12


def test_a_long_list_goes_on_by_pages(mine: Client, person: Person) -> None:
    for _number in range(31):
        asked(person)
    first = mine.get("/work/")

    second = mine.get("/work/", {"before": first.context["next_before"]})

    assert (len(first.context["jobs"]), len(second.context["jobs"]), second.context["next_before"]) == (30, 1, None)
    assert mine.get("/work/", {"before": "x"}).status_code == 200
