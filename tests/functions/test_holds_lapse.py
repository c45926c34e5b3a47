"""Holds whose time is over: back at the instant, before any 402, and by the schedule alone (D17, D20, D31)."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from lotbook import wiring
from lotbook.domain.credits.hold_ids import hold_name_of
from lotbook.domain.credits.ledger import Entry
from lotbook.domain.values.instants import SECOND
from lotbook.usecases.credits.expiry import holds_due
from lotbook.usecases.sweeping import FIRST_PAUSE, Bounds, Swept
from tests.fakes.credit_desk import credit_desk
from tests.fakes.sweeps import swept
from tests.functions.conftest import ACCOUNT, SERVICE, Answer, Api, open_account
from tests.functions.holding import (
    ACME,
    HOLDS,
    capture,
    consume,
    entries,
    figures,
    lines,
    move_to,
    place,
    release,
)

ONE_WORKER = Bounds(workers=1)  # moto is not safe under threads


@pytest.mark.parametrize("ask", ["capture", "release"])
def test_d_17_a_hold_lapses_at_exactly_its_end(shop: Api, ask: str) -> None:
    """D17: one second before it can be resolved, at the instant and after it cannot."""

    def resolve(hold_id: str) -> Answer:
        return capture(shop, hold_id, 1) if ask == "capture" else release(shop, hold_id)

    shop.clock.instant += 999  # a hold placed within a second ends at the whole second that it shows
    holds = [place(shop, 2, ttl_seconds=60).ok(201) for _ in range(3)]
    for held, seconds in zip(holds, (-1, 0, 1), strict=True):
        move_to(shop, held["expires_at"], seconds)
        if seconds < 0:
            resolve(held["hold_id"]).ok()
        else:
            assert resolve(held["hold_id"]).problem(409, "hold_closed")["state"] == "lapsed"
    back = 1 if ask == "capture" else 0
    assert figures(shop) == (10 - back, 0)


def test_d_17_lapsed_credits_are_back_before_any_402(shop: Api) -> None:
    """D17: no schedule ran; the last second before, they are not."""
    held = place(shop, 10, ttl_seconds=60).ok(201)
    move_to(shop, held["expires_at"], -1)
    assert consume(shop, 1).problem(402, "insufficient_credits")["available"] == 0
    move_to(shop, held["expires_at"])
    assert consume(shop, 10).ok()["available"] == 0
    assert [line[:2] for line in lines(shop, 3)] == [("consumed", -10), ("released", 0), ("held", 0)]


def test_d_17_a_402_after_the_lapse_counts_what_came_back(shop: Api) -> None:
    held = place(shop, 9, ttl_seconds=60).ok(201)
    move_to(shop, held["expires_at"])
    assert consume(shop, 11).problem(402, "insufficient_credits")["available"] == 10
    assert place(shop, 11).problem(402, "insufficient_credits")["available"] == 10


def test_d_17_a_reader_never_sees_a_lapsed_hold(shop: Api) -> None:
    held = place(shop, 4, ttl_seconds=60).ok(201)
    move_to(shop, held["expires_at"], -1)
    assert figures(shop) == (6, 4)
    move_to(shop, held["expires_at"])
    assert figures(shop) == (10, 0)
    assert lines(shop, 1) == [("released", 0, 4, 10)]
    assert entries(shop)[0]["actor"] == "system"


def test_holds_what_is_released_into_a_dead_lot_expires_at_once(shop: Api) -> None:
    """Two entries; and until its own end the hold is capturable though its lot is dead."""
    gift = {"credits": 5, "kind": "promotional", "reason": "x", "expires_at": "2026-01-15T10:30:00Z"}
    shop.call(f"POST {ACCOUNT}/grants", gift, key="g", path=ACME).ok(201)
    consume(shop, 10).ok()
    first, second = place(shop, 2).ok(201)["hold_id"], place(shop, 3).ok(201)["hold_id"]
    move_to(shop, "2026-01-15T10:30:00Z")
    assert figures(shop) == (0, 5)
    assert capture(shop, first, 2).ok()["available"] == 0
    assert capture(shop, second, 1).ok() == {"hold_id": second, "captured": 1, "released": 2, "available": 0}
    assert [line[:3] for line in lines(shop, 4)] == [
        ("expired", -2, 2),
        ("released", 0, 2),
        ("captured", -1, 1),
        ("captured", -2, 2),
    ]
    assert figures(shop) == (0, 0)


@pytest.mark.parametrize("captured", [2, 1, 0])
def test_d_21_a_hold_that_is_resolved_after_a_death_nobody_saw_finds_the_dead_credits_gone(
    shop: Api, captured: int
) -> None:
    """D21: what died first stands first in the statement, and is not in the answer's `available`."""
    gift = {"credits": 5, "kind": "promotional", "reason": "x", "expires_at": "2026-01-15T10:30:00Z"}
    consume(shop, 10).ok()
    shop.call(f"POST {ACCOUNT}/grants", gift, key="g", path=ACME).ok(201)
    held = place(shop, 2).ok(201)["hold_id"]
    move_to(shop, "2026-01-15T10:30:00Z", 5)
    answer = capture(shop, held, captured) if captured else release(shop, held)
    assert answer.ok()["available"] == 0
    kinds = [entry["kind"] for entry in entries(shop)]
    assert kinds.index("expired", 2 if captured < 2 else 0) == kinds.index("held") - 1
    instants = [entry["at"] for entry in entries(shop)]
    assert instants == sorted(instants, reverse=True)
    assert figures(shop) == (0, 0)


