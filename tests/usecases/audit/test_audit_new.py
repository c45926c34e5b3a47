"""The audit from an account's marks on: only what is new, by pieces, and a mark hides nothing (D37)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from lotbook.domain.audit.marks import MAX_GOALS, ROTATION, UNFINISHED_RINGS_AFTER, Mark, mark_bytes, mark_of
from lotbook.domain.credits.ledger import Draw, Entry, Pointer
from lotbook.domain.values.instants import DAY
from lotbook.usecases.audit import audit_book, chain
from lotbook.usecases.audit.audit_account import Audited
from lotbook.usecases.audit.audit_new import Turn, audit_new
from lotbook.usecases.audit.audit_purchases import OVERLAP
from tests.audit import auditing
from tests.fakes.long_ledger import LOT, PLENTY, A, LongLedger, U
from tests.usecases.audit.test_audit import BURN, CORRUPTIONS, World

UNIT_MARK = (A, f"unit#{U}")


def turn(ledger: LongLedger, *, has_time: Callable[[], bool] = lambda: True, asked: int = 0) -> Turn:
    return audit_new(A, [U], auditing=ledger.ports, has_time=has_time, asked=asked)


def look(ledger: LongLedger, *, asked: int = 0) -> list[str]:
    """Kinds of what one turn finds."""
    return kinds(turn(ledger, asked=asked).audited)


def kinds(audited: Audited) -> list[str]:
    return [difference.kind for _, difference in audited.differences]


def finished(ledger: LongLedger, **more: Any) -> int:
    """Turns until the account is finished."""
    for turns in range(1, 500):
        if turn(ledger, **more).audited.finished:
            return turns
    raise AssertionError("never finished")


def next_day(ledger: LongLedger) -> None:
    ledger.clock.instant += DAY
    ledger.calls.clear()


def calls_of(ledger: LongLedger) -> Counter[str]:
    found = Counter(ledger.calls)
    ledger.calls.clear()
    return found


def audited_up_to_its_head(history: int) -> LongLedger:
    """With the marks that audits leave, without the audits of a long history."""
    ledger, small = LongLedger(history), LongLedger(9)
    assert look(small) == []
    mark = mark_of(small.audits.marks[UNIT_MARK])
    burned = {"granted": PLENTY, "consumed": 1 - history}
    standing = replace(
        mark.standing, at=ledger.book.head, lots={LOT: PLENTY - history + 1}, entries=history, moved=burned
    )
    ledger.audits.marks |= small.audits.marks | {UNIT_MARK: mark_bytes(replace(mark, standing=standing))}
    return ledger


# --- what it costs ----------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_d37_the_cost_is_that_of_what_is_new_whatever_the_history_is() -> None:
    """Counted: 1,000 and 100,000 entries of history, with as many new ones, cost the same calls; and none are 3 calls."""
    costs: dict[int, list[Counter[str]]] = {}
    for history in (1_000, 100_000):
        ledger = audited_up_to_its_head(history)
        costs[history] = []
        for new in (0, 1, 1_000):
            next_day(ledger)
            ledger.burn(new)
            assert turn(ledger).audited.entries == new
            costs[history].append(calls_of(ledger))
    assert costs[1_000] == costs[100_000]
    nothing, one, thousand = costs[1_000]
    assert nothing == {"mark": 2, "get": 1, "page": 1}, "both marks, the book, the newest purchase; nothing is written"
    assert sum(one.values()) - one["entries read"] == 8
    assert sum(thousand.values()) - thousand["entries read"] == 26
    assert thousand["entries read"] <= 1_002
    assert (one["keep"], thousand["keep"]) == (1, 1)


def test_d37_a_long_account_is_finished_over_several_turns_a_piece_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each turn says that it is not finished, and the next goes on there: nothing is read twice."""
    monkeypatch.setattr(audit_book, "WINDOW", 100)
    ledger = LongLedger(2_500)
    assert finished(ledger) == 3
    assert ledger.calls["entries read"] <= 2_500 + 3 * 26 + 1, "a lot's grant is read with every piece"


def test_d37_the_clock_is_looked_at_before_every_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """A turn that has time for three pages reads three, and keeps where it was."""
    monkeypatch.setattr(audit_book, "WINDOW", 100)
    ledger = LongLedger(1_000)
    turns = 0
    for _ in range(20):
        ledger.calls.clear()
        looks = iter([True] * 4)
        found = turn(ledger, has_time=lambda looks=looks: next(looks, False))  # type: ignore[misc]
        assert ledger.calls["entries read"] <= 4 * 100
        turns += not found.audited.finished
    assert found.audited.finished
    assert turns >= 1_000 // 400


