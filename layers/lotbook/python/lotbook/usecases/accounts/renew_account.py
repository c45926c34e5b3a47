"""Renewal: give an account's books the lots of the present credit period. Whoever meets a period's end calls it.

Exactly once however many call it: the lots' ids follow from the period, so all of them ask for the same lots. The book
refuses burns from the renewal instant on until the *last* lot of the period moves that instant, in the turn that lays the
lot: no burn ever sees half of a period's lots. A crash in between leaves the book closed, and the next comer finishes.
Periods that passed while nobody looked are skipped: nothing came, nothing expired. While credits are owed they are not: each
of them is renewed at its first instant, as if somebody had looked then, so a debt does not depend on who looks (decisions/0090).
A plan that renews is followed first (`follow_plan`): each of its periods has a row, and what was decided of them is written
before lots are granted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.accounts.pauses import refusal_of
from lotbook.domain.accounts.periods import lots_of_period
from lotbook.domain.credits.book import PAUSED_FOR_SHORTFALL, Book
from lotbook.domain.credits.lots import DEFAULT_UNIT
from lotbook.domain.credits.orders import Grant, Renewal
from lotbook.domain.values.errors import Unavailable
from lotbook.domain.values.instants import FAR_FUTURE
from lotbook.domain.values.light_dataclasses import dataclass, replace
from lotbook.usecases.accounts.follow_plan import follow_if_due
from lotbook.usecases.accounts.load_account import LoadedAccount, as_of, load_account, with_policy
from lotbook.usecases.accounts.pauses import follow_pauses
from lotbook.usecases.credits.lots import grant_lot
from lotbook.usecases.credits.order import place
from lotbook.usecases.credits.turn import Want, turn

if TYPE_CHECKING:
    from lotbook.domain.credits.lots import Lot
    from lotbook.domain.credits.orders import Order
    from lotbook.ports.shop import AccountStore, PolicyStore
    from lotbook.usecases.credits.desk import CreditDesk

MAX_ROUNDS = (
    6  # open, pay what is owed, grant, move the instant, look again; more only while a plan changes at the same moment
)
MAX_PERIODS_PAID = 60  # that one call makes up for, at some six calls a lot; the next call goes on


@dataclass(frozen=True, slots=True)
class _At:
    """A clock that stands still: what is done by it is done as of that instant."""

    instant: int

    def now(self) -> int:
        return self.instant


@dataclass(frozen=True, slots=True)
class _Owed:
    """What a book should have at `at`: the period's lots of its unit, and the instant of its next renewal."""

    lots: tuple[Lot, ...]
    renews_at: int
    at: int
    pause_reason: str | None
    account_version: int


def renew_account(
    account_id: str,
    *,
    accounts: AccountStore,
    policies: PolicyStore,
    desk: CreditDesk,
    at_once: bool = False,
) -> None:
    """Open the account's books where there are none, and renew them where a period has ended.

    `at_once`: grant the present period's lots even if no period has ended, because the plan has changed.
    Raises AccountNotFound, and Unavailable when the account is too busy; calling it again goes on where it stopped.
    """
    sold, loaded = _looked(account_id, accounts, policies, desk)
    if follow_if_due(loaded, sold, accounts=accounts, policies=policies, desk=replace(desk, is_renewing=True)):
        sold, loaded = _looked(account_id, accounts, policies, desk)
    units, books = loaded.published.policy.units, []
    for unit in reversed(units):  # the one that is sold comes last: once its book is there, all are
        # Of the others no plan decides anything: for them the account may have been read before.
        known = sold if unit == DEFAULT_UNIT else None if unit == units[0] else desk.books.get(account_id, unit)
        seen = None if known is None else (known, loaded)
        books.append(_Renewing(account_id, unit, accounts, policies, desk).run(seen, at_once=at_once))
    if any(book.debt or book.pause_reason == PAUSED_FOR_SHORTFALL for book in books):
        follow_pauses(account_id, accounts=accounts, policies=policies, desk=desk)


def _looked(
    account_id: str, accounts: AccountStore, policies: PolicyStore, desk: CreditDesk
) -> tuple[Book | None, LoadedAccount]:
    """The book that nearly always is the one to be renewed, so that it is read only once, and the account of that instant."""
    sold, account = accounts.get_with_book(account_id, DEFAULT_UNIT, desk.books)
    return sold, as_of(with_policy(account, policies=policies), max(desk.clock.now(), _since(sold)), policies=policies)


