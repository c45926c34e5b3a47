"""Lots die together while everybody burns, reads and sweeps, on the local engine: one entry says it, and nothing of them burns.

Decision 188. The engine answers the very requests: it must take out an outcome by its bytes, and leave a book's number as it is.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest

from lotbook.adapters.dynamo import keys
from lotbook.adapters.dynamo.books import DynamoBooks
from lotbook.adapters.dynamo.table import Table, from_item, to_item
from lotbook.domain.audit.books import audit
from lotbook.domain.credits.lots import Lot
from lotbook.domain.credits.requests import BurnRequest
from lotbook.domain.values.errors import Unavailable
from lotbook.domain.values.instants import SECOND
from lotbook.usecases.credits.balance import read_balance
from lotbook.usecases.credits.consume import consume
from lotbook.usecases.credits.expiry import bring_up_to_date
from lotbook.usecases.credits.lots import grant_lot
from lotbook.usecases.credits.prunes import Prunes
from tests import engine
from tests.fakes.credit_desk import credit_desk
from tests.race.test_burn_races import FAR, MAX_RETRIES, U, client, ledger_of, nothing

__all__ = ["client"]
pytestmark = pytest.mark.engine
DYING, CREDITS, BURNS = 6, 40, 24


class Clock:
    def __init__(self) -> None:
        self.at = FAR - SECOND

    def now(self) -> int:
        return self.at


def again(act: Callable[[], Any]) -> None:
    """As whoever calls does it: Unavailable is sent again."""
    for _ in range(MAX_RETRIES):
        try:
            act()
        except Unavailable:
            continue
        return
    raise AssertionError("an account must not be unavailable for ever")


def test_lots_that_die_together_under_burns_reads_and_sweeps_are_one_entry(client: Any) -> None:
    books, clock = DynamoBooks(Table(engine.product(client.meta.endpoint_url), "race")), Clock()
    for number in range(DYING + 1):
        ends = FAR if number < DYING else None
        lot = Lot(f"lot_{number:026d}", U, "purchased", 1 if ends else CREDITS, 3, 0, ends, number)
        again(partial(grant_lot, "acc", lot, desk=credit_desk(books, clock, nothing, prunes=Prunes())))
    clock.at = FAR
    workers = [credit_desk(books, clock, nothing, prunes=Prunes()) for _ in range(4)]
    acts: list[Callable[[], Any]] = [
        partial(consume, "acc", f"k{number}", BurnRequest(1), desk=workers[number % len(workers)])
        for number in range(BURNS)
    ]
    acts[3:3] = [partial(read_balance, "acc", U, desk=workers[0]), partial(bring_up_to_date, "acc", U, desk=workers[1])]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(again, acts))
    clock.at += 2 * SECOND
    again(partial(read_balance, "acc", U, desk=workers[2]))
    book, ledger = books.get("acc", U), ledger_of(client)
    assert book
    assert audit(U, book, ledger) == []
    died = [entry for entry in ledger.values() if entry.kind == "expired"]
    assert [(len(entry.draws), entry.credits, entry.at) for entry in died] == [(DYING, -DYING, FAR)]
    assert (book.available, book.outcomes) == (CREDITS - BURNS, {})
    item = client.get_item(TableName="race", Key=to_item(keys.book("acc", U)))["Item"]
    assert from_item(item)["f"] == 2
