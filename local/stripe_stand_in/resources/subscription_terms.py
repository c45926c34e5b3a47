"""What of a subscription can be set without billing anything: its card, its words, its end."""

from __future__ import annotations

from typing import Any

from local.stripe_stand_in.dues import period_end
from local.stripe_stand_in.errors import invalid, unsupported
from local.stripe_stand_in.params import Readable
from local.stripe_stand_in.resources.subscription_shape import tax_rates
from local.stripe_stand_in.store import Doc
from local.stripe_stand_in.world import World, metadata

_AT_PERIOD_END = ("min_period_end", "max_period_end")


def apply_terms(world: World, found: Doc, params: Readable) -> None:
    """Change what was given, and only that. Raises StripeError."""
    if "metadata" in params:
        found["metadata"] = metadata(params["metadata"], found["metadata"])
    if "description" in params:
        found["description"] = params["description"] or None
    if "default_tax_rates" in params:
        found["default_tax_rates"] = tax_rates(world, params["default_tax_rates"] or None, "default_tax_rates")
    if "automatic_tax" in params:
        found["automatic_tax"]["enabled"] = bool(params["automatic_tax"].get("enabled"))
    if params.get("default_payment_method"):
        found["default_payment_method"] = _own_method(world, found, params["default_payment_method"])
    if "payment_settings" in params:
        _apply_payment_settings(found, params["payment_settings"])
    note_cancellation(found, params)
    _apply_end(world, found, params)


def _own_method(world: World, found: Doc, method_id: str) -> str:
    method = world.get("payment_method", method_id, "default_payment_method")
    if method["customer"] != found["customer"]:
        raise invalid("The payment method must be attached to the customer.", param="default_payment_method")
    return method_id


def _apply_payment_settings(found: Doc, given: Readable) -> None:
    settings = found["payment_settings"]
    if "payment_method_types" in given:
        settings["payment_method_types"] = given["payment_method_types"] or None
    if "save_default_payment_method" in given:
        settings["save_default_payment_method"] = given["save_default_payment_method"]


def note_cancellation(found: Doc, params: Readable) -> None:
    """`cancellation_details`: the buyer's own words."""
    given = params.get("cancellation_details") or {}
    for name in ("comment", "feedback"):
        if name in given:
            found["cancellation_details"][name] = given[name] or None


def _apply_end(world: World, found: Doc, params: Readable) -> None:
    """`cancel_at_period_end` moves with the period, `cancel_at` is an instant that stays."""
    if params.get("cancel_at") and params.get("cancel_at_period_end"):
        message = "You may only specify one of these parameters: cancel_at, cancel_at_period_end."
        raise invalid(message, param="cancel_at")
    ends: Any = None
    if "cancel_at" in params:
        ends = _instant(world, found, params["cancel_at"], params.get("proration_behavior", "create_prorations"))
    elif "cancel_at_period_end" not in params:
        return
    elif not params["cancel_at_period_end"] and not found["cancel_at_period_end"]:
        return  # an instant of its own (a portal's) stays; whether Stripe clears it by this is not settled, and this is the harder
    at_period_end = bool(params.get("cancel_at_period_end"))
    ends = period_end(found) if at_period_end else ends
    found.update(cancel_at=ends, cancel_at_period_end=at_period_end, canceled_at=world.now if ends else None)
    found["cancellation_details"]["reason"] = "cancellation_requested" if ends else None


def _instant(world: World, found: Doc, given: Any, proration: str) -> int | None:
    if given == "":
        return None
    if given in _AT_PERIOD_END:
        return period_end(found)
    if not isinstance(given, int):
        raise unsupported(f"cancel_at={given}", "cancel_at")
    if given <= world.now:
        raise invalid("`cancel_at` must be in the future.", param="cancel_at")
    if given < period_end(found) and proration != "none":
        raise unsupported(
            "prorations; send proration_behavior=none with a `cancel_at` before the period's end", "cancel_at"
        )
    return given
