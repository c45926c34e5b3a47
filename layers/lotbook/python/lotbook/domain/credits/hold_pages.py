"""Open holds that the book has no room for. They wait on one page of the ledger, so that no burn pays for their bytes (S3).

A page never changes and is named by its content and the version of the book that names it, so no name means two things. A
turn writes the page first and then swaps the book that names it. Only a turn moves holds between book and page: when the
book is full of them, when one on the page is wanted, or when time is over for one.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping

from lotbook.domain.credits.book import Book, HoldPage
from lotbook.domain.credits.ledger import CHAIN_END, Entry, OpenHold
from lotbook.domain.values import ids
from lotbook.domain.values.instants import DAY
from lotbook.domain.values.light_dataclasses import replace

MAX_HOLDS = 500  # open ones of a book; past them a hold is refused until one is resolved or lapses
HOLDS_IN_BOOK = 12  # 36 bytes each, paid for by every burn; a hold past them costs a turn, which makes room for six
HOLDS_KEPT = HOLDS_IN_BOOK // 2
MAX_LAPSES_A_TURN = 80  # each leaves an outcome in the book until it is journaled: burns find room meanwhile
PAGE_KEPT = 30 * DAY  # after its last hold has lapsed: a page that no book names any more is dropped by the table

Holds = dict[str, OpenHold]


def is_full(book: Book) -> bool:
    """Whether the book has no room for another hold before a turn makes some."""
    return len(book.holds) >= HOLDS_IN_BOOK


def has_too_many(book: Book) -> bool:
    """Whether no turn can make room."""
    return is_full(book) and book.open_holds >= MAX_HOLDS


def must_open(book: Book, wanted: str, has_void_hold: bool, now: int) -> bool:
    """Whether a turn needs the page.

    `has_void_hold`: a burn that is given back named a hold in the book; the page may have the one of that name that counts.
    """
    if book.held_away is None:
        return False
    is_wanted = bool(wanted) and wanted not in book.holds
    return is_wanted or has_void_hold or is_full(book) or book.held_away.due <= now


def open_holds(book: Book, page: Entry | None, void: Collection[str]) -> Holds:
    """All open holds by name. `void`: names of burns to be given back; what was resolved since is not on the page any more."""
    resolved = {receipt.memo.hold for receipt in book.receipts.values() if receipt.memo.kind == "resolve"}
    here = {name: hold for name, hold in book.holds.items() if name not in void}
    there = {} if page is None else {name: hold for name, hold in page.holds if name not in resolved}
    return there | here


def lapsing(holds: Mapping[str, OpenHold], now: int) -> list[str]:
    """Holds whose time is over, the first to lapse first: as many as one turn gives back."""
    return [name for name, hold in _in_order(holds) if hold.due <= now][:MAX_LAPSES_A_TURN]


def with_holds_put_away(unit: str, book: Book, holds: Holds, wanted: str) -> tuple[Book, Entry | None]:
    """The book with all these `holds` open, and the page to be written before it, if there is one.

    In the book stay the wanted one, and those that lapse first: they were placed first, and are most likely resolved next.
    """
    if len(holds) < HOLDS_IN_BOOK:
        return replace(book, holds=holds, held_away=None), None
    kept = max(
        HOLDS_KEPT, len(holds) - (MAX_HOLDS - HOLDS_IN_BOOK)
    )  # so that room in the book never means one too many
    in_order = sorted(_in_order(holds), key=lambda each: each[0] != wanted)
    page = _page(unit, book.version, sorted(in_order[kept:], key=lambda each: (each[1].due, each[0])))
    away = HoldPage(page.name, len(page.holds), page.holds[0][1].due)
    return replace(book, holds=dict(in_order[:kept]), held_away=away), page


def _in_order(holds: Mapping[str, OpenHold]) -> list[tuple[str, OpenHold]]:
    return sorted(holds.items(), key=lambda each: (each[1].due, each[0]))


def _page(unit: str, version: int, holds: list[tuple[str, OpenHold]]) -> Entry:
    content = json.dumps([[name, hold.due, hold.credits] for name, hold in holds], separators=(",", ":"))
    name = "shelf#" + ids.fingerprint("holds", unit, str(version), content)
    gone_at = max(hold.due for _, hold in holds) + PAGE_KEPT
    return Entry(name=name, unit=unit, kind="shelved", at=0, seq=0, before=CHAIN_END, holds=tuple(holds), due=gone_at)
