"""moto's reading of expressions, with each walk through a tree no longer than what it looks for.

moto copies a parsed expression with what copies anything, and goes through all of it ten times, asking each node by its abstract
classes. `tests/contracts/test_quick_moto.py` compares with moto as it is.
"""

from __future__ import annotations

from copy import deepcopy
from functools import cache
from typing import Any

from moto.dynamodb.comparisons import AttributeValue, ConditionExpressionParser
from moto.dynamodb.exceptions import MockValidationException
from moto.dynamodb.parsing import validators
from moto.dynamodb.parsing.ast_nodes import (
    DDBTypedValue,
    DepthFirstTraverser,
    Expression,
    LeafNode,
    Node,
    UpdateExpressionFunction,
)
from moto.dynamodb.parsing.executors import SetExecutor, UpdateExpressionExecutor
from moto.dynamodb.parsing.expressions import UpdateExpressionParser
from moto.dynamodb.parsing.validators import ActionCountValidator, OverlappingPathsValidator

_parse_anew: Any = ConditionExpressionParser.parse
_any_operand: Any = ConditionExpressionParser._make_operand


def _copy(whole: Any) -> Any:
    """A parsed expression is a tree of nodes, texts and numbers: only nodes have to be made again."""
    return _copied_below(whole, whole.parent) if isinstance(whole, Node) else deepcopy(whole)


def _copied_below(node: Node, parent: Node | None) -> Node:
    made = object.__new__(type(node))
    vars(made).update(vars(node), parent=parent)
    if node.children is not None:
        made.children = [_copied_below(each, made) if _nodes[type(each)] else each for each in node.children]
    return made


class _Known(dict[type, bool]):
    """Whether a node's class is of one of those that are wanted: an abstract class takes long to say so."""

    def __init__(self, *wanted: type) -> None:
        self.wanted = wanted

    def __missing__(self, kind: type) -> bool:
        self[kind] = issubclass(kind, self.wanted)
        return self[kind]


_nodes, _parts = _Known(Node), _Known(Expression, UpdateExpressionFunction)
_leaves = _Known(LeafNode, DDBTypedValue)  # nothing below them is a node
_turns: dict[type, _Known] = {}  # the kinds that a traverser looks at, which do not change


def _traverse(self: Any, root: Any) -> Any:
    """The same turn at each node, from below; a leaf that has none is passed by."""
    if type(self) not in _turns:
        _turns[type(self)] = _Known(*self.nodes_to_be_processed())
    turns = _turns[type(self)]
    hears_before = type(self).pre_processing_of_child is not DepthFirstTraverser.pre_processing_of_child

    def go(node: Any, at: int) -> Any:
        parent = node.parent
        for below, child in enumerate(node.children or ()):
            if hears_before:
                self.pre_processing_of_child(node, below)
            kind = type(child)
            if _nodes[kind] and (turns[kind] or not _leaves[kind]):
                go(child, below)
        if turns[type(node)]:
            node = self.process(node)
            node.parent = parent
            if parent:
                parent.children[at] = node
        return node

    return go(root, -1)


def _from_the_root(self: Any, node: Node) -> Node:
    """What counts clauses finds all of them from the root; moto begins anew at every node below it."""
    return self.process(node)


def _clauses(self: Node, wanted: list[type[Node]]) -> list[Node]:
    """Clauses of these very classes below a node, first to last, in one list."""
    found: list[Node] = []

    def look(node: Node) -> None:
        for child in node.children or ():
            kind = type(child)
            if kind in wanted:
                found.append(child)
            elif _parts[kind]:
                look(child)

    look(self)
    return found


class _Itself(dict[str, Any]):
    """Each placeholder stands for itself: what a condition means depends on its values at the very end alone."""

    def __missing__(self, name: str) -> str:
        return name


def _parse(self: ConditionExpressionParser) -> Any:
    """A worker states the same few conditions again and again; moto reads each anew. What it refuses it refuses in its own words."""
    if not self.condition_expression:
        return _parse_anew(self)
    try:
        whole, names_found, values_found = _read(
            self.condition_expression, tuple((self.expression_attribute_names or {}).items())
        )
    except (KeyError, ValueError, MockValidationException):
        return _parse_anew(self)
    self.expr_attr_names_found.extend(names_found)
    self.expr_attr_values_found.extend(values_found)
    return self._make_op_condition(whole)


@cache
def _read(text: str, names: tuple[tuple[str, str], ...]) -> tuple[Any, list[str], list[str]]:
    reader: Any = ConditionExpressionParser(text, dict(names), _Itself())
    words = reader._parse_paths(reader._lex_condition_expression())
    for step in ("functions", "comparator", "in", "between", "parens_and_booleans"):
        words = getattr(reader, f"_apply_{step}")(words)
    reader._assert_no_redundant_parentheses(words[0])
    return words[0], reader._find_literals(words[0]), reader._find_expr_attr_values(words[0])


def _operand(self: ConditionExpressionParser, node: Any) -> Any:
    """A placeholder's value is looked up when it is asked for."""
    if node.kind != self.Kind.EXPRESSION_ATTRIBUTE_VALUE:
        return _any_operand(self, node)
    return AttributeValue(self._lookup_expression_attribute_value(node.text))


def _execute(self: UpdateExpressionExecutor, node: Any = None) -> None:
    """An item's size is known from one attribute that is set to the next, and not after anything else was done to it."""
    noted = vars(self.item.attrs)
    try:
        for action in (node or self.update_ast).children:
            todo = self.get_specific_execution(action)
            if todo is not SetExecutor or len(action.children[0].children) > 1:
                noted.clear()
            else:
                noted.setdefault("size", None)
            if todo is None:
                _execute(self, action)
            else:
                todo(action, self.expression_attribute_names).execute(self.item)
    finally:
        noted.clear()


QUICKER: tuple[tuple[Any, str, Any], ...] = (
    (validators, "deepcopy", _copy),
    (DepthFirstTraverser, "traverse", _traverse),
    (Node, "find_clauses", _clauses),
    (ActionCountValidator, "traverse", _from_the_root),
    (OverlappingPathsValidator, "traverse", _from_the_root),
    # Whoever changes a parsed expression takes a copy first.
    (UpdateExpressionParser, "make", staticmethod(cache(UpdateExpressionParser.make))),
    (UpdateExpressionExecutor, "execute", _execute),
    (ConditionExpressionParser, "parse", _parse),
    (ConditionExpressionParser, "_make_operand", _operand),
)
