"""Shapes of automatic purchase. As `shapes.py`."""

from __future__ import annotations

from typing import Annotated, Literal, TypedDict

from lotbook.api.answers.shapes_parts import Instant
from lotbook.domain.sales.auto_history import Reason

DecimalText = Annotated[str, "decimal"]
Url = Annotated[str, "uri"]


class AutoFailure(TypedDict):
    """Why nothing more is charged: the card was declined, or its bank wants its owner, who goes to `page_url` where there is one."""

    code: Literal["declined", "authentication_required"]
    decline_code: str | None
    at: Instant
    purchase_id: str
    page_url: Url | None


class AutoTopUp(TypedDict):
    """Automatic purchase as the policy has it and the account uses it. Money with tax, of one unit of `credits`.

    It buys once fewer than `below` credits are left; with `up_to`, as many units as fill the account up to that. What is
    under way counts in `used_this_period` and `spent_this_period_minor`; both begin anew with each credit period.
    `payment_method` null: the default card. `off_reason`: why it is off, once it was ever on.
    """

    enabled: bool
    credits: int | None
    below: int | None
    up_to: int | None
    surcharge: DecimalText | None
    unit_price: DecimalText | None
    next_charge_minor: int | None
    currency: str
    used_this_period: int
    cap_this_period: int
    limit_minor: int | None
    spent_this_period_minor: int
    state: Literal["ready", "charging", "suspended"]
    last_failure: AutoFailure | None
    payment_method: str | None
    off_reason: Literal["by_hand", "no_card", "closed", "payment_mismatch"] | None


class AutoEvent(TypedDict):
    """What was bought, or was not and why. `credits` and `amount_minor` are of the purchase; 0 where none was worked out."""

    at: Instant
    outcome: Literal["bought", "not_bought"]
    reason: Reason
    purchase_id: str | None
    credits: int
    amount_minor: int


class AutoTopUpHistory(TypedDict):
    """Events of automatic purchase, newest first: one a cause, however many burns were refused for it."""

    events: list[AutoEvent]
    next_cursor: str | None
