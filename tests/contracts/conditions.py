"""Finds every named condition of the DynamoDB adapters, wherever it is used, and loads an adapter with one of them taken out.

A condition is a module-level `NAME = Condition("...")`. A use is its name inside a method. Taken out means: always true, with
the same placeholders, for DynamoDB refuses a request with a placeholder that no expression uses.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from lotbook.adapters import dynamo

FOLDER = Path(dynamo.__path__[0])
PACKAGE = dynamo.__name__
FUNCTIONS_OF_CONDITIONS = ("attribute_exists", "attribute_not_exists", "attribute_type", "begins_with", "size")
KEYWORD = "ConditionExpression"


@dataclass(frozen=True, slots=True)
class Use:
    """One place where an adapter states a condition."""

    module: str
    owner: str  # the class
    method: str
    condition: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.module}.{self.method}.{self.condition}"


@cache
def texts() -> dict[str, str]:
    """The condition sentences by name. A name means one sentence, wherever it is defined."""
    found: dict[str, str] = {}
    for path in sorted(FOLDER.glob("*.py")):
        for name, text in _named(ast.parse(path.read_text())).items():
            assert name not in found, f"{path.name}: {name} is a condition of another module, too"
            found[name] = text
    return found


@cache
def uses() -> tuple[Use, ...]:
    """Every use in every adapter."""
    found = [use for path in sorted(FOLDER.glob("*.py")) for use in uses_in(path.stem, path.read_text())]
    twice = [use for use, times in Counter(str(use) for use in found).items() if times > 1]
    assert not twice, f"stated twice in one method, so that no case can tell which one it means: {twice}"
    return tuple(found)


def uses_in(module: str, source: str, names: frozenset[str] | None = None) -> list[Use]:
    """The uses in one adapter's source; `names`: the conditions there are."""
    known = frozenset(texts()) if names is None else names
    return [
        Use(module, owner.name, method.name, node.id, node.lineno, node.col_offset)
        for owner in ast.parse(source).body
        if isinstance(owner, ast.ClassDef)
        for method in owner.body
        if isinstance(method, ast.FunctionDef)
        for node in ast.walk(method)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in known
    ]


def unnamed_in(source: str) -> list[int]:
    """Lines that state a condition without a name, or use a name outside a class: nobody could take these out."""
    tree = ast.parse(source)
    named = {id(node) for call in ast.walk(tree) if _is_condition(call) for node in ast.walk(call)}
    key_conditions = {
        id(node)
        for where in ast.walk(tree)
        for name, value in _assigned(where)
        if name == "KeyConditionExpression"  # of a query: it selects, it guards nothing
        for node in ast.walk(value)
    }
    lines = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and id(node) not in named | key_conditions and _states_one(node.value):
            lines.append(node.lineno)
        for name, value in _assigned(node):
            if name == KEYWORD and isinstance(value, ast.Constant | ast.JoinedStr):
                lines.append(value.lineno)
    return sorted(set(lines))


def without(use: Use) -> Any:
    """The adapter's class from its module as it would be without this one use."""
    lines = (FOLDER / f"{use.module}.py").read_bytes().splitlines(keepends=True)  # Python counts columns in bytes
    before, rest = lines[use.line - 1][: use.column], lines[use.line - 1][use.column :]
    assert rest.startswith(use.condition.encode()), f"{use}: not there any more"
    stated = repr(always(texts()[use.condition])).encode()
    lines[use.line - 1] = before + stated + rest.removeprefix(use.condition.encode())
    module = ModuleType(f"{PACKAGE}.{use.module}")
    exec(compile(b"".join(lines), f"{use.module}.py without {use}", "exec"), module.__dict__)
    return getattr(module, use.owner)


def always(condition: str) -> str:
    """The same placeholders, and true of every item. DynamoDB refuses parentheses around parentheses."""
    bare = condition[1:-1] if condition.startswith("(") else condition
    return f"({bare} OR NOT ({bare}))"


def _named(tree: ast.Module) -> dict[str, str]:
    return {
        target.id: ast.literal_eval(node.value.args[0])
        for node in tree.body
        if isinstance(node, ast.Assign) and _is_condition(node.value) and isinstance(node.value, ast.Call)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def _is_condition(node: ast.AST) -> bool:
    """`Condition("...")`: of a constant text, for that of a computed one is in no list."""
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "Condition"
        and isinstance(node.args[0], ast.Constant)
    )


def _states_one(text: object) -> bool:
    return isinstance(text, str) and any(f"{function}(" in text for function in FUNCTIONS_OF_CONDITIONS)


def _assigned(node: ast.AST) -> Iterator[tuple[object, ast.expr]]:
    """Names and values of a dict, of keywords, of `d["name"] = value`."""
    if isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant):
                yield key.value, value
    elif isinstance(node, ast.keyword):
        yield node.arg, node.value
    elif isinstance(node, ast.Assign):
        for target in node.targets:
            if isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Constant):
                yield target.slice.value, node.value
