"""What became of one purchase, with the sentence and the next step of each state (NP-25..34, NP-40..44, DF-05, DF-07)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from lotbook.api.portal.choices import CUSTOM
from lotbook.api.portal.replies import Page
from lotbook.api.portal.routes import ROOT
from lotbook.domain.sales.eligibility import is_buyer
from lotbook.domain.sales.items import CustomPaymentItem, PackItem, PlanItem, TopUpItem
from lotbook.domain.sales.purchase import SETTLED, WAITING
from lotbook.domain.values.instants import MINUTE
from lotbook.domain.values.light_dataclasses import dataclass

if TYPE_CHECKING:
    from lotbook.api.portal.visits import Visit
    from lotbook.domain.credits.requests import Balance
    from lotbook.domain.sales.purchase import Purchase, PurchaseState
    from lotbook.domain.sales.transactions import PurchaseRow
    from lotbook.usecases.accounts.load_account import LoadedAccount

WATCHED = 15 * MINUTE  # so long the page looks again by itself; later there is Recheck


@dataclass(frozen=True, slots=True)
class StateSentence:
    """A heading, and what it means for the buyer. `waits`: the page looks again by itself."""

    title: str
    sentence: str
    waits: bool = False


STATES: dict[PurchaseState, StateSentence] = {
    "pending": StateSentence(
        "Verifying your payment",
        "The payment provider has not told us yet. This usually takes a few seconds after you have paid.",
        waits=True,
    ),
    "processing": StateSentence(
        "Your payment is being checked",
        "The payment provider has it and has not decided yet. Nothing more is to be done: it is added as soon as it is paid.",
        waits=True,
    ),
    "completed": StateSentence("Thank you", "The payment is completed."),
    "failed": StateSentence("The payment failed", "Nothing was charged. Try a different card, or ask your bank."),
    "abandoned": StateSentence(
        "Order abandoned", "The window was closed before the payment. Nothing was charged; just start again."
    ),
    "partially_refunded": StateSentence("Partly refunded", "A part of this payment went back to you."),
    "refunded": StateSentence("Refunded", "This payment went back to you."),
    "disputed": StateSentence(
        "Disputed", "Your bank disputes this payment. What is left of it cannot be used until that is decided."
    ),
}
DECLINED = StateSentence(
    "The card was declined",
    "Nothing was charged, and it is not tried again by itself. Try a different card, or ask your bank.",
)


def page(row: PurchaseRow, loaded: LoadedAccount, visit: Visit, *, balance: Balance | None, now: int) -> Page:
    """Its page. `balance`: where credits were added."""
    purchase, policy = row.purchase, loaded.policy
    is_declined = purchase.state in ("pending", "failed") and purchase.failure is not None
    support = policy.support.email if policy.support else visit.brand.support
    values = {
        "row": row,
        "told": DECLINED if is_declined else STATES[purchase.state],
        "is_done": purchase.state in SETTLED,
        "is_fresh": now - purchase.created_at < WATCHED or purchase.state not in WAITING,
        "is_open": now < purchase.checkout_expires_at,
        "balance": balance,
        "unit": purchase.unit.replace("_", " "),
        "expires_at": purchase.settlement.expires_at if purchase.settlement and purchase.credits else None,
        "can_buy": is_buyer(policy, loaded.account.account_id, visit.caller),
        "again": again(purchase),
        "support": support,
        "support_url": f"mailto:{support}" if "@" in support and "/" not in support else support,
        "section": f"{ROOT}/transactions",
    }
    return Page("purchase.html", loaded, values)


def again(purchase: Purchase) -> str | None:
    """The address of the same order anew; None for what nobody ordered."""
    match purchase.item:
        case TopUpItem(credits=credits):
            choice = {"credits": str(credits)}
        case PackItem(pack_id=pack_id):
            choice = {"pack": pack_id}
        case PlanItem(plan_id=plan_id):
            choice = {"plan": plan_id}
        case CustomPaymentItem():
            choice = {"plan": CUSTOM}
        case _:
            return None
    return f"{ROOT}/buy?{urlencode({**choice, 'step': 'credits'})}"
