"""N2, N3: whatever a developer's machine has set changes nothing. The run itself (`stack`) has it all around it, and so have its commands."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import patience
from tests.local import hostile
from tests.scenarios.conftest import ROOT, Stack

BEFORE = ["--from", "2026-01-01", "--to", "2026-01-02"]  # the run began: other scenarios leave differences on purpose
RECONCILE = [str(ROOT / "lotbook"), "reconcile", *BEFORE]
AUDIT = [sys.executable, "-m", "local", "audit"]


@pytest.mark.parametrize(("command", "said"), [(RECONCILE, "0 open"), (AUDIT, " ok\n")], ids=["reconcile", "audit"])
def test_n2_n3_a_command_asks_the_run_and_nobody_else(
    stack: Stack, tmp_path: Path, command: list[str], said: str
) -> None:
    """Profiles, credentials and endpoints of an account, proxies, settings of another engine."""
    surroundings = {**os.environ, **hostile.environment(tmp_path), "DATA_DIR": str(stack.directory)}
    done = subprocess.run(
        command, cwd=ROOT, env=surroundings, capture_output=True, text=True, timeout=patience.SECONDS, check=False
    )
    assert done.returncode == 0, done.stderr
    assert said in done.stdout


def test_s12_what_a_run_keeps_is_its_owners_alone(stack: Stack) -> None:
    kept = [path for path in stack.directory.rglob("*") if path.name != "run.log"]  # that one is made by the tests
    assert kept
    assert [path for path in kept if path.exists() and path.stat().st_mode & 0o077] == []
