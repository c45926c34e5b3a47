"""moto's reading of expressions, with each walk through a tree no longer than what it looks for.

moto copies a parsed expression with what copies anything, and goes through all of it ten times, asking each node by its abstract
classes. `tests/contracts/test_quick_moto.py` compares with moto as it is.
"""

from __future__ import annotations

from collections import deque
from copy import deepcopy
from functools import cache
from typing import Any

from moto.dynamodb.comparisons import ConditionExpressionParser
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

_lex: Any = ConditionExpressionParser._lex_condition_expression


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


def _words(self: ConditionExpressionParser) -> deque[Any]:
    """A condition's words depend on its text alone, and a worker asks the same few conditions again and again."""
    return deque(_words_of(self.condition_expression))


@cache
def _words_of(text: str) -> tuple[Any, ...]:
    return tuple(_lex(ConditionExpressionParser(text, None, None)))


def _matches(_: Any, nodes: deque[Any], production: list[str]) -> bool:
    """Whether the first nodes are of these kinds; a kind's name is the kind."""
    if len(nodes) < len(production):
        return False
    return all(wanted in ("*", node.nonterminal) for node, wanted in zip(nodes, production, strict=False))


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
    (ConditionExpressionParser, "_lex_condition_expression", _words),
    (ConditionExpressionParser, "_matches", _matches),
)
