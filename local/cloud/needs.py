"""What a call of the SDK needs to be allowed: action, resource, the keys of its items and the attributes that it names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from email.utils import parseaddr
from typing import Any

TABLE, BUS = "Table", "Bus"
FIRST_VALUE = re.compile(r"\s*#?\w+ = (:\w+)")
ALIAS_OR_WORD = re.compile(r"[#:]?[A-Za-z_]\w*")
ACTION_OF = {"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "ConditionCheck": "ConditionCheckItem"}
OF_EXPRESSIONS = frozenset(
    [
        "SET",
        "REMOVE",
        "ADD",
        "DELETE",
        "AND",
        "OR",
        "NOT",
        "BETWEEN",
        "IN",
        "attribute_exists",
        "attribute_not_exists",
        "attribute_type",
        "begins_with",
        "contains",
        "size",
        "if_not_exists",
        "list_append",
    ]
)


class NotUnderstood(Exception):
    """A statement that says something else than those of this template do; the message holds it."""


@dataclass(frozen=True, slots=True)
class Need:
    """One permission that a call needs.

    `keys`: the partition keys of the items. `attributes`: those that the request names. `sender`: who a mail is from.
    """

    action: str
    resource: str
    keys: tuple[str, ...] = ()
    sender: str = ""
    attributes: frozenset[str] = field(default=frozenset(), compare=False)


def needs(service: str, operation: str, parameters: Mapping[str, Any]) -> Iterator[Need]:
    """What a call of the SDK needs."""
    match service:
        case "dynamodb":
            yield from _of_the_table(operation, parameters)
        case "ssm":
            yield Need(f"ssm:{operation}", f"parameter{parameters['Name']}")
        case "events":
            yield Need(f"events:{operation}", BUS)
        case "sqs":  # a queue's name ends with its logical id, in lower case
            yield Need(f"sqs:{operation}", str(parameters["QueueUrl"]).rpartition("-")[2])
        case "lambda":  # a function's ARN ends with its name
            yield Need("lambda:InvokeFunction", str(parameters["FunctionName"]).rpartition(":")[2])
        case "sesv2":
            sender = parseaddr(str(parameters["FromEmailAddress"]))[1]
            for resource in ("identity/*", f"configuration-set/{parameters['ConfigurationSetName']}"):
                yield Need(f"ses:{operation}", resource, sender=sender)
        case "lambda":
            yield Need("lambda:InvokeFunction", str(parameters["FunctionName"]))
        case "codedeploy":
            yield Need(f"codedeploy:{operation}", "*")
        case _:
            yield Need(f"{service}:{operation}", "?")


def _of_the_table(operation: str, parameters: Mapping[str, Any]) -> Iterator[Need]:
    match operation:
        case "TransactWriteItems":
            for item in parameters["TransactItems"]:
                ((kind, asked),) = item.items()
                yield Need(f"dynamodb:{ACTION_OF[kind]}", TABLE, (_key_of(asked),), attributes=_named(asked))
        case "TransactGetItems":
            for item in parameters["TransactItems"]:
                yield Need("dynamodb:GetItem", TABLE, (_key_of(item["Get"]),))
        case "BatchGetItem":
            ((_, asked),) = parameters["RequestItems"].items()
            yield Need("dynamodb:BatchGetItem", TABLE, tuple(key["pk"]["S"] for key in asked["Keys"]))
        case "BatchWriteItem":
            ((_, asked),) = parameters["RequestItems"].items()
            yield Need("dynamodb:BatchWriteItem", TABLE, tuple(_key_of(*each.values()) for each in asked))
        case "Query":
            index = parameters.get("IndexName")
            yield Need("dynamodb:Query", f"{TABLE}/index/{index}" if index else TABLE, (_queried(parameters),))
        case _:
            yield Need(f"dynamodb:{operation}", TABLE, (_key_of(parameters),), attributes=_named(parameters))


def _key_of(asked: Mapping[str, Any]) -> str:
    return str((asked.get("Key") or asked["Item"])["pk"]["S"])


def _named(asked: Mapping[str, Any]) -> frozenset[str]:
    """Every attribute that a request names: of its key and item, and those in its expressions."""
    names = asked.get("ExpressionAttributeNames") or {}
    expressions = " ".join(asked.get(f"{kind}Expression") or "" for kind in ("Update", "Condition", "Projection"))
    words = {word for word in ALIAS_OR_WORD.findall(expressions) if not word.startswith((":", "#"))} - OF_EXPRESSIONS
    return frozenset({*(asked.get("Key") or asked["Item"]), *names.values(), *words})


def _queried(parameters: Mapping[str, Any]) -> str:
    """The partition: its condition is always the first."""
    name = FIRST_VALUE.match(parameters["KeyConditionExpression"])
    if name is None:
        raise NotUnderstood(parameters["KeyConditionExpression"])
    return str(parameters["ExpressionAttributeValues"][name[1]]["S"])
