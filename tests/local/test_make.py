"""The Makefile's targets do what `make help` and CONTRIBUTING say. Its commands are taken from `make -n`, so that nothing is installed."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests import patience

ROOT = Path(__file__).resolve().parents[2]
MAKEFILE = (ROOT / "Makefile").read_text()
PYTEST = ".venv/bin/python -m pytest "
pytestmark = pytest.mark.process


def commands(*arguments: str) -> str:
    """What make would do."""
    return subprocess.run(
        ["make", "-n", *arguments], cwd=ROOT, capture_output=True, text=True, check=True, timeout=patience.SECONDS
    ).stdout


def pytest_arguments(*arguments: str) -> list[str]:
    """What a target hands to pytest."""
    (line,) = [line for line in commands(*arguments).splitlines() if PYTEST in line]
    return shlex.split(line.partition(PYTEST)[2])


def collected(*arguments: str) -> set[str]:
    """The tests that pytest would run with these arguments."""
    run = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            *(word for word in arguments if word != "-q"),
            "--collect-only",
            "-q",
            "-n",
            "0",
            "-p",
            "no:cacheprovider",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-2_000:] + run.stderr[-2_000:]
    return {line for line in run.stdout.splitlines() if "::" in line}


# Of each kind of tests one place: collecting all of them takes longer than all of `make test-fast` may.
FAST = ("tests/domain/credits", "tests/usecases/accounts", "tests/api/answers", "tests/operate/test_service_key.py")
LEFT_OUT = (
    "tests/functions/test_notes.py",
    "tests/contracts/test_sweep_memory.py",
    "tests/race/test_batch_races.py",
    "tests/race/test_wire_faults.py",
    "tests/simulation",
    "tests/properties",
    "tests/scenarios/test_holds.py",
    "tests/local/test_run_process.py",
    "tests/local/stand_in/test_refusals.py",
)


def test_n5_make_test_fast_runs_the_rules_without_processes_and_stores_and_nothing_else() -> None:
    """N5: it named a marker that does not exist, and ran nothing. That these start no process, `tests/processes.py` holds."""
    arguments = pytest_arguments("test-fast")
    assert not [word for word in arguments if "tests" in word], "everything is asked, and the marks choose"
    found = collected(*arguments, *FAST, *LEFT_OUT)
    assert {place for place in FAST if any(test.startswith(place) for test in found)} == set(FAST)
    assert {place for place in LEFT_OUT if any(test.startswith(place) for test in found)} == set()
    assert len(found) > 200


def test_make_test_of_one_room_runs_that_room_in_every_layer_and_nothing_else() -> None:
    assert set(pytest_arguments("test", "ROOM=credits")) == {"-q", "tests/domain/credits", "tests/usecases/credits"}


def test_a_room_that_is_not_there_is_named_with_those_that_are_before_anything_is_installed() -> None:
    said = subprocess.run(["make", "test", "ROOM=credit"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert said.returncode == 2
    assert "There is no room credit " in said.stderr
    assert " credits " in said.stderr
    assert "Installing" not in said.stdout


def test_make_test_checks_validates_and_runs_every_test() -> None:
    """Whatever the ways of installing: what CI runs leaves nothing out."""
    done = commands("test")
    for part in ("ruff format --check", "ruff check", "-m mypy", "samcli validate --lint"):
        assert part in done, part
    assert pytest_arguments("test") == ["-n", "3"]


def test_every_phony_target_is_listed_with_what_it_does() -> None:
    (phony,) = re.findall(r"^\.PHONY: (.+)$", MAKEFILE, re.MULTILINE)
    help_text = subprocess.run(
        ["make", "--no-print-directory", "help"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    listed = {line.split()[1] for line in help_text.splitlines()}
    assert set(phony.split()) == listed
