"""What codes of the API are called on the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.accounts.pauses import PAUSED_FOR_PAYMENT, PAUSED_FOR_SHORTFALL
from lotbook.domain.accounts.plan_time import PAUSED_FOR_PLAN
from lotbook.domain.credits.lots import LotKind

if TYPE_CHECKING:
    from lotbook.domain.policy.plans import Interval, ValidityRule
    from lotbook.domain.sales.purchase import PurchaseState
    from lotbook.domain.sales.transactions import ItemKind

KINDS: dict[LotKind, str] = {
    "free": "Free",
    "plan": "Monthly",
    "purchased": "Add-on",
    "promotional": "Promotional",
}
STATES: dict[PurchaseState, str] = {
    "pending": "Pending",
    "processing": "Processing",
    "completed": "Completed",
    "failed": "Failed",
    "abandoned": "Abandoned",
    "partially_refunded": "Partly refunded",
    "refunded": "Refunded",
    "disputed": "Disputed",
}
ITEMS: dict[ItemKind, str] = {
    "top_up": "Credits",
    "plan": "Plan",
    "plan_renewal": "Renewal",
    "custom_payment": "Custom payment",
    "auto_top_up": "Automatic purchase",
}
INTERVALS: dict[Interval, str] = {"none": "", "month": "a month", "year": "a year", "term": "once"}
RULES: dict[ValidityRule, str] = {
    "never": "They do not expire.",
    "after_purchase": "",
    "billing_period_end": "They end with the billing period.",
    "credit_reset": "They end with the next reset.",
}
PAUSES: dict[str, tuple[str, str, str]] = {  # what, the step, where
    PAUSED_FOR_PAYMENT: ("An automatic payment was declined.", "Use another card", "/cards"),
    PAUSED_FOR_PLAN: ("The plan's renewal is not paid.", "Mend the payment", "/cards"),
    PAUSED_FOR_SHORTFALL: ("Credits that were used had to be taken back, and are owed.", "Buy credits", "/buy"),
}
SHORT = frozenset({"ai", "api", "csv", "sla", "sso"})
UNITS = {"data_transfer_mb": "MB of data transfer"}


def unit(name: str) -> str:
    """`data_transfer_mb` as people read it."""
    return UNITS.get(name) or name.replace("_", " ")


def entitlement(name: str) -> str:
    """`api_access` as people read it: `API access`."""
    said = " ".join(part.upper() if part in SHORT else part for part in name.split("_"))
    return said[:1].upper() + said[1:]


def plural(count: int, one: str, many: str) -> str:
    """`1 credit`, `2 credits`: the noun alone."""
    return one if abs(count) == 1 else many
