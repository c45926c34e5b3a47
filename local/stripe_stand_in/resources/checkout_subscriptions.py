"""The subscription that a checkout session starts."""

from __future__ import annotations

from local.stripe_stand_in.errors import StripeError
from local.stripe_stand_in.resources.coupons import redeem
from local.stripe_stand_in.resources.invoice_collection import charge_invoice
from local.stripe_stand_in.resources.invoice_lines import line_of_session_item
from local.stripe_stand_in.resources.payment_methods import attach_to, mark_set_up
from local.stripe_stand_in.resources.subscription_billing import bill_now
from local.stripe_stand_in.resources.subscription_cycle import expire_incomplete
from local.stripe_stand_in.resources.subscription_shape import make_subscription
from local.stripe_stand_in.resources.subscription_status import ENDED
from local.stripe_stand_in.store import Doc
from local.stripe_stand_in.world import World


def abandon_pending(world: World, session: Doc) -> None:
    """The session ended unpaid: its incomplete subscription expires, its invoice is void."""
    subscription = world.find("subscription", session.get("_subscription"))
    if subscription and subscription["status"] == "incomplete":
        expire_incomplete(world, subscription)


def subscribe_from_session(world: World, session: Doc, method: Doc, authenticated: bool | None) -> StripeError | None:
    """The buyer pays a checkout in subscription mode; after a decline the same subscription and invoice are tried again."""
    subscription = world.find("subscription", session.get("_subscription"))
    if subscription is None or subscription["status"] in ENDED:
        subscription = _subscribe(world, session)
    invoice = world.get("invoice", subscription["latest_invoice"])
    if invoice["status"] == "open":
        refusal = charge_invoice(world, invoice, method, off_session=False, authenticated=authenticated)
        if refusal:
            return refusal
    attach_to(world, method, session["customer"])
    mark_set_up(world, method)
    subscription = world.get("subscription", subscription["id"])
    subscription["default_payment_method"] = method["id"]
    world.change("customer.subscription.updated", subscription)
    session.update(subscription=subscription["id"], invoice=invoice["id"])
    redeem(world, next((each["coupon"] for each in session["discounts"]), None))
    return None


def _subscribe(world: World, session: Doc) -> Doc:
    lines = session["_line_items"]
    items = [_session_item(line) for line in lines if line["price"]["recurring"]]
    asked = session["_asked"].get("subscription_data", {})
    customer = world.get("customer", session["customer"])
    made = make_subscription(world, customer, items, {**asked, "automatic_tax": session["automatic_tax"]})
    session["_subscription"] = made["id"]
    world.save(session)
    world.emit("customer.subscription.created", made)
    extras = [line_of_session_item(world, line) for line in lines if not line["price"]["recurring"]]
    coupon = world.find("coupon", next((each["coupon"] for each in session["discounts"]), None))
    invoice = bill_now(world, made, "subscription_create", extras, coupon=coupon)
    return world.save({**world.get("subscription", made["id"]), "latest_invoice": invoice["id"]})


def _session_item(line: Doc) -> Doc:
    """With the rates that were named on its line; the subscription has its own default."""
    own = [tax["rate"] for tax in line["taxes"]] if line["_own_rates"] else []
    return {"price": line["price"], "quantity": line["quantity"], "tax_rates": own}
