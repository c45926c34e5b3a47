"""Offers, quotes and purchases -> the contract's shapes. No decisions here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.api.answers import render_orders
from lotbook.api.answers.render import decimal_text, optional
from lotbook.domain.values.instants import to_optional_text, to_text

if TYPE_CHECKING:
    from lotbook.api.answers import shapes, shapes_parts, shapes_plans, shapes_records
    from lotbook.domain.advice.advise import AdviceGiven
    from lotbook.domain.policy import parts as policy
    from lotbook.domain.sales.offers import Offers, PlanOffer, TopUpOffer
    from lotbook.domain.sales.purchase import Failure, Purchase
    from lotbook.domain.sales.quotes import Quote
    from lotbook.domain.sales.transactions import PurchaseRow
    from lotbook.usecases.money_back.refund_purchase import Refunded
    from lotbook.usecases.plans.changed import Changed
    from lotbook.usecases.sales.read_invoice import Invoice


def offers(result: Offers) -> shapes.Offers:
    """What this account may buy."""
    return {
        "currency": result.currency,
        "payment_label": result.payment_label,
        "plan": result.plan,
        "free_credits": result.free_credits,
        "top_up": _top_up(result.top_up),
        "plans": [_plan(plan) for plan in result.plans],
        "custom_payment": result.custom_payment,
        "consent": optional(result.consent, _consent_asked),
        "support": optional(result.support, _support),
        "advice": [_advice(told) for told in result.advice],
    }


def _advice(told: AdviceGiven) -> shapes.Advice:
    return {
        "code": told.code,
        "action": told.advice.action,
        "credits": told.advice.credits,
        "plan_id": told.advice.plan_id,
        "reason": told.reason,
    }


def _consent_asked(consent: policy.Consent) -> shapes.ConsentAsked:
    return {"kind": consent.kind, "version": consent.version, "url": consent.url}


def _support(support: policy.Support) -> shapes_plans.SupportContact:
    return {"email": support.email, "url": support.url}


def _top_up(offer: TopUpOffer) -> shapes.TopUpOffer:
    return {
        "mode": offer.mode,
        "min": offer.min,
        "max": offer.max,
        "step": offer.step,
        "unit_price": optional(offer.unit_price, decimal_text),
        "packs": [
            {"pack_id": pack.pack_id, "credits": pack.credits, "amount_minor": pack.amount_minor}
            for pack in offer.packs
        ],
        "expires": {"rule": offer.expires.rule, "at": to_optional_text(offer.expires.at)},
        "allowed": offer.allowed,
        "reason": offer.reason,
    }


def _plan(offer: PlanOffer) -> shapes_plans.PlanOffer:
    return {
        "plan_id": offer.plan_id,
        "title": offer.title,
        "amount_minor": offer.amount_minor,
        "interval": offer.interval,
        "term_days": offer.term_days,
        "credits": offer.credits,
        "free_credits": offer.free_credits,
        "change": offer.change,
        "contact_url": offer.contact_url,
        "entitlements": list(offer.entitlements),
        "ends_at": to_optional_text(offer.ends_at),
        "allowed": offer.allowed,
        "reason": offer.reason,
    }


def quote(result: Quote) -> shapes.Quote:
    """The order summary."""
    return {
        "item": render_orders.item(result.item),
        "lines": [render_orders.line(line) for line in result.lines],
        "credits": result.credits,
        "expires_at": to_optional_text(result.expires_at),
        "late_expires_at": to_optional_text(result.late_expires_at),
        "subtotal_minor": result.subtotal_minor,
        "tax": optional(result.tax, render_orders.tax),
        "total_minor": result.total_minor,
        "currency": result.currency,
        "plan": optional(result.plan, render_orders.plan_part),
        "consent_required": result.consent_required,
        "allowed": result.allowed,
        "reason": result.reason,
    }


def ordered(row: Purchase) -> shapes.Ordered:
    """The first answer of a purchase, also when it is given again: what was true when the order was made."""
    return {
        "purchase_id": row.purchase_id,
        "state": "pending",
        "checkout_url": row.checkout_url or "",
        "expires_at": to_optional_text(row.quoted_expires_at),
        "late_expires_at": to_optional_text(row.late_expires_at),
        "consent_required": row.consent is not None,
        "allowed": True,
        "reason": None,
        **render_orders.order(row),
    }


def purchase(shown: PurchaseRow) -> shapes.Purchase:
    """A purchase row."""
    row = shown.purchase
    return {
        "purchase_id": row.purchase_id,
        "state": row.state,
        "period": row.period and {"start": to_text(row.period[0]), "end": to_text(row.period[1])},
        "effective_at": to_optional_text(row.effective_at),
        "lot_id": row.lot_id,
        "gateway": row.gateway,
        "gateway_ref": row.gateway_ref,
        "gateway_refs": render_orders.gateway_refs(row.gateway_refs),
        "checkout_url": row.checkout_url if row.state == "pending" else None,
        "consent": optional(row.consent, render_orders.consent_given),
        "created_at": to_text(row.created_at),
        "completed_at": to_optional_text(row.completed_at),
        "failure": optional(row.failure, _failure),
        "dispute": optional(row.dispute, render_orders.dispute),
        "policy_version": row.policy_version,
        "type": shown.type,
        "payment_id": row.gateway_refs.payment_intent,
        "actor": row.actor,
        "refunded_minor": row.refunded_minor,
        "recheck_offered": shown.recheck_offered,
        "invoice_offered": shown.invoice == "available",
        "invoice_state": shown.invoice,
        **render_orders.order(row),
    }


def refunded(result: Refunded) -> shapes_records.Refunded:
    """What a refund paid back."""
    return {
        "purchase_id": result.purchase_id,
        "refund": result.refund,
        "credits": result.credits,
        "amount_minor": result.amount_minor,
        "currency": result.currency,
    }


def plan_changed(result: Changed) -> shapes_plans.PlanChanged:
    """What a change of plan came to."""
    return {
        "effect": result.effect,
        "effective_at": to_text(result.effective_at),
        "purchase_id": result.purchase_id,
        "charge_minor": result.charge_minor,
        "discount_minor": result.discount_minor,
        "currency": result.currency,
        "credits": result.credits,
    }


def invoice(found: Invoice) -> shapes_records.Invoice:
    """The gateway's invoice."""
    facts = found.facts
    return {
        "number": facts.number,
        "hosted_url": facts.hosted_url,
        "pdf_url": facts.pdf_url,
        "billing_details": optional(found.billing, render_orders.billing_details),
    }


def _failure(failure: Failure) -> shapes_parts.Failure:
    return {"code": failure.code, "message": failure.message}
