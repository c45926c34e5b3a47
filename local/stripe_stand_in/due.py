"""What happens by itself when the clock passes an instant: sessions expire, subscriptions renew."""

from __future__ import annotations

from local.stripe_stand_in.resources.checkout_sessions import expire_session
from local.stripe_stand_in.resources.subscription_billing import renew
from local.stripe_stand_in.world import World

MAX_AT_ONCE = 500


def run_due(world: World) -> int:
    """Do what is due, inside the current transaction; answers how many things happened. Events wait for `world.flush()`."""
    due = world.store.due(world.now, MAX_AT_ONCE)
    for doc in due:
        if doc["object"] == "checkout.session":
            expire_session(world, doc)
        else:
            renew(world, doc)
    return len(due)
