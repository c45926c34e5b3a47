"""The handler of the scheduled expiry against the table in memory."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import pytest

from functions.expire import app
from lotbook import wiring
from lotbook.usecases.credits.expiry import Swept


class Context:
    """Lambda's context."""

    def get_remaining_time_in_millis(self) -> int:
        return 60_000


def test_the_schedule_runs_one_sweep_with_the_time_that_lambda_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, object] = {}

    def sweep(**dependencies: object) -> Swept:
        asked.update(dependencies)
        return Swept(3, more=True)

    parts = {name: SimpleNamespace(name=name) for name in ("due_index", "credit_desk")}
    for name, part in parts.items():
        monkeypatch.setattr(wiring, name, lambda part=part: part)
    holds: dict[str, object] = {}

    def sweep_holds(**dependencies: object) -> Swept:
        holds.update(dependencies)
        return Swept(2, more=False)

    monkeypatch.setattr(app, "sweep_books", sweep)
    monkeypatch.setattr(app, "sweep_holds", sweep_holds)
    monkeypatch.setattr(wiring, "outlets", lambda: None)
    monkeypatch.setattr(app, "announce_expiring", lambda **_: 0)
    assert app.handler({"source": "aws.scheduler"}, Context()) == {"lapsed": 2, "settled": 3, "more": True}
    assert (holds["due"], holds["desk"]) == (asked["due"], asked["desk"])
    assert asked["time_left"]() == 60_000  # type: ignore[operator]
    assert (asked["due"], asked["desk"]) == (parts["due_index"], parts["credit_desk"])


@pytest.mark.parametrize("failing", ["sweep_holds", "sweep_books", "announce_expiring"])
def test_d_31_a_failed_sweep_fails_the_invocation_after_the_others_ran(
    monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    """D31: an answer of 200 to the scheduler would hide it."""
    ran: list[str] = []

    def part(name: str, answer: object) -> Callable[..., object]:
        def run(**_: object) -> object:
            ran.append(name)
            if name == failing:
                raise ExceptionGroup("1 of them", [ValueError("poisoned")])
            return answer

        return run

    for name in ("due_index", "credit_desk", "outlets"):
        monkeypatch.setattr(wiring, name, lambda: None)
    for name, answer in (("sweep_holds", Swept(0, False)), ("sweep_books", Swept(0, False)), ("announce_expiring", 0)):
        monkeypatch.setattr(app, name, part(name, answer))
    with pytest.raises(ExceptionGroup):
        app.handler({}, Context())
    assert ran == ["sweep_holds", "sweep_books", "announce_expiring"]
