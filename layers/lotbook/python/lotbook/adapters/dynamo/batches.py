"""Many items in one call. What the service leaves for later is asked for again, after a pause, MAX_TRIES times in all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lotbook.adapters.calls import RETRY_AFTER_SECONDS, send
from lotbook.adapters.dynamo.table import from_item, to_item
from lotbook.adapters.system import jitter, pause
from lotbook.domain.values.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from lotbook.adapters.dynamo.table import Attributes, Table

MAX_PUTS, MAX_KEYS = 25, 100  # what one call takes
MAX_TRIES = 4
PAUSE_SECONDS = 0.05  # the most before the second try; each later pause may be twice as long

Place = tuple[str, str]  # pk and sk


def put_all(table: Table, items: Sequence[Attributes]) -> set[Place]:
    """Put at most MAX_PUTS items over whatever is there; no place twice. Answers the places that are still left.

    Raises as `send`, and then any of them may have been written.
    """
    left: list[Any] = [{"PutRequest": {"Item": item}} for item in items]
    for number in range(MAX_TRIES):
        _pause_before(number)
        answer = send(table.client, "batch_write_item", {"RequestItems": {table.name: left}})
        left = answer.get("UnprocessedItems", {}).get(table.name, [])
        if not left:
            break
    return {_place(each["PutRequest"]["Item"]) for each in left}


def read_all(
    table: Table, keys: Collection[Mapping[str, str]], *, consistent: bool = True
) -> dict[Place, dict[str, Any]]:
    """At most MAX_KEYS items, by place; those that are not there are left out. Raises Unavailable, NewerFormat."""
    wanted: list[Any] = [to_item(key) for key in {tuple(key.values()): key for key in keys}.values()]
    found: list[Attributes] = []
    for number in range(MAX_TRIES if wanted else 0):
        _pause_before(number)
        asked = {table.name: {"Keys": wanted, "ConsistentRead": consistent}}
        answer = send(table.client, "batch_get_item", {"RequestItems": asked})
        found += answer["Responses"].get(table.name, [])
        wanted = answer.get("UnprocessedKeys", {}).get(table.name, {}).get("Keys", [])
        if not wanted:
            break
    if wanted:
        raise Unavailable(retry_after_seconds=RETRY_AFTER_SECONDS)
    return {_place(item): from_item(item) for item in found}


def read_unchanging(table: Table, keys: Collection[Mapping[str, str]]) -> dict[Place, dict[str, Any]]:
    """The same of what never changes, at half the price: an old answer is right, and what it does not have is asked for again."""
    found = read_all(table, keys, consistent=False)
    return found | read_all(table, [key for key in keys if tuple(key.values()) not in found])


def _pause_before(number: int) -> None:
    if number:
        pause(jitter() * PAUSE_SECONDS * 2 ** (number - 1))


def _place(item: Attributes) -> Place:
    return item["pk"]["S"], item["sk"]["S"]
