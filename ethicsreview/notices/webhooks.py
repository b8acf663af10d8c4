"""What is sent to an institution's own system: an event as JSON, signed as Standard Webhooks 1.0 says.

`webhook-id` is the delivery's own and the same at every attempt; `webhook-timestamp` is the attempt's, in seconds;
`webhook-signature` is "v1," and HMAC-SHA256, in base64, over id, timestamp and body with dots between.
"""

import base64
import hashlib
import hmac
import json
import secrets
from datetime import datetime
from typing import Any
from urllib.parse import urljoin

from django.conf import settings

from ethicsreview.notices import outside
from ethicsreview.notices.models import Event
from ethicsreview.notices.outside import Later, Refused

PREFIX = "whsec_"
PING = "post.ping"


def new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def signature(secret: str, identity: str, stamp: str, body: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    digest = hmac.new(key, f"{identity}.{stamp}.".encode() + body, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()


def payload(event: Event) -> bytes:
    """Thin: what happened to which object; the system asks for the rest at the API, with its own token."""
    data: dict[str, Any] = {
        "body": event.body.ref,
        "object": event.object_kind,
        "ref": event.object_ref,
        "subject": event.subject,
        "url": urljoin(settings.SITE_URL, event.url) if event.url else "",
    }
    whole = {"type": event.key, "timestamp": event.created_at.isoformat(), "data": data}
    return json.dumps(whole, ensure_ascii=False).encode()


def send(address: str, secret: str, identity: str, event: Event, at: datetime) -> None:
    """Any 2xx is a receipt. Raises Refused after 410, which takes the address back, and Later after all else: a system
    that is being mended answers with anything.
    """
    body, stamp = payload(event), str(int(at.timestamp()))
    headers = {
        "webhook-id": identity,
        "webhook-timestamp": stamp,
        "webhook-signature": signature(secret, identity, stamp, body),
        "User-Agent": "ethicsreview-webhooks/1",
    }
    answer = outside.post(address, body, headers)
    if answer.status == 410:
        raise Refused("http_410", address=True)
    if not 200 <= answer.status < 300:
        raise Later(f"http_{answer.status}", answer.retry_after)