def test_d37_a_chain_that_no_statement_names_is_walked_down_by_many_turns_and_comes_up_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without the filed statement an entry is a call: what a turn has walked is not walked again by the next."""
    monkeypatch.setattr(audit_book, "WINDOW", 50)
    monkeypatch.setattr(chain, "MAX_WALK", 50)
    ledger = LongLedger(600, filed=False)
    finished(ledger)
    assert ledger.calls["entry"] <= 2 * 600 + 13 * 2
    assert look(ledger) == []
    assert len(mark_of(ledger.audits.marks[UNIT_MARK]).goals) == 0 < MAX_GOALS


def test_d37_an_account_that_stays_unfinished_for_a_day_rings() -> None:
    """`finished: false` is an answer for a day; then nobody has known of the account for too long."""
    ledger = LongLedger(10)
    never: Callable[[], bool] = lambda: False  # noqa: E731
    first = turn(ledger, has_time=never)
    assert (first.audited.finished, first.rings) == (False, False)
    ledger.clock.instant += UNFINISHED_RINGS_AFTER - 1
    assert not turn(ledger, has_time=never).rings
    ledger.clock.instant += 1
    assert turn(ledger, has_time=never).rings
    assert not turn(ledger).rings
    assert not turn(ledger, has_time=never).rings, "the day begins anew"


# --- a mark hides nothing ---------------------------------------------------------------------------------------------


def test_d37_an_old_entry_that_is_changed_is_found_by_the_rotation() -> None:
    """It is in no new sum; once in ROTATION all is replayed from the first entry on, and it rings every day from then on."""
    ledger = LongLedger(300)
    assert look(ledger) == []
    next_day(ledger)
    ledger.change("use7", draws=(Draw(LOT, 2),), credits=-2, requested=2)
    assert look(ledger) == []
    ledger.clock.instant += ROTATION
    assert look(ledger) == ["checkpoint"]
    next_day(ledger)
    assert "lot" in look(ledger), "the true sums have taken the mark's place, and the book is held against them"


def test_d37_whoever_asks_has_the_whole_replayed_at_once_and_once() -> None:
    ledger = LongLedger(300)
    look(ledger)
    next_day(ledger)
    ledger.change("use7", credits=-2)
    asked = ledger.clock.instant
    assert look(ledger, asked=asked) == ["entry_credits"]
    ledger.change("use7", credits=-1)
    assert turn(ledger, asked=asked).audited.entries == 300
    ledger.clock.instant += 1
    assert turn(ledger, asked=asked).audited.entries == 0, "it was replayed since"


def test_d37_a_lost_mark_is_told_and_all_is_replayed(caplog: pytest.LogCaptureFixture) -> None:
    ledger = LongLedger(300)
    look(ledger)
    del ledger.audits.marks[UNIT_MARK]
    ledger.change("use7", credits=-2)
    assert look(ledger) == ["entry_credits"]
    assert "checkpoint_lost" in caplog.text


def test_d37_a_damaged_mark_is_told_and_all_is_replayed(caplog: pytest.LogCaptureFixture) -> None:
    ledger = LongLedger(300)
    look(ledger)
    ledger.audits.marks[UNIT_MARK] = ledger.audits.marks[UNIT_MARK][:-9]
    ledger.change("use7", credits=-2)
    assert look(ledger) == ["entry_credits"]
    assert "checkpoint_damaged" in caplog.text


Tampering = Callable[[Mark], Mark]
TAMPERINGS: dict[str, Tampering] = {
    "sums": lambda mark: replace(mark, standing=replace(mark.standing, lots={LOT: 3})),
    "shortfall": lambda mark: replace(mark, standing=replace(mark.standing, short=3)),
    "an open hold": lambda mark: replace(mark, standing=replace(mark.standing, held={"h": 3})),
    "another link": lambda mark: replace(mark, standing=replace(mark.standing, at=Pointer("x", 300))),
    "too far": lambda mark: replace(mark, standing=replace(mark.standing, at=Pointer("x", 999))),
    "a goal that is no link": lambda mark: replace(
        mark, standing=replace(mark.standing, at=Pointer("use7", 7)), goals=(Pointer("use9", 9),)
    ),
}


@pytest.mark.parametrize("name", TAMPERINGS)
def test_d37_a_mark_that_somebody_wrote_rings_and_is_made_anew(name: str) -> None:
    """At once, by the book that it does not explain; and after the whole replay the account is sound again."""
    ledger = LongLedger(300)
    look(ledger)
    mark = mark_of(ledger.audits.marks[UNIT_MARK])
    ledger.audits.marks[UNIT_MARK] = mark_bytes(TAMPERINGS[name](mark))
    assert look(ledger) != []
    next_day(ledger)
    assert look(ledger) == []
    assert mark_of(ledger.audits.marks[UNIT_MARK]).standing == mark.standing


def test_d37_a_mark_made_to_fit_a_changed_entry_is_found_by_the_rotation() -> None:
    """An entry and the book are changed, and the mark with them: what is new adds up, the whole does not."""
    ledger = LongLedger(300)
    look(ledger)
    mark = mark_of(ledger.audits.marks[UNIT_MARK])
    ledger.books.books[A, U] = replace(
        ledger.book, position=ledger.book.position - 5, available=ledger.book.available + 5
    )
    lots = {LOT: mark.standing.lots[LOT] + 5}
    ledger.audits.marks[UNIT_MARK] = mark_bytes(replace(mark, standing=replace(mark.standing, lots=lots)))
    next_day(ledger)
    assert look(ledger) == []
    ledger.clock.instant += ROTATION
    assert look(ledger) == ["checkpoint"]
    next_day(ledger)
    assert "lot" in look(ledger)


def test_d37_a_stranger_beside_the_chain_is_found_when_it_is_filed_and_by_the_rotation_when_it_is_not() -> None:
    """An entry that lies with the lots and is no link: the filed statement shows it at once, the count of entries later."""
    for filed in (True, False):
        ledger = LongLedger(300)
        look(ledger)
        ledger.burn(5)
        stray = Entry("lot#lot_a#x#303", U, "expired", 1, 303, Pointer("use302", 302), -1, (Draw(LOT, 1),))
        ledger.books.ledger[A, U, stray.name] = stray
        if filed:
            ledger.statement.lines[303] = stray
        assert ("entry_not_in_chain" in look(ledger)) is filed
        ledger.clock.instant += ROTATION
        assert "entry_not_in_chain" in look(ledger)


def test_d37_a_filed_line_that_is_wrong_is_found_out_and_the_chain_alone_is_followed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The statement says where a piece may end. It names an entry beside the chain: the next piece does not meet it."""
    monkeypatch.setattr(audit_book, "WINDOW", 100)
    ledger = LongLedger(150)
    twin = replace(ledger.statement.lines[101], name="twin")
    ledger.books.ledger[A, "", "twin"] = twin
    true, ledger.statement.lines[101] = ledger.statement.lines[101], twin
    assert look(ledger) != []
    ledger.statement.lines[101] = true
    next_day(ledger)
    assert look(ledger) == []
    assert ledger.ports.audits.mark(A, f"unit#{U}") is not None


