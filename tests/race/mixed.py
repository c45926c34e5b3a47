"""What one process of the mixed races does: its threads play shuffled shares of one list of deeds, as separate clients would."""

from __future__ import annotations

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest

from lotbook.adapters.dynamo.books import DynamoBooks
from lotbook.adapters.dynamo.table import Table
from lotbook.adapters.system import SystemClock
from lotbook.domain.credits import shelf
from lotbook.domain.credits.hold_ids import hold_id_of
from lotbook.domain.credits.ledger import burn_name
from lotbook.domain.credits.lots import Lot
from lotbook.domain.credits.orders import ClawBack
from lotbook.domain.credits.requests import BurnRequest, HoldRequest, ResolveHold
from lotbook.domain.values.errors import (
    HoldClosed,
    HoldNotFound,
    IdempotencyKeyReused,
    InsufficientCredits,
    InvalidRequest,
    Unavailable,
)
from lotbook.usecases.credits import stale_receipts
from lotbook.usecases.credits.consume import consume
from lotbook.usecases.credits.expiry import bring_up_to_date
from lotbook.usecases.credits.hold import hold
from lotbook.usecases.credits.lots import claw_back, grant_lot
from lotbook.usecases.credits.prunes import Prunes
from lotbook.usecases.credits.resolve_hold import resolve_hold
from tests import engine
from tests.fakes.credit_desk import credit_desk

TABLE, ACCOUNT, UNIT = "mixed", "acc", "credits"
FAR = 4_000_000_000_000
MAX_RETRIES = 600  # of one deed, each after an answer "send the same again"


@dataclass(frozen=True)
class Deed:
    """Something a client asks for; the same deed twice is a duplicate."""

    kind: str  # burn, hold, capture, release, grant, claw, turn
    name: str
    credits: int = 0


@dataclass(frozen=True)
class Share:
    """One process' part."""

    address: str
    seed: int
    threads: int
    deeds: tuple[Deed, ...]
    room: int  # lots that the book has room for
    stale: int = stale_receipts.STALE  # after how long a worker counts as gone


class CountingClient:
    """A client that counts the calls that reach it."""

    def __init__(self, client: Any) -> None:
        self._client, self.calls = client, Counter[str]()

    def __getattr__(self, operation: str) -> Any:
        call = getattr(self._client, operation)

        def counted(**request: Any) -> Any:
            self.calls[operation] += 1
            return call(**request)

        return counted


def play(share: Share) -> tuple[list[tuple[Deed, str | None]], int]:
    """What each deed was answered (an entry's id, None for a refusal), and the calls that all of it took."""
    client = CountingClient(engine.product(share.address))
    books = DynamoBooks(Table(client, TABLE))
    prunes = Prunes()
    deeds = list(share.deeds)
    random.Random(share.seed).shuffle(deeds)
    with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor(share.threads) as pool:
        patch.setattr(shelf, "MAX_LOTS", share.room)
        patch.setattr(stale_receipts, "STALE", share.stale)
        answers = list(pool.map(lambda deed: (deed, _insist(deed, books, prunes)), deeds))
    return answers, client.calls.total()


def _insist(deed: Deed, books: DynamoBooks, prunes: Prunes) -> str | None:
    for _ in range(MAX_RETRIES):
        try:
            return _do(deed, books, prunes)
        except Unavailable:
            books.stand_back()
        except (InsufficientCredits, HoldClosed, HoldNotFound, IdempotencyKeyReused, InvalidRequest):
            return None
    raise AssertionError(f"{deed} did not get through")


def _do(deed: Deed, books: DynamoBooks, prunes: Prunes) -> str | None:
    clock = SystemClock()
    held = hold_id_of(ACCOUNT, burn_name(deed.name))
    match deed.kind:
        case "burn":
            request = BurnRequest(deed.credits)
            return consume(ACCOUNT, deed.name, request, desk=credit_desk(books, clock, _none, prunes=prunes)).entry_id
        case "hold":
            asked = HoldRequest(deed.credits)
            return hold(ACCOUNT, deed.name, asked, desk=credit_desk(books, clock, _none, prunes=prunes)).entry_id
        case "capture":
            found = resolve_hold(ACCOUNT, ResolveHold(held, "c", deed.credits, "x"), desk=credit_desk(books, clock))
            return f"{found.captured}"
        case "release":
            return (
                f"{resolve_hold(ACCOUNT, ResolveHold(held, 'r', None, 'x'), desk=credit_desk(books, clock)).released}"
            )
        case "grant":
            return grant_lot(ACCOUNT, lot(deed), desk=credit_desk(books, clock)).entry_id
        case "claw":
            return claw_back(
                ACCOUNT,
                UNIT,
                ClawBack(f"lot_{deed.name}", "r", deed.credits),
                desk=credit_desk(books, clock),
            ).entry_id
        case _:
            bring_up_to_date(ACCOUNT, UNIT, desk=credit_desk(books, clock))
            return None


def lot(deed: Deed) -> Lot:
    """The lot of a grant: its place in the burn order depends on its name."""
    rank = sum(deed.name.encode()) % 3
    return Lot(f"lot_{deed.name}", UNIT, "plan", deed.credits, rank, 0, FAR, 1)


def _none(account_id: str) -> None:
    """Nothing renews here."""
