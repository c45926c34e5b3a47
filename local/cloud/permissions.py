"""What `template.yaml` allows each function to do in AWS, held against what the functions do in the local run.

A permission that is missing in the template is missing here too, so that it is found on a laptop and not after a deployment.
Understood are the statements that the template uses: actions on the table, its index, the bus, queues, functions, parameters and mail, with
patterns for the leading keys of the items and their attributes, and the one sender. Anything else is refused when the template is read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from botocore import handlers
from botocore.exceptions import ClientError

from local.cloud.needs import TABLE, Need, NotUnderstood, needs
from lotbook.adapters.refusals import ServiceRefused
from lotbook.adapters.thin import client
from lotbook.adapters.thin.target import SERVICE

VERSION = ".Version"  # of a function: one that was published
ATTRIBUTE = re.compile(r"\$\{(\w+)\.Arn\}")
ALL, ANY = "ForAllValues:StringLike", "ForAnyValue:StringLike"
LEADING_KEYS, ATTRIBUTES = "dynamodb:LeadingKeys", "dynamodb:Attributes"
TRACES = "AWSXRayDaemonWriteAccess"
BEFORE_A_CALL = "provide-client-params"

asking: ContextVar[str | None] = ContextVar("asking", default=None)  # the function that runs in this thread


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement.

    `keys`: patterns of leading keys, none for no condition; `for_any`: one key that matches is enough. `attributes`: all that
    a request may name, none for no condition.
    """

    allows: bool
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    keys: tuple[str, ...] = ()
    for_any: bool = False
    sender: str | None = None  # mail from this address alone
    attributes: frozenset[str] = frozenset()

    def covers(self, need: Need) -> bool:
        """Whether the statement is about this."""
        if not any(fnmatchcase(need.action, action) for action in self.actions):
            return False
        matches = [any(fnmatchcase(key, pattern) for pattern in self.keys) for key in need.keys]
        return (
            need.resource.casefold() in {resource.casefold() for resource in self.resources}
            and self.sender in (None, need.sender)
            and (not self.attributes or need.attributes <= self.attributes)
            and (not self.keys or (any(matches) if self.for_any else all(matches)))
        )


Permissions = Mapping[str, tuple[Statement, ...]]  # by function folder


def statements(
    function: Mapping[str, Any], resources: Mapping[str, Any], text: Callable[[Any], str]
) -> tuple[Statement, ...]:
    """Those of a function's `Policies`, or of its role: of managed policies, and its own. Raises NotUnderstood."""
    found: list[Mapping[str, Any]] = []
    for policy in _policies(function, resources):
        if "Ref" in policy:
            found += resources[policy["Ref"]]["Properties"]["PolicyDocument"]["Statement"]
        else:
            found += policy["Statement"]
    return tuple(_statement(each, text) for each in found)


def _policies(function: Mapping[str, Any], resources: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if "Role" not in function:
        yield from function.get("Policies", ())
        return
    role = resources[function["Role"]["Fn::GetAtt"].removesuffix(".Arn")]["Properties"]
    for managed in role["ManagedPolicyArns"]:
        if "Ref" in managed:
            yield managed
        elif TRACES not in str(managed):  # AWS's own, and nothing that a function here asks for
            raise NotUnderstood(str(managed))
    for own in role["Policies"]:
        yield own["PolicyDocument"]


def may(permissions: Iterable[Statement], need: Need) -> bool:
    """As IAM decides: refused unless something allows it, and whatever denies it wins."""
    about = [statement.allows for statement in permissions if statement.covers(need)]
    return bool(about) and all(about)


def checker(permissions: Permissions) -> Callable[..., None]:
    """What an SDK client's event `BEFORE_A_CALL` calls: raises as AWS does where the function that asks may not."""

    def check(params: Mapping[str, Any], model: Any, **_: Any) -> None:
        refusal = _refusal(permissions, model.service_model.service_name, model.name, params)
        if refusal is not None:
            raise ClientError(refusal, model.name)

    return check


def checker_of_table(permissions: Permissions) -> Callable[[str, Mapping[str, Any]], None]:
    """The same for the table's own client (`adapters/thin`)."""

    def check(operation: str, request: Mapping[str, Any]) -> None:
        refusal = _refusal(permissions, SERVICE, operation, request)
        if refusal is not None:
            raise ServiceRefused(refusal, operation)

    return check


def _refusal(permissions: Permissions, service: str, operation: str, params: Mapping[str, Any]) -> Any:
    """AWS's answer to the function that asks; None where it may."""
    function = asking.get()
    if function is None:
        return None
    for need in needs(service, operation, params):
        if not may(permissions[function], need):
            told = f"template.yaml does not let {function} do {need.action} on {need.resource} {need.keys}"
            told += f" with {sorted(need.attributes)}" if need.attributes else ""
            return {"Error": {"Code": "AccessDeniedException", "Message": told}}
    return None


def enforce(permissions: Permissions) -> None:
    """Hold every client that is made after this to the permissions. The functions make theirs, and need not know of it."""
    handlers.BUILTIN_HANDLERS.append((BEFORE_A_CALL, checker(permissions)))
    client.BEFORE_A_CALL.append(checker_of_table(permissions))


def _statement(document: Mapping[str, Any], text: Callable[[Any], str]) -> Statement:
    known = {"Sid", "Effect", "Action", "Resource", "Condition"}
    condition = document.get("Condition", {})
    sender = _sender(condition, text)
    if sender is not None:
        condition = {}
    ((how, asked),) = condition.items() if condition else ((ALL, {LEADING_KEYS: []}),)
    strange = set(asked) - {LEADING_KEYS, ATTRIBUTES} or (ATTRIBUTES in asked and how != ALL)
    if set(document) - known or how not in (ALL, ANY) or LEADING_KEYS not in asked or strange:
        raise NotUnderstood(str(document))
    return Statement(
        allows=document["Effect"] == "Allow",
        actions=tuple(_listed(document["Action"])),
        resources=tuple(_resource(each, text) for each in _listed(document["Resource"]) if not _is_of_all(document)),
        keys=tuple(asked[LEADING_KEYS]),
        for_any=how == ANY,
        sender=sender,
        attributes=frozenset(asked.get(ATTRIBUTES, ())),
    )


def _is_of_all(document: Mapping[str, Any]) -> bool:
    """The one action of the template that IAM knows no resource of. No function here asks for it: Lambda's poller does."""
    return (document["Action"], document["Resource"]) == ("dynamodb:ListStreams", "*")


def _sender(condition: Mapping[str, Any], text: Callable[[Any], str]) -> str | None:
    """The address that mail must be from, where a statement's condition is about that."""
    match condition:
        case {"StringEquals": {"ses:FromAddress": address}} if len(condition) == len(condition["StringEquals"]) == 1:
            return text(address)
    return None


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _resource(value: Any, text: Callable[[Any], str]) -> str:
    """`Table`, `Table/index/due`, `Bus`, `parameter/lotbook/...`: an ARN without what is the same for all."""
    match value:
        case {"Fn::GetAtt": "TableArnInUse.Value"}:
            return TABLE
        case {"Fn::GetAtt": str() as attribute} if attribute.endswith(".Arn"):
            return attribute.removesuffix(".Arn")
        case {"Ref": str() as version} if version.endswith(VERSION):
            return version.removesuffix(VERSION)
        case {"Fn::Sub": str() as pattern}:
            named = pattern.replace("${TableArnInUse.Value}", TABLE)
            return text({"Fn::Sub": ATTRIBUTE.sub(r"\1", named)}).rpartition(":")[2]
    raise NotUnderstood(str(value))
