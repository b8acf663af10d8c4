"""Inspections by the API: planned by a department, read by whom it concerns as far as it does, answered."""

import pytest

from ethicsreview.deadlines.calendar import law_day
from tests.reviews.api.client import Caller, problem
from tests.reviews.inspections import PLAN, inspecting

pytestmark = pytest.mark.django_db


def test_department_plans_and_the_unit_reads_and_answers() -> None:
    made = inspecting()
    caller, officer = Caller(made.planner), Caller(made.officer)
    day = law_day(made.at).isoformat()
    given = PLAN | {"authority": made.authority.ref, "body": made.unit.ref, "starts_on": day, "ends_on": day}

    wrong = problem(caller.post("/inspections", given | {"ground": "oversight", "body": "没有"}), 422)
    foreign = problem(officer.post("/inspections", given), 422)
    planned = caller.post("/inspections", given)
    hidden = officer.get(f"/inspections/{planned.json()['ref']}")
    made.looked_at()
    during = officer.get(f"/inspections/{made.inspection.ref}").json()
    team = Caller(made.team[0]).get(f"/inspections/{made.inspection.ref}").json()

    assert set(wrong["errors"]) == {"ground", "body"}
    assert set(foreign["errors"]) == {"authority"}
    assert (planned.status_code, planned.json()["state"], hidden.status_code) == (201, "planned", 404)
    assert (during["checklist"], during["occasion"]) == (None, "")
    assert {one["item"]: one["result"] for one in team["checklist"]}["members_trained"] == "does_not_conform"

    made.do("send_draft", by=made.team[0], summary="综述")
    made.do("give_comment", by=made.officer, comment="无")
    made.do("issue", report="报告", response="无", due_on=made.inspection.rectify_by_default(made.at))
    ref = officer.get(f"/inspections/{made.inspection.ref}").json()["rectifications"][0]
    answered = officer.post(f"/rectifications/{ref}/steps/answer", {"text": "已补", "documents": ""}).json()

    assert (answered["state"], answered["answers"][0]["text"]) == ("answered", "已补")
    assert problem(officer.post(f"/rectifications/{ref}/steps/confirm", {"note": "x"}), 403)
