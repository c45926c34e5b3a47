"""Which release a stack runs, and another one at once: `lotbook deployment show`, `publish`, `back`. docs/releases.md says when.

Calls go to the alias `live` of each function. SAM publishes no version for a parameter alone: `publish` does it, and leads `live` there.
`back` leads `live` of every function to the version before, within seconds; the next deployment goes on from there. Needs AWS
credentials that may read the stack and publish versions and change aliases of its functions.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from local.cloud.refusals import Refused
from operate.stack import ALIAS, Stack

NEWEST = "$LATEST"
SETTINGS = ("CodeSha256", "Layers", "Environment", "MemorySize", "Timeout", "Runtime", "Handler", "TracingConfig")
CHECK = "ReleaseCheckFunction"  # called by CodeDeploy, and always by its newest code


@dataclass(frozen=True, slots=True)
class LiveFunction:
    """One function. `before`: the version before `live`'s, None where there is none."""

    logical_id: str
    name: str
    live: str
    before: str | None
    is_published: bool
    is_moving: bool  # CodeDeploy leads a part of the calls to another version


@dataclass(frozen=True, slots=True)
class Led:
    """An alias that leads to another version now."""

    logical_id: str
    before: str
    version: str


def running(stack: Stack) -> Iterator[LiveFunction]:
    """Every function of the stack that is called by its alias."""
    aws = stack.client("lambda")
    for logical_id in sorted(stack.names):
        if not logical_id.endswith("Function") or logical_id == CHECK:
            continue
        name = stack.name(logical_id)
        alias = aws.get_alias(FunctionName=name, Name=ALIAS)
        live = alias["FunctionVersion"]
        yield LiveFunction(
            logical_id,
            name,
            live,
            _before(aws, name, live),
            is_published=_settings(aws, name, live) == _settings(aws, name, NEWEST),
            is_moving=bool((alias.get("RoutingConfig") or {}).get("AdditionalVersionWeights")),
        )


def publish(stack: Stack, found: list[LiveFunction]) -> list[Led]:
    """Publish the newest settings of those whose alias has others, and lead it there. Raises Refused while CodeDeploy moves calls."""
    _refuse_moving(found)
    aws = stack.client("lambda")
    return [
        _lead(stack, each, aws.publish_version(FunctionName=each.name)["Version"])
        for each in found
        if not each.is_published
    ]


def back(stack: Stack, found: list[LiveFunction]) -> list[Led]:
    """Lead every alias to the version before; a function that has none stays as it is. Raises Refused while CodeDeploy moves calls."""
    _refuse_moving(found)
    return [_lead(stack, each, each.before) for each in found if each.before is not None]


def _refuse_moving(found: list[LiveFunction]) -> None:
    moving = [each.logical_id for each in found if each.is_moving]
    if moving:
        raise Refused(
            f"CodeDeploy moves calls of {', '.join(moving)}: stop its deployments, and it takes them back (docs/releases.md)."
        )


def _lead(stack: Stack, function: LiveFunction, version: str) -> Led:
    stack.client("lambda").update_alias(FunctionName=function.name, Name=ALIAS, FunctionVersion=version)
    return Led(function.logical_id, function.live, version)


def _before(aws: Any, name: str, live: str) -> str | None:
    pages = aws.get_paginator("list_versions_by_function").paginate(FunctionName=name)
    numbers = [int(each["Version"]) for page in pages for each in page["Versions"] if each["Version"] != NEWEST]
    older = [number for number in numbers if live.isdigit() and number < int(live)]
    return str(max(older)) if older else None


def _settings(aws: Any, name: str, version: str) -> dict[str, Any]:
    """What a version would answer by; of a layer the version that it names."""
    told = aws.get_function_configuration(FunctionName=name, Qualifier=version)
    found = {each: told.get(each) for each in SETTINGS}
    return found | {"Layers": [each["Arn"] for each in told.get("Layers", ())]}
