"""Lists that page as Stripe's do: newest first, `limit`, `starting_after`, `ending_before`, `has_more`."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from typing import Any

from local.stripe_stand_in.errors import invalid, no_such
from local.stripe_stand_in.params import Readable
from local.stripe_stand_in.store import Doc, made_at
from local.stripe_stand_in.world import World, render

MAX_LIMIT = 100
DEFAULT_LIMIT = 10
_COMPARE: dict[str, Callable[[int, int], bool]] = {
    "gt": lambda at, bound: at > bound,
    "gte": lambda at, bound: at >= bound,
    "lt": lambda at, bound: at < bound,
    "lte": lambda at, bound: at <= bound,
}


def listed(data: list[Doc], url: str, has_more: bool = False) -> Doc:
    """A list object."""
    return {"object": "list", "data": data, "has_more": has_more, "url": url}


def page(world: World, kind: str, params: Readable, url: str, *, keep: Callable[[Doc], bool] = lambda _: True) -> Doc:
    """One page of the documents of a kind that pass `keep` and the request's `created`."""
    limit = params.get("limit", DEFAULT_LIMIT)
    if not 1 <= limit <= MAX_LIMIT:
        raise invalid("This value must be between 1 and 100.", param="limit", code="parameter_invalid_integer")
    after, before = _place(world, kind, params, "starting_after"), _place(world, kind, params, "ending_before")
    if after is not None and before is not None:
        raise invalid("You may only specify one of these parameters: starting_after, ending_before.")
    in_range = _range(params.get("created"))
    found = (doc for doc in world.store.walk(kind, after=after, before=before) if in_range(made_at(doc)) and keep(doc))
    rows = list(islice(found, limit + 1))
    shown = rows[:limit] if before is None else rows[:limit][::-1]
    return listed([render(doc) for doc in shown], url, len(rows) > limit)


def page_of(rows: list[Doc], params: Readable, url: str) -> Doc:
    """One page of rows that are already in the order of the list."""
    limit = params.get("limit", DEFAULT_LIMIT)
    if not 1 <= limit <= MAX_LIMIT:
        raise invalid("This value must be between 1 and 100.", param="limit", code="parameter_invalid_integer")
    ids = [row["id"] for row in rows]
    if "starting_after" in params and params["starting_after"] in ids:
        rows = rows[ids.index(params["starting_after"]) + 1 :]
    return listed([render(row) for row in rows[:limit]], url, len(rows) > limit)


def _range(given: Any) -> Callable[[int], bool]:
    """Whether an instant passes Stripe's range filter: a number, or `{gt, gte, lt, lte}`."""
    if given is None or isinstance(given, int):
        return lambda at: given in (None, at)
    bounds = [(compare, given[name]) for name, compare in _COMPARE.items() if name in given]
    return lambda at: all(compare(at, bound) for compare, bound in bounds)


def equal(params: Readable, *names: str) -> Callable[[Doc], bool]:
    """Keeps documents whose fields equal the given filters."""
    wanted = {name: params[name] for name in names if params.get(name) is not None}
    return lambda doc: all(doc.get(name) == value for name, value in wanted.items())


def _place(world: World, kind: str, params: Readable, name: str) -> int | None:
    object_id = params.get(name)
    if object_id is None:
        return None
    if world.find(kind, object_id) is None:
        raise no_such(kind, object_id, name)
    return world.store.place(object_id)