def test_d_26_a_hold_that_is_resolved_after_a_reset_nobody_saw_leaves_the_new_periods_credits(shop: Api) -> None:
    """D26: the answer's `available` is that of the period in which it is given."""
    reset = shop.call(f"GET {ACCOUNT}", path=ACME).ok()["credits_reset_at"]
    move_to(shop, reset, -10)
    held = place(shop, 4, ttl_seconds=60).ok(201)["hold_id"]
    move_to(shop, reset, 10)
    assert capture(shop, held, 4).ok()["available"] == 10
    assert [line[:2] for line in lines(shop, 3)] == [("captured", -4), ("granted", 10), ("expired", -6)]
    assert figures(shop) == (10, 0)


# --- the schedule


def run_schedule(api: Api) -> int:
    """The holds' part of the scheduled expiry; what of it runs side by side runs on an engine elsewhere."""
    done = run_once(api)
    assert not done.more
    return done.finished


def run_once(api: Api, bounds: Bounds = ONE_WORKER) -> Swept:
    work = holds_due(due=wiring.due_index(), desk=credit_desk(wiring.books(), api.clock))
    return swept(replace(work, bounds=bounds), api.clock, wiring.sweep_memory())


def test_d_17_d_20_what_a_dead_worker_held_comes_back_by_the_schedule_alone(shop: Api) -> None:
    """D17, D20: deducted for work that was never done; seen in the ledger itself, for any read would do the same."""
    kept, gone = place(shop, 2, ttl_seconds=120).ok(201), place(shop, 3, "gone", ttl_seconds=60).ok(201)
    captured = place(shop, 1, ttl_seconds=60).ok(201)
    capture(shop, captured["hold_id"], 1).ok()
    assert run_schedule(shop) == 0
    move_to(shop, gone["expires_at"], -1)
    assert run_schedule(shop) == 0
    move_to(shop, gone["expires_at"])
    assert run_schedule(shop) == 1
    book = wiring.books().get("acme", "credits")
    assert book
    assert (book.available, list(book.holds)) == (7, [hold_name_of("acme", kept["hold_id"])])
    assert run_schedule(shop) == 0


def test_d_17_a_resolver_that_dies_anywhere_leaves_nothing_behind(shop: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """D17: the worker is killed at every step of a capture; the schedule finishes, and the credits add up."""
    real = wiring.books()
    for steps in range(12):
        shop.clock.instant += SECOND
        held = place(shop, 3, ttl_seconds=60).ok(201)
        before = figures(shop)[0]
        with monkeypatch.context() as patch:
            dying = Dying(real, steps)
            patch.setattr(wiring, "books", lambda dying=dying: dying)
            with suppress(Killed):
                capture(shop, held["hold_id"], 0).ok()
        move_to(shop, held["expires_at"])
        run_schedule(shop)
        assert figures(shop) == (before + 3, 0), steps
        assert run_schedule(shop) == 0, "the schedule's list is empty"
        if not dying.died:
            return
    raise AssertionError("a capture takes a bounded number of steps")


class Killed(BaseException):
    """The worker is gone."""


class Dying:
    """A store whose worker dies after some calls."""

    def __init__(self, books: Any, calls: int) -> None:
        self.books, self.calls, self.died = books, calls, False

    def __getattr__(self, operation: str) -> Any:
        def call(*arguments: Any, **named: Any) -> Any:
            if self.calls == 0:
                self.died = True
                raise Killed
            self.calls -= 1
            return getattr(self.books, operation)(*arguments, **named)

        return call


def test_d_31_a_hold_that_cannot_be_given_back_does_not_stop_the_others(
    shop: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """D31: it is named at the end, and done by whatever turns its book next."""
    poor = place(shop, 1, "poor", ttl_seconds=60).ok(201)
    place(shop, 2, ttl_seconds=60).ok(201)
    move_to(shop, poor["expires_at"])
    books = wiring.books()
    find = books.entry

    def entry(account_id: str, unit: str, name: str) -> Entry | None:
        if name == hold_name_of("acme", poor["hold_id"]):
            raise ValueError("poisoned")
        return find(account_id, unit, name)

    with monkeypatch.context() as patch:
        patch.setattr(books, "entry", entry)
        with pytest.raises(ExceptionGroup) as failed:
            run_schedule(shop)
    assert len(failed.value.exceptions) == 1
    assert "of account acme" in failed.value.exceptions[0].__notes__[0]
    book = books.get("acme", "credits")
    assert book
    assert book.available == 10, "the other hold of its book took it along"
    shop.clock.instant += FIRST_PAUSE
    assert run_schedule(shop) == 0
    assert figures(shop) == (10, 0)


def test_d_31_a_run_of_the_schedule_is_bounded_and_the_next_goes_on(api: Api) -> None:
    for number in range(5):
        open_account(api, f"acme{number}")
        path = {"account_id": f"acme{number}"}
        held = api.call(HOLDS, {"credits": 1, "ttl_seconds": 60}, SERVICE, api.fresh(), path).ok(201)
    move_to(api, held["expires_at"])
    runs = [run_once(api, Bounds(4, batch=2, workers=1)) for _ in range(2)]
    assert [(run.finished, run.more) for run in runs] == [(4, True), (1, False)]


def test_s3_the_first_hold_of_a_book_takes_with_it_all_that_have_lapsed(shop: Api) -> None:
    for number in range(4):
        held = place(shop, 1, f"h{number}", ttl_seconds=60).ok(201)
    move_to(shop, held["expires_at"])
    assert run_schedule(shop) == 1
    book = wiring.books().get("acme", "credits")
    assert book
    assert (book.available, book.open_holds) == (10, 0)
    assert run_schedule(shop) == 0, "none is left on the schedule's list"
