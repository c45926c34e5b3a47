"""File new ledger entries as lines of the statement. Redelivery and reordering are harmless: a line is a pure function."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.credits.statement_lines import lines_of
from lotbook.usecases.in_batches import cut, in_batches

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from lotbook.domain.credits.ledger import Entry
    from lotbook.domain.credits.statement_lines import StatementLine
    from lotbook.ports.news import Owner, StatementStore

LINES_A_CALL = 25  # as many as one BatchWriteItem takes
WORKERS = 4


def file_statements(
    entries: Mapping[Owner, Iterable[Entry]], *, statement: StatementStore
) -> Mapping[Owner, Exception]:
    """File the lines of many accounts' entries together, each place once. Answers whose were not filed, each with why."""

    def work_out(batch: Sequence[tuple[Owner, Iterable[Entry]]]) -> Mapping[Owner, list[StatementLine]]:
        return {owner: _lines(each) for owner, each in batch}

    def file(batch: Sequence[tuple[Owner, StatementLine]]) -> Mapping[Owner, bool]:
        return dict.fromkeys(statement.file(batch), True)

    lines = in_batches([list(entries.items())], work_out)
    parts = [(owner, line) for owner, each in lines.answers.items() for line in each]
    return {**lines.failed, **in_batches(cut(parts, LINES_A_CALL), file, WORKERS).failed}


def _lines(entries: Iterable[Entry]) -> list[StatementLine]:
    lines = {line.seq: line for entry in entries for line in lines_of(entry)}
    return [lines[seq] for seq in sorted(lines)]
