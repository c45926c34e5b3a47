"""Shapes of plans, as they are offered and as part of an order, and of who is asked when a checkout goes wrong. As `shapes.py`."""

from __future__ import annotations

from typing import Literal, TypedDict

from lotbook.api.answers.shapes_parts import Instant


class NextPlan(TypedDict):
    """The plan that a scheduled change brings, and when: at the end of the running period."""

    plan_id: str
    at: Instant


class PlanChanged(TypedDict):
    """A change of plan: made now, or to be made at `effective_at`, the end of the running period.

    `charge_minor` was charged with tax, after `discount_minor` for converted credits; both 0 where nothing is charged now.
    `credits` are the new plan's own of one credit period. `purchase_id`: the row of the change; null where there is none.
    """

    effect: Literal["now", "period_end"]
    effective_at: Instant
    purchase_id: str | None
    charge_minor: int
    discount_minor: int
    currency: str
    credits: int


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
