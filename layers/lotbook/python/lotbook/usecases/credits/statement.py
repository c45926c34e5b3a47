"""The statement: a book's chain, walked newest first from the book itself. Complete and ordered, whatever else ran.

Links that the table's stream has filed come a page at a time; what it has not delivered yet is read from the ledger.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from lotbook.domain.credits.batches import weight
from lotbook.domain.credits.ledger import Entry, Pointer
from lotbook.domain.credits.statement_pages import Cursor, EntryFilter, EntryPage, PageAsked
from lotbook.domain.values.errors import BrokenInvariant, InvalidRequest
from lotbook.domain.values.instants import SECOND
from lotbook.domain.values.light_dataclasses import replace
from lotbook.usecases.credits.balance import DecidedBook, read_moment
from lotbook.usecases.credits.batch_lines import with_lines
from lotbook.usecases.credits.links import Links

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lotbook.usecases.credits.desk import CreditDesk

MAX_LINKS_A_PAGE = 400  # entries that are not shown are passed over; a page may be shorter than asked, never endless
MAX_LINES_A_PAGE = 5_000  # of batches under one key, or the page is longer than an answer may be
MAX_CURSOR = 8_192  # characters; the longest that we give out names a hundred burns that were given back
LEDGER_NAME = re.compile(r"[\x21-\x7e]{1,200}")
MAX_DRIFT = 60 * SECOND  # between reading the clock and writing the burn, on different machines
MAX_SEQ = 2**53
PAGE_ENTRIES = 100
MAX_EXPORT_PAGES = 10  # a file has at most a thousand entries; the cursor goes on
MAX_EXPORT_LINES = 8_000  # where many are batches, and as many as its last page has beyond that


def list_entries(account_id: str, unit: str, limit: int, cursor: str | None, *, desk: CreditDesk) -> EntryPage:
    """At most `limit` entries, newest first, from where `cursor` (of the page before) left off.

    A cursor is taken at its word: whoever hands it to strangers signs it (`api/http/paging.py`).

    What is pending is journaled first, so the entries add up to the balance of the same moment. Raises InvalidRequest for
    a cursor that is none, and what `read_balance` raises.
    """
    return find_entries(account_id, unit, PageAsked(limit, cursor), desk=desk)


def find_entries(account_id: str, unit: str, asked: PageAsked, *, desk: CreditDesk) -> EntryPage:
    """The same of those entries that are wanted. A page looks at MAX_LINKS_A_PAGE links: it may be short, or empty, and not the last."""
    limit, wanted = asked.limit, asked.wanted
    start = None if asked.cursor is None else _parse(asked.cursor)
    moment = read_moment(account_id, unit, desk=desk)
    links = Links(account_id, unit, limit, desk=desk, known=moment.journaled.entries)
    walk = _Walk(f"{account_id}/{unit}", moment, links, start)
    found = _Found(account_id, limit, desk)
    for _ in range(MAX_LINKS_A_PAGE):
        if walk.at.seq == 0:
            return found.page(None)
        if found.lines >= MAX_LINES_A_PAGE:
            break
        here = walk.cursor if found.is_full else None
        entry = walk.step()
        if entry is not None and entry.is_shown:
            entry = walk.in_order(entry)
            if wanted.since is not None and entry.at < wanted.since - MAX_DRIFT:
                return found.page(None)  # what follows is older still
            if not found.shows(entry, wanted):
                continue
            if here is not None:  # a full page looks on for one more: the last page says that it is the last
                return found.page(_text(here))
            found.take(entry)
    return found.page(None if walk.at.seq == 0 else _text(walk.cursor))


class _Found:
    """What a page shows. `lines`: what it shows or has looked at, by `batches.weight`."""

    def __init__(self, account_id: str, limit: int, desk: CreditDesk) -> None:
        self._account_id, self._limit, self._desk = account_id, limit, desk
        self._shown: list[Entry] = []
        self.lines = 0

    @property
    def is_full(self) -> bool:
        return len(self._shown) >= self._limit

    def shows(self, entry: Entry, wanted: EntryFilter) -> bool:
        """A reference may be that of a line, wherever the lines stand."""
        if wanted.reference is not None and entry.has_lines and replace(wanted, reference=None).shows(entry):
            self.lines += weight(entry)
            (entry,) = with_lines(self._account_id, [entry], books=self._desk.books)
        return wanted.shows(entry)

    def take(self, entry: Entry) -> None:
        self._shown.append(entry)
        self.lines += weight(entry)

    def page(self, cursor: str | None) -> EntryPage:
        return EntryPage(tuple(with_lines(self._account_id, self._shown, books=self._desk.books)), cursor)


def pages(account_id: str, unit: str, cursor: str | None, most: int, *, desk: CreditDesk) -> Iterator[EntryPage]:
    """The statement in pages of PAGE_ENTRIES from the cursor on, at most `most` of them. Raises as `list_entries`."""
    for _ in range(most):
        page = list_entries(account_id, unit, PAGE_ENTRIES, cursor, desk=desk)
        yield page
        cursor = page.next_cursor
        if cursor is None:
            return


def export_entries(account_id: str, unit: str, cursor: str | None, *, desk: CreditDesk) -> EntryPage:
    """The statement of one unit in a long page, for a file: at most MAX_EXPORT_PAGES pages from the cursor on."""
    found, lines = list[EntryPage](), 0
    for page in pages(account_id, unit, cursor, MAX_EXPORT_PAGES, desk=desk):
        found.append(page)
        lines += sum(map(weight, page.entries))
        if lines >= MAX_EXPORT_LINES:
            break
    return EntryPage(tuple(entry for page in found for entry in page.entries), found[-1].next_cursor)


class _Walk:
    """One walk along the chain. `given_back`: burns since undone; entries between burn and undoing still count them."""

    def __init__(self, whose: str, moment: DecidedBook, links: Links, start: Cursor | None) -> None:
        self.whose, self.links = whose, links
        self.book, self.journaled = moment.book, moment.journaled
        self.start = start.at if start else None
        self.at = start.at if start else moment.book.head
        self.given_back = dict(start.given_back) if start else self._void_in_book()
        self.latest = start.latest if start else None

    @property
    def cursor(self) -> Cursor:
        return Cursor(self.at, tuple(sorted(self.given_back.items())), self.latest)

    def in_order(self, entry: Entry) -> Entry:
        """The entry as it is shown below the one before: burns that raced got their places in another order than they
        read their clocks, and a statement does not go back in time."""
        if self.latest is not None and self.latest < entry.at <= self.latest + MAX_DRIFT:
            return replace(entry, at=self.latest)
        self.latest = entry.at
        return entry

    def step(self) -> Entry | None:
        """The entry at this link, None for a void one; goes on to the link before it."""
        link = self.at
        entry = self.links.entry(link)
        if entry is None:
            self.given_back.pop(link.seq, None)
            self.at = self._before_void(link)
            return None
        if entry.kind == "void" and entry.skips is not None:
            self.given_back[entry.skips.seq + 1] = entry.requested
        self.at = entry.before
        hidden = sum(credits for seq, credits in self.given_back.items() if seq < entry.seq)
        return replace(entry, available_after=entry.available_after + hidden) if hidden else entry

    def _void_in_book(self) -> dict[int, int]:
        receipts = [self.book.receipts[name] for name in self.journaled.void]
        return {r.seq: r.memo.credits for r in receipts if r.memo.kind != "resolve"}

    def _before_void(self, link: Pointer) -> Pointer:
        """Past a burn that was given back: its receipt is still in the book, or its marker in the ledger."""
        receipt = self.book.receipts.get(link.name)
        if receipt is not None and receipt.seq == link.seq:
            return receipt.before
        marker = self.links.marker(link)
        if marker is None or marker.skips is None:
            if link == self.start:
                raise _no_cursor()
            raise BrokenInvariant(f"the chain of {self.whose} breaks at {link.seq}")
        return marker.skips


def _text(cursor: Cursor) -> str:
    parts = [cursor.at.name, cursor.at.seq, cursor.given_back, cursor.latest]
    return json.dumps(parts, separators=(",", ":"))


def _parse(text: str) -> Cursor:
    try:
        name, seq, given_back, latest = json.loads(text[:MAX_CURSOR])
        pairs = tuple((int(at), int(credits)) for at, credits in given_back)
        if LEDGER_NAME.fullmatch(name) and type(seq) is int and 0 < seq <= MAX_SEQ:
            return Cursor(Pointer(name, seq), pairs, None if latest is None else int(latest))
    except (ValueError, TypeError, OverflowError, RecursionError):
        pass
    raise _no_cursor()


def _no_cursor() -> InvalidRequest:
    return InvalidRequest.of("cursor", "invalid_cursor", "not a cursor of this statement")
