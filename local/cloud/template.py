"""`template.yaml` as the local run sees it: functions, routes, schedules, environment and the table, with references resolved.

Only what the template uses is understood; anything else is refused with its place, so nothing is silently different here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from local.cloud.intrinsics import Resolver, TemplateError, read
from local.cloud.needs import NotUnderstood
from local.cloud.permissions import Permissions, Statement, statements
from local.cloud.queue_sources import QueueSource, Rule, queue_source, rules_of

RATE_SECONDS = {"minute": 60, "hour": 3_600, "day": 86_400}
LOCAL_ATTEMPTS = 9  # of what the cloud tries for hours: nobody waits for that here
RATE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")
ALIAS = "Alias"  # what SAM publishes each function under, and calls from every event of its own
HTTP, SCHEDULE, STREAM, QUEUE = "HttpApi", "ScheduleV2", "DynamoDB", "SQS"  # the kinds of events that the template uses


@dataclass(frozen=True, slots=True)
class Route:
    """One HTTP route. `authorizer` is the folder of the function that is asked first, or None."""

    method: str
    path: str
    function: str
    authorizer: str | None

    @property
    def key(self) -> str:
        """API Gateway's route key, for example `GET /v1/accounts/{account_id}`."""
        return f"{self.method} {self.path}"


@dataclass(frozen=True, slots=True)
class Authorizer:
    """A Lambda authorizer: its function's folder, the identity header (lower case) and the seconds that answers are kept."""

    function: str
    header: str
    ttl_seconds: int


@dataclass(frozen=True, slots=True)
class Schedule:
    """A function that runs every so many seconds."""

    function: str
    name: str
    seconds: int
    input: Mapping[str, Any] = field(default_factory=dict)  # what the function is asked


@dataclass(frozen=True, slots=True)
class FunctionSpec:
    """A function: its folder under functions/, its name in the cloud, and its bounds."""

    folder: str
    logical_id: str
    timeout_seconds: int
    memory_mb: int


@dataclass(frozen=True, slots=True)
class StreamSource:
    """A function that the table's stream feeds. `attempts` counts the first one; a record matches one pattern or more."""

    function: str
    batch_size: int
    attempts: int
    bisects: bool
    reports_failures: bool
    patterns: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Template:
    """Everything that the local run takes from `template.yaml`."""

    functions: Mapping[str, FunctionSpec]
    routes: tuple[Route, ...]
    authorizers: Mapping[str, Authorizer]
    schedules: tuple[Schedule, ...]
    environment: Mapping[str, str]
    table: Mapping[str, Any]  # arguments of CreateTable
    bus: str | None
    streams: tuple[StreamSource, ...] = ()
    permissions: Permissions = field(default_factory=dict)
    queues: tuple[QueueSource, ...] = ()
    rules: tuple[Rule, ...] = ()


def load(path: Path, parameters: Mapping[str, str]) -> Template:
    """Read the template with these parameters (defaults for the rest). Raises TemplateError, also for what its rules forbid."""
    document = read(path)
    resolver, resources = Resolver(document, parameters), document["Resources"]
    if broken := resolver.broken_rules():
        raise TemplateError(" ".join(broken))
    shared = document["Globals"]["Function"]
    declared = _declared(resources, shared)
    events = _events(declared)
    (auth,) = (api["Properties"]["Auth"] for _, api in _of(resources, "AWS::Serverless::HttpApi"))
    authorizers = _authorizers(auth, {properties["LogicalId"]: folder for folder, properties in declared.items()})
    default = auth.get("DefaultAuthorizer")
    return Template(
        functions={folder: _function(folder, properties) for folder, properties in declared.items()},
        routes=tuple(_route(p, folder, default, authorizers) for folder, _, kind, p in events if kind == HTTP),
        authorizers={authorizer.function: authorizer for authorizer in authorizers.values()},
        schedules=tuple(
            Schedule(folder, name, _rate_seconds(p), json.loads(p.get("Input", "{}")))
            for folder, name, kind, p in events
            if kind == SCHEDULE
        ),
        streams=tuple(_stream(p, folder) for folder, _, kind, p in events if kind == STREAM),
        queues=tuple(queue_source(p, folder, resources, resolver) for folder, _, kind, p in events if kind == QUEUE),
        rules=rules_of(_of(resources, "AWS::Events::Rule"), resolver),
        permissions={folder: _permissions(p, resources, resolver) for folder, p in declared.items()},
        environment={key: resolver.text(value) for key, value in shared["Environment"]["Variables"].items()},
        table=_create_table_arguments(resolver, resources),
        bus=next((resolver.name(key) for key, _ in _of(resources, "AWS::Events::EventBus")), None),
    )


