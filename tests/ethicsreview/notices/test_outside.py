"""Robots and systems outside: what they are sent, what their answers do, and which addresses are never asked."""

import base64
import hashlib
import hmac
import json
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from ethicsreview.accounts.models import Appointment, Institution, Person, Role
from ethicsreview.notices import delivery, endpoints, outside, robots, sealing
from ethicsreview.notices.models import Delivery, Endpoint, Event, Notice
from ethicsreview.notices.outbox import post
from ethicsreview.trail.models import Entry

from .receiving import Receiver

AT = datetime(2026, 3, 2, 2, tzinfo=UTC)
WORDS = {"label": "作出审查决定", "ref": "R2026-000001", "due": "2026年4月1日", "left": "还剩6天", "ground": ""}
SECRET = "SEC-of-the-group"


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    with Receiver() as server:
        settings.NOTICES_ALLOWED_HOSTS = [server.host]
        yield server


@pytest.fixture
def institution(person: Person) -> Institution:
    made = Institution.objects.create(name="济南大学", region="370100", type="university")
    Appointment.objects.create(person=person, role=Role.INSTITUTION_OFFICER, body=made, starts=AT.date())
    return made


def robot(
    person: Person, receiver: Receiver, kind: str = "dingtalk", path: str = "/robot/send?access_token=t0p"
) -> Endpoint:
    made, _shown = endpoints.enter(
        kind=kind, name="群", address=receiver.at(path), secret=SECRET, owner=person, by=person, at=AT
    )
    return made


def webhook(institution: Institution, person: Person, receiver: Receiver) -> tuple[Endpoint, str]:
    return endpoints.enter(
        kind="webhook", name="科研系统", address=receiver.at("/hook"), owner=institution, by=person, at=AT
    )


def remind(*people: Person, bodies: set[int] | None = None, at: datetime = AT, **terms: Any) -> list[Notice]:
    given = {"context": WORDS, "object_kind": "review", "object_ref": "R2026-000001", "bodies": lambda: bodies or set()}
    return post("deadline.reminder", people, at=at, **(given | terms))


def deliver(at: datetime = AT) -> list[tuple[str, str]]:
    """What became of everything that went to an endpoint."""
    delivery.deliver(lambda: at)
    rows = Delivery.objects.filter(endpoint__isnull=False).order_by("pk")
    return list(rows.values_list("state", "error"))


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["wecom", "dingtalk", "feishu"])
def test_a_robot_says_the_subject_and_a_link_and_signs_as_documented(
    person: Person, receiver: Receiver, kind: str
) -> None:
    robot(person, receiver, kind)
    made = remind(person)[0]

    assert deliver() == [("sent", "")]

    path, headers, body = receiver.taken[0]
    sent, query = json.loads(body), parse_qs(urlsplit(path).query)
    words = sent["content"]["text"] if kind == "feishu" else sent["text"]["content"]
    assert words == f"期限提醒：作出审查决定（还剩6天）：R2026-000001\nhttp://127.0.0.1:8000/inbox/{made.pk}/"
    assert headers["Host"] == receiver.host
    assert query["access_token"] == ["t0p"]
    if kind == "dingtalk":
        stamp = str(int(AT.timestamp()) * 1000)
        expected = hmac.new(SECRET.encode(), f"{stamp}\n{SECRET}".encode(), hashlib.sha256).digest()
        assert (query["timestamp"], query["sign"]) == ([stamp], [base64.b64encode(expected).decode()])
    if kind == "feishu":
        stamp = str(int(AT.timestamp()))
        expected = hmac.new(f"{stamp}\n{SECRET}".encode(), b"", hashlib.sha256).digest()
        assert (sent["timestamp"], sent["sign"]) == (stamp, base64.b64encode(expected).decode())


ANSWERS = [
    # kind, HTTP, body, state, error, and whether the robot is switched off
    ("wecom", 200, {"errcode": 45009, "errmsg": "api freq out of limit"}, "pending", "code_45009", False),
    ("wecom", 200, {"errcode": 93000, "errmsg": "invalid webhook url"}, "dead", "code_93000", True),
    ("wecom", 200, {"errcode": 40058, "errmsg": "too long"}, "dead", "code_40058", False),
    ("dingtalk", 200, {"errcode": 130101, "errmsg": "send too fast"}, "pending", "code_130101", False),
    ("dingtalk", 200, {"errcode": 310000, "errmsg": "sign not match"}, "dead", "code_310000", True),
    ("dingtalk", 200, {"errcode": 300001, "errmsg": "token is not exist"}, "dead", "code_300001", True),
    ("feishu", 200, {"code": 11232, "msg": "frequency limited"}, "pending", "code_11232", False),
    ("feishu", 200, {"code": 9499, "msg": "too many request"}, "pending", "code_9499", False),
    ("feishu", 400, {"code": 9499, "msg": "Bad Request"}, "dead", "code_9499", False),
    ("feishu", 200, {"code": 19021, "msg": "sign match fail"}, "dead", "code_19021", True),
    ("feishu", 429, {}, "pending", "http_429", False),
    ("wecom", 502, "<html>", "pending", "http_502", False),
    ("wecom", 404, "<html>", "dead", "http_404", True),
    ("wecom", 200, "<html>", "pending", "http_200", False),
    ("wecom", 302, "", "pending", "http_302", False),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("kind", "status", "body", "state", "error", "off"), ANSWERS)
