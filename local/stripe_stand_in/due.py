"""What happens by itself when a clock passes an instant: one thing after the other, each at its own instant."""

from __future__ import annotations

from collections.abc import Callable

from local.stripe_stand_in.resources.checkout_sessions import expire_session
from local.stripe_stand_in.resources.subscription_cycle import invoice_due, subscription_due
from local.stripe_stand_in.resources.subscription_schedules import schedule_due
from local.stripe_stand_in.resources.test_clocks import advancing, arrive
from local.stripe_stand_in.store import Doc
from local.stripe_stand_in.world import World

MAX_AT_ONCE = 2000


def _session_due(world: World, session: Doc) -> bool:
    expire_session(world, session)
    return True


# Whether it was done; False when it has to wait for a webhook that is on its way.
_HAPPENINGS: dict[str, Callable[[World, Doc], bool]] = {
    "checkout.session": _session_due,
    "subscription": subscription_due,
    "invoice": invoice_due,
    "subscription_schedule": schedule_due,
}


def run_due(world: World) -> int:
    """Do what is due by our own clock and by the test clocks that advance, inside the current transaction.

    Answers how many things happened. Events wait for `world.flush()`. A draft whose `invoice.created` has not been delivered yet
    holds its clock back: it goes on once the webhook was answered or refused.
    """
    done, _ = _run_until(world, world.now, None)
    for clock in advancing(world):
        count, arrived = _run_until(world, clock["status_details"]["advancing"]["target_frozen_time"], clock["id"])
        done += count
        if arrived:
            arrive(world, clock)
    return done


def _run_until(world: World, target: int, clock: str | None) -> tuple[int, bool]:
    """How many things happened, and whether that clock has nothing more to do."""
    for count in range(MAX_AT_ONCE):
        found = world.store.next_due(target, clock)
        if found is None:
            return count, True
        instant, doc = found
        with world.entered(instant, clock):
            if not _HAPPENINGS[doc["object"]](world, doc):
                return count, False
    return MAX_AT_ONCE, False
