"""The lists, dossiers and imports that people ask for: what is in them, for whom, and what the record says of it."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client, override_settings
from django.utils import timezone
from openpyxl import load_workbook

from ethicsreview.accounts.models import Person, Role
from ethicsreview.trail.models import Entry
from ethicsreview.work import running
from ethicsreview.work.models import Job
from reviews.models import Project
from tests.committees.builders import authority, committee, holder, keeper_of, people_of, person
from tests.reviews.api.client import Caller
from tests.reviews.builders import Case, case
from tests.reviews.importing.test_import import TRIAL

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_media(tmp_path: Path) -> Iterator[None]:
    with override_settings(MEDIA_ROOT=tmp_path):
        yield


def enter(who: Person) -> Client:
    client = Client()
    client.force_login(who, backend=settings.AUTHENTICATION_BACKENDS[-1])
    return client


def made(who: Person, kind: str, **terms: Any) -> Job:
    """Asked for on the page, and done by a worker."""
    answer = enter(who).post(f"/work/new/{kind}/", terms)
    assert answer.status_code == 302, answer.content.decode()
    running.run_waiting()
    return Job.objects.latest("pk")


def rows_of(job: Job) -> list[list[str]]:
    assert job.state == "done", job.error
    with Path(job.path()).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def archive_of(job: Job) -> ZipFile:
    assert job.state == "done", job.error
    return ZipFile(job.path())


def retitled(path: Case, title: str) -> None:
    """Past the door, which a test may not open for what it is not about."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE reviews_project SET title = %s WHERE id = %s", [title, path.project.pk])


# --- lists --------------------------------------------------------------------------------------------------------


def test_the_queue_as_a_file_is_the_askers_own_and_harmless() -> None:
    path, elsewhere = case().accepted(), case().accepted()
    retitled(path, "=cmd|' /C calc'!A0")

    job = made(path.secretary, "desk.queue", side="committee", format="csv")

    [head, row] = rows_of(job)
    assert (head[:2], row[:2]) == (["编号", "项目"], [path.review.ref, "'=cmd|' /C calc'!A0"])
    assert elsewhere.review.ref not in Path(job.path()).read_text()
    entry = Entry.objects.get(step="exported")
    assert (entry.actor_ref, entry.facts["rows"], entry.facts["asked"]["side"]) == (
        path.secretary.username,
        1,
        "committee",
    )


def test_the_queue_is_narrowed_as_its_page_was() -> None:
    path = case().accepted()
    page = enter(path.secretary).get("/desk/", {"q": "没有这样的"})

    assert "q=%E6%B2%A1" in page.context["export_url"]
    found = made(path.secretary, "desk.queue", side="committee", format="xlsx", q="没有这样的")
    with Path(found.path()).open("rb") as file:
        sheet = load_workbook(file).active
    assert sheet is not None
    assert [cell.value for cell in sheet["A"]] == ["编号"]
    assert found.summary == "共0行。"


def test_a_side_that_is_not_ones_own_cannot_be_asked_for() -> None:
    path = case().accepted()

    answer = enter(path.secretary).post("/work/new/desk.queue/", {"side": "territory", "format": "csv"})

    assert (answer.status_code, Job.objects.count()) == (422, 0)


@pytest.mark.parametrize("register", ["projects", "follow_ups", "reports", "committees"])
def test_every_register_is_written_and_scoped(register: str) -> None:
    path, elsewhere = case().concluded(), case().concluded()

    [_head, *rows] = rows_of(made(path.secretary, "desk.register", register=register, format="csv"))

    own = {"projects": [path.project.ref], "committees": [path.committee.ref]}
    if register in own:
        assert [row[0] for row in rows] == own[register]
    assert all(elsewhere.project.title not in row or path.project.title in row for row in rows)


def test_whoever_left_the_desk_before_the_work_began_gets_nothing() -> None:
    path = case().accepted()
    enter(path.secretary).post("/work/new/desk.queue/", {"side": "committee", "format": "csv"})
    path.secretary.appointments.update(ends="2020-01-02", starts="2020-01-01")

    running.run_waiting()

    assert Job.objects.get().state == "failed"
    assert Entry.objects.filter(step="exported").count() == 0


# --- dossiers -----------------------------------------------------------------------------------------------------


def test_a_dossier_holds_what_was_handed_in_and_decided_and_is_in_the_projects_record() -> None:
    path = case().concluded()

    job = made(path.secretary, "project.dossier", project=path.project.ref)

    archive = archive_of(job)
    review = json.loads(archive.read(f"{path.review.ref}/review.json"))
    assert [one["outcome"] for one in review["decisions"]] == ["approved"]
    assert len(review["versions"]) == 1
    papers = [name for name in archive.namelist() if f"{path.review.ref}/v1/" in name]
    contents = archive.read("contents.csv").decode("utf-8-sig")
    assert papers
    assert all(name in contents for name in papers)
    assert b'"step":"conclude"' in archive.read("record.jsonl").replace(b" ", b"")
    entry = Entry.objects.get(step="exported")
    assert (str(entry.chain), entry.actor_ref) == (f"project:{path.project.ref}", path.secretary.username)


def test_the_applicants_dossier_has_their_papers_and_not_the_committees_record() -> None:
    path = case().concluded()

    names = archive_of(made(path.lead, "project.dossier", project=path.project.ref)).namelist()

    assert "record.jsonl" not in names
    assert any("/v1/" in name for name in names)


