"""What is tried: whatever it raises is kept, what stops the process is passed on, and threads are for what is done side by side."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from threading import Barrier, get_ident
from typing import NoReturn

import pytest

from lotbook.domain.values.errors import Conflict
from lotbook.usecases.attempts import Attempted, attempt, attempt_all
from tests import patience
from tests.fakes.crashes import Crash

WHO: ContextVar[str] = ContextVar("who", default="nobody")
WAYS: dict[str, Callable[[Callable[[], object]], Attempted[object]]] = {
    "alone": attempt,
    "in turns": lambda work: attempt_all((work, int), 1)[0],
    "side by side": lambda work: attempt_all((work, int), 2)[0],
}


def raising(error: BaseException) -> Callable[[], NoReturn]:
    def work() -> NoReturn:
        raise error

    return work


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("error", [Conflict(), KeyError("a defect"), OSError("a library's"), StopIteration()])
def test_s4_whatever_a_work_raises_is_kept_and_nobody_else_hears_of_it(way: str, error: Exception) -> None:
    found = WAYS[way](raising(error))
    assert (found.error, found.answer) == (error, None)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("error", [SystemExit(1), KeyboardInterrupt(), Crash()])
def test_what_stops_the_process_is_passed_on(way: str, error: BaseException) -> None:
    with pytest.raises(type(error)):
        WAYS[way](raising(error))


def test_answers_come_in_the_order_of_the_works() -> None:
    works = [lambda number=number: number for number in range(9)]
    assert [each.answer for each in attempt_all(works, 3)] == list(range(9))
    assert attempt_all([], 3) == []


def test_one_work_has_no_thread_of_its_own_and_many_stand_beside_each_other() -> None:
    mine = get_ident()
    assert attempt(get_ident).answer == mine
    assert [each.answer for each in attempt_all([get_ident], 8)] == [mine]
    assert [each.answer for each in attempt_all([get_ident, get_ident], 1)] == [mine, mine]
    together = Barrier(3, timeout=patience.SECONDS)  # broken where the three do not wait for each other at once
    assert [each.error for each in attempt_all([together.wait] * 3, 3)] == [None] * 3


@pytest.mark.parametrize("way", WAYS)
def test_a_work_is_done_in_the_name_of_its_caller_and_changes_nothing_of_it(way: str) -> None:
    seen = list[str]()

    def work() -> None:
        seen.append(WHO.get())
        WHO.set("somebody else")

    token = WHO.set("the caller")
    try:
        WAYS[way](work)
        assert (seen, WHO.get()) == (["the caller"], "the caller")
    finally:
        WHO.reset(token)
