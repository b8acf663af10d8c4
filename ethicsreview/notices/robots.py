"""Group robots of WeCom (企业微信), DingTalk (钉钉) and Feishu (飞书): one line and a link, and what they answer.

Requests and signatures as documented by each: developer.work.weixin.qq.com (群机器人), open.dingtalk.com
(自定义机器人接入), open.feishu.cn (自定义机器人使用指南). All answer 200 and put the result in the body. An error
number that is not listed below refuses one message alone, which then stands among the dead letters with its number: a
number that is wanting costs a retry, and loses nothing.
"""

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from django.conf import settings

from ethicsreview.notices import outside
from ethicsreview.notices.models import Channel
from ethicsreview.notices.outside import Later, Refused


@dataclass(frozen=True)
class Platform:
    """`busy`: error numbers after which the same message is tried again. `gone`: the robot itself is not (or no longer)
    as it was entered, so that no message will arrive; any other number refuses this message alone.
    """

    hosts: frozenset[str]
    path: str
    code: str
    busy: frozenset[int]
    gone: frozenset[int]
    signs: bool


PLATFORMS = {
    Channel.WECOM.value: Platform(
        hosts=frozenset({"qyapi.weixin.qq.com"}),
        path="/cgi-bin/webhook/send",
        code="errcode",
        busy=frozenset({-1, 45009, 45033}),
        gone=frozenset({93000, 93017, 40014}),
        signs=False,
    ),
    Channel.DINGTALK.value: Platform(
        hosts=frozenset({"oapi.dingtalk.com"}),
        path="/robot/send",
        code="errcode",
        busy=frozenset({-1, 130101, 410100}),
        gone=frozenset({300001, 300005, 310000, 400013, 400101, 400102, 400106}),
        signs=True,
    ),
    Channel.FEISHU.value: Platform(
        hosts=frozenset({"open.feishu.cn", "open.larksuite.com"}),
        path="/open-apis/bot/v2/hook/",
        code="code",
        busy=frozenset({9499, 11232, 11233}),
        gone=frozenset({19001, 19002, 19003, 19021, 19022, 19024}),
        signs=True,
    ),
}


def objection(kind: str, address: str) -> str:
    """As `outside.objection`; and a robot lives at its platform, or where the operator says."""
    if reason := outside.objection(address):
        return reason
    parts, platform = urlsplit(address), PLATFORMS[kind]
    vouched = {parts.hostname, f"{parts.hostname}:{parts.port}"} & set(settings.NOTICES_ALLOWED_HOSTS)
    if not vouched and (parts.hostname not in platform.hosts or not parts.path.startswith(platform.path)):
        return "address_not_of_platform"
    return ""


def say(kind: str, address: str, secret: str, words: str, at: datetime) -> None:
    """Raises Later or Refused. `words` go to a group's screen: nothing but a subject line and a link."""
    if reason := objection(kind, address):
        raise Refused(reason, address=True)
    where, message = _request(kind, address, secret, words, at)
    answer = outside.post(where, json.dumps(message, ensure_ascii=False).encode(), {})
    _judge(PLATFORMS[kind], answer)


def _request(kind: str, address: str, secret: str, words: str, at: datetime) -> tuple[str, dict[str, Any]]:
    if kind == Channel.FEISHU:
        message: dict[str, Any] = {"msg_type": "text", "content": {"text": words}}
        return address, message | (feishu_signature(secret, at) if secret else {})
    if kind == Channel.DINGTALK and secret:
        address = _with_query(address, dingtalk_signature(secret, at))
    return address, {"msgtype": "text", "text": {"content": words}}


def dingtalk_signature(secret: str, at: datetime) -> dict[str, str]:
    """HMAC-SHA256 over "timestamp\\nsecret" under the secret; the timestamp in milliseconds, good for an hour."""
    stamp = str(int(at.timestamp() * 1000))
    digest = hmac.new(secret.encode(), f"{stamp}\n{secret}".encode(), hashlib.sha256).digest()
    return {"timestamp": stamp, "sign": base64.b64encode(digest).decode()}


def feishu_signature(secret: str, at: datetime) -> dict[str, str]:
    """HMAC-SHA256 over nothing under "timestamp\\nsecret"; the timestamp in seconds, good for an hour."""
    stamp = str(int(at.timestamp()))
    digest = hmac.new(f"{stamp}\n{secret}".encode(), b"", hashlib.sha256).digest()
    return {"timestamp": stamp, "sign": base64.b64encode(digest).decode()}


def _with_query(address: str, more: dict[str, str]) -> str:
    parts = urlsplit(address)
    return urlunsplit(parts._replace(query=urlencode([*parse_qsl(parts.query), *more.items()])))


def _judge(platform: Platform, answer: outside.Answer) -> None:
    if answer.status == 429 or answer.status >= 500:
        raise Later(f"http_{answer.status}", answer.retry_after)
    code, words = _code_of(platform, answer.body)
    if code is None:
        # Neither the platform's own words nor a success: something stands between, or the address is none of theirs.
        reason = f"http_{answer.status}"
        raise Refused(reason, address=True) if answer.status in {401, 403, 404, 410} else Later(reason)
    if code == 0:
        return
    reason = f"code_{code}"
    # Feishu has one number for "too many requests" and for a request that it cannot read.
    if code in platform.busy and not (code == 9499 and "bad request" in words.lower()):
        raise Later(reason, answer.retry_after)
    raise Refused(reason, address=code in platform.gone)


def _code_of(platform: Platform, body: bytes) -> tuple[int | None, str]:
    try:
        found = json.loads(body)
        return int(found[platform.code]), str(found.get("msg", ""))
    except (ValueError, TypeError, KeyError, AttributeError):
        return None, ""
