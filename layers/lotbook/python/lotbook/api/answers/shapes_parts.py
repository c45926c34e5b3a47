"""Parts of a purchase's shape: what was accepted, why it failed, the gateway's ids, the bank's dispute. As `shapes.py`."""

from __future__ import annotations

from typing import Annotated, Literal, TypedDict

Instant = Annotated[str, "date-time"]


class ConsentGiven(TypedDict):
    """What the buyer accepted, and when."""

    kind: str
    refund_policy_version: str
    accepted_at: Instant
    actor: str


class Failure(TypedDict):
    """Why a purchase is not completed."""

    code: str
    message: str


class GatewayRefs(TypedDict):
    """The gateway's ids, null until known."""

    checkout_session: str | None
    payment_intent: str | None
    invoice: str | None
    subscription: str | None


class Dispute(TypedDict):
    """The bank's dispute about a purchase."""

    state: Literal["open", "won", "lost"]
