"""What a subscription and its items look like, and the period that they are in."""

from __future__ import annotations

from local.stripe_stand_in.errors import invalid, unsupported
from local.stripe_stand_in.listing import listed
from local.stripe_stand_in.params import Readable
from local.stripe_stand_in.resources.periods import boundary
from local.stripe_stand_in.store import Doc
from local.stripe_stand_in.world import World, metadata, new_id


def make_subscription(world: World, customer: Doc, items: list[Doc], params: Readable) -> Doc:
    """A subscription whose first invoice is not paid yet. `items`: `{price, quantity, tax_rates}` with whole objects."""
    subscription_id = new_id("sub_")
    automatic_tax = bool((params.get("automatic_tax") or {}).get("enabled"))
    subscription: Doc = {
        **_blanks(),
        "id": subscription_id,
        "object": "subscription",
        "automatic_tax": {
            "disabled_reason": None,
            "enabled": automatic_tax,
            "liability": {"type": "self"} if automatic_tax else None,
        },
        "billing_cycle_anchor": world.now,
        "collection_method": "charge_automatically",
        "created": world.now,
        "currency": items[0]["price"]["currency"],
        "customer": customer["id"],
        "default_payment_method": params.get("default_payment_method"),
        "default_tax_rates": tax_rates(world, params.get("default_tax_rates"), "default_tax_rates"),
        "description": params.get("description"),
        "items": listed([], f"/v1/subscription_items?subscription={subscription_id}"),
        "metadata": metadata(params.get("metadata")),
        "start_date": world.now,
        "status": "incomplete",
        "test_clock": customer["test_clock"],
        "_cycles": 1,
    }
    set_items(subscription, [make_item(world, subscription, item) for item in items])
    return world.save(subscription)


def _blanks() -> Doc:
    nothing = (
        "application", "application_fee_percent", "billing_cycle_anchor_config", "billing_thresholds", "cancel_at", "canceled_at",
        "customer_account", "days_until_due", "default_source", "ended_at", "latest_invoice", "next_pending_invoice_item_invoice",
        "on_behalf_of", "pause_collection", "pending_invoice_item_interval", "pending_setup_intent", "pending_update", "schedule",
        "transfer_data", "trial_end", "trial_start",
    )  # fmt: skip
    return {
        **dict.fromkeys(nothing),
        "billing_mode": {"flexible": {"proration_discounts": "included"}, "type": "flexible"},
        "billing_schedules": [],
        "cancel_at_period_end": False,
        "cancellation_details": {"comment": None, "feedback": None, "reason": None},
        "discounts": [],
        "invoice_settings": {
            "account_tax_ids": None,
            "custom_fields": None,
            "description": None,
            "footer": None,
            "issuer": {"type": "self"},
        },
        "livemode": False,
        "managed_payments": {"enabled": False},
        "payment_settings": {
            "payment_method_options": None,
            "payment_method_types": None,
            "save_default_payment_method": "off",
        },
        "trial_settings": {"end_behavior": {"missing_payment_method": "create_invoice"}},
    }


def tax_rates(world: World, given: list[str] | None, param: str) -> list[Doc]:
    """Whole tax rates of ids. Raises `resource_missing`."""
    return [world.get("tax_rate", rate, f"{param}[{place}]") for place, rate in enumerate(given or [])]


def asked_item(world: World, given: Readable, path: str, before: Doc | None = None) -> Doc:
    """`{price, quantity, tax_rates}` of an item that is asked for; what is left out stays as it was `before`."""
    price, quantity, rates = given.get("price"), given.get("quantity"), given.get("tax_rates")
    if not price and before is None:
        raise unsupported("items without `price`", path)
    kept = before or {"price": None, "quantity": 1, "tax_rates": []}
    return {
        "price": world.get("price", price, f"{path}[price]") if price else kept["price"],
        # A change of price sets the quantity to 1 unless it is given.
        "quantity": quantity if quantity is not None else 1 if price else kept["quantity"],
        "tax_rates": tax_rates(world, rates, f"{path}[tax_rates]") if rates else kept["tax_rates"],
    }


def make_item(world: World, subscription: Doc, given: Doc) -> Doc:
    """An item in the subscription's present period. Raises StripeError for a price that does not recur."""
    if not given["price"]["recurring"]:
        raise invalid(
            "The price specified is set to `type=one_time` but this field only accepts prices with `type=recurring`.",
            param="items",
        )
    item: Doc = {
        "id": given.get("id") or new_id("si_", 14),
        "object": "subscription_item",
        "billing_thresholds": None,
        "created": world.now,
        "discounts": [],
        "metadata": {},
        "price": given["price"],
        "quantity": given["quantity"],
        "subscription": subscription["id"],
        "tax_rates": given["tax_rates"],
    }
    return _in_period(subscription, item)


def set_items(subscription: Doc, items: list[Doc]) -> None:
    """Raises StripeError for items that could not be billed together."""
    if not items:
        raise invalid("A subscription must have at least one item.", param="items")
    if {item["price"]["currency"] for item in items} != {subscription["currency"]}:
        message = f"The price specified only supports another currency than `{subscription['currency']}`."
        raise invalid(message, param="items")
    if len({_interval(item) for item in items}) > 1:
        raise unsupported("items of different intervals", "items")
    subscription["items"]["data"] = items


def interval_of(subscription: Doc) -> tuple[str, int]:
    """How long its period is, as the gateway counts it."""
    return _interval(subscription["items"]["data"][0])


def _interval(item: Doc) -> tuple[str, int]:
    recurring = item["price"]["recurring"]
    return str(recurring["interval"]), int(recurring["interval_count"])


def move_periods(subscription: Doc) -> None:
    """The items' periods follow the anchor and the number of cycles."""
    subscription["items"]["data"] = [_in_period(subscription, item) for item in subscription["items"]["data"]]


def _in_period(subscription: Doc, item: Doc) -> Doc:
    recurring, cycles = item["price"]["recurring"], subscription["_cycles"]
    start, end = (boundary(subscription["billing_cycle_anchor"], recurring, count) for count in (cycles - 1, cycles))
    return {**item, "current_period_start": start, "current_period_end": end}
