"""Subscriptions: created, changed from now on or from the next period, canceled."""

from __future__ import annotations

from typing import Any

from local.stripe_stand_in.errors import invalid, unsupported
from local.stripe_stand_in.listing import equal, page
from local.stripe_stand_in.params import Params, Readable
from local.stripe_stand_in.resources.customers import living
from local.stripe_stand_in.resources.invoice_collection import charge_invoice, method_for
from local.stripe_stand_in.resources.payment_methods import resolve
from local.stripe_stand_in.resources.subscription_billing import (
    bill,
    end_subscription,
    make_item,
    make_subscription,
    moved_item,
)
from local.stripe_stand_in.store import Doc
from local.stripe_stand_in.world import World, metadata

URL = "/v1/subscriptions"


def create(world: World, params: Readable) -> Doc:
    """`subscriptions.create`."""
    _refuse_unsupported(params)
    if not params.get("customer") or not params.get("items"):
        name = "items" if params.get("customer") else "customer"
        raise invalid(f"Missing required param: {name}.", param=name, code="parameter_missing")
    customer = living(world, params["customer"])
    items = [_asked_item(world, item, f"items[{place}]") for place, item in enumerate(params["items"])]
    subscription = make_subscription(world, customer, items, params)
    subscription["default_tax_rates"] = [
        world.get("tax_rate", rate, "default_tax_rates") for rate in params.get("default_tax_rates") or []
    ]
    world.emit("customer.subscription.created", world.save(subscription))
    invoice = bill(world, subscription, "subscription_create")
    behaviour = params.get("payment_behavior", "allow_incomplete")
    if invoice["status"] == "open" and behaviour != "default_incomplete":
        _collect(
            world,
            invoice,
            strict=behaviour == "error_if_incomplete",
            off_session=bool(params.get("off_session")),
        )
    return world.get("subscription", subscription["id"])


def _refuse_unsupported(params: Readable) -> None:
    if params.get("collection_method") == "send_invoice":
        raise unsupported("collection_method=send_invoice", "collection_method")


def _asked_item(world: World, given: Readable, path: str) -> Doc:
    if not given.get("price"):
        raise unsupported("items without `price`", path)
    rates = [world.get("tax_rate", rate, f"{path}[tax_rates]") for rate in given.get("tax_rates") or []]
    return {
        "price": world.get("price", given["price"], f"{path}[price]"),
        "quantity": given.get("quantity", 1),
        "tax_rates": rates,
    }


def _collect(world: World, invoice: Doc, *, strict: bool, off_session: bool) -> None:
    """Charge the invoice. `strict`: a refusal undoes everything and is the answer (`error_if_incomplete`)."""
    method = resolve(world, method_for(world, invoice))
    refusal = charge_invoice(world, invoice, method, off_session=off_session)
    if refusal and strict:
        refusal.keeps_effects = False
        raise refusal


def retrieve(world: World, _: Readable, subscription: str) -> Doc:
    """`subscriptions.retrieve`."""
    return world.get("subscription", subscription)


def list_(world: World, params: Readable) -> Doc:
    """`subscriptions.list`: canceled ones only when asked for."""
    status = params.get("status")
    wanted = equal(params, "customer", "collection_method")

    def keep(subscription: Doc) -> bool:
        ended = subscription["status"] in ("canceled", "incomplete_expired")
        shown = (
            not ended
            if status is None
            else status == "all" or (ended if status == "ended" else subscription["status"] == status)
        )
        return shown and wanted(subscription)

    return page(world, "subscription", params, URL, keep)


