"""Balance transactions: what each charge, refund, dispute and payout did to the account's balance, with Stripe's fee.

A charge in another currency than the account settles in is exchanged (settings `settles_in`, `exchange_rate`); what goes back of
it is exchanged by the same rate, so nothing is won or lost.
"""

from __future__ import annotations

from decimal import Decimal

from local.stripe_stand_in.errors import invalid
from local.stripe_stand_in.listing import equal, page
from local.stripe_stand_in.money import THREE_DECIMAL, ZERO_DECIMAL, round_half_up
from local.stripe_stand_in.params import Readable
from local.stripe_stand_in.settings import settings
from local.stripe_stand_in.store import Doc
from local.stripe_stand_in.world import World, new_id

URL = "/v1/balance_transactions"
FEE_PERCENT, FEE_FIXED = Decimal("0.029"), 30  # of a card's charge, in the currency that it settles in
DISPUTE_FEE = 1_500
AVAILABLE_AFTER = 2 * 24 * 3600
TYPES = {"dispute": "adjustment", "dispute_reversal": "adjustment"}  # other categories are named as their types


def of_charge(world: World, charge: Doc) -> None:
    """A payment came: its amount less the fee."""
    gross = _settled(world, charge["amount"], charge["currency"])
    fee = round_half_up(gross * FEE_PERCENT) + FEE_FIXED
    charge["balance_transaction"] = _made(world, "charge", charge, charge["amount"], fee)["id"]


def of_refund(world: World, refund: Doc) -> None:
    """Money goes back; the fee of the charge is kept."""
    refund["balance_transaction"] = _made(world, "refund", refund, -refund["amount"], 0)["id"]


def of_failed_refund(world: World, refund: Doc) -> None:
    """Money that went back came home."""
    made = _made(world, "refund_failure", refund, refund["amount"], 0)
    refund["failure_balance_transaction"] = made["id"]


def of_dispute(world: World, dispute: Doc) -> None:
    """The bank takes the money, and Stripe a fee."""
    dispute["balance_transactions"].append(_made(world, "dispute", dispute, -dispute["amount"], DISPUTE_FEE))


def of_won_dispute(world: World, dispute: Doc) -> None:
    """The bank gives the money back, and Stripe its fee."""
    dispute["balance_transactions"].append(_made(world, "dispute_reversal", dispute, dispute["amount"], -DISPUTE_FEE))


def pay_out(world: World, currency: str) -> Doc:
    """All that is there in a currency goes to the bank, as the dashboard's button does it. Raises StripeError for nothing."""
    there = sum(each["net"] for each in world.walk("balance_transaction", lambda doc: doc["currency"] == currency))
    if there <= 0:
        raise invalid(f"There is no balance to pay out in {currency}.", code="balance_insufficient", status=409)
    payout: Doc = {
        "id": new_id("po_"),
        "object": "payout",
        "amount": there,
        "arrival_date": world.now + AVAILABLE_AFTER,
        "automatic": False,
        "created": world.now,
        "currency": currency,
        "livemode": False,
        "metadata": {},
        "method": "standard",
        "status": "paid",
        "type": "bank_account",
    }
    world.save(payout)
    payout["balance_transaction"] = _made(world, "payout", payout, -there, 0)["id"]
    return world.save(payout)


def _made(world: World, category: str, source: Doc, amount: int, fee: int) -> Doc:
    """`amount`: in the source's currency; `fee`: in the one that it settles in."""
    currency, rate = _exchange(world, source["currency"], category)
    gross = amount if rate is None else _settled(world, amount, source["currency"])
    made: Doc = {
        "id": new_id("txn_"),
        "object": "balance_transaction",
        "amount": gross,
        "available_on": world.now + AVAILABLE_AFTER,
        "balance_type": "payments",
        "created": world.now,
        "currency": currency,
        "description": source.get("description"),
        "exchange_rate": None if rate is None else float(rate),
        "fee": fee,
        "fee_details": [_fee(fee, currency, category)] if fee else [],
        "net": gross - fee,
        "reporting_category": category,
        "source": source["id"],
        "status": "pending",
        "type": TYPES.get(category, category),
    }
    return world.save(made)


def _fee(fee: int, currency: str, category: str) -> Doc:
    said = "Dispute fee" if category.startswith("dispute") else "Stripe processing fees"
    return {"amount": fee, "application": None, "currency": currency, "description": said, "type": "stripe_fee"}


def _exchange(world: World, currency: str, category: str) -> tuple[str, Decimal | None]:
    """What it settles in, and the rate; None where nothing is exchanged."""
    set_ = settings(world.store)
    if set_.settles_in in (None, currency) or category == "payout":
        return currency, None
    return str(set_.settles_in), Decimal(set_.exchange_rate)


def _settled(world: World, amount: int, currency: str) -> int:
    target, rate = _exchange(world, currency, "")
    if rate is None:
        return amount
    exact = Decimal(amount).scaleb(-_places(currency)) * rate
    return round_half_up(exact.scaleb(_places(target)))


def _places(currency: str) -> int:
    return 0 if currency in ZERO_DECIMAL else 3 if currency in THREE_DECIMAL else 2


def retrieve(world: World, _: Readable, transaction: str) -> Doc:
    """`balance_transactions.retrieve`."""
    return world.get("balance_transaction", transaction)


def list_(world: World, params: Readable) -> Doc:
    """`balance_transactions.list`."""
    return page(world, "balance_transaction", params, URL, keep=equal(params, "currency", "source", "type"))
