"""Every call to AWS goes through `adapters/calls.py`: only so a throttled or unreachable service is 503 everywhere, never 500."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache

import pytest
from botocore import xform_name
from botocore.session import Session

from tests.architecture.tree import LAYER, ROOT, files, parsed, walk

DOOR = LAYER / "adapters" / "calls.py"
SERVICES = ("dynamodb", "events", "ssm")


@cache
def operations() -> frozenset[str]:
    """Of the services, by the names that botocore's clients give them."""
    models = [Session().get_service_model(service) for service in SERVICES]
    return frozenset(xform_name(operation) for model in models for operation in model.operation_names)


def calls_past_the_door(tree: ast.AST) -> Iterator[int]:
    """Lines that call an operation on anything, or anything on a client."""
    for node in walk(tree):
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Attribute):
            owner = node.func.value
            name = owner.attr if isinstance(owner, ast.Attribute) else getattr(owner, "id", "")
            if node.func.attr in operations() or name.lstrip("_") == "client":
                yield node.lineno
        elif getattr(node.func, "id", "") == "getattr" and ast.unparse(node.args[0]).endswith("client"):
            yield node.lineno


def test_d20_every_call_to_aws_goes_through_the_one_door() -> None:
    """D20: what a store cannot answer now is `Unavailable`, whichever store it is, and is tried again inside a bound."""
    clients = LAYER / "adapters" / "thin", LAYER / "adapters" / "stripe"  # of services, not of AWS's clients
    found = [path for path in files(LAYER / "adapters") if path != DOOR and path.parent not in clients]
    assert len(found) > 15
    past = [f"{path.relative_to(ROOT)}:{line}" for path in found for line in calls_past_the_door(parsed(path))]
    assert not past, "\n".join(past)


@pytest.mark.parametrize(
    "source",
    [
        "self._table.client.get_item(Key={})",
        "client.query()",
        "self._client.get_paginator('scan')",
        "store.put_item(Item={})",
        "getattr(self._table.client, operation)(**request)",
    ],
)
def test_the_door_rule_sees_a_breach(source: str) -> None:
    assert list(calls_past_the_door(ast.parse(source)))


def test_the_door_itself_calls_a_client() -> None:
    """Or the rule above would hold for a house without a door."""
    assert list(calls_past_the_door(parsed(DOOR)))
