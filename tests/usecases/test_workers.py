"""What is done side by side is done in the name of who asked for it: the local run holds a function's threads to its permissions."""

from __future__ import annotations

from collections.abc import Iterator
from contextvars import ContextVar
from typing import Any

import pytest

from lotbook.domain.news.announcements import PurchaseWritten
from lotbook.ports.shop import DueItem
from lotbook.usecases.news import deliver_changes
from lotbook.usecases.sweeping import Bounds, Work
from tests.fakes.accounts import ManualClock
from tests.fakes.purchases import a_purchase
from tests.fakes.sweeps import swept

WHO: ContextVar[str | None] = ContextVar("who", default=None)


@pytest.fixture(autouse=True)
def expire() -> Iterator[None]:
    token = WHO.set("expire")
    yield
    WHO.reset(token)


def test_a_sweep_is_done_in_the_name_of_its_caller() -> None:
    seen = list[str | None]()
    items = [DueItem("acme", str(number), 1) for number in range(9)]
    work = Work("hold", items, lambda _item: seen.append(WHO.get()), lambda item, _until: item, Bounds(batch=5))
    swept(work, ManualClock())
    assert seen == ["expire"] * 9


def test_changes_are_delivered_in_the_name_of_their_caller(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = list[str | None]()
    monkeypatch.setattr(deliver_changes, "_deliver", lambda *_: seen.append(WHO.get()))
    changes: Any = {str(number): PurchaseWritten(None, a_purchase(account_id=f"a{number}")) for number in range(9)}
    parts: Any = {"statement": None, "outlets": None}
    assert deliver_changes.deliver_changes(changes, **parts) == {}
    assert seen == ["expire"] * 9
