"""How a parallel run deals the tests to its workers."""

from __future__ import annotations

from pathlib import Path

import pytest
from xdist.scheduler import LoadScopeScheduling

from tests import rewriting
from tests.dealing import unit_of


def test_a_file_stays_together_and_what_shares_a_local_run_or_an_engine_too() -> None:
    assert unit_of("tests/scenarios/test_cards.py") == unit_of("tests/scenarios/test_zz_clock.py") == "stack"
    assert unit_of("tests/race/test_batch_races.py") == unit_of("tests/local/cloud/test_streams.py") == "dynamo_engine"
    assert unit_of("tests/browser/test_buying.py") == unit_of("tests/browser/test_zz_clock.py") == "tests/browser/"
    for alone in ("tests/scenarios/test_demo.py", "tests/scenarios/plans/test_found.py", "tests/api/test_contract.py"):
        assert unit_of(alone) == alone


def test_what_one_worker_has_rewritten_the_others_load(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And none does what another one has done. The first has no part of its own: it begins at once."""
    monkeypatch.setattr(rewriting, "TESTS", tmp_path)
    monkeypatch.setattr("sys.dont_write_bytecode", False)
    files = [tmp_path / f"test_{number}.py" for number in range(6)]
    for path in files:
        path.write_text("def test_sum():\n    assert sum([1, 2]) == 3\n")
    parts = [rewriting.prepare(request.config, worker, 3) for worker in range(3)]
    assert parts == [[], files[2:4], files[4:]]
    assert len([*tmp_path.rglob("*-pytest-*.pyc")]) == 4
    assert [rewriting.prepare(request.config, worker, 3) for worker in range(3)] == [[], [], []]


def test_xdist_still_asks_us(request: pytest.FixtureRequest) -> None:
    """A hook that nobody calls any more is silent: the tests would be dealt one by one again."""
    assert request.config.hook.pytest_xdist_make_scheduler.spec is not None
    assert callable(vars(LoadScopeScheduling)["_split_scope"])
