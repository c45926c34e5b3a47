"""A deployed stack as the commands here see it: what its resources are called, and how its functions are asked."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore.config import Config

from local.cloud.refusals import Refused

SECONDS_A_CALL = 910  # the longest that a function may run, and some more
ALIAS = "live"  # of every function: the published version that everybody calls
CONFIG = Config(connect_timeout=5, read_timeout=SECONDS_A_CALL, retries={"mode": "standard", "max_attempts": 3})


@dataclass(frozen=True)
class Stack:
    """`names`: physical ids by logical ids. `client` makes a client of a service. `outputs`: what the stack says of itself.

    `parameters`: what it was deployed with.
    """

    names: Mapping[str, str]
    client: Callable[[str], Any]
    outputs: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)

    @property
    def table(self) -> str:
        """The table in use: after a restore it is not the stack's own."""
        return self.outputs.get("TableName") or self.name("Table")

    def output(self, name: str) -> str:
        """One of the stack's outputs. Raises Refused where it has none of that name."""
        if name not in self.outputs:
            raise Refused(f"The stack has no output {name}: is it a stack of this template?")
        return self.outputs[name]

    def name(self, logical_id: str) -> str:
        """The physical id of a resource. Raises Refused where the stack has none."""
        if logical_id not in self.names:
            raise Refused(f"The stack has no {logical_id}: is it a stack of this template?")
        return self.names[logical_id]

    def invoke(self, logical_id: str, event: Mapping[str, Any]) -> Any:
        """What a function answers, by the release that everybody calls. Raises Refused where it failed."""
        return self.invoke_named(f"{self.name(logical_id)}:{ALIAS}", event)

    def invoke_named(self, function: str, event: Mapping[str, Any]) -> Any:
        """The same by its name or ARN. One that has nothing to answer answers None."""
        answer = self.client("lambda").invoke(FunctionName=function, Payload=json.dumps(event).encode())
        told = answer["Payload"].read()
        if answer.get("FunctionError"):
            raise Refused(f"{function} failed: {told[:500].decode('utf-8', 'replace')}")
        return json.loads(told or b"null")


def find(stack: str) -> Stack:
    """The stack of that name, with the credentials and the region of the environment. Raises what the SDK raises."""
    make: Any = boto3.client  # its overloads want literal names
    clients: dict[str, Any] = {}

    def client(service: str) -> Any:
        if service not in clients:
            clients[service] = make(service, config=CONFIG)
        return clients[service]

    pages = client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=stack)
    found = [each for page in pages for each in page["StackResourceSummaries"]]
    (described,) = client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
    outputs = {each["OutputKey"]: each["OutputValue"] for each in described.get("Outputs", ())}
    given = {each["ParameterKey"]: each["ParameterValue"] for each in described.get("Parameters", ())}
    return Stack({each["LogicalResourceId"]: each["PhysicalResourceId"] for each in found}, client, outputs, given)
