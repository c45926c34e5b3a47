"""Batches under one key in the total of burns: each with its lines, as far as an event has room; the rest is in the statement."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lotbook.domain.credits import batches
from lotbook.domain.values.light_dataclasses import replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from lotbook.domain.credits.batches import BatchLine
    from lotbook.domain.credits.ledger import Entry

MAX_LINES_TOLD = 500  # of one event
MAX_SAID_CHARACTERS = 8_000  # of references and metadata of lines in one event, beside the metadata of single burns


def told(account_id: str, burns: Iterable[Entry], notes: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """`batches` and `batches_left_out`; nothing where no burn is a batch. `notes` have lines that stand beside their entry."""
    of_batches = [entry for entry in burns if entry.has_lines]
    if not of_batches:
        return {}
    shown, lines, characters = list[dict[str, Any]](), 0, 0
    for entry in of_batches:
        found = batches.lines_of(whole(entry, notes))
        lines, characters = lines + len(found), characters + sum(map(_characters, found))
        if lines > MAX_LINES_TOLD or characters > MAX_SAID_CHARACTERS:
            break
        shown.append(
            {"entry_id": entry.id_in(account_id), "credits": -entry.credits, "lines": [_line(x) for x in found]}
        )
    return {"batches": shown, "batches_left_out": len(of_batches) - len(shown)}


def whole(entry: Entry, notes: Mapping[str, Mapping[str, str]]) -> Entry:
    """With its lines, where these stand beside it and were read."""
    text = notes.get(entry.name, {}).get(batches.NOTE)
    return entry if text is None else replace(entry, lines=text)


def _characters(line: BatchLine) -> int:
    return len(line.reference or "") + sum(len(name) + len(value) for name, value in (line.metadata or {}).items())


def _line(line: BatchLine) -> dict[str, Any]:
    said = {} if line.metadata is None else {"metadata": dict(line.metadata)}
    return {"credits": line.credits, "reference": line.reference, **said}
