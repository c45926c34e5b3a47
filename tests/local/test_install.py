"""`requirements/install.sh`, and the Makefile that calls it: what is set for other programs in Python changes nothing here."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from local import ROOT
from tests import patience

pytestmark = pytest.mark.process
PYTHON = """#!/bin/sh
case "$1 $2" in
"-m venv") mkdir -p "$3/bin" && cp "$0" "$3/bin/python" ;;
"-m pip") [ "$3" = --version ] || { env >"$SEEN"; echo "$@" >"$SEEN.arguments"; } ;;
*) exec REAL "$@" ;;
esac
"""
HOSTILE = {
    "PIP_USER": "1",
    "PIP_TARGET": "/nonexistent",
    "PIP_PREFIX": "/nonexistent",
    "PIP_ROOT": "/nonexistent",
    "PIP_PYTHON": "/nonexistent/python",
    "PIP_CONSTRAINT": "/nonexistent.txt",
    "PIP_NO_BINARY": ":all:",
    "PIP_REQUIRE_VIRTUALENV": "1",
    "PIP_DRY_RUN": "1",
    "PYTHONHOME": "/nonexistent",
    "PYTHONPATH": "/nonexistent",
    "PYTHONSAFEPATH": "1",
    "PYTHONOPTIMIZE": "2",
    "PYTHONWARNINGS": "error",
    "PYTHONDONTWRITEBYTECODE": "1",
}
KEPT = {
    "PIP_INDEX_URL": "https://mirror.example/simple",
    "PIP_CERT": "/etc/company.pem",
    "PIP_PROXY": "http://proxy.example:3128",
    "HTTPS_PROXY": "http://proxy.example:3128",
}


def test_what_is_set_for_pip_and_python_leads_no_installation_astray(tmp_path: Path) -> None:
    """Where to fetch from is kept: a company's mirror, its certificate, its proxy."""
    script = tmp_path / "requirements" / "install.sh"
    script.parent.mkdir()
    shutil.copy(ROOT / "requirements" / "install.sh", script)
    (tmp_path / "requirements" / "run.txt").write_text("one==1\n")
    python = tmp_path / "python"
    python.write_text(PYTHON.replace("REAL", sys.executable))
    python.chmod(0o755)
    seen = tmp_path / "seen"
    environment = {**os.environ, **HOSTILE, **KEPT, "PYTHON": str(python), "SEEN": str(seen)}
    done = subprocess.run(
        [script, ".venv", "run"], env=environment, capture_output=True, text=True, timeout=patience.SECONDS
    )
    assert done.returncode == 0, done.stderr
    found = dict(line.partition("=")[::2] for line in seen.read_text().splitlines())
    assert not set(HOSTILE) & set(found)
    assert {name: found.get(name) for name in KEPT} == KEPT
    assert "--no-user" in Path(f"{seen}.arguments").read_text(), "nor does a configuration file"
    assert (tmp_path / ".venv" / ".run-installed").exists()


def test_make_starts_nothing_with_another_pythons_settings(tmp_path: Path) -> None:
    make = shutil.which("make")
    assert make
    (tmp_path / "Makefile").write_text(f"include {ROOT / 'Makefile'}\nshown:\n\t@env\n")
    environment = {**os.environ, **{name: value for name, value in HOSTILE.items() if name.startswith("PYTHON")}}
    done = subprocess.run([make, "shown"], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    found = {line.partition("=")[0] for line in done.stdout.splitlines()}
    assert not {name for name in HOSTILE if name.startswith("PYTHON")} & found
