"""Subscription schedules: of a running subscription, with the phase that runs and one that follows it at the period's end.

What is not settled about Stripe is taken the harder way: a phase says tax and card anew, or they are gone with it; and another
interval without `billing_cycle_anchor=phase_start` is refused (at Stripe it began without being charged).
"""

from __future__ import annotations

from local.stripe_stand_in.dues import period_end
from local.stripe_stand_in.errors import invalid, unsupported
from local.stripe_stand_in.listing import equal, page
from local.stripe_stand_in.params import Readable
from local.stripe_stand_in.resources.schedule_phases import ANEW, a_phase, asked_phases, kept_item, span
from local.stripe_stand_in.resources.subscription_shape import make_item, set_items
from local.stripe_stand_in.store import Doc
from local.stripe_stand_in.world import World, metadata, new_id

KIND = "subscription_schedule"
URL = "/v1/subscription_schedules"
_BLANK = (
    "application", "canceled_at", "completed_at", "customer_account", "released_at", "released_subscription",
)  # fmt: skip
_BLANK_SETTINGS = (
    "application_fee_percent", "billing_thresholds", "collection_method", "description", "on_behalf_of", "transfer_data",
)  # fmt: skip


def create(world: World, params: Readable) -> Doc:
    """`subscription_schedules.create`: of a subscription that runs, whose present period is the first phase."""
    if not params.get("from_subscription"):
        raise unsupported("a schedule that is not of a subscription", "from_subscription")
    found = world.get("subscription", params["from_subscription"], "from_subscription")
    _check_free(found)
    item = found["items"]["data"][0]
    phase = a_phase(found, [kept_item(each) for each in found["items"]["data"]], item["current_period_start"])
    phase.update(end_date=period_end(found), default_tax_rates=found["default_tax_rates"])
    schedule: Doc = {
        **dict.fromkeys(_BLANK),
        "id": new_id("sub_sched_"),
        "object": KIND,
        "billing_mode": found["billing_mode"],
        "created": world.now,
        "current_phase": {"start_date": phase["start_date"], "end_date": phase["end_date"]},
        "customer": found["customer"],
        "default_settings": {
            **dict.fromkeys(_BLANK_SETTINGS),
            "automatic_tax": {"disabled_reason": None, "enabled": False, "liability": None},
            "billing_cycle_anchor": "automatic",
            "default_payment_method": found["default_payment_method"],
            "invoice_settings": found["invoice_settings"],
        },
        "end_behavior": "release",
        "livemode": False,
        "metadata": {},
        "pause_schedules": [],
        "phases": [phase],
        "status": "active",
        "subscription": found["id"],
        "test_clock": found["test_clock"],
    }
    world.emit("subscription_schedule.created", world.save(schedule))
    world.change("customer.subscription.updated", {**found, "schedule": schedule["id"]})
    return schedule


def _check_free(found: Doc) -> None:
    if found["status"] not in ("active", "past_due"):
        raise invalid(
            f"A schedule cannot be made of a subscription that is {found['status']}.", param="from_subscription"
        )
    if found["schedule"]:
        message = "You cannot migrate a subscription that is already attached to a schedule."
        raise invalid(f"{message} It is attached to `{found['schedule']}`.", param="from_subscription")
    if found["cancel_at"] or found["pending_update"]:
        raise unsupported("a schedule of a subscription that ends, or whose change waits", "from_subscription")


def retrieve(world: World, _: Readable, schedule: str) -> Doc:
    """`subscription_schedules.retrieve`."""
    return world.get(KIND, schedule)


def list_(world: World, params: Readable) -> Doc:
    """`subscription_schedules.list`."""
    return page(world, KIND, params, URL, keep=equal(params, "customer"))


