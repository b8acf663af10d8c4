"""What the API says belongs together, what it asks, and who learns of it."""

import pytest

from tests.reviews.amendments import change
from tests.reviews.api.client import Caller, problem
from tests.reviews.appeals import begun, filed, rejected
from tests.reviews.builders import Case
from tests.reviews.following import approved, assessed, before_committee
from tests.reviews.following import reported as followed
from tests.reviews.recognising import BY_HAND, asked

pytestmark = pytest.mark.django_db


def belonging(caller: Caller, ref: str) -> dict:
    return caller.read(f"/reviews/{ref}")["belonging"]


def test_a_review_names_the_follow_up_or_the_report_that_it_looks_at() -> None:
    path = approved()
    follow_up = followed(path)
    assert belonging(Caller(path.secretary), path.review.ref)["follow_up"] == follow_up.ref

    path = approved()
    report = before_committee(path, assessed(path, "deviation", "suspended"))

    found = belonging(Caller(path.secretary), path.review.ref)
    assert (found["report"], found["follow_up"]) == (report.ref, None)


def test_a_draft_appeal_is_not_told_to_the_committee(path: Case) -> None:
    rejected(path)
    appeal = begun(path)

    assert [row["ref"] for row in belonging(Caller(path.lead), path.review.ref)["appeals"]] == [appeal.ref]
    assert belonging(Caller(path.secretary), path.review.ref)["appeals"] == []


def test_the_applicant_does_not_learn_of_the_meeting(path: Case) -> None:
    path.in_review()

    assert [row["ref"] for row in belonging(Caller(path.secretary), path.review.ref)["meetings"]] == [path.meeting.ref]
    assert belonging(Caller(path.lead), path.review.ref)["meetings"] == []


def test_an_application_that_is_being_written_is_its_writers_own(path: Case) -> None:
    path.drafted()
    address = f"/reviews/{path.review.ref}/application"
    problem(Caller(path.secretary).get(address), 404)

    asked_of = Caller(path.lead).read(address)

    purpose = next(one for part in asked_of["sections"] for one in part["fields"] if one["key"] == "purpose")
    assert (purpose["kind"], purpose["required"]) == ("longtext", True)
    assert all(part["open"] for part in asked_of["sections"])
    assert {"protocol"} <= {one["kind"] for one in asked_of["materials"] if one["required"]}
    path.do("submit", path.lead, agree=True, signature=path.lead.name)
    assert Caller(path.secretary).read(address)["version"] == 1


def test_of_an_amendment_only_what_was_chosen_is_open() -> None:
    path = change().begun().choose("plan")

    found = Caller(path.lead).read(f"/reviews/{path.review.ref}/application")

    assert [part["key"] for part in found["sections"] if part["open"]] == ["plan"]
    assert [one["kind"] for one in found["materials"] if one["open"]] == []


def test_choices_are_named(path: Case) -> None:
    path.submitted()
    steps = Caller(path.secretary).read(f"/reviews/{path.review.ref}/steps")
    procedure = next(one for one in steps if one["name"] == "accept")["input"]["properties"]["procedure"]

    assert dict(zip(procedure["enum"], procedure["enumNames"], strict=True))["general"] == "一般程序"


def test_lists_are_narrowed_to_a_project(path: Case) -> None:
    path.concluded()
    beside = Case(path.committee, path.lead, path.at).accepted()
    lead = Caller(path.lead)

    found = lead.listed("follow-ups", project=path.project.ref)
    assert [row["ref"] for row in found] == [path.project.follow_ups.get().ref]
    assert lead.listed("follow-ups", project=beside.project.ref) == []
    assert [row["ref"] for row in lead.listed("reviews", project=beside.project.ref)] == [beside.review.ref]
    assert Caller(path.secretary).listed("opinions", project="P0000-000000") == []
    assert problem(lead.get("/committees", project=path.project.ref), 422)["errors"].keys() == {"project"}


def test_a_review_stays_within_its_budget(path: Case, django_assert_max_num_queries) -> None:
    rejected(path)
    filed(path)
    lead, secretary = Caller(path.lead), Caller(path.secretary)

    for caller in (lead, secretary):
        with django_assert_max_num_queries(20):
            caller.read(f"/reviews/{path.review.ref}")
    waiting = asked(hours_ago=6).requested(**BY_HAND)
    with django_assert_max_num_queries(20):
        Caller(waiting.here.secretary).read(f"/reviews/{waiting.here.review.ref}")
