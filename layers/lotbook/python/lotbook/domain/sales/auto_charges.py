"""What the gateway tells us of the charge of an automatic purchase, as our own model: an invoice without a subscription."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from lotbook.domain.sales.gateway import Tag
from lotbook.domain.values.light_dataclasses import dataclass, replace

if TYPE_CHECKING:
    from lotbook.domain.sales.purchase import Purchase

AutoState = Literal["paid", "declined", "buyer", "processing", "open", "void"]


class CardGone(Exception):
    """The `card` is not its customer's any more, so it cannot be charged. No caller is told: automatic purchase goes off."""

    def __init__(self, card: str) -> None:
        super().__init__(card)
        self.card = card


@dataclass(frozen=True, slots=True)
class AutoCharge:
    """The invoice of an automatic purchase as it is now. Money in minor units, instants in milliseconds.

    `paid`: the money is there. `declined`: a card refused it, and the invoice is void: nothing is left that anybody could pay.
    `buyer`: the bank wants the buyer, who goes to `page_url`. `processing`: the payment is in review. `open`: nothing of this is
    decided; a draft, too. `void`: somebody voided it, and no card had refused it. `decline_code` is the issuer's reason of the last
    attempt (`insufficient_funds`), or the error's code. `card`: which paid, or is being tried.
    """

    state: AutoState
    invoice: str
    payment_intent: str | None
    card: str | None
    decline_code: str | None
    page_url: str | None
    subtotal_minor: int
    tax_minor: int
    total_minor: int
    received_minor: int
    currency: str
    customer: str | None
    livemode: bool
    tag: Tag
    created_at: int
    paid_at: int | None = None
    number: str | None = None  # of a finalized invoice


def nothing_made(order: Purchase) -> AutoCharge:
    """The charge of an order for which the gateway has no invoice: there is nothing that anybody could pay."""
    return AutoCharge(
        state="void",
        invoice="",
        payment_intent=None,
        card=None,
        decline_code=None,
        page_url=None,
        subtotal_minor=0,
        tax_minor=0,
        total_minor=0,
        received_minor=0,
        currency=order.currency,
        customer=order.customer,
        livemode=False,
        tag=Tag(),
        created_at=order.created_at,
    )


def left_to_buyer(charge: AutoCharge) -> AutoCharge:
    """The charge whose page is the buyer's to pay: a card that is refused there leaves the page open, and it may be tried again."""
    return replace(charge, state="buyer") if charge.state == "open" else charge


def fits(order: Purchase, charge: AutoCharge) -> bool:
    """Whether the invoice is for what the order says: the gateway rounds tax line by line, we once (decision 74)."""
    slack = len(order.lines) if order.tax else 0
    is_total = abs(charge.total_minor - order.total_minor) <= slack
    is_whose = (charge.currency, charge.customer) == (order.currency, order.customer)
    return is_whose and is_total and charge.subtotal_minor == order.subtotal_minor


def with_charge(row: Purchase, charge: AutoCharge) -> Purchase:
    """The row with the gateway's ids of its charge, and the number of its invoice."""
    payment, number = charge.payment_intent, charge.number
    refs = replace(row.gateway_refs, invoice=charge.invoice or None, payment_intent=payment, number=number)
    return replace(row, gateway_refs=refs)
