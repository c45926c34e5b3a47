"""Small changes to a source file, each of which a test should notice. One mutant is one change at one place.

| operator | changes |
|---|---|
| compare | `<` and `<=`, `>` and `>=`, `==` and `!=`, `in` and `not in`, `is` and `is not`: each into the other |
| arithmetic | `+` and `-`, `*` and `//`, also with `=`; `-x` into `x` |
| logic | `and` and `or`, `not x` into `x`, the test of an `if` into its contrary |
| number | `n` into `n + 1`, `True` and `False` |
| extreme | `min` and `max` |
| statement | a call whose answer nobody takes: left out |
| condition | the same comparisons in the text of a DynamoDB condition, `attribute_exists` and `attribute_not_exists` |

Left alone: annotations, decorators, docstrings and texts, what is raised, and asserts.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

COMPARE = {
    ast.Lt: ("<", "<="),
    ast.LtE: ("<=", "<"),
    ast.Gt: (">", ">="),
    ast.GtE: (">=", ">"),
    ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="),
    ast.In: ("in", "not in"),
    ast.NotIn: ("not in", "in"),
    ast.Is: ("is", "is not"),
    ast.IsNot: ("is not", "is"),
}
ARITHMETIC = {ast.Add: ("+", "-"), ast.Sub: ("-", "+"), ast.Mult: ("*", "//"), ast.FloorDiv: ("//", "*")}
EXTREMES = {"min": "max", "max": "min"}
CONDITION = "Condition"
IN_CONDITIONS = ((" >= ", " > "), (" <= ", " < "), (" < ", " <= "), (" > ", " >= "))
EXISTS, EXISTS_NOT = "attribute_exists(", "attribute_not_exists("


@dataclass(frozen=True, slots=True)
class Mutant:
    """`source[start:stop]` (bytes) becomes `text`; `line` is where it begins, counted from 1."""

    start: int
    stop: int
    text: str
    line: int

    def applied(self, source: bytes) -> bytes:
        """The changed source."""
        return source[: self.start] + self.text.encode() + source[self.stop :]

    def lines(self, source: bytes) -> tuple[str, str]:
        """The line before and after, for people."""
        after = self.applied(source).decode().splitlines()
        return source.decode().splitlines()[self.line - 1].strip(), after[self.line - 1].strip()


def mutants(source: bytes) -> list[Mutant]:
    """All of a file, in the order of its text."""
    place = _Places(source)
    found = {mutant: None for node in _open_nodes(ast.parse(source)) for mutant in _of(node, place)}
    return sorted(found, key=lambda m: (m.start, m.text))


class _Places:
    """Byte offsets of nodes."""

    def __init__(self, source: bytes) -> None:
        self.source = source
        self.begins = [0]
        for line in source.splitlines(keepends=True):
            self.begins.append(self.begins[-1] + len(line))

    def start(self, node: ast.expr | ast.stmt) -> int:
        return self.begins[node.lineno - 1] + node.col_offset

    def stop(self, node: ast.expr | ast.stmt) -> int:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return self.begins[node.end_lineno - 1] + node.end_col_offset

    def line(self, offset: int) -> int:
        return self.source.count(b"\n", 0, offset) + 1

    def whole(self, node: ast.expr | ast.stmt, text: str) -> Mutant:
        """The node as another text."""
        start = self.start(node)
        return Mutant(start, self.stop(node), text, self.line(start))

    def text(self, node: ast.expr) -> str:
        return self.source[self.start(node) : self.stop(node)].decode()

    def between(self, left: ast.expr, right: ast.expr, old: str, new: str) -> Iterator[Mutant]:
        """The operator between two operands, where it is the only thing of that look."""
        start, stop = self.stop(left), self.start(right)
        gap = self.source[start:stop]
        if gap.count(old.encode()) == 1:
            at = start + gap.index(old.encode())
            yield Mutant(at, at + len(old.encode()), new, self.line(at))


def _open_nodes(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes that may be changed."""
    if isinstance(node, ast.Raise | ast.Assert | ast.JoinedStr) or _is_for_types(node):
        return
    yield node
    closed = {id(child) for child in _closed_children(node)}
    for child in ast.iter_child_nodes(node):
        if id(child) not in closed:
            yield from _open_nodes(child)


def _closed_children(node: ast.AST) -> Iterator[ast.AST]:
    for name in ("annotation", "returns"):
        child = getattr(node, name, None)
        if isinstance(child, ast.AST):
            yield child
    yield from getattr(node, "decorator_list", ())


def _is_for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def _of(node: ast.AST, place: _Places) -> Iterator[Mutant]:
    match node:
        case ast.Compare() | ast.BinOp() | ast.AugAssign() | ast.BoolOp():
            for left, right, old, new in _operators(node):
                yield from place.between(left, right, old, new)
        case ast.UnaryOp(op=ast.Not() | ast.USub()):
            yield place.whole(node, place.text(node.operand))
        case ast.If() | ast.IfExp() if isinstance(node.test, ast.Name | ast.Call | ast.Attribute):
            yield place.whole(node.test, f"not {place.text(node.test)}")
        case ast.Constant():
            yield from _of_constant(node, place)
        case ast.Call():
            yield from _of_call(node, place)
        case ast.Expr(value=ast.Call()):
            yield place.whole(node, "pass")


def _operators(
    node: ast.Compare | ast.BinOp | ast.AugAssign | ast.BoolOp,
) -> Iterator[tuple[ast.expr, ast.expr, str, str]]:
    """The operators of a node: what stands left and right of each, its text, and the text of its mutant."""
    match node:
        case ast.Compare():
            operands = [node.left, *node.comparators]
            for operator, left, right in zip(node.ops, operands, operands[1:], strict=False):
                yield left, right, *COMPARE[type(operator)]
        case ast.BinOp() if type(node.op) in ARITHMETIC and not isinstance(node.left, ast.Constant | ast.JoinedStr):
            yield node.left, node.right, *ARITHMETIC[type(node.op)]
        case ast.AugAssign() if type(node.op) in ARITHMETIC:
            old, new = ARITHMETIC[type(node.op)]
            yield node.target, node.value, f"{old}=", f"{new}="
        case ast.BoolOp():
            old, new = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
            for left, right in zip(node.values, node.values[1:], strict=False):
                yield left, right, old, new


def _of_constant(node: ast.Constant, place: _Places) -> Iterator[Mutant]:
    if isinstance(node.value, bool):
        yield place.whole(node, str(not node.value))
    elif isinstance(node.value, int):
        yield place.whole(node, str(node.value + 1))


def _of_call(node: ast.Call, place: _Places) -> Iterator[Mutant]:
    if not isinstance(node.func, ast.Name):
        return
    if node.func.id in EXTREMES:
        yield place.whole(node.func, EXTREMES[node.func.id])
    if node.func.id == CONDITION and isinstance(node.args[0], ast.Constant):
        text = place.text(node.args[0])
        for old, new in IN_CONDITIONS:
            if old in text:
                yield place.whole(node.args[0], text.replace(old, new))
        if EXISTS in text:
            yield place.whole(node.args[0], text.replace(EXISTS, EXISTS_NOT))
        if EXISTS_NOT in text:
            yield place.whole(node.args[0], text.replace(EXISTS_NOT, EXISTS))
