"""Programmes by the API: the gate with all its reasons, each answer kept; records; and who finds nothing."""

import pytest

from ethicsreview.accounts.models import Role
from reviews.models import GateAnswer, RecordLookup
from tests.committees.builders import authority, holder, keeper_of
from tests.reviews.api.client import Caller, problem
from tests.reviews.programmes import CHENGDU, JINAN, SHANDONG, SICHUAN, ban, entered, run

pytestmark = pytest.mark.django_db


@pytest.mark.article("sichuan", 10)
def test_gate_answers_with_every_reason_and_its_article_and_keeps_the_answer() -> None:
    made, path = entered(CHENGDU)
    ban(made.at, project=path.project, whom="institution")
    caller = Caller(made.manager)
    address = f"/programmes/{made.programme.code}/projects"

    shut = caller.get(f"{address}/{made.entry.number}/gate", stage="approval").json()
    made.sign()
    opened = caller.get(f"{address}/{path.project.ref}/gate", stage="evaluation", headers={}).json()

    assert (shut["open"], shut["hard"], shut["stage_label"]) == (False, True, "审批立项")
    assert [(one["code"], one["check"], one["citation"]["key"], one["shuts"]) for one in shut["reasons"]] == [
        ("institution_banned", "ban", "sichuan:12", True),
        ("letter_lead", "commitment", "sichuan:8", True),
        ("letter_unit", "commitment", "sichuan:8", True),
    ]
    assert (opened["open"], opened["reasons"]) == (True, [])
    kept = GateAnswer.objects.order_by("pk")
    assert [(one.digest, one.asked_by) for one in kept] == [
        (shut["digest"], made.manager),
        (opened["digest"], made.manager),
    ]


def test_gate_in_shandong_warns_and_knows_the_intake() -> None:
    made, path = entered(JINAN)
    answer = Caller(made.manager).get(
        f"/programmes/{made.programme.ref}/projects/{path.project.ref}/gate", stage="approval"
    )

    assert answer.json()["open"]
    assert {(one["code"], one["shuts"]) for one in answer.json()["reasons"]} == {
        ("letter_lead", False),
        ("letter_unit", False),
    }
    intake = f"/programmes/{made.programme.code}/projects/{made.entry.ref}/gate"
    assert Caller(made.manager).get(intake, stage="intake").json()["open"]


def test_gate_of_others_is_not_found_and_an_unknown_stage_is_no_stage() -> None:
    made, path = entered(CHENGDU)
    address = f"/programmes/{made.programme.code}/projects/{path.project.ref}/gate"
    beside = holder(Role.PROGRAMME_MANAGER, authority(SICHUAN, level="province"))
    shandong = holder(Role.REGULATOR, authority(SHANDONG, level="province"))

    for who in (beside, shandong, path.lead, path.secretary, keeper_of(path.committee)):
        problem(Caller(who).get(address, stage="approval"), 404)
    assert Caller(None).get(address, stage="approval").status_code == 401
    caller = Caller(made.manager)
    for stage in ("intake", "guide", "x"):
        assert problem(caller.get(address, stage=stage), 422)["errors"].keys() == {"stage"}
    problem(caller.get(address), 422)
    problem(caller.get(address, stage="approval", on="2026-01-01"), 422)
    problem(caller.get(f"/programmes/{made.programme.code}/projects/P2020-000001/gate", stage="approval"), 404)
    problem(caller.get(f"/programmes/KEINS/projects/{path.project.ref}/gate", stage="approval"), 404)
    assert caller.get("/projects").json()["items"] == []
    assert GateAnswer.objects.count() == 0


def test_a_machine_plans_enters_and_looks_up() -> None:
    made = run(SICHUAN)
    caller, other = Caller(made.manager), run(SICHUAN)
    given = {"authority": made.authority.ref, "code": "SC-2026", "name": "计划", "fiscal": True}
    record = {
        "authority": made.authority.ref,
        "kind": "institution",
        "name": "某单位",
        "purpose": "award",
        "matter": "科技奖2026-1",
    }

    foreign = Caller(other.manager).post("/programmes", given)
    planned = caller.post("/programmes", given).json()
    done = caller.post(f"/programmes/{planned['ref']}/steps/open").json()
    project = {"number": "1", "title": "一", "unit_name": "某大学", "lead_name": "某人", "field": "ai"}
    caller.post(f"/programmes/{planned['ref']}/steps/enter", project)
    kept = caller.post("/record-lookups", record).json()

    assert foreign.status_code == 422
    assert (done["state"], done["stages"]) == ("open", ["guide", "approval", "process", "acceptance", "evaluation"])
    assert [one["number"] for one in caller.get("/programme-entries").json()["items"]] == ["1"]
    assert (kept["bans"], kept["sanctions"], kept["purpose"]) == ([], [], "award")
    assert RecordLookup.objects.get().asked_by == made.manager
    problem(Caller(other.manager).get(f"/record-lookups/{kept['ref']}"), 404)
    problem(Caller(other.manager).post("/record-lookups", record), 422)
    shandong = run(SHANDONG)
    problem(Caller(shandong.manager).post("/record-lookups", record | {"authority": shandong.authority.ref}), 409)
