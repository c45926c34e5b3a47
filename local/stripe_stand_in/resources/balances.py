"""A customer's balance: below nothing is credit, above is owed; both go into the next invoice of their currency."""

from __future__ import annotations

from local.stripe_stand_in.errors import invalid
from local.stripe_stand_in.listing import page
from local.stripe_stand_in.money import known_currency
from local.stripe_stand_in.params import Readable
from local.stripe_stand_in.resources.customers import living
from local.stripe_stand_in.store import Doc
from local.stripe_stand_in.world import World, metadata, new_id

KIND = "customer_balance_transaction"


def balance_for(customer: Doc, currency: str) -> int:
    """The balance that counts for an invoice in that currency."""
    return int(customer["balance"]) if customer["currency"] in (None, currency) else 0


def move(world: World, customer: Doc, amount: int, kind: str, *, invoice: Doc | None = None, **more: object) -> Doc:
    """Change the balance by `amount` and announce it. `kind` as in Stripe's balance transactions."""
    customer["balance"] += amount
    world.change("customer.updated", customer)
    transaction: Doc = {
        "id": new_id("cbtxn_"),
        "object": KIND,
        "amount": amount,
        "checkout_session": None,
        "created": world.now,
        "credit_note": None,
        "currency": customer["currency"] or (invoice["currency"] if invoice else "usd"),
        "customer": customer["id"],
        "customer_account": None,
        "description": more.get("description"),
        "ending_balance": customer["balance"],
        "invoice": invoice["id"] if invoice else None,
        "livemode": False,
        "metadata": more.get("metadata") or {},
        "type": kind,
    }
    return world.save(transaction)


def create(world: World, params: Readable, customer: str) -> Doc:
    """`customers.balance_transactions.create`: an adjustment by hand."""
    found = living(world, customer, "id")
    currency = known_currency(params["currency"])
    if currency != (found["currency"] or currency):
        raise invalid("The customer has another currency.", param="currency")
    found["currency"] = currency
    more = {"description": params.get("description"), "metadata": metadata(params.get("metadata"))}
    return move(world, world.save(found), params["amount"], "adjustment", **more)


def list_(world: World, params: Readable, customer: str) -> Doc:
    """`customers.balance_transactions.list`."""
    living(world, customer, "id")
    url = f"/v1/customers/{customer}/balance_transactions"
    return page(world, KIND, params, url, keep=lambda doc: doc["customer"] == customer)
