"""Calls of stores that are about many accounts at once, for test_store_faults.py."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from lotbook.adapters.dynamo.latches import DynamoLatches
from lotbook.adapters.dynamo.many_accounts import DynamoManyAccounts
from lotbook.adapters.dynamo.statement import DynamoStatement
from lotbook.adapters.dynamo.table import Table
from lotbook.domain.credits.ledger import CHAIN_END, Entry
from lotbook.domain.credits.statement_lines import StatementLine

U = "credits"
LINES = [StatementLine(seq, Entry(f"n{seq}", U, "consumed", 1_000, seq, CHAIN_END)) for seq in (1, 2)]
OF_MANY: Mapping[str, Callable[[Table, str], Any]] = {
    "DynamoLatches.of": lambda t, n: DynamoLatches(t).of([(n, U), (f"{n}-2", U)]),
    "DynamoManyAccounts.accounts": lambda t, n: DynamoManyAccounts(t).accounts([n, f"{n}-2"]),
    "DynamoManyAccounts.lots": lambda t, n: DynamoManyAccounts(t).lots([(n, U, "lot_a"), (f"{n}-2", U, "lot_a")]),
    "DynamoManyAccounts.notes": lambda t, n: DynamoManyAccounts(t).notes([(n, "n1", "d"), (n, "n2", "d")]),
    "DynamoStatement.file": lambda t, n: DynamoStatement(t).file(
        [((each, U), line) for each in (n, f"{n}-2") for line in LINES]
    ),
}
