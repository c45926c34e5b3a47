"""`make audit` against the running stack. Last of all: it is about whatever the other scenarios did, those by the clock too."""

from __future__ import annotations

import os
import re
import subprocess
import sys

from tests import patience
from tests.scenarios.conftest import ROOT, Stack


def audit(stack: Stack, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command of `make audit` beside the running stack."""
    environment = {**os.environ, "DATA_DIR": str(stack.directory)}
    return subprocess.run(
        [sys.executable, "-m", "local", "audit", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=patience.SECONDS,
    )


def test_d37_whatever_the_other_scenarios_did_every_ledger_explains_its_books(stack: Stack) -> None:
    """D37: a table of accounts, and nothing differs."""
    done = audit(stack)
    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].split() == ["account", "books", "entries", "purchases"]
    assert len(lines) > 1
    assert all(line.endswith(" ok") for line in lines[1:])


def test_d37_one_account_can_be_looked_at_alone(stack: Stack) -> None:
    account = next(iter(stack.dev["accounts"]))
    done = audit(stack, "--account", account)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(rf"^{account}\s+\d+\s+\d+\s+\d+\s+ok$", done.stdout, re.MULTILINE)


def test_an_account_that_does_not_exist_is_not_called_in_order(stack: Stack) -> None:
    done = audit(stack, "--account", "nobody")
    assert (done.returncode, done.stdout) == (1, "")
    assert "There is no account nobody" in done.stderr
