"""What a checkout session looks like when it is made."""

from __future__ import annotations

from typing import Any

from local.stripe_stand_in.errors import invalid
from local.stripe_stand_in.params import Readable
from local.stripe_stand_in.resources.customers import shown_fields
from local.stripe_stand_in.store import Doc
from local.stripe_stand_in.world import World, metadata, new_id

SHORTEST_SECONDS, LONGEST_SECONDS = 30 * 60, 24 * 3600
_INTENT_LEAVES = (
    "description",
    "receipt_email",
    "setup_future_usage",
    "statement_descriptor",
    "statement_descriptor_suffix",
)
# What the session passes on, beside metadata, to the payment, subscription or set-up that it makes when it is paid.
_FOR_LATER = {
    "payment_intent_data": _INTENT_LEAVES,
    "subscription_data": ("description", "default_tax_rates", "proration_behavior"),
    "setup_intent_data": ("description",),
    "customer_update": ("address", "name"),
}


def _expires_at(world: World, params: Readable) -> int:
    expires_at = params.get("expires_at", world.now + LONGEST_SECONDS)
    if expires_at < world.now + SHORTEST_SECONDS:
        raise invalid(
            "The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation.", param="expires_at"
        )
    if expires_at > world.now + LONGEST_SECONDS:
        raise invalid(
            "The `expires_at` timestamp must be less than 24 hours from Checkout Session creation.", param="expires_at"
        )
    return int(expires_at)


def details(customer: Doc | None, params: Readable) -> Doc | None:
    email = customer["email"] if customer else params.get("customer_email")
    if not customer and not email:
        return None
    named = customer or {"address": None, "name": None, "phone": None, "tax_exempt": "none"}
    return {
        "address": named["address"],
        "business_name": None,
        "email": email,
        "individual_name": None,
        "name": named["name"],
        "phone": named["phone"],
        "tax_exempt": named["tax_exempt"],
        "tax_ids": None,
    }


def build(world: World, mode: str, params: Readable, lines: list[Doc], *, currency: str | None) -> Doc:
    session_id = new_id("cs_test_", 58)
    automatic_tax = bool((params.get("automatic_tax") or {}).get("enabled"))
    priced = mode != "setup"
    session: Doc = {
        **_constants(params),
        "id": session_id,
        "object": "checkout.session",
        "amount_subtotal": sum(line["amount_subtotal"] for line in lines) if priced else None,
        "amount_total": sum(line["amount_total"] for line in lines) if priced else None,
        "automatic_tax": {
            "enabled": automatic_tax,
            "liability": {"type": "self"} if automatic_tax else None,
            "provider": "stripe" if automatic_tax else None,
            "status": "complete" if automatic_tax else None,
        },
        "client_reference_id": _bounded(params.get("client_reference_id"), 200, "client_reference_id"),
        "created": world.now,
        "currency": currency,
        "customer_creation": _customer_creation(mode, params),
        "customer_email": params.get("customer_email"),
        "expires_at": _expires_at(world, params),
        "invoice_creation": _invoice_creation(params) if mode == "payment" else None,
        "metadata": metadata(params.get("metadata")),
        "mode": mode,
        "payment_method_collection": params.get("payment_method_collection", "always")
        if mode == "subscription"
        else "if_required",
        "payment_status": "unpaid" if priced and any(line["amount_total"] for line in lines) else "no_payment_required",
        "total_details": {
            "amount_discount": sum(line["amount_discount"] for line in lines),
            "amount_shipping": 0,
            "amount_tax": sum(line["amount_tax"] for line in lines),
        }
        if priced
        else None,
        "url": f"{world.base_url}/checkout/{session_id}",
        "_clock": world.clock,
        "_line_items": lines,
        "_asked": {name: _asked_of(params, name, leaves) for name, leaves in _FOR_LATER.items() if name in params},
    }
    return session


def _asked_of(params: Readable, name: str, leaves: tuple[str, ...]) -> Doc:
    """What the session passes on to the object that it makes when it is paid."""
    given = params[name]
    asked: Doc = given.given(*leaves)
    return {**asked, "metadata": metadata(given.get("metadata"), param=f"{name}[metadata]")}


def _bounded(value: str | None, limit: int, param: str) -> str | None:
    if value and len(value) > limit:
        raise invalid(
            f"Invalid string: must be at most {limit} characters", param=param, code="parameter_invalid_string_too_long"
        )
    return value


def _customer_creation(mode: str, params: Readable) -> str | None:
    if params.get("customer") or mode == "setup":
        return None
    return str(params.get("customer_creation", "if_required")) if mode == "payment" else "always"


def _invoice_creation(params: Readable) -> Doc:
    given = params.get("invoice_creation") or {}
    asked = given.get("invoice_data") or {}
    return {
        "enabled": bool(given.get("enabled")),
        "invoice_data": {
            "account_tax_ids": None,
            "custom_fields": shown_fields(asked.get("custom_fields")),
            "description": asked.get("description"),
            "footer": asked.get("footer"),
            "issuer": None,
            "metadata": metadata(asked.get("metadata"), param="invoice_creation[invoice_data][metadata]"),
            "rendering_options": None,
        },
    }


def _consent_collection(params: Readable) -> Doc | None:
    given = params.get("consent_collection")
    if not given:
        return None
    return {
        "payment_method_reuse_agreement": None,
        "promotions": given.get("promotions"),
        "terms_of_service": given.get("terms_of_service"),
    }


def _custom_text(params: Readable) -> Doc:
    given: Any = params.get("custom_text") or {}
    names = ("after_submit", "shipping_address", "submit", "terms_of_service_acceptance")
    return {name: {"message": given[name]["message"]} if given.get(name) else None for name in names}


def _constants(params: Readable) -> Doc:
    """What a hosted session always has, or repeats as it was asked."""
    tax_ids = params.get("tax_id_collection") or {}
    return {
        "adaptive_pricing": {"enabled": bool((params.get("adaptive_pricing") or {}).get("enabled", False))},
        "after_expiration": None,
        "allow_promotion_codes": params.get("allow_promotion_codes"),
        "billing_address_collection": params.get("billing_address_collection"),
        "cancel_url": params.get("cancel_url"),
        "client_secret": None,
        "collected_information": None,
        "consent": None,
        "consent_collection": _consent_collection(params),
        "currency_conversion": None,
        "custom_fields": [],
        "custom_text": _custom_text(params),
        "customer_account": None,
        "discounts": [],
        "integration_identifier": None,
        "invoice": None,
        "livemode": False,
        "locale": params.get("locale"),
        "managed_payments": {"enabled": False},
        "optional_items": None,
        "origin_context": None,
        "payment_intent": None,
        "payment_link": None,
        "payment_method_configuration_details": None,
        "payment_method_options": {"card": {"request_three_d_secure": "automatic"}},
        "payment_method_types": params.get("allowed_payment_method_types") or ["card"],
        "permissions": None,
        "phone_number_collection": {"enabled": bool((params.get("phone_number_collection") or {}).get("enabled"))},
        "recovered_from": None,
        "saved_payment_method_options": {
            "allow_redisplay_filters": ["always"],
            "payment_method_remove": "disabled",
            "payment_method_save": None,
        },
        "setup_intent": None,
        "shipping_address_collection": None,
        "shipping_cost": None,
        "shipping_options": [],
        "status": "open",
        "submit_type": params.get("submit_type"),
        "subscription": None,
        "success_url": params["success_url"],
        "tax_id_collection": {"enabled": bool(tax_ids.get("enabled")), "required": tax_ids.get("required", "never")},
        "ui_mode": "hosted_page",
        "wallet_options": None,
    }
