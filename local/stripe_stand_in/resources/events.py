"""Events, as they were announced."""

from __future__ import annotations

from local.stripe_stand_in.errors import invalid
from local.stripe_stand_in.listing import page
from local.stripe_stand_in.params import Readable
from local.stripe_stand_in.store import Doc
from local.stripe_stand_in.world import World

URL = "/v1/events"
MAX_TYPES = 20


def retrieve(world: World, _: Readable, event: str) -> Doc:
    """`events.retrieve`."""
    return world.get("event", event)


def list_(world: World, params: Readable) -> Doc:
    """`events.list` by `type` or `types` (both may end in `*`), `created`, `delivery_success`."""
    if "type" in params and "types" in params:
        raise invalid("You may only specify one of these parameters: type, types.", param="types")
    types = params.get("types") or ([params["type"]] if "type" in params else [])
    if len(types) > MAX_TYPES:
        raise invalid(f"You can pass up to {MAX_TYPES} types.", param="types")
    success = params.get("delivery_success")

    def keep(event: Doc) -> bool:
        named = not types or any(
            event["type"] == kind or (kind.endswith("*") and event["type"].startswith(kind[:-1])) for kind in types
        )
        return named and success in (None, event["pending_webhooks"] == 0)

    return page(world, "event", params, URL, keep=keep)
