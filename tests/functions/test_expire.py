"""The handler of the scheduled expiry: three kinds of due work in one run, and what it says about them."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from functions.expire import app
from lotbook import wiring
from lotbook.domain.values.errors import BrokenInvariant
from lotbook.ports.shop import DueItem
from lotbook.usecases.going_on import Onward
from lotbook.usecases.sweeping import FIRST_PAUSE, Work
from tests.fakes.accounts import ManualClock
from tests.fakes.sweeps import FakeMemory, FakeNextRun

RUNS = FakeNextRun()
PARTS = {"holds_due": "hold", "books_due": "book", "notices_due": "notice"}


class Context:
    """Lambda's context."""

    invoked_function_arn = "arn:aws:lambda:us-east-1:000000000000:function:lotbook-test-sweep"

    left = 60_000

    def get_remaining_time_in_millis(self) -> int:
        return self.left


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """One item of each kind that is due; whose is finished is noted. `acme` of a kind in `poisoned` raises."""
    done = list[str]()
    desk = SimpleNamespace(clock=ManualClock())
    monkeypatch.setattr("lotbook.api.http.metrics.settings", lambda: SimpleNamespace(stage="test"))
    monkeypatch.setattr(wiring, "due_index", lambda: "index")
    monkeypatch.setattr(wiring, "credit_desk", lambda: desk)
    monkeypatch.setattr(wiring, "outlets", lambda: "outlets")
    memory = FakeMemory()
    monkeypatch.setattr(wiring, "sweep_memory", lambda: memory)
    monkeypatch.setattr(app, "onward", lambda: Onward(memory, desk.clock, RUNS))
    RUNS.begun.clear()

    def part(kind: str) -> Callable[..., Work]:
        def work(**ports: object) -> Work:
            assert ports == {"due": "index", **({"outlets": "outlets"} if kind == "notice" else {"desk": desk})}
            items = [DueItem("acme", kind, 1), DueItem("other", kind, 2)]
            return Work(kind, items, settle, lambda item, _until: item)

        def settle(item: DueItem) -> None:
            if f"{item.account_id} {kind}" in poisoned:
                raise BrokenInvariant(kind)
            done.append(kind)

        return work

    for name, kind in PARTS.items():
        monkeypatch.setattr(app, name, part(kind))
    poisoned.clear()
    return done


poisoned = set[str]()


def test_the_schedule_does_three_kinds_of_work_in_one_run_with_the_time_that_lambda_leaves(ran: list[str]) -> None:
    answer: dict[str, Any] = {"lapsed": 2, "turned": 2, "notices": 2, "more": False, "failed": []}
    assert app.handler({"source": "aws.scheduler"}, Context()) == answer
    assert sorted(ran) == ["book", "book", "hold", "hold", "notice", "notice"]
    late = Context()
    late.left = 1
    answer = {"lapsed": 0, "turned": 0, "notices": 0, "more": True, "failed": []}
    assert app.handler({"source": "aws.scheduler"}, late) == answer
    ((function, event),) = RUNS.begun
    assert (function, event["source"], event["chain"]["number"]) == (late.invoked_function_arn, "aws.scheduler", 2)


@pytest.mark.parametrize("work", PARTS.values())
def test_s4_each_work_has_runs_of_its_own_and_goes_on_with_that_work(ran: list[str], work: str) -> None:
    """A backlog of one takes no time from the others: none of them is in its runs."""
    answer = app.handler({"work": work}, Context())
    assert (ran, answer["more"], RUNS.begun) == ([work, work], False, [])
    late = Context()
    late.left = 1
    app.handler({"work": work}, late)
    assert [event["work"] for _, event in RUNS.begun] == [work]


def test_a_work_that_is_none_is_refused(ran: list[str]) -> None:
    with pytest.raises(KeyError, match="books"):
        app.handler({"work": "books"}, Context())


@pytest.mark.parametrize("failing", PARTS.values())
def test_s4_d31_one_that_fails_fails_the_invocation_after_all_others_were_done(ran: list[str], failing: str) -> None:
    """S4, D31: an answer of 200 to the scheduler would hide it. It names the account, and rings once."""
    poisoned.add(f"acme {failing}")
    with pytest.raises(ExceptionGroup, match=f"{failing} {failing} of account acme"):
        app.handler({}, Context())
    assert sorted(ran) == sorted([*PARTS.values(), *({*PARTS.values()} - {failing})])
    ran.clear()
    wiring.credit_desk().clock.instant += FIRST_PAUSE  # type: ignore[attr-defined]
    failed = {"what": failing, "account_id": "acme", "name": failing, "times": 2, "error": "BrokenInvariant"}
    assert app.handler({}, Context())["failed"] == [failed]


def test_s4_the_runs_figures_say_what_failed_and_that_there_is_more(
    ran: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    poisoned.add("acme hold")
    with pytest.raises(ExceptionGroup):
        app.handler({}, Context())
    assert '"job":"expire","lapsed":1,"turned":2,"notices":2,"failed":1,"more":0' in capsys.readouterr().out