# --- a crash anywhere -------------------------------------------------------------------------------------------------


class Crash(Exception):
    """The process is gone."""


class CrashingPort:
    """Lets `left` calls of all ports pass; the next one is the last: before it does anything, or after."""

    left = 0
    late = False

    def __init__(self, port: Any) -> None:
        self._port = port

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._port, name)

        def call(*args: Any, **more: Any) -> Any:
            CrashingPort.left -= 1
            if CrashingPort.left < 0:
                if CrashingPort.late:
                    method(*args, **more)
                raise Crash(name)
            return method(*args, **more)

        return call


BROKEN: dict[str, tuple[Callable[[World], None], list[str]]] = {
    "nothing": (lambda _: None, []),
    "a new entry": (lambda world: world.change(BURN("k6"), credits=-1), ["entry_credits"]),
    "a purchase's lot": (CORRUPTIONS["credits taken back without a refund"][0], ["taken_back_without_refund"]),
}


@pytest.mark.parametrize("late", [True, pytest.param(False, marks=pytest.mark.soak)])  # as in tests/fakes/crashes.py
@pytest.mark.parametrize("after", [DAY, ROTATION])
@pytest.mark.parametrize("name", BROKEN)
def test_d37_a_crash_at_any_call_of_any_port_loses_no_finding_and_makes_none_up(
    late: bool, after: int, name: str
) -> None:
    """After it the next turn finds what would have been found, and nothing else: a mark is kept behind what it stands for."""
    corrupt, expected = BROKEN[name]
    for calls in range(200):
        world = World()
        world.clock.instant += 2 * OVERLAP  # the purchase is not new any more
        ports = auditing(world.books, world.purchase, clock=world.clock)
        audit_new(A, [U], auditing=ports, has_time=lambda: True)
        world.burn("k6", 2)
        world.clock.instant += after
        corrupt(world)
        CrashingPort.left, CrashingPort.late = calls, late
        guarded: dict[str, Any] = {
            port: CrashingPort(getattr(ports, port)) for port in ("audits", "books", "purchases", "clock")
        }
        try:
            told = audit_new(A, [U], auditing=replace(ports, **guarded), has_time=lambda: True).audited
        except Crash:
            again = audit_new(A, [U], auditing=ports, has_time=lambda: True).audited
            assert (kinds(again), again.finished) == (expected, True), f"after {calls} calls"
        else:
            assert calls > 8
            assert kinds(told) == expected
            return
    raise AssertionError("it never came to its end")
