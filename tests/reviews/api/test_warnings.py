"""Warnings by the API: the list with its filters, one with the evidence one may see, its steps, the indicators."""

import pytest

from ethicsreview.trail.models import Entry
from reviews.models import FollowUp
from reviews.models.warnings.kinds import About, Indicator
from reviews.rules.warnings import Row
from tests.reviews.api.client import Caller
from tests.reviews.warnings import scene

pytestmark = pytest.mark.django_db


def test_a_department_reads_and_settles_and_others_find_nothing() -> None:
    made, people = scene()
    own = FollowUp.objects.filter(project=made.path.project).first()
    rows = (Row("follow_up", own.ref, day="2026-03-01"), Row("follow_up", "F2026-999999"))
    committee, project = made.raised(level=1, rows=rows), made.raised(about=About.PROJECT)
    caller, elsewhere, secretary = (Caller(people[name]) for name in ("watcher", "elsewhere", "secretary"))

    listed = caller.get("/warnings").json()["items"]
    of_project = caller.get(f"/warnings?project={made.path.project.ref}").json()["items"]
    found = caller.get(f"/warnings/{committee.ref}").json()
    caller.get(f"/warnings/{project.ref}")
    refused = secretary.post(f"/warnings/{committee.ref}/steps/dismiss", {"grounds": "无事"})
    explained = secretary.post(f"/warnings/{committee.ref}/steps/explain", {"answer": "已补报"}).json()
    settled = caller.post(f"/warnings/{committee.ref}/steps/dismiss", {"grounds": "已核实"}).json()

    assert [one["ref"] for one in listed] == [project.ref, committee.ref]
    assert [one["ref"] for one in of_project] == [project.ref]
    assert ([one["ref"] for one in found["finding"]["evidence"]], found["finding"]["hidden"]) == ([own.ref], 1)
    assert (refused.status_code, explained["answer"], settled["state"]) == (403, "已补报", "ruled_out")
    assert Entry.objects.filter(chain__subject_kind="oversight", chain__subject_ref=made.path.project.ref).exists()
    assert elsewhere.get(f"/warnings/{committee.ref}").status_code == 404
    assert elsewhere.get("/warnings").json()["items"] == []


def test_indicators_say_how_each_is_watched_and_nothing_to_who_follows_none() -> None:
    made, people = scene()
    made.raised()

    told = Caller(people["watcher"]).get("/indicators").json()
    nothing = Caller(people["lead"]).get("/indicators").json()

    by_name = {one["indicator"]: one for one in told}
    assert set(by_name) == set(Indicator.values)
    late = by_name[Indicator.LATE_FOLLOW_UPS]
    assert late["thresholds"] == {"notice": 1, "attention": 3, "serious": 10}
    assert (late["place"], late["on"], late["open"], late["evaluated_at"]) == ("51", True, 1, None)
    assert nothing == []
