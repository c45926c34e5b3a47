"""`template.yaml` against the folders, the contract's routes and what a table that holds money needs."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from local.template import Template, _Loader, load
from lotbook.adapters.dynamo import keys
from lotbook.api.routes import CONTRACT
from lotbook.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
SAM = ROOT / ".venv-sam" / "bin" / "python"
DOCUMENT: Mapping[str, Any] = yaml.load((ROOT / "template.yaml").read_text(), _Loader)
RESOURCES: Mapping[str, Any] = DOCUMENT["Resources"]
ISSUE_2 = [
    "PUT /v1/policies/{policy_id}",
    "GET /v1/policies/{policy_id}",
    "POST /v1/accounts",
    "GET /v1/accounts/{account_id}",
    "GET /v1/accounts/{account_id}/balance",
    "GET /v1/accounts/{account_id}/entries",
    "GET /v1/accounts/{account_id}/offers",
    "POST /v1/accounts/{account_id}/quotes",
    "POST /v1/accounts/{account_id}/purchases",
    "GET /v1/accounts/{account_id}/purchases",
    "GET /v1/accounts/{account_id}/purchases/{purchase_id}",
    "POST /v1/accounts/{account_id}/purchases/{purchase_id}/recheck",
    "POST /v1/accounts/{account_id}/purchases/{purchase_id}/abandon",
    "GET /v1/accounts/{account_id}/purchases/{purchase_id}/invoice",
    "POST /v1/accounts/{account_id}/consume",
    "POST /v1/accounts/{account_id}/grants",
    "POST /v1/webhooks/stripe",
    "GET /v1/openapi.json",
]


def of_type(kind: str) -> dict[str, Any]:
    return {name: value["Properties"] for name, value in RESOURCES.items() if value["Type"] == kind}


@pytest.fixture(scope="module")
def template() -> Template:
    return load(ROOT / "template.yaml", {"Stage": "test"})


def test_every_function_folder_is_deployed_and_every_deployed_function_has_a_folder(template: Template) -> None:
    folders = {path.parent.name for path in (ROOT / "functions").glob("*/app.py")}
    assert set(template.functions) == folders


def test_every_route_of_the_contract_is_there(template: Template) -> None:
    assert set(ISSUE_2) <= {route.key for route in template.routes}


def test_routes_agree_with_the_code(template: Template) -> None:
    """A route that the code serves and the template lacks answers 404; one that only the template has answers 500."""
    declared = {route.key: (route.function, route.authorizer is None) for route in template.routes}
    coded = {key: (route.function, route.public) for key, route in CONTRACT.items()}
    coded["POST /v1/webhooks/stripe"] = ("webhook", True)
    assert declared == coded


def test_no_two_routes_are_the_same(template: Template) -> None:
    names = [re.sub(r"{\w+}", "{}", route.key) for route in template.routes]
    assert len(names) == len(set(names))


def test_the_authorizer_is_kept_a_minute_by_the_header_alone(template: Template) -> None:
    (authorizer,) = template.authorizers.values()
    assert (authorizer.function, authorizer.header, authorizer.ttl_seconds) == ("authorizer", "authorization", 60)


def test_the_table_survives_mistakes_and_is_indexed_as_the_code_reads_it(template: Template) -> None:
    (table,) = of_type("AWS::DynamoDB::Table").values()
    (resource,) = (value for value in RESOURCES.values() if value["Type"] == "AWS::DynamoDB::Table")
    assert resource["DeletionPolicy"] == resource["UpdateReplacePolicy"] == "Retain"
    assert table["DeletionProtectionEnabled"] is True
    assert table["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] is True
    assert table["SSESpecification"]["SSEEnabled"] is True
    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert table["StreamSpecification"]["StreamViewType"] == "NEW_AND_OLD_IMAGES"
    (index,) = table["GlobalSecondaryIndexes"]
    assert index["IndexName"] == keys.DUE_INDEX
    assert [part["AttributeName"] for part in index["KeySchema"]] == ["dp", "du"]
    assert index["Projection"]["ProjectionType"] == "KEYS_ONLY"
    assert "TimeToLiveSpecification" not in table  # TTL deletes within days: never a source of expiry


def test_every_function_and_the_api_log_for_a_bounded_time() -> None:
    groups = of_type("AWS::Logs::LogGroup")
    assert all("RetentionInDays" in group for group in groups.values())
    used = [function["LoggingConfig"]["LogGroup"]["Ref"] for function in of_type("AWS::Serverless::Function").values()]
    assert len(used) == len(set(used))
    (api,) = of_type("AWS::Serverless::HttpApi").values()
    used.append(api["AccessLogSettings"]["DestinationArn"]["Fn::GetAtt"].split(".")[0])
    assert set(used) == set(groups)


def test_access_logs_hold_no_header() -> None:
    """A token or key in a log is a leak."""
    (api,) = of_type("AWS::Serverless::HttpApi").values()
    assert "header" not in api["AccessLogSettings"]["Format"].lower()
    assert "authorization" not in api["AccessLogSettings"]["Format"].lower()


def test_every_function_has_an_alarm_and_scheduled_ones_a_queue_for_failures() -> None:
    functions = of_type("AWS::Serverless::Function")
    alarms = of_type("AWS::CloudWatch::Alarm").values()
    watched = {
        dimension["Value"]["Ref"]
        for alarm in alarms
        for dimension in alarm.get("Dimensions", [])
        if (alarm["Namespace"], alarm["MetricName"]) == ("AWS/Lambda", "Errors")
    }
    assert watched == set(functions)
    assert any(alarm["Namespace"] == "AWS/SQS" for alarm in alarms)
    for function in functions.values():
        schedules = [event for event in function.get("Events", {}).values() if event["Type"] == "ScheduleV2"]
        assert all("DeadLetterConfig" in event["Properties"] for event in schedules)
        assert not schedules or function["EventInvokeConfig"]["DestinationConfig"]["OnFailure"]["Type"] == "SQS"


def test_what_people_must_look_at_is_counted_in_every_log_and_rings() -> None:
    """One logger writes those lines (`usecases/alarms.py`); Lambda's JSON format names the logger in each."""
    filters = of_type("AWS::Logs::MetricFilter").values()
    functions = of_type("AWS::Serverless::Function")
    logs = {functions[name]["LoggingConfig"]["LogGroup"]["Ref"] for name in functions if name != "AuthorizerFunction"}
    assert {each["LogGroupName"]["Ref"] for each in filters} == logs
    assert {each["FilterPattern"] for each in filters} == {'{ $.logger = "lotbook.alarm" }'}
    ((metric,),) = {tuple(t["MetricName"]["Fn::Sub"] for t in each["MetricTransformations"]) for each in filters}
    rings = of_type("AWS::CloudWatch::Alarm")["Rings"]
    assert (rings["Namespace"], rings["MetricName"]["Fn::Sub"], rings["Threshold"]) == ("Lotbook", metric, 1)
    assert all(function["LoggingConfig"]["LogFormat"] == "JSON" for function in functions.values())


