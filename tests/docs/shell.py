"""A reader's terminal: one bash for a page, a block after the other, as they are pasted."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import IO

from tests import patience

ROOT = Path(__file__).resolve().parents[2]
# What is installed already is not installed again; every call's status is kept, for a refusal is no error of curl's.
HEAD = f"""
set -euo pipefail
make() {{ command make -o .venv/.run-installed -o .venv-engine/.engine-installed "$@"; }}
curl() {{ command curl -sS --max-time {int(patience.SECONDS)} -w '%{{stderr}}@status %{{http_code}}\\n' "$@"; }}
"""
END = "@end of block"


class Shell:
    """Pastes blocks. `errors` is a file that takes what they say beside their output."""

    def __init__(self, environment: Mapping[str, str], errors: Path) -> None:
        self._errors, self._read = errors, 0
        usual = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
        self._process = subprocess.Popen(
            ["bash", "--norc"],
            cwd=ROOT,
            env=usual | dict(environment),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors.open("wb"),
            text=True,
        )
        self.paste(HEAD)

    def paste(self, block: str) -> tuple[str, list[int]]:
        """What the block printed, and the statuses of its calls. Raises AssertionError where a command of it failed."""
        stdin, stdout = self._pipes()
        stdin.write(f"{block}\nprintf '\\n{END}\\n'\n")
        stdin.flush()
        printed: list[str] = []
        for line in stdout:
            if line.strip() == END:
                return "".join(printed), self._statuses()
            printed.append(line)
        raise AssertionError(f"{block}\n{''.join(printed)}\n{self._errors.read_text()[self._read :]}")

    def _pipes(self) -> tuple[IO[str], IO[str]]:
        assert self._process.stdin
        assert self._process.stdout
        return self._process.stdin, self._process.stdout

    def _statuses(self) -> list[int]:
        said = self._errors.read_text()[self._read :]
        self._read += len(said)
        return [int(line.split()[1]) for line in said.splitlines() if line.startswith("@status ")]

    def close(self) -> None:
        for pipe in self._pipes():
            pipe.close()
        self._process.wait(patience.SECONDS)
