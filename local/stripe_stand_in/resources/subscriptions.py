"""Subscriptions, as the API has them: created, listed, canceled. Changing one is in `subscription_updates`."""

from __future__ import annotations

from local.stripe_stand_in.dues import period_end
from local.stripe_stand_in.errors import StripeError, invalid, unsupported
from local.stripe_stand_in.listing import equal, page
from local.stripe_stand_in.money import known_currency
from local.stripe_stand_in.params import Readable
from local.stripe_stand_in.resources.customers import living
from local.stripe_stand_in.resources.invoice_collection import NEEDS_BUYER, charge_invoice, method_for
from local.stripe_stand_in.resources.invoice_items import add_to_next_invoice
from local.stripe_stand_in.resources.payment_methods import resolve
from local.stripe_stand_in.resources.subscription_billing import bill_now
from local.stripe_stand_in.resources.subscription_shape import asked_item, make_subscription
from local.stripe_stand_in.resources.subscription_status import ENDED, end_subscription
from local.stripe_stand_in.resources.subscription_terms import apply_terms, note_cancellation
from local.stripe_stand_in.store import Doc
from local.stripe_stand_in.world import World

URL = "/v1/subscriptions"


def create(world: World, params: Readable) -> Doc:
    """`subscriptions.create`: billed at once; what happens to an unpaid first invoice is `payment_behavior`."""
    if not params.get("customer") or not params.get("items"):
        name = "items" if params.get("customer") else "customer"
        raise invalid(f"Missing required param: {name}.", param=name, code="parameter_missing")
    behaviour = params.get("payment_behavior", "allow_incomplete")
    if behaviour == "pending_if_incomplete":
        raise invalid("`pending_if_incomplete` is for updates only.", param="payment_behavior")
    _check_mode(params)
    customer = living(world, params["customer"])
    items = [asked_item(world, item, f"items[{place}]") for place, item in enumerate(params["items"])]
    if "currency" in params and known_currency(params["currency"]) != items[0]["price"]["currency"]:
        raise invalid("The price specified does not support that currency.", param="currency")
    subscription = make_subscription(world, customer, items, params)
    apply_terms(world, subscription, params)
    world.emit("customer.subscription.created", world.save(subscription))
    add_to_next_invoice(world, subscription, params.get("add_invoice_items") or [])
    invoice = bill_now(world, subscription, "subscription_create")
    # Paid invoices have already changed what is stored.
    current = world.save({**world.get("subscription", subscription["id"]), "latest_invoice": invoice["id"]})
    off_session = bool(params.get("off_session"))
    if invoice["status"] == "open" and behaviour != "default_incomplete":
        pay_first(world, invoice, strict=behaviour == "error_if_incomplete", off_session=off_session)
    return world.get("subscription", current["id"])


def _check_mode(params: Readable) -> None:
    """Flexible billing without prorations is all there is here."""
    mode = params.get("billing_mode") or {}
    if mode.get("type", "flexible") != "flexible":
        raise unsupported("billing_mode[type]=classic", "billing_mode[type]")
    if params.get("collection_method", "charge_automatically") != "charge_automatically":
        raise unsupported("collection_method=send_invoice", "collection_method")
    params.get("proration_behavior")  # without a foreign anchor there is nothing to prorate


def pay_first(world: World, invoice: Doc, *, strict: bool, off_session: bool) -> StripeError | None:
    """Charge the invoice of a call; the answer is the refusal. `strict`: a refusal undoes everything and is raised."""
    method = resolve(world, method_for(world, invoice))
    refusal = charge_invoice(world, invoice, method, off_session=off_session)
    if refusal and strict:
        refusal.keeps_effects = False
        if refusal.fields.get("code") == NEEDS_BUYER:
            refusal.fields["code"] = "subscription_payment_intent_requires_action"
        raise refusal
    return refusal


def retrieve(world: World, _: Readable, subscription: str) -> Doc:
    """`subscriptions.retrieve`."""
    return world.get("subscription", subscription)


def list_(world: World, params: Readable) -> Doc:
    """`subscriptions.list`: canceled ones only when asked for; those of a test clock only for it or for their customer."""
    status = params.get("status")
    wanted = equal(params, "customer", "collection_method")
    price, clock = params.get("price"), params.get("test_clock")
    everywhere = "customer" in params

    def keep(subscription: Doc) -> bool:
        ended = subscription["status"] in ENDED
        shown = (
            not ended
            if status is None
            else status == "all" or (ended if status == "ended" else subscription["status"] == status)
        )
        priced = price is None or any(item["price"]["id"] == price for item in subscription["items"]["data"])
        told = everywhere or subscription["test_clock"] == clock
        return shown and priced and told and wanted(subscription)

    return page(world, "subscription", params, URL, keep=keep)


def cancel(world: World, params: Readable, subscription: str) -> Doc:
    """`subscriptions.cancel`: at once, without money back."""
    for name in ("prorate", "invoice_now"):
        if params.get(name):
            raise unsupported(f"`{name}` on cancel", name)
    found = world.get("subscription", subscription)
    if found["status"] in ENDED:
        raise invalid(f"No such subscription: '{subscription}'", param="id", code="resource_missing", status=404)
    if found["schedule"]:
        raise unsupported("the end of a subscription that a schedule manages", "id")
    note_cancellation(found, params)
    found["cancellation_details"]["reason"] = "cancellation_requested"
    return end_subscription(world, found, "canceled")


def portal_cancel(world: World, found: Doc) -> Doc:
    """What a buyer's cancellation in Stripe's own portal leaves: `cancel_at` alone, which no change of plan moves."""
    if found["status"] in ENDED:
        raise invalid(f"This subscription is {found['status']}.", code="subscription_ended", status=409)
    if found["schedule"]:
        raise invalid("A schedule manages this subscription.", code="subscription_managed", status=409)
    found.update(cancel_at=period_end(found), cancel_at_period_end=False, canceled_at=world.now)
    found["cancellation_details"]["reason"] = "cancellation_requested"
    return world.change("customer.subscription.updated", found)
