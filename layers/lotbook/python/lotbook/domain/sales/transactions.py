"""What a row of Billing & Transactions says: the purchase in words, and what can be done with it (NP-43..45, DF-23)."""

from __future__ import annotations

from typing import Literal, get_args

from lotbook.domain.policy.document import Policy
from lotbook.domain.sales.billing import BillingRecord, InvoiceState, invoice_state
from lotbook.domain.sales.items import AutoTopUpItem, CustomPaymentItem, PlanItem, PlanRenewalItem, RowItem
from lotbook.domain.sales.purchase import WAITING, Purchase, PurchaseState
from lotbook.domain.values import ids
from lotbook.domain.values.light_dataclasses import dataclass

CUSTOM_PAYMENT = "Custom Payment"
CREDITS = "Credits"
ItemKind = Literal["top_up", "plan", "plan_renewal", "custom_payment", "auto_top_up"]
ITEM_KINDS: tuple[ItemKind, ...] = get_args(ItemKind)


def kind_of(item: RowItem) -> ItemKind:
    """The kind as the contract names it: a pack is a top-up."""
    match item:
        case PlanItem():
            return "plan"
        case PlanRenewalItem():
            return "plan_renewal"
        case CustomPaymentItem():
            return "custom_payment"
        case AutoTopUpItem():
            return "auto_top_up"
    return "top_up"


def title_of(policy: Policy, item: RowItem) -> str:
    """The item in words: the plan's title, what is counted, or Custom Payment (NP-45). Frozen in the order."""
    match item:
        case PlanItem(plan_id=plan_id):
            return policy.plan(plan_id).title
        case CustomPaymentItem():
            return CUSTOM_PAYMENT
    return policy.units[0].replace("_", " ").capitalize()


def type_in_words(purchase: Purchase) -> str:
    """The same for a row, also for one that was made before titles were kept."""
    if purchase.title:
        return purchase.title
    match purchase.item:
        case PlanItem() | PlanRenewalItem():
            return purchase.lines[0].description
        case CustomPaymentItem():
            return CUSTOM_PAYMENT
    return CREDITS


def recheck_offered(purchase: Purchase, now: int) -> bool:
    """Whether it has waited so long that the buyer may ask about it (NP-43, NP-44). The call itself is always open."""
    return purchase.state in WAITING and now >= purchase.first_check_at


@dataclass(frozen=True, slots=True)
class PurchaseRow:
    """A purchase with what a list says about it."""

    purchase: Purchase
    type: str
    recheck_offered: bool
    invoice: InvoiceState


def row_of(purchase: Purchase, record: BillingRecord | None, now: int) -> PurchaseRow:
    """The row at `now`, with the account's billing details, which only an invoice that waits for them asks about."""
    return PurchaseRow(
        purchase, type_in_words(purchase), recheck_offered(purchase, now), invoice_state(purchase, record)
    )


@dataclass(frozen=True, slots=True)
class PurchaseFilter:
    """Which rows to show (DF-23). `since` and `before` bound the time of the order, half-open; None matches all."""

    states: frozenset[PurchaseState] | None = None
    kinds: frozenset[ItemKind] | None = None
    since: int | None = None
    before: int | None = None

    def matches(self, purchase: Purchase, kind: ItemKind) -> bool:
        """Whether to show the row."""
        return (
            (self.states is None or purchase.state in self.states)
            and (self.kinds is None or kind in self.kinds)
            and (self.since is None or purchase.created_at >= self.since)
            and (self.before is None or purchase.created_at < self.before)
        )

    def start(self, after: str | None) -> str | None:
        """The purchase id to read below: the cursor's, or the first that is too new."""
        bounds = [each for each in (after, _first_id(self.before)) if each is not None]
        return min(bounds, default=None)

    def is_past(self, purchase_id: str) -> bool:
        """Whether this row, and all that follow, are too old."""
        oldest = _first_id(self.since)
        return oldest is not None and purchase_id < oldest


def _first_id(at: int | None) -> str | None:
    """What every id of a purchase from `at` on is above, and every earlier one below: ids sort by time."""
    return None if at is None else ids.at_time("pur", max(at, 0), bytes(ids.ENTROPY_BYTES))[: -ids.ENTROPY_CHARACTERS]
