"""The chargeback evidence -> the contract's shape. No decisions here."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from lotbook.api.answers import render_orders
from lotbook.api.answers.render import optional
from lotbook.domain.sales.transactions import type_in_words
from lotbook.domain.values.instants import to_optional_text, to_text

if TYPE_CHECKING:
    from lotbook.api.answers import shapes_plans, shapes_records
    from lotbook.domain.money_back.evidence import DeliveredLot, Evidence, LotChange, LotUse, PlanDelivery
    from lotbook.domain.sales.purchase import GivenConsent, Purchase


def evidence(found: Evidence, next_cursor: str | None) -> shapes_records.Evidence:
    """The document, with the end of its page in the form that clients send back."""
    row = found.purchase
    return {
        "account_id": row.account_id,
        "purchase_id": row.purchase_id,
        "as_of": to_text(found.at),
        "state": row.state,
        "type": type_in_words(row),
        "ordered_at": to_text(row.created_at),
        "completed_at": to_optional_text(row.completed_at),
        "actor": row.actor,
        "gateway": row.gateway,
        "gateway_refs": render_orders.gateway_refs(row.gateway_refs),
        "consent": optional(row.consent, _consent),
        "order": _order(row),
        "billing_details": optional(found.billing, render_orders.billing_details),
        "delivery": [_delivery(lot) for lot in found.delivered],
        "plan_delivery": optional(found.plan, _plan),
        "use": {
            "credits": found.used,
            "remaining": found.remaining,
            "held": found.held,
            "entries": [_use(use) for use in found.page.uses],
            "truncated": found.page.next_cursor is not None,
            "next_cursor": next_cursor,
        },
        "changes": [_change(change) for change in found.changes],
        "refunded_minor": row.refunded_minor,
        "dispute": optional(row.dispute, render_orders.dispute),
    }


def _consent(consent: GivenConsent) -> shapes_records.ConsentEvidence:
    return {
        **render_orders.consent_given(consent),
        "url": consent.url,
        "source_ip": consent.source_ip,
        "user_agent": consent.user_agent,
    }


def _order(row: Purchase) -> shapes_records.OrderEvidence:
    return {
        **render_orders.order(row),
        "shown_expires_at": to_optional_text(row.quoted_expires_at),
        "policy_id": row.policy_id,
        "policy_version": row.policy_version,
        "plan_id": row.plan_id,
    }


def _delivery(lot: DeliveredLot) -> shapes_records.DeliveryEvidence:
    return {
        "lot_id": lot.lot_id,
        "unit": lot.unit,
        "entry_id": lot.entry_id,
        "at": to_text(lot.at),
        "credits": lot.credits,
        "paid_to_shortfall": lot.paid_to_shortfall,
        "effective_at": to_text(lot.effective_at),
        "expires_at": to_optional_text(lot.expires_at),
    }


def _plan(plan: PlanDelivery) -> shapes_plans.PlanEvidence:
    return {
        "plan_id": plan.plan_id,
        "at": to_text(plan.at),
        "ends_at": to_text(plan.ends_at),
        "ended": plan.ended,
    }


def _use(use: LotUse) -> shapes_records.UseOfLot:
    return cast(
        "shapes_records.UseOfLot",
        {
            "entry_id": use.entry_id,
            "at": to_text(use.at),
            "kind": use.kind,
            "credits": use.credits,
            "reference": use.reference,
            "actor": use.actor,
        },
    )


def _change(change: LotChange) -> shapes_records.ChangeOfLot:
    return cast(
        "shapes_records.ChangeOfLot",
        {
            "entry_id": change.entry_id,
            "at": to_text(change.at),
            "kind": change.kind,
            "credits": change.credits,
            "reason": change.reason,
            "reference": change.reference,
        },
    )
