"""The books in memory and the table's expressions refuse the same calls and leave the same books.

`tests/simulation` explores every interleaving on the books in memory. What it proves holds for the product because of this:
calls are made up at random, at the edges of every condition, and both stores answer each one.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import count
from typing import Any

import pytest

from lotbook.adapters.dynamo.books import DynamoBooks
from lotbook.domain.credits.book import MAX_ORDERS, MAX_RECEIPTS, Book, Memo, Receipt
from lotbook.domain.credits.hold_pages import HOLDS_IN_BOOK
from lotbook.domain.credits.ledger import CHAIN_END, Entry
from lotbook.domain.credits.orders import Renewal
from lotbook.domain.credits.turn import Journaled, lay
from lotbook.ports.books import Prune, WriteOutcome
from tests import table as tables
from tests.contracts.a_book import HORIZON, NOW, A, U, memo, opened, planted
from tests.contracts.conditions import uses, without
from tests.contracts.fake_guards import NEED_NO_GUARD, ONE_FORMAT, STANDS_FOR
from tests.fakes.books import FakeBooks
from tests.quick_moto import mock_aws

SEEDS = 1_000  # stories that are made up at most; those that show something new are played in the table
TIMES = 1  # so often, at least, each condition alone is to stand between a call and its effect
CALLS = 12
KEYS = ("k", "j", "h", "i", "res#h")
INSTANTS = (NOW, NOW, NOW, NOW, NOW + 1, HORIZON - 1, NOW - 1, HORIZON)
NUMBERS = count()
OF_NO_BOOK = {"books.note_metadata.NEW_OR_DROPPED"}  # a note answers nothing; its own story plays it on both stores


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a store of books."""

    method: str
    arguments: tuple[Any, ...]
    named: Mapping[str, Any] = field(default_factory=dict)

    def on(self, books: Any) -> Any:
        return getattr(books, self.method)(*self.arguments, **self.named)

    def read_from(self, books: Any) -> Call:
        """With the receipts as this store gave them out: they know how they lie in it."""
        if self.method == "prune":
            return replace(self, arguments=(A, U, [_own(prune, books) for prune in self.arguments[2]]))
        if self.method == "burn":
            return replace(self, arguments=(*self.arguments[:4], [_own(prune, books) for prune in self.arguments[4]]))
        return self


def _own(prune: Prune, books: Any) -> Prune:
    book = books.get(A, U)
    own = book.receipts.get(prune.name) if book else None
    return Prune(prune.name, own) if own == prune.receipt else prune


