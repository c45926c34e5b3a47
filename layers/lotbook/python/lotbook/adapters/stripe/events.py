"""Stripe's events, verified and cut down to a hint: what happened to which object, and whose it says it is.

No Stripe library here: an event may be rendered at any API version, and only names that all versions share are read.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from lotbook.adapters.stripe.signature import verify
from lotbook.domain.sales.gateway import EventHint, Tag
from lotbook.domain.values.errors import BadSignature, MalformedEvent
from lotbook.domain.values.instants import SECOND

if TYPE_CHECKING:
    from lotbook.adapters.secrets import SsmSecrets
    from lotbook.ports.shop import Clock


# Thin events of the second kind hold no object; they are events all the same, and none of them is about us.
ID = re.compile(r"[!-~]{1,255}")
EVENT_OBJECTS = frozenset({"event", "v2.core.event"})


class SignedEvents:
    """Implements `EventReader` with the active webhook secrets: several while one is rolled, separated by commas."""

    def __init__(self, secrets: SsmSecrets, parameter: str, clock: Clock) -> None:
        self._secrets = secrets
        self._parameter = parameter
        self._clock = clock

    def read(self, body: bytes, signature: str | None) -> EventHint:
        """The hint of a signed body; raises BadSignature, MalformedEvent, or Unavailable without secrets."""
        now = self._clock.now()
        try:
            verify(body, signature, _split(self._secrets.read(self._parameter)), now)
        except BadSignature:
            # The secret may have been rolled since it was read; asked for at most once a minute, whoever calls.
            verify(body, signature, _split(self._secrets.read_again(self._parameter)), now)
        return parse(body)


def parse(body: bytes) -> EventHint:
    """The hint of an event of any API version; raises MalformedEvent for what is no event."""
    try:
        event = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError):
        raise MalformedEvent from None
    if not isinstance(event, dict):
        raise MalformedEvent
    return hint_of(event)


def hint_of(event: dict[str, Any]) -> EventHint:
    """The hint of an event as it was sent or listed; raises MalformedEvent for what is no event."""
    if _text(event, "object") not in EVENT_OBJECTS:
        raise MalformedEvent
    event_id, kind = _id(event, "id"), _id(event, "type")
    if event_id is None or kind is None:
        raise MalformedEvent
    thing = _object(_object(event, "data"), "object")
    of_subscription = subscription_mark(thing)
    return EventHint(
        event_id=event_id,
        kind=kind,
        livemode=event.get("livemode") is True,
        account=_text(event, "account"),
        object_kind=_id(thing, "object"),
        object_id=_id(thing, "id"),
        payment_intent=_payment_intent(thing),
        tag=tag_of(of_subscription or thing),
        mode=_id(thing, "mode"),
        subscription=_subscription(thing, of_subscription),
        made_at=_instant(event, "created"),
    )


def subscription_mark(thing: dict[str, Any]) -> dict[str, Any]:
    """What an invoice tells of its subscription: its id, and its metadata as they stood when the invoice was made. Else empty.

    Up to 2025 they stood beside each other on the invoice itself; endpoints may still be at such a version.
    """
    if _text(thing, "object") != "invoice":
        return {}
    found = _object(_object(thing, "parent"), "subscription_details")
    if found or not thing.get("subscription"):
        return found
    return {**_object(thing, "subscription_details"), "subscription": thing["subscription"]}


def invoice_mark(invoice: Any) -> Tag:
    """The mark on an invoice that a payment without one paid. One of a subscription has none of its own: that names no purchase."""
    if not isinstance(invoice, dict) or subscription_mark(invoice):
        return Tag()
    return tag_of(invoice)


def _subscription(thing: dict[str, Any], of_subscription: dict[str, Any]) -> str | None:
    if _text(thing, "object") == "subscription":
        return _id(thing, "id")
    holder = of_subscription or thing
    return _id(holder, "subscription") or _id(_object(holder, "subscription"), "id")


def tag_of(thing: dict[str, Any]) -> Tag:
    """Our metadata on an object; what is absent, empty, or not in a form that ours could have is None."""
    metadata = _object(thing, "metadata")
    return Tag(*(_id(metadata, name) for name in ("app", "stage", "account_id", "purchase_id")))


def _payment_intent(thing: dict[str, Any]) -> str | None:
    if _text(thing, "object") == "payment_intent":
        return _id(thing, "id")
    return _id(thing, "payment_intent") or _id(_object(thing, "payment_intent"), "id")


def _object(parent: dict[str, Any], name: str) -> dict[str, Any]:
    value = parent.get(name)
    return value if isinstance(value, dict) else {}


def _instant(parent: dict[str, Any], name: str) -> int | None:
    """Unix seconds, as Stripe writes them, in milliseconds."""
    value = parent.get(name)
    return value * SECOND if isinstance(value, int) and not isinstance(value, bool) else None


def _text(parent: dict[str, Any], name: str) -> str | None:
    value = parent.get(name)
    return value if isinstance(value, str) else None


def _id(parent: dict[str, Any], name: str) -> str | None:
    """An id or a kind: visible ASCII of bounded length, so that it can be a key in a store and a word in a log."""
    value = _text(parent, name)
    return value if value is not None and ID.fullmatch(value) else None


def _split(secrets: str) -> list[str]:
    return [secret.strip() for secret in secrets.split(",") if secret.strip()]
