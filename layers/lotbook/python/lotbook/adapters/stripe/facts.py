"""Stripe's objects (as plain dicts, `to_dict()` once at the boundary) -> our facts. Absent fields become None, never a guess."""

from __future__ import annotations

from typing import Any, cast

from lotbook.adapters.stripe.events import tag_of
from lotbook.domain.money_back.followed import DisputeFacts, MoneyBackFacts, RefundFacts
from lotbook.domain.sales.gateway import CheckoutFacts, CheckoutState, InvoiceFacts, PaymentFacts, PaymentState
from lotbook.domain.values.instants import SECOND
from lotbook.domain.values.light_dataclasses import replace

UNKNOWN_DECLINE = "card_declined"


def checkout_facts(session: dict[str, Any]) -> CheckoutFacts:
    """A checkout session with its payment and that one's charge expanded. Raises KeyError where Stripe left out what it always sends."""
    details = session.get("total_details") or {}
    invoice = session.get("invoice")
    return CheckoutFacts(
        session=session["id"],
        url=session.get("url"),
        state=cast("CheckoutState", session["status"]),
        payment_state=cast("PaymentState", session["payment_status"]),
        mode=session["mode"],
        livemode=session["livemode"] is True,
        tag=tag_of(session),
        reference=session.get("client_reference_id"),
        customer=id_of(session.get("customer")),
        currency=session["currency"] or "",
        subtotal_minor=session["amount_subtotal"] or 0,
        total_minor=session["amount_total"] or 0,
        discount_minor=details.get("amount_discount") or 0,
        tax_minor=details.get("amount_tax") or 0,
        shipping_minor=details.get("amount_shipping") or 0,
        payment=_session_payment(session),
        invoice=id_of(invoice),
        subscription=id_of(session.get("subscription")),
        invoice_number=invoice.get("number") if isinstance(invoice, dict) else None,
    )


def _session_payment(session: dict[str, Any]) -> PaymentFacts | None:
    """The page's payment; that of a subscription's page stands on its invoice, and its card on the subscription."""
    intent, subscription = session.get("payment_intent"), session.get("subscription")
    if isinstance(intent, dict):
        return payment_facts(intent)
    paid = invoice_payment(session.get("invoice"))
    if paid is None or not isinstance(subscription, dict):
        return paid
    return replace(paid, payment_method=id_of(subscription.get("default_payment_method")))


def payment_facts(intent: dict[str, Any]) -> PaymentFacts:
    """A payment intent. `decline_code` is the error code (`card_declined`), not the issuer's reason."""
    error, charge = intent.get("last_payment_error"), intent.get("latest_charge")
    charged = charge.get("created") if isinstance(charge, dict) else None
    return PaymentFacts(
        payment_intent=intent["id"],
        state=intent["status"],
        currency=intent["currency"],
        received_minor=intent.get("amount_received") or 0,
        decline_code=(error.get("code") or UNKNOWN_DECLINE) if error else None,
        payment_method=id_of(intent.get("payment_method")),
        paid_at=charged * SECOND if isinstance(charged, int) else None,
    )


def invoice_payment(invoice: Any) -> PaymentFacts | None:
    """The payment of an invoice whose payments are expanded; None where nothing was tried.

    A payment that is not expanded itself has its state as the invoice tells it, and no reason of a decline.
    """
    attempt = newest_payment(invoice) if isinstance(invoice, dict) else None
    if attempt is None or not (invoice.get("attempt_count") or attempt["status"] == "paid"):
        return None
    seconds = (invoice.get("status_transitions") or {}).get("paid_at")
    paid_at = seconds * SECOND if isinstance(seconds, int) else None
    intent = attempt["payment"].get("payment_intent")
    if isinstance(intent, dict):
        return replace(payment_facts(intent), paid_at=paid_at if intent["status"] == "succeeded" else None)
    is_paid = attempt["status"] == "paid"
    return PaymentFacts(
        payment_intent=intent,
        state=_STATES[attempt["status"]],
        currency=attempt["currency"],
        received_minor=(attempt.get("amount_paid") or 0) if is_paid else 0,
        decline_code=None,
        paid_at=paid_at if is_paid else None,
    )


_STATES = {"paid": "succeeded", "canceled": "canceled", "open": "requires_payment_method"}


def newest_payment(invoice: dict[str, Any]) -> dict[str, Any] | None:
    """The payment that paid an invoice, or else the newest that may still do so, or else the newest."""
    payments = (invoice.get("payments") or {}).get("data") or []
    ours = [each for each in payments if each["payment"].get("payment_intent")]
    order = {"paid": 2, "open": 1}
    return max(ours, key=lambda each: (order.get(each["status"], 0), each["created"]), default=None)


def invoice_facts(invoice: dict[str, Any]) -> InvoiceFacts:
    """An invoice; number and addresses exist once it is finalized."""
    return InvoiceFacts(
        invoice["id"], invoice.get("number"), invoice.get("hosted_invoice_url"), invoice.get("invoice_pdf")
    )


def money_back_facts(
    intent: dict[str, Any], refunds: list[dict[str, Any]], disputes: list[dict[str, Any]]
) -> MoneyBackFacts:
    """A payment with all its refunds and disputes."""
    return MoneyBackFacts(
        payment_intent=intent["id"],
        currency=intent["currency"],
        charged_minor=intent.get("amount_received") or 0,
        refunds=tuple(refund_facts(each) for each in refunds),
        disputes=tuple(dispute_facts(each) for each in disputes),
    )


def refund_facts(refund: dict[str, Any]) -> RefundFacts:
    """A refund; `number` is there on those that we asked for."""
    number = (refund.get("metadata") or {}).get("refund_number")
    return RefundFacts(
        refund=refund["id"],
        amount_minor=refund["amount"],
        state=refund.get("status") or "",
        number=int(number) if isinstance(number, str) and number.isascii() and number.isdigit() else None,
    )


def dispute_facts(dispute: dict[str, Any]) -> DisputeFacts:
    """A dispute. What moved on our balance for it says whether the money is back, where that is told at all."""
    moved = [each.get("amount") or 0 for each in dispute.get("balance_transactions") or () if isinstance(each, dict)]
    return DisputeFacts(
        dispute=dispute["id"],
        amount_minor=dispute["amount"],
        currency=dispute["currency"],
        state=dispute["status"],
        opened_at=dispute["created"] * SECOND,
        reinstated=bool(moved) and sum(moved) >= 0,
    )


def id_of(reference: Any) -> str | None:
    """The id of a reference that may be expanded."""
    found = reference.get("id") if isinstance(reference, dict) else reference
    return found if isinstance(found, str) else None
