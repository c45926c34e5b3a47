"""Our arm: the product's own use case on the product's own adapter, and its whole Lambda handler."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable
from contextlib import redirect_stdout
from typing import Any

from bench.correctness import Entry
from bench.store import TABLE, MeteredTransactions
from lotbook.adapters.dynamo.books import DynamoBooks
from lotbook.adapters.dynamo.ledger_items import entry_of
from lotbook.adapters.dynamo.table import Table, from_item
from lotbook.adapters.system import SystemClock
from lotbook.api.http.identity import to_context
from lotbook.domain.audit.books import audit
from lotbook.domain.credits.ledger import Entry as LedgerEntry
from lotbook.domain.credits.ledger import burn_name
from lotbook.domain.credits.lots import Lot
from lotbook.domain.credits.requests import BurnRequest
from lotbook.domain.values.access import Caller
from lotbook.domain.values.errors import Unavailable
from lotbook.ports.shop import Clock
from lotbook.usecases.credits.consume import consume
from lotbook.usecases.credits.expiry import bring_up_to_date
from lotbook.usecases.credits.lots import grant_lot
from lotbook.usecases.credits.prunes import Prunes
from tests.fakes.credit_desk import credit_desk
from tests.functions.events import an_event

UNIT = "credits"
ROUTE = "POST /v1/accounts/{account_id}/consume"
CLOCK = SystemClock()
FAR = 4_000_000_000_000
MAX_TRIES = 20  # of one call that is told "send the same key again"
SERVICE = to_context(Caller("service", "key_bench", scopes=frozenset({"credits:consume"})))
ENVIRONMENT = {
    "TABLE_NAME": TABLE,
    "STAGE": "bench",
    "GATEWAY_KEY_PARAMETER": "/bench/none",
    "WEBHOOK_SECRETS_PARAMETER": "/bench/none",
    "TOKEN_ISSUER": "https://bench.invalid/",
    "TOKEN_AUDIENCE": "bench",
    "TOKEN_KEYS_URL": "https://bench.invalid/keys",
}


def nothing(_account_id: str) -> None:
    """Nothing renews here."""


class Ours:
    """An account with some lots."""

    def __init__(
        self, client: Any, account_id: str, *, lots: int = 3, credits: int = 1_000_000, clock: Clock = CLOCK
    ) -> None:
        self.account_id, self.clock = account_id, clock
        self._client = client
        self._books = DynamoBooks(Table(client, TABLE))
        self._keys: dict[str, str] = {}  # by the name that the ledger gives them
        self.meters: list[MeteredTransactions] = []
        self._burn = self.burner()
        for number in range(lots):
            lot = Lot(f"lot_{number:026d}", UNIT, "purchased", credits, 3, 0, FAR + number, number)
            grant_lot(account_id, lot, desk=credit_desk(self._books, clock))

    def through(self, client: Any) -> Ours:
        """From here on the product calls this client; what is read to check it goes by the first one."""
        self._books = DynamoBooks(Table(client, TABLE))
        self._burn = self.burner()
        return self

    def burn(self, key: str) -> Any:
        """One credit, through the use case."""
        return self._burn(key, 1)

    def burner(self, metered: bool = False) -> Callable[[str, int], str | None]:
        """A caller as one Lambda environment is: with receipts of its own to prune."""
        books, prunes = self._books, Prunes()
        if metered:
            self.meters.append(MeteredTransactions(self._client))
            books = DynamoBooks(Table(self.meters[-1], TABLE))

        def burn(key: str, credits: int) -> str | None:
            self._keys[burn_name(key)] = key
            asked = BurnRequest(credits, actor="key_bench")
            for _ in range(MAX_TRIES):
                try:
                    return consume(
                        self.account_id, key, asked, desk=credit_desk(books, self.clock, nothing, prunes=prunes)
                    ).entry_id
                except Unavailable:
                    continue
            return None

        return burn

    def left(self) -> int:
        """Journaled, then what the book says can be spent."""
        bring_up_to_date(self.account_id, UNIT, desk=credit_desk(self._books, self.clock))
        book = self._books.get(self.account_id, UNIT)
        return book.available if book else 0

    def entries(self) -> list[Entry]:
        """What was burned; the product's own auditor has its say too."""
        ledger = self._ledger()
        book = self._books.get(self.account_id, UNIT)
        wrong = audit(UNIT, book, ledger) if book else ["no book"]
        if wrong:
            raise AssertionError(wrong)
        burned = [entry for entry in ledger.values() if entry.kind == "consumed"]
        return [
            Entry(entry.id_in(self.account_id), self._keys.get(entry.name, entry.name), entry.requested)
            for entry in burned
        ]

    def _ledger(self) -> dict[str, LedgerEntry]:
        found: dict[str, LedgerEntry] = {}
        pages = self._client.get_paginator("scan").paginate(TableName=TABLE, ConsistentRead=True)
        for values in (from_item(item) for page in pages for item in page["Items"]):
            space, _, rest = values["pk"].partition("#")
            account_id, _, name = rest.partition("#")
            if account_id == self.account_id and space in {"L", "U"}:
                name = values["sk"] if space == "L" else name
                found[name] = entry_of(name, values)
        return found


class OursHandled:
    """The whole handler: event in, answer out, its log line too."""

    def __init__(self, account_id: str) -> None:
        os.environ |= ENVIRONMENT
        from functions.consume.app import handler

        self._handler = handler
        self._path = {"account_id": account_id}

    def burn(self, key: str) -> Any:
        """One credit, through API Gateway's event."""
        event = event_of(self._path, key)
        with redirect_stdout(io.StringIO()):
            answer = self._handler(event, None)
        if answer["statusCode"] != 200:
            raise AssertionError(answer)
        return answer


def event_of(path: dict[str, str], key: str) -> dict[str, Any]:
    """The call as API Gateway hands it over."""
    headers = {"idempotency-key": key, "content-type": "application/json"}
    return an_event(ROUTE, SERVICE, path, {}, headers, json.dumps({"credits": 1}).encode())
