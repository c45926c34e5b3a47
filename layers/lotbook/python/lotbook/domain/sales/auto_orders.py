"""The row of an automatic purchase, frozen with its claim; and the lot that carries the account while its charge is under way (X-08)."""

from __future__ import annotations

from typing import Any

from lotbook.domain.accounts.account import Account
from lotbook.domain.accounts.automatic import Claim
from lotbook.domain.accounts.validity import validity
from lotbook.domain.credits.lots import Lot
from lotbook.domain.policy.document import PublishedPolicy
from lotbook.domain.sales.auto_history import AutoEvent, Reason, event
from lotbook.domain.sales.auto_top_ups import Charge
from lotbook.domain.sales.items import AutoPart, AutoTopUpItem
from lotbook.domain.sales.prices import companions_of
from lotbook.domain.sales.purchase import (
    CHECK_AGAIN,
    Purchase,
    Settlement,
    lot_id_of,
    new_purchase_id,
    paid_at,
    with_settlement,
)
from lotbook.domain.sales.renewal_rows import NOBODY_ORDERED
from lotbook.domain.sales.transactions import title_of
from lotbook.domain.values import ids
from lotbook.domain.values.instants import DAY, MINUTE, cut_to_second
from lotbook.domain.values.light_dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Made:
    """When a row is made, and the randomness of its id: at least `ids.ENTROPY_BYTES` bytes."""

    at: int
    entropy: bytes


def auto_order(published: PublishedPolicy, account: Account, charge: Charge, made: Made) -> Purchase:
    """The row: amounts, plan and validity as they are now, whatever changes meanwhile (A10); `published` holds for the account."""
    policy, at, item = published.policy, made.at, AutoTopUpItem(charge.credits, charge.units)
    fields = {
        **NOBODY_ORDERED,
        **_amounts(charge, policy.units[0], account.currency),
        "state": "pending",
        "companions": companions_of(policy, charge.credits),
        "quoted_expires_at": validity(policy, policy.plan(account.plan_id), account, at),
        "gateway": policy.payment_for(account.region, account.currency).gateway,
        "invoice_waits": policy.invoices.billing_details == "required",
    }
    return Purchase(
        **fields,
        account_id=account.account_id,
        purchase_id=new_purchase_id(at, made.entropy),
        created_at=at,
        item=item,
        policy_id=published.policy_id,
        policy_version=published.version,
        plan_id=account.plan_id,
        checkout_expires_at=at + DAY,
        first_check_at=at + policy.recheck_after_minutes * MINUTE,
        check_at=at + CHECK_AGAIN,
        customer=account.gateway_customer,
        title=title_of(policy, item),
        auto=AutoPart(advances=policy.auto_top_up is not None and policy.auto_top_up.while_charging == "advance"),
    )


def _amounts(charge: Charge, unit: str, currency: str) -> dict[str, Any]:
    return {
        "unit": unit,
        "credits": charge.credits,
        "lines": charge.lines,
        "subtotal_minor": charge.subtotal_minor,
        "tax": charge.tax,
        "total_minor": charge.total_minor,
        "currency": currency,
    }


def claim_of(row: Purchase, period_start: int) -> Claim:
    """The claim that an account keeps of the row."""
    units = row.item.units if isinstance(row.item, AutoTopUpItem) else 0
    return Claim(row.purchase_id, row.created_at, units, row.credits, row.total_minor, period_start)


def advance_lot(row: Purchase, rank: int) -> Lot | None:
    """The lot that is there before the payment; None where the policy waits for it. The same whoever works it out."""
    if row.auto is None or not row.auto.advances:
        return None
    at = cut_to_second(row.created_at)
    return Lot(
        lot_id=lot_id_of(row, row.created_at),
        unit=row.unit,
        kind="purchased",
        credits=row.credits,
        rank=rank,
        effective_at=at,
        expires_at=row.quoted_expires_at,
        created_at=at,
        actor=row.actor,
        reason="purchase",
        purchase_id=row.purchase_id,
        provisional=True,
    )


def with_advance_settled(row: Purchase, now: int, told: int | None) -> Purchase:
    """The row, paid for: its lot is the one that is there already. `told`: when the gateway says that it was paid."""
    at = cut_to_second(row.created_at)
    frozen = Settlement(at, lot_id_of(row, row.created_at), row.quoted_expires_at, paid_at(row, told, now))
    return replace(row, settlement=frozen, check_at=now + CHECK_AGAIN)


def with_late_settled(row: Purchase, now: int, expires_at: int | None, told: int | None) -> Purchase:
    """The row, paid for after what was lent was void, or where nothing was lent: its lot is a new one and arrives now (X-29)."""
    settled = with_settlement(row, now, expires_at, paid_at(row, told, now))
    lot_id = ids.derived(
        "lot", now, row.purchase_id, "paid"
    )  # also in the very millisecond of the claim another than was lent
    frozen = settled.settlement
    return settled if frozen is None else replace(settled, settlement=replace(frozen, lot_id=lot_id))


def event_of(row: Purchase, reason: Reason, at: int) -> AutoEvent:
    """The event of this reason about the row."""
    told = event(row.account_id, reason, at, row.purchase_id)
    return replace(
        told, purchase_id=row.purchase_id, credits=row.credits, amount_minor=row.total_minor, currency=row.currency
    )
