"""Sweeps: one that fails stops nobody, waits longer each time, rings once a day; kinds of work share a run (S4, D31)."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterator
from typing import NoReturn

import pytest
from botocore.exceptions import ClientError

from lotbook.domain.values.errors import BrokenInvariant, PurchaseNotFound, Unavailable
from lotbook.domain.values.instants import DAY, HOUR, MINUTE, SECOND
from lotbook.ports.shop import DueItem
from lotbook.usecases.attempts import MAX_NAMED, MAX_RAISED, raise_failures
from lotbook.usecases.sweeping import (
    FIRST_PAUSE,
    LONGEST_PAUSE,
    LONGEST_PAUSE_UNANSWERED,
    Bounds,
    Swept,
    Work,
    pause_after,
    sweep,
)
from tests.fakes.accounts import ManualClock
from tests.fakes.crashes import Crash
from tests.fakes.sweeps import FakeDue, FakeMemory

ONE_WORKER = Bounds(workers=1)
KINDS = ("hold", "book", "notice")


def _deep(depth: int = 0) -> int:
    return _deep(depth + 1) + 1


def _raise(error: BaseException) -> NoReturn:
    raise error


ANYTHING: dict[str, Callable[[], object]] = {
    "a named outcome": lambda: _raise(PurchaseNotFound()),
    "a defect": lambda: _raise(BrokenInvariant("poisoned")),
    "an error of the store": lambda: _raise(
        ClientError({"Error": {"Code": "ValidationException", "Message": "Item size"}}, "UpdateItem")
    ),
    "an unknown kind": lambda: dict[str, int]()["renewed"],
    "too deep": _deep,
    "an exception of nobody's": lambda: _raise(type("Strange", (Exception,), {})()),
    "the other side": lambda: _raise(Unavailable()),
}


class Index:
    """Due items of some kinds. What is settled is gone; those in `poisoned` raise what is said there."""

    def __init__(self) -> None:
        self.clock = ManualClock("2026-01-15T10:00:00")
        self.left: dict[str, dict[str, DueItem]] = {kind: {} for kind in KINDS}
        self.poisoned: dict[str, Callable[[], object]] = {}
        self.tried: Counter[str] = Counter()
        self.due = FakeDue(lambda kind: list(self.left[kind].values()))
        self.memory = FakeMemory()
        self.milliseconds = 10**9

    def add(self, kind: str, account_id: str, count: int = 1, overdue: int = 0) -> None:
        for _ in range(count):
            item = DueItem(account_id, f"n{len(self.left[kind])}", self.clock.instant - overdue)
            self.left[kind][item.subject] = item

    def work(self, kind: str, bounds: Bounds) -> Work:
        def settle(item: DueItem) -> None:
            self.tried[item.account_id] += 1
            self.milliseconds -= 100
            if item.account_id in self.poisoned:
                self.poisoned[item.account_id]()
            del self.left[kind][item.subject]

        return Work(kind, self.due.due(kind, self.clock.now(), bounds.items), settle, self.due.postpone, bounds)

    def run(self, bounds: Bounds = ONE_WORKER, kinds: tuple[str, ...] = ("hold",)) -> dict[str, Swept]:
        works = [self.work(kind, bounds) for kind in kinds]
        return sweep(works, memory=self.memory, clock=self.clock, time_left=lambda: self.milliseconds)


@pytest.mark.parametrize("raised", ANYTHING)
def test_s4_d31_whatever_one_account_raises_the_others_are_settled_and_it_is_named(
    raised: str, caplog: pytest.LogCaptureFixture
) -> None:
    """S4: in the alarm, in the run's answer, and in what is raised at the end."""
    caplog.set_level(logging.ERROR, "lotbook.alarm")
    index = Index()
    index.add("hold", "bad", overdue=HOUR)
    index.add("hold", "good", 5)
    index.poisoned["bad"] = ANYTHING[raised]
    done = index.run()["hold"]
    assert (done.finished, done.more, index.tried["good"]) == (5, False, 5)
    assert [failure.account_id for failure in done.failures] == ["bad"]
    assert '"what":"hold","account_id":"bad"' in caplog.text
    with pytest.raises(ExceptionGroup, match="1 could not be done: hold n0 of account bad") as failed:
        raise_failures(done.failures, "5 were")
    assert failed.value.exceptions[0].__notes__ == ["hold n0 of account bad"]


