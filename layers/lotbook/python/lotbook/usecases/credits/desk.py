"""What the burn path needs from outside, in one value: the ports of the credit desk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.values.light_dataclasses import dataclass
from lotbook.usecases.credits.prunes import OF_THIS_PROCESS, Prunes

if TYPE_CHECKING:
    from collections.abc import Callable

    from lotbook.domain.credits.lots import Lot
    from lotbook.ports.books import BookStore
    from lotbook.ports.news import StatementStore
    from lotbook.ports.shop import Clock, PurchaseStore


@dataclass(frozen=True, slots=True)
class Shortage:
    """A burn that cannot be covered: `wanted` credits, `available` ones, and what is owed. `name` is the burn's ledger name.

    `policy_id`: the account's, as its book says. `lent`: lots that are among the available credits already.
    """

    account_id: str
    policy_id: str
    unit: str
    name: str
    wanted: int
    available: int
    debt: int
    lent: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Advance:
    """An automatic purchase that is under way for the account.

    `lot`: what it lends meanwhile; None: the burn has to wait for the payment (X-08). `is_new`: claimed for this burn, after its
    book was read, so nobody can have granted the lot before. `retry_after_seconds`: when a burn that waits may ask again.
    """

    lot: Lot | None
    is_new: bool
    retry_after_seconds: int


@dataclass(frozen=True, slots=True)
class CreditDesk:
    """Ports of burns, holds, grants and the statement.

    `renew` opens an account's books and renews their period; it raises AccountNotFound. `prunes` are the receipts that
    this process may take out. `statement` saves a reader of entries some reads, and decides nothing. `rows`: where a renewal
    puts the purchase of a period that begins. `is_renewing`: whoever asks is the renewal itself, so nothing waits for it.
    `top_up` is asked before a burn is refused on a book that `tops_up`; None from it: nothing is bought, and it is refused.
    """

    books: BookStore
    clock: Clock
    renew: Callable[[str], None]
    prunes: Prunes = OF_THIS_PROCESS
    statement: StatementStore | None = None
    rows: PurchaseStore | None = None
    is_renewing: bool = False
    top_up: Callable[[Shortage], Advance | None] | None = None
