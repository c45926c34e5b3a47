"""Stores that keep to themselves what is written: a use case that runs over them does all that it would do, and nothing is changed.

They read through, each thing once, and answer from what was written here. So whoever asks "what would happen" runs the very code
that makes it happen, and the two cannot come apart (decisions/0145). Only what burns, turns and renewals write is known here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.credits.book import MAX_RECEIPTS, Book
from lotbook.domain.credits.burn_with_turn import with_burn
from lotbook.domain.credits.ledger import share_of
from lotbook.domain.values.light_dataclasses import replace
from lotbook.ports.books import WriteOutcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from lotbook.domain.accounts.account import Account
    from lotbook.domain.credits.book import Memo
    from lotbook.domain.credits.ledger import Entry
    from lotbook.domain.credits.lots import Lot
    from lotbook.domain.credits.orders import Order
    from lotbook.domain.sales.auto_history import AutoEvent
    from lotbook.domain.sales.purchase import Purchase
    from lotbook.ports.books import BookStore, Prune
    from lotbook.ports.claims import ClaimStore
    from lotbook.ports.shop import AccountStore, PurchaseStore


class DryBooks:
    """Implements what burns, turns, renewals and balances need of `BookStore`. `absent`: names that the ledger is known not to have."""

    def __init__(self, books: BookStore, absent: Iterable[str] = ()) -> None:
        self._real = books
        self._books: dict[tuple[str, str], Book | None] = {}
        self._read: dict[tuple[str, str], Book | None] = {}
        self._ledger: dict[tuple[str, str, str], Entry] = {}
        self._absent: set[tuple[str, str, str]] = set()
        self._never = frozenset(absent)
        self._turned: set[tuple[str, str]] = set()

    def is_as_read(self) -> bool:
        """Whether every book that was turned here is still as it was read: what was read after it belongs to that moment."""
        return all(self._real.get(*key) == self._read.get(key) for key in sorted(self._turned))

    def get(self, account_id: str, unit: str) -> Book | None:
        """The book as it is here."""
        key = account_id, unit
        if key not in self._books:
            self._books[key] = self._read[key] = self._real.get(account_id, unit)
        return self._books[key]

    def burn(self, account_id: str, unit: str, name: str, memo: Memo, _prunes: Sequence[Prune]) -> WriteOutcome:
        """As the table would; receipts to prune stay, there is room without. Those of others are not shown: nothing clears them here."""
        book = self.get(account_id, unit)
        if book is None or len(book.receipts) + len(book.outcomes) >= MAX_RECEIPTS:
            return WriteOutcome(False, book)
        burned = with_burn(book, name, memo)
        if burned is None:
            return WriteOutcome(False, book)
        self._set(account_id, unit, burned)
        return WriteOutcome(True, replace(burned, receipts={name: burned.receipts[name]}))

    def ask(self, account_id: str, unit: str, order: Order, at: int = 0) -> WriteOutcome:
        """Add the order, unless it waits already or the period is over."""
        book = self.get(account_id, unit)
        if book is None or order.order_id in book.orders or book.renews_at <= at:
            return WriteOutcome(False, book)
        orders = {**book.orders, order.order_id: order}
        return self._set(account_id, unit, replace(book, orders=orders, until=0, version=book.version + 1))

    def swap(self, account_id: str, unit: str, old: Book, new: Book) -> WriteOutcome:
        """Nobody comes between here."""
        book = self.get(account_id, unit)
        if book is None or (book.head, book.version) != (old.head, old.version):
            return WriteOutcome(False, book)
        self._turned.add((account_id, unit))
        return self._set(account_id, unit, new)

    def tidy(self, account_id: str, unit: str, outcomes: Iterable[str]) -> None:
        """Outcomes leave the book."""
        book, gone = self.get(account_id, unit), set(outcomes)
        if book is not None:
            left = {name: entry for name, entry in book.outcomes.items() if name not in gone}
            self._set(account_id, unit, replace(book, outcomes=left))

    def prune(self, account_id: str, unit: str, _prunes: Sequence[Prune]) -> WriteOutcome:
        """Receipts may stay: there is room here."""
        return WriteOutcome(False, self.get(account_id, unit))

    def pause(self, account_id: str, unit: str, reason: str | None, version: int) -> WriteOutcome:
        """Set or clear the flag, unless a newer decision is there."""
        book = self.get(account_id, unit)
        if book is None or book.pause_version >= version:
            return WriteOutcome(False, book)
        return self._set(account_id, unit, replace(book, pause_reason=reason, pause_version=version))

    def mark(self, account_id: str, unit: str, *, tops_up: str | None, version: int) -> WriteOutcome:
        """The same for the mark of automatic purchase."""
        book = self.get(account_id, unit)
        if book is None or book.top_up_version >= version:
            return WriteOutcome(False, book)
        return self._set(account_id, unit, replace(book, tops_up=tops_up, top_up_version=version))

    def create(self, account_id: str, unit: str, book: Book) -> bool:
        """Open the book unless there is one."""
        if self.get(account_id, unit) is not None:
            return False
        self._set(account_id, unit, book)
        return True

    def put_entry(self, account_id: str, entry: Entry) -> Entry | None:
        """None: written here; else the entry that has the name."""
        older = self.entry(account_id, entry.unit, entry.name)
        if older is None:
            self._ledger[account_id, entry.unit, entry.name] = entry
        return older

    def entry(self, account_id: str, unit: str, name: str) -> Entry | None:
        """One entry, written here or before."""
        key = account_id, unit, name
        if self._is_known(key):
            return self._ledger.get(key)
        return self._kept(key, self._real.entry(account_id, unit, name))

    def entries(self, account_id: str, unit: str, names: Iterable[str]) -> Mapping[str, Entry]:
        """Those that are there; the others are known to be absent from then on."""
        keys = {name: (account_id, unit, name) for name in names}
        unknown = [name for name, key in keys.items() if not self._is_known(key)]
        found = self._real.entries(account_id, unit, unknown) if unknown else {}
        for name in unknown:
            self._kept(keys[name], found.get(name))
        return {name: self._ledger[key] for name, key in keys.items() if key in self._ledger}

    def lots(self, account_id: str, unit: str, lot_ids: Iterable[str]) -> Mapping[str, Lot]:
        """Lots as they were made, here or before."""
        wanted = set(lot_ids)
        made = [e.lot for (*whose, _), e in self._ledger.items() if whose == [account_id, unit] and e.lot is not None]
        ours = {lot.lot_id: lot for lot in made if lot.lot_id in wanted}
        missing = wanted - ours.keys()
        return ours | dict(self._real.lots(account_id, unit, missing)) if missing else ours

    def lot_entries(self, account_id: str, unit: str, lot_id: str) -> list[Entry]:
        """Everything about one lot, with what was written here."""
        there = {entry.name: entry for entry in self._real.lot_entries(account_id, unit, lot_id)}
        ours = {
            name: entry
            for (whose, of, name), entry in self._ledger.items()
            if (whose, of) == (account_id, unit) and f"{name}#".startswith(f"lot#{lot_id}#")
        }
        together = {
            name: share_of(entry, lot_id)
            for (whose, of, name), entry in self._ledger.items()
            if (whose, of) == (account_id, unit) and entry.is_together and share_of(entry, lot_id).draws
        }
        return list({**there, **ours, **together}.values())

    def hold_done(self, account_id: str, name: str) -> None:
        """Schedules hear nothing of what did not happen."""

    def stand_back(self) -> None:
        """Nobody else is at work here."""

    def _set(self, account_id: str, unit: str, book: Book) -> WriteOutcome:
        self._books[account_id, unit] = book
        return WriteOutcome(True, book)

    def _is_known(self, key: tuple[str, str, str]) -> bool:
        return key in self._ledger or key in self._absent or key[2] in self._never

    def _kept(self, key: tuple[str, str, str], entry: Entry | None) -> Entry | None:
        if entry is None:
            self._absent.add(key)
        else:
            self._ledger[key] = entry
        return entry


class DryAccounts:
    """Accounts as they are, or as they were saved here; what a renewal needs of `AccountStore`."""

    def __init__(self, accounts: AccountStore) -> None:
        self._real = accounts
        self._accounts: dict[str, Account | None] = {}

    def get(self, account_id: str) -> Account | None:
        """Read once."""
        if account_id not in self._accounts:
            self._accounts[account_id] = self._real.get(account_id)
        return self._accounts[account_id]

    def get_with_book(self, account_id: str, unit: str, books: BookStore) -> tuple[Book | None, Account | None]:
        """The account is never older than the book."""
        return books.get(account_id, unit), self.get(account_id)

    def save(self, account: Account) -> Account:
        """Kept here, under the next version."""
        saved = self._accounts[account.account_id] = replace(account, version=account.version + 1)
        return saved


class DryClaims:
    """Claims of automatic purchases and their rows, kept here: `ClaimStore`, and what is read of rows and told to the history."""

    def __init__(self, claims: ClaimStore, purchases: PurchaseStore) -> None:
        self._real, self._purchases = claims, purchases
        self._account: Account | None = None
        self._rows: dict[str, Purchase] = {}

    def look(self, account_id: str, policy_id: str) -> tuple[Account | None, int]:
        """As it is, or as it was claimed here."""
        account, version = self._real.look(account_id, policy_id)
        return self._account or account, version

    def claim(self, account: Account, row: Purchase, _burn: tuple[str, str] | None = None) -> Account | None:
        """Nobody else claims here, and the burn was never made."""
        self._account, self._rows[row.purchase_id] = account, row
        return account

    def get(self, account_id: str, purchase_id: str) -> Purchase | None:
        """The row."""
        return self._rows.get(purchase_id) or self._purchases.get(account_id, purchase_id)

    def is_new(self, purchase_id: str | None) -> bool:
        """Whether it was claimed here: it does not exist."""
        return purchase_id in self._rows

    def note(self, _event: AutoEvent) -> bool:
        """Nothing happened that a history would tell."""
        return False
