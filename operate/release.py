"""Which release a stack runs, and another one at once: `STACK`, then `show`, `publish` or `back`. docs/releases.md says when.

Calls go to the alias `live` of each function. `show` tells its version, the one before, and whether the stack's newest settings are
published: SAM publishes no version for a parameter alone. `publish` does it, and leads `live` there. `back` leads `live` of every
function to the version before, within seconds; the next deployment goes on from there. Needs AWS credentials that may read the stack
and publish versions and change aliases of its functions. Exits with 0 where all is as asked, with 1 where something is left,
with 2 where AWS refused.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from local.cloud.refusals import Refused, in_one_sentence
from local.ending import ended
from operate.stack import ALIAS, Stack, find

NEWEST = "$LATEST"
SETTINGS = ("CodeSha256", "Layers", "Environment", "MemorySize", "Timeout", "Runtime", "Handler", "TracingConfig")
CHECK = "ReleaseCheckFunction"  # called by CodeDeploy, and always by its newest code


@dataclass(frozen=True, slots=True)
class Running:
    """One function. `before`: the version before `live`'s, None where there is none."""

    logical_id: str
    name: str
    live: str
    before: str | None
    is_published: bool
    is_moving: bool  # CodeDeploy leads a part of the calls to another version

    def __str__(self) -> str:
        said = [f"{self.logical_id}: version {self.live}", f"before {self.before or 'none'}"]
        if self.is_moving:
            said.append("a deployment is under way")
        if not self.is_published:
            said.append("its newest settings are not published")
        return ", ".join(said)


def main(arguments: list[str], look_up: Callable[[str], Stack] = find) -> int:
    """Answers the exit code."""
    parser = argparse.ArgumentParser(prog="operate.release", description=__doc__)
    parser.add_argument("stack", metavar="STACK")
    parser.add_argument("verb", choices=list(VERBS), nargs="?", default="show")
    asked = parser.parse_args(arguments)
    try:
        with in_one_sentence(asked.stack):
            stack = look_up(asked.stack)
            return VERBS[asked.verb](stack, list(running(stack)))
    except Refused as refusal:
        print(refusal, file=sys.stderr)
        return 2


def running(stack: Stack) -> Iterator[Running]:
    """Every function of the stack that is called by its alias."""
    aws = stack.client("lambda")
    for logical_id in sorted(stack.names):
        if not logical_id.endswith("Function") or logical_id == CHECK:
            continue
        name = stack.name(logical_id)
        alias = aws.get_alias(FunctionName=name, Name=ALIAS)
        live = alias["FunctionVersion"]
        yield Running(
            logical_id,
            name,
            live,
            _before(aws, name, live),
            is_published=_settings(aws, name, live) == _settings(aws, name, NEWEST),
            is_moving=bool((alias.get("RoutingConfig") or {}).get("AdditionalVersionWeights")),
        )


def show(_stack: Stack, found: list[Running]) -> int:
    """Tell, and change nothing: 1 where something waits to be published, or is under way."""
    print("\n".join(map(str, found)))
    return int(any(each.is_moving or not each.is_published for each in found))


def publish(stack: Stack, found: list[Running]) -> int:
    """Publish the newest settings of those whose alias has others, and lead it there."""
    _refuse_moving(found)
    aws = stack.client("lambda")
    for each in found:
        if not each.is_published:
            version = aws.publish_version(FunctionName=each.name)["Version"]
            _lead(stack, each, version)
    return 0


def back(stack: Stack, found: list[Running]) -> int:
    """Lead every alias to the version before; 1 where a function has none, which stays as it is."""
    _refuse_moving(found)
    for each in found:
        if each.before is None:
            print(f"{each.logical_id} has no version before {each.live}", file=sys.stderr)
        else:
            _lead(stack, each, each.before)
    return int(any(each.before is None for each in found))


VERBS: dict[str, Callable[[Stack, list[Running]], int]] = {"show": show, "publish": publish, "back": back}


def _refuse_moving(found: list[Running]) -> None:
    moving = [each.logical_id for each in found if each.is_moving]
    if moving:
        raise Refused(
            f"CodeDeploy moves calls of {', '.join(moving)}: stop its deployments, and it takes them back (docs/releases.md)."
        )


def _lead(stack: Stack, function: Running, version: str) -> None:
    stack.client("lambda").update_alias(FunctionName=function.name, Name=ALIAS, FunctionVersion=version)
    print(f"{function.logical_id}: version {function.live} -> {version}")


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


if __name__ == "__main__":
    sys.exit(ended(main, sys.argv[1:]))
