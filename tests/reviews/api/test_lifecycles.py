"""The form that every kind of object has in common: steps and trail."""

import pytest

from ethicsreview.accounts.models import Appointment, Role
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.lifecycle.registry import collections
from reviews.models import Review
from reviews.models.absences.announcing import announce
from reviews.models.exemptions.exempting import start_exemption
from tests.committees.builders import institution, keeper_of, people_of, person
from tests.reviews.amendments import authorise, team_member
from tests.reviews.annual import reported_year, training
from tests.reviews.api.client import Caller, problem
from tests.reviews.appeals import filed, rejected
from tests.reviews.builders import PASSWORD, Case, ballot, signing, with_password
from tests.reviews.complaints import beside as accusing
from tests.reviews.disclosures import disclosed
from tests.reviews.emergencies import event
from tests.reviews.entrusting import Agreement
from tests.reviews.following import filed as reported
from tests.reviews.inspections import beside as inspected
from tests.reviews.programmes import looked_up, managing
from tests.reviews.recheck_builders import Listed
from tests.reviews.recognising import BY_HAND, Asked
from tests.reviews.rules.answers import RECORDS, SURVEY
from tests.reviews.sampling import sampled
from tests.reviews.together import Joint, unit
from tests.reviews.warnings import raised

pytestmark = pytest.mark.django_db


def steps(caller: Caller, address: str) -> dict[str, dict]:
    return {step["name"]: step for step in caller.get(f"{address}/steps").json()}


@pytest.fixture
def everything(path: Case) -> dict[str, str]:
    """A reference in each collection."""
    path.answers = SURVEY | {"international_cooperation": True, "countries": ["DE"]}
    path.concluded()
    beside = Listed(path.committee, path.lead, path.at).with_department().with_experts()
    beside.passed().referred().paneled()
    path.organiser = beside.organiser  # type: ignore[attr-defined]  # who sees what a committee does not
    spared = Case(path.committee, path.lead, path.at, RECORDS).assessed()
    joined = Joint(path, [unit("370200", at=path.at, committee=False)]).started().invite()
    entrusted = Agreement(institution(), with_password(person()), path.committee, path.at)
    Appointment.objects.create(
        person=entrusted.truster, role=Role.INSTITUTION_OFFICER, body=entrusted.unit, starts=law_day(path.at)
    )
    entrusted.proposed()
    waiting = Asked(path, Case(path.committee, path.lead, path.at, dict(SURVEY)).accepted())
    waiting.requested(**BY_HAND).founded()
    plan, item = sampled(path, beside.organiser, beside.department)
    managed = managing(beside.organiser, beside.department, path)
    accused = accusing(beside.department, person(), person(), beside.organiser, path.at)
    visit, wrong = inspected(beside.department, beside.organiser, beside.organiser, path.committee, path.at)
    today = law_day(path.at)
    return {
        "inspections": visit.ref,
        "rectifications": wrong.ref,
        "programmes": managed.programme.ref,
        "programme-entries": managed.entry.ref,
        "commitments": managed.letter.ref,
        "record-lookups": looked_up(managed).ref,
        "collaborations": joined.collaboration.ref,
        "participations": joined.units[0].participation.ref,
        "entrustments": entrusted.entrustment.ref,
        "alliances": waiting.alliance.ref,
        "recognitions": waiting.recognition.ref,
        "appeals": filed(rejected(Case(path.committee, path.lead, path.at))).ref,
        "exemptions": start_exemption(spared.project, by=path.lead, at=path.at).ref,
        "foreign-approvals": path.project.foreign_approvals.get().ref,
        "projects": path.project.ref,
        "assessments": path.assessment.ref,
        "reviews": path.review.ref,
        "meetings": path.meeting.ref,
        "opinions": path.ballot_of(path.chair).ref,
        "follow-ups": path.project.follow_ups.get().ref,
        "reports": reported(path, "deviation").ref,
        "committees": path.committee.ref,
        "rechecks": beside.recheck.ref,
        "recheck-opinions": beside.seat(beside.experts[0]).ref,
        "experts": beside.experts[0].ref,
        "mandates": authorise(path, team_member(path)).ref,
        "sampling-plans": plan.ref,
        "annual-reports": reported_year(path.committee, beside.department, at=path.at).ref,
        "training-plans": training(path.committee, by=path.chair, at=path.at).ref,
        "sample-items": item.ref,
        "warnings": raised(path, path.at).ref,
        "disclosures": disclosed(beside.department, path.organiser, path.at).ref,
        **{collection: one.ref for collection, one in accused.items()},
        "emergency-events": event(at=path.at).ref,
        "absences": announce(path.committee, by=path.members[4], starts_on=today, ends_on=today, at=path.at).ref,
    }


