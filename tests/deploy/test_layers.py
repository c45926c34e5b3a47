"""What `sam build` puts into the layers, for the cold start: bytecode, and of botocore only the services that are called."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.table import resources

ROOT = Path(__file__).resolve().parents[2]
LAYER = ROOT / "layers" / "lotbook" / "python" / "lotbook"
LAYERS = {name: each for name, each in resources().items() if each["Type"] == "AWS::Serverless::LayerVersion"}


def makefile(name: str) -> str:
    return (ROOT / LAYERS[name]["Properties"]["ContentUri"] / "Makefile").read_text()


def test_every_layer_ships_bytecode_that_is_never_checked_again() -> None:
    """A layer is read-only: without bytecode every cold start compiles it all, four times as long."""
    for name, layer in LAYERS.items():
        assert layer["Metadata"]["BuildMethod"] == "makefile", name
        assert re.search(rf"^build-{name}:$", makefile(name), re.MULTILINE), name
        assert "python3.13" in makefile(name), name
        assert "compileall -q --invalidation-mode unchecked-hash" in makefile(name), name


def test_every_service_that_the_code_calls_is_left_in_botocore() -> None:
    """One that is not would fail at run time, on Lambda only."""
    (kept,) = re.findall(r"^SERVICES := (.+)$", makefile("DependenciesLayer"), re.MULTILINE)
    called: set[str] = set()
    for path in LAYER.rglob("*.py"):
        called |= set(re.findall(r"(?:_client|create_client|boto3\.client)\(\s*\"([a-z0-9-]+)\"", path.read_text()))
    assert called >= {"dynamodb", "ssm", "events"}
    assert called <= set(kept.split())


@pytest.mark.process
@pytest.mark.parametrize("name", LAYERS)
def test_the_same_commit_is_the_same_layer_byte_for_byte_wherever_it_is_built(name: str, tmp_path: Path) -> None:
    """Bytecode names the path that its compiler was given: an absolute one made every layer and function new in each folder."""
    one, other = (_built(name, tmp_path / where) for where in ("here", "some/where/else"))
    assert any(path.endswith(".pyc") for path in one)
    assert one == other


def _built(name: str, folder: Path) -> dict[str, bytes]:
    """What the layer's own recipe makes of a few modules, by path. Nothing is installed."""
    into = folder / "artifacts" / "python"
    for place in (folder / "lotbook", into / "botocore" / "data" / "dynamodb"):
        place.mkdir(parents=True)
        (place / "a.py").write_text("def f() -> str:\n    return __file__\n")
    recipe = ROOT / LAYERS[name]["Properties"]["ContentUri"] / "Makefile"
    asked = [f"build-{name}", f"ARTIFACTS_DIR={folder / 'artifacts'}", f"PYTHON={sys.executable}", "PIP=true"]
    subprocess.run(["make", "-s", "-f", recipe, *asked], cwd=folder, check=True)
    return {str(path.relative_to(into)): path.read_bytes() for path in into.rglob("*") if path.is_file()}
