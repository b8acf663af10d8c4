"""Complaints by the API: the form of every lifecycle; what the accused get, and what they do not."""

import pytest

from tests.reviews.api.client import Caller
from tests.reviews.complaints import WHISTLE, matter

pytestmark = pytest.mark.django_db


def test_a_case_is_dealt_with_from_the_complaint_to_the_conclusion() -> None:
    made = matter().complained()
    officer = Caller(made.officer)

    accepted = officer.post(f"/complaints/{made.complaint.ref}/steps/accept", {"title": "未经批准", "track": "ethics"})
    (found,) = officer.get("/investigations").json()["items"]
    address = f"/investigations/{found['ref']}/steps"
    wrong = officer.post(f"{address}/name_investigators", {"investigators": "nobody-at-all"})
    named = officer.post(f"{address}/name_investigators", {"investigators": made.investigator.username})
    officer.post(f"{address}/add_respondent", {"username": made.accused.username})
    (respondent,) = officer.get("/respondents").json()["items"]
    finding = {
        "offence": "applicant.without_approval",
        "occurred_on": "2026-03-19",
        "result": "not_established",
        "account": "查无实据",
    }
    investigator = Caller(made.investigator)
    steps = f"/respondents/{respondent['ref']}/steps"
    entered = investigator.post(f"{steps}/find", finding).json()
    settled = investigator.post(f"{steps}/settle", {"weighed": "查无实据"}).json()
    done = officer.post(f"{address}/conclude", {"summary": "不属实"}).json()

    assert (accepted.json()["state"], wrong.status_code, named.status_code) == ("accepted", 422, 200)
    assert entered["findings"][0]["basis"] == "order-19"
    assert (settled["state"], done["state"]) == ("cleared", "unfounded")


def test_the_accused_get_their_own_part_alone() -> None:
    made = matter().named().notified()
    accused = Caller(made.accused)

    own = accused.get(f"/respondents/{made.respondent.ref}").json()
    trail = accused.get(f"/respondents/{made.respondent.ref}/trail").json()["items"]

    assert [one["account"] for one in own["findings"]] == ["有招募记录为证"]
    assert {entry["step"] for entry in trail} == {"create", "find", "notify"}
    for address in (f"/complaints/{made.complaint.ref}", f"/investigations/{made.investigation.ref}"):
        assert {accused.get(f"{address}{tail}").status_code for tail in ("", "/steps", "/trail")} == {404}
    assert accused.get("/investigations").json()["items"] == []


def test_a_step_that_reads_the_identity_answers_without_it() -> None:
    made = matter().named()

    answer = Caller(made.investigator).post(
        f"/investigations/{made.investigation.ref}/steps/reveal", {"reason": "需要核实"}
    )

    assert answer.status_code == 200
    assert WHISTLE not in answer.content.decode()
