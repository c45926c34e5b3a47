"""All functions are published under one alias, calls move by CodeDeploy where it is asked for, and nobody goes past the alias."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from tests.deploy.test_template import DOCUMENT, RESOURCES, ROOT, SAM, of_type

SHARED: Mapping[str, Any] = DOCUMENT["Globals"]["Function"]
FUNCTIONS: Mapping[str, Any] = of_type("AWS::Serverless::Function")
CHECK = "ReleaseCheckFunction"
MOST_ALARMS = 10  # of a deployment group


def mentions(value: Any, place: str = "") -> Iterator[tuple[str, str]]:
    """Where a template names a resource, and as what: `Ref`, or the attribute."""
    if isinstance(value, dict):
        for key, part in value.items():
            if key == "Ref" and isinstance(part, str):
                yield place, part
            elif key == "Fn::GetAtt":
                yield place, part if isinstance(part, str) else ".".join(part)
            elif key == "Fn::Sub":
                text = part if isinstance(part, str) else part[0]
                yield from ((place, named) for named in re.findall(r"\$\{([\w.]+)\}", text))
            else:
                yield from mentions(part, f"{place}/{key}")
    elif isinstance(value, list):
        for number, part in enumerate(value):
            yield from mentions(part, f"{place}/{number}")


def test_s1_every_function_is_published_under_one_alias_also_when_a_layer_changes() -> None:
    """Our code lies in a layer: without both switches a deployment publishes nothing, and the alias goes on with the old code."""
    assert (SHARED["AutoPublishAlias"], SHARED["AutoPublishAliasAllProperties"]) == ("live", True)
    for name, function in FUNCTIONS.items():
        assert not {each for each in function if each.startswith("AutoPublish")}, name
    for name, layer in of_type("AWS::Serverless::LayerVersion").items():
        assert layer["PublishLambdaVersion"] is True, name


def test_s1_nobody_calls_a_function_past_its_alias() -> None:
    """SAM leads the events of a function to its alias. Whatever names a function otherwise must name the alias, or only watch it."""
    found = {
        (re.sub(r"/\d+", "", place), named.partition(".")[2])
        for place, named in mentions(RESOURCES)
        if named.partition(".")[0] in FUNCTIONS
    }
    watches = re.compile(r"/\w+/Properties/(Dimensions/Value|Metrics/MetricStat/Metric/Dimensions/Value|DashboardBody)")
    assert {each for each in found if not watches.fullmatch(each[0])} == {
        ("/Api/Properties/Auth/Authorizers/Token/FunctionArn", "Alias"),
        (f"/{CHECK}/Properties/Environment/Variables/CHECKED_ACCOUNT", "Version"),
        (f"/{CHECK}/Properties/Environment/Variables/CHECKED_CONSUME", "Version"),
        (f"/{CHECK}/Properties/Policies/Statement/Resource", "Version"),
    }


def test_s1_one_parameter_moves_all_functions_and_off_creates_nothing() -> None:
    parameter, preference = DOCUMENT["Parameters"]["Canary"], SHARED["DeploymentPreference"]
    assert parameter["Default"] == "off"
    enabled = DOCUMENT["Mappings"]["Canaries"]
    assert list(enabled) == parameter["AllowedValues"]
    assert {name for name, each in enabled.items() if each["Enabled"] == "false"} == {"off"}
    assert preference["Enabled"] == {"Fn::FindInMap": ["Canaries", {"Ref": "Canary"}, "Enabled"]}
    assert preference["Type"] == {"Ref": "Canary"}
    assert preference["Hooks"] == {"PreTraffic": {"Ref": CHECK}}
    own = {name: each["DeploymentPreference"] for name, each in FUNCTIONS.items() if "DeploymentPreference" in each}
    assert own == {CHECK: {"Enabled": "false"}}, "nobody checks the check"


def test_s1_alarms_take_a_deployment_back_and_none_of_them_waits_for_what_is_deployed() -> None:
    """The API calls the aliases: an alarm that names the API would have to be there before and after them."""
    alarms = [each["Ref"] for each in SHARED["DeploymentPreference"]["Alarms"]]
    assert "NewerFormats" in alarms
    assert len(set(alarms)) == len(alarms) <= MOST_ALARMS
    for name in alarms:
        named = {each.partition(".")[0] for _, each in mentions(of_type("AWS::CloudWatch::Alarm")[name])}
        assert not named & {"Api"}, name
        assert of_type("AWS::CloudWatch::Alarm")[name]["TreatMissingData"] == "notBreaching", "silence is no reason"


def test_s1_codedeploy_may_call_the_check_and_the_check_may_call_the_new_versions_alone() -> None:
    check = FUNCTIONS[CHECK]
    assert check["FunctionName"] == {"Fn::Sub": "CodeDeployHook_lotbook-${Stage}"}, "its role calls no other names"
    (policy,) = check["Policies"]
    assert [each["Action"] for each in policy["Statement"]] == [
        "lambda:InvokeFunction",
        "codedeploy:PutLifecycleEventHookExecutionStatus",
    ]


@pytest.mark.soak  # SAM's own code, five seconds; `make validate` asks it about the template as such
@pytest.mark.sam
def test_s1_what_sam_makes_of_it() -> None:
    if not SAM.exists():
        pytest.skip("sam is not installed: make validate")
    asked = [{}, {"Canary": "Canary10Percent5Minutes"}, {"Layer": "two"}, {"MailFrom": "a@b.example"}]
    command = [str(SAM), "tests/deploy/transformed.py", "template.yaml", json.dumps(asked)]
    environment = {**os.environ, "AWS_DEFAULT_REGION": "us-east-1"}
    run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=True)
    off, canary, other_layer, other_parameter = json.loads(run.stdout)
    assert [no_circle(each) for each in (off, canary)] == [None, None]
    groups = [
        sum(each["Type"] == "AWS::CodeDeploy::DeploymentGroup" for each in made.values()) for made in (off, canary)
    ]
    assert groups == [0, len(FUNCTIONS) - 1]
    assert not versions(off) & versions(other_layer), "every function is new with a new layer"
    assert versions(off) == versions(other_parameter), (
        "SAM publishes a value now: lotbook deployment publish need not any more"
    )
    called = [each["Properties"]["FunctionName"] for each in off.values() if each["Type"] == "AWS::Lambda::Permission"]
    assert all("Aliaslive" in json.dumps(each) for each in called)


def versions(made: Mapping[str, Any]) -> set[str]:
    return {name for name, each in made.items() if each["Type"] == "AWS::Lambda::Version"}


def no_circle(made: Mapping[str, Any]) -> str | None:
    """The first resource that waits for itself; CloudFormation refuses such a template as a whole."""
    waits = {name: {each.partition(".")[0] for _, each in mentions(value)} & set(made) for name, value in made.items()}
    while waits:
        free = {name for name, others in waits.items() if not others & set(waits)}
        if not free:
            return min(waits)
        waits = {name: others for name, others in waits.items() if name not in free}
    return None
