"""Refunds: money that goes back, in whole or in part."""

from __future__ import annotations

from local.stripe_stand_in.errors import invalid
from local.stripe_stand_in.listing import equal, page
from local.stripe_stand_in.params import Readable
from local.stripe_stand_in.resources.balance_transactions import of_failed_refund, of_refund
from local.stripe_stand_in.store import Doc
from local.stripe_stand_in.world import World, metadata, new_id

URL = "/v1/refunds"


def create(world: World, params: Readable) -> Doc:
    """`refunds.create` of a charge or a payment intent."""
    if ("charge" in params) == ("payment_intent" in params):
        raise invalid("One of the following params should be provided for this request: payment_intent or charge.")
    if "charge" in params:
        charge = world.get("charge", params["charge"], "charge")
    else:
        charge = charge_of(world, params["payment_intent"])
    return refund_charge(
        world, charge, params.get("amount"), reason=params.get("reason"), given_metadata=params.get("metadata")
    )


def charge_of(world: World, intent_id: str) -> Doc:
    """The successful charge of an intent. Raises StripeError."""
    intent = world.get("payment_intent", intent_id, "payment_intent")
    charge = world.find("charge", intent["latest_charge"])
    if charge is None or charge["status"] != "succeeded":
        raise invalid(
            f"This PaymentIntent ({intent_id}) does not have a successful charge to refund.",
            param="payment_intent",
            code="payment_intent_unexpected_state",
        )
    return charge


def refund_charge(
    world: World, charge: Doc, amount: int | None, *, reason: str | None = None, given_metadata: object = None
) -> Doc:
    """Send money back; without amount all that is left. Raises StripeError."""
    left = charge["amount"] - charge["amount_refunded"]
    if charge["status"] != "succeeded":
        raise invalid("This charge did not succeed.", param="charge")
    if charge.get("_dispute_open"):
        raise invalid(f"Charge {charge['id']} has been charged back; cannot issue a refund.", code="charge_disputed")
    if left == 0:
        raise invalid(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
    amount = left if amount is None else amount
    if amount < 1:
        raise invalid("Invalid positive integer", param="amount", code="parameter_invalid_integer")
    if amount > left:
        raise invalid(f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left}).", param="amount")
    refund = _refund(world, charge, amount, reason, given_metadata)
    _move(world, charge, amount)
    world.emit("charge.refunded", charge)
    world.emit("refund.created", refund)
    world.emit("refund.updated", refund)
    return refund


def _move(world: World, charge: Doc, amount: int) -> None:
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]
    world.save(charge)


def _refund(world: World, charge: Doc, amount: int, reason: str | None, given_metadata: object) -> Doc:
    refund: Doc = {
        "id": new_id("re_"),
        "object": "refund",
        "amount": amount,
        "balance_transaction": None,
        "charge": charge["id"],
        "created": world.now,
        "currency": charge["currency"],
        "customer": charge["customer"],
        "destination_details": {
            "card": {"reference_status": "pending", "reference_type": "acquirer_reference_number", "type": "refund"},
            "type": "card",
        },
        "metadata": metadata(given_metadata),
        "payment_intent": charge["payment_intent"],
        "payment_method": charge["payment_method"],
        "reason": reason,
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": "succeeded",
        "transfer_reversal": None,
    }
    of_refund(world, refund)
    return world.save(refund)


def fail_refund(world: World, refund: Doc) -> Doc:
    """The bank sends the money back to us: the charge counts as less refunded again."""
    if refund["status"] != "succeeded":
        raise invalid(f"This refund is {refund['status']}.", code="refund_not_succeeded", status=409)
    refund.update(status="failed", failure_reason="unknown")
    of_failed_refund(world, refund)
    charge = world.get("charge", refund["charge"])
    _move(world, charge, -refund["amount"])
    world.emit("refund.failed", world.save(refund))
    world.emit("refund.updated", refund)
    world.emit("charge.updated", charge)
    return refund


def retrieve(world: World, _: Readable, refund: str) -> Doc:
    """`refunds.retrieve`."""
    return world.get("refund", refund)


def list_(world: World, params: Readable) -> Doc:
    """`refunds.list`."""
    return page(world, "refund", params, URL, keep=equal(params, "charge", "payment_intent"))


def refunds_of(world: World, charge: str) -> list[Doc]:
    """All refunds of a charge, newest first."""
    return list(world.walk("refund", lambda doc: doc["charge"] == charge))
