"""Every stored kind has a format number, and what is newer than it reads is refused by name: the read side (conditions: the write side)."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable
from typing import Any

import pytest

from lotbook.adapters.dynamo import formats, keys
from lotbook.adapters.dynamo.book_items import book_of, book_values
from lotbook.adapters.dynamo.books import DynamoBooks
from lotbook.adapters.dynamo.formats import BOOK, Format
from lotbook.adapters.dynamo.ledger_items import entry_of, entry_values
from lotbook.adapters.dynamo.purchase_items import from_values, to_values
from lotbook.adapters.dynamo.table import Table, from_item, to_item
from lotbook.domain.credits.book import Book
from lotbook.domain.credits.ledger import Entry
from lotbook.domain.values.newer_format import NewerFormat
from tests import table as tables
from tests.contracts.a_book import A, U, memo, opened
from tests.fakes.purchases import a_purchase

# Keys that name no item: parts of keys, lists, and questions about a key.
NO_ITEM = {
    "before",
    "ledger_name",
    "is_note_of_lines",
    "payment_of",
    "is_purchase",
    "is_auto_event",
    "is_account",
    "due_shard",
    "due_shards",
    "owner_and_name",
}
KEYS = sorted(
    name for name, made in vars(keys).items() if inspect.isfunction(made) and made.__module__ == keys.__name__
)


def a_key(name: str) -> dict[str, str]:
    """The key that a function of `keys` makes of any arguments."""
    made = getattr(keys, name)
    if name in ("lot_ledger", "spread_ledger", "shelf"):
        return dict(made("acme", *(["credits"] if name != "spread_ledger" else []), "x"))
    numbers = {"seq", "version", "at"}
    key: dict[str, str] = made(*(7 if each in numbers else "x" for each in inspect.signature(made).parameters))
    return key


ITEMS = [name for name in KEYS if name not in NO_ITEM]


@pytest.mark.parametrize("name", ITEMS)
def test_s1_every_kind_of_item_goes_out_with_its_number_and_a_newer_one_is_refused(
    name: str, caplog: pytest.LogCaptureFixture
) -> None:
    key = a_key(name)
    kind = formats.format_of(key["pk"], key["sk"])
    item = to_item({**key, "some": 1})
    assert item["f"] == {"N": str(kind.writes)}
    assert from_item(item)["some"] == 1
    assert from_item({each: value for each, value in item.items() if each != "f"})["some"] == 1, "as before numbers"
    assert not caplog.records
    with pytest.raises(NewerFormat) as refused:
        from_item({**item, "f": {"N": str(kind.reads + 1)}})
    assert refused.value.data == {"kind": kind.kind, "retry_after_seconds": formats.RETRY_AFTER_SECONDS}
    (rung,) = caplog.records
    assert (rung.name, rung.levelname, rung.alarm) == ("lotbook.alarm", "ERROR", "newer_format")  # type: ignore[attr-defined]
    assert json.loads(rung.message)["kind"] == kind.kind
    assert "K#x" not in rung.message, "the hash of a service key is in no log"


def test_a_key_alone_and_the_values_of_an_expression_have_no_number() -> None:
    assert "f" not in to_item(keys.account("acme"))
    assert "f" not in to_item({":pk": "A#acme", ":limit": 1})


def test_a_kind_that_is_in_no_table_cannot_be_written() -> None:
    for key in ({"pk": "Z#x", "sk": "y"}, {"pk": "A#acme", "sk": "other"}):
        with pytest.raises(KeyError):
            to_item({**key, "some": 1})


def test_no_kind_reads_less_than_it_writes() -> None:
    for made in vars(formats).values():
        assert not isinstance(made, Format) or formats.FIRST <= made.writes <= made.reads


AN_ENTRY = Entry("e", "credits", "consumed", 1)


A_BOOK = book_values(Book()) | {"r": {"k": ["x", 1, 1, "a", "d", 0, 0, ""]}}
UNKNOWN: dict[str, Callable[[], Any]] = {
    "receipt": lambda: book_of(A_BOOK),
    "item of a purchase": lambda: from_values({**to_values(a_purchase()), "item": {"kind": "gift"}}),
    "entry": lambda: entry_of("e", entry_values(AN_ENTRY) | {"kind": "lent"}),
}


@pytest.mark.parametrize("kind", UNKNOWN)
def test_s3_a_part_of_an_unknown_kind_is_refused_by_name(kind: str, caplog: pytest.LogCaptureFixture) -> None:
    """S3: each was a KeyError, 500 at every burn, and the audit and the stream failed on it."""
    with pytest.raises(NewerFormat) as refused:
        UNKNOWN[kind]()
    assert refused.value.data["kind"] == kind
    assert [record.alarm for record in caplog.records] == ["newer_format"]  # type: ignore[attr-defined]


# --- two releases that bring a number -----------------------------------------------------------------------------------


def release(monkeypatch: pytest.MonkeyPatch, writes: int, reads: int) -> None:
    """This code as a release that writes and reads these formats of books."""
    made = Format("book", writes, reads)
    monkeypatch.setattr(formats, "BOOK", made)
    monkeypatch.setitem(formats._BY_KEY, "B#", (("", made),))


def number(table: Table) -> str:
    key = to_item(keys.book(A, U))
    found: str = table.client.get_item(TableName=table.name, Key=key)["Item"]["f"]["N"]
    return found


def test_s1_a_number_is_raised_in_two_releases_each_of_which_may_be_rolled_back(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    books = DynamoBooks(table)
    opened(books)
    assert (BOOK.writes, number(table)) == (1, "1")
    release(monkeypatch, writes=1, reads=2)  # the first of the two reads what the next will write
    assert books.burn(A, U, "a", memo(), ()).done
    assert number(table) == "1"
    release(monkeypatch, writes=2, reads=2)
    assert books.burn(A, U, "b", memo(), ()).done
    assert number(table) == "2", "a burn lifts the number: from now on the book holds what only this release writes"
    release(monkeypatch, writes=1, reads=2)  # rolled back by one
    assert books.burn(A, U, "c", memo(), ()).done
    assert number(table) == "2", "and nothing lowers it"
    release(monkeypatch, writes=1, reads=1)  # rolled back by two: refused, nothing changed
    before = tables.everything(table)
    with pytest.raises(NewerFormat):
        books.burn(A, U, "d", memo(), ())
    assert tables.everything(table) == before


def test_data_of_before_numbers_gets_its_number_with_the_first_burn(table: Table) -> None:
    books = DynamoBooks(table)
    opened(books)
    key = to_item(keys.book(A, U))
    table.client.update_item(TableName=table.name, Key=key, UpdateExpression="REMOVE f")
    assert books.burn(A, U, "a", memo(), ()).done
    assert number(table) == "1"
