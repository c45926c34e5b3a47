"""Changing a subscription: its terms, its items, its period from now on, with what happens if that is not paid."""

from __future__ import annotations

from copy import deepcopy

from local.stripe_stand_in.dues import period_end
from local.stripe_stand_in.errors import invalid, unsupported
from local.stripe_stand_in.params import Params, Readable
from local.stripe_stand_in.resources.invoice_items import add_to_next_invoice
from local.stripe_stand_in.resources.invoice_states import void_invoice
from local.stripe_stand_in.resources.pending_updates import apply_update, check_supported, drop_update, hold_update
from local.stripe_stand_in.resources.subscription_billing import bill_now, show_metadata
from local.stripe_stand_in.resources.subscription_schedules import check_unmanaged
from local.stripe_stand_in.resources.subscription_shape import (
    asked_item,
    interval_of,
    make_item,
    move_periods,
    set_items,
)
from local.stripe_stand_in.resources.subscription_status import ENDED
from local.stripe_stand_in.resources.subscription_terms import apply_terms, note_cancellation
from local.stripe_stand_in.resources.subscriptions import pay_first
from local.stripe_stand_in.store import Doc
from local.stripe_stand_in.world import World, metadata

_BILLING = ("items", "billing_cycle_anchor", "add_invoice_items")
_OF_THE_LIVING = (*_BILLING, "cancel_at", "cancel_at_period_end", "default_payment_method")


def update(world: World, params: Readable, subscription: str) -> Doc:
    """`subscriptions.update`. Nothing is prorated here: a change of price says so, a change of interval begins a new period."""
    found = world.get("subscription", subscription)
    if found["status"] in ENDED:
        return _update_ended(world, found, params)
    check_unmanaged(found, params, billing=_BILLING)
    if found["status"] == "incomplete":
        _refuse(params, _BILLING, "An incomplete subscription cannot be changed before its first invoice is paid.")
    proration = params.get("proration_behavior", "create_prorations")
    behaviour, off_session = params.get("payment_behavior", "allow_incomplete"), bool(params.get("off_session"))
    anchor = (params.get("billing_cycle_anchor") or {}).get("type", "unchanged")
    if behaviour == "pending_if_incomplete":
        check_supported(params)
    if params.get("collection_method", "charge_automatically") != "charge_automatically":
        raise unsupported("collection_method=send_invoice", "collection_method")
    if (params.get("items") or anchor == "now") and proration != "none":
        raise unsupported("prorations; send proration_behavior=none", "proration_behavior")
    candidate = deepcopy(found)
    apply_terms(world, candidate, params)
    _apply_items(world, candidate, params.get("items") or [])
    if interval_of(candidate) != interval_of(found) and anchor != "now":
        raise unsupported("another interval without billing_cycle_anchor[type]=now", "items")
    _replace_pending(world, found, anchor)
    if anchor == "now":
        _begin_anew(world, candidate)
    add_to_next_invoice(world, candidate, params.get("add_invoice_items") or [])
    if anchor == "now":
        _restart(world, candidate, behaviour, off_session=off_session)
    else:
        world.change("customer.subscription.updated", candidate)
    if "metadata" in params:
        show_metadata(world, candidate)
    return world.get("subscription", subscription)


def _update_ended(world: World, found: Doc, params: Readable) -> Doc:
    if "metadata" in params:
        found["metadata"] = metadata(params["metadata"], found["metadata"])
        show_metadata(world, found)
    note_cancellation(found, params)
    _refuse(params, _OF_THE_LIVING, "A canceled subscription can only update its cancellation_details and metadata.")
    return world.change("customer.subscription.updated", found)


def _refuse(params: Readable, names: tuple[str, ...], message: str) -> None:
    for name in names:
        if name in params:
            raise invalid(message, param=name)


def _apply_items(world: World, found: Doc, asked: list[Params]) -> None:
    """Items with an id replace, items without are added: as at Stripe, forgetting the id bills twice."""
    items = {item["id"]: item for item in found["items"]["data"]}
    for place, given in enumerate(asked):
        path, item_id = f"items[{place}]", given.get("id")
        if item_id and item_id not in items:
            raise invalid(f"No such subscription_item: '{item_id}'", param=f"{path}[id]", code="resource_missing")
        if given.get("deleted"):
            items.pop(item_id or "", None)
            continue
        wanted = asked_item(world, given, path, items.get(item_id or ""))
        item = make_item(world, found, {**wanted, "id": item_id})
        items[item["id"]] = item
    set_items(found, list(items.values()))


def _replace_pending(world: World, found: Doc, anchor: str) -> None:
    """A change that bills anew takes the place of one that waits: that one's invoice is void."""
    if not found["pending_update"] or anchor != "now":
        return
    invoice = world.get("invoice", found["pending_update"]["_invoice"])
    drop_update(world, found)
    if invoice["status"] == "open":
        void_invoice(world, invoice)


def _begin_anew(world: World, candidate: Doc) -> None:
    """Its periods are counted from now on."""
    status = world.get("subscription", candidate["id"])["status"]
    candidate.update(billing_cycle_anchor=world.now, _cycles=1, pending_update=None, status=status)
    move_periods(candidate)
    if candidate["cancel_at_period_end"]:
        candidate["cancel_at"] = period_end(candidate)


def _restart(world: World, candidate: Doc, behaviour: str, *, off_session: bool) -> None:
    """A new period from now on, billed in full at once."""
    found = world.get("subscription", candidate["id"])
    if behaviour == "pending_if_incomplete":
        _restart_if_paid(world, found, candidate, off_session=off_session)
        return
    place = world.mark()
    world.save(candidate)
    invoice = bill_now(world, candidate, "subscription_update")
    candidate = {**world.get("subscription", found["id"]), "latest_invoice": invoice["id"]}
    world.change("customer.subscription.updated", candidate, position=place, before=found)
    if invoice["status"] != "open":
        return
    if behaviour == "default_incomplete":
        behind = {**candidate, "status": "past_due"}
        world.change("customer.subscription.updated", behind)
    else:
        pay_first(world, invoice, strict=behaviour == "error_if_incomplete", off_session=off_session)


def _restart_if_paid(world: World, found: Doc, candidate: Doc, *, off_session: bool) -> None:
    """Nothing changes before the invoice is paid, now or later."""
    before, place = deepcopy(found), world.mark()
    invoice = bill_now(world, candidate, "subscription_update")
    hold_update(world, found, candidate, invoice)
    if invoice["status"] == "open":
        pay_first(world, invoice, strict=False, off_session=off_session)
    else:
        apply_update(world, found)
    current = world.get("subscription", found["id"])
    if current["pending_update"]:
        current["pending_update"]["_announced"] = True
    world.change("customer.subscription.updated", current, position=place, before=before)