class _Renewing:
    """The renewal of one book."""

    def __init__(
        self,
        account_id: str,
        unit: str,
        accounts: AccountStore,
        policies: PolicyStore,
        desk: CreditDesk,
    ) -> None:
        self.account_id, self.unit = account_id, unit
        self.accounts, self.policies, self.desk = accounts, policies, desk

    def run(self, seen: tuple[Book, LoadedAccount] | None, *, at_once: bool) -> Book:
        """The book as it is then. `seen`: the book and, read after it, the account, where somebody has read them already."""
        for _ in range(MAX_ROUNDS):
            book, loaded = seen or self._look()
            owed, seen = self._owed(loaded, _since(book)), None
            if book is None:
                self._open(owed)
                continue
            if owed.at < book.renews_at <= owed.renews_at and not at_once:
                return book
            if self._paid_until(owed.at, book) is not book:
                continue
            turned = self._granted_at_once(owed, book)
            if turned is not None:
                return turned
            self._grant(owed, book)
            at_once = False
        raise Unavailable("the account is changing right now", retry_after_seconds=1)

    def _paid_until(self, at: int, book: Book) -> Book:
        """The book once every period that began by `at` has paid what it could of what is owed; the same where nothing is.

        Each is renewed as of its first instant: lots that died by then are gone, holds that lapsed by then have given back.
        """
        if book.orders and book.renews_at <= at:  # asked before the period's end, by somebody who is gone
            book = turn(self.account_id, self.unit, book, desk=self._as_of(book.renews_at).desk).book
        for _ in range(MAX_PERIODS_PAID):
            if not book.debt or book.renews_at > at:
                return book
            then = self._as_of(book.renews_at)
            then._grant(then._owed(then._load(0), 0), book)
            book = self.desk.books.get(self.account_id, self.unit) or book
        raise Unavailable("periods that nobody has looked into are being renewed", retry_after_seconds=1)

    def _as_of(self, instant: int) -> _Renewing:
        desk = replace(self.desk, clock=_At(instant))
        return _Renewing(self.account_id, self.unit, self.accounts, self.policies, desk)

    def _look(self) -> tuple[Book | None, LoadedAccount]:
        """The account is read after the book: what is decided here never rests on an older plan than the instant does."""
        book = self.desk.books.get(self.account_id, self.unit)
        return book, self._load(_since(book))

    def _load(self, not_before: int) -> LoadedAccount:
        accounts, policies, clock = self.accounts, self.policies, self.desk.clock
        return load_account(self.account_id, accounts=accounts, policies=policies, clock=clock, not_before=not_before)

    def _owed(self, loaded: LoadedAccount, not_before: int) -> _Owed:
        at = max(self.desk.clock.now(), not_before)
        period = lots_of_period(loaded.published.policy, loaded.account, at)
        is_sold = self.unit == loaded.published.policy.units[0]
        return _Owed(
            lots=tuple(lot for lot in period.lots if lot.unit == self.unit),
            renews_at=FAR_FUTURE if period.renews_at is None or not is_sold else period.renews_at,
            at=at,
            pause_reason=refusal_of(loaded.account),
            account_version=loaded.account.version,
        )

    def _open(self, owed: _Owed) -> None:
        """First uses may race: one of them opens the book (D41). Closed to burns until the period's lots are in it."""
        renews_at = owed.at if owed.lots else owed.renews_at
        book = Book(
            since=owed.at,
            until=renews_at,
            renews_at=renews_at,
            pause_reason=owed.pause_reason,
            pause_version=owed.account_version if owed.pause_reason else 0,
        )
        self.desk.books.create(self.account_id, self.unit, book)

    def _granted_at_once(self, owed: _Owed, book: Book) -> Book | None:
        """The book with the period's lots and its next instant, in one turn; None where it was not this turn that did it.

        Nothing was read before the book, and a turn loses to whoever comes between: so there is nothing to look at again.
        """
        orders: list[Order] = [Grant(lot, owed.renews_at if lot is owed.lots[-1] else None) for lot in owed.lots]
        if not orders and book.renews_at != owed.renews_at:
            orders = [Renewal(was=book.renews_at, renews_at=owed.renews_at, seq=book.head.seq)]
        if not orders:
            return None
        turned = turn(self.account_id, self.unit, book, desk=self.desk, want=Want(orders=tuple(orders)))
        is_ours = orders[-1].order_id in turned.outcomes
        return turned.book if turned.won and is_ours and turned.book.renews_at == owed.renews_at else None

    def _grant(self, owed: _Owed, found: Book) -> None:
        moved = False
        for lot in owed.lots:
            renews_at = owed.renews_at if lot is owed.lots[-1] else None
            granted = grant_lot(self.account_id, lot, desk=self.desk, renews_at=renews_at, of_renewal=True)
            moved = renews_at is not None and not granted.replayed
        if moved:
            return
        # Nothing to grant, or it was granted before: only the instant is left to be moved, unless somebody just did.
        book = self.desk.books.get(self.account_id, self.unit)
        if book is not None and book.renews_at == found.renews_at != owed.renews_at:
            order = Renewal(was=book.renews_at, renews_at=owed.renews_at, seq=book.head.seq)
            place(self.account_id, self.unit, order, desk=self.desk, of_renewal=True)


def _since(book: Book | None) -> int:
    """An instant that the book has seen: it may have been a clock that is ahead of ours."""
    return book.since if book is not None else 0
