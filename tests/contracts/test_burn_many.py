"""Many burns in one write leave exactly the book that single burns would leave, in the fake and in the table.

This is the whole argument for the batch: what holds for every interleaving of single burns (tests/simulation) holds for it.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lotbook.adapters.dynamo.book_items import receipt_of, receipt_values
from lotbook.adapters.dynamo.books import DynamoBooks
from lotbook.adapters.dynamo.table import Table
from lotbook.domain.credits.book import MAX_BURNS_A_WRITE, MAX_RECEIPTS, Book, Memo
from lotbook.domain.credits.lots import Lot
from lotbook.domain.credits.orders import Grant
from lotbook.domain.credits.turn import Journaled, lay
from lotbook.ports.books import BookStore, Prune

NOW = 1_000_000
A, U = "acc", "credits"
NUMBERS = count()
KEPT = settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def opened(books: BookStore, account_id: str = A, credits: int = 10_000) -> Book:
    """A book with two lots on its tape."""
    books.create(account_id, U, Book(since=NOW))
    for name, part, expires_at in (("lot_a", 5, NOW + 9_000), ("lot_b", credits - 5, None)):
        asked = books.ask(account_id, U, Grant(Lot(name, U, "plan", part, 2, NOW, expires_at, NOW)))
        assert asked.book
        swapped = books.swap(account_id, U, asked.book, lay(U, asked.book, Journaled(), NOW))
        assert swapped.book
        books.tidy(account_id, U, list(swapped.book.outcomes))
    book = books.get(account_id, U)
    assert book
    return book


def memo(credits: int = 1, **fields: Any) -> Memo:
    return replace(Memo("consume", credits, NOW, "service", "digest"), **fields)


burns_of = st.lists(st.tuples(st.integers(1, 50), st.none() | st.text(max_size=5)), min_size=1, max_size=6)


@given(before=burns_of, together=burns_of)
@KEPT
def test_many_burns_in_one_write_are_single_burns_one_after_the_other(
    books: BookStore, before: list[Any], together: list[Any]
) -> None:
    """Positions, links, receipts and what is left: everything that later steps look at."""
    account = f"acc-{next(NUMBERS)}"  # examples share the store
    first = [(f"b{at}", memo(credits, reference=text)) for at, (credits, text) in enumerate(before)]
    then = [(f"k{at}", memo(credits, reference=text)) for at, (credits, text) in enumerate(together)]
    found = []
    for way in ("single", "many"):
        owner = f"{account}-{way}"
        opened(books, owner)
        for burns in (first, then):
            if way == "many":
                assert books.burn_many(owner, U, burns).done
            else:
                assert all(books.burn(owner, U, name, each, ()).done for name, each in burns)
        found.append(books.get(owner, U))
    assert found[0] == found[1]


def test_every_receipt_comes_back_and_is_written_as_the_bytes_it_lies_there_with(books: BookStore) -> None:
    """The position guard compares bytes: a receipt that is read and written otherwise could never be pruned."""
    opened(books)
    burns = [(f"k{at}", memo(at + 1, reference="ref" if at % 2 else None)) for at in range(MAX_BURNS_A_WRITE)]
    books.burn(A, U, "b", memo(7), ())
    book = books.burn_many(A, U, burns).book
    assert book
    assert [book.receipts[name].position for name, _ in burns] == [7 + at * (at + 1) // 2 for at in range(len(burns))]
    for name, _ in burns:
        receipt = book.receipts[name]
        again = receipt_of(receipt_values(receipt))
        assert (again, again.first) == (receipt, receipt.first)
    pruned = books.prune(A, U, [Prune(name, book.receipts[name]) for name, _ in burns])
    assert pruned.done
    assert pruned.book == replace(book, receipts={"b": book.receipts["b"]}) == books.get(A, U)
    assert books.prune(
        A, U, [Prune(name, book.receipts[name]) for name, _ in burns]
    ).done  # gone already: nothing to do


def test_a_receipt_of_many_is_pruned_by_a_single_burn(books: BookStore) -> None:
    opened(books)
    book = books.burn_many(A, U, [("k", memo(2)), ("j", memo(3))]).book
    assert book
    pruned = books.burn(A, U, "i", memo(), [Prune("j", book.receipts["j"])])
    assert pruned.done
    assert pruned.book
    assert set(pruned.book.receipts) == {"k", "i"}


@pytest.mark.parametrize("at", [0, 1, 9, 10, MAX_BURNS_A_WRITE - 1])
def test_aba_any_receipt_that_is_another_one_keeps_them_all(books: BookStore, at: int) -> None:
    """T1, T2: the guard that keeps a second burn of a key from being pruned with the first one's receipt."""
    opened(books)
    book = books.burn_many(A, U, [(f"k{number}", memo()) for number in range(MAX_BURNS_A_WRITE)]).book
    assert book
    prunes = [Prune(name, receipt) for name, receipt in book.receipts.items()]
    other = book.receipts[prunes[at].name]
    prunes[at] = Prune(prunes[at].name, replace(other, position=other.position + 1))
    refused = books.prune(A, U, prunes)
    assert not refused.done
    assert refused.book == book == books.get(A, U)