# What the department of a re-check sees, and no committee.
OF_ITS_OWN = {"mandates"}
ACCUSING = {"complaints", "investigations", "respondents", "sanctions"}
PROGRAMMES = {"programmes", "programme-entries", "commitments", "record-lookups"}
INSPECTED = {"inspections", "rectifications"}
OF_DEPARTMENT = {
    "rechecks",
    "recheck-opinions",
    "experts",
    "sampling-plans",
    "sample-items",
    "disclosures",
    *ACCUSING,
    *PROGRAMMES,
    *INSPECTED,
}


def test_every_collection_has_the_form(path: Case, everything: dict[str, str]) -> None:
    assert everything.keys() == collections().keys()
    of_committee, of_department = Caller(path.chair), Caller(path.organiser)  # type: ignore[attr-defined]
    for collection, ref in everything.items():
        caller = of_department if collection in OF_DEPARTMENT else of_committee
        caller = Caller(path.lead) if collection in OF_ITS_OWN else caller
        one = caller.get(f"/{collection}/{ref}").json()
        assert (one["ref"], one["url"]) == (ref, f"/api/v1/{collection}/{ref}")
        assert one["state_label"]
        assert caller.get(f"/{collection}/{ref}/steps").status_code == 200
        trail = caller.get(f"/{collection}/{ref}/trail").json()["items"]
        assert trail[0]["step"] == "create"
        assert [entry["seq"] for entry in trail] == sorted(entry["seq"] for entry in trail)
        assert ref in [item["ref"] for item in caller.get(f"/{collection}").json()["items"]]


def test_a_stranger_finds_nothing(everything: dict[str, str]) -> None:
    stranger = Caller(person())
    for collection, ref in everything.items():
        for address in ("", "/steps", "/trail"):
            problem(stranger.get(f"/{collection}/{ref}{address}"), 404)
        problem(stranger.post(f"/{collection}/{ref}/steps/anything"), 404)
        assert stranger.get(f"/{collection}").json() == {"items": [], "next": None}


class TestSteps:
    def test_show_what_is_shut_with_every_reason(self, path: Case) -> None:
        path.drafted()
        path.review.draft_submission.materials.all().delete()

        shown = steps(Caller(path.lead), f"/reviews/{path.review.ref}")

        assert shown["submit"]["open"] is False
        codes = [refusal["code"] for refusal in shown["submit"]["refusals"]]
        assert len(codes) > 1
        assert all(code.startswith("material.") for code in codes)
        assert shown["submit"]["input"]["required"] == ["agree", "signature"]
        assert shown["withdraw"]["open"] is True
        assert shown["resubmit"]["refusals"][0]["code"] == "state"
        assert "accept" not in shown

    @pytest.mark.parametrize("name", ["at", "by", "obj", "name", "received"])
    def test_no_field_can_pose_as_the_actor_or_the_moment(self, path: Case, name: str) -> None:
        path.submitted()

        answer = Caller(path.lead).post(f"/reviews/{path.review.ref}/steps/withdraw", {"reason": "改期", name: "x"})

        assert name in problem(answer, 422)["errors"]

    def test_refused_with_every_reason(self, path: Case) -> None:
        path.drafted()
        path.review.draft_submission.materials.all().delete()
        caller = Caller(path.lead)
        shown = steps(caller, f"/reviews/{path.review.ref}")["submit"]["refusals"]

        body = problem(caller.post(f"/reviews/{path.review.ref}/steps/submit", signing(path.lead)), 409)

        assert body["refusals"] == shown
        assert all(refusal["citation"]["text"] for refusal in body["refusals"])

    def test_taken_answers_with_the_object(self, path: Case) -> None:
        path.drafted()

        answer = Caller(path.lead).post(f"/reviews/{path.review.ref}/steps/submit", signing(path.lead))

        assert answer.status_code == 200
        assert answer.json()["state"] == "submitted"

    def test_of_somebody_else(self, path: Case) -> None:
        path.submitted()

        body = problem(Caller(path.chair).post(f"/reviews/{path.review.ref}/steps/accept", {}), 403)

        assert body["allowed"] == ["secretary"]
        assert "秘书" in body["detail"]

    def test_of_nobody_by_hand(self, path: Case) -> None:
        path.submitted()

        problem(Caller(path.lead).post(f"/projects/{path.project.ref}/steps/approve", {"decision": "x"}), 403)

    def test_with_wrong_input(self, path: Case) -> None:
        path.submitted()
        caller = Caller(path.secretary)

        body = problem(
            caller.post(f"/reviews/{path.review.ref}/steps/accept", {"procedure": "secret", "state": "approved"}), 422
        )

        assert body["errors"].keys() == {"procedure", "procedure_ground", "listed", "state"}
        assert Review.objects.get().state == "submitted"

    @pytest.mark.parametrize("value", [["x"], {"a": 1}, True])
    def test_with_input_of_another_kind(self, path: Case, value: object) -> None:
        path.drafted()

        body = problem(Caller(path.lead).post(f"/reviews/{path.review.ref}/steps/withdraw", {"reason": value}), 422)

        assert body["errors"].keys() == {"reason"}

    def test_that_does_not_exist(self, path: Case) -> None:
        path.drafted()

        problem(Caller(path.lead).post(f"/reviews/{path.review.ref}/steps/bribe"), 404)

    def test_of_a_committee(self, path: Case) -> None:
        officer = Caller(keeper_of(path.committee))

        answer = officer.post(f"/committees/{path.committee.ref}/steps/set_competence", {"regimes": ["general", "ai"]})

        assert answer.status_code == 200
        path.committee.refresh_from_db()
        assert path.committee.regimes == ["general", "ai"]