def _of(resources: Mapping[str, Any], kind: str) -> list[tuple[str, Any]]:
    """Logical id and resource of every resource of a type."""
    return [(key, value) for key, value in resources.items() if value["Type"] == kind]


def _declared(resources: Mapping[str, Any], shared: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The properties of every function by its folder, with what all share and its logical id."""
    return {
        _folder(key, value): {**shared, **value["Properties"], "LogicalId": key}
        for key, value in _of(resources, "AWS::Serverless::Function")
    }


def _events(declared: Mapping[str, Mapping[str, Any]]) -> list[tuple[str, str, str, Any]]:
    """Folder, name, type and properties of every event of every function. Raises TemplateError."""
    events = [
        (folder, name, event["Type"], event["Properties"])
        for folder, properties in declared.items()
        for name, event in properties.get("Events", {}).items()
    ]
    _refuse_unknown(kind for _, _, kind, _ in events)
    return events


def _refuse_unknown(kinds: Iterable[str]) -> None:
    unknown = set(kinds) - {HTTP, SCHEDULE, STREAM, QUEUE}
    if unknown:
        raise TemplateError(f"the local run does not know events of type {', '.join(sorted(unknown))}")


def _permissions(
    properties: Mapping[str, Any], resources: Mapping[str, Any], resolver: Resolver
) -> tuple[Statement, ...]:
    try:
        return statements(properties, resources, resolver.text)
    except NotUnderstood as strange:
        raise TemplateError(f"{properties['LogicalId']}: the local run does not understand {strange}") from strange


def _function(folder: str, properties: Mapping[str, Any]) -> FunctionSpec:
    return FunctionSpec(folder, properties["LogicalId"], properties["Timeout"], properties["MemorySize"])


def _folder(logical_id: str, resource: Mapping[str, Any]) -> str:
    uri = resource["Properties"]["CodeUri"].strip("/")
    if not uri.startswith("functions/") or uri.count("/") != 1:
        raise TemplateError(f"{logical_id}: CodeUri {uri} is not functions/<name>/")
    return str(uri.removeprefix("functions/"))


def _authorizers(auth: Mapping[str, Any], folders: Mapping[str, str]) -> dict[str, Authorizer]:
    found = {}
    for name, value in auth["Authorizers"].items():
        function, _, alias = str(value["FunctionArn"].get("Ref", "")).partition(".")
        if alias != ALIAS:  # past the alias it would be another version than that of everybody else
            raise TemplateError(f"authorizer {name}: FunctionArn is not !Ref of a function's {ALIAS}")
        (header,) = value["Identity"]["Headers"]
        found[name] = Authorizer(folders[function], header.lower(), value["Identity"]["ReauthorizeEvery"])
    return found


def _route(
    properties: Mapping[str, Any], folder: str, default: str | None, authorizers: Mapping[str, Authorizer]
) -> Route:
    chosen = properties.get("Auth", {}).get("Authorizer", default)
    authorizer = None if chosen in (None, "NONE") else authorizers[chosen].function
    return Route(properties["Method"].upper(), properties["Path"], folder, authorizer)


def _stream(properties: Mapping[str, Any], folder: str) -> StreamSource:
    filters = properties.get("FilterCriteria", {}).get("Filters", [])
    return StreamSource(
        function=folder,
        batch_size=properties["BatchSize"],
        attempts=properties["MaximumRetryAttempts"] + 1 or LOCAL_ATTEMPTS,
        bisects=properties.get("BisectBatchOnFunctionError", False),
        reports_failures="ReportBatchItemFailures" in properties.get("FunctionResponseTypes", []),
        patterns=tuple(json.loads(each["Pattern"]) for each in filters),
    )


def _rate_seconds(properties: Mapping[str, Any]) -> int:
    expression = properties["ScheduleExpression"]
    match = RATE.fullmatch(expression)
    if match is None:
        raise TemplateError(f"{expression}: the local run knows rate(n minutes|hours|days)")
    return int(match[1]) * RATE_SECONDS[match[2]]


def _create_table_arguments(resolver: Resolver, resources: Mapping[str, Any]) -> dict[str, Any]:
    tables = _of(resources, "AWS::DynamoDB::Table")
    if len(tables) != 1:
        raise TemplateError("there is one table")
    ((key, value),) = tables
    properties = value["Properties"]
    return {
        "TableName": resolver.name(key),
        "KeySchema": properties["KeySchema"],
        "AttributeDefinitions": properties["AttributeDefinitions"],
        "GlobalSecondaryIndexes": properties["GlobalSecondaryIndexes"],
        "BillingMode": properties["BillingMode"],
        "StreamSpecification": {"StreamEnabled": True, **properties["StreamSpecification"]},
    }
