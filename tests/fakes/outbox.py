"""The outbox's other sides in memory, and a small world: one account that burns, whose ledger is delivered as its stream."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import count
from threading import Lock
from typing import Any

from lotbook.domain.accounts.account import Account
from lotbook.domain.credits.ledger import Entry
from lotbook.domain.credits.lots import Lot, LotKind
from lotbook.domain.credits.requests import BurnRequest
from lotbook.domain.credits.statement_lines import StatementLine
from lotbook.domain.credits.statement_pages import EntryPage
from lotbook.domain.news.alerts import Latch
from lotbook.domain.news.announcements import Announcement, Change, EntryWritten
from lotbook.domain.policy.parts import Alerts
from lotbook.domain.values.errors import Conflict, Unavailable
from lotbook.ports.news import LotPlace, NotePlace, Owner, StatementStore
from lotbook.ports.shop import DueItem
from lotbook.usecases.credits.consume import consume
from lotbook.usecases.credits.file_statement import LINES_A_CALL
from lotbook.usecases.credits.lots import grant_lot
from lotbook.usecases.credits.statement import list_entries
from lotbook.usecases.in_batches import cut
from lotbook.usecases.news.announce import Outlets
from lotbook.usecases.news.deliver_changes import deliver_changes
from tests.fakes.accounts import FakeAccounts, FakePolicies, ManualClock, a_policy, an_account
from tests.fakes.books import FakeBooks
from tests.fakes.credit_desk import credit_desk


class FakeStatement:
    """Implements `StatementStore`; `fails`: accounts with whose lines nothing of a call is written, `left`: whose are left over."""

    def __init__(self) -> None:
        self.lines: dict[tuple[str, str], dict[int, StatementLine]] = {}
        self.fails: set[str] = set()
        self.left: set[str] = set()
        self.pages = self.calls = 0

    def file(self, lines: Sequence[tuple[Owner, StatementLine]]) -> set[Owner]:
        self.calls += 1
        owners = {owner for owner, _ in lines}
        if any(account_id in self.fails for account_id, _ in owners):
            raise Unavailable
        for owner, line in lines:
            if owner[0] not in self.left:
                self.lines.setdefault(owner, {})[line.seq] = line
        return {owner for owner in owners if owner[0] not in self.left}

    def page(self, account_id: str, unit: str, before_seq: int, limit: int) -> list[StatementLine]:
        self.pages += 1
        kept = self.lines.get((account_id, unit), {})
        return [kept[seq] for seq in sorted(kept, reverse=True) if seq < before_seq][:limit]


def filed(store: StatementStore, account_id: str, unit: str, lines: Iterable[StatementLine]) -> None:
    """File them, as many a call as it takes."""
    for batch in cut([((account_id, unit), line) for line in lines], LINES_A_CALL):
        assert set(store.file(batch)) == {(account_id, unit)}


class FakeLatches:
    """Implements `LatchStore`. `rivals`: how many saves somebody else beats."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], Latch] = {}
        self.rivals = 0
        self.saves = self.reads = 0
        self._lock = Lock()

    def get(self, account_id: str, unit: str) -> Latch:
        return self.kept.get((account_id, unit), Latch())

    def of(self, owners: Collection[Owner]) -> dict[Owner, Latch]:
        self.reads += 1
        return {owner: self.kept.get(owner, Latch()) for owner in owners}

    def save(self, account_id: str, unit: str, latch: Latch) -> None:
        with self._lock:
            kept = self.get(account_id, unit)
            if self.rivals:
                self.rivals -= 1
                self.kept[account_id, unit] = replace(kept, version=kept.version + 1)
                raise Conflict
            if kept.version != latch.version:
                raise Conflict
            self.saves += 1
            self.kept[account_id, unit] = replace(latch, version=latch.version + 1)


