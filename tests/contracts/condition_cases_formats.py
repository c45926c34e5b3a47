"""Stories that go wrong without NOT_NEWER: what a newer release has written is written over by nobody: see `condition_stories.py`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from lotbook.adapters.dynamo import formats
from lotbook.domain.credits.orders import Renewal
from lotbook.domain.portal.sessions import Pass, Visitor
from lotbook.domain.reconciliation.differences import ComparedPeriod
from lotbook.domain.sales.auto_history import event, placed
from lotbook.domain.values.newer_format import NewerFormat
from lotbook.ports.books import Prune
from lotbook.ports.reconciliation import Progress
from lotbook.ports.sweeps import Stumble
from tests.contracts.a_book import NOW, A, U, hold_memo, memo, opened, resolve_memo
from tests.contracts.condition_stories import Place, guards

NEWER = 9
KEPT = Pass(Visitor("acme", "owner", "ann"), NOW, 0)


def made_newer(place: Place) -> None:
    """As a newer release would have left everything that is there."""
    assert place.table is not None
    for item in place.items():
        place.table.client.put_item(TableName=place.table.name, Item={**item, formats.NAME: {"N": str(NEWER)}})


def refused_as_newer(place: Place, write: Callable[[], Any]) -> None:
    """The write is refused by the number, and changes nothing."""
    before = place.items()
    with pytest.raises(NewerFormat):
        write()
    assert place.items() == before


def stays(place: Place, write: Callable[[], Any]) -> None:
    """What it writes it writes, also a second time; once a newer release has written there, it is refused."""
    write()
    write()
    made_newer(place)
    refused_as_newer(place, write)


@guards("books._write.NOT_NEWER")
def a_book_of_a_newer_release_is_left_as_it_is_by_every_write(place: Place) -> None:
    """The played rollback: the older release burned a lot whose id it did not understand, and crashed."""
    book = opened(place.store, 100)
    held = place.store.burn(A, U, "h", hold_memo(4), ()).book
    made_newer(place)
    for write in (
        lambda: place.store.burn(A, U, "k", memo(), ()),
        lambda: place.store.burn(A, U, "k", memo(), [Prune("h", held.receipts["h"])]),
        lambda: place.store.burn_many(A, U, [("k", memo()), ("j", memo())]),
        lambda: place.store.burn(A, U, "h2", hold_memo(1), ()),
        lambda: place.store.resolve(A, U, "h#capture", resolve_memo("h")),
        lambda: place.store.prune(A, U, [Prune("h", held.receipts["h"])]),
        lambda: place.store.ask(A, U, Renewal(NOW, NOW)),
        lambda: place.store.swap(A, U, held, book),
        lambda: place.store.tidy(A, U, ["k"]),
        lambda: place.store.pause(A, U, "overdue", 9),
        lambda: place.store.mark(A, U, tops_up="pol", version=9),
    ):
        refused_as_newer(place, write)


@guards("books.forget_note.NOT_NEWER")
def an_empty_note_is_not_put_over_a_newer_one(place: Place) -> None:
    stays(place, lambda: place.store.forget_note(A, "k", "d"))


@guards("auto.note.NOT_NEWER")
def an_event_of_automatic_purchase_is_not_put_again_over_a_newer_one(place: Place) -> None:
    """By a process that does not know yet that the cause was told."""
    told = event("acme", "cap_reached", NOW, "period")
    place.store.note(told)
    assert place.table is not None
    again = type(place.store)(place.table)
    newer = [item for item in place.items() if item["sk"]["S"] == f"auto#{placed(told, 0).event_id}"]
    place.table.client.put_item(TableName=place.table.name, Item={**newer[0], formats.NAME: {"N": str(NEWER)}})
    refused_as_newer(place, lambda: again.note(told))


@guards("latches.note.NOT_NEWER")
def a_notice_is_not_put_over_a_newer_one(place: Place) -> None:
    stays(place, lambda: place.store.note("acme", U, "lot_a", NOW))


@guards("passes.put.NOT_NEWER")
def a_pass_is_not_put_over_a_newer_one(place: Place) -> None:
    stays(place, lambda: place.store.put("link", "d", KEPT))


@guards("passes.begin_round.NOT_NEWER")
def a_round_of_a_newer_release_is_not_moved(place: Place) -> None:
    stays(place, lambda: place.store.begin_round("acme"))


@guards("closings._write.NOT_NEWER")
def what_a_newer_closing_has_left_is_not_written_over(place: Place) -> None:
    stays(place, lambda: place.store.ask("acme", NOW))


@guards("audits.keep.NOT_NEWER")
def a_mark_of_a_newer_release_is_left_as_it_is(place: Place) -> None:
    stays(place, lambda: place.store.keep("acme", "unit#credits", b"what it came to", NOW))


@guards("sweeps.keep.NOT_NEWER")
def what_a_newer_sweep_remembers_is_not_written_over(place: Place) -> None:
    stays(place, lambda: place.store.keep("book", "acme#credits", Stumble(1, NOW, NOW)))
    assert place.store.stumbles("book") == {}, "and holds up no sweep"


@guards("sweeps.keep_followed.NOT_NEWER")
def events_that_a_newer_sweep_has_followed_are_not_written_over(place: Place) -> None:
    stays(place, lambda: place.store.keep_followed(["evt_1"]))


@guards("reconciliation.save_progress.NOT_NEWER")
def how_far_a_newer_reconciliation_has_come_is_not_written_over(place: Place) -> None:
    stays(place, lambda: place.store.save_progress("daily", Progress(ComparedPeriod(0, NOW), "strays", None)))


@guards("reconciliation.keep_seen.NOT_NEWER")
def what_a_newer_reconciliation_has_compared_is_not_written_over(place: Place) -> None:
    page = Progress(ComparedPeriod(0, NOW), "checkouts", None)
    stays(place, lambda: place.store.keep_seen("daily", page, {"cs_1"}, NOW))


@guards("service_keys.put.NOT_NEWER")
def a_service_key_of_a_newer_release_is_not_written_over(place: Place) -> None:
    stays(place, lambda: place.store.put("hash", "key_1", frozenset({"credits:consume"}), NOW))
