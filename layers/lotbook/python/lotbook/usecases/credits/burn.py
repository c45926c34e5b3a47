"""The burn: one blind conditional write, then one put that decides. Consume, hold and batch items share it."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from lotbook.domain.credits import ledger
from lotbook.domain.credits.book import CLOSED, PAUSED_FOR_SHORTFALL, Book, burn_entry
from lotbook.domain.credits.hold_pages import MAX_HOLDS, has_too_many
from lotbook.domain.credits.requests import HoldRequest
from lotbook.domain.credits.shelf import WIDEST_BURN
from lotbook.domain.values.errors import (
    AccountClosed,
    AccountPaused,
    IdempotencyKeyReused,
    InsufficientCredits,
    InvalidRequest,
    TooManyHolds,
    TopUpPending,
    Unavailable,
)
from lotbook.domain.values.light_dataclasses import dataclass, field
from lotbook.ports.books import Prune
from lotbook.usecases.credits.stale_receipts import clear_stale
from lotbook.usecases.credits.top_up import BurnAdvance, WantedBurn
from lotbook.usecases.credits.turn import Turned, Want, is_of, turn

if TYPE_CHECKING:
    from lotbook.domain.credits.batches import LinesRequest
    from lotbook.domain.credits.requests import BurnRequest
    from lotbook.ports.books import WriteOutcome
    from lotbook.usecases.credits.desk import CreditDesk

MAX_TRIES = 25  # each is another call's success or a step forward; then "send the same key again"
MAX_RENEWALS = 2


class _Next(Enum):
    AGAIN = "again"
    ANSWER_FROM_LEDGER = "answer from the ledger, or refuse"


@dataclass(slots=True)
class Burn:
    """One burn on its way; a HoldRequest makes it a hold, a LinesRequest one of many lines."""

    account_id: str
    key: str
    request: BurnRequest | HoldRequest | LinesRequest
    desk: CreditDesk
    now: int = 0
    renewals: int = 0
    opened: bool = False
    top_up: BurnAdvance = field(default_factory=BurnAdvance)

    def run(self) -> tuple[ledger.Entry, bool]:
        """The entry that the key stands for, and whether it is an earlier one.

        Raises InsufficientCredits, TopUpPending, TooManyHolds, AccountPaused, AccountClosed, IdempotencyKeyReused,
        InvalidRequest (no such unit), AccountNotFound (from `renew`), Unavailable. Whatever it raises, the same key may be sent again.
        """
        name = ledger.burn_name(self.key)
        self.now = self.desk.clock.now()
        with self.desk.prunes.lent(self.account_id, self.unit) as lent:
            for _ in range(MAX_TRIES):
                attempt = self.desk.books.burn(
                    self.account_id, self.unit, name, self.request.memo(self.now), lent.prunes
                )
                if attempt.done:
                    lent.prunes = ()
                if attempt.book and name in attempt.book.receipts:
                    return self._finish(name, attempt.book, attempt.done)
                if attempt.book and lent.forget_gone(attempt.book):
                    continue
                self.top_up.journaled = lent.prunes
                if self._next(name, attempt) is _Next.AGAIN:
                    continue
                advanced = self._advanced(name, attempt.book or Book())
                if advanced is None:
                    return self._answer_or_refuse(name, attempt.book or Book())
                if advanced.won and name in advanced.book.receipts:
                    return self._finish(name, advanced.book, True)
        raise Unavailable(retry_after_seconds=1)

    @property
    def unit(self) -> str:
        return self.request.unit

    def _finish(self, name: str, book: Book, is_mine: bool) -> tuple[ledger.Entry, bool]:
        """A receipt of the key is in the book, ours or an earlier try's: the put decides what the key stands for."""
        receipt = book.receipts[name]
        if receipt.memo.kind == "resolve":
            raise InvalidRequest("a burn has no such name")
        entry = burn_entry(self.unit, book, name)
        older = self.desk.books.put_entry(self.account_id, entry)
        if older and not is_of(older, self.unit, receipt):  # void: given back by the next turn, here or elsewhere
            turn(self.account_id, self.unit, book, desk=self.desk)
            return self._checked(older), True
        if is_mine:
            self.desk.prunes.give(self.account_id, self.unit, Prune(name, receipt))
            clear_stale(self.account_id, self.unit, book, {name}, desk=self.desk)
            return entry, False  # its digest is the one that this burn wrote
        return self._checked(entry), True

    def _checked(self, entry: ledger.Entry) -> ledger.Entry:
        if not self.request.has_digest(entry.digest):
            raise IdempotencyKeyReused
        return entry

    def _next(self, name: str, attempt: WriteOutcome) -> _Next:
        """Why the burn was refused, and what makes it possible."""
        book = attempt.book
        if book is None:
            return self._open()
        if book.pause_reason == PAUSED_FOR_SHORTFALL and not self.renewals:
            if book.has_lapsed(self.now):
                self._turn(book)  # what they give back pays what is owed
            return self._renew()  # and it may have been paid before: whoever is refused asks once
        if book.pause_reason is not None or name in book.holds:
            return _Next.ANSWER_FROM_LEDGER
        if book.since > self.now:  # the book has seen a later clock than ours
            self.now = book.since
            return _Next.AGAIN
        if book.renews_at <= self.now:
            return self._renew()
        if book.orders:
            self.desk.books.stand_back()  # whoever asked is most likely at work already
        elif self._is_plainly_short(book) or self._has_too_many_holds(book):
            return _Next.ANSWER_FROM_LEDGER
        self._turn(book)  # before a refusal too: a void burn or a lapsed hold may hide credits
        return _Next.AGAIN

    def _is_plainly_short(self, book: Book) -> bool:
        """Too few credits, or too many lots for one burn, and nothing pending that could hide some."""
        in_time = self.now < book.until
        nothing_hidden = not self.top_up.undecided(book) and not book.has_lapsed(self.now)
        short = book.spendable < self.request.credits or self._is_too_wide(book)
        return short and in_time and nothing_hidden

    def _has_too_many_holds(self, book: Book) -> bool:
        """Too many open holds for another one, and no turn can make room: none of them has lapsed."""
        return isinstance(self.request, HoldRequest) and has_too_many(book) and not book.has_lapsed(self.now)

    def _is_too_wide(self, book: Book) -> bool:
        return book.available < self.request.credits <= book.spendable and len(book.tape) >= WIDEST_BURN

    def _turn(self, book: Book) -> None:
        turn(self.account_id, self.unit, book, desk=self.desk, want=Want(self.request.credits))

    def _open(self) -> _Next:
        """No book: renewal opens those of the account's policy, and raises AccountNotFound when there is no account."""
        if self.opened:
            raise InvalidRequest.of("unit", "unknown_unit", f"{self.unit} is no unit of this account")
        self.opened = True
        self.desk.renew(self.account_id)
        return _Next.AGAIN

    def _renew(self) -> _Next:
        self.renewals += 1
        if self.renewals > MAX_RENEWALS:
            raise Unavailable("the period's renewal is under way", retry_after_seconds=1)
        self.desk.renew(self.account_id)
        return _Next.AGAIN

    def _advanced(self, name: str, book: Book) -> Turned | None:
        """One try of a turn with what an automatic purchase lends; None where nothing is bought for the burn."""
        if book.pause_reason is not None or name in book.holds or book.spendable >= self.request.credits:
            return None
        wanted = WantedBurn(self.account_id, self.unit, name, self.request.memo(self.now))
        return self.top_up.advanced(wanted, book, desk=self.desk)

    def _answer_or_refuse(self, name: str, book: Book) -> tuple[ledger.Entry, bool]:
        entry = self.desk.books.entry(self.account_id, self.unit, name)
        if entry is not None:
            return self._checked(entry), True
        if book.pause_reason == CLOSED:
            raise AccountClosed
        if book.pause_reason is not None:
            raise AccountPaused(pause_reason=book.pause_reason)
        if self._has_too_many_holds(book) and book.spendable >= self.request.credits:
            raise TooManyHolds(open=book.open_holds, max=MAX_HOLDS)
        if self._is_too_wide(book):
            reason = f"one burn draws from at most {WIDEST_BURN} lots, now {book.available} credits"
            raise InvalidRequest.of("credits", "too_many_lots", reason)
        if self.top_up.is_pending:
            raise TopUpPending(retry_after_seconds=self.top_up.retry_after_seconds)
        raise InsufficientCredits(requested=self.request.credits, available=book.spendable)
