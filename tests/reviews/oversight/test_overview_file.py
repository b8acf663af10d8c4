"""The overview to take along: of the asker's own territory, and for supervisors alone."""

from pathlib import Path

import pytest
from django.test import override_settings

from ethicsreview.accounts.models import Role
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.work import running
from ethicsreview.work.models import Job, State
from tests.committees.builders import authority, holder
from tests.reviews.builders import case
from tests.reviews.desk.conftest import address

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_it_holds_the_territory_and_nothing_else(signed_in, tmp_path: Path, form: str):
    path = case(region="370100").accepted()
    case(region="370200").accepted()
    span = law_day(path.at).isoformat()[:7]
    client = signed_in(holder(Role.REGULATOR, authority("370100", level="city")))

    with override_settings(MEDIA_ROOT=tmp_path):
        assert client.get(address("overview")).status_code == 200
        assert client.post("/work/new/desk.overview/", {"span": span, "format": form}).status_code == 302
        running.run_waiting()
        job = Job.objects.latest("pk")
        files = [one for one in tmp_path.rglob("*") if one.is_file()]

    assert (job.state, job.error) == (State.DONE, "")
    if form == "csv":
        rows = next(one for one in files if "合计" in one.read_text("utf-8-sig", "ignore")).read_text("utf-8-sig")
        assert "合计,,收到,1,0,0" in rows
        assert ("济南" in rows, "青岛" in rows) == (True, False)


def test_nobody_else_can_ask_for_it(signed_in):
    path = case().accepted()

    assert signed_in(path.secretary).get("/work/new/desk.overview/").status_code == 404
