"""Bodies of batches, checked by hand as in `burning.py`: items by their own keys, or lines of one unit under one key for all.

The rules are those of `ConsumeBatchBody` in `schemas.py`; a property test holds the two together.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from lotbook.api.http.body import refuse_members
from lotbook.api.http.idempotency import MAX_CHARACTERS, VISIBLE_ASCII
from lotbook.api.requests import burning
from lotbook.domain.credits.requests import BatchItem, BurnRequest
from lotbook.domain.values.errors import InvalidRequest
from lotbook.domain.values.light_dataclasses import dataclass, replace

if TYPE_CHECKING:
    from lotbook.domain.credits.rated import CountedUsage

MAX_ITEMS = 100
BATCH_FIELDS = frozenset({"items"})
ITEM_FIELDS = frozenset({"idempotency_key", "credits", "usage", "unit", "reference"})
LINE_FIELDS = burning.FIELDS
ONE_KEY = "The header Idempotency-Key is the key of the whole batch: its items have none."
ONE_UNIT = "A batch under one key is one burn: all its items are of one unit."


def batch_of(document: dict[str, Any], actor: str, first_unit: Callable[[], str]) -> list[BatchItem]:
    """The items of a batch. One that is malformed refuses them all: raises InvalidRequest that names each by its path.

    `first_unit` is asked for the unit of items that name none, where there are any.
    """
    items = items_of(document)
    errors: list[dict[str, str]] = []
    found = [_item_of(item, f"items.{at}", actor, errors) for at, item in enumerate(items)]
    _refuse(errors)
    unit = "" if all(item and item.unit for item in found) else first_unit()
    return [item.within(unit) for item in found if item is not None]


def items_of(document: dict[str, Any]) -> list[Any]:
    """The items of a batch as they were sent; raises InvalidRequest where there are none, or too many."""
    refuse_members(document, BATCH_FIELDS)
    if "items" not in document:
        burning.refuse("items", "missing", "items is required.")
    items: object = document["items"]
    if not isinstance(items, list):
        burning.refuse("items", "type", "items must be an array.")
    if not 1 <= len(items) <= MAX_ITEMS:
        burning.refuse("items", "length", f"items must be 1 to {MAX_ITEMS}.")
    return items


@dataclass(frozen=True, slots=True)
class _Item:
    """One item as it was sent; `unit` None: it named none."""

    key: str
    credits: int
    usage: CountedUsage | None
    unit: str | None
    reference: str | None
    actor: str

    def within(self, unit: str) -> BatchItem:
        said = BurnRequest(self.credits, self.unit or unit, self.reference, actor=self.actor, usage=self.usage)
        return BatchItem(self.key, said)


def _item_of(item: object, path: str, actor: str, errors: list[dict[str, str]]) -> _Item | None:
    """The item, or None with what is wrong with it added to `errors`."""
    if not isinstance(item, dict):
        errors.append({"field": path, "code": "type", "message": "must be an object."})
        return None
    known = len(errors)
    parts: list[Any] = []
    readers: tuple[Callable[[dict[str, Any]], Any], ...] = (
        _item_members,
        key_of,
        burning.amount_of,
        burning.unit_of,
        burning.reference_of,
    )
    if ("credits" in item) == ("usage" in item):
        readers = (burning.one_amount,)
    for read in readers:
        try:
            parts.append(read(item))
        except InvalidRequest as refusal:
            errors += [{**error, "field": f"{path}.{error['field']}"} for error in refusal.data["errors"]]
    if len(errors) > known:
        return None
    _, key, (credits, usage), unit, reference = parts
    return _Item(key, credits, usage, unit, reference, actor)


def _item_members(item: dict[str, Any]) -> None:
    refuse_members(item, ITEM_FIELDS)


def key_of(item: dict[str, Any]) -> str:
    """The idempotency key of a batch's item, by the rule of the header; raises InvalidRequest."""
    if "idempotency_key" not in item:
        burning.refuse(
            "idempotency_key", "missing", "idempotency_key is required, or the header Idempotency-Key for all items."
        )
    key = item["idempotency_key"]
    if not isinstance(key, str) or VISIBLE_ASCII.fullmatch(key) is None:
        message = f"idempotency_key must be 1 to {MAX_CHARACTERS} visible ASCII characters."
        burning.refuse("idempotency_key", "pattern", message)
    return key


def lines_of(document: dict[str, Any], actor: str) -> tuple[list[BurnRequest], str | None]:
    """The lines, and the unit that they name; None where none of them names one, and then the lines' own is empty.

    One that is malformed refuses them all: raises InvalidRequest that names each by its path.
    """
    items = items_of(document)
    errors: list[dict[str, str]] = []
    found: list[tuple[BurnRequest, str | None]] = []
    for at, item in enumerate(items):
        try:
            found.append(_line_of(item, actor))
        except InvalidRequest as refusal:
            errors += [
                {**error, "field": f"items.{at}.{error['field']}".rstrip(".")} for error in refusal.data["errors"]
            ]
    named = [unit for _, unit in found]
    errors += [
        {"field": f"items.{at}.unit", "code": "one_unit", "message": ONE_UNIT}
        for at, unit in enumerate(named)
        if not errors and unit != named[0]
    ]
    _refuse(errors)
    return [replace(line, unit=unit or "") for line, unit in found], named[0]


def _line_of(item: object, actor: str) -> tuple[BurnRequest, str | None]:
    if not isinstance(item, dict):
        raise InvalidRequest.of("", "type", "must be an object.")
    if "idempotency_key" in item:
        raise InvalidRequest.of("idempotency_key", "one_of", ONE_KEY)
    burning.one_amount(item)
    refuse_members(item, LINE_FIELDS)
    credits, usage = burning.amount_of(item)
    said = BurnRequest(
        credits,
        reference=burning.reference_of(item),
        metadata=burning.metadata_of(item),
        actor=actor,
        usage=usage,
    )
    return said, burning.unit_of(item)


def _refuse(errors: Sequence[dict[str, str]]) -> None:
    """Raises InvalidRequest that says the first of them and names as many as one refusal does; nothing where there are none."""
    if errors:
        raise InvalidRequest.of_all(errors)
