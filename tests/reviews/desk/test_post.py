"""The post at the desk: who sees which dead letters and which addresses, and what each may do with them."""

from datetime import UTC, datetime
from typing import Any

import pytest

from ethicsreview.accounts.models import Appointment, Person, Role
from ethicsreview.notices import endpoints
from ethicsreview.notices.models import BouncedAddress, Delivery, Endpoint, Notice
from ethicsreview.trail.models import Entry
from tests.committees.builders import authority, committee, holder, keeper_of
from tests.memory import remembered
from tests.reviews.desk.conftest import address, queries, text

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 2, tzinfo=UTC)
HOOK = "https://research.example.org/hooks/abcdefghijklmnopqrstuvwxyz0123456789"
BOT = "https://oapi.dingtalk.com/robot/send?access_token=abcdefghijklmnopqrstuvwxyz0123456789"


def dead(person: Person, number: int = 1, **terms: Any) -> Delivery:
    notice = Notice.objects.create(
        person=person,
        key="review.accept",
        subject="机密的标题",
        text="机密的正文",
        object_ref=f"R2026-{number:06}",
        dedupe=str(number),
        created_at=AT,
    )
    usual = {"channel": "mail", "state": "dead", "next_try_at": AT, "attempts": 10, "error": "SMTPRecipientsRefused"}
    return Delivery.objects.create(notice=notice, **(usual | terms))


def endpoint(body: Any, by: Person, kind: str = "webhook") -> Endpoint:
    made, _secret = endpoints.enter(
        kind=kind, name="科研系统", address=HOOK if kind == "webhook" else BOT, owner=body, by=by, at=AT
    )
    return made


@pytest.fixture
def house() -> dict[str, Any]:
    return two_houses()


@remembered
def two_houses() -> dict[str, Any]:
    """Two institutions with a committee each; of the first an officer, a secretary, a member; an operator."""
    ours, theirs = committee(), committee()
    people = {
        "officer": keeper_of(ours),
        "other": keeper_of(theirs),
        "secretary": holder(Role.SECRETARY, ours),
        "member": holder(Role.MEMBER, ours),
        "operator": holder(Role.OPERATOR, authority()),
        "regulator": holder(Role.REGULATOR, authority()),
    }
    researcher = holder(Role.RESEARCHER, ours.institution)
    return {"ours": ours, "theirs": theirs, "researcher": researcher, **people}


def test_each_sees_the_dead_letters_within_reach_and_no_words_of_them(signed_in, house):
    mine = dead(house["researcher"], 1)
    dead(holder(Role.RESEARCHER, house["theirs"].institution), 2)

    def seen(who: str) -> Any:
        answer = signed_in(house[who]).get(address("post"))
        return [one["ref"] for one in answer.context["drawn"]] if answer.status_code == 200 else answer.status_code

    assert {who: seen(who) for who in ("officer", "other", "secretary", "member", "operator", "regulator")} == {
        "officer": ["R2026-000001"],
        "other": ["R2026-000002"],
        "secretary": [],
        "member": 404,
        "operator": ["R2026-000002", "R2026-000001"],
        "regulator": 404,
    }
    page = text(signed_in(house["officer"]).get(address("post")))
    assert ("邮件服务器拒收该收件人" in page, "机密" in page, str(mine.notice.person) in page) == (True, False, True)


def test_a_dead_letter_is_sent_again_by_whoever_sees_it_and_by_nobody_else(signed_in, house):
    mine = dead(house["researcher"])
    BouncedAddress.objects.create(email=house["researcher"].email.lower(), status="5.1.1", at=AT)

    for who in ("other", "secretary", "member", "regulator"):
        assert signed_in(house[who]).post(address("post_resend"), {"delivery": mine.pk}).status_code == 404
    for junk in ({}, {"channel": "pigeon"}, {"delivery": "x"}, {"delivery": "9" * 30}):
        assert signed_in(house["officer"]).post(address("post_resend"), junk).status_code == 404

    assert signed_in(house["officer"]).post(address("post_resend"), {"delivery": mine.pk}).status_code == 302

    mine.refresh_from_db()
    assert (mine.state, mine.attempts, mine.error) == ("pending", 0, "")
    assert not BouncedAddress.objects.exists()


def test_all_of_a_channel_are_sent_again_within_reach_alone(signed_in, house):
    ours = [dead(house["researcher"], number) for number in (1, 2)]
    theirs = dead(house["other"], 3)

    signed_in(house["officer"]).post(address("post_resend"), {"channel": "mail"})

    assert set(Delivery.objects.dead()) == {theirs}
    assert set(Delivery.objects.waiting()) >= set(ours)


def test_an_officer_enters_a_system_and_its_secret_is_shown_once(signed_in, house):
    client = signed_in(house["officer"])
    terms = {"body": house["ours"].institution.ref, "kind": "webhook", "name": "科研系统", "address": HOOK}

    made = client.post(address("endpoint_new"), terms)

    kept = Endpoint.objects.get()
    assert (made.status_code, kept.address, kept.secret) == (201, HOOK, made.context["secret"])
    assert kept.secret.startswith("whsec_")
    assert kept.secret in text(made)
    again = text(client.get(address("endpoint", kept.pk)))
    assert (kept.secret in again, HOOK in again, "research.example.org …6789" in again) == (False, False, True)
    entry = Entry.objects.get(step="endpoint_entered")
    assert (entry.chain.subject_kind, entry.chain.subject_ref) == ("institution", house["ours"].institution.ref)
    assert not [secret for secret in (HOOK, kept.secret) if secret in str(entry.facts)]

    renewed = client.post(address("endpoint_change", kept.pk), {"change": "secret"}).context["secret"]

    kept.refresh_from_db()
    assert renewed == kept.secret != made.context["secret"]


