"""The stand-in's modules form layers: none imports another in a circle, none is longer than a subject."""

from __future__ import annotations

import ast
from graphlib import TopologicalSorter
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[3] / "local" / "stripe_stand_in"
PREFIX = "local.stripe_stand_in"
LONGEST_FILE = 250


def _imports() -> dict[str, set[str]]:
    """Every import counts: at the top, inside a function, for types only."""
    files = {f"{PREFIX}.{'.'.join(path.relative_to(PACKAGE).with_suffix('').parts)}": path for path in _files()}
    found: dict[str, set[str]] = {name: set() for name in files}
    for name, path in files.items():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and node.module:
                found[name].add(node.module)
                found[name].update(f"{node.module}.{each.name}" for each in node.names)
    return {name: names & set(files) for name, names in found.items()}


def _files() -> list[Path]:
    return [path for path in PACKAGE.rglob("*.py") if path.name != "__init__.py"]


def test_no_module_of_the_stand_in_imports_another_in_a_circle() -> None:
    imports = _imports()
    assert sum(len(names) for names in imports.values()) > 100, "the imports were read"
    TopologicalSorter(imports).prepare()


def test_no_file_of_the_stand_in_is_longer_than_its_subject() -> None:
    assert not {path.name: n for path in _files() if (n := len(path.read_text().splitlines())) > LONGEST_FILE}
