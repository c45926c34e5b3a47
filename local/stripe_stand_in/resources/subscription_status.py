"""What a subscription's status follows from: the newest of its finalized invoices. And its end."""

from __future__ import annotations

from collections.abc import Iterator

from local.stripe_stand_in.resources.pending_updates import apply_update, drop_update, waits_for
from local.stripe_stand_in.resources.subscription_schedules import KIND, let_go
from local.stripe_stand_in.store import Doc
from local.stripe_stand_in.world import World

ENDED = ("canceled", "incomplete_expired")
_BEHIND = ("past_due", "unpaid")


def subscription_of(invoice: Doc) -> str | None:
    """The subscription that an invoice bills."""
    parent: Doc = (invoice["parent"] or {}).get("subscription_details") or {}
    return parent.get("subscription")


def invoices_of(world: World, subscription: str) -> Iterator[Doc]:
    """Its invoices, newest first."""
    return world.walk("invoice", lambda doc: subscription_of(doc) == subscription)


def invoice_paid(world: World, invoice: Doc) -> None:
    """A paid invoice brings a change into force, starts a subscription, or ends its being behind."""
    subscription = world.find("subscription", subscription_of(invoice))
    if subscription is None or subscription["status"] in ENDED:
        return
    if waits_for(subscription, invoice):
        apply_update(world, subscription)
    elif subscription["status"] == "incomplete":
        _become(world, subscription, "active")
        return
    _review(world, subscription)


def invoice_failed(world: World, invoice: Doc) -> None:
    """An attempt to pay failed."""
    subscription = world.find("subscription", subscription_of(invoice))
    if subscription and subscription["status"] in ("active", *_BEHIND):
        _review(world, subscription)


def invoice_closed(world: World, invoice: Doc) -> None:
    """An invoice was voided or given up: a change that waited for it is dropped, and the one before it counts."""
    subscription = world.find("subscription", subscription_of(invoice))
    if subscription is None or subscription["status"] in ENDED:
        return
    if waits_for(subscription, invoice):
        drop_update(world, subscription)
    if subscription["status"] == "incomplete" and invoice["status"] == "void":
        end_subscription(world, subscription, "incomplete_expired")
    elif subscription["status"] != "incomplete":
        _review(world, subscription)


def _review(world: World, subscription: Doc) -> None:
    """Active or behind by the newest finalized invoice that is neither void nor of a change that has not come into force."""
    counting = (
        each
        for each in invoices_of(world, subscription["id"])
        if each["status"] not in ("draft", "void") and not waits_for(subscription, each)
    )
    newest = next(counting, None)
    if newest is None or (newest["status"] == "open" and not newest["attempted"]):
        return
    if newest["status"] != "open":
        _become(world, subscription, "active")
    elif subscription["status"] not in _BEHIND:
        _become(world, subscription, "past_due")


def _become(world: World, subscription: Doc, status: str) -> None:
    if subscription["status"] != status:
        subscription["status"] = status
        world.change("customer.subscription.updated", subscription)


def give_up(world: World, subscription: Doc, ending: str) -> None:
    """The last retry failed: `cancel`, `unpaid`, or `past_due` (it stays as it is)."""
    if subscription["status"] in ENDED:
        return
    if ending == "cancel":
        subscription["cancellation_details"]["reason"] = "payment_failed"
        end_subscription(world, subscription, "canceled")
    elif ending == "unpaid":
        _become(world, subscription, "unpaid")


def end_subscription(world: World, subscription: Doc, status: str) -> Doc:
    """Over, and announced. Its unpaid invoices are no longer collected; they can still be paid by hand."""
    subscription.update(status=status, ended_at=world.now, canceled_at=subscription["canceled_at"] or world.now)
    subscription["pending_update"] = None
    if subscription["schedule"]:
        let_go(world, world.get(KIND, subscription["schedule"]), "canceled")
        subscription["schedule"] = None
    if status == "canceled":
        world.emit("customer.subscription.deleted", world.save(subscription))
    else:
        world.change("customer.subscription.updated", subscription)
    for invoice in list(invoices_of(world, subscription["id"])):
        if invoice["status"] in ("draft", "open") and invoice["auto_advance"]:
            invoice.update(auto_advance=False, automatically_finalizes_at=None, next_payment_attempt=None)
            world.change("invoice.updated", invoice)
    return subscription
