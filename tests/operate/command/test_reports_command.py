"""`lotbook reports` reads a report to its end, or says that it did not."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from operate.command import reports
from operate.command.api import Api
from operate.command.refusal import Refusal

REQUEST: dict[str, Any] = {"path": {"report": "tax"}, "query": {"month": "2026-11"}}


class Endless:
    """Each page has a next one."""

    def ask(self, _operation: object, **_asked: Any) -> dict[str, Any]:
        return {"next_cursor": "more"}

    def csv(self, _operation: object, **_asked: Any) -> SimpleNamespace:
        return SimpleNamespace(text="name\nline\n", next_cursor="more")


@pytest.mark.parametrize("read", [reports._pages, reports._csv])
def test_a_report_that_is_longer_than_the_bound_is_not_shown_as_whole(
    read: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reports, "MOST_PAGES", 3)
    pages = read(cast(Api, Endless()), REQUEST)
    assert len([next(pages) for _ in range(3)]) == 3
    with pytest.raises(Refusal, match="what was shown is not all"):
        next(pages)