def test_a_dossier_of_what_one_may_not_see_is_refused_like_what_is_not_there() -> None:
    path = case().concluded()
    strangers = [people_of(committee(), Role.CHAIR)[0], person()]

    for who in strangers:
        for ref in (path.project.ref, "P1999-000001"):
            answer = enter(who).post("/work/new/project.dossier/", {"project": ref})
            assert (answer.status_code, "没有这个编号的科技活动" in answer.content.decode()) == (422, True)
    assert Job.objects.count() == 0


def test_a_file_that_is_gone_is_named_and_the_rest_is_there() -> None:
    path = case().concluded()
    material = path.review.submissions.get().handed_in[0]
    material.version.file.storage.delete(material.version.file.name)

    job = made(path.secretary, "project.dossier", project=path.project.ref)

    assert "存储中暂时取不到" in archive_of(job).read("contents.csv").decode("utf-8-sig")
    assert "1个未能放入" in job.summary


# --- imports ------------------------------------------------------------------------------------------------------


def listed(*rows: dict[str, str]) -> SimpleUploadedFile:
    out = io.StringIO()
    writer = csv.DictWriter(out, rows[0])
    writer.writeheader()
    writer.writerows(rows)
    return SimpleUploadedFile("名单.csv", out.getvalue().encode())


def test_an_import_reports_its_bad_rows_and_is_in_the_record_of_who_asked() -> None:
    operator = holder(Role.OPERATOR, authority())
    good, bad = TRIAL, TRIAL | {"trial_id": "ChiCTR2000000002", "public_title": ""}

    job = made(operator, "project.import", file=listed(good, bad), layout="ictrp", region="370100")

    [_head, *problems] = rows_of(job)
    assert (Project.objects.count(), len(problems) >= 1, problems[0][0]) == (1, True, "3")
    assert "新增1" in job.summary
    assert "拒收1" in job.summary
    assert Entry.objects.get(step="imported").actor_ref == operator.username
    assert not Path(job.path(".in")).exists()


def test_a_file_of_no_known_layout_fails_in_words_and_takes_nothing() -> None:
    operator = holder(Role.OPERATOR, authority())

    job = made(operator, "project.import", file=listed({"a": "b"}), layout="ictrp")

    assert (job.state, Project.objects.count()) == ("failed", 0)
    assert "核对文件" in job.error


def test_who_may_import() -> None:
    path = case().accepted()

    assert enter(keeper_of(path.committee)).get("/work/new/project.import/").status_code == 200
    assert enter(path.secretary).get("/work/new/project.import/").status_code == 404
    assert enter(path.lead).get("/work/new/project.import/").status_code == 404


# --- by machine ---------------------------------------------------------------------------------------------------


def test_a_program_asks_looks_and_takes_the_result() -> None:
    path = case().concluded()
    mine, theirs = Caller(path.secretary), Caller(path.lead)

    asked = mine.post("/jobs", {"kind": "project.dossier", "terms": {"project": path.project.ref}})
    assert asked.status_code == 201, asked.content
    ref = asked.json()["ref"]
    assert (asked.json()["state"], mine.get(f"/jobs/{ref}/result").status_code) == ("queued", 404)
    running.run_waiting()

    done = mine.get(f"/jobs/{ref}").json()
    assert (done["state"], done["result_url"]) == ("done", f"/api/v1/jobs/{ref}/result")
    result = mine.get(f"/jobs/{ref}/result")
    # Read to its end the client closes it, and not the test's connection with it.
    assert b"".join(result.streaming_content)[:2] == b"PK"
    assert [one["ref"] for one in mine.get("/jobs").json()["items"]] == [ref]
    assert theirs.get("/jobs").json()["items"] == []
    for place in ("", "/result"):
        assert theirs.get(f"/jobs/{ref}{place}").status_code == 404
    assert theirs.post(f"/jobs/{ref}/cancel").status_code == 404


def test_a_program_stops_its_job_and_is_told_of_wrong_terms() -> None:
    path = case().accepted()
    mine = Caller(path.secretary)
    ref = mine.post("/jobs", {"kind": "desk.queue", "terms": {"side": "committee", "format": "csv"}}).json()["ref"]

    assert mine.post(f"/jobs/{ref}/cancel").json()["state"] == "cancelled"
    wrong = mine.post("/jobs", {"kind": "desk.queue", "terms": {"side": "x", "format": "y"}})
    assert (wrong.status_code, sorted(wrong.json()["errors"])) == (422, ["format", "side"])
    unknown = mine.post("/jobs", {"kind": "trail.seal"})
    assert (unknown.status_code, sorted(unknown.json()["errors"])) == (422, ["kind"])


# --- the clock room -----------------------------------------------------------------------------------------------


def test_operators_see_that_work_failed_and_not_what_was_in_it() -> None:
    path = case().accepted()
    enter(path.secretary).post("/work/new/desk.queue/", {"side": "committee", "format": "csv", "q": "绝密的题目"})
    Job.objects.update(state="failed", ended_at=timezone.now(), error="绝密的原因", fault="OSError", title="绝密的标题")

    page = enter(holder(Role.OPERATOR, authority())).get("/desk/clocks/", {"side": "operations"}).content.decode()

    assert Job.objects.get().ref in page
    assert "OSError" in page
    assert "绝密" not in page
    assert "未能完成的后台任务" in page
