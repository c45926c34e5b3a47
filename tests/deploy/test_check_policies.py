"""The check of IAM statements finds what IAM would take and never allow anything by."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from local.cloud.intrinsics import read
from tests.deploy.check_policies import documents, findings

ROOT = Path(__file__).resolve().parents[2]
TABLE = {"Fn::GetAtt": "TableArnInUse.Value"}
GOOD = {"Sid": "A", "Effect": "Allow", "Action": "dynamodb:PutItem", "Resource": TABLE}


def said_of(changes: dict[str, Any]) -> str:
    policy = {"PolicyDocument": {"Version": "2012-10-17", "Statement": [{**GOOD, **changes}]}}
    return "\n".join(findings({"Resources": {"Own": {"Type": "AWS::IAM::ManagedPolicy", "Properties": policy}}}))


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"Action": "dynamodb:PutIem"}, "PutIem"),
        ({"Action": "dynamodb:GetRecords"}, "GetRecords"),  # of a stream, not of a table
        ({"Condition": {"ForAllValues:StringLike": {"dynamodb:LeadingKey": ["A#*"]}}}, "dynamodb:LeadingKey"),
        ({"Action": "dynamodb:Scan", "Condition": {"StringLike": {"dynamodb:LeadingKeys": "A#*"}}}, "Scan"),
        ({"Effect": "Alow"}, "Own"),
    ],
)
def test_a_statement_that_allows_nothing_is_found(changes: dict[str, Any], says: str) -> None:
    assert said_of({}) == ""
    assert says in said_of(changes)


def test_every_policy_of_the_template_is_read() -> None:
    resources = read(ROOT / "template.yaml")["Resources"]
    having = {name for name, each in resources.items() if each["Type"] in ("AWS::IAM::ManagedPolicy", "AWS::IAM::Role")}
    own = {
        name
        for name, each in resources.items()
        if each["Type"] == "AWS::Serverless::Function"
        and any("Statement" in policy for policy in each["Properties"].get("Policies", ()))
    }
    assert {name for name, _ in documents(resources)} == having | own
