"""Disputes: a bank takes the money back, and may return it."""

from __future__ import annotations

from local.stripe_stand_in.errors import invalid
from local.stripe_stand_in.listing import equal, page
from local.stripe_stand_in.params import Readable
from local.stripe_stand_in.resources.balance_transactions import of_dispute, of_won_dispute
from local.stripe_stand_in.store import Doc
from local.stripe_stand_in.world import World, metadata, new_id

URL = "/v1/disputes"
ANSWER_SECONDS = 9 * 24 * 3600
_EVIDENCE = (
    "access_activity_log", "billing_address", "cancellation_policy", "cancellation_policy_disclosure", "cancellation_rebuttal",
    "customer_communication", "customer_email_address", "customer_name", "customer_purchase_ip", "customer_signature",
    "duplicate_charge_documentation", "duplicate_charge_explanation", "duplicate_charge_id", "product_description", "receipt",
    "refund_policy", "refund_policy_disclosure", "refund_refusal_explanation", "service_date", "service_documentation",
    "shipping_address", "shipping_carrier", "shipping_date", "shipping_documentation", "shipping_tracking_number",
    "uncategorized_file", "uncategorized_text",
)  # fmt: skip
CLOSED = ("won", "lost", "warning_closed", "prevented")


def open_dispute(world: World, charge: Doc, reason: str = "fraudulent", status: str = "needs_response") -> Doc:
    """A chargeback of what is not refunded (`warning_needs_response`: an inquiry that moves no money). Raises StripeError."""
    amount = charge["amount"] - charge["amount_refunded"]
    if charge.get("_dispute_open") or amount == 0:
        raise invalid(
            f"Charge {charge['id']} is disputed or refunded already.", code="charge_not_disputable", status=409
        )
    card = charge["payment_method_details"].get("card", {"brand": "visa"})
    dispute: Doc = {
        "id": new_id("du_"),
        "object": "dispute",
        "amount": amount,
        "balance_transactions": [],
        "charge": charge["id"],
        "created": world.now,
        "currency": charge["currency"],
        "enhanced_eligibility_types": [],
        "evidence": {**dict.fromkeys(_EVIDENCE), "enhanced_evidence": {}},
        "evidence_details": {
            "due_by": world.now + ANSWER_SECONDS,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
        "is_charge_refundable": status.startswith("warning"),
        "livemode": False,
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "payment_method_details": {
            "card": {"brand": card["brand"], "case_type": "chargeback", "network_reason_code": "10.4"},
            "type": "card",
        },
        "reason": reason,
        "status": status,
    }
    charge.update(disputed=True, _dispute_open=True)
    world.save(charge)
    if not status.startswith("warning"):
        of_dispute(world, dispute)
    world.emit("charge.dispute.created", world.save(dispute))
    if not status.startswith("warning"):
        world.emit("charge.dispute.funds_withdrawn", dispute)
    return dispute


def close_dispute(world: World, dispute: Doc, outcome: str) -> Doc:
    """`won` (the money comes back), `lost`, or `warning_closed` for an inquiry. Raises StripeError."""
    if dispute["status"] in CLOSED:
        raise invalid(f"This dispute is already closed: {dispute['status']}.", code="dispute_closed", status=409)
    dispute["status"] = outcome
    charge = world.get("charge", dispute["charge"])
    charge["_dispute_open"] = outcome == "lost"
    world.save(charge)
    if outcome == "won" and dispute["balance_transactions"]:
        of_won_dispute(world, dispute)
    world.emit("charge.dispute.closed", world.save(dispute))
    if outcome == "won":
        world.emit("charge.dispute.funds_reinstated", dispute)
    return dispute


def retrieve(world: World, _: Readable, dispute: str) -> Doc:
    """`disputes.retrieve`."""
    return world.get("dispute", dispute)


def list_(world: World, params: Readable) -> Doc:
    """`disputes.list`."""
    return page(world, "dispute", params, URL, keep=equal(params, "charge", "payment_intent"))


def update(world: World, params: Readable, dispute: str) -> Doc:
    """`disputes.update`: evidence; submitting it puts the dispute under review."""
    found = world.get("dispute", dispute)
    if found["status"] in CLOSED:
        raise invalid("This dispute is already closed.")
    if "metadata" in params:
        found["metadata"] = metadata(params["metadata"], found["metadata"])
    if params.get("evidence"):
        found["evidence"].update({name: params["evidence"][name] for name in _EVIDENCE if name in params["evidence"]})
        found["evidence_details"]["has_evidence"] = True
    if params.get("evidence") and params.get("submit", True):
        found["evidence_details"]["submission_count"] += 1
        found["status"] = "warning_under_review" if found["status"].startswith("warning") else "under_review"
    return world.change("charge.dispute.updated", found)


def close(world: World, _: Readable, dispute: str) -> Doc:
    """`disputes.close`: accepting it, which loses it."""
    return close_dispute(world, world.get("dispute", dispute), "lost")
