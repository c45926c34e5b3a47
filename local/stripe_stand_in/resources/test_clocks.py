"""Test clocks: customers that live by a time of their own, which a call moves forward."""

from __future__ import annotations

from collections.abc import Iterator

from local.stripe_stand_in.dues import DAY, LIVING
from local.stripe_stand_in.errors import StripeError, invalid
from local.stripe_stand_in.listing import page
from local.stripe_stand_in.params import Readable
from local.stripe_stand_in.resources import customer_deletion
from local.stripe_stand_in.resources.periods import boundary
from local.stripe_stand_in.store import Doc
from local.stripe_stand_in.world import World, new_id

KIND = "test_helpers.test_clock"
URL = "/v1/test_helpers/test_clocks"
KEPT_SECONDS = 30 * DAY
MAX_INTERVALS = 2


def create(world: World, params: Readable) -> Doc:
    """`test_helpers.test_clocks.create`."""
    clock: Doc = {
        "id": new_id("clock_"),
        "object": KIND,
        "created": world.now,
        "deletes_after": world.now + KEPT_SECONDS,
        "frozen_time": params["frozen_time"],
        "livemode": False,
        "name": params.get("name"),
        "status": "ready",
        "status_details": {},
    }
    world.emit("test_helpers.test_clock.created", world.save(clock))
    return clock


def retrieve(world: World, _: Readable, clock: str) -> Doc:
    """`test_helpers.test_clocks.retrieve`."""
    return world.get(KIND, clock)


def list_(world: World, params: Readable) -> Doc:
    """`test_helpers.test_clocks.list`."""
    return page(world, KIND, params, URL)


def advance(world: World, params: Readable, clock: str) -> Doc:
    """`test_helpers.test_clocks.advance`: answers at once; the clock is `ready` when all that is due by then has happened."""
    found = _resting(world, clock)
    target: int = params["frozen_time"]
    if target <= found["frozen_time"]:
        raise invalid("`frozen_time` must be later than the clock's present time.", param="frozen_time")
    if target > (_furthest(world, found) or target):
        message = f"A test clock can advance by up to {MAX_INTERVALS} intervals of the shortest subscription at once."
        raise invalid(message, param="frozen_time")
    found.update(status="advancing", status_details={"advancing": {"target_frozen_time": target}})
    world.emit("test_helpers.test_clock.advancing", world.save(found))
    return found


def _resting(world: World, clock: str) -> Doc:
    found = world.get(KIND, clock)
    if found["status"] == "advancing":
        message = "Test clock advancement underway - cannot perform modifications on it"
        raise StripeError(429, "invalid_request_error", message, code="rate_limit")
    return found


def _furthest(world: World, clock: Doc) -> int | None:
    living = world.walk("subscription", lambda doc: doc["test_clock"] == clock["id"] and doc["status"] in LIVING)
    ends = [
        boundary(clock["frozen_time"], each["items"]["data"][0]["price"]["recurring"], MAX_INTERVALS) for each in living
    ]
    return min(ends, default=None)


def delete(world: World, _: Readable, clock: str) -> Doc:
    """`test_helpers.test_clocks.delete`: with its customers and their subscriptions."""
    found = _resting(world, clock)
    for customer in list(customers_of(world, clock)):
        customer_deletion.delete(world, {}, customer["id"])
    world.emit("test_helpers.test_clock.deleted", found)
    world.save({**found, "object": "deleted_test_clock"})
    return {"id": clock, "object": KIND, "deleted": True}


def time_of(world: World, *ids: object) -> tuple[int, str | None]:
    """The seconds, and the test clock if it is one, that the first object among `ids` lives by."""
    for object_id in ids:
        doc = world.store.get(object_id) if isinstance(object_id, str) else None
        customer = world.find("customer", doc.get("customer")) if doc else None
        named = [each["id"] if each["object"] == KIND else each.get("test_clock") for each in (doc, customer) if each]
        clock = world.find(KIND, next(filter(None, named), None))
        if clock:
            return clock["frozen_time"], clock["id"]
    return world.now, world.clock


def customers_of(world: World, clock: str) -> Iterator[Doc]:
    """Who lives by that clock."""
    return world.walk("customer", lambda doc: doc["test_clock"] == clock and not doc.get("_deleted"))


def advancing(world: World) -> list[Doc]:
    """The clocks that are under way."""
    return list(world.walk(KIND, lambda doc: doc["status"] == "advancing"))


def arrive(world: World, clock: Doc) -> None:
    """All that was due has happened."""
    target = clock["status_details"]["advancing"]["target_frozen_time"]
    clock.update(status="ready", frozen_time=target, status_details={})
    world.emit("test_helpers.test_clock.ready", world.save(clock))
