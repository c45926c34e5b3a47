"""What the burn path needs from a store.

Each write is one conditional single-item write; each answers with the book as it is after it, or, when its condition
refused it, as it was found: nobody needs a second read to learn why. All reads are strongly consistent.
Every method raises Unavailable when the store does not answer; the call may then have happened or not. `swap`, `create`
and a lapse also raise it, with nothing done, on a machine whose clock is ahead of the store's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from lotbook.domain.values.light_dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from lotbook.domain.credits.book import Book, Memo, Receipt
    from lotbook.domain.credits.ledger import Entry
    from lotbook.domain.credits.lots import Lot
    from lotbook.domain.credits.orders import Order


@dataclass(frozen=True, slots=True)
class WriteOutcome:
    """The answer of a conditional write: whether it took effect, and the book after it (or as found; None: no book)."""

    done: bool
    book: Book | None


@dataclass(frozen=True, slots=True)
class Prune:
    """A receipt whose entry is in the ledger: the next burn takes it out, if it is still this very receipt.

    Or an outcome that is in the ledger, which is its own entry.
    """

    name: str
    receipt: Receipt | Entry


class BookStore(Protocol):
    """Books and their ledger."""

    def burn(self, account_id: str, unit: str, name: str, memo: Memo, prunes: Sequence[Prune]) -> WriteOutcome:
        """Move the position by `memo.credits` and leave a receipt under `name`; a hold also becomes an open hold.

        Takes effect if the credits are there, the book is valid at `memo.at`, not paused and not full, and neither
        such a receipt nor such an open hold is there; and if each receipt to prune is gone or unchanged. At most MAX_BURNS_A_WRITE
        of them; one of the name that is burned is left alone.
        """
        ...

    def burn_many(self, account_id: str, unit: str, burns: Sequence[tuple[str, Memo]]) -> WriteOutcome:
        """What `burn` of each, one right after the other, would leave; or nothing, if one of them would be refused.

        At most MAX_BURNS_A_WRITE consumes of one instant, all under different names.
        """
        ...

    def prune(self, account_id: str, unit: str, prunes: Sequence[Prune]) -> WriteOutcome:
        """Take receipts out whose entries are in the ledger: all of them, if each is gone or unchanged. At most as many."""
        ...

    def resolve(self, account_id: str, unit: str, name: str, memo: Memo) -> WriteOutcome:
        """Close the open hold `memo.hold` and leave a receipt under `name`. Takes effect if the hold is open, no such
        receipt is there, the book is not full, and valid at `memo.at`; a lapse may come past its horizon."""
        ...

    def ask(self, account_id: str, unit: str, order: Order, at: int = 0) -> WriteOutcome:
        """Add a waiting order unless it waits already or MAX_ORDERS wait; burns stop until a turn has done it.

        Nor where the book's period is over at `at` (0: whatever the time is), for what is asked then comes after its renewal.
        """
        ...

    def swap(self, account_id: str, unit: str, old: Book, new: Book) -> WriteOutcome:
        """Put `new` in place of `old` unless a burn, an order, a pause or another turn came between."""
        ...

    def tidy(self, account_id: str, unit: str, outcomes: Iterable[str]) -> None:
        """Take outcomes that are in the ledger out of the book. Their names never come back, so no guard is needed."""
        ...

    def pause(self, account_id: str, unit: str, reason: str | None, version: int) -> WriteOutcome:
        """Set or clear the flag that refuses burns, unless a decision of the same or a later `version` is there."""
        ...

    def mark(self, account_id: str, unit: str, *, tops_up: str | None, version: int) -> WriteOutcome:
        """Set the policy under which a burn that cannot be covered may be topped up, or clear it, unless that version or a later did."""
        ...

    def create(self, account_id: str, unit: str, book: Book) -> bool:
        """Open the book unless there is one."""
        ...

    def get(self, account_id: str, unit: str) -> Book | None:
        """The book."""
        ...

    def put_entry(self, account_id: str, entry: Entry) -> Entry | None:
        """Write the entry unless its name is taken. None: written; else the entry that has the name. *This decides.*"""
        ...

    def entry(self, account_id: str, unit: str, name: str) -> Entry | None:
        """One entry by name."""
        ...

    def entries(self, account_id: str, unit: str, names: Iterable[str]) -> Mapping[str, Entry]:
        """Entries by name; names without an entry are left out."""
        ...

    def lots(self, account_id: str, unit: str, lot_ids: Iterable[str]) -> Mapping[str, Lot]:
        """Lots as they were made, by id; they never change, so they need not be read twice. Those never granted are left out."""
        ...

    def lot_entries(self, account_id: str, unit: str, lot_id: str) -> list[Entry]:
        """Everything that was journaled about one lot: its grant, expiries, claw-backs, freezes.

        Where it died together with others, its share of that entry (`ledger.share_of`).
        """
        ...

    def entries_of_lots(self, account_id: str, unit: str, lot_ids: Sequence[str]) -> Mapping[str, list[Entry]]:
        """The same of several lots, by their ids: one read, for lots that were made one after the other."""
        ...

    def newest_of_lots(self, account_id: str, unit: str, last: str, most: int) -> Mapping[str, Entry]:
        """What was journaled about lots, by name: at most `most` entries, from the name `last` down, in one read.

        A hint for who reads many: entries that are not among them may be there.
        """
        ...

    def note_metadata(self, account_id: str, name: str, digest: str, metadata: Mapping[str, str]) -> None:
        """Keep what a caller said about a burn, once per request digest; what was erased since stays erased."""
        ...

    def forget_note(self, account_id: str, name: str, digest: str) -> None:
        """Keep nothing of what was said about a burn that was refused; it may be said again, once there is such an account."""
        ...

    def metadata(self, account_id: str, noted: Iterable[tuple[str, str]]) -> Mapping[str, Mapping[str, str]]:
        """What callers said about burns, each given as its name and digest, by name; those without are left out."""
        ...

    def hold_done(self, account_id: str, name: str) -> None:
        """A hold was resolved: schedules need not look at it any more."""
        ...

    def stand_back(self) -> None:
        """Let whoever is at work finish: a short random pause in production, nothing in a fake."""
        ...
