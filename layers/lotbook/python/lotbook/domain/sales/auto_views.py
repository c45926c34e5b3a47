"""What an account shows of automatic purchase: the switch, what the next one costs, the period's bounds, and the last failure."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from lotbook.domain.accounts.account import Account
from lotbook.domain.accounts.automatic import OffReason, Suspension
from lotbook.domain.policy.document import Policy
from lotbook.domain.sales.auto_top_ups import bounds_of, charge_of
from lotbook.domain.sales.prices import unit_price
from lotbook.domain.values.light_dataclasses import dataclass

AutoState = Literal["ready", "charging", "suspended"]


@dataclass(frozen=True, slots=True)
class AutoView:
    """Automatic purchase as an account has it now. Money in minor units, with tax.

    `credits` are those of one unit, `up_to` what a purchase fills up to instead; both None under a policy without automatic
    purchase. `next_charge_minor`: one unit's price now; None where the plan has none. `used` and `cap` are units of the credit
    period, what is reserved counts. `state` stays `ready` at cap or limit. `card`: the one chosen; None: the default.
    """

    enabled: bool
    credits: int | None
    up_to: int | None
    below: int | None
    surcharge: Decimal | None
    unit_price: Decimal | None
    next_charge_minor: int | None
    currency: str
    used: int
    cap: int
    limit_minor: int | None
    spent_minor: int
    state: AutoState
    suspended: Suspension | None
    card: str | None
    off_reason: OffReason | None


def auto_view(policy: Policy, account: Account, at: int) -> AutoView:
    """`account`: as it stands at `at`."""
    rule, bounds = policy.auto_top_up, bounds_of(policy, account, at)
    record = bounds.record
    return AutoView(
        enabled=record.enabled,
        credits=rule.unit(policy.top_up.step) if rule else None,
        up_to=rule.up_to if rule else None,
        below=rule.trigger.below if rule else None,
        surcharge=rule.surcharge_rate if rule else None,
        unit_price=unit_price(policy, policy.plan(account.plan_id), account.currency),
        next_charge_minor=charge_of(policy, account, 1).total_minor if bounds.cap else None,
        currency=account.currency,
        used=record.used,
        cap=bounds.cap,
        limit_minor=record.limit_minor,
        spent_minor=record.spent_minor,
        state="suspended" if record.suspended else "charging" if record.charge else "ready",
        suspended=record.suspended,
        card=record.card,
        off_reason=record.off_reason,
    )
