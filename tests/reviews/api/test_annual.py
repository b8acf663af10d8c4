"""Annual reports and training plans by the API: what a program reads, makes and moves, and what it does not find."""

from datetime import timedelta

import pytest
from django.utils import timezone

from ethicsreview.accounts.models import Role
from reviews.models.annual.lettering import issue_pending
from tests.committees.builders import authority, committee, holder, keeper_of, people_of
from tests.reviews.annual import TEXTS, reported_year, training
from tests.reviews.api.client import Caller
from tests.reviews.builders import PASSWORD, with_password

pytestmark = pytest.mark.django_db


def test_report_is_signed_and_submitted_by_steps_and_its_paper_is_served() -> None:
    made, city = committee(), authority("370100", level="city")
    chair, regulator = with_password(people_of(made, Role.CHAIR)[0]), holder(Role.REGULATOR, city)
    report = reported_year(made, city, at=timezone.now())
    at, day = f"/annual-reports/{report.ref}", timezone.localdate().isoformat()
    caller, department = Caller(chair), Caller(regulator)

    hidden = department.get(at)
    caller.post(f"{at}/steps/write", TEXTS)
    signed = caller.post(f"{at}/steps/sign", {"password": PASSWORD}).json()
    issue_pending(timezone.now())
    typed = caller.post(f"{at}/steps/write", TEXTS | {"figures": "99"})
    done = Caller(keeper_of(made)).post(f"{at}/steps/submit", {"number": "年-1", "handled_on": day}).json()
    letter = caller.get(done["letters"][0].removeprefix("/api/v1"))

    assert (hidden.status_code, typed.status_code) == (404, 409)
    assert (done["state"], done["figures"], done["number"]) == ("submitted", signed["figures"], "年-1")
    assert letter.getvalue().startswith(b"%PDF")
    assert department.get("/annual-reports?region=370100").json()["items"][0]["digest"] == signed["digest"]
    assert Caller(holder(Role.REGULATOR, authority("370200", level="city"))).get(at).status_code == 404


def test_training_is_planned_by_its_organiser_and_who_came_is_theirs_to_read() -> None:
    made = committee()
    secretary, member = people_of(made, Role.SECRETARY)[0], people_of(made, Role.MEMBER)[0]
    day = timezone.localdate()
    asked = {"organiser": made.ref, "title": "年度培训", "topics": "办法", "audience": ["member"]}
    asked["until"] = (day + timedelta(days=30)).isoformat()
    caller, other = Caller(secretary), Caller(member)

    foreign = other.post("/training-plans", asked)
    wrong = caller.post("/training-plans", asked | {"until": "2020-01-01"})
    plan = caller.post("/training-plans", asked).json()
    at = f"/training-plans/{plan['ref']}"
    caller.post(f"{at}/steps/announce")
    session = {"held_on": day.isoformat(), "place": "线上", "hours": "4", "attendees": member.username}
    held = caller.post(f"{at}/steps/hold", session).json()

    assert (foreign.status_code, set(foreign.json()["errors"])) == (422, {"organiser"})
    assert (wrong.status_code, set(wrong.json()["errors"])) == (422, {"until"})
    assert [one["attendees"] for one in held["sessions"]] == [[member.username]]
    assert other.get(at).json()["sessions"] == []
    assert Caller(holder(Role.REGULATOR, authority("370200", level="city"))).get(at).status_code == 404


def test_paper_that_proves_a_session_is_handed_in_by_its_organiser_alone() -> None:
    made = committee()
    secretary, member = people_of(made, Role.SECRETARY)[0], people_of(made, Role.MEMBER)[0]
    plan = training(made, by=secretary, at=timezone.now())

    assert Caller(member).get(f"/training-plans/{plan.ref}/certificates/1").status_code == 404
    assert Caller(secretary).get(f"/training-plans/{plan.ref}/certificates/1").status_code == 404
