"""What comes next by itself: ends of lots, resets, ends of plans, orders to be looked after, and what the gateway will do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from local.console.accounts import Shown
from local.console.words import KINDS, number
from lotbook.domain.values.instants import SECOND, from_text, to_text

MOST_SHOWN = 20
MINUTE = 60 * SECOND
_GATEWAY = {
    "checkout.session": "the gateway ends the page of an order",
    "subscription": "the gateway renews or ends a subscription",
    "invoice": "the gateway goes on with an invoice",
    "subscription_schedule": "the gateway changes a subscription",
}
_OF_ACCOUNT = (
    ("credits_reset_at", "new credits of the period come"),
    ("plan_ends_at", "the plan ends"),
    ("cancel_at", "the cancelled plan ends"),
    ("grace_ends_at", "the time to pay ends"),
)


@dataclass(frozen=True, slots=True, order=True)
class Due:
    """`at` in milliseconds; `what` and of whom."""

    at: int
    what: str
    account_id: str = ""

    @property
    def moment(self) -> str:
        """As the clock takes it: a fraction of a second is waited for, never cut off."""
        return to_text(-(-self.at // SECOND) * SECOND)


def next_dues(now: int, accounts: Iterable[Shown], purchases: Iterable[tuple[Shown, Any]], gateway: Any) -> list[Due]:
    """Those after `now`, soonest first, each once, at most MOST_SHOWN. `gateway`: its dashboard, None where it has none."""
    found = set(_of_gateway(gateway))
    for shown in accounts:
        found.update(_of_account(shown))
    for shown, purchase in purchases:
        found.update(_of_purchase(shown, purchase))
    return sorted(due for due in found if due.at > now)[:MOST_SHOWN]


def _of_account(shown: Shown) -> Iterator[Due]:
    for name, what in _OF_ACCOUNT:
        if shown.account.get(name):
            yield Due(from_text(shown.account[name]), what, shown.account_id)
    ends: dict[tuple[str, str, str], int] = {}
    for balance in shown.balances:
        for lot in balance.content["lots"]:
            if lot["expires_at"] and lot["remaining"] + lot["held"]:
                one = (lot["expires_at"], balance.unit, lot["kind"])
                ends[one] = ends.get(one, 0) + lot["remaining"] + lot["held"]
    for (at, unit, kind), left in ends.items():
        what = f"{number(left)} {KINDS.get(kind, kind).lower()} {unit.replace('_', ' ')} expire"
        yield Due(from_text(at), what, shown.account_id)


def _of_purchase(shown: Shown, purchase: Any) -> Iterator[Due]:
    minutes = shown.policy.get("recheck_after_minutes")
    if purchase["state"] == "pending" and minutes:
        at = from_text(purchase["created_at"]) + minutes * MINUTE
        yield Due(at, "the schedule recheck looks after an order that nobody paid", shown.account_id)


def _of_gateway(gateway: Any) -> Iterator[Due]:
    for each in (gateway or {}).get("due", []):
        yield Due(each["at"] * SECOND, _GATEWAY.get(each["object"], each["object"]))
