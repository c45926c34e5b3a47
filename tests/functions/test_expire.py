"""The handler of the scheduled expiry against the table in memory."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from functions.expire import app
from lotbook import wiring
from lotbook.usecases.sweep_books import Swept


class Context:
    """Lambda's context."""

    def get_remaining_time_in_millis(self) -> int:
        return 60_000


def test_the_schedule_runs_one_sweep_with_the_time_that_lambda_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, object] = {}

    def sweep(**dependencies: object) -> Swept:
        asked.update(dependencies)
        return Swept(3, more=True)

    parts = {name: SimpleNamespace(name=name) for name in ("due_index", "books", "clock", "renew")}
    for name, part in parts.items():
        monkeypatch.setattr(wiring, name, lambda part=part: part)
    monkeypatch.setattr(app, "sweep_books", sweep)
    monkeypatch.setattr(wiring, "outlets", lambda: None)
    monkeypatch.setattr(app, "announce_expiring", lambda **_: 0)
    assert app.handler({"source": "aws.scheduler"}, Context()) == {"settled": 3, "more": True}
    assert asked["time_left"]() == 60_000  # type: ignore[operator]
    assert (asked["due"], asked["books"]) == (parts["due_index"], parts["books"])
    assert (asked["clock"], asked["renew"]) == (parts["clock"], parts["renew"])


def test_a_failed_sweep_fails_the_invocation(monkeypatch: pytest.MonkeyPatch) -> None:
    """D31: an answer of 200 to the scheduler would hide it."""

    def sweep(**_: object) -> Swept:
        raise ExceptionGroup("1 book", [ValueError("poisoned")])

    for name in ("due_index", "books", "clock", "renew"):
        monkeypatch.setattr(wiring, name, lambda: None)
    said: list[object] = []
    monkeypatch.setattr(app, "sweep_books", sweep)
    monkeypatch.setattr(wiring, "outlets", lambda: None)
    monkeypatch.setattr(app, "announce_expiring", lambda **_: said.append(1) or 1)
    with pytest.raises(ExceptionGroup):
        app.handler({}, Context())
    assert said == [1]  # what expires soon was said all the same