class TestSealed:
    def test_until_the_round_is_decided(self, path: Case) -> None:
        path.opened()
        author, *others = path.members
        cast = path.cast(author, "rejected")
        words = ("rejected", "见逐项意见")
        watchers = [*others, path.secretary]

        for watcher in watchers:
            caller = Caller(watcher)
            addresses = [
                f"/opinions/{cast.ref}",
                f"/opinions/{cast.ref}/trail",
                f"/opinions/{cast.ref}/steps",
                f"/reviews/{path.review.ref}",
                f"/reviews/{path.review.ref}/trail",
                f"/meetings/{path.meeting.ref}",
                "/opinions",
            ]
            for address in addresses:
                answer = caller.get(address)
                assert answer.status_code == 200, address
                text = answer.content.decode().replace("modification_rejected", "")
                found = [line for line in words if f'"{line}"' in text and address != f"/reviews/{path.review.ref}"]
                assert found == [], address
            assert caller.get(f"/opinions/{cast.ref}").json()["said"] is None
            assert cast.ref not in [item["ref"] for item in caller.get("/opinions").json()["items"]]
        assert Caller(author).get(f"/opinions/{cast.ref}").json()["said"]["verdict"] == "rejected"

    def test_and_open_to_the_committee_after_it(self, path: Case) -> None:
        path.concluded()
        ballot = path.ballot_of(path.members[3])

        assert Caller(path.chair).get(f"/opinions/{ballot.ref}").json()["said"]["verdict"] == "approved"
        problem(Caller(path.lead).get(f"/opinions/{ballot.ref}"), 404)

    def test_nobody_votes_for_another(self, path: Case) -> None:
        path.opened()
        victim = path.ballot_of(path.members[2])
        terms = ballot(path.review, "approved")

        body = problem(Caller(path.chair).post(f"/opinions/{victim.ref}/steps/cast", terms), 403)

        assert body["allowed"] == ["voter"]

    def test_a_wrong_password_signs_nothing(self, path: Case) -> None:
        path.opened()
        member = path.members[1]
        terms = ballot(path.review, "approved") | {"password": f"not {PASSWORD}"}

        body = problem(Caller(member).post(f"/opinions/{path.ballot_of(member).ref}/steps/cast", terms), 422)

        assert body["errors"].keys() == {"password"}


def test_a_recused_member_sees_the_matter_no_more(path: Case) -> None:
    path.opened()
    member = path.members[4]
    caller, own = Caller(member), path.ballot_of(member)

    answer = caller.post(f"/opinions/{own.ref}/steps/recuse", {"ground": "与负责人有利害关系"})

    assert answer.json()["state"] == "recused"
    problem(caller.get(f"/reviews/{path.review.ref}"), 404)
    assert caller.get(f"/meetings/{path.meeting.ref}").json()["items"] == []


def test_the_trail_is_paged(path: Case) -> None:
    path.accepted()
    caller, address = Caller(path.lead), f"/reviews/{path.review.ref}/trail"

    first = caller.get(address, limit=2).json()
    rest = caller.get(address, limit=2, after=first["next"]).json()

    assert [entry["step"] for entry in first["items"] + rest["items"]] == ["create", "submit", "accept"]
    assert rest["next"] is None
    assert first["items"][1]["step_label"] == "提交"
    assert first["items"][1]["citation"]["text"].startswith("《")


def test_a_secretary_calls_a_meeting_of_their_own_committee_alone(path: Case) -> None:
    terms = {"committee": path.committee.ref, "title": "会议", "starts_at": "2026-12-01T09:00:00+08:00"}

    assert Caller(path.secretary).post("/meetings", terms).status_code == 201
    problem(Caller(path.chair).post("/meetings", terms), 403)
    body = problem(Caller(person()).post("/meetings", terms), 422)
    assert body["errors"].keys() == {"committee"}
    assert people_of(path.committee, Role.SECRETARY)
