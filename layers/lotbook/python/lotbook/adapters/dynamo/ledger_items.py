"""Ledger entries as items. What has its default value is left out: most entries stay far below one write unit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lotbook.adapters.dynamo import formats, keys
from lotbook.adapters.dynamo.packing import packed, unpacked
from lotbook.domain.credits.ledger import CHAIN_END, KINDS, Draw, Draws, Entry, OpenHold, Pointer
from lotbook.domain.credits.lots import Lot, Rest
from lotbook.domain.values.instants import SECOND
from lotbook.domain.values.light_dataclasses import asdict, fields

if TYPE_CHECKING:
    from collections.abc import Mapping

_SCALARS = tuple(
    field.name
    for field in fields(Entry)
    if field.name not in {"before", "skips", "draws", "back", "lot", "rests", "holds", "name"}
)
_DEFAULTS = {field.name: field.default for field in fields(Entry)} | {"seq": None}  # a number that is always written
TOGETHER = "lots"  # draws of many lots, packed
_LOT_FIELDS = frozenset(field.name for field in fields(Lot))


def entry_values(entry: Entry) -> dict[str, Any]:
    """The entry without its key."""
    values = {name: value for name in _SCALARS if (value := getattr(entry, name)) != _DEFAULTS[name]}
    values["before"] = [entry.before.name, entry.before.seq]
    if entry.skips is not None:
        values["skips"] = [entry.skips.name, entry.skips.seq]
    values |= _together_values(entry) if entry.is_together else _draws_values("draws", entry.draws)
    values |= _draws_values("back", entry.back)
    if entry.lot is not None:
        values["lot"] = {name: value for name, value in asdict(entry.lot).items() if value is not None}
    if entry.rests:
        values["rests"] = [
            [rest.lot_id, rest.left, rest.rank, rest.effective_at, rest.expires_at, rest.created_at, rest.is_frozen]
            for rest in entry.rests
        ]
    if entry.holds:
        values["holds"] = [[packed(name), hold.due, hold.credits] for name, hold in entry.holds]
        values["ttl"] = (entry.due or 0) // SECOND
    return values


def entry_of(name: str, values: Mapping[str, Any]) -> Entry:
    """The entry of an item's values; attributes that a later version wrote are left alone. Raises NewerFormat."""
    if values["kind"] not in KINDS:
        formats.refuse("entry", str(values["kind"]))
    scalars = {field: values[field] for field in _SCALARS if field in values}
    return Entry(
        name=name,
        before=_pointer(values.get("before")) or CHAIN_END,
        skips=_pointer(values.get("skips")),
        draws=_together(values) if TOGETHER in values else _draws(values.get("draws")),
        back=_draws(values.get("back")),
        lot=lot_of(values["lot"]) if "lot" in values else None,
        rests=tuple(Rest(*rest) for rest in values.get("rests", ())),
        holds=tuple((unpacked(name), OpenHold(due, credits)) for name, due, credits in values.get("holds", ())),
        **scalars,
    )


def lot_of(values: Mapping[str, Any]) -> Lot:
    """A lot as it was kept."""
    known = {name: value for name, value in values.items() if name in _LOT_FIELDS}
    return Lot(**({"expires_at": None} | known))


def entry_key(account_id: str, unit: str, name: str) -> dict[str, str]:
    """Where the entry of a name is: what a lot or a void burn left lies by account and unit, the rest is spread."""
    if name.startswith(("lot#", "void#", "renew#")):
        return keys.lot_ledger(account_id, unit, name)
    if name.startswith("shelf#"):
        return keys.shelf(account_id, unit, name)
    return keys.spread_ledger(account_id, name)


def _draws_values(name: str, draws: Draws) -> dict[str, Any]:
    return {name: [[draw.lot_id, draw.credits] for draw in draws]} if draws else {}


def _together_values(entry: Entry) -> dict[str, Any]:
    """Of a format of its own: an older release would take the credits of all these lots for those of the first."""
    from lotbook.adapters.dynamo.packed_draws import packed_draws  # zlib, at the rare death of many lots

    content = packed_draws(entry.draws)
    kept = _draws_values("draws", entry.draws) if content is None else {TOGETHER: content}
    return kept | {formats.NAME: formats.DIED_TOGETHER}


def _together(values: Mapping[str, Any]) -> Draws:
    from lotbook.adapters.dynamo.packed_draws import unpacked_draws

    return unpacked_draws(values[TOGETHER])


def _pointer(value: Any) -> Pointer | None:
    return None if value is None else Pointer(value[0], value[1])


def _draws(value: Any) -> Draws:
    return tuple(Draw(lot_id, credits) for lot_id, credits in value or ())
