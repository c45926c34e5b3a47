"""`make demo` plays to its end, and is loud when a figure is wrong."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from local.demo import demo
from local.demo.demo_shop import DemoFailed, Shop
from local.demo.demo_tour import one_month_after, one_year_after
from tests.local import hostile
from tests.scenarios.conftest import ROOT

VENDORS = ("InsureStack", "Make", "9Pic", "GoContent", "Diaflow")


@pytest.mark.process
def test_n2_n3_the_tour_plays_to_its_end_for_all_five_vendors_in_any_surroundings(tmp_path: Path) -> None:
    if not (ROOT / ".venv-engine" / "bin" / "ministack").exists():
        pytest.skip("the local engine is not installed: make install")
    played = subprocess.run(
        [sys.executable, "-m", "local", "demo"],
        cwd=ROOT,
        env={**os.environ, **hostile.environment(tmp_path)},
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert played.returncode == 0, played.stdout[-3_000:] + played.stderr
    assert all(f"\n{vendor}: " in played.stdout for vendor in VENDORS)
    assert played.stdout.endswith("Every figure is what its rule says.\n")


class WrongShop(Shop):
    """Answers like a shop in which a new InsureStack account has 11 free credits."""

    def __init__(self) -> None:
        self.accounts = {}

    def open_like(self, vendor: str, plan_id: str | None = None) -> str:
        return vendor

    def done(self, method: str, path: str, body: object = None) -> object:
        return {"lots": [{"kind": "free", "remaining": 11}], "available": 11}

    def now(self) -> str:
        return "2026-01-31T00:00:00Z"

    def set_clock(self, now: str, *, frozen: bool = True) -> None:
        pass


@contextmanager
def wrong_run() -> Iterator[Shop]:
    yield WrongShop()


@contextmanager
def no_run() -> Iterator[Shop]:
    raise DemoFailed("the local run did not start")
    yield


def test_a_figure_that_is_not_what_its_rule_says_ends_the_tour_with_its_name(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(demo, "own_run", wrong_run)
    monkeypatch.setattr(sys, "argv", ["demo"])
    assert demo.main() == 1
    assert "DIFFERENCE: insurestack" in (said := capsys.readouterr().err)
    assert "IS-41 says [('free', 10)], Lotbook says [('free', 11)]" in said


def test_a_tour_that_cannot_start_says_so(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(demo, "own_run", no_run)
    monkeypatch.setattr(sys, "argv", ["demo"])
    assert demo.main() == 1
    assert capsys.readouterr().err == "\nThe tour stopped: the local run did not start\n"


@pytest.mark.parametrize(
    ("start", "month_later", "year_later"),
    [
        ("2024-01-31", "2024-02-29", "2025-01-31"),
        ("2025-01-30", "2025-02-28", "2026-01-30"),
        ("2024-02-29", "2024-03-29", "2025-02-28"),
        ("2025-12-31", "2026-01-31", "2026-12-31"),
    ],
)
def test_the_tours_own_calendar_is_right_on_every_day_that_it_may_be_played(
    start: str, month_later: str, year_later: str
) -> None:
    when = datetime.fromisoformat(start).replace(tzinfo=UTC) + timedelta(hours=10)
    assert one_month_after(when).isoformat()[:10] == month_later
    assert one_year_after(when).isoformat()[:10] == year_later
