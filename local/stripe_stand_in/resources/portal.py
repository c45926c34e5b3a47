"""Sessions of the billing portal: an address that shows a small page."""

from __future__ import annotations

from local.stripe_stand_in.errors import invalid
from local.stripe_stand_in.params import Readable
from local.stripe_stand_in.resources.customers import living
from local.stripe_stand_in.store import Doc
from local.stripe_stand_in.world import World, new_id


def create(world: World, params: Readable) -> Doc:
    """`billing_portal.sessions.create`."""
    if not params.get("customer"):
        raise invalid("Missing required param: customer.", param="customer", code="parameter_missing")
    customer = living(world, params["customer"])
    session_id = new_id("bps_")
    session: Doc = {
        "id": session_id,
        "object": "billing_portal.session",
        "configuration": "bpc_stand_in",
        "created": world.now,
        "customer": customer["id"],
        "customer_account": None,
        "flow": None,
        "livemode": False,
        "locale": params.get("locale"),
        "on_behalf_of": None,
        "return_url": params.get("return_url"),
        "url": f"{world.base_url}/billing_portal/{session_id}",
    }
    return world.save(session)
