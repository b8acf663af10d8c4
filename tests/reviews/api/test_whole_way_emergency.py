"""The emergency procedure through the API alone: declared, made ready for, and a review from its claim to its end."""

from datetime import timedelta

import pytest
from django.utils import timezone

from ethicsreview.accounts.models import Role
from tests.committees.builders import authority, holder, institution, keeper_of, person
from tests.reviews.api.client import Caller, hidden, problem
from tests.reviews.api.machines import Machines, Obj, machines
from tests.reviews.builders import with_password
from tests.reviews.rules.answers import SURVEY

pytestmark = pytest.mark.django_db
URGENT = SURVEY | {"responds_to_emergency": True}


@pytest.fixture
def them() -> Machines:
    return machines(URGENT)


@pytest.fixture
def regulator() -> Caller:
    return Caller(with_password(holder(Role.REGULATOR, authority("370000"))))


def declared(regulator: Caller, **more: str) -> Obj:
    [held] = regulator.read("/me")["roles"]
    return regulator.begin(
        "/emergency-events",
        authority=held["body"]["ref"],
        title="某呼吸道传染病疫情",
        kind="public_health",
        level="major",
        region=held["body"]["region"],
        instrument="省人民政府公告〔2026〕1号",
        grounds="发现社区传播。",
        **more,
    )


def make_ready(them: Machines) -> Obj:
    """The committee's emergency system on file: its rules, a drill, the people on call with what they know."""
    secretary = them.secretary
    [held] = secretary.read("/me")["roles"]
    committee = secretary.read(f"/committees/{held['body']['ref']}")
    for kind in ("emergency", "emergency_sop"):
        text = secretary.hand_in(f"{committee['url']}/documents", title="应急审查制度")
        committee = secretary.take(committee, "adopt_rule", kind=kind, document=text["document"])
    secretary.take(committee, "record_drill", kind="drill", title="应急审查演练")
    known = {name: ["medicine"] for name in secretary.asked(committee, "keep_roster")}
    return secretary.take(committee, "keep_roster", **known)


@pytest.mark.article("national", 35, 36, 38)
def test_from_the_declaration_to_the_decision_in_hours(them: Machines, regulator: Caller) -> None:
    event = declared(regulator)
    assert (event["in_force"], event["event_kind"]) == (True, "public_health")
    review = them.submitted()
    assert review["urgency"]["claimed"] is True
    secretary = them.secretary
    wanting = secretary.shut(review, "accept_urgently")
    assert [code.startswith("emergency_") for code in wanting] == [True] * 4

    committee = make_ready(them)
    texts = {rule["kind"]: rule["url"] for rule in committee["rules"]}
    assert secretary.fetch(texts["emergency_sop"]).decode() == "方案正文。"
    [event_ref] = secretary.choice(review, "accept_urgently", "event")
    [tier] = secretary.choice(review, "accept_urgently", "tier", "24小时")
    terms = {"event": event_ref, "tier": tier, "procedure_ground": "疫情扩散", "listed": "no"}
    review = secretary.take(review, "accept_urgently", **terms)
    assert (review["urgency"]["running"], review["urgency"]["hours"]) == (True, 24)
    clock = next(one for one in review["deadlines"] if one["kind"] == "review.decision")
    assert "小时" in clock["left"]
    review = them.meet(review)

    assert (review["state"], review["decision"]["emergency"]["event"]) == ("approved", event["ref"])
    assert review["decision"]["tally"]["votes"]["approved"] == 7
    project = them.lead.read(review["project"]["url"])
    follow_up = them.lead.again(project["follow_ups"][0])
    assert follow_up["due_on"] < (timezone.localdate() + timedelta(days=200)).isoformat()


@pytest.mark.article("national", 36)
def test_an_emergency_is_changed_and_ended_and_the_review_goes_on_as_any_other(
    them: Machines, regulator: Caller
) -> None:
    event = declared(regulator, until=(timezone.localdate() + timedelta(days=30)).isoformat())
    make_ready(them)
    review = them.submitted()
    [ref] = them.secretary.choice(review, "accept_urgently", "event")
    terms = {"event": ref, "tier": "1", "procedure_ground": "疫情扩散", "listed": "no"}
    review = them.secretary.take(review, "accept_urgently", **terms)

    until = (timezone.localdate() + timedelta(days=60)).isoformat()
    event = regulator.take(event, "extend", until=until)
    event = regulator.take(event, "change_level", level="larger")
    event = regulator.take(event, "end", reason="疫情结束")
    review = them.chair.take(review, "leave_emergency", reason="不再紧急")

    assert (event["state"], event["level"], event["in_force"]) == ("ended", "larger", False)
    assert (review["urgency"]["running"], review["procedure"]) == (False, "general")
    assert review["urgency"]["left_reason"] == "不再紧急"


def test_only_a_department_declares_and_for_its_own_territory(them: Machines, regulator: Caller) -> None:
    [held] = regulator.read("/me")["roles"]
    terms = {
        "authority": held["body"]["ref"],
        "title": "洪涝",
        "kind": "natural_disaster",
        "level": "larger",
        "region": "510000",
        "instrument": "公告",
        "grounds": "超警戒水位",
    }
    problem(regulator.post("/emergency-events", terms), 422)
    problem(them.secretary.post("/emergency-events", terms | {"region": "370000"}), 422)
    problem(regulator.post("/emergency-events", terms | {"kind": "boredom"}), 422)


def test_nobody_else_finds_the_committee_or_the_review(them: Machines) -> None:
    committee, review = make_ready(them), them.submitted()
    others = [person(), keeper_of(institution()), them.researcher]

    hidden(committee, *others, beside=(committee["rules"][0]["url"].removeprefix(committee["url"]),))
    hidden(review, *others[:2])
    stranger = Caller(others[0])
    problem(stranger.upload(f"/committees/{committee['ref']}/documents", title="x", file=_file()), 404)
    member = Caller(them.members[2])
    problem(member.upload(f"/committees/{committee['ref']}/documents", title="x", file=_file()), 403)


def _file():
    from io import BytesIO

    file = BytesIO(b"text")
    file.name = "rule.txt"
    return file
