"""Reads of one page: what two parts of it ask for is read once, so that they show one moment, and the page stays cheap."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from lotbook.domain.values.light_dataclasses import replace

if TYPE_CHECKING:
    from lotbook.domain.credits.book import Book
    from lotbook.domain.credits.ledger import Entry
    from lotbook.domain.credits.lots import Lot
    from lotbook.domain.credits.statement_lines import StatementLine
    from lotbook.ports.books import BookStore
    from lotbook.ports.news import StatementStore
    from lotbook.usecases.credits.desk import CreditDesk


class Remembered:
    """A store of books and its statement, for the length of one page. Whatever writes makes it forget, but for entries: they never change."""

    def __init__(self, desk: CreditDesk) -> None:
        self._books, self._statement, self._renew = desk.books, desk.statement, desk.renew
        self._known: dict[tuple[Any, ...], Any] = {}
        self._entries: dict[tuple[str, str, str], Entry] = {}

    def get(self, account_id: str, unit: str) -> Book | None:
        """The book."""
        found: Book | None = self._once(("get", account_id, unit), lambda: self._books.get(account_id, unit))
        return found

    def entries(self, account_id: str, unit: str, names: Iterable[str]) -> Mapping[str, Entry]:
        """Entries by their names: those that nobody has read yet together."""
        wanted = tuple(names)
        missing = [name for name in wanted if (account_id, unit, name) not in self._entries]
        if missing:
            key = ("entries", account_id, unit, frozenset(missing))
            self._keep(
                account_id, unit, self._once(key, lambda: self._books.entries(account_id, unit, missing)).values()
            )
        return {name: self._entries[at] for name in wanted if (at := (account_id, unit, name)) in self._entries}

    def entry(self, account_id: str, unit: str, name: str) -> Entry | None:
        """One entry by its name."""
        place = (account_id, unit, name)
        if place not in self._entries:
            found = self._once(("entry", *place), lambda: self._books.entry(account_id, unit, name))
            self._keep(account_id, unit, () if found is None else (found,))
        return self._entries.get(place)

    def lots(self, account_id: str, unit: str, lot_ids: Collection[str]) -> Mapping[str, Lot]:
        """Lots as they were made: the store remembers them by itself."""
        return self._books.lots(account_id, unit, lot_ids)

    def entries_of_lots(self, account_id: str, unit: str, lot_ids: Sequence[str]) -> Mapping[str, list[Entry]]:
        """Everything about these lots."""
        key = ("lots", account_id, unit, tuple(lot_ids))
        found: Mapping[str, list[Entry]] = self._once(
            key, lambda: self._books.entries_of_lots(account_id, unit, lot_ids)
        )
        return found

    def newest_of_lots(self, account_id: str, unit: str, last: str, most: int) -> Mapping[str, Entry]:
        """What was journaled about lots, from that name down."""
        key = ("newest", account_id, unit, last, most)
        found: Mapping[str, Entry] = self._once(key, lambda: self._books.newest_of_lots(account_id, unit, last, most))
        self._keep(account_id, unit, found.values())
        return found

    def page(self, account_id: str, unit: str, before_seq: int, limit: int) -> list[StatementLine]:
        """A page of the filed statement."""
        if self._statement is None:
            return []
        key, filed = ("page", account_id, unit, before_seq, limit), self._statement
        found: list[StatementLine] = self._once(key, lambda: filed.page(account_id, unit, before_seq, limit))
        return found

    def renew(self, account_id: str) -> None:
        """Renews, and forgets."""
        self._known.clear()
        self._renew(account_id)

    def __getattr__(self, name: str) -> Any:
        """Everything else is the store's own: whatever it does, what was read before it is old."""
        self._known.clear()
        return getattr(self._books, name)

    def _keep(self, account_id: str, unit: str, found: Iterable[Entry]) -> None:
        self._entries |= {(account_id, unit, entry.name): entry for entry in found}

    def _once(self, key: tuple[Any, ...], read: Any) -> Any:
        if key not in self._known:
            self._known[key] = read()
        return self._known[key]


def read_once(desk: CreditDesk) -> CreditDesk:
    """The desk for the length of one page."""
    remembered = Remembered(desk)
    statement = cast("StatementStore", remembered) if desk.statement is not None else None
    return replace(desk, books=cast("BookStore", remembered), statement=statement, renew=remembered.renew)