def test_what_calls_stripe_of_its_own_accord_stays_below_its_rate_limit() -> None:
    """Stripe takes 25 requests a second; a run takes 0.4 s a request: 0.3 s for Stripe, the rest for the table."""
    limit = DOCUMENT["Parameters"]["GatewayConcurrency"]
    functions = of_type("AWS::Serverless::Function")
    reserved = [functions[name]["ReservedConcurrentExecutions"] for name in ("WebhookFunction", "RecheckFunction")]
    assert reserved == [{"Fn::If": ["LimitsGateway", {"Ref": "GatewayConcurrency"}, {"Ref": "AWS::NoValue"}]}] * 2
    assert functions["ReconcileFunction"]["ReservedConcurrentExecutions"]["Fn::If"][1] == 1
    together = 2 * limit["Default"] + 1
    assert limit["Default"] > 0
    assert together / 0.4 < 25


def test_functions_that_answer_http_end_before_api_gateway_gives_up() -> None:
    """HTTP APIs wait 30 s at most; a function that also runs on a schedule may take longer there."""
    longest = DOCUMENT["Globals"]["Function"]["Timeout"]
    for name, function in of_type("AWS::Serverless::Function").items():
        kinds = {event["Type"] for event in function.get("Events", {}).values()}
        if kinds == {"HttpApi"}:
            assert function.get("Timeout", longest) < 30, name


def test_all_settings_come_from_globals(template: Template) -> None:
    """The code reads these; what is missing here is a KeyError in the first request after a deployment."""
    settings = Settings.read(template.environment)
    assert settings.gateway_key_parameter == "/lotbook/test/stripe-key"
    assert settings.gateway_api_base is None
    assert settings.clock_file is None
    for name, function in of_type("AWS::Serverless::Function").items():
        assert "Environment" not in function, name


def test_only_the_authorizer_reads_service_keys() -> None:
    """A bug in one function must not be able to mint or read keys."""
    for name, function in of_type("AWS::Serverless::Function").items():
        inline = [policy for policy in function["Policies"] if "Statement" in policy]
        managed = {policy["Ref"] for policy in function["Policies"] if "Ref" in policy}
        if name == "AuthorizerFunction":
            ((statement,),) = (policy["Statement"] for policy in inline)
            assert not managed
            assert statement["Action"] == "dynamodb:GetItem"
            assert list(statement["Condition"].values()) == [{"dynamodb:LeadingKeys": ["K#*"]}]
        else:
            assert not inline
            assert "LedgerAccess" in managed
    (denied,) = (
        statement
        for statement in RESOURCES["LedgerAccess"]["Properties"]["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Deny"
    )
    assert list(denied["Condition"].values()) == [{"dynamodb:LeadingKeys": ["K#*"]}]
    assert keys.service_key("x")["pk"].startswith("K#")


def test_only_what_talks_to_the_gateway_may_read_its_secrets() -> None:
    users = {
        name
        for name, function in of_type("AWS::Serverless::Function").items()
        if {"Ref": "GatewaySecretsAccess"} in function["Policies"]
    }
    assert users == {"PurchaseFunction", "WebhookFunction", "RecheckFunction", "ReconcileFunction"}


def test_no_statement_allows_everything() -> None:
    for name, policy in of_type("AWS::IAM::ManagedPolicy").items():
        for statement in policy["PolicyDocument"]["Statement"]:
            actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
            if statement["Effect"] == "Allow":
                assert not [action for action in actions if "*" in action], name
                assert statement["Resource"] != "*", name


def test_the_layer_lands_as_a_package() -> None:
    """`layers/lotbook` with a build method would nest python/python, and no import would work."""
    layers = of_type("AWS::Serverless::LayerVersion")
    assert layers["LotbookLayer"]["ContentUri"] == "layers/lotbook/python"
    assert (ROOT / "layers" / "lotbook" / "python" / "lotbook" / "__init__.py").exists()
    assert (ROOT / layers["DependenciesLayer"]["ContentUri"] / "requirements.txt").exists()


@pytest.mark.sam
def test_sam_finds_the_template_valid() -> None:
    if not SAM.exists():
        pytest.skip("sam is not installed: make validate")
    environment = {**os.environ, "SAM_CLI_TELEMETRY": "0", "AWS_DEFAULT_REGION": "us-east-1"}
    run = subprocess.run(
        [SAM, "-m", "samcli", "validate", "--lint"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
