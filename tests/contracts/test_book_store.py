"""The fake and the adapter answer every call alike: what is proved on the one holds for the other."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lotbook.domain.credits.book import Book, Memo
from lotbook.domain.credits.ledger import CHAIN_END, Draw, Entry, Pointer
from lotbook.domain.credits.lots import Lot
from lotbook.domain.credits.orders import ClawBack, Freeze, Grant, Renewal
from lotbook.domain.credits.turn import Journaled, lay
from lotbook.ports.books import BookStore, Prune
from tests.contracts.a_book import NOW, A, U, memo, opened


def test_t24_a_burn_stores_the_old_position_and_link_in_its_receipt(books: BookStore) -> None:
    book = opened(books)
    first = books.burn(A, U, "k", memo(4), ())
    second = books.burn(A, U, "size", memo(3), ())  # `size` is a function's name in expressions, and a reserved word
    assert first.done
    assert second.done
    assert second.book
    assert second.book.receipts["k"].position == 0
    assert second.book.receipts["k"].before == book.head
    assert second.book.receipts["size"].position == 4
    assert second.book.receipts["size"].before == Pointer("k", book.head.seq + 1)
    assert (second.book.position, second.book.available) == (7, 3)
    assert second.book.head == Pointer("size", book.head.seq + 2)
    assert books.get(A, U) == second.book


@pytest.mark.parametrize(
    "refused",
    [
        memo(11),
        memo(1, NOW - 1),
        memo(1, NOW + 9_000),
    ],
    ids=["too few credits", "before the last turn", "at the horizon"],
)
def test_a_refused_burn_changes_nothing_and_answers_the_book(books: BookStore, refused: Memo) -> None:
    book = opened(books)
    attempt = books.burn(A, U, "k", refused, ())
    assert not attempt.done
    assert attempt.book == book == books.get(A, U)


def test_a_key_has_one_receipt_at_a_time(books: BookStore) -> None:
    opened(books)
    first = books.burn(A, U, "k", memo(1), ())
    second = books.burn(A, U, "k", memo(1), ())
    assert not second.done
    assert second.book == first.book


def test_t24_without_a_book_every_write_is_refused_without_an_item(books: BookStore) -> None:
    lot = Lot("lot_a", U, "plan", 1, 2, NOW, None, NOW)
    assert books.burn(A, U, "k", memo(), ()).book is None
    assert books.ask(A, U, Grant(lot)).book is None
    assert books.pause(A, U, "overdue", 1).book is None
    assert books.get(A, U) is None


def test_t24_a_receipt_is_pruned_only_while_it_is_that_very_receipt(books: BookStore) -> None:
    opened(books)
    first = books.burn(A, U, "k", memo(1), ()).book
    assert first
    receipt = first.receipts["k"]
    other = replace(receipt, position=receipt.position + 1)
    refused = books.burn(A, U, "j", memo(1), [Prune("k", other)])
    assert not refused.done
    pruned = books.burn(A, U, "j", memo(1), [Prune("k", receipt)])
    assert pruned.done
    assert pruned.book
    assert set(pruned.book.receipts) == {"j"}
    absent = books.burn(A, U, "i", memo(1), [Prune("k", receipt)])
    assert absent.done


def test_a_pruned_receipt_of_the_same_name_is_left_alone(books: BookStore) -> None:
    opened(books)
    first = books.burn(A, U, "k", memo(1), ()).book
    assert first
    assert not books.burn(A, U, "k", memo(1), [Prune("k", first.receipts["k"])]).done


def test_a_paused_book_refuses_burns_and_an_older_decision_does_not_lift_it(books: BookStore) -> None:
    opened(books)
    assert books.pause(A, U, "overdue", 5).done
    refused = books.burn(A, U, "k", memo(1), ())
    assert not refused.done
    assert refused.book
    assert refused.book.pause_reason == "overdue"
    assert not books.pause(A, U, None, 4).done
    assert not books.pause(A, U, None, 5).done
    assert books.pause(A, U, None, 6).done
    assert books.burn(A, U, "k", memo(1), ()).done


def test_a_turn_keeps_a_pause_that_came_before_it_and_loses_to_one_that_came_between(books: BookStore) -> None:
    book = opened(books)
    paused = books.pause(A, U, "overdue", 1).book
    assert paused
    assert not books.swap(A, U, book, lay(U, book, Journaled(), NOW)).done
    swapped = books.swap(A, U, paused, lay(U, paused, Journaled(), NOW))
    assert swapped.done
    found = books.get(A, U)
    assert found
    assert found.pause_reason == "overdue"


def test_t11_an_order_survives_a_turn_in_flight(books: BookStore) -> None:
    book = opened(books)
    order = Grant(Lot("lot_b", U, "plan", 1, 2, NOW, None, NOW))
    asked = books.ask(A, U, order)
    assert asked.done
    assert asked.book
    assert asked.book.until == 0
    assert not books.swap(A, U, book, lay(U, book, Journaled(), NOW)).done
    again = books.ask(A, U, order)
    assert not again.done
    assert again.book == asked.book


def test_a_turn_loses_to_a_burn_that_came_between(books: BookStore) -> None:
    book = opened(books)
    burned = books.burn(A, U, "k", memo(1), ())
    lost = books.swap(A, U, book, lay(U, book, Journaled(), NOW))
    assert not lost.done
    assert lost.book == burned.book


@pytest.mark.parametrize(
    "order",
    [
        Grant(Lot("lot_b", U, "promotional", 5, 1, NOW, NOW + 1_000, NOW, "me", "gift", "ref", "pur_1", True), NOW + 7),
        ClawBack("lot_a", "re_1", 3, 10, "stripe", "ref", "refund", "pur_1"),
        Freeze("lot_a", "dp_1", True, "stripe", "pur_1"),
        Renewal(NOW, NOW + 5_000),
    ],
    ids=["grant", "claw back", "freeze", "renewal"],
)
def test_an_order_comes_back_as_it_was_asked(books: BookStore, order: Grant | ClawBack | Freeze | Renewal) -> None:
    opened(books)
    asked = books.ask(A, U, order)
    assert asked.book
    assert asked.book.orders == {order.order_id: order}


def entry(name: str, **fields: object) -> Entry:
    made = Entry(
        name=name,
        unit=U,
        kind="held",
        at=NOW,
        seq=7,
        before=Pointer("k", 6),
        credits=-3,
        draws=(Draw("lot_a", 2), Draw("lot_b", 1)),
        available_after=5,
        actor="service",
        digest="d",
        reference="ref",
        purchase_id="pur_1",
        requested=3,
        due=NOW + 5,
        hold="h",
        back=(Draw("lot_b", 1),),
        by="capture",
        reason="why",
        skips=Pointer("j", 4),
        lot=Lot("lot_a", U, "plan", 1, 2, NOW, None, NOW),
    )
    return replace(made, **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["k" * 24, "lot#lot_a", "void#7", "res#h"])
def test_an_entry_is_written_once_and_comes_back_whole(books: BookStore, name: str) -> None:
    first, second = entry(name), entry(name, seq=8)
    assert books.put_entry(A, first) is None
    assert books.put_entry(A, second) == first
    assert books.entry(A, U, name) == first
    assert books.entries(A, U, [name, "nothing"]) == {name: first}


def test_burns_have_one_key_space_over_all_units_and_lots_have_not(books: BookStore) -> None:
    assert books.put_entry(A, entry("k")) is None
    other = books.put_entry(A, entry("k", unit="data_transfer_mb"))
    assert other
    assert other.unit == U
    assert books.put_entry(A, entry("lot#a")) is None
    assert books.put_entry(A, entry("lot#a", unit="data_transfer_mb")) is None


def test_everything_about_a_lot_is_found_by_the_lot(books: BookStore) -> None:
    names = ["lot#lot_a", "lot#lot_a#x#5", "lot#lot_a#claw#re_1"]
    for name in [*names, "lot#lot_b"]:
        books.put_entry(A, entry(name))
    assert sorted(found.name for found in books.lot_entries(A, U, "lot_a")) == sorted(names)


def test_d18_a_hold_is_open_until_it_is_resolved_once(books: BookStore) -> None:
    opened(books)
    held = books.burn(A, U, "h", memo(2, kind="hold", due=NOW + 60), ())
    assert held.book
    assert held.book.holds["h"].due == NOW + 60
    assert not books.burn(A, U, "h", memo(2, kind="hold", due=NOW + 60), ()).done
    resolving = Memo("resolve", 1, NOW, "service", "digest", hold="h", by="capture")
    resolved = books.resolve(A, U, "res#h", resolving)
    assert resolved.done
    assert resolved.book
    assert resolved.book.holds == {}
    assert resolved.book.receipts["res#h"].memo == resolving
    assert resolved.book.position == held.book.position
    assert not books.resolve(A, U, "res#h", resolving).done


def test_d21_a_hold_is_resolved_by_request_only_while_the_book_is_valid(books: BookStore) -> None:
    """D21: past the horizon something died or ended that has to stand before it."""
    opened(books)
    assert books.burn(A, U, "h", memo(2, kind="hold", due=NOW + 60), ()).done
    late = books.get(A, U).until
    captured = Memo("resolve", 1, late, "service", "digest", hold="h", by="capture")
    assert not books.resolve(A, U, "res#h", captured).done
    assert books.resolve(A, U, "res#h", replace(captured, at=late - 1)).done


def test_d41_a_book_is_opened_once(books: BookStore) -> None:
    """D41: first uses race; one of them opens it, and none wipes what is there."""
    assert books.create(A, U, Book(since=NOW, pause_reason="overdue", pause_version=3))
    assert not books.create(A, U, Book(since=NOW + 5))
    found = books.get(A, U)
    assert found
    assert (found.since, found.pause_reason, found.pause_version) == (NOW, "overdue", 3)


def test_the_chain_ends_at_nothing() -> None:
    assert CHAIN_END.seq == 0


def test_a_lots_entries_are_not_those_of_a_lot_whose_id_begins_alike(books: BookStore) -> None:
    """What expired of `lot_10` was taken for an expiry of `lot_1`: found by a random history."""
    for name in ("lot#lot_1", "lot#lot_1#x#3", "lot#lot_10", "lot#lot_10#x#4"):
        books.put_entry(A, Entry(name=name, unit=U, kind="expired", at=NOW, seq=1, before=CHAIN_END))
    assert [entry.name for entry in books.lot_entries(A, U, "lot_1")] == ["lot#lot_1", "lot#lot_1#x#3"]


def test_the_entries_of_several_lots_are_theirs_and_of_no_lot_between_them(books: BookStore) -> None:
    for name in ("lot#lot_1", "lot#lot_1#x#3", "lot#lot_10", "lot#lot_2", "lot#lot_3#x#9", "lot#lot_30"):
        books.put_entry(A, Entry(name=name, unit=U, kind="expired", at=NOW, seq=1, before=CHAIN_END))
    found = books.entries_of_lots(A, U, ["lot_3", "lot_1", "lot_4"])
    names = {lot_id: [entry.name for entry in entries] for lot_id, entries in found.items()}
    assert names == {"lot_1": ["lot#lot_1", "lot#lot_1#x#3"], "lot_3": ["lot#lot_3#x#9"], "lot_4": []}
