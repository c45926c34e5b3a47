"""Events that Lotbook sends to your endpoint, signed by the rules of Standard Webhooks."""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from hashlib import sha256
from typing import Any

from lotbook_client.failures import InvalidSignature

TOLERANCE_SECONDS = 300
PREFIX, VERSION = "whsec_", "v1"


@dataclass(frozen=True)
class WebhookEvent:
    """A verified call. `id` is the same when the event comes again: keep it to handle each once. `data` is the event's detail."""

    id: str
    type: str
    sent_at: datetime
    data: Mapping[str, Any]
    body: Mapping[str, Any]


def verify_webhook(
    body: bytes | str,
    headers: Mapping[str, str],
    secret: str | Iterable[str],
    *,
    tolerance: float = TOLERANCE_SECONDS,
    now: float | None = None,
) -> WebhookEvent:
    """The event of a call, whose `body` is exactly as it came.

    `secret`: that of the endpoint, or several while one replaces another. Raises InvalidSignature when no secret signs it, or when
    it was sent more than `tolerance` seconds ago (or ahead of `now`); ValueError when there is no secret.
    """
    raw = body.encode() if isinstance(body, str) else body
    found = {name.lower(): value for name, value in headers.items()}
    sent_id, stamp = found.get("webhook-id", ""), found.get("webhook-timestamp", "")
    sent_at = _sent_at(stamp, tolerance, time.time() if now is None else now)
    signed = b".".join((sent_id.encode(), stamp.encode(), raw))
    given = list(_signatures(found.get("webhook-signature", "")))
    secrets = [secret] if isinstance(secret, str) else list(secret)
    if not secrets:
        raise ValueError("there is no secret")
    expected = [hmac.new(_key(each), signed, sha256).digest() for each in secrets]
    # Every pair is compared, and each in constant time: how long it takes tells nothing.
    if not sent_id or not sum(hmac.compare_digest(mine, theirs) for mine in expected for theirs in given):
        raise InvalidSignature("no secret signs this call")
    return _event(sent_id, sent_at, raw)


def _sent_at(stamp: str, tolerance: float, now: float) -> datetime:
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12):
        raise InvalidSignature("webhook-timestamp is missing or no number of seconds")
    if abs(now - int(stamp)) > tolerance:
        raise InvalidSignature("webhook-timestamp is out of tolerance")
    return datetime.fromtimestamp(int(stamp), timezone.utc)


def _signatures(header: str) -> Iterator[bytes]:
    for each in header.split():
        version, _, text = each.partition(",")
        if version == VERSION:
            try:
                yield base64.b64decode(text, validate=True)
            except (binascii.Error, ValueError):
                continue  # not one that we could have made


def _key(secret: str) -> bytes:
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not key:
        raise ValueError("a secret is whsec_ and base64")
    return key


def _event(sent_id: str, sent_at: datetime, raw: bytes) -> WebhookEvent:
    try:
        body = json.loads(raw)
    except ValueError as error:
        raise InvalidSignature("the call is signed, but its body is not JSON") from error
    if not isinstance(body, dict):
        raise InvalidSignature("the call is signed, but its body is no object")
    data = body.get("data")
    return WebhookEvent(sent_id, str(body.get("type", "")), sent_at, data if isinstance(data, dict) else body, body)