def update(world: World, params: Readable, subscription: str) -> Doc:
    """`subscriptions.update`: plan change from now on or from the next period, cancellation at period end, metadata, card."""
    _refuse_unsupported(params)
    found = world.get("subscription", subscription)
    if found["status"] in ("canceled", "incomplete_expired"):
        raise invalid("A canceled subscription can only update its cancellation_details and metadata.")
    anchor_now = (params.get("billing_cycle_anchor") or {}).get("type") == "now"
    proration, strict = params.get("proration_behavior", "create_prorations"), params.get("payment_behavior")
    off_session = bool(params.get("off_session"))
    _apply_fields(world, found, params)
    if params.get("items"):
        if proration != "none":
            raise unsupported("prorations; send proration_behavior=none", "proration_behavior")
        _apply_items(world, found, params["items"])
    if anchor_now:
        _restart(world, found, strict=strict == "error_if_incomplete", off_session=off_session)
    else:
        world.emit("customer.subscription.updated", world.save(found))
    return world.get("subscription", subscription)


def _apply_fields(world: World, found: Doc, params: Readable) -> None:
    if "metadata" in params:
        found["metadata"] = metadata(params["metadata"], found["metadata"])
    if "description" in params:
        found["description"] = params["description"] or None
    if params.get("default_payment_method"):
        method = world.get("payment_method", params["default_payment_method"], "default_payment_method")
        if method["customer"] != found["customer"]:
            raise invalid("The payment method must be attached to the customer.", param="default_payment_method")
        found["default_payment_method"] = method["id"]
    if "cancel_at_period_end" in params:
        stops: bool = params["cancel_at_period_end"]
        end = found["items"]["data"][0]["current_period_end"]
        found.update(
            cancel_at_period_end=stops, canceled_at=world.now if stops else None, cancel_at=end if stops else None
        )
        found["cancellation_details"]["reason"] = "cancellation_requested" if stops else None


def _apply_items(world: World, found: Doc, asked: list[Params]) -> None:
    """Items with an id replace, items without are added: as at Stripe, forgetting the id bills twice."""
    items = {item["id"]: item for item in found["items"]["data"]}
    for place, given in enumerate(asked):
        path = f"items[{place}]"
        if given.get("id") and given["id"] not in items:
            raise invalid(f"No such subscription_item: '{given['id']}'", param=f"{path}[id]", code="resource_missing")
        if given.get("deleted"):
            items.pop(given.get("id", ""), None)
            continue
        before = items.get(given.get("id", ""))
        merged: Any = given
        if before:
            changes = given.given("price", "quantity", "tax_rates")
            merged = {"price": before["price"]["id"], "quantity": before["quantity"], **changes}
        item = make_item(world, found, {**_asked_item(world, merged, path), "id": given.get("id")})
        if before and not given.get("tax_rates"):
            item["tax_rates"] = before["tax_rates"]
        items[item["id"]] = item
    if not items:
        raise invalid("A subscription must have at least one item.", param="items")
    found["items"]["data"] = list(items.values())


def _restart(world: World, found: Doc, *, strict: bool, off_session: bool) -> None:
    """A new period from now on, billed in full at once."""
    found.update(billing_cycle_anchor=world.now, _cycles=1)
    found["items"]["data"] = [moved_item(found, item) for item in found["items"]["data"]]
    world.save(found)
    position = world.mark()
    invoice = bill(world, found, "subscription_update")
    if invoice["status"] == "open":
        _collect(world, invoice, strict=strict, off_session=off_session)
        if invoice["status"] != "paid":
            world.save({**world.get("subscription", found["id"]), "status": "past_due"})
    world.emit("customer.subscription.updated", world.get("subscription", found["id"]), position=position)


def cancel(world: World, params: Readable, subscription: str) -> Doc:
    """`subscriptions.cancel`: at once, without money back."""
    for name in ("prorate", "invoice_now"):
        if params.get(name):
            raise unsupported(f"`{name}` on cancel", name)
    found = world.get("subscription", subscription)
    if found["status"] in ("canceled", "incomplete_expired"):
        raise invalid(f"No such subscription: '{subscription}'", param="id", code="resource_missing", status=404)
    found["cancellation_details"]["reason"] = "cancellation_requested"
    return end_subscription(world, found, "canceled")
