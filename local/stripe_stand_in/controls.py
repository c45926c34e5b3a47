"""The stand-in's own calls below `/_stand_in/`: webhooks held and delivered, refunds, disputes, failures on order."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

from local.stripe_stand_in import dashboard, settings
from local.stripe_stand_in.control_fields import one_of, only, text, whole
from local.stripe_stand_in.errors import invalid
from local.stripe_stand_in.faults import set_fault
from local.stripe_stand_in.http import Request, Response, json_response
from local.stripe_stand_in.machine import Machine
from local.stripe_stand_in.money import LARGER_MAX
from local.stripe_stand_in.resources.balance_transactions import pay_out
from local.stripe_stand_in.resources.checkout_pay import end_payment, settle_async
from local.stripe_stand_in.resources.disputes import close_dispute, open_dispute
from local.stripe_stand_in.resources.invoice_states import give_up_invoice, void_invoice
from local.stripe_stand_in.resources.refunds import charge_of, fail_refund, refund_charge
from local.stripe_stand_in.resources.subscriptions import portal_cancel
from local.stripe_stand_in.store import Doc
from local.stripe_stand_in.world import World, render

MAX_TIMES = 100
MAX_SHOWN = 10_000
MODES = ("deliver", "hold")


def answer(machine: Machine, request: Request) -> Response:
    """The answer to one control call."""
    steps = request.path.strip("/").split("/")[1:] or [""]
    handler = _ROUTES.get((request.method, steps[0], len(steps)))
    if handler is None or not _known(steps):
        raise invalid(f"There is no control {request.method} {request.path}.", status=404)
    return json_response(200, render(handler(machine, steps, _body(request))))


def _body(request: Request) -> Doc:
    if request.method != "POST" or not request.body.strip():
        return {}
    try:
        content = json.loads(request.body)
    except (ValueError, RecursionError) as malformed:
        raise invalid("The body is not JSON.", code="malformed_json") from malformed
    if not isinstance(content, dict):
        raise invalid("The body must be a JSON object.", code="malformed_json")
    return content


def _find(world: World, kind: str, object_id: str) -> Doc:
    found = world.find(kind, object_id)
    if found is None:
        raise invalid(f"No such {kind}: '{object_id[:100]}'", code="resource_missing", status=404)
    return found


def _show_webhooks(machine: Machine, _: list[str], __: Doc) -> Doc:
    with machine.store.transaction():
        store = machine.store
        held = [store.get(event_id) for event_id, _, _ in store.deliveries("held", MAX_SHOWN)]
        sent = [row for state in ("delivered", "queued") for row in store.deliveries(state, MAX_SHOWN) if row[1]]
        return {
            "mode": store.setting("webhooks", "deliver"),
            "held": [_held(event) for event in held if event],
            "delivered": [
                {
                    "event_id": event_id,
                    "type": (store.get(event_id) or {}).get("type"),
                    "attempts": attempts,
                    "last_status": status,
                }
                for event_id, attempts, status in sent
            ],
        }


def _held(event: Doc) -> Doc:
    object_id = event["data"]["object"].get("id")
    return {"event_id": event["id"], "type": event["type"], "object_id": object_id, "created": event["created"]}


def _set_mode(machine: Machine, _: list[str], content: Doc) -> Doc:
    only(content, "mode")
    mode = one_of(content, "mode", MODES)
    with machine.store.transaction():
        machine.store.set_setting("webhooks", mode)
    return {"mode": mode}


def _deliver(machine: Machine, _: list[str], content: Doc) -> Doc:
    """Deliver held (or named) events now, one after the other; answers what each delivery got."""
    only(content, "event_ids", "times", "shuffle_seed")
    times = whole(content, "times", 1, MAX_TIMES, default=1) or 1
    seed = whole(content, "shuffle_seed", -(2**63), 2**63)
    if machine.endpoint.url is None:
        raise invalid("No webhook endpoint is set.", code="no_endpoint", status=409)
    ids = _event_ids(machine, content.get("event_ids")) * times
    if seed is not None:
        random.Random(seed).shuffle(ids)
    results = [{"event_id": event_id, "status": machine.sender.deliver(event_id)} for event_id in ids]
    return {"delivered": results}


def _event_ids(machine: Machine, given: Any) -> list[str]:
    with machine.store.transaction():
        if given is None:
            return [event_id for event_id, _, _ in machine.store.deliveries("held", MAX_SHOWN)]
        if not isinstance(given, list) or not all(isinstance(each, str) for each in given):
            raise invalid("`event_ids` is a list of event ids.", param="event_ids", status=422)
        for event_id in given:
            if machine.store.delivery(event_id) is None:
                raise invalid(
                    f"No such event: '{event_id[:100]}'", param="event_ids", code="resource_missing", status=404
                )
        return list(given)


def _dashboard(machine: Machine, _: list[str], __: Doc) -> Doc:
    with machine.world() as world:
        return dashboard.overview(world)


def _refund(machine: Machine, _: list[str], content: Doc) -> Doc:
    only(content, "payment_intent", "amount_minor")
    amount = whole(content, "amount_minor", 1, max(LARGER_MAX.values()))
    intent = text(content, "payment_intent")
    with machine.world() as world:
        _find(world, "payment_intent", intent)
        return refund_charge(world, charge_of(world, intent), amount)


def _fail_refund(machine: Machine, steps: list[str], content: Doc) -> Doc:
    only(content)
    with machine.world() as world:
        return fail_refund(world, _find(world, "refund", steps[1]))


def _dispute(machine: Machine, _: list[str], content: Doc) -> Doc:
    only(content, "payment_intent", "reason", "status")
    reason = one_of(
        content, "reason", ("fraudulent", "product_not_received", "general", "duplicate", "unrecognized"), "fraudulent"
    )
    status = one_of(content, "status", ("needs_response", "warning_needs_response"), "needs_response")
    intent = text(content, "payment_intent")
    with machine.world() as world:
        _find(world, "payment_intent", intent)
        return open_dispute(world, charge_of(world, intent), reason, status)


def _close_dispute(machine: Machine, steps: list[str], content: Doc) -> Doc:
    only(content, "outcome")
    outcome = one_of(content, "outcome", ("won", "lost", "warning_closed"))
    with machine.world() as world:
        return close_dispute(world, _find(world, "dispute", steps[1]), outcome)


def _pay_out(machine: Machine, _: list[str], content: Doc) -> Doc:
    only(content, "currency")
    with machine.world() as world:
        return pay_out(world, text(content, "currency"))


def _settle_async(machine: Machine, _: list[str], content: Doc) -> Doc:
    only(content, "session", "outcome")
    outcome = one_of(content, "outcome", ("succeeded", "failed"))
    session = text(content, "session")
    with machine.world() as world:
        return settle_async(world, _find(world, "checkout.session", session), succeeded=outcome == "succeeded")


def _end_payment(machine: Machine, steps: list[str], content: Doc) -> Doc:
    only(content, "outcome", "session_follows")
    outcome = one_of(content, "outcome", ("succeed", "fail"))
    follows = content.get("session_follows", True)
    if not isinstance(follows, bool):
        raise invalid("`session_follows` is true or false.", param="session_follows", status=422)
    with machine.world() as world:
        intent = _find(world, "payment_intent", steps[1])
        return end_payment(world, intent, succeeded=outcome == "succeed", session_follows=follows)


def _show_settings(machine: Machine, _: list[str], __: Doc) -> Doc:
    with machine.store.transaction():
        return settings.change(machine.store, {})


def _set_settings(machine: Machine, _: list[str], content: Doc) -> Doc:
    with machine.store.transaction():
        return settings.change(machine.store, content)


def _portal_cancel(machine: Machine, steps: list[str], content: Doc) -> Doc:
    only(content)
    with machine.world_of(steps[1]) as world:
        return portal_cancel(world, _find(world, "subscription", steps[1]))


def _end_invoice(machine: Machine, steps: list[str], content: Doc) -> Doc:
    only(content)
    ends = {"void": void_invoice, "uncollectible": give_up_invoice}
    with machine.world_of(steps[1]) as world:
        return ends[steps[2]](world, _find(world, "invoice", steps[1]))


def _fail(machine: Machine, _: list[str], content: Doc) -> Doc:
    only(content, "operation", "kind", "times")
    with machine.store.transaction():
        fault = (content.get("operation"), content.get("kind"), content.get("times", 1))
        return {"faults": set_fault(machine.store, *fault)}


def _faults(machine: Machine, _: list[str], __: Doc) -> Doc:
    with machine.store.transaction():
        return {"faults": machine.store.setting("faults", {})}


_ROUTES: dict[tuple[str, str, int], Callable[[Machine, list[str], Doc], Doc]] = {
    ("GET", "webhooks", 1): _show_webhooks,
    ("POST", "webhooks", 1): _set_mode,
    ("POST", "webhooks", 2): _deliver,
    ("POST", "refund", 1): _refund,
    ("POST", "refund", 3): _fail_refund,
    ("POST", "dispute", 1): _dispute,
    ("POST", "dispute", 3): _close_dispute,
    ("POST", "payouts", 1): _pay_out,
    ("POST", "settle_async", 1): _settle_async,
    ("POST", "payments", 2): _end_payment,
    ("GET", "settings", 1): _show_settings,
    ("POST", "settings", 1): _set_settings,
    ("POST", "subscriptions", 3): _portal_cancel,
    ("POST", "invoices", 3): _end_invoice,
    ("POST", "fail", 1): _fail,
    ("GET", "fail", 1): _faults,
    ("GET", "dashboard", 1): _dashboard,
}
_WORDS = {
    "webhooks": ("deliver",),
    "refund": ("fail",),
    "dispute": ("close",),
    "subscriptions": ("portal_cancel",),
    "invoices": ("void", "uncollectible"),
}
_NAMED = ("payments",)  # the last step is an id


def _known(steps: list[str]) -> bool:
    """Whether the last word of a longer address is one that exists."""
    return len(steps) == 1 or steps[0] in _NAMED or steps[-1] in _WORDS.get(steps[0], ())