def test_what_a_robot_answers_decides(
    person: Person, receiver: Receiver, kind: str, status: int, body: Any, state: str, error: str, off: bool
) -> None:
    made = robot(person, receiver, kind)
    receiver.status, receiver.body = status, (body if isinstance(body, str) else json.dumps(body)).encode()
    receiver.headers = {"Location": "http://127.0.0.1:1/"}
    remind(person)

    assert deliver() == [(state, error)]

    made.refresh_from_db()
    assert (made.off_at is not None, made.off_reason) == (off, error if off else "")
    assert len(receiver.taken) == 1
    told = Notice.objects.filter(key="post.endpoint_off", person=person)
    assert [SECRET in one.text or "t0p" in one.text for one in told] == ([False] if off else [])


@pytest.mark.django_db
def test_a_receiver_that_says_when_is_asked_then_and_not_before(person: Person, receiver: Receiver) -> None:
    robot(person, receiver, "feishu")
    receiver.status, receiver.headers = 429, {"Retry-After": "1800"}
    remind(person)

    deliver()

    assert Delivery.objects.get(endpoint__isnull=False).next_try_at == AT + timedelta(minutes=30)


@pytest.mark.django_db
def test_a_receiver_that_hangs_holds_up_nobody_for_long(
    person: Person, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outside, "READ", 0.2)
    robot(person, receiver)
    receiver.answering.clear()
    remind(person)

    assert deliver() == [("pending", "no_answer:ReadTimeoutError")]


@pytest.mark.django_db
def test_a_system_verifies_what_it_is_sent_by_the_published_scheme(
    person: Person, institution: Institution, receiver: Receiver
) -> None:
    """As a receiver would, from the documentation: secret, three headers, body."""
    _made, secret = webhook(institution, person, receiver)
    remind(person, bodies={institution.pk}, url="/desk/reviews/R2026-000001/")

    assert deliver() == [("sent", "")]

    _path, headers, body = receiver.taken[0]
    identity, stamp = headers["webhook-id"], headers["webhook-timestamp"]
    key = base64.b64decode(secret.removeprefix("whsec_"))
    expected = base64.b64encode(hmac.new(key, f"{identity}.{stamp}.".encode() + body, hashlib.sha256).digest())
    assert headers["webhook-signature"] == f"v1,{expected.decode()}"
    assert (len(key), identity, stamp) == (
        32,
        str(Delivery.objects.get(channel="webhook").token),
        str(int(AT.timestamp())),
    )
    assert json.loads(body) == {
        "type": "deadline.reminder",
        "timestamp": "2026-03-02T02:00:00+00:00",
        "data": {
            "body": institution.ref,
            "object": "review",
            "ref": "R2026-000001",
            "subject": "期限提醒：作出审查决定（还剩6天）：R2026-000001",
            "url": "http://127.0.0.1:8000/desk/reviews/R2026-000001/",
        },
    }


@pytest.mark.django_db
def test_a_system_that_fails_is_asked_again_under_the_same_id(
    person: Person, institution: Institution, receiver: Receiver
) -> None:
    webhook(institution, person, receiver)
    remind(person, bodies={institution.pk})
    receiver.status = 500
    assert deliver() == [("pending", "http_500")]

    receiver.status = 204
    later = AT + delivery.back_off(1)

    assert deliver(later) == [("sent", "")]
    ids, stamps = zip(*((h["webhook-id"], h["webhook-timestamp"]) for _p, h, _b in receiver.taken), strict=True)
    assert (len(set(ids)), stamps) == (1, (str(int(AT.timestamp())), str(int(later.timestamp()))))


@pytest.mark.django_db
def test_a_body_hears_once_and_only_of_its_own_matters_and_what_its_own_people_are_told(
    person: Person, foreigner: Person, institution: Institution, receiver: Receiver
) -> None:
    second = Person.objects.create_user(username="second", name="王二")
    Appointment.objects.create(person=second, role=Role.INSTITUTION_OFFICER, body=institution, starts=AT.date())
    webhook(institution, person, receiver)

    remind(person, second, bodies={institution.pk}, dedupe="ours")
    remind(person, second, bodies={institution.pk}, dedupe="ours")
    remind(person, bodies=set(), dedupe="another institution's, told to somebody who is also here")
    remind(foreigner, bodies={institution.pk}, dedupe="ours, but told to nobody here")

    assert list(Event.objects.values_list("dedupe", flat=True)) == ["ours"]
    assert deliver() == [("sent", "")]


