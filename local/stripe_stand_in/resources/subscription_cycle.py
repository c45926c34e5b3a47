"""What the clock does to subscriptions and their invoices, each at its own instant."""

from __future__ import annotations

from local.stripe_stand_in.dues import DAY, expires_incomplete_at, period_end
from local.stripe_stand_in.resources.invoice_collection import collect
from local.stripe_stand_in.resources.invoice_states import finalize_invoice, void_invoice
from local.stripe_stand_in.resources.subscription_billing import bill_leftovers, draft_renewal
from local.stripe_stand_in.resources.subscription_schedules import enter, next_phase
from local.stripe_stand_in.resources.subscription_shape import move_periods
from local.stripe_stand_in.resources.subscription_status import end_subscription, invoices_of
from local.stripe_stand_in.settings import settings
from local.stripe_stand_in.store import Doc
from local.stripe_stand_in.world import World

WITHOUT_ANSWER_SECONDS = 3 * DAY  # so long a draft waits for an answer to `invoice.created`


def subscription_due(world: World, subscription: Doc) -> bool:
    """Its first invoice was not paid in time, a change was not, it ends, or its next period begins."""
    if subscription["status"] == "incomplete":
        if world.now >= expires_incomplete_at(subscription):
            expire_incomplete(world, subscription)
    elif subscription["pending_update"] and world.now >= subscription["pending_update"]["expires_at"]:
        _expire_update(world, subscription)
    elif subscription["cancel_at"] is not None and world.now >= subscription["cancel_at"]:
        end_subscription(world, subscription, "canceled")
        bill_leftovers(world, subscription)
    else:
        _renew(world, subscription)
    return True


def expire_incomplete(world: World, subscription: Doc) -> None:
    """Over, never having begun; its first invoice is void."""
    end_subscription(world, subscription, "incomplete_expired")
    for invoice in list(invoices_of(world, subscription["id"])):
        if invoice["status"] == "open":
            void_invoice(world, invoice)


def _expire_update(world: World, subscription: Doc) -> None:
    """The change that waited will not come: its invoice is void, everything else stays as it was."""
    invoice = world.get("invoice", subscription["pending_update"]["_invoice"])
    subscription["pending_update"] = None
    world.change("customer.subscription.updated", subscription)
    world.emit("customer.subscription.pending_update_expired", subscription)
    if invoice["status"] == "open":
        void_invoice(world, invoice)


def _renew(world: World, subscription: Doc) -> None:
    """The next period has begun, before any money: its invoice is a draft."""
    before = world.get("subscription", subscription["id"])
    item = subscription["items"]["data"][0]
    ended = (item["current_period_start"], period_end(subscription))
    phase = next_phase(world, subscription)
    subscription["_cycles"] += 1
    if phase is not None:
        enter(world, subscription, phase)
    move_periods(subscription)
    place = world.mark()
    subscription["latest_invoice"] = draft_renewal(world, subscription, ended)["id"]
    world.change("customer.subscription.updated", subscription, position=place, before=before)


def invoice_due(world: World, invoice: Doc) -> bool:
    """A draft is finalized and collected, an open one is tried again. False: `invoice.created` is still on its way out."""
    if invoice["status"] == "open":
        collect(world, invoice)
        return True
    if invoice["webhooks_delivered_at"] is None:
        if _on_its_way(world, invoice["_created_event"]):
            return False
        latest = invoice["created"] + WITHOUT_ANSWER_SECONDS
        if world.now < latest:
            invoice["automatically_finalizes_at"] = latest
            world.save(invoice)
            return True
    finalize_invoice(world, invoice)
    if invoice["status"] == "open":
        collect(world, invoice)
    return True


def _on_its_way(world: World, event: str) -> bool:
    """Whether the event will be delivered by itself: it is queued, or this very transaction will queue it."""
    state = world.store.delivery(event)
    return state == "queued" or (state is None and world.store.setting("webhooks", "deliver") == "deliver")


def invoice_answered(world: World, event: Doc, *, late: bool) -> None:
    """`invoice.created` was answered with a 2xx. `late`: not when it first went out; the draft's usual time counts from now, then."""
    invoice = world.find("invoice", event["data"]["object"]["id"])
    if invoice is None or invoice["webhooks_delivered_at"] is not None:
        return
    invoice["webhooks_delivered_at"] = world.now if late else invoice["created"]
    if late and invoice["automatically_finalizes_at"] is not None:
        again = world.now + settings(world.store).draft_minutes * 60
        invoice["automatically_finalizes_at"] = min(invoice["created"] + WITHOUT_ANSWER_SECONDS, again)
    world.save(invoice)
