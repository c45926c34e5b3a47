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
from moto.dynamodb.parsing.ast_nodes import DepthFirstTraverser, Expression, Node, UpdateExpressionFunction
from moto.dynamodb.parsing.expressions import UpdateExpressionParser
from moto.dynamodb.parsing.validators import ActionCountValidator, OverlappingPathsValidator

_lex: Any = ConditionExpressionParser._lex_condition_expression
is_a: Any = cache(issubclass)  # an abstract class takes long to say whether a node's class is one of its own


def _copy(whole: Any) -> Any:
    """A parsed expression is a tree of nodes, texts and numbers: only nodes have to be made again."""
    return _copied_below(whole, whole.parent) if isinstance(whole, Node) else deepcopy(whole)


def _copied_below(node: Node, parent: Node | None) -> Node:
    made = object.__new__(type(node))
    vars(made).update(vars(node), parent=parent)
    if node.children is not None:
        made.children = [_copied_below(each, made) if is_a(type(each), Node) else each for each in node.children]
    return made


def _traverse(self: Any, node: Any, child_id: int = -1) -> Any:
    """The same turn at each node, from below; a leaf's text is none and is not asked whether it is one."""
    if not is_a(type(node), Node):
        return node
    parent, hears_before = node.parent, type(self).pre_processing_of_child is not _hears_nothing
    for at, child in enumerate(node.children or ()):
        if hears_before:
            self.pre_processing_of_child(node, at)
        if is_a(type(child), Node):
            _traverse(self, child, at)
    if is_a(type(node), _kinds_of(self)):
        node = self.process(node)
        node.parent = parent
        if parent:
            parent.children[child_id] = node
    return node


def _kinds_of(traverser: Any) -> tuple[type[Node], ...]:
    """The kinds of nodes that a traverser looks at: they do not change while it goes."""
    if "kinds" not in vars(traverser):
        traverser.kinds = traverser.nodes_to_be_processed()
    kinds: tuple[type[Node], ...] = traverser.kinds
    return kinds


def _from_the_root(self: Any, node: Node) -> Node:
    """What counts clauses finds all of them from the root; moto begins anew at every node below it."""
    return self.process(node)


def _clauses(self: Node, wanted: list[type[Node]]) -> list[Node]:
    """Clauses of these very classes below a node, first to last."""
    found = []
    for child in self.children or ():
        if type(child) in wanted:
            found.append(child)
        elif is_a(type(child), (Expression, UpdateExpressionFunction)):
            found.extend(_clauses(child, wanted))
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


_hears_nothing = DepthFirstTraverser.pre_processing_of_child
QUICKER: tuple[tuple[Any, str, Any], ...] = (
    (validators, "deepcopy", _copy),
    (DepthFirstTraverser, "traverse_node_recursively", _traverse),
    (Node, "find_clauses", _clauses),
    (ActionCountValidator, "traverse", _from_the_root),
    (OverlappingPathsValidator, "traverse", _from_the_root),
    # Whoever changes a parsed expression takes a copy first.
    (UpdateExpressionParser, "make", staticmethod(cache(UpdateExpressionParser.make))),
    (ConditionExpressionParser, "_lex_condition_expression", _words),
    (ConditionExpressionParser, "_matches", _matches),
)