def test_who_may_enter_what_where(signed_in, house):
    ours, theirs = house["ours"], house["theirs"]

    def entered(who: str, body: Any, kind: str) -> int:
        terms = {"body": body.ref, "kind": kind, "name": "名称", "address": HOOK if kind == "webhook" else BOT}
        return signed_in(house[who]).post(address("endpoint_new"), terms).status_code

    assert {
        ("officer", "own institution", "webhook"): entered("officer", ours.institution, "webhook"),
        ("officer", "own committee", "dingtalk"): entered("officer", ours, "dingtalk"),
        ("officer", "own committee", "webhook"): entered("officer", ours, "webhook"),
        ("officer", "another institution", "webhook"): entered("officer", theirs.institution, "webhook"),
        ("secretary", "own committee", "dingtalk"): entered("secretary", ours, "dingtalk"),
        ("secretary", "own committee", "webhook"): entered("secretary", ours, "webhook"),
        ("secretary", "institution", "dingtalk"): entered("secretary", ours.institution, "dingtalk"),
        ("member", "own committee", "dingtalk"): entered("member", ours, "dingtalk"),
        ("regulator", "a committee", "dingtalk"): entered("regulator", ours, "dingtalk"),
    } == {
        ("officer", "own institution", "webhook"): 201,
        ("officer", "own committee", "dingtalk"): 201,
        ("officer", "own committee", "webhook"): 422,
        ("officer", "another institution", "webhook"): 422,
        ("secretary", "own committee", "dingtalk"): 201,
        ("secretary", "own committee", "webhook"): 422,
        ("secretary", "institution", "dingtalk"): 422,
        ("member", "own committee", "dingtalk"): 404,
        ("regulator", "a committee", "dingtalk"): 404,
    }


def test_an_address_is_nothing_to_those_out_of_reach(signed_in, house):
    system = endpoint(house["ours"].institution, house["officer"])
    robot = endpoint(house["ours"], house["officer"], "dingtalk")

    def answers(who: str, one: Endpoint) -> tuple[int, int]:
        client = signed_in(house[who])
        return (
            client.get(address("endpoint", one.pk)).status_code,
            client.post(address("endpoint_change", one.pk), {"change": "test"}).status_code,
        )

    assert {who: answers(who, system) for who in ("other", "secretary", "member", "regulator")} == dict.fromkeys(
        ("other", "secretary", "member", "regulator"), (404, 404)
    )
    assert (answers("secretary", robot), answers("other", robot)) == ((200, 302), (404, 404))
    assert (answers("operator", system), answers("officer", system)) == ((200, 302), (200, 302))


def test_an_address_is_tested_switched_and_removed(signed_in, house):
    system = endpoint(house["ours"].institution, house["officer"])
    client = signed_in(house["officer"])

    def change(what: str) -> Any:
        return client.post(address("endpoint_change", system.pk), {"change": what}, follow=True)

    assert "测试消息已交付发送" in text(change("test"))
    assert "上一条测试消息还在发送中" in text(change("test"))
    assert "人工停用" in text(change("off"))
    letter = Delivery.objects.get(endpoint=system)
    assert (letter.state, letter.error) == ("dead", "endpoint_off")
    back = client.post(address("post_resend"), {"delivery": letter.pk, "endpoint": system.pk}, follow=True)
    assert "请先启用该地址" in text(back)
    change("on")
    client.post(address("post_resend"), {"delivery": letter.pk, "endpoint": system.pk})
    assert Delivery.objects.get(endpoint=system).state == "pending"
    change("remove")
    assert client.get(address("endpoint", system.pk)).status_code == 404
    assert client.post(address("endpoint_change", system.pk), {"change": "nonsense"}).status_code == 404


def test_a_persons_own_robot_is_on_nobodys_desk(signed_in, house):
    robot = endpoint(house["researcher"], house["researcher"], "dingtalk")

    for who in ("officer", "operator"):
        assert signed_in(house[who]).get(address("endpoint", robot.pk)).status_code == 404


def test_lists_cost_the_same_with_one_row_and_with_three(signed_in, house):
    client = signed_in(house["officer"])
    bodies = (house["ours"].institution, house["ours"], house["ours"])
    pages: list[str] = [address("post"), address("endpoints"), address("post") + "?channel=mail"]
    costs = []
    for number, body in enumerate(bodies):
        one = endpoint(body, house["officer"], "dingtalk")
        dead(house["researcher"], number)
        dead(house["officer"], 10 + number, channel="dingtalk", endpoint=one)
        if number in {0, 2}:
            costs.append([])
            for page in [*pages, address("endpoint", Endpoint.objects.order_by("pk")[0].pk)]:
                client.get(page)
                with queries() as caught:
                    assert client.get(page).status_code == 200
                costs[-1].append(len(caught))

    assert costs[0] == costs[1]
    assert max(costs[0]) <= 12


def test_the_clock_room_says_how_much_could_not_be_delivered(signed_in, house):
    dead(house["researcher"])

    assert "无法送达的通知：1条" in text(signed_in(house["officer"]).get(address("clocks") + "?side=institution"))
    assert "无法送达的通知：1条" in text(signed_in(house["operator"]).get(address("clocks") + "?side=operations"))
    assert "无法送达" not in text(signed_in(house["secretary"]).get(address("clocks") + "?side=committee"))


def test_a_hidden_institution_officers_appointment_that_has_ended_sees_nothing(signed_in, house):
    dead(house["researcher"])
    Appointment.objects.filter(person=house["officer"]).update(ends="2020-01-01", starts="2019-01-01")

    assert signed_in(house["officer"]).get(address("post")).status_code == 404