def update(world: World, params: Readable, schedule: str) -> Doc:
    """`subscription_schedules.update`: what follows, the card, how it ends."""
    found = _running(world, schedule)
    if params.get("end_behavior", "release") != "release":
        raise unsupported("any end but release", "end_behavior")
    if params.get("proration_behavior", "none" if "phases" not in params else "create_prorations") != "none":
        raise unsupported("prorations; send proration_behavior=none", "proration_behavior")
    if "metadata" in params:
        found["metadata"] = metadata(params["metadata"], found["metadata"])
    card = (params.get("default_settings") or {}).get("default_payment_method")
    if card:
        found["default_settings"]["default_payment_method"] = world.get("payment_method", card, "default_settings")[
            "id"
        ]
    if "phases" in params:
        found["phases"] = asked_phases(world, found, params["phases"])
        subscription = world.get("subscription", found["subscription"])
        world.save({**subscription, "default_tax_rates": found["phases"][0]["default_tax_rates"]})
    return world.change("subscription_schedule.updated", found)


def release(world: World, params: Readable, schedule: str) -> Doc:
    """`subscription_schedules.release`: the subscription goes on by itself, as it is."""
    if params.get("preserve_cancel_date"):
        raise unsupported("preserve_cancel_date", "preserve_cancel_date")
    return let_go(world, _running(world, schedule), "released")


def _running(world: World, schedule: str) -> Doc:
    found = world.get(KIND, schedule)
    if found["status"] != "active":
        raise invalid(f"This subscription schedule is {found['status']}; it cannot be changed any more.", param="id")
    return found


def let_go(world: World, schedule: Doc, status: str) -> Doc:
    """The schedule manages nothing any more: `released`, by hand or after its last phase, or `canceled` with its subscription."""
    subscription = world.get("subscription", schedule["subscription"])
    moment = "canceled_at" if status == "canceled" else "released_at"
    schedule.update({"status": status, moment: world.now, "current_phase": None})
    if status == "released":
        schedule.update(released_subscription=subscription["id"], subscription=None)
    world.emit(f"subscription_schedule.{status}", world.save(schedule))
    if status == "released":
        world.change("customer.subscription.updated", {**subscription, "schedule": None})
    return schedule


def check_unmanaged(found: Doc, params: Readable, *, billing: tuple[str, ...]) -> None:
    """Raises StripeError for a change of what the subscription's schedule decides."""
    if not found["schedule"]:
        return
    for name in ("cancel_at", "cancel_at_period_end"):
        if name in params:
            message = f"The subscription is managed by the subscription schedule `{found['schedule']}`, and updating any cancelation"
            raise invalid(
                f"{message} behavior directly is not allowed. Please update the schedule instead.", param=name
            )
    for name in billing:
        if name in params:
            raise unsupported(f"`{name}` of a subscription that a schedule manages", name)


def next_phase(world: World, subscription: Doc) -> Doc | None:
    """The phase that begins with the period that begins now."""
    schedule = world.find(KIND, subscription["schedule"])
    phases = [each for each in schedule["phases"] if each["start_date"] == world.now] if schedule else []
    return phases[0] if phases else None


def enter(world: World, subscription: Doc, phase: Doc) -> None:
    """The subscription as that phase says. The caller moves its period, saves and announces it."""
    schedule = world.get(KIND, subscription["schedule"])
    schedule["current_phase"] = span(phase)
    world.save(schedule)
    card = phase["default_payment_method"] or schedule["default_settings"]["default_payment_method"]
    subscription.update(default_tax_rates=phase["default_tax_rates"], default_payment_method=card)
    if phase["billing_cycle_anchor"] == ANEW:
        subscription.update(billing_cycle_anchor=world.now, _cycles=1)
    ids = [item["id"] for item in subscription["items"]["data"]]
    asked = [{**item, "price": world.get("price", item["price"])} for item in phase["items"]]
    set_items(
        subscription,
        [make_item(world, subscription, {**item, "id": id_}) for item, id_ in zip(asked, ids, strict=True)],
    )


def schedule_due(world: World, schedule: Doc) -> bool:
    """Its last phase is over: the subscription goes on by itself."""
    let_go(world, schedule, "released")
    return True