def test_s4_what_stops_the_process_is_nobodys_failure() -> None:
    """An exit is not collected. What the run died of was postponed before, and is behind the others in the next one."""
    index = Index()
    index.add("hold", "bad", overdue=HOUR)
    index.add("hold", "good", 2)
    index.poisoned["bad"] = lambda: _raise(Crash())
    with pytest.raises(Crash):
        index.run(Bounds(batch=1, workers=1))
    assert index.tried["good"] == 0
    assert index.run(Bounds(batch=1, workers=1))["hold"].finished == 2


@pytest.mark.slow
def test_s4_832_holds_that_cannot_be_settled_keep_300_of_another_account_waiting_for_one_run_only() -> None:
    """As it was seen on the deployed stack: three runs in a row met the same 200, and the other account was never reached."""
    index = Index()
    index.add("hold", "a", 832, overdue=HOUR)
    index.add("hold", "b", 300)
    index.poisoned["a"] = ANYTHING["a defect"]
    first = index.run()["hold"]
    assert (first.finished, len(first.failures), first.more) == (168, 832, True)
    assert index.run()["hold"].finished == 132
    assert index.tried == {"a": 832, "b": 300}


def test_s4_pauses_double_from_five_minutes_to_a_day() -> None:
    minutes = [pause_after(times) // MINUTE for times in range(1, 12)]
    assert minutes == [5, 10, 20, 40, 80, 160, 320, 640, 1280, 1440, 1440]
    assert pause_after(10**6) == LONGEST_PAUSE
    assert [pause_after(times, LONGEST_PAUSE_UNANSWERED) // MINUTE for times in range(3, 7)] == [20, 40, 60, 60]


def test_s4_a_failing_item_is_tried_after_growing_pauses_and_rings_once_a_day(caplog: pytest.LogCaptureFixture) -> None:
    """S4, D34: a run every five minutes for two days: the tries are few, the rings fewer."""
    caplog.set_level(logging.ERROR, "lotbook.alarm")
    index = Index()
    index.add("hold", "bad")
    index.poisoned["bad"] = ANYTHING["a defect"]
    begun, tries, rings = index.clock.instant, list[int](), 0
    for _ in range(2 * DAY // (5 * MINUTE)):
        before = index.tried["bad"]
        failures = index.run()["hold"].failures
        rings += sum(failure.rings for failure in failures)
        if index.tried["bad"] > before:
            tries.append((index.clock.instant - begun) // MINUTE)
        index.clock.instant += 5 * MINUTE
    assert tries == [0, 5, 15, 35, 75, 155, 315, 635, 1275, 2555]
    assert rings == caplog.text.count("work_failed") == 2
    index.poisoned.clear()
    index.clock.instant += DAY
    assert index.run()["hold"].finished == 1
    assert not index.memory.kept, "what is done is forgotten"


def test_s4_a_failure_that_rang_before_does_not_raise_and_is_in_the_answer_all_the_same() -> None:
    index = Index()
    index.add("hold", "bad")
    index.poisoned["bad"] = ANYTHING["an unknown kind"]
    index.run()
    index.clock.instant += FIRST_PAUSE
    done = index.run()["hold"]
    assert [(failure.account_id, failure.times, failure.rings) for failure in done.failures] == [("bad", 2, False)]
    later = index.clock.instant + pause_after(2)
    assert list(index.due.due("hold", later - 1, 9)) == [], "it is moved at once, not when the next run meets it"
    assert [item.due_at for item in index.due.due("hold", later, 9)] == [later]
    raise_failures(done.failures, "nothing was")


def test_s4_what_somebody_moves_forward_while_it_waits_is_not_tried_again_before_its_pause_is_over() -> None:
    """A busy account writes its own instant into the index again and again."""
    index = Index()
    index.add("hold", "bad")
    index.poisoned["bad"] = ANYTHING["a defect"]
    index.run()
    index.due.moved.clear()
    assert index.run()["hold"].failures == ()
    assert index.tried["bad"] == 1


def test_s4_a_backlog_of_one_kind_leaves_the_others_their_share_of_the_run() -> None:
    """720 holds were lapsed, 20 books settled and no notice said: now each kind has its turns, whatever the others have."""
    index = Index()
    for kind, count in (("hold", 1_000), ("book", 1_000), ("notice", 500)):
        index.add(kind, "acme", count)
    index.milliseconds = 15 * SECOND + 71_900  # 720 items of 100 ms
    done = index.run(kinds=KINDS)
    assert {kind: each.finished for kind, each in done.items()} == {"hold": 240, "book": 240, "notice": 240}
    assert all(each.more for each in done.values())


def test_s4_time_that_one_kind_does_not_need_is_the_others() -> None:
    index = Index()
    index.add("hold", "acme", 30)
    index.add("book", "acme", 1_000)
    index.milliseconds = 15 * SECOND + 50_000
    done = index.run(kinds=KINDS)
    assert (done["hold"], done["notice"]) == (Swept(30, more=False), Swept(0, more=False))
    assert (done["book"].finished, done["book"].more) == (480, True)


def test_s4_a_kind_whose_list_cannot_be_read_keeps_no_other_from_its_work() -> None:
    index = Index()
    index.add("hold", "acme")
    index.add("notice", "acme")

    def broken() -> Iterator[DueItem]:
        raise Unavailable
        yield

    book = Work("book", broken(), lambda _: None, index.due.postpone)
    works = [index.work("hold", Bounds()), book, index.work("notice", Bounds())]
    done = sweep(works, memory=index.memory, clock=index.clock, time_left=lambda: 10**9)
    assert (done["hold"].finished, done["notice"].finished) == (1, 1)
    assert [str(failure) for failure in done["book"].failures] == ["list of what is due: book"]
    assert done["book"].more


def test_s4_a_store_that_cannot_move_an_item_back_keeps_nobody_from_their_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Remembering fails too: both are told."""
    index = Index()
    index.add("hold", "bad", overdue=HOUR)
    index.add("hold", "good")
    index.poisoned["bad"] = ANYTHING["a defect"]
    monkeypatch.setattr(index.memory, "keep", lambda *_: _raise(Unavailable()))
    done = index.run()["hold"]
    assert done.finished == 1
    assert [failure.what for failure in done.failures] == ["hold", "moving back of hold"]


def test_s4_an_alarm_about_many_names_some_and_counts_all() -> None:
    index = Index()
    index.add("hold", "bad", 30)
    index.poisoned["bad"] = ANYTHING["a defect"]
    with pytest.raises(ExceptionGroup, match=f"30 could not be done: .* and {30 - MAX_NAMED} more") as failed:
        raise_failures(index.run()["hold"].failures, "nothing was")
    assert len(failed.value.exceptions) == MAX_RAISED


def test_s4_a_run_says_how_late_the_oldest_work_is_that_it_left() -> None:
    """The age of what was due longest says more than that there is more: a busy schedule always has more."""
    index = Index()
    for minutes in (50, 40, 30, 20):
        index.add("hold", "acme", overdue=minutes * MINUTE)
    assert index.run(bounds=Bounds(items=2, batch=2, workers=1))["hold"].behind == 40 * MINUTE
    index.milliseconds = 0
    assert index.run()["hold"].behind == 30 * MINUTE, "a run without time looks at the list"
    index.milliseconds = 10**9
    done = index.run()["hold"]
    assert (done.more, done.behind) == (False, 0)


def test_s4_a_list_that_cannot_be_read_is_a_failure_and_no_age() -> None:
    index = Index()
    index.milliseconds = 0

    def broken() -> Iterator[DueItem]:
        raise Unavailable
        yield

    work = Work("hold", broken(), lambda _: None, lambda item, _until: item)
    assert sweep([work], memory=index.memory, clock=index.clock, time_left=lambda: 0)["hold"].behind == 0
