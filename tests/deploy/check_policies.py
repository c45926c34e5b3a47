"""Hold every IAM statement of `template.yaml` against AWS's own list of actions, resources and conditions: `make check`.

IAM does not refuse a statement with an action that there is none of, a resource that an action knows not, or a condition that it
never asks: such a statement allows nothing, and the first who hears of it is a caller. `parliament` has the list.
"""

from __future__ import annotations

import json
import sys
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from local.cloud.intrinsics import PLACEHOLDER, read

ROOT = Path(__file__).resolve().parents[2]
NAMED = {
    "AWS::Partition": "aws",
    "AWS::Region": "us-east-1",
    "AWS::AccountId": "123456789012",
    "Stage": "dev",
    "TableArnInUse.Value": "arn:aws:dynamodb:us-east-1:123456789012:table/lotbook",
    "MailFrom": "billing@shop.example",
}
ARNS = {  # what `!GetAtt X.Arn` is, by the type of X
    "AWS::SQS::Queue": "arn:aws:sqs:us-east-1:123456789012:{}",
    "AWS::Events::EventBus": "arn:aws:events:us-east-1:123456789012:event-bus/{}",
    "AWS::Logs::LogGroup": "arn:aws:logs:us-east-1:123456789012:log-group:{}:*",
    "AWS::Serverless::Function": "arn:aws:lambda:us-east-1:123456789012:function:{}",
    "AWS::DynamoDB::Table": NAMED["TableArnInUse.Value"],
}

# AWS's list has no resource for it, and AWS's guide to SAM's hooks names the deployment group all the same, as we do.
KNOWN = (("ReleaseCheckFunction", "codedeploy:PutLifecycleEventHookExecutionStatus"),)


def documents(resources: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Every policy of a function, a role, or by itself, and whose it is. What SAM or AWS has made is not ours to check."""
    for name, resource in resources.items():
        properties = resource.get("Properties", {})
        match resource["Type"]:
            case "AWS::IAM::ManagedPolicy":
                yield name, properties["PolicyDocument"]
            case "AWS::IAM::Role":
                yield from ((name, each["PolicyDocument"]) for each in properties.get("Policies", ()))
            case "AWS::Serverless::Function":
                own = (each for each in properties.get("Policies", ()) if "Statement" in each)
                yield from ((name, {"Version": "2012-10-17", **each}) for each in own)


def resolved(value: Any, resources: Mapping[str, Any]) -> Any:
    """The value with each name in it replaced by something of the right form. Raises KeyError for one that is not known here."""
    match value:
        case {"Ref": str() as name}:
            return _named(name, resources)
        case {"Fn::GetAtt": str() as name}:
            return _named(name, resources)
        case {"Fn::Sub": str() as text}:
            return PLACEHOLDER.sub(lambda found: str(_named(found[1], resources)), text)
        case {"Fn::If": [_, one, _]}:
            return resolved(one, resources)
        case dict():
            return {name: resolved(part, resources) for name, part in value.items()}
        case list():
            return [resolved(part, resources) for part in value]
    return value


def _named(name: str, resources: Mapping[str, Any]) -> str:
    if name in NAMED:
        return NAMED[name]
    logical = name.partition(".")[0]
    return ARNS[resources[logical]["Type"]].format(logical.lower())


def findings(template: Mapping[str, Any]) -> list[str]:
    """What is wrong, a line each."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of setuptools, about parliament
        from parliament import analyze_policy_string, enhance_finding  # type: ignore[import-untyped]

    found = []
    for name, document in documents(template["Resources"]):
        text = json.dumps(resolved(document, template["Resources"]))
        for each in map(enhance_finding, analyze_policy_string(text).findings):
            found.append(f"{name}: {each.severity}: {each.title or each.issue}: {each.detail}")
    return [line for line in found if not any(line.startswith(f"{whose}:") and what in line for whose, what in KNOWN)]


def main() -> int:
    """Answers the exit code."""
    template = read(ROOT / "template.yaml")
    count = sum(len(document["Statement"]) for _, document in documents(template["Resources"]))
    wrong = findings(template)
    print("\n".join(wrong) or f"{count} IAM statements of template.yaml say what AWS knows.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