@pytest.mark.django_db
def test_an_endpoint_that_fails_for_days_is_switched_off_and_its_keepers_are_told_once(
    person: Person, institution: Institution, receiver: Receiver, settings: Any
) -> None:
    made, _secret = webhook(institution, person, receiver)
    receiver.status = 503
    for day in range(7):
        remind(person, bodies={institution.pk}, at=AT + timedelta(days=day), dedupe=str(day))
        deliver(AT + timedelta(days=day))

    made.refresh_from_db()
    assert (made.failing_since, made.off_at) == (AT, AT + timedelta(days=settings.NOTICES_OFF_AFTER))
    assert Notice.objects.filter(key="post.endpoint_off").count() == 1
    assert Event.objects.count() == 6  # nothing more is written for it
    assert set(Delivery.objects.filter(endpoint=made).values_list("state", "error")) == {("dead", "endpoint_off")}
    assert list(Entry.objects.order_by("pk").values_list("step", flat=True)) == [
        "endpoint_entered",
        "endpoint_switched_off",
    ]

    # Mended: switched on by hand, and what was not delivered is sent again.
    receiver.status = 200
    assert delivery.resend(AT + timedelta(days=7)) == 0
    endpoints.switch_on(made, person, AT + timedelta(days=7))
    assert delivery.resend(AT + timedelta(days=7)) == 6
    assert {state for state, _error in deliver(AT + timedelta(days=7))} == {"sent"}


@pytest.mark.django_db
def test_a_system_that_says_gone_is_switched_off_at_once(
    person: Person, institution: Institution, receiver: Receiver
) -> None:
    made, _secret = webhook(institution, person, receiver)
    receiver.status = 410
    remind(person, bodies={institution.pk})

    assert deliver() == [("dead", "http_410")]

    made.refresh_from_db()
    assert made.off_reason == "http_410"


@pytest.mark.django_db
def test_address_and_secret_lie_sealed_and_in_no_log(
    person: Person, receiver: Receiver, caplog: pytest.LogCaptureFixture, settings: Any
) -> None:
    made = robot(person, receiver, path="/robot/send?access_token=abcdefghijklmnopqrstuvwxyz0123456789")
    row = str(Endpoint.objects.filter(pk=made.pk).values())
    receiver.status = 500
    remind(person)
    deliver()
    logged = caplog.text

    assert "abcdefgh" not in row + logged
    assert SECRET not in row + logged
    assert made.hint == "127.0.0.1 …6789"
    assert "delivery_failed" in logged
    settings.SECRET_KEY = "another"
    with pytest.raises(sealing.Unreadable):
        _ = made.address


REFUSED = [
    ("http://hooks.example.org/", "address_not_https"),
    ("ftp://hooks.example.org/", "address_malformed"),
    ("https://", "address_malformed"),
    ("https://[::1", "address_malformed"),
    ("https://hooks.example.org:99999/", "address_malformed"),
    ("https://user:password@hooks.example.org/", "address_with_password"),
    ("https://127.0.0.1/", "address_private"),
    ("https://10.0.0.7:8443/", "address_private"),
    ("https://169.254.169.254/latest/meta-data/", "address_private"),
    ("https://[::1]/", "address_private"),
    ("https://[fd00::1]/", "address_private"),
    ("https://hooks.example.org/", ""),
]


@pytest.mark.parametrize(("address", "reason"), REFUSED)
def test_addresses_that_are_never_asked(address: str, reason: str) -> None:
    assert outside.objection(address) == reason


@pytest.mark.parametrize(
    ("kind", "address", "reason"),
    [
        ("wecom", "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=k", ""),
        ("dingtalk", "https://oapi.dingtalk.com/robot/send?access_token=t", ""),
        ("feishu", "https://open.feishu.cn/open-apis/bot/v2/hook/h", ""),
        ("wecom", "https://oapi.dingtalk.com/robot/send?access_token=t", "address_not_of_platform"),
        ("feishu", "https://open.feishu.cn/elsewhere", "address_not_of_platform"),
    ],
)
def test_a_robot_lives_at_its_platform(kind: str, address: str, reason: str) -> None:
    assert robots.objection(kind, address) == reason


@pytest.mark.parametrize("found", ["127.0.0.1", "10.1.2.3", "169.254.1.1", "::1", "::ffff:10.0.0.1", "fe80::1%eth0"])
def test_a_name_that_leads_within_is_refused_before_anything_is_sent(
    monkeypatch: pytest.MonkeyPatch, found: str
) -> None:
    """Also where a public address stands beside it."""
    rows = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, 443)) for one in ("8.8.8.8", found)]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_asked, **_more: rows)

    with pytest.raises(outside.Refused, match="address_private"):
        outside.post("https://hooks.example.org/", b"{}", {})
