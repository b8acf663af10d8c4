"""From an empty project to the letter, through the API alone."""

from datetime import timedelta
from io import BytesIO

import pytest
import time_machine
from django.utils import timezone

from committees.models import Committee
from ethicsreview.accounts.models import Role
from ethicsreview.policy.catalogues import application_form
from ethicsreview.trail.verification import verify
from reviews.tasks import letters
from tests.committees.builders import people_of
from tests.reviews.api.client import Caller
from tests.reviews.builders import PASSWORD, Case, value_for, with_password
from tests.reviews.rules.answers import SURVEY

pytestmark = pytest.mark.django_db


def refusals_of(caller: Caller, obj: dict, name: str) -> list[dict]:
    steps = caller.get(obj["steps_url"].removeprefix("/api/v1")).json()
    return next(step for step in steps if step["name"] == name)["refusals"]


def test_from_project_to_letter(path: Case):
    lead = Caller(path.lead)
    committee: Committee = path.committee
    secretary = Caller(with_password(people_of(committee, Role.SECRETARY)[0]))
    project = lead.post(
        "/projects",
        {"title": "中学生睡眠问卷调查", "field": "social_science", "institution": committee.institution.ref},
    ).json()

    first = lead.post(f"/projects/{project['ref']}/assessment", {"answers": {"fields": ["social_science"]}}).json()
    assert "involves_humans" in [question["key"] for question in first["missing"]]
    assert first["conclusions"] == []
    assessment = lead.post(
        f"/projects/{project['ref']}/assessment", {"answers": SURVEY, "revision": first["revision"]}
    ).json()
    assert assessment["missing"] == []
    assert assessment["outcome"] == "review"
    assert all(found["citation"]["text"] for found in assessment["conclusions"])
    lead.step(assessment, "complete")

    created = lead.post(f"/projects/{project['ref']}/reviews", {"committee": committee.ref})
    assert created.status_code == 201, created.content.decode()
    review = created.json()
    fill_in(lead, review)
    review = lead.step(review, "submit", agree=True, signature=path.lead.name)
    assert review["state"] == "submitted"
    assert review["waiting_for"]["code"] == "secretary"

    review = secretary.step(review, "accept", procedure="general", procedure_ground="风险高于最低风险", listed="no")
    assert review["policy"]["pinned"] is True
    assert review["deadlines"][0]["citation"]["key"] == "national:17"

    starts_at = timezone.now() + timedelta(hours=1)
    planned = secretary.post(
        "/meetings",
        {"committee": committee.ref, "title": "第一次会议", "starts_at": starts_at.isoformat(), "place": "行政楼"},
    )
    assert planned.status_code == 201, planned.content.decode()
    meeting = planned.json()
    review = secretary.step(review, "begin", meeting=meeting["ref"])

    with time_machine.travel(starts_at + timedelta(minutes=5)):
        hold(path, secretary, meeting)
        letters()
        done = lead.get(f"/reviews/{review['ref']}").json()

        assert done["state"] == "approved"
        assert done["decision"]["tally"]["votes"]["approved"] == 7
        assert done["decision"]["submission_digest"] == done["versions"][0]["digest"]
        letter = lead.get(f"/reviews/{review['ref']}/letter")
        assert letter.getvalue().startswith(b"%PDF")
        assert letter["Content-Disposition"].startswith("attachment")
        trail = lead.get(f"/reviews/{review['ref']}/trail").json()["items"]
        assert [entry["step"] for entry in trail] == ["create", "submit", "accept", "begin", "conclude"]
        assert list(verify()) == []


def fill_in(lead: Caller, review: dict) -> None:
    """As a program would: what is wanting is read from the refusals of `submit`, until there are none."""
    fields = application_form(timezone.now()).fields
    revision = review["versions"][0]["revision"]
    while refusals := refusals_of(lead, review, "submit"):
        codes = [refusal["code"] for refusal in refusals]
        assert all(code.startswith(("content.", "material.")) for code in codes), refusals
        names = [code.removeprefix("content.") for code in codes if code.startswith("content.")]
        if names:
            written = lead.put(
                f"/reviews/{review['ref']}/content",
                {"revision": revision, "values": {name: value_for(fields[name]) for name in names}},
            )
            assert written.status_code == 200, written.content.decode()
            revision = written.json()["revision"]
        for kind in [code.removeprefix("material.") for code in codes if code.startswith("material.")]:
            file = BytesIO("方案正文。".encode())
            file.name = f"{kind}.txt"
            handed = lead.upload(f"/reviews/{review['ref']}/documents", kind=kind, file=file)
            assert handed.status_code == 201, handed.content.decode()


def hold(path: Case, secretary: Caller, meeting: dict) -> None:
    steps = secretary.get(f"/meetings/{meeting['ref']}/steps").json()
    asked = next(step for step in steps if step["name"] == "mark_attendance")["input"]["properties"]
    meeting = secretary.step(meeting, "mark_attendance", **dict.fromkeys(asked, "present"))
    meeting = secretary.step(meeting, "open")
    chair = None
    for person in path.members:
        member = Caller(person)
        chair = chair or member
        (opinion,) = member.get("/opinions", state="assigned").json()["items"]
        ballot = next(s for s in member.get(f"/opinions/{opinion['ref']}/steps").json() if s["name"] == "cast")
        criteria = {name: "meets" for name in ballot["input"]["required"] if name.startswith("criterion__")}
        cast = member.step(opinion, "cast", **criteria, verdict="approved", comment="同意", password=PASSWORD)
        assert cast["said"]["verdict"] == "approved"
    assert chair is not None
    item = secretary.get(f"/meetings/{meeting['ref']}").json()["items"][0]
    assert (item["ballots"], item["ballots_in"]) == (7, 7)
    review = secretary.get(f"/reviews/{item['review']}").json()
    Caller(path.chair).step(review, "conclude", password=PASSWORD)
