"""How a parallel run deals the tests to its workers."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from xdist.scheduler import LoadScopeScheduling

from tests import patience, rewriting
from tests.dealing import ROOT, turn_of, unit_of

CONFTEST = """
import pytest
from tests import dealing

@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item, nextitem):
    ended = yield
    dealing.end_what_was_shared(item, nextitem)
    return ended

dealing.unit_of = lambda file: file.rpartition("/")[2]
"""


def test_a_file_stays_together_and_what_shares_a_local_run_or_an_engine_too() -> None:
    assert unit_of("tests/scenarios/test_cards.py") == unit_of("tests/scenarios/test_aa_clock.py") == "stack"
    assert unit_of("tests/race/test_batch_races.py") == unit_of("tests/local/cloud/test_streams.py") == "dynamo_engine"
    assert unit_of("tests/browser/test_buying.py") == unit_of("tests/browser/test_zz_clock.py") == "tests/browser/"
    for alone in ("tests/scenarios/test_demo.py", "tests/scenarios/plans/test_found.py", "tests/api/test_contract.py"):
        assert unit_of(alone) == alone


def test_the_longest_units_are_dealt_first() -> None:
    """A worker that begins with a long unit at the end would have it alone, and the others nothing."""
    places = [
        "tests/scenarios/test_cards.py",
        "tests/browser/test_buying.py",
        "tests/race/test_batch_races.py",
        "tests/scenarios/plans/test_found.py",
        "tests/local/test_run_process.py",
        "tests/mutation/test_counts.py",
        "tests/api/test_contract.py",
    ]
    turns = [turn_of(f"{place}::test_one") for place in places]
    assert turns == sorted(set(turns))


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


UNITS = """
import pytest

@pytest.fixture(scope="session")
def stack():
    print("@begins")
    yield
    print("@ends")

def test_one(stack: object) -> None: print("@one")
def test_two(stack: object) -> None: print("@two")
"""


@pytest.mark.process
def test_what_a_unit_shares_ends_when_its_worker_goes_on_to_another_one(tmp_path: Path) -> None:
    """In a session of its own, in which every file is a unit but those that ask for the stack."""
    (tmp_path / "conftest.py").write_text(CONFTEST)
    (tmp_path / "test_a.py").write_text(UNITS)
    (tmp_path / "test_b.py").write_text("def test_three() -> None: print('@three')\n")
    command = [sys.executable, "-m", "pytest", "-s", "-q", "-p", "no:cacheprovider", "-c", "/dev/null", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=patience.SECONDS, check=False)
    said = [line[line.index("@") + 1 :] for line in done.stdout.splitlines() if "@" in line]
    assert said == ["begins", "one", "two", "ends", "three"], done.stdout + done.stderr


def test_xdist_still_asks_us(request: pytest.FixtureRequest) -> None:
    """A hook that nobody calls any more is silent: the tests would be dealt one by one again."""
    assert request.config.hook.pytest_xdist_make_scheduler.spec is not None
    assert callable(vars(LoadScopeScheduling)["_split_scope"])
