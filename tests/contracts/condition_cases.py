"""What breaks when a condition of the table is taken out: for each place where one is stated, stories that go wrong then.

A story is a function of the store. It asserts what the store promises; `test_conditions.py` runs it on the store as it is,
on the store without the condition, and, for books, on the fake.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from lotbook.adapters.dynamo import keys
from lotbook.adapters.dynamo.table import Table, to_item
from lotbook.domain.credits.book import MAX_ORDERS, MAX_RECEIPTS, Book
from lotbook.domain.credits.hold_pages import HOLDS_IN_BOOK
from lotbook.domain.credits.ledger import CHAIN_END, Entry
from lotbook.domain.credits.lots import Lot
from lotbook.domain.credits.orders import Grant, Renewal
from lotbook.domain.credits.turn import Journaled, lay
from lotbook.domain.news.alerts import Latch
from lotbook.domain.policy.uses import Use as PolicyUse
from lotbook.domain.reconciliation.differences import Difference, Stray
from lotbook.domain.reconciliation.strays import StrayNote
from lotbook.domain.values.errors import Conflict
from lotbook.ports.books import Attempt, Prune
from lotbook.ports.reconciliation import Noted
from lotbook.ports.shop import KeyUse
from tests.contracts.a_book import HORIZON, NOW, A, U, hold_memo, memo, opened, planted, resolve_memo
from tests.fakes.accounts import an_account
from tests.fakes.billing import details
from tests.fakes.purchases import a_purchase
from tests.fakes.samples import published


@dataclass(frozen=True, slots=True)
class Place:
    """The store that a story is about, and the table below it (None below the fake)."""

    store: Any
    table: Table | None

    def items(self) -> list[Any]:
        """Everything in the table."""
        if self.table is None:
            return []
        found: list[Any] = self.table.client.scan(TableName=self.table.name)["Items"]
        return found


class Counted:
    """Randomness that never comes twice."""

    def __init__(self) -> None:
        self.times = 0

    def read(self, size: int) -> bytes:
        self.times += 1
        return self.times.to_bytes(size, "big")


# What a store needs beside the table, by its class.
MORE_THAN_A_TABLE: dict[str, tuple[Any, ...]] = {"DynamoCursorKey": (Counted(),)}

Story = Callable[[Place], None]
STORIES: dict[str, list[Story]] = {}


def guards(*uses: str) -> Callable[[Story], Story]:
    """The story goes wrong when any one of these uses is taken out."""

    def told(story: Story) -> Story:
        for use in uses:
            STORIES.setdefault(use, []).append(story)
        return story

    return told


def refused(attempt: Attempt, place: Place, before: Book | None) -> None:
    """The attempt did nothing, and answers the book as it is."""
    assert not attempt.done
    assert attempt.book == before == place.store.get(A, U)


# --- burns ------------------------------------------------------------------------------------------------------------


@guards("books.burn.ENOUGH_LEFT", "books.burn_many.ENOUGH_LEFT")
def what_is_not_there_cannot_be_burned(place: Place) -> None:
    book = opened(place.store, 10)
    refused(place.store.burn(A, U, "k", memo(11), None), place, book)
    refused(place.store.burn_many(A, U, [("k", memo(5)), ("j", memo(6))]), place, book)
    assert place.store.burn(A, U, "k", memo(10), None).done


@guards("books.burn.NOT_BEFORE_THE_LAST_TURN", "books.burn_many.NOT_BEFORE_THE_LAST_TURN")
def f6_a_slow_clock_burns_nothing(place: Place) -> None:
    book = opened(place.store)
    refused(place.store.burn(A, U, "k", memo(1, NOW - 1), None), place, book)
    refused(place.store.burn_many(A, U, [("k", memo(1, NOW - 1))]), place, book)
    assert place.store.burn(A, U, "k", memo(1, NOW), None).done


@guards("books.burn.NOT_PAST_ITS_HORIZON", "books.burn_many.NOT_PAST_ITS_HORIZON")
def d21_nothing_is_drawn_from_a_lot_at_the_instant_of_its_death(place: Place) -> None:
    book = opened(place.store)
    refused(place.store.burn(A, U, "k", memo(1, HORIZON), None), place, book)
    refused(place.store.burn_many(A, U, [("k", memo(1, HORIZON))]), place, book)
    assert place.store.burn(A, U, "k", memo(1, HORIZON - 1), None).done


@guards("books.burn.NOT_PAUSED", "books.burn_many.NOT_PAUSED")
def a_paused_account_burns_nothing(place: Place) -> None:
    opened(place.store)
    book = place.store.pause(A, U, "overdue", 1).book
    refused(place.store.burn(A, U, "k", memo(), None), place, book)
    refused(place.store.burn_many(A, U, [("k", memo())]), place, book)


@guards("books.burn.NOT_BURNED_YET", "books.burn_many.NOT_BURNED_YET")
def d4_a_key_has_one_receipt_at_a_time(place: Place) -> None:
    """The second would take the place of the first, whose credits nothing explains any more."""
    opened(place.store)
    book = place.store.burn(A, U, "k", memo(2), None).book
    refused(place.store.burn(A, U, "k", memo(2), None), place, book)
    refused(place.store.burn_many(A, U, [("j", memo()), ("k", memo(2))]), place, book)


@guards("books.burn.NOT_HELD", "books.burn_many.NOT_HELD")
def d18_one_burn_between_two_equal_holds_leaves_the_first_hold_open(place: Place) -> None:
    """100 granted, 40 held, 1 burned (which prunes the hold's receipt), the same hold again: 40 credits went for ever."""
    opened(place.store, 100)
    held = place.store.burn(A, U, "h", hold_memo(40), None).book
    book = place.store.burn(A, U, "k", memo(), Prune("h", held.receipts["h"])).book
    assert "h" not in book.receipts, "only the open hold tells"
    refused(place.store.burn(A, U, "h", hold_memo(40), None), place, book)
    refused(place.store.burn_many(A, U, [("j", memo()), ("h", memo(40))]), place, book)
    assert (book.available, book.holds["h"].credits) == (59, 40)


@guards("books.burn.ROOM_FOR_A_HOLD")
def s3_a_book_takes_twelve_open_holds_and_every_consume(place: Place) -> None:
    opened(place.store, 100)
    book = None
    for number in range(HOLDS_IN_BOOK):
        book = place.store.burn(A, U, f"h{number}", hold_memo(1), None).book
    refused(place.store.burn(A, U, "h", hold_memo(1), None), place, book)
    assert place.store.burn(A, U, "k", memo(), None).done


@guards("books.burn.ROOM_FOR_A_RECEIPT")
def the_hundredth_receipt_has_room_and_the_next_has_not(place: Place) -> None:
    planted(place.store, receipts=MAX_RECEIPTS - 1)
    last = place.store.burn(A, U, "last", memo(), None)
    assert last.done
    assert len(last.book.receipts) == MAX_RECEIPTS == 100
    refused(place.store.burn(A, U, "k", memo(), None), place, last.book)
    refused(
        place.store.burn(A, U, "k", memo(), Prune("last", last.book.receipts["last"])), place, last.book
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
    book = place.store.burn(A, U, "k", memo(), None).book
    earlier = replace(book.receipts["k"], position=book.receipts["k"].position + 1)
    refused(place.store.burn(A, U, "j", memo(), Prune("k", earlier)), place, book)
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
    book = books.burn(A, U, "k", memo(), None).book
    assert book
    return book.receipts["k"]


# --- the end of a hold ------------------------------------------------------------------------------------------------


@guards("books.resolve.HOLD_IS_OPEN")
def d18_a_hold_ends_once(place: Place) -> None:
    opened(place.store)
    place.store.burn(A, U, "h", hold_memo(2), None)
    closed = place.store.resolve(A, U, "res#h", resolve_memo("h"))
    assert closed.done
    pruned = place.store.prune(A, U, [Prune("res#h", closed.book.receipts["res#h"])]).book
    refused(place.store.resolve(A, U, "res#h", resolve_memo("h")), place, pruned)


@guards("books.resolve.NOT_BEFORE_THE_LAST_TURN")
def f6_a_slow_clock_ends_no_hold(place: Place) -> None:
    opened(place.store)
    book = place.store.burn(A, U, "h", hold_memo(2), None).book
    refused(place.store.resolve(A, U, "res#h", resolve_memo("h", at=NOW - 1)), place, book)
    assert place.store.resolve(A, U, "res#h", resolve_memo("h", at=NOW)).done


@guards("books.resolve.NOT_BURNED_YET")
def the_end_of_a_hold_takes_no_other_receipts_place(place: Place) -> None:
    opened(place.store)
    place.store.burn(A, U, "h", hold_memo(2), None)
    book = place.store.burn(A, U, "res#h", memo(), None).book
    refused(place.store.resolve(A, U, "res#h", resolve_memo("h")), place, book)


@guards("books.resolve.ROOM_FOR_A_RECEIPT")
def the_end_of_a_hold_needs_room_too(place: Place) -> None:
    planted(place.store, receipts=MAX_RECEIPTS - 1)
    book = place.store.burn(A, U, "k", memo(), None).book
    assert len(book.receipts) == MAX_RECEIPTS
    refused(place.store.resolve(A, U, "res#h", resolve_memo("h")), place, book)
    place.store.prune(A, U, [Prune("k", book.receipts["k"])])
    assert place.store.resolve(A, U, "res#h", resolve_memo("h")).done


@guards("books.resolve.NOT_PAST_ITS_HORIZON")
def d21_a_hold_is_captured_only_while_the_book_is_valid(place: Place) -> None:
    opened(place.store)
    book = place.store.burn(A, U, "h", hold_memo(2), None).book
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
    burned = place.store.burn(A, U, "k", memo(), None).book
    refused(place.store.swap(A, U, book, lay(U, book, Journaled(), NOW)), place, burned)


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


# --- accounts ---------------------------------------------------------------------------------------------------------


@guards("accounts.create.NOT_YET_WRITTEN")
def d41_an_account_id_is_given_away_once(place: Place) -> None:
    assert place.store.create(an_account()) is None
    assert place.store.create(an_account(email="other@acme.example")) == an_account()
    assert place.store.get("acme") == an_account()


@guards("accounts.save.STILL_THE_VERSION_READ")
def of_two_changes_of_an_account_the_second_is_told(place: Place) -> None:
    place.store.create(an_account())
    changed = place.store.save(an_account(plan_id="annual"))
    with pytest.raises(Conflict):
        place.store.save(an_account(plan_id="term"))
    assert place.store.get("acme") == changed


@guards("audits.postpone.IS_THERE")
def an_audit_of_no_account_makes_none(place: Place) -> None:
    with suppress(ClientError):
        place.store.postpone("acme", NOW)
    assert place.items() == []


# --- what is sold -----------------------------------------------------------------------------------------------------

USE = KeyUse("fp-1", a_purchase().purchase_id, "digest-1")
OTHER_ID = "pur_0000000000bbbbbbbbbbbbbbbb"


@guards("purchases._put_new.NOT_YET_WRITTEN")
def d3_a_key_makes_one_purchase(place: Place) -> None:
    assert place.store.place(a_purchase(), USE) is None
    assert place.store.place(a_purchase(purchase_id=OTHER_ID), KeyUse("fp-1", OTHER_ID, "digest-2")) == USE
    assert place.store.get("acme", OTHER_ID) is None


@guards("purchases._put_new.NOT_YET_WRITTEN")
def a_purchase_is_not_placed_over_another(place: Place) -> None:
    place.store.place(a_purchase(), USE)
    with pytest.raises(Conflict):
        place.store.place(a_purchase(state="failed"), KeyUse("fp-2", USE.purchase_id, "digest"))
    assert place.store.get("acme", USE.purchase_id) == a_purchase()


@guards("purchases.save.STILL_THE_VERSION_READ")
def d2_of_two_changes_of_a_purchase_the_second_is_told(place: Place) -> None:
    place.store.place(a_purchase(), USE)
    changed = place.store.save(a_purchase(state="processing"))
    with pytest.raises(Conflict):
        place.store.save(a_purchase(state="failed"))
    assert place.store.get("acme", USE.purchase_id) == changed


@guards("billing.save.NOT_YET_WRITTEN")
def of_two_first_billing_details_the_second_is_told(place: Place) -> None:
    saved = place.store.save(_billing(), None)
    with pytest.raises(Conflict):
        place.store.save(replace(_billing(), actor="bob"), None)
    assert place.store.get("acme") == saved


@guards("billing.save.STILL_THE_VERSION_READ")
def of_two_changes_of_billing_details_the_second_is_told(place: Place) -> None:
    first = place.store.save(_billing(), None)
    second = place.store.save(first, first)
    with pytest.raises(Conflict):
        place.store.save(replace(first, actor="bob"), first)
    assert place.store.get("acme") == second


def _billing() -> Any:
    from lotbook.domain.sales.billing import BillingRecord

    return BillingRecord("acme", details(), details(), 1_000, 2_000, "ann")


DOCUMENT = dict(published("make").document)
UNIT = PolicyUse("unit", "credits")
RENAMED = {**DOCUMENT, "title": "Make, renamed"}


@guards("policies._version_put.NOT_YET_WRITTEN")
def a_version_is_never_written_over(place: Place) -> None:
    place.store.publish("make", DOCUMENT)
    assert place.table
    place.table.client.delete_item(TableName=place.table.name, Key=to_item(keys.policy_head("make")))
    with pytest.raises(Conflict):
        place.store.publish("make", RENAMED)


@guards("policies._head_put.NOT_YET_WRITTEN")
def the_first_head_is_put_over_none(place: Place) -> None:
    _overtaken(place, 7)
    with pytest.raises(Conflict):
        place.store.publish("make", DOCUMENT)


@guards("policies._head_put.HEAD_IS_AS_READ")
def the_head_never_moves_back(place: Place) -> None:
    place.store.publish("make", DOCUMENT)
    _overtaken(place, 7)
    with pytest.raises(Conflict):
        place.store.publish("make", RENAMED)


def _overtaken(place: Place, newest: int) -> None:
    """Between the look at the head and the write, the head comes to be another."""
    look, table = place.store._head, place.table
    assert table

    def overtaken(policy_id: str) -> int:
        found: int = look(policy_id)
        head = to_item({**keys.policy_head(policy_id), "newest": newest})
        table.client.put_item(TableName=table.name, Item=head)
        return found

    place.store._head = overtaken


@guards("policies._is_unused.NOBODY_USES_IT")
def b3_no_version_drops_what_an_account_uses(place: Place) -> None:
    place.store.publish("make", DOCUMENT)
    place.store.note_use("make", UNIT, "acme")
    with pytest.raises(Conflict):
        place.store.publish("make", RENAMED, frozenset({UNIT}))
    assert place.store.publish("make", RENAMED).version == 2


@guards("policies.note_use.NOBODY_USES_IT")
def b3_the_first_account_that_uses_something_stays_noted(place: Place) -> None:
    assert place.store.note_use("make", UNIT, "acme")
    place.store._noted.clear()  # another process
    assert not place.store.note_use("make", UNIT, "globex")
    assert place.store.uses("make") == {UNIT: "acme"}


@guards("idempotency.claim.NOT_YET_WRITTEN")
def d3_a_key_is_claimed_once(place: Place) -> None:
    assert place.store.claim("acme", "grant", "k", {"lot": "a"}) is None
    assert place.store.claim("acme", "grant", "k", {"lot": "b"}) == {"lot": "a"}
    assert place.store.find("acme", "grant", "k") == {"lot": "a"}


# --- what is watched --------------------------------------------------------------------------------------------------


@guards("latches.save.NOT_YET_WRITTEN")
def d34_of_two_first_latches_the_second_is_told(place: Place) -> None:
    place.store.save("acme", U, Latch(seq=4))
    with pytest.raises(Conflict):
        place.store.save("acme", U, Latch(seq=5))


@guards("latches.save.STILL_THE_VERSION_READ")
def d34_of_two_changes_of_a_latch_the_second_is_told(place: Place) -> None:
    place.store.save("acme", U, Latch(seq=4))
    read = place.store.get("acme", U)
    place.store.save("acme", U, read)
    with pytest.raises(Conflict):
        place.store.save("acme", U, replace(read, seq=9))


STRAY = Stray("pi_1", "event", 7, "acme", "pur_1", "cs_1", "pi_1", "evt_1")


@guards("reconciliation._put_new.NOT_YET_WRITTEN")
def a_difference_is_noted_once_a_day(place: Place) -> None:
    note = Noted(NOW, Difference("amount_mismatch", "acme", "pur_1", "cs_1", ("total",)), "found")
    assert place.store.note(note) is True
    assert place.store.note(note) is False


@guards("reconciliation._put_new.NOT_YET_WRITTEN")
def d5_a_stray_is_kept_as_it_was_found_first(place: Place) -> None:
    assert place.store.keep(STRAY) is True
    assert place.store.keep(replace(STRAY, account_id="evil", first_seen_at=9)) is False
    assert place.store.stray("pi_1").stray == STRAY


@guards("reconciliation._put_new.NOT_YET_WRITTEN")
def a_note_about_a_stray_is_not_written_over(place: Place) -> None:
    place.store.keep(STRAY)
    note = StrayNote("pi_1", 10, "bob", "Refunded.", closes=True)
    assert place.store.note_stray(note)
    assert not place.store.note_stray(replace(note, text="other"))


@guards("service_keys.revoke.IS_THERE")
def a_key_that_nobody_made_is_not_made_by_its_end(place: Place) -> None:
    with suppress(ClientError):
        place.store.revoke("hash", NOW)
    assert place.items() == []


@guards("cursor_key._make.NOT_YET_WRITTEN")
def of_two_functions_that_make_the_key_of_cursors_the_second_takes_the_first_ones(place: Place) -> None:
    assert place.store._make() == place.store._make() == place.store.read()
