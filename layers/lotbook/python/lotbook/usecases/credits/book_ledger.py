"""The ledger of one book: the entries of an account's unit, the pages that the book names, and lots as they were made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.values.errors import BrokenInvariant
from lotbook.domain.values.light_dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from lotbook.domain.credits.book import Book
    from lotbook.domain.credits.ledger import Entry
    from lotbook.domain.credits.lots import Lot
    from lotbook.ports.books import BookStore


@dataclass(frozen=True, slots=True)
class BookLedger:
    """Whose book it is, and the store that keeps it. Every method raises Unavailable."""

    account_id: str
    unit: str
    books: BookStore

    def entries(self, names: Iterable[str]) -> Mapping[str, Entry]:
        """Those that are there, by name."""
        return self.books.entries(self.account_id, self.unit, names)

    def put(self, entry: Entry) -> Entry | None:
        """None when written, else the entry that has the name."""
        return self.books.put_entry(self.account_id, entry)

    def of_lot(self, lot_id: str) -> list[Entry]:
        """Everything that was journaled about one lot: its grant, expiries, claw-backs, freezes."""
        return self.books.lot_entries(self.account_id, self.unit, lot_id)

    def lots(self, lot_ids: Collection[str]) -> dict[str, Lot]:
        """Lots as they were made, by id."""
        return dict(self.books.lots(self.account_id, self.unit, lot_ids)) if lot_ids else {}

    def shelf(self, book: Book) -> Mapping[str, Entry]:
        """The pages of the book's shelf, by name. They never change, so they are the book's whenever they are read."""
        if not book.shelf:
            return {}
        pages = self.entries(book.shelf)
        if len(pages) < len(book.shelf):
            raise BrokenInvariant(f"a page of the shelf of {self.account_id}/{self.unit} is gone")
        return {name: pages[name] for name in book.shelf}

    def hold_page(self, book: Book) -> Entry | None:
        """The page of open holds, if the book has one. It never changes, so it is the book's whenever it is read."""
        if book.held_away is None:
            return None
        page = self.books.entry(self.account_id, self.unit, book.held_away.name)
        if page is None:
            raise BrokenInvariant(f"the page of holds of {self.account_id}/{self.unit} is gone")
        return page
