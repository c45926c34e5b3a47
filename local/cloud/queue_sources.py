"""The queues that feed functions, and the rules that fill queues from a bus, as the template declares them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from local.cloud.intrinsics import Resolver, TemplateError


@dataclass(frozen=True, slots=True)
class QueueSource:
    """A function that a queue feeds. `attempts`: how often a message is received before its redrive policy takes it away.

    `at_once`: how many batches may be under way.
    """

    function: str
    queue: str
    batch_size: int
    attempts: int
    reports_failures: bool
    at_once: int = 1


@dataclass(frozen=True, slots=True)
class Rule:
    """Events of a bus that match `pattern` are copied to a queue."""

    name: str
    bus: str
    pattern: Mapping[str, Any]
    queue: str


def queue_source(
    properties: Mapping[str, Any], folder: str, resources: Mapping[str, Any], resolver: Resolver
) -> QueueSource:
    """What an event of type SQS of a function says. Raises TemplateError."""
    key = _arn_of(properties["Queue"])
    return QueueSource(
        function=folder,
        queue=resolver.name(key),
        batch_size=properties["BatchSize"],
        attempts=resources[key]["Properties"]["RedrivePolicy"]["maxReceiveCount"],
        reports_failures="ReportBatchItemFailures" in properties.get("FunctionResponseTypes", []),
        at_once=properties.get("ScalingConfig", {}).get("MaximumConcurrency", 1),
    )


def rules_of(found: Iterable[tuple[str, Mapping[str, Any]]], resolver: Resolver) -> tuple[Rule, ...]:
    """Those whose condition holds, by their logical ids. Raises TemplateError."""
    return tuple(
        _rule(key, each["Properties"], resolver)
        for key, each in found
        if "Condition" not in each or resolver.holds(each["Condition"])
    )


def _rule(key: str, properties: Mapping[str, Any], resolver: Resolver) -> Rule:
    (target,) = properties["Targets"]
    bus = properties.get("EventBusName")
    pattern = resolver.document(properties["EventPattern"])
    return Rule(
        resolver.name(key), resolver.text(bus) if bus else "default", pattern, resolver.name(_arn_of(target["Arn"]))
    )


def _arn_of(value: Any) -> str:
    """The resource whose ARN is meant. Raises TemplateError."""
    match value:
        case {"Fn::GetAtt": str() as attribute} if attribute.endswith(".Arn"):
            return attribute.removesuffix(".Arn")
    raise TemplateError(f"{value} is not the !GetAtt of a resource's Arn")
