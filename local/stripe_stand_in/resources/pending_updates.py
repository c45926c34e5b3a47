"""Changes of a subscription that wait for their invoice to be paid (`payment_behavior=pending_if_incomplete`)."""

from __future__ import annotations

from local.stripe_stand_in.dues import INCOMPLETE_SECONDS, period_end
from local.stripe_stand_in.errors import invalid
from local.stripe_stand_in.params import Readable
from local.stripe_stand_in.store import Doc
from local.stripe_stand_in.world import World

# What may not stand beside `pending_if_incomplete` (https://docs.stripe.com/billing/pending-updates-reference).
_NOT_SUPPORTED = (
    "automatic_tax", "cancel_at", "cancellation_details", "collection_method", "days_until_due", "default_payment_method",
    "default_source", "default_tax_rates", "description", "discounts", "invoice_settings", "metadata", "off_session",
    "pause_collection", "payment_settings", "pending_invoice_item_interval", "transfer_data", "trial_settings",
)  # fmt: skip
# What a change that waits brings with it.
_CHANGED = ("items", "billing_cycle_anchor", "cancel_at_period_end", "cancel_at", "canceled_at", "_cycles")


def check_supported(params: Readable) -> None:
    """Raises StripeError for a parameter that cannot wait."""
    for name in _NOT_SUPPORTED:
        if name in params:
            message = f"`{name}` is not supported with `payment_behavior` set to `pending_if_incomplete`."
            raise invalid(message, param=name)


def hold_update(world: World, subscription: Doc, candidate: Doc, invoice: Doc) -> None:
    """The subscription goes on as it is; the candidate waits for the invoice, until its time or the period is over.

    The caller announces it, once it knows that the first attempt to pay failed.
    """
    subscription["pending_update"] = {
        "billing_cycle_anchor": candidate["billing_cycle_anchor"],
        "cancel_at_period_end": candidate["cancel_at_period_end"],
        "discount": None,
        "discounts": None,
        "expires_at": min(period_end(subscription), world.now + INCOMPLETE_SECONDS),
        "metadata": None,
        "subscription_items": candidate["items"]["data"],
        "trial_end": None,
        "trial_from_plan": None,
        "_announced": False,
        "_invoice": invoice["id"],
        "_candidate": {name: candidate[name] for name in _CHANGED if candidate[name] != subscription[name]},
    }
    subscription["latest_invoice"] = invoice["id"]
    world.save(subscription)


def waits_for(subscription: Doc, invoice: Doc) -> bool:
    """Whether a change waits for that invoice."""
    return bool((subscription["pending_update"] or {}).get("_invoice") == invoice["id"])


def apply_update(world: World, subscription: Doc) -> None:
    """Its invoice is paid: the change comes into force. Paid by the call that asked for it, it was never pending."""
    waited: Doc = subscription["pending_update"]
    subscription.update(waited["_candidate"], pending_update=None)
    if waited["_announced"]:
        world.change("customer.subscription.updated", subscription)
        world.emit("customer.subscription.pending_update_applied", subscription)
    else:
        world.save(subscription)


def drop_update(world: World, subscription: Doc) -> None:
    """Its invoice was voided: the change will not come."""
    subscription["pending_update"] = None
    world.change("customer.subscription.updated", subscription)