def _too_many_credits(_: BookStore) -> list[tuple[str, Memo]]:
    return [("k", memo(9_999)), ("j", memo(2))]


def _before_the_last_turn(_: BookStore) -> list[tuple[str, Memo]]:
    return [("k", memo(at=NOW - 1)), ("j", memo(at=NOW - 1))]


def _at_the_horizon(_: BookStore) -> list[tuple[str, Memo]]:
    return [("k", memo(at=NOW + 9_000)), ("j", memo(at=NOW + 9_000))]


def _paused(books: BookStore) -> list[tuple[str, Memo]]:
    books.pause(A, U, "overdue", 1)
    return [("k", memo()), ("j", memo())]


def _a_key_is_burned(books: BookStore) -> list[tuple[str, Memo]]:
    books.burn(A, U, "j", memo(), ())
    return [("k", memo()), ("j", memo())]


def _a_key_is_held(books: BookStore) -> list[tuple[str, Memo]]:
    held = books.burn(A, U, "j", memo(kind="hold", due=NOW + 60), ()).book
    assert held
    books.burn(A, U, "i", memo(), [Prune("j", held.receipts["j"])])  # the receipt is gone, the hold is open
    return [("k", memo()), ("j", memo())]


def _no_room(books: BookStore) -> list[tuple[str, Memo]]:
    for start in range(0, MAX_RECEIPTS, MAX_BURNS_A_WRITE):
        room = min(MAX_BURNS_A_WRITE, MAX_RECEIPTS - 1 - start)
        books.burn_many(A, U, [(f"b{start + at}", memo()) for at in range(room)])
    return [("k", memo()), ("j", memo())]


def _an_order_waits(books: BookStore) -> list[tuple[str, Memo]]:
    books.ask(A, U, Grant(Lot("lot_c", U, "plan", 1, 2, NOW, None, NOW)))
    return [("k", memo()), ("j", memo())]


@pytest.mark.parametrize(
    "refused",
    [
        _too_many_credits,
        _before_the_last_turn,
        _at_the_horizon,
        _paused,
        _a_key_is_burned,
        _a_key_is_held,
        _no_room,
        _an_order_waits,
    ],
    ids=lambda case: case.__name__.strip("_"),
)
def test_what_refuses_one_of_them_refuses_them_all_and_changes_nothing(books: BookStore, refused: Any) -> None:
    opened(books)
    burns = refused(books)
    before = books.get(A, U)
    attempt = books.burn_many(A, U, burns)
    assert not attempt.done
    assert attempt.book == before == books.get(A, U)


def test_without_a_book_there_is_nothing_to_burn(books: BookStore) -> None:
    assert books.burn_many(A, U, [("k", memo()), ("j", memo())]).book is None


OPERATORS = ("attribute_", "list_append", "size(", " AND ", " OR ", " = ", " >= ", " <= ", " > ", " + ", " - ")


def test_a_full_write_stays_within_what_the_table_takes_in_one_expression() -> None:
    """4 KB of text and 300 operators and functions an expression: the engines here do not look, the service does."""
    sent: dict[str, Any] = {}

    class Client:
        def update_item(self, **request: Any) -> dict[str, Any]:
            sent.update(request)
            return {}

    receipt = receipt_of(["n", 1, NOW, "actor", "digest", 3, 2, "k" * 20, 7, 5, "j" * 20])
    burns = [(f"{at:024d}", memo()) for at in range(MAX_BURNS_A_WRITE)]
    prunes = [Prune(f"{at:023d}p", receipt) for at in range(MAX_BURNS_A_WRITE)]
    books = DynamoBooks(Table(Client(), "any"))
    for call in (lambda: books.burn_many(A, U, burns), lambda: books.prune(A, U, prunes)):
        call()
        for expression in ("UpdateExpression", "ConditionExpression"):
            text = sent[expression]
            assert len(text.encode()) <= 4_096, expression
            assert sum(text.count(word) for word in OPERATORS) <= 300, expression
