"""N21: `make clean-data` takes nothing away from a run that uses it, and nothing that is not a Lotbook's."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from local import ROOT
from local.places import Places
from tests import patience

pytestmark = pytest.mark.process


def clean(directory: Path) -> subprocess.CompletedProcess[str]:
    """As make does it: by its path, without anything installed."""
    environment = {**os.environ, "DATA_DIR": str(directory)}
    return subprocess.run(
        [sys.executable, "-I", "-S", ROOT / "local" / "clean_data.py"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=patience.SECONDS,
    )


@pytest.fixture
def data(tmp_path: Path) -> Path:
    found = tmp_path / "data"
    Places.read({"DATA_DIR": str(found)}).lock().close()
    (found / "engine" / "state").mkdir(parents=True)
    (found / "dev.json").write_text("{}")
    return found


def test_n21_data_that_a_run_uses_stays(data: Path) -> None:
    with Places.read({"DATA_DIR": str(data)}).lock():
        done = clean(data)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"A Lotbook runs with the data in {data}: stop it first. Nothing was removed.\n"
    assert (data / "dev.json").exists()


def test_n4_data_that_the_engine_of_the_run_before_still_writes_stays(data: Path) -> None:
    with (data / "engine" / "lock").open("a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        done = clean(data)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"The run before still writes what it knows to {data}: try again in a moment.\n"
    assert (data / "dev.json").exists()
    assert clean(data).returncode == 0


def test_n21_data_that_nobody_uses_goes(data: Path) -> None:
    done = clean(data)
    assert (done.returncode, done.stderr) == (0, "")
    assert not data.exists()
    again = clean(data)
    assert (again.returncode, again.stdout) == (0, f"There is no data in {data}.\n")


def test_n21_a_folder_of_other_things_stays(tmp_path: Path) -> None:
    """`DATA_DIR=$HOME make clean-data`."""
    (tmp_path / "letters").write_text("")
    done = clean(tmp_path)
    assert done.returncode == 1
    assert "is no data of a Lotbook" in done.stderr
    assert (tmp_path / "letters").exists()


def test_make_does_it_this_way() -> None:
    """And not with a bare `rm -rf`."""
    make = shutil.which("make")
    assert make
    said = subprocess.run([make, "-n", "clean-data"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert "local/clean_data.py" in said
    assert "rm -rf" not in said
