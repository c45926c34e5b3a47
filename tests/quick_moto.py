"""moto's DynamoDB with the same answers in half the time: handlers' tests spend four fifths of theirs in it.

Four places in moto go through far more than there is to find. `tests/contracts/test_quick_moto.py` compares with moto as it is.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from moto import mock_aws
from moto.core.serialize import BaseJSONSerializer
from moto.dynamodb.parsing.ast_nodes import DepthFirstTraverser, Node
from moto.dynamodb.parsing.expressions import UpdateExpressionParser
from moto.dynamodb.parsing.validators import ActionCountValidator, OverlappingPathsValidator

__all__ = ["QUICKER", "SLOWER", "mock_aws"]
_every_member = BaseJSONSerializer._serialize_type_structure


def _members_that_are_there(self: Any, serialized: Any, value: Any, shape: Any, key: str) -> None:
    """An attribute's value has one of ten members; moto looks for the other nine under six names each."""
    if shape.name != "AttributeValue" or not isinstance(value, dict):
        _every_member(self, serialized, value, shape, key)
        return
    wrapper: Any = self.MAP_TYPE()
    for name in value:
        self._serialize(wrapper, value[name], shape.members[name], name)
    self._default_serialize(serialized, wrapper, shape, key)


def _from_the_root(self: Any, node: Node) -> Node:
    """What counts clauses finds all of them from the root; moto begins anew at every node below it."""
    return self.process(node)


def _asked_once(self: Any) -> tuple[type[Node], ...]:
    """The kinds of nodes that a traverser looks at: they do not change while it goes."""
    if "kinds" not in vars(self):
        self.kinds = tuple(self._processing_map())
    return self.kinds


QUICKER = (
    (BaseJSONSerializer, "_serialize_type_structure", _members_that_are_there),
    (ActionCountValidator, "traverse", _from_the_root),
    (OverlappingPathsValidator, "traverse", _from_the_root),
    (DepthFirstTraverser, "nodes_to_be_processed", _asked_once),
    # Whoever changes a parsed expression takes a deep copy first.
    (UpdateExpressionParser, "make", staticmethod(cache(UpdateExpressionParser.make))),
)
SLOWER = tuple((owner, name, getattr(owner, name)) for owner, name, _ in QUICKER)
for owner, name, made in QUICKER:
    setattr(owner, name, made)
