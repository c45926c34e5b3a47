"""What the architecture tests look at: the files of the house, their syntax trees, their functions."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PYTHON = ROOT / "layers" / "lotbook" / "python"  # what the layer puts on the path
LAYER = PYTHON / "lotbook"
FUNCTIONS = ROOT / "functions"
DEPLOYED = (LAYER, FUNCTIONS)
COMMANDS = tuple(ROOT / name for name in ("local", "operate", "bench"))  # product code that is not deployed
TESTS = ROOT / "tests"
CLIENT = ROOT / "clients" / "python" / "lotbook_client"
type_of_function = (ast.FunctionDef, ast.AsyncFunctionDef)


@cache
def files(*folders: Path) -> tuple[Path, ...]:
    """Every module of these folders."""
    return tuple(sorted(path for folder in folders for path in folder.rglob("*.py")))


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def walk(tree: ast.AST) -> tuple[ast.AST, ...]:
    """The tree and every node below it, but for `Load` and `Store`; taken apart once, for a dozen rules go through the same files."""
    return tuple(nodes(tree))


def nodes(tree: ast.AST) -> list[ast.AST]:
    """As `ast.walk` goes, in half its time."""
    found = [tree]
    for node in found:  # which grows under way
        for name in node._fields:
            below = getattr(node, name, None)
            if type(below) is list:
                found += [each for each in below if isinstance(each, ast.AST)]
            elif isinstance(below, ast.AST) and not isinstance(below, ast.expr_context):
                found.append(below)
    return found


def short(path: Path) -> str:
    """A path as a reader types it: from the root, modules of the layer from `lotbook/`."""
    return str(path.relative_to(PYTHON if path.is_relative_to(PYTHON) else ROOT))


def module_name(path: Path) -> str:
    """The dotted name that a file is imported by."""
    parts = path.relative_to(PYTHON if path.is_relative_to(PYTHON) else ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def imports(tree: ast.AST) -> tuple[tuple[int, str], ...]:
    """Line and full name of everything imported; `from a import b` counts as `a.b`, whether b is a module or a name in it."""
    return tuple(_imports(tree))


def _imports(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, name.name) for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: a relative import"
            yield from ((node.lineno, f"{node.module}.{name.name}") for name in node.names)


def dotted(node: ast.AST) -> str:
    """`a.b.c` of an attribute chain, else ''."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return ""


@dataclass(frozen=True)
class Function:
    """A function or method, and where it stands."""

    path: Path
    node: ast.FunctionDef | ast.AsyncFunctionDef

    @property
    def name(self) -> str:
        """`lotbook/usecases/credits/burn.py burn`: how a list of exceptions names it, so lines may move."""
        return f"{short(self.path)} {self.node.name}"

    @property
    def where(self) -> str:
        return f"{self.path.relative_to(ROOT)}:{self.node.lineno}: {self.node.name}"

    @property
    def lines(self) -> int:
        """From `def` to its last line; decorators are not counted."""
        return (self.node.end_lineno or self.node.lineno) - self.node.lineno + 1


@cache
def functions(*folders: Path) -> tuple[Function, ...]:
    """Every function and method of these folders."""
    return tuple(
        Function(path, node)
        for path in files(*folders)
        for node in statements(parsed(path))
        if isinstance(node, type_of_function)
    )


def statements(tree: ast.Module) -> list[ast.AST]:
    """Every statement, and what of one holds others (handlers, cases): a definition is nowhere else."""
    found: list[ast.AST] = [tree]
    for node in found:  # which grows under way
        for name in ("body", "orelse", "handlers", "finalbody", "cases"):
            found += getattr(node, name, ())
    return found
