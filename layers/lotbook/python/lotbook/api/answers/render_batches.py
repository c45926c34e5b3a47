"""Batches -> the contract's shapes. A single burn imports nothing of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.api.answers.render_draws import draws
from lotbook.api.answers.render_rated import by_usage
from lotbook.domain.credits.batches import lines_of
from lotbook.domain.values.instants import to_text

if TYPE_CHECKING:
    from lotbook.api.answers import shapes_burning
    from lotbook.domain.credits.batches import BatchLine, BurnedLines
    from lotbook.domain.credits.ledger import Entry
    from lotbook.domain.credits.requests import BatchAnswer, BatchResult


def batch(result: BatchAnswer, units: str | None) -> shapes_burning.ConsumedBatch:
    """The answer of a batch; `units` names the account's, where an item has none of them."""
    return {
        "results": [_batch_result(each, units) for each in result.results],
        "unit": result.unit,
        "available": result.available,
    }


def _batch_result(result: BatchResult, units: str | None) -> shapes_burning.BatchResult:
    shown: shapes_burning.BatchResult = {
        "idempotency_key": result.key,
        "status": result.status,
        "entry_id": result.entry_id,
        "code": result.code,
        "detail": units if result.is_of_unknown_unit else result.detail,
    }
    if result.credits is not None:
        shown |= {"credits": result.credits, **({} if result.rated is None else by_usage(result.rated))}  # type: ignore[typeddict-item]
    return shown


def burned_lines(result: BurnedLines) -> shapes_burning.ConsumedBatch:
    """The answer of a batch under one key."""
    burned = result.burned
    return {
        "entry_id": burned.entry_id,
        "credits": burned.credits,
        "lines": [_burned_line(line) for line in result.lines],
        "draws": draws(burned.draws),
        "available": burned.available,
        "at": to_text(burned.at),
    }


def _burned_line(line: BatchLine) -> shapes_burning.BurnedLine:
    calculation = {} if line.rated is None else by_usage(line.rated)
    return {"credits": line.credits, "reference": line.reference, **calculation}


def entry_lines(entry: Entry) -> list[shapes_burning.EntryLine]:
    """The parts of an entry of a statement; its lines are all there."""
    return [_entry_line(line) for line in lines_of(entry)]


def _entry_line(line: BatchLine) -> shapes_burning.EntryLine:
    calculation = {} if line.rated is None else by_usage(line.rated)
    return {
        "credits": line.credits,
        "reference": line.reference,
        "draws": draws(line.draws),
        "metadata": None if line.metadata is None else dict(line.metadata),
        "rated": calculation.get("rated"),
        "rating": calculation.get("rating"),
    }