class Caller:
    """Makes up calls that meet a book at the edges of its conditions. Deterministic by its seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.seen: list[Book] = []  # books of earlier steps: a turn may have read any of them
        self.pause_version = 0

    def begin(self) -> Callable[[Any], object] | None:
        """What is there at first: a book with room, one that is nearly full of receipts, orders or holds, or none."""
        crowd = self.random.randrange(4)
        match self.random.randrange(7):
            case 0:
                return lambda books: planted(books, receipts=MAX_RECEIPTS - crowd)
            case 1:
                return lambda books: planted(books, orders=MAX_ORDERS - crowd)
            case 2 if crowd == 0:
                return None
            case 3:
                return lambda books: planted(books, holds=HOLDS_IN_BOOK - crowd)
        return lambda books: opened(books, 12)

    def next(self, book: Book | None) -> Call:
        """A call about the book as it is."""
        if book is not None:
            self.seen.append(book)
        makers = (self._burn, self._burn, self._burn_many, self._prune, self._resolve, self._resolve, self._ask)
        rare = (self._swap, self._pause, self._mark, self._tidy, self._create, self._put_entry)
        return self.random.choice(makers + rare)(book or Book())

    def _memo(self, book: Book, parts: int = 1) -> Memo:
        """Of one credit mostly, else of all that is there, or of one more."""
        credits = self.random.choice([1, 1, 1, max(book.available // parts, 1), book.available // parts + 1])
        return memo(credits, self.random.choice(INSTANTS))

    def _a_prune(self, book: Book) -> Prune | None:
        receipts: list[tuple[str, Receipt | None]] = [*book.receipts.items()] or [("k", None)]
        name, receipt = self.random.choice(receipts)
        if receipt is None or self.random.random() < 0.4:
            return None
        if self.random.random() < 0.3:
            receipt = replace(receipt, position=receipt.position + 1)
        return Prune(name, receipt)

    def _burn(self, book: Book) -> Call:
        made = self._memo(book)
        if self.random.random() < 0.5:
            made = replace(made, kind="hold", due=NOW + 60)
        return Call("burn", (A, U, self.random.choice([*KEYS, *book.holds]), made, self._some_prunes(book)))

    def _burn_many(self, book: Book) -> Call:
        names = self.random.sample(KEYS, self.random.randint(1, 3))
        made = self._memo(book, len(names))
        return Call("burn_many", (A, U, [(name, made) for name in names]))

    def _prune(self, book: Book) -> Call:
        prunes = self._some_prunes(book)
        return Call("prune", (A, U, prunes)) if prunes else self._burn(book)

    def _some_prunes(self, book: Book) -> list[Prune]:
        prunes = {prune.name: prune for prune in (self._a_prune(book), self._a_prune(book)) if prune}
        return list(prunes.values())

    def _resolve(self, book: Book) -> Call:
        hold = self.random.choice([*book.holds, *book.holds, *KEYS[:2]])
        by = self.random.choice(["capture", "release"])
        made = memo(1, self.random.choice(INSTANTS), kind="resolve", hold=hold, by=by)
        return Call("resolve", (A, U, self.random.choice([f"res#{hold}", "k"]), made))

    def _ask(self, book: Book) -> Call:
        at = self.random.choice([0, 0, NOW, book.renews_at])  # the last: when the book's period is over
        return Call("ask", (A, U, Renewal(NOW, NOW - 1 - self.random.randrange(5)), at))

    def _swap(self, book: Book) -> Call:
        read = self.random.choice([book, *self.seen[-3:]])
        laid = replace(lay(U, replace(read, receipts={}), Journaled(), NOW), outcomes={})
        return Call("swap", (A, U, read, laid))

    def _pause(self, book: Book) -> Call:
        version = max(book.pause_version + self.random.choice([-1, 0, 1]), 0)
        return Call("pause", (A, U, self.random.choice([None, None, "overdue"]), version))

    def _mark(self, book: Book) -> Call:
        version = max(book.top_up_version + self.random.choice([-1, 0, 1]), 1)  # of an account, which begins with 1
        return Call("mark", (A, U), {"tops_up": self.random.choice([None, "1"]), "version": version})

    def _tidy(self, book: Book) -> Call:
        return Call("tidy", (A, U, [self.random.choice([*book.receipts, "gone"])]))

    def _create(self, book: Book) -> Call:
        return Call("create", (A, U, Book(since=NOW)))

    def _put_entry(self, book: Book) -> Call:
        name, seq = self.random.choice(KEYS), self.random.randrange(9)
        return Call("put_entry", (A, Entry(name=name, unit=U, kind="consumed", at=NOW, seq=seq, before=CHAIN_END)))


@pytest.fixture(scope="module")
def aws() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "test")
        yield


@dataclass(frozen=True, slots=True)
class Story:
    """How a book begins, and the calls that follow. `met`: conditions that alone stood between a call and its effect."""

    begin: Callable[[Any], object] | None
    calls: tuple[Call, ...]
    met: Counter[str]


def a_story(seed: int) -> Story:
    """Made up on the books in memory, which are quick."""
    fake, caller, met, calls = FakeBooks(), Caller(seed), Counter[str](), []
    begin = caller.begin()
    if begin is not None:
        begin(fake)
    for _ in range(CALLS):
        call = caller.next(fake.get(A, U))
        met.update(_alone_refused(call, fake))
        calls.append(call)
        call.on(fake)
    return Story(begin, tuple(calls), met)


@cache
def conditions() -> frozenset[str]:
    """Those of the table of books that a call can run into."""
    return frozenset(str(use) for use in uses() if use.module == "books") - NEED_NO_GUARD - ONE_FORMAT - OF_NO_BOOK


def telling_stories() -> Iterator[Story]:
    """Those in which a condition is met that the ones before did not meet often enough, until each was."""
    met = Counter[str]()
    for seed in range(SEEDS):
        if all(met[use] >= TIMES for use in conditions()):
            return
        story = a_story(seed)
        if any(met[use] < TIMES for use in story.met):
            met.update(story.met)
            yield story


def first_difference(store: Any, story: Story) -> str | None:
    """Plays the story on both stores."""
    table = tables.create(tables.dynamodb(), f"table-{next(NUMBERS)}")
    fake, real = FakeBooks(), store(table)
    if story.begin is not None:
        story.begin(fake)
        story.begin(real)
    for number, call in enumerate(story.calls):
        expected, found = call.on(fake), call.read_from(real).on(real)
        if expected != found:
            return f"call {number}, {call.method}{call.arguments[2:]}: {expected} in memory, {found} in the table"
    return None if fake.get(A, U) == real.get(A, U) else f"after {len(story.calls)} calls, the books differ"


def _alone_refused(call: Call, fake: FakeBooks) -> set[str]:
    """The conditions of the call that refuse it all alone: without this one, it would take effect."""
    if not _refuses(call.on(_copy(fake))):
        return set()
    return {
        use
        for guard, stands_for in STANDS_FOR.items()
        for use in stands_for
        if use.split(".")[1] in (call.method, "_put") and not _refuses(call.on(_copy(fake, guard)))
    }


def _copy(fake: FakeBooks, *without: str) -> FakeBooks:
    copy = FakeBooks(without=without)
    copy.books, copy.ledger = dict(fake.books), dict(fake.ledger)
    return copy


def _refuses(answer: WriteOutcome | Entry | bool | None) -> bool:
    return not answer.done if isinstance(answer, WriteOutcome) else isinstance(answer, Entry) or answer is False


def test_both_refuse_the_same_calls_and_each_condition_alone_refuses_some(aws: None) -> None:
    met = Counter[str]()
    for story in telling_stories():
        assert first_difference(DynamoBooks, story) is None
        met.update(story.met)
    assert {use: met[use] for use in conditions() if met[use] < TIMES} == {}, (
        "too few calls came to stand before these alone"
    )


@pytest.mark.parametrize("lost", ["books.burn.NOT_HELD", "books.ask.ROOM_FOR_AN_ORDER", "books.resolve.HOLD_IS_OPEN"])
def test_a_condition_that_the_table_lost_is_noticed(aws: None, lost: str) -> None:
    (careless,) = [without(use) for use in uses() if str(use) == lost]
    shows_it = next(story for story in map(a_story, range(SEEDS)) if story.met[lost])
    assert first_difference(careless, shows_it)
