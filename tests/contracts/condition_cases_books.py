"""Stories that go wrong without a condition, of the books: burns, the ends of holds, orders and turns: see `condition_stories.py`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from lotbook.domain.credits.book import MAX_ORDERS, MAX_RECEIPTS, Book
from lotbook.domain.credits.hold_pages import HOLDS_IN_BOOK
from lotbook.domain.credits.ledger import CHAIN_END, Entry
from lotbook.domain.credits.lots import Lot
from lotbook.domain.credits.orders import Grant, Renewal
from lotbook.domain.credits.turn import Journaled, lay
from lotbook.ports.books import Prune
from tests.contracts.a_book import HORIZON, NOW, A, U, hold_memo, memo, opened, planted, resolve_memo
from tests.contracts.condition_stories import Place, guards, refused

# --- burns ------------------------------------------------------------------------------------------------------------


@guards("books.burn.ENOUGH_LEFT", "books.burn_many.ENOUGH_LEFT")
def what_is_not_there_cannot_be_burned(place: Place) -> None:
    book = opened(place.store, 10)
    refused(place.store.burn(A, U, "k", memo(11), ()), place, book)
    refused(place.store.burn_many(A, U, [("k", memo(5)), ("j", memo(6))]), place, book)
    assert place.store.burn(A, U, "k", memo(10), ()).done


@guards("books.burn.NOT_BEFORE_THE_LAST_TURN", "books.burn_many.NOT_BEFORE_THE_LAST_TURN")
def f6_a_slow_clock_burns_nothing(place: Place) -> None:
    book = opened(place.store)
    refused(place.store.burn(A, U, "k", memo(1, NOW - 1), ()), place, book)
    refused(place.store.burn_many(A, U, [("k", memo(1, NOW - 1))]), place, book)
    assert place.store.burn(A, U, "k", memo(1, NOW), ()).done


@guards("books.burn.NOT_PAST_ITS_HORIZON", "books.burn_many.NOT_PAST_ITS_HORIZON")
def d21_nothing_is_drawn_from_a_lot_at_the_instant_of_its_death(place: Place) -> None:
    book = opened(place.store)
    refused(place.store.burn(A, U, "k", memo(1, HORIZON), ()), place, book)
    refused(place.store.burn_many(A, U, [("k", memo(1, HORIZON))]), place, book)
    assert place.store.burn(A, U, "k", memo(1, HORIZON - 1), ()).done


@guards("books.burn.NOT_PAUSED", "books.burn_many.NOT_PAUSED")
def a_paused_account_burns_nothing(place: Place) -> None:
    opened(place.store)
    book = place.store.pause(A, U, "overdue", 1).book
    refused(place.store.burn(A, U, "k", memo(), ()), place, book)
    refused(place.store.burn_many(A, U, [("k", memo())]), place, book)


@guards("books.burn.NOT_BURNED_YET", "books.burn_many.NOT_BURNED_YET")
def d4_a_key_has_one_receipt_at_a_time(place: Place) -> None:
    """The second would take the place of the first, whose credits nothing explains any more."""
    opened(place.store)
    book = place.store.burn(A, U, "k", memo(2), ()).book
    refused(place.store.burn(A, U, "k", memo(2), ()), place, book)
    refused(place.store.burn_many(A, U, [("j", memo()), ("k", memo(2))]), place, book)


@guards("books.burn.NOT_HELD", "books.burn_many.NOT_HELD")
def d18_one_burn_between_two_equal_holds_leaves_the_first_hold_open(place: Place) -> None:
    """100 granted, 40 held, 1 burned (which prunes the hold's receipt), the same hold again: 40 credits went for ever."""
    opened(place.store, 100)
    held = place.store.burn(A, U, "h", hold_memo(40), ()).book
    book = place.store.burn(A, U, "k", memo(), [Prune("h", held.receipts["h"])]).book
    assert "h" not in book.receipts, "only the open hold tells"
    refused(place.store.burn(A, U, "h", hold_memo(40), ()), place, book)
    refused(place.store.burn_many(A, U, [("j", memo()), ("h", memo(40))]), place, book)
    assert (book.available, book.holds["h"].credits) == (59, 40)


@guards("books.burn.ROOM_FOR_A_HOLD")
def s3_a_book_takes_twelve_open_holds_and_every_consume(place: Place) -> None:
    opened(place.store, 100)
    book = None
    for number in range(HOLDS_IN_BOOK):
        book = place.store.burn(A, U, f"h{number}", hold_memo(1), ()).book
    refused(place.store.burn(A, U, "h", hold_memo(1), ()), place, book)
    assert place.store.burn(A, U, "k", memo(), ()).done


@guards("books.burn.ROOM_FOR_A_RECEIPT")
def the_hundredth_receipt_has_room_and_the_next_has_not(place: Place) -> None:
    planted(place.store, receipts=MAX_RECEIPTS - 1)
    last = place.store.burn(A, U, "last", memo(), ())
    assert last.done
    assert len(last.book.receipts) == MAX_RECEIPTS == 100
    refused(place.store.burn(A, U, "k", memo(), ()), place, last.book)
    refused(
        place.store.burn(A, U, "k", memo(), [Prune("last", last.book.receipts["last"])]), place, last.book
    )  # pruning makes room after it, not before


@guards("books.burn_many.ROOM_FOR_THEM_ALL")
def a_batch_fills_the_last_room_and_no_more(place: Place) -> None:
    book = planted(place.store, receipts=MAX_RECEIPTS - 2)
    refused(place.store.burn_many(A, U, [(f"k{number}", memo()) for number in range(3)]), place, book)
    full = place.store.burn_many(A, U, [(f"k{number}", memo()) for number in range(2)])
    assert full.done
    assert len(full.book.receipts) == MAX_RECEIPTS
    refused(place.store.burn_many(A, U, [("j", memo())]), place, full.book)


@guards("books.burn.PRUNED_RECEIPT_IS_THE_SAME", "books.prune.PRUNED_RECEIPT_IS_THE_SAME")
def f1_only_the_very_receipt_is_pruned(place: Place) -> None:
    """F1: k burned, settled, burned again by a late duplicate: the second receipt is not the first."""
    opened(place.store)
    book = place.store.burn(A, U, "k", memo(), ()).book
    earlier = replace(book.receipts["k"], position=book.receipts["k"].position + 1)
    refused(place.store.burn(A, U, "j", memo(), [Prune("k", earlier)]), place, book)
    refused(place.store.prune(A, U, [Prune("k", earlier)]), place, book)
    assert place.store.prune(A, U, [Prune("k", book.receipts["k"])]).book.receipts == {}


@guards("books.prune.IS_THERE", "books.ask.IS_THERE", "books.tidy.IS_THERE")
def without_a_book_a_write_makes_none(place: Place) -> None:
    receipt = _a_receipt()
    refused(place.store.prune(A, U, [Prune("k", receipt)]), place, None)
    refused(place.store.ask(A, U, Renewal(NOW, NOW + 1)), place, None)
    place.store.tidy(A, U, ["k"])
    assert place.store.get(A, U) is None
    assert place.items() == []


def _a_receipt() -> Any:
    from tests.fakes.books import FakeBooks

    books = FakeBooks()
    opened(books)
    book = books.burn(A, U, "k", memo(), ()).book
    assert book
    return book.receipts["k"]


# --- the end of a hold ------------------------------------------------------------------------------------------------


@guards("books.resolve.HOLD_IS_OPEN")
def d18_a_hold_ends_once(place: Place) -> None:
    opened(place.store)
    place.store.burn(A, U, "h", hold_memo(2), ())
    closed = place.store.resolve(A, U, "res#h", resolve_memo("h"))
    assert closed.done
    pruned = place.store.prune(A, U, [Prune("res#h", closed.book.receipts["res#h"])]).book
    refused(place.store.resolve(A, U, "res#h", resolve_memo("h")), place, pruned)


@guards("books.resolve.NOT_BEFORE_THE_LAST_TURN")
def f6_a_slow_clock_ends_no_hold(place: Place) -> None:
    opened(place.store)
    book = place.store.burn(A, U, "h", hold_memo(2), ()).book
    refused(place.store.resolve(A, U, "res#h", resolve_memo("h", at=NOW - 1)), place, book)
    assert place.store.resolve(A, U, "res#h", resolve_memo("h", at=NOW)).done


@guards("books.resolve.NOT_BURNED_YET")
def the_end_of_a_hold_takes_no_other_receipts_place(place: Place) -> None:
    opened(place.store)
    place.store.burn(A, U, "h", hold_memo(2), ())
    book = place.store.burn(A, U, "res#h", memo(), ()).book
    refused(place.store.resolve(A, U, "res#h", resolve_memo("h")), place, book)


@guards("books.resolve.ROOM_FOR_A_RECEIPT")
def the_end_of_a_hold_needs_room_too(place: Place) -> None:
    planted(place.store, receipts=MAX_RECEIPTS - 1)
    book = place.store.burn(A, U, "k", memo(), ()).book
    assert len(book.receipts) == MAX_RECEIPTS
    refused(place.store.resolve(A, U, "res#h", resolve_memo("h")), place, book)
    place.store.prune(A, U, [Prune("k", book.receipts["k"])])
    assert place.store.resolve(A, U, "res#h", resolve_memo("h")).done


@guards("books.resolve.NOT_PAST_ITS_HORIZON")
def d21_a_hold_is_captured_only_while_the_book_is_valid(place: Place) -> None:
    opened(place.store)
    book = place.store.burn(A, U, "h", hold_memo(2), ()).book
    refused(place.store.resolve(A, U, "res#h", resolve_memo("h", at=HORIZON)), place, book)


# --- orders and turns -------------------------------------------------------------------------------------------------


@guards("books.ask.NOT_WAITING_YET")
def f7_an_order_that_waits_is_not_asked_again(place: Place) -> None:
    """F7: two deliveries of one grant would move the version under each other's turns for ever."""
    opened(place.store)
    order = Grant(Lot("lot_b", U, "plan", 1, 2, NOW, None, NOW))
    book = place.store.ask(A, U, order).book
    refused(place.store.ask(A, U, order), place, book)


@guards("books.ask.ROOM_FOR_AN_ORDER")
def the_fiftieth_order_has_room_and_the_next_has_not(place: Place) -> None:
    planted(place.store, orders=MAX_ORDERS - 1)
    last = place.store.ask(A, U, Renewal(NOW, NOW - 1))
    assert last.done
    assert len(last.book.orders) == MAX_ORDERS == 50
    refused(place.store.ask(A, U, Renewal(NOW, NOW - 2)), place, last.book)


@guards("books.ask.NOT_PAST_ITS_PERIOD")
def an_order_comes_after_the_renewal_of_a_period_that_is_over(place: Place) -> None:
    """A debt that is made now is not paid by credits of months that ended before it."""
    book = opened(place.store)
    ended = lay(U, replace(book, renews_at=NOW + 5), Journaled(), NOW)
    assert place.store.swap(A, U, book, ended).done
    grant = Grant(Lot("lot_b", U, "plan", 1, 2, NOW, None, NOW))
    refused(place.store.ask(A, U, grant, NOW + 5), place, place.store.get(A, U))
    assert place.store.ask(A, U, grant, NOW + 4).done
    assert place.store.ask(A, U, Renewal(NOW + 5, NOW + 6), 0).done


@guards("books.swap.NO_ORDER_SINCE")
def f10_an_order_survives_a_turn_in_flight(place: Place) -> None:
    book = opened(place.store)
    asked = place.store.ask(A, U, Renewal(NOW, NOW + 1)).book
    refused(place.store.swap(A, U, book, lay(U, book, Journaled(), NOW)), place, asked)


@guards("books.swap.NO_BURN_SINCE")
def a_burn_survives_a_turn_in_flight(place: Place) -> None:
    book = opened(place.store)
    burned = place.store.burn(A, U, "k", memo(), ()).book
    refused(place.store.swap(A, U, book, lay(U, book, Journaled(), NOW)), place, burned)


@guards("books.mark.NEWER_THAN_THE_LAST_MARK")
def an_older_decision_undoes_no_newer_mark(place: Place) -> None:
    assert place.store.create(A, U, Book())
    book = place.store.mark(A, U, tops_up=None, version=5).book
    for version in (4, 5):
        refused(place.store.mark(A, U, tops_up="make", version=version), place, book)
    assert place.store.mark(A, U, tops_up="make", version=6).done


@guards("books.pause.NEWER_THAN_THE_LAST_PAUSE")
def an_older_decision_lifts_no_newer_pause(place: Place) -> None:
    opened(place.store)
    book = place.store.pause(A, U, "overdue", 5).book
    for version in (4, 5):
        refused(place.store.pause(A, U, None, version), place, book)
    assert place.store.pause(A, U, None, 6).done


@guards("books._put.NOT_YET_WRITTEN")
def d41_a_book_is_opened_once(place: Place) -> None:
    book = opened(place.store)
    assert not place.store.create(A, U, Book(since=NOW))
    assert place.store.get(A, U) == book


@guards("books._put.NOT_YET_WRITTEN")
def an_entry_is_written_once(place: Place) -> None:
    entry = Entry(name="k", unit=U, kind="consumed", at=NOW, seq=7, before=CHAIN_END, credits=-3, requested=3)
    assert place.store.put_entry(A, entry) is None
    assert place.store.put_entry(A, replace(entry, seq=8)) == entry
    assert place.store.entry(A, U, "k") == entry


@guards("books.hold_done.IS_THERE")
def a_hold_that_is_not_there_is_not_made_by_its_end(place: Place) -> None:
    place.store.hold_done(A, "h")
    assert place.items() == []
    assert place.store.entry(A, U, "h") is None


@guards("books.note_metadata.NEW_OR_DROPPED")
def a_note_is_kept_once_and_again_where_it_was_dropped(place: Place) -> None:
    """A caller is told 404, opens the account, and sends the same key again: what is said of that burn is kept."""
    books = place.store
    books.note_metadata(A, "k", "d", {"who": "Ann"})
    books.note_metadata(A, "k", "d", {"who": "Bob"})
    assert books.metadata(A, [("k", "d")]) == {"k": {"who": "Ann"}}
    books.forget_note(A, "k", "d")
    assert books.metadata(A, [("k", "d")]) == {"k": {}}
    for who in ("Cid", "Dan"):
        books.note_metadata(A, "k", "d", {"who": who})
    assert books.metadata(A, [("k", "d")]) == {"k": {"who": "Cid"}}
