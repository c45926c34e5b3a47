"""How subscriptions bill: their items and periods, their invoices, renewal, and the checkout that starts one."""

from __future__ import annotations

from local.stripe_stand_in.errors import StripeError, invalid
from local.stripe_stand_in.listing import listed
from local.stripe_stand_in.params import Readable
from local.stripe_stand_in.resources.invoice_collection import charge_invoice, method_for
from local.stripe_stand_in.resources.invoice_drafts import add_line, make_invoice
from local.stripe_stand_in.resources.invoice_lines import line_of_session_item, make_line
from local.stripe_stand_in.resources.invoice_states import finalize_invoice, void_invoice
from local.stripe_stand_in.resources.lines import cost
from local.stripe_stand_in.resources.payment_methods import attach_to, resolve
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
        "description": params.get("description"),
        "items": listed([], f"/v1/subscription_items?subscription={subscription_id}"),
        "metadata": metadata(params.get("metadata")),
        "start_date": world.now,
        "status": "incomplete",
        "_cycles": 1,
    }
    subscription["items"]["data"] = [make_item(world, subscription, item) for item in items]
    return world.save(subscription)


def _blanks() -> Doc:
    nothing = (
        "application", "application_fee_percent", "billing_cycle_anchor_config", "billing_thresholds", "cancel_at", "canceled_at",
        "customer_account", "days_until_due", "default_source", "ended_at", "latest_invoice", "next_pending_invoice_item_invoice",
        "on_behalf_of", "pause_collection", "pending_invoice_item_interval", "pending_setup_intent", "pending_update", "schedule",
        "test_clock", "transfer_data", "trial_end", "trial_start",
    )  # fmt: skip
    return {
        **dict.fromkeys(nothing),
        "billing_mode": {"flexible": {"proration_discounts": "included"}, "type": "flexible"},
        "billing_schedules": [],
        "cancel_at_period_end": False,
        "cancellation_details": {"comment": None, "feedback": None, "reason": None},
        "default_tax_rates": [],
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


def make_item(world: World, subscription: Doc, given: Doc) -> Doc:
    recurring = given["price"]["recurring"]
    if not recurring:
        raise invalid(
            "The price specified is set to `type=one_time` but this field only accepts prices with `type=recurring`.",
            param="items",
        )
    anchor = subscription["billing_cycle_anchor"]
    return {
        "id": given.get("id") or new_id("si_", 14),
        "object": "subscription_item",
        "billing_thresholds": None,
        "created": world.now,
        "current_period_end": boundary(anchor, recurring, subscription["_cycles"]),
        "current_period_start": boundary(anchor, recurring, subscription["_cycles"] - 1),
        "discounts": [],
        "metadata": {},
        "price": given["price"],
        "quantity": given.get("quantity", 1),
        "subscription": subscription["id"],
        "tax_rates": given.get("tax_rates") or [],
    }


def bill(world: World, subscription: Doc, reason: str, extra_lines: list[Doc] | None = None) -> Doc:
    """The open invoice of the current period."""
    customer = world.get("customer", subscription["customer"])
    params = {"automatic_tax": subscription["automatic_tax"], "auto_advance": True}
    invoice = make_invoice(world, customer, subscription["currency"], params, reason)
    details = {"metadata": subscription["metadata"], "subscription": subscription["id"]}
    invoice["parent"] = {"quote_details": None, "subscription_details": details, "type": "subscription_details"}
    for item in subscription["items"]["data"]:
        add_line(world, invoice, _line(world, subscription, item))
    for line in extra_lines or []:
        add_line(world, invoice, line)
    subscription["latest_invoice"] = invoice["id"]
    world.save(subscription)
    world.emit("invoice.created", invoice)
    return finalize_invoice(world, invoice)


def _line(world: World, subscription: Doc, item: Doc) -> Doc:
    price = item["price"]
    line = make_line(
        world,
        amount=cost(price["unit_amount_decimal"], item["quantity"]),
        currency=subscription["currency"],
        description=f"{item['quantity']} × {world.get('product', price['product'])['name']}",
        quantity=item["quantity"],
        rates=item["tax_rates"] or subscription["default_tax_rates"],
        price=price,
    )
    details = {
        "invoice_item": None,
        "proration": False,
        "proration_details": {"credited_items": None},
        "subscription": subscription["id"],
        "subscription_item": item["id"],
    }
    line["parent"] = {
        "invoice_item_details": None,
        "subscription_item_details": details,
        "type": "subscription_item_details",
    }
    line["period"] = {"end": item["current_period_end"], "start": item["current_period_start"]}
    return line


def moved_item(subscription: Doc, item: Doc) -> Doc:
    recurring, anchor, cycles = (
        item["price"]["recurring"],
        subscription["billing_cycle_anchor"],
        subscription["_cycles"],
    )
    return {
        **item,
        "current_period_start": boundary(anchor, recurring, cycles - 1),
        "current_period_end": boundary(anchor, recurring, cycles),
    }


def end_subscription(world: World, subscription: Doc, status: str) -> Doc:
    """Over, and announced."""
    subscription.update(status=status, ended_at=world.now, canceled_at=subscription["canceled_at"] or world.now)
    kind = "customer.subscription.deleted" if status == "canceled" else "customer.subscription.updated"
    world.emit(kind, world.save(subscription))
    return subscription


def renew(world: World, subscription: Doc) -> None:
    """The clock passed the end of the period: stop, or bill the next one. A decline makes it `past_due`."""
    if subscription["cancel_at_period_end"]:
        end_subscription(world, subscription, "canceled")
        return
    subscription["_cycles"] += 1
    subscription["items"]["data"] = [moved_item(subscription, item) for item in subscription["items"]["data"]]
    world.emit("customer.subscription.updated", world.save(subscription))
    invoice = bill(world, subscription, "subscription_cycle")
    if invoice["status"] != "open":
        return
    try:
        method = resolve(world, method_for(world, invoice))
    except StripeError:
        world.emit("invoice.payment_failed", invoice)
    else:
        charge_invoice(world, invoice, method, off_session=True)
    current = world.get("subscription", subscription["id"])
    if world.get("invoice", invoice["id"])["status"] != "paid":
        current["status"] = "past_due"
        world.emit("customer.subscription.updated", world.save(current))


def abandon_pending(world: World, session: Doc) -> None:
    """The session ended unpaid: its incomplete subscription expires, its invoice is void."""
    subscription = world.find("subscription", session.get("_subscription"))
    if subscription and subscription["status"] == "incomplete":
        invoice = world.get("invoice", subscription["latest_invoice"])
        if invoice["status"] == "open":
            void_invoice(world, invoice)
        end_subscription(world, subscription, "incomplete_expired")


def subscribe_from_session(world: World, session: Doc, method: Doc, authenticated: bool | None) -> StripeError | None:
    """The buyer pays a checkout in subscription mode; after a decline the same subscription and invoice are tried again."""
    customer = world.get("customer", session["customer"])
    subscription = world.find("subscription", session.get("_subscription"))
    if subscription is None:
        lines = session["_line_items"]
        items = [_session_item(line) for line in lines if line["price"]["recurring"]]
        asked = session["_asked"].get("subscription_data", {})
        subscription = make_subscription(world, customer, items, {**asked, "automatic_tax": session["automatic_tax"]})
        session["_subscription"] = subscription["id"]
        world.save(session)
        world.emit("customer.subscription.created", subscription)
        bill(
            world,
            subscription,
            "subscription_create",
            [line_of_session_item(world, line) for line in lines if not line["price"]["recurring"]],
        )
    invoice = world.get("invoice", world.get("subscription", subscription["id"])["latest_invoice"])
    if invoice["status"] == "open":
        refusal = charge_invoice(world, invoice, method, off_session=False, authenticated=authenticated)
        if refusal:
            return refusal
    attach_to(world, method, customer["id"])
    subscription = world.get("subscription", subscription["id"])
    subscription["default_payment_method"] = method["id"]
    world.save(subscription)
    session.update(subscription=subscription["id"], invoice=invoice["id"])
    return None


def _session_item(line: Doc) -> Doc:
    return {"price": line["price"], "quantity": line["quantity"], "tax_rates": [tax["rate"] for tax in line["taxes"]]}
