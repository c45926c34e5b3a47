"""Where the browser of these tests comes from, and what happens where there is none."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests import browsers, patience

ROOT = Path(__file__).resolve().parents[2]
APT = """#!/bin/sh
echo "$@" >> {folder}/asked
case "$*" in *" install "*) {installs} ;; esac
"""


def program(folder: Path, name: str, text: str = "#!/bin/sh\n") -> Path:
    path = folder / name
    path.write_text(text)
    path.chmod(0o755)
    return path


def found_by_script(folder: Path, **environment: str) -> tuple[int, str]:
    """What the script says on a machine that has these programs and the plain ones alone."""
    plain = folder / "plain"
    if not plain.exists():
        plain.mkdir()
        for name in ("dirname", "env", "timeout", "true", "cp", "chmod"):
            (plain / name).symlink_to(Path("/usr/bin") / name)
        program(plain, "id", "#!/bin/sh\necho 0\n")
    done = subprocess.run(
        ["/bin/sh", ROOT / "requirements/browser.sh"],
        env={"PATH": f"{folder}:{plain}", **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=patience.SECONDS,
    )
    return done.returncode, done.stdout.strip()


def test_the_browser_is_the_one_that_is_named_else_the_first_on_the_path(tmp_path: Path) -> None:
    assert browsers.find({"PATH": str(tmp_path)}) is None
    chrome = program(tmp_path, "google-chrome")
    assert browsers.find({"PATH": str(tmp_path)}) == str(chrome)
    chromium = program(tmp_path, "chromium")
    assert browsers.find({"PATH": str(tmp_path)}) == str(chromium)
    assert browsers.find({"PATH": str(tmp_path), "CHROMIUM": str(chrome)}) == str(chrome)
    assert browsers.find({"PATH": str(tmp_path), "CHROMIUM": "/not/there"}) is None


def test_without_one_the_tests_skip_with_a_line_that_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(pytest.skip.Exception, match="apt-get install chromium"):
        browsers.needed({"PATH": str(tmp_path)})


def test_without_one_ci_fails_unless_it_could_not_be_installed(tmp_path: Path) -> None:
    with pytest.raises(pytest.fail.Exception, match="apt-get install chromium"):
        browsers.needed({"PATH": str(tmp_path), "CI": "true"})
    with pytest.raises(pytest.skip.Exception, match="no index"):
        browsers.needed({"PATH": str(tmp_path), "CI": "true", "NO_CHROMIUM": "no index"})


@pytest.mark.process
def test_a_developers_machine_is_told_and_not_changed(tmp_path: Path) -> None:
    program(tmp_path, "apt-get", APT.format(folder=tmp_path, installs=f"cp {tmp_path}/apt-get {tmp_path}/chromium"))
    assert found_by_script(tmp_path) == (1, browsers.NONE)
    assert not (tmp_path / "asked").exists()


@pytest.mark.process
def test_ci_installs_it_where_it_is_missing_and_only_there(tmp_path: Path) -> None:
    program(tmp_path, "apt-get", APT.format(folder=tmp_path, installs=f"cp {tmp_path}/apt-get {tmp_path}/chromium"))
    assert found_by_script(tmp_path, CI="true") == (0, f"{tmp_path}/chromium")
    asked = (tmp_path / "asked").read_text().splitlines()
    assert [line.rsplit(" ", 1)[1] for line in asked] == ["update", "chromium"]
    assert found_by_script(tmp_path, CI="true") == (0, f"{tmp_path}/chromium")
    assert (tmp_path / "asked").read_text().splitlines() == asked


@pytest.mark.process
def test_where_apt_cannot_ci_goes_on_and_says_why(tmp_path: Path) -> None:
    program(tmp_path, "apt-get", APT.format(folder=tmp_path, installs="exit 100"))
    code, said = found_by_script(tmp_path, CI="true")
    assert (code, said) == (1, "no Chromium here, and apt-get could not install one")


@pytest.mark.process
@pytest.mark.parametrize("has_one", [True, False])
def test_ci_runs_the_command_of_the_readme_and_hands_on_why_there_is_no_browser(tmp_path: Path, has_one: bool) -> None:
    program(tmp_path, "make", '#!/bin/sh\necho "make $*: $NO_CHROMIUM"\n')
    one = str(program(tmp_path, "chromium")) if has_one else "/not/there"
    done = subprocess.run(
        ["/bin/sh", ROOT / ".ci/run"],
        env={"PATH": f"{tmp_path}:{os.environ['PATH']}", "CHROMIUM": one},
        capture_output=True,
        text=True,
        check=False,
        timeout=patience.SECONDS,
    )
    assert done.stdout.strip() == f"make test: {'' if has_one else browsers.NONE}".strip()
    assert "\nmake test\n" in (ROOT / "README.md").read_text()
