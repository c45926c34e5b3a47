"""File new ledger entries as lines of the statement. Redelivery and reordering are harmless: a line is a pure function."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.credits.statement_lines import lines_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lotbook.domain.credits.ledger import Entry
    from lotbook.ports.news import StatementStore


def file_statement(account_id: str, unit: str, entries: Iterable[Entry], *, statement: StatementStore) -> None:
    """File the lines of these entries of one unit, each place once. Raises Unavailable."""
    lines = {line.seq: line for entry in entries for line in lines_of(entry)}
    if lines:
        statement.file(account_id, unit, [lines[seq] for seq in sorted(lines)])
