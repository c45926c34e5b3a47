"""`python -m local COMMAND`, which the Makefile starts: a signal ends a command in one line."""

from __future__ import annotations

import importlib
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from local import ROOT
from local.__main__ import COMMANDS, main
from local.ending import INTERRUPTED
from local.stopping import ASKING
from operate.command.start import words
from tests import patience

MAKEFILE = (Path(__file__).resolve().parents[2] / "Makefile").read_text()


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    """This process's own answers to signals, given back."""
    before = {number: signal.getsignal(number) for number in ASKING}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", ASKING)
def test_a_signal_while_a_command_works_is_one_line(
    number: signal.Signals, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted() -> int:
        signal.raise_signal(number)
        return 0

    monkeypatch.setattr(importlib, "import_module", lambda _: SimpleNamespace(main=interrupted))
    monkeypatch.setattr(sys, "argv", ["local"])
    assert main(["demo"]) == INTERRUPTED
    assert capsys.readouterr().err == "\nInterrupted.\n"


def test_ctrl_c_while_its_modules_load_ends_it_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Python's own handler would print where in some library the import was."""
    while_loading = []

    def load(name: str) -> SimpleNamespace:
        while_loading.append((name, signal.getsignal(signal.SIGINT)))
        return SimpleNamespace(main=lambda: 0)

    monkeypatch.setattr(importlib, "import_module", load)
    monkeypatch.setattr(sys, "argv", ["local"])
    assert main(["audit", "--account", "acme"]) == 0
    assert while_loading == [("local.audit", signal.SIG_DFL)]
    assert sys.argv == ["make audit", "--account", "acme"]


@pytest.mark.parametrize("arguments", [[], ["nothing"], ["engine_main"]])
def test_what_is_no_command_is_told_which_there_are(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    assert "run|demo|audit" in capsys.readouterr().err


def test_the_makefile_starts_what_runs_long_this_way() -> None:
    assert set(re.findall(r"python -m local (\w+)", MAKEFILE)) == set(COMMANDS)


def test_what_is_a_command_of_lotbook_is_nothing_else_under_make() -> None:
    """Two that do the same come apart: the targets only install what the command needs, and name its words."""
    named = re.findall(r"@\./lotbook ([a-z]+(?: [a-z]+)?)", MAKEFILE)
    assert sorted(named) == ["policies check", "policies publish", "reconcile"]
    commands: Any = words()
    for each in named:
        found = commands
        for word in each.split():
            found = found.commands[word]


@pytest.mark.process
@pytest.mark.parametrize("module", ["local", "operate.command"])
def test_n15_a_python_without_the_packages_is_told_in_one_sentence(module: str) -> None:
    """As `python3 -m operate.command policies check`, pasted on a fresh machine."""
    done = subprocess.run(
        [sys.executable, "-S", "-m", module],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=patience.SECONDS,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("Lotbook's packages are not installed for ")
    assert ".venv/bin/python" in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.process
def test_what_a_terminal_has_no_letters_for_is_no_traceback(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("a: !!zł 1\n", encoding="utf-8")
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(
        [sys.executable, "-m", "operate.command", "policies", "check", str(path)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=patience.SECONDS,
        check=False,
    )
    assert (done.returncode, done.stderr) == (1, "")
    assert "cannot be read" in done.stdout


@pytest.mark.process
@pytest.mark.skipif(shutil.which("bash") is None, reason="no bash to make a pipe with")
def test_a_reader_that_has_enough_is_no_traceback() -> None:
    """`lotbook policies check | head -0`. Typer ends such a one with 1, as what it had to say was not heard."""
    pipe = f"set -o pipefail; '{sys.executable}' -m operate.command policies check | true"
    done = subprocess.run(
        ["bash", "-c", pipe], cwd=ROOT, capture_output=True, text=True, timeout=patience.SECONDS, check=False
    )
    assert done.returncode in (0, 1)
    assert done.stderr == ""
