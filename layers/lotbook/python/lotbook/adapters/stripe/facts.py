"""Stripe's objects (as plain dicts, `to_dict()` once at the boundary) -> our facts. Absent fields become None, never a guess."""

from __future__ import annotations

from typing import Any, cast

from lotbook.adapters.stripe.events import tag_of
from lotbook.domain.money_back.followed import DisputeFacts, MoneyBackFacts, RefundFacts
from lotbook.domain.sales.gateway import CheckoutFacts, CheckoutState, InvoiceFacts, PaymentFacts, PaymentState
from lotbook.domain.values.instants import SECOND

UNKNOWN_DECLINE = "card_declined"


def checkout_facts(session: dict[str, Any]) -> CheckoutFacts:
    """A checkout session with its payment and that one's charge expanded. Raises KeyError where Stripe left out what it always sends."""
    details = session.get("total_details") or {}
    payment = session.get("payment_intent")
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
        payment=payment_facts(payment) if isinstance(payment, dict) else None,
        invoice=id_of(session.get("invoice")),
    )


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
