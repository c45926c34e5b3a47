"""Shapes of plans, as they are offered and as part of an order, and of who is asked when a checkout goes wrong. As `shapes.py`."""

from __future__ import annotations

from typing import Annotated, Literal, TypedDict

Instant = Annotated[str, "date-time"]


class PlanOffer(TypedDict):
    """A plan as seen from the present one. `ends_at`: the end of the present plan's term; null for every other plan.

    `allowed`: whether a purchase of it would be taken now; if not, `reason` is the code that it would be refused with.
    """

    plan_id: str
    title: str
    amount_minor: int | None
    interval: Literal["month", "year", "term", "none"]
    term_days: int | None
    credits: int
    free_credits: int
    change: Literal["current", "upgrade", "downgrade", "contact"]
    contact_url: str | None
    entitlements: list[str]
    ends_at: Instant | None
    allowed: bool
    reason: str | None


class PlanPart(TypedDict):
    """The plan in an order: its own credits of one credit period, and for how many days of 24 hours it is bought."""

    plan_id: str
    credits: int
    term_days: int | None


class PlanEvidence(TypedDict):
    """The plan as it was delivered, from the settlement on. `ended`: all its money went back, and the plan with it."""

    plan_id: str
    at: Instant
    ends_at: Instant
    ended: bool


class SupportContact(TypedDict):
    """Whom to ask when a checkout goes wrong."""

    email: str
    url: str | None
