"""Stories that go wrong without a condition, of the reports for finance: see `condition_stories.py`."""

from __future__ import annotations

from dataclasses import replace

from lotbook.domain.reports.payments import Moved
from lotbook.ports.reports import KeptMonth, KeptSums
from tests.contracts.a_book import NOW
from tests.contracts.condition_cases_formats import stays
from tests.contracts.condition_stories import Place, guards

MONTH = "2026-01"
OPEN = KeptMonth("acme", b"so far", False, {"credits": 7})
SUMS = KeptSums(b"so far", False, NOW)


@guards("reports._put_once_closed.NOT_CLOSED")
def a_closed_month_is_never_written_again(place: Place) -> None:
    closed = replace(OPEN, content=b"at its end", closed=True)
    assert place.store.keep_month(MONTH, OPEN)
    assert place.store.keep_month(MONTH, closed)
    assert not place.store.keep_month(MONTH, replace(OPEN, content=b"another"))
    assert not place.store.keep_month(MONTH, closed)
    assert place.store.month(MONTH, "acme") == closed


@guards("reports._put_once_closed.NOT_CLOSED")
def closed_sums_are_never_written_again(place: Place) -> None:
    closed = replace(SUMS, content=b"at its end", closed=True)
    assert place.store.keep_sums(MONTH, SUMS)
    assert place.store.keep_sums(MONTH, closed)
    assert not place.store.keep_sums(MONTH, SUMS)
    assert place.store.sums(MONTH) == closed


@guards("reports._put_once_closed.NOT_NEWER")
def a_month_of_a_newer_release_is_left_as_it_is(place: Place) -> None:
    stays(place, lambda: place.store.keep_month(MONTH, OPEN))


@guards("reports.keep_tallies.NOT_NEWER")
def what_a_newer_release_has_read_is_not_written_over(place: Place) -> None:
    stays(place, lambda: place.store.keep_tallies("acme", b"what was read"))


@guards("reports.keep_place.NOT_NEWER")
def how_far_a_newer_round_has_come_is_not_written_over(place: Place) -> None:
    stays(place, lambda: place.store.keep_place(b"{}"))


@guards("reports.keep_tie_place.NOT_NEWER")
def how_far_a_newer_tie_has_come_is_not_written_over(place: Place) -> None:
    stays(place, lambda: place.store.keep_tie_place(b"{}"))


@guards("reports._put_once_closed.NOT_CLOSED")
def a_closed_tie_is_never_written_again(place: Place) -> None:
    closed = replace(SUMS, content=b"at its end", closed=True)
    assert place.store.keep_tie(MONTH, closed)
    assert not place.store.keep_tie(MONTH, SUMS)
    assert place.store.tie(MONTH) == closed


@guards("report_payments._put.NOT_NEWER")
def a_payment_that_a_newer_release_has_kept_is_not_written_over(place: Place) -> None:
    stays(place, lambda: place.store.keep_paid(MONTH, Moved("txn_1", NOW, "payout", "usd", -5, 0)))
