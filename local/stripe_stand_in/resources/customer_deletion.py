"""The end of a customer, as by the button of Stripe's dashboard: what hangs on it ends, too."""

from __future__ import annotations

from local.stripe_stand_in.params import Readable
from local.stripe_stand_in.resources.customers import living
from local.stripe_stand_in.resources.subscription_status import ENDED, end_subscription
from local.stripe_stand_in.store import Doc
from local.stripe_stand_in.world import World


def delete(world: World, _: Readable, customer: str) -> Doc:
    """`customers.delete`: for good. Subscriptions are cancelled at once, cards are removed; payments stay as they were.

    An open checkout page stays open: Stripe does not say whether it can be paid, and a shop must stand that it can.
    """
    found = living(world, customer, "id")
    for each in list(world.walk("subscription", lambda doc: doc["customer"] == customer)):
        if each["status"] not in ENDED:
            end_subscription(world, each, "canceled")
    for each in list(world.walk("payment_method", lambda doc: doc["customer"] == customer)):
        world.save({**each, "customer": None, "_detached": True})
    world.emit("customer.deleted", found)
    world.save({**found, "_deleted": True})
    return {"id": customer, "object": "customer", "deleted": True}
