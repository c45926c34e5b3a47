"""What the deploy test needs of the machine: a Python 3.13, the engine's environment on it, and `sam build` made to run here.

The engine runs functions with its own interpreter, whatever the template says, and the layers are built for arm64. So the engine
gets an environment on the functions' own Python, and after the build the layers' native modules are replaced by this machine's.
"""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ENGINE, SAM = ROOT / ".venv-deploy", ROOT / ".venv-sam" / "bin" / "python"
WANTED = "3.13"
HOW_TO_GET_ONE = (
    f"no Python {WANTED} here, which runs the functions: `pyenv install {WANTED}`, or put python{WANTED} on the path"
)
BUILD_SECONDS = 900
LAYERS = {"DependenciesLayer": "dependencies", "RenderingLayer": "rendering"}


def python() -> Path | None:
    """A Python of the functions' version, on the path or under pyenv. Shims of pyenv answer for versions that are not chosen."""
    return next((found for found in _candidates() if _is_wanted(found)), None)


def _candidates() -> Iterator[Path]:
    if on_path := shutil.which(f"python{WANTED}"):
        yield Path(on_path)
    root = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    yield from sorted(root.glob(f"versions/{WANTED}.*/bin/python{WANTED}"), reverse=True)


def _is_wanted(candidate: Path) -> bool:
    asked = "import sys; print('%d.%d' % sys.version_info[:2])"
    run = subprocess.run([candidate, "-I", "-c", asked], capture_output=True, text=True, check=False)
    return run.stdout.strip() == WANTED


def environment(chosen: Path) -> dict[str, str]:
    """Of processes that build and deploy: this Python first on the path, as the layers' Makefiles call it by name."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "AWS_", "MAKE", "MFLAGS"))
    }
    return {**kept, "PATH": f"{chosen.parent}{os.pathsep}{os.environ['PATH']}", "SAM_CLI_TELEMETRY": "0"}


def install_engine(chosen: Path) -> Path:
    """The engine's Python. Installed once, like every other environment here."""
    if not (ENGINE / ".deploy-installed").exists():
        settings = {**environment(chosen), "PYTHON": str(chosen), "DOTS": ""}
        subprocess.run([ROOT / "requirements" / "install.sh", ENGINE.name, "deploy"], env=settings, check=True)
    return ENGINE / "bin" / "python"


def sam(*arguments: str, settings: Mapping[str, str], seconds: int = BUILD_SECONDS) -> str:
    """What sam says. Raises CalledProcessError with it."""
    command = [str(SAM), "-m", "samcli", *arguments]
    run = subprocess.run(command, cwd=ROOT, env=settings, capture_output=True, text=True, timeout=seconds, check=False)
    said = run.stdout + run.stderr
    if run.returncode:
        raise subprocess.CalledProcessError(run.returncode, command, said)
    return said


def build(into: Path, chosen: Path) -> Path:
    """`sam build` of the template as it is; answers the built template. Its native modules are this machine's."""
    sam("build", "--no-cached", "--build-dir", str(into), settings=environment(chosen))
    if platform.machine() != "aarch64":
        for layer, folder in LAYERS.items():
            _replace_native(into / layer / "python", ROOT / "layers" / folder / "requirements.txt", chosen)
    return into / "template.yaml"


def _replace_native(packages: Path, requirements: Path, chosen: Path) -> None:
    native = {
        each.name.rsplit("-", 1)[0].lower().replace("_", "-")
        for each in (path.with_suffix("") for path in packages.glob("*.dist-info"))
        if ".so," in (packages / f"{each.name}.dist-info" / "RECORD").read_text()
    }
    pinned = re.split(r"\n(?=[a-z0-9])", requirements.read_text().strip())
    with tempfile.TemporaryDirectory() as folder:
        asked = Path(folder) / "native.txt"
        asked.write_text("\n".join(each for each in pinned if re.split(r"[=\[ ]", each)[0] in native) + "\n")
        pip = [
            str(chosen),
            "-m",
            "pip",
            "--disable-pip-version-check",
            "install",
            "--quiet",
            "--no-deps",
            "--no-compile",
        ]
        into = Path(folder) / "here"
        subprocess.run(
            [*pip, "--require-hashes", "-r", str(asked), "--target", str(into)], env=environment(chosen), check=True
        )
        for old in packages.rglob("*.so"):
            old.unlink()
        for new in into.rglob("*.so"):
            shutil.copy(new, packages / new.relative_to(into))
