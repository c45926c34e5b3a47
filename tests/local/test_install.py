"""`requirements/install.sh`, and the Makefile that calls it: what is set for other programs in Python changes nothing here."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib import util
from pathlib import Path
from types import ModuleType

import pytest

from local import ROOT
from tests import patience

pytestmark = pytest.mark.process
PYTHON = """#!/bin/sh
case "$1 $2" in
"-m venv") mkdir -p "$4/bin" && cp "$0" "$4/bin/python" ;;
"-m pip")
    case "$3" in
    config) echo ":env:.cert='$PIP_CERT'" && echo ":env:.index-url='$PIP_INDEX_URL'" && exit ;;
    esac
    [ "$3" = --version ] || { env >"$SEEN"; echo "$@" >"$SEEN.arguments"; exit ${ENDS_OF_PIP:-0}; } ;;
*) exec REAL "$@" ;;
esac
"""
UV = """#!/bin/sh
env >"$SEEN.uv"
echo "$@" >"$SEEN.uv.arguments"
exit ${ENDS_OF_UV:-0}
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
    "UV_SYSTEM_PYTHON": "1",
    "UV_TARGET": "/nonexistent",
    "UV_CONSTRAINT": "/nonexistent.txt",
    "UV_NO_BINARY": ":all:",
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


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The scripts, a set of one package, a Python that installs nothing, and a uv that does the same."""
    for name in ("requirements", ".venv-uv/bin"):
        (tmp_path / name).mkdir(parents=True)
    for script in ("install.sh", "with_uv.py"):
        shutil.copy(ROOT / "requirements" / script, tmp_path / "requirements" / script)
    for chosen in ("run", "uv"):
        (tmp_path / "requirements" / f"{chosen}.txt").write_text("one==1\n")
    for name, text in (("python", PYTHON.replace("REAL", sys.executable)), (".venv-uv/bin/uv", UV)):
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    (tmp_path / ".venv-uv/bin/python").symlink_to(tmp_path / "python")
    return tmp_path


def install(checkout: Path, folder: str = ".venv", chosen: str = "run", **given: str) -> str:
    """What the installation said; it succeeds, and has left its stamp."""
    outer = {name: value for name, value in os.environ.items() if not name.startswith(("SSL_", "UV_", "PIP_"))}
    surroundings = {
        **outer,
        **HOSTILE,
        **KEPT,
        "PYTHON": str(checkout / "python"),
        "SEEN": str(checkout / "seen"),
        "DOTS": "",
    }
    done = subprocess.run(
        [checkout / "requirements" / "install.sh", folder, chosen],
        env={**surroundings, **given},
        capture_output=True,
        text=True,
        timeout=patience.SECONDS,
    )
    assert done.returncode == 0, done.stderr
    assert (checkout / folder / f".{chosen}-installed").exists()
    return done.stdout


def seen(checkout: Path, which: str) -> dict[str, str]:
    return dict(line.partition("=")[::2] for line in (checkout / which).read_text().splitlines())


def test_what_is_set_for_pip_and_python_leads_no_installation_astray(checkout: Path) -> None:
    """Where to fetch from is kept: a company's mirror, its certificate, its proxy."""
    shutil.rmtree(checkout / ".venv-uv")
    install(checkout)
    found = seen(checkout, "seen")
    assert not {name for name in HOSTILE if not name.startswith("UV_")} & set(found)
    assert {name: found.get(name) for name in KEPT} == KEPT
    assert "--no-user" in (checkout / "seen.arguments").read_text(), "nor does a configuration file"


def test_uv_installs_where_it_is_there_from_where_pip_is_told_to_fetch(checkout: Path) -> None:
    install(checkout)
    assert not (checkout / "seen").exists(), "pip was not asked"
    found = seen(checkout, "seen.uv")
    assert not set(HOSTILE) & set(found)
    assert found["UV_DEFAULT_INDEX"] == KEPT["PIP_INDEX_URL"]
    assert found["SSL_CERT_FILE"] == KEPT["PIP_CERT"]
    assert found["HTTPS_PROXY"] == KEPT["HTTPS_PROXY"]
    arguments = (checkout / "seen.uv.arguments").read_text().split()
    assert {"--no-deps", "--require-hashes", "requirements/run.txt", ".venv/bin/python"} <= set(arguments)


def test_pip_installs_what_uv_could_not(checkout: Path) -> None:
    install(checkout, ENDS_OF_UV="2")
    assert (checkout / "seen.uv").exists()
    assert "requirements/run.txt" in (checkout / "seen.arguments").read_text()


def test_where_there_is_no_uv_for_this_machine_all_else_is_installed_all_the_same(checkout: Path) -> None:
    shutil.rmtree(checkout / ".venv-uv")
    assert "pip does its work" in install(checkout, ".venv-uv", "uv", ENDS_OF_PIP="1")
    install(checkout)
    assert "requirements/run.txt" in (checkout / "seen.arguments").read_text()


@pytest.fixture(scope="module")
def with_uv() -> ModuleType:
    spec = util.spec_from_file_location("with_uv", ROOT / "requirements" / "with_uv.py")
    assert spec
    assert spec.loader
    module = util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_what_pip_is_set_to_is_told_to_uv_in_its_words(with_uv: ModuleType) -> None:
    """The environment counts more than a command's section of a file, and that more than the section for all commands."""
    listed = r"""
:env:.index-url='https://mirror.example/simple'
:env:.disable-pip-version-check='1'
global.extra-index-url='file:///one/simple\nfile:///two/simple'
global.find-links='/wheels /more'
global.index-url='https://global.example/simple'
global.trusted-host='mirror.example'
global.timeout='60'
install.index-url='https://install.example/simple'
install.trusted-host='other.example'
"""
    assert with_uv.of_pip(listed) == {
        "UV_DEFAULT_INDEX": "https://mirror.example/simple",
        "UV_INDEX": "file:///one/simple file:///two/simple",
        "UV_FIND_LINKS": "/wheels,/more",
        "UV_INSECURE_HOST": "other.example",
    }


def test_what_is_set_for_uv_counts_more_than_what_is_set_for_pip(with_uv: ModuleType) -> None:
    given = {"UV_DEFAULT_INDEX": "https://uv.example/simple", "UV_TARGET": "/nonexistent", "HOME": "/home"}
    found = with_uv.environment(given, "global.index-url='https://pip.example/simple'\n")
    assert found == {"UV_DEFAULT_INDEX": "https://uv.example/simple", "HOME": "/home"}


def test_make_starts_nothing_with_another_pythons_settings(tmp_path: Path) -> None:
    make = shutil.which("make")
    assert make
    (tmp_path / "Makefile").write_text(f"include {ROOT / 'Makefile'}\nshown:\n\t@env\n")
    environment = {**os.environ, **{name: value for name, value in HOSTILE.items() if name.startswith("PYTHON")}}
    done = subprocess.run([make, "shown"], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    found = {line.partition("=")[0] for line in done.stdout.splitlines()}
    assert not {name for name in HOSTILE if name.startswith("PYTHON")} & found