class FakeNotices:
    """Implements `NoticeStore` and the due index of its notices."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], int] = {}

    def note(self, account_id: str, unit: str, lot_id: str, at: int) -> None:
        self.kept[account_id, f"{unit}#{lot_id}"] = at

    def done(self, account_id: str, unit: str, lot_id: str) -> None:
        self.kept.pop((account_id, f"{unit}#{lot_id}"), None)

    def due(self, kind: str, until: int, limit: int) -> Iterator[DueItem]:
        assert kind == "notice"
        found = [DueItem(account_id, name, at) for (account_id, name), at in self.kept.items() if at <= until]
        return iter(sorted(found, key=lambda item: item.due_at)[:limit])

    def postpone(self, item: DueItem, until: int) -> DueItem | None:
        if self.kept.get((item.account_id, item.name)) != item.due_at:
            return None
        self.kept[item.account_id, item.name] = until
        return replace(item, due_at=until)


class FakeManyAccounts:
    """Implements `ManyAccounts` over the other fakes; `reads`: how often each was asked."""

    def __init__(self, books: FakeBooks, accounts: FakeAccounts) -> None:
        self.books, self.stored = books, accounts
        self.reads: Counter[str] = Counter()

    def lots(self, places: Collection[LotPlace]) -> dict[LotPlace, Lot]:
        self.reads["lots"] += 1
        found = {place: self.books.lots(*place[:2], [place[2]]) for place in places}
        return {place: lots[place[2]] for place, lots in found.items() if lots}

    def notes(self, places: Collection[NotePlace]) -> dict[NotePlace, Mapping[str, str]]:
        self.reads["notes"] += 1
        found = {place: self.books.metadata(place[0], [place[1:]]) for place in places}
        return {place: notes[place[1]] for place, notes in found.items() if notes}

    def accounts(self, account_ids: Collection[str]) -> dict[str, Account]:
        self.reads["accounts"] += 1
        return self.stored.get_many(list(account_ids))


class RecordingBus:
    """Implements `EventBus`: keeps what was published. `fails`: how many calls it refuses; `refuses`: whose events it does not take."""

    def __init__(self) -> None:
        self.published: list[Announcement] = []
        self.fails = self.calls = 0
        self.refuses: set[str | None] = set()
        self._lock = Lock()

    def publish(self, announcements: Sequence[Announcement]) -> None:
        if self.offer(announcements):
            raise Unavailable

    def offer(self, announcements: Sequence[Announcement]) -> list[Announcement]:
        with self._lock:
            self.calls += 1
            if self.fails:
                self.fails -= 1
                raise Unavailable
            self.published += [each for each in announcements if each.account_id not in self.refuses]
            return [each for each in announcements if each.account_id in self.refuses]

    def of(self, *kinds: str) -> list[Announcement]:
        """What was published of these kinds, each id once, in order."""
        return list({each.announcement_id: each for each in self.published if each.kind in kinds}.values())


class RecordingQueue:
    """Implements `AutoQueue`: keeps what was asked for. `fails`: how many calls it refuses."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str | None]] = []
        self.fails = 0

    def ask(self, account_id: str, purchase_id: str | None) -> None:
        if self.fails:
            self.fails -= 1
            raise Unavailable
        self.asked.append((account_id, purchase_id))


class World:
    """An account `acme` with a book, and the outbox behind its ledger. Nothing is delivered before it is asked for."""

    def __init__(self, *percent: int, account: Account | None = None, **policy: Any) -> None:
        self.clock = ManualClock()
        self.books = FakeBooks()
        self.statement = FakeStatement()
        self.latches = FakeLatches()
        self.notices = FakeNotices()
        self.bus = RecordingBus()
        self.queue = RecordingQueue()
        accounts = FakeAccounts(account or an_account())
        self.many = FakeManyAccounts(self.books, accounts)
        self.outlets = Outlets(
            bus=self.bus,
            latches=self.latches,
            notices=self.notices,
            accounts=accounts,
            policies=FakePolicies(a_policy(**{"alerts": Alerts(purchased_used_percent=percent)} | policy)),
            books=self.books,
            many=self.many,
            clock=self.clock,
            queue=self.queue,
        )
        self.delivered = 0
        self._keys = count(1)

    def grant(self, credits: int, kind: LotKind = "purchased", **fields: object) -> str:
        """One more lot; answers its id."""
        lot_id = f"lot_{next(self._keys):04d}"
        now = self.clock.now()
        made = {"expires_at": None} | fields
        lot = Lot(lot_id, "credits", kind, credits, 0, now, created_at=now, **made)  # type: ignore[arg-type]
        grant_lot("acme", lot, desk=credit_desk(self.books, self.clock))
        return lot_id

    def burn(self, credits: int, key: str | None = None) -> None:
        """One consume."""
        request = BurnRequest(credits)
        used = key or f"key-{next(self._keys)}"
        consume("acme", used, request, desk=credit_desk(self.books, self.clock, lambda _: None))

    def new(self) -> dict[str, EntryWritten]:
        """What the stream brings next, by record: every entry in the order in which it was written."""
        entries = list(self.books.ledger.values())[self.delivered :]
        first, self.delivered = self.delivered, self.delivered + len(entries)
        return {f"{first + at:09d}": EntryWritten("acme", entry) for at, entry in enumerate(entries)}

    def deliver(self, changes: Mapping[str, Change] | None = None) -> dict[str, Exception]:
        """Deliver these changes, or what is new; answers what failed."""
        brought: Mapping[str, Change] = self.new() if changes is None else changes
        return deliver_changes(brought, statement=self.statement, outlets=self.outlets)

    def page(self, limit: int = 100, cursor: str | None = None, *, filed: bool = True) -> EntryPage:
        """A page of the statement as a reader gets it; `filed=False` walks the ledger alone."""
        return list_entries(
            "acme",
            "credits",
            limit,
            cursor,
            desk=credit_desk(self.books, self.clock, lambda _: None, statement=self.statement if filed else None),
        )

    def entries(self, *, filed: bool = True, limit: int = 3) -> list[Entry]:
        """The whole statement, page by page, newest first."""
        found: list[Entry] = []
        cursor = None
        for _ in range(200):
            page = self.page(limit, cursor, filed=filed)
            found += page.entries
            cursor = page.next_cursor
            if cursor is None:
                return found
        raise AssertionError("the statement does not end")
