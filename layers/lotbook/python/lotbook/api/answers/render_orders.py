"""What purchases, quotes and evidence show of an order: its item, lines, tax, consent and address -> the contract's shapes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.api.answers.render import decimal_text, optional
from lotbook.domain.sales.items import AutoTopUpItem, CustomPaymentItem, PackItem, PlanItem, PlanRenewalItem, TopUpItem
from lotbook.domain.values.instants import to_text

if TYPE_CHECKING:
    from lotbook.api.answers import shapes, shapes_items, shapes_parts, shapes_plans, shapes_records
    from lotbook.domain.invoices.billing_details import Address, BillingDetails
    from lotbook.domain.sales.items import OrderLine, PlanPart, RowItem, Tax
    from lotbook.domain.sales.purchase import Dispute, GatewayRefs, GivenConsent, Purchase


def gateway_refs(refs: GatewayRefs) -> shapes_parts.GatewayRefs:
    """The gateway's ids."""
    return {
        "checkout_session": refs.checkout_session,
        "payment_intent": refs.payment_intent,
        "invoice": refs.invoice,
        "subscription": refs.subscription,
    }


def billing_details(details: BillingDetails) -> shapes_records.BillingDetails:
    """To whom invoices are made out."""
    return {
        "name": details.name,
        "email": details.email,
        "phone": details.phone,
        "address": _address(details.address),
        "tax_id": details.tax_id,
        "purchase_order": details.purchase_order,
        "receipt_email": details.receipt_email,
        "shipping": _address(details.shipping or details.address),
    }


def _address(address: Address) -> shapes_records.Address:
    return {
        "line1": address.line1,
        "line2": address.line2,
        "city": address.city,
        "state": address.state,
        "postal_code": address.postal_code,
        "country": address.country,
    }


def order(row: Purchase) -> shapes.Order:
    """The order summary of a purchase."""
    return {
        "item": item(row.item),
        "lines": [line(each) for each in row.lines],
        "credits": row.shown_credits,
        "subtotal_minor": row.subtotal_minor,
        "tax": optional(row.tax, tax),
        "total_minor": row.total_minor,
        "currency": row.currency,
        "plan": optional(row.plan, plan_part),
    }


def item(bought: RowItem) -> shapes_items.Item:
    """The item as it was asked for."""
    match bought:
        case TopUpItem(credits=credits):
            return {"kind": "top_up", "credits": credits}
        case PackItem(pack_id=pack_id):
            return {"kind": "top_up", "pack_id": pack_id}
        case PlanItem(plan_id=plan_id, credits=int(credits)):
            return {"kind": "plan", "plan_id": plan_id, "credits": credits}
        case PlanItem(plan_id=plan_id, pack_id=str(pack_id)):
            return {"kind": "plan", "plan_id": plan_id, "pack_id": pack_id}
        case PlanItem(plan_id=plan_id):
            return {"kind": "plan", "plan_id": plan_id}
        case PlanRenewalItem(plan_id=plan_id):
            return {"kind": "plan_renewal", "plan_id": plan_id}
        case AutoTopUpItem(credits=credits):
            return {"kind": "auto_top_up", "credits": credits}
        case CustomPaymentItem(amount_minor=amount_minor, remark=remark):
            return {"kind": "custom_payment", "amount_minor": amount_minor, "remark": remark}


def plan_part(part: PlanPart) -> shapes_plans.PlanPart:
    """The plan in an order, with the credits that come with it."""
    return {"plan_id": part.plan_id, "credits": part.credits, "term_days": part.term_days or None}


def line(sold: OrderLine) -> shapes.Line:
    """One line of an order."""
    return {
        "description": sold.description,
        "quantity": sold.quantity,
        "unit_price": decimal_text(sold.unit_price),
        "amount_minor": sold.amount_minor,
    }


def dispute(about: Dispute) -> shapes_parts.Dispute:
    """The bank's dispute."""
    return {"state": about.state}


def tax(found: Tax) -> shapes.Tax:
    """The tax on an order."""
    return {"name": found.name, "rate": decimal_text(found.rate), "amount_minor": found.amount_minor}


def consent_given(consent: GivenConsent) -> shapes_parts.ConsentGiven:
    """What was accepted."""
    return {
        "kind": consent.kind,
        "refund_policy_version": consent.refund_policy_version,
        "accepted_at": to_text(consent.accepted_at),
        "actor": consent.actor,
    }
