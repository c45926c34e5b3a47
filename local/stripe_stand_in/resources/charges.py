"""Charges: one per attempt that reached the bank."""

from __future__ import annotations

from local.stripe_stand_in.cards import Decline
from local.stripe_stand_in.listing import equal, page
from local.stripe_stand_in.params import Readable
from local.stripe_stand_in.resources.balance_transactions import of_charge
from local.stripe_stand_in.store import Doc
from local.stripe_stand_in.world import World, new_id

URL = "/v1/charges"


def make_charge(world: World, intent: Doc, method: Doc, decline: Decline | None, *, pending: bool = False) -> Doc:
    """A charge of the whole intent: succeeded, pending (asynchronous methods) or failed with the decline's codes."""
    succeeded = decline is None and not pending
    charge: Doc = {
        "id": new_id("ch_"),
        "object": "charge",
        "amount": intent["amount"],
        "amount_captured": intent["amount"] if succeeded else 0,
        "amount_refunded": 0,
        "application": None,
        "application_fee": None,
        "application_fee_amount": None,
        "balance_transaction": None,
        "billing_details": method["billing_details"],
        "calculated_statement_descriptor": "STAND-IN" if decline is None else None,
        "captured": succeeded,
        "created": world.now,
        "currency": intent["currency"],
        "customer": intent["customer"],
        "description": intent["description"],
        "disputed": False,
        "failure_balance_transaction": None,
        "failure_code": decline.code if decline else None,
        "failure_message": decline.message if decline else None,
        "fraud_details": {},
        "livemode": False,
        "metadata": dict(intent["metadata"]),
        "on_behalf_of": None,
        "outcome": _outcome(decline),
        "paid": succeeded,
        "payment_intent": intent["id"],
        "payment_method": method["id"],
        "payment_method_details": _details(method, intent["amount"]),
        "receipt_email": intent["receipt_email"],
        "receipt_number": None,
        "receipt_url": None,
        "refunded": False,
        "review": None,
        "shipping": None,
        "source_transfer": None,
        "statement_descriptor": None,
        "statement_descriptor_suffix": None,
        "status": "failed" if decline else "pending" if pending else "succeeded",
        "transfer_data": None,
        "transfer_group": None,
    }
    if succeeded:
        of_charge(world, charge)
    return world.save(charge)


def _outcome(decline: Decline | None) -> Doc:
    return {
        "advice_code": "try_again_later" if decline else None,
        "network_advice_code": None,
        "network_decline_code": "01" if decline else None,
        "network_status": "declined_by_network" if decline else "approved_by_network",
        "reason": decline.decline_code if decline else None,
        "risk_level": "normal",
        "risk_score": 20,
        "seller_message": "The bank did not return any further details with this decline."
        if decline
        else "Payment complete.",
        "type": "issuer_declined" if decline else "authorized",
    }


def _details(method: Doc, amount: int) -> Doc:
    kind = method["type"]
    if kind != "card":
        shown = ("account_holder_type", "account_type", "bank_name", "fingerprint", "last4", "routing_number")
        return {"type": kind, kind: {name: method[kind][name] for name in shown}}
    card = method["card"]
    return {
        "type": "card",
        "card": {
            **{
                name: card[name]
                for name in ("brand", "checks", "country", "exp_month", "exp_year", "fingerprint", "funding", "last4")
            },
            "amount_authorized": amount,
            "authorization_code": None,
            "extended_authorization": {"status": "disabled"},
            "incremental_authorization": {"status": "unavailable"},
            "installments": None,
            "mandate": None,
            "multicapture": {"status": "unavailable"},
            "network": card["brand"],
            "network_token": {"used": False},
            "network_transaction_id": None,
            "overcapture": {"maximum_amount_capturable": amount, "status": "unavailable"},
            "regulated_status": "unregulated",
            "three_d_secure": None,
            "wallet": None,
        },
    }


def retrieve(world: World, _: Readable, charge: str) -> Doc:
    """`charges.retrieve`."""
    return world.get("charge", charge)


def list_(world: World, params: Readable) -> Doc:
    """`charges.list`."""
    return page(world, "charge", params, URL, keep=equal(params, "customer", "payment_intent"))
