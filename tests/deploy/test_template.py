"""`template.yaml` against the folders, the contract's routes and what a table that holds money needs."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from local.cloud.intrinsics import TemplateError, read
from local.cloud.template import Template, load
from lotbook.adapters.dynamo import keys
from lotbook.api.http.identity import KEPT_SECONDS
from lotbook.api.http.routes import CONTRACT
from lotbook.api.mails import stop_page
from lotbook.api.portal.routes import PAGES
from lotbook.domain.news.together import WAYS
from lotbook.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
SAM = ROOT / ".venv-sam" / "bin" / "python"
DOCUMENT: Mapping[str, Any] = read(ROOT / "template.yaml")
RESOURCES: Mapping[str, Any] = DOCUMENT["Resources"]
DAY_SECONDS = 86_400
NAMED = ("AWS::Serverless::HttpApi", "AWS::Events::EventBus", "AWS::SQS::Queue")
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
    coded |= dict.fromkeys(PAGES, ("portal", True)) | dict.fromkeys(stop_page.PAGES, ("mailer", True))
    assert declared == coded


def test_s14_every_route_without_a_token_has_a_throttle_of_its_own() -> None:
    """Whoever floods one of them would make the API answer 429 to everybody."""
    (api,) = of_type("AWS::Serverless::HttpApi").values()
    settings = api["RouteSettings"]
    assert set(settings) == {key for key, route in CONTRACT.items() if route.public} | {*PAGES, *stop_page.PAGES}
    shared = api["DefaultRouteSettings"]
    for own in settings.values():
        assert set(own) == set(shared)
        assert all(own[name] != shared[name] for name in own if name.startswith("Throttling"))


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
    # It deletes within days, so it is never a source of expiry: only pages of holds that are long over, links, sessions, latches of mails, deliveries and their lanes, parts of old marks and claims of runs carry the attribute.
    assert table["TimeToLiveSpecification"] == {"AttributeName": "ttl", "Enabled": True}
    writers = [path for path in (ROOT / "layers" / "lotbook").rglob("*.py") if '"ttl"' in path.read_text()]
    assert sorted(path.name for path in writers) == [
        *("audits.py", "deliveries.py", "ledger_items.py", "mail_latches.py", "passes.py", "reconciliation.py"),
        "sweeps.py",
    ]


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


def test_what_a_queue_feeds_ends_in_a_queue_that_rings_and_is_hidden_long_enough() -> None:
    """Lambda's poller wants six times the function's time; a message that never goes through waits for people, who hear of it."""
    queues = of_type("AWS::SQS::Queue")
    watched = {
        alarm["Dimensions"][0]["Value"]["Fn::GetAtt"].split(".")[0]
        for alarm in of_type("AWS::CloudWatch::Alarm").values()
        if alarm["Namespace"] == "AWS/SQS"
    }
    longest = DOCUMENT["Globals"]["Function"]["Timeout"]
    for name, function in of_type("AWS::Serverless::Function").items():
        for event in function.get("Events", {}).values():
            if event["Type"] != "SQS":
                continue
            source = event["Properties"]
            queue = queues[source["Queue"]["Fn::GetAtt"].split(".")[0]]
            assert queue["VisibilityTimeout"] >= 6 * function.get("Timeout", longest), name
            assert queue["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"].split(".")[0] in watched, name
            assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"], name
            assert source["ScalingConfig"]["MaximumConcurrency"] >= 2, name


def test_two_deployments_fit_into_one_account() -> None:
    """SAM would name a schedule after its function: the second stage could not be created beside the first."""
    for function in of_type("AWS::Serverless::Function").values():
        for event in function.get("Events", {}).values():
            if event["Type"] == "ScheduleV2":
                assert "${Stage}" in event["Properties"]["Name"]["Fn::Sub"]
    named = [properties["Name"] for kind in NAMED for properties in of_type(kind).values() if "Name" in properties]
    assert all("${Stage}" in name["Fn::Sub"] for name in named)


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({"Stage": "prod"}, ["LiveMode=live"]),
        ({"Stage": "prod", "LiveMode": "live"}, ["AlarmTopicArn", "TokenIssuer"]),
        ({"Stage": "shop", "LiveMode": "live", "AlarmTopicArn": "arn:x"}, ["TokenIssuer"]),
        ({"Stage": "shop", "LiveMode": "live", "TokenIssuer": "none"}, ["AlarmTopicArn"]),
        ({"Stage": "dev", "TokenIssuer": "https://id.example"}, ["TokenKeysUrl"]),
        ({"Stage": "dev", "DomainName": "billing.example"}, ["CertificateArn"]),
        ({"Stage": "prod", "LiveMode": "live", "AlarmTopicArn": "arn:x", "TokenIssuer": "none"}, []),
        ({"Stage": "dev"}, []),
    ],
)
def test_a_live_deployment_says_who_is_alarmed_and_who_issues_tokens(given: dict[str, str], missing: list[str]) -> None:
    """CloudFormation refuses before it changes anything, and the local run with it."""
    if not missing:
        assert load(ROOT / "template.yaml", given).environment["LIVE_MODE"] == given.get("LiveMode", "test")
        return
    with pytest.raises(TemplateError) as refused:
        load(ROOT / "template.yaml", given)
    assert all(name in str(refused.value) for name in missing)


def test_none_is_no_issuer_and_only_live_mode_is_live() -> None:
    live = {"LiveMode": "live", "AlarmTopicArn": "arn:x", "TokenIssuer": "none"}
    for stage, given in (("prod", live), ("shop", live), ("dev", {"TokenIssuer": "none"})):
        settings = Settings.read(load(ROOT / "template.yaml", {"Stage": stage, **given}).environment)
        assert (settings.token_issuer, settings.live) == ("", stage != "dev")


def test_defaults_deploy_on_an_account_that_may_reserve_no_concurrency() -> None:
    """A new AWS account has ten runs at a time in all, and a stack that reserves one of them is rolled back."""
    for name, function in of_type("AWS::Serverless::Function").items():
        match function.get("ReservedConcurrentExecutions"):
            case None:
                continue
            case {"Fn::If": [condition, _, {"Ref": "AWS::NoValue"}]}:
                ((_, (test,)),) = DOCUMENT["Conditions"][condition].items()
                reserved, nothing = test["Fn::Equals"]
                assert DOCUMENT["Parameters"][reserved["Ref"]]["Default"] == nothing == 0, name
            case other:
                raise AssertionError(f"{name} reserves {other}")


def test_what_is_evidence_outlives_its_stack() -> None:
    """Logs and dead letters of a money system; what a first creation that failed leaves is nobody's evidence."""
    for name, resource in RESOURCES.items():
        if resource["Type"] in ("AWS::Logs::LogGroup", "AWS::SQS::Queue"):
            assert resource["DeletionPolicy"] == "RetainExceptOnCreate", name
            assert resource["UpdateReplacePolicy"] == "Retain", name


def test_a_domain_leads_to_the_api_and_the_outputs_name_it() -> None:
    """Stripe and every client are bound to an address: one of AWS's ends with the API that it names."""
    (mapping,) = of_type("AWS::ApiGatewayV2::ApiMapping").values()
    assert (mapping["ApiId"], mapping["DomainName"]) == ({"Ref": "Api"}, {"Ref": "Domain"})
    assert "ApiMappingKey" not in mapping, "the billing page and its cookies live at the root"
    for name in ("ApiUrl", "WebhookUrl"):
        condition, own, _ = DOCUMENT["Outputs"][name]["Value"]["Fn::If"]
        assert condition == RESOURCES["Domain"]["Condition"] == DOCUMENT["Outputs"]["DomainTarget"]["Condition"]
        assert own["Fn::Sub"].startswith("https://${DomainName}")


def test_api_gateway_remembers_a_caller_as_long_as_one_of_whom_nothing_is_known_is_told_to_wait() -> None:
    authorizer = of_type("AWS::Serverless::HttpApi")["Api"]["Auth"]["Authorizers"]
    assert {each["Identity"]["ReauthorizeEvery"] for each in authorizer.values()} == {KEPT_SECONDS}


def test_a_deployment_without_an_issuer_is_what_the_parameters_say_when_nobody_says_anything() -> None:
    assert [DOCUMENT["Parameters"][name]["Default"] for name in ("TokenIssuer", "TokenKeysUrl")] == ["", ""]


def test_what_calls_stripe_of_its_own_accord_stays_below_its_rate_limit() -> None:
    """Stripe takes 25 requests a second; a run takes 0.4 s a request: 0.3 s for Stripe, the rest for the table."""
    recommended = int(re.findall(r"GatewayConcurrency=(\d+)", (ROOT / "samconfig.toml").read_text())[0])
    functions = of_type("AWS::Serverless::Function")
    reserved = [functions[name]["ReservedConcurrentExecutions"] for name in ("WebhookFunction", "RecheckFunction")]
    assert reserved == [{"Fn::If": ["LimitsGateway", {"Ref": "GatewayConcurrency"}, {"Ref": "AWS::NoValue"}]}] * 2
    assert functions["ReconcileFunction"]["ReservedConcurrentExecutions"]["Fn::If"][1] == 1
    queue = functions["AutoTopUpFunction"]["Events"]["Queue"]["Properties"]
    together = 2 * recommended + 1 + queue["ScalingConfig"]["MaximumConcurrency"]
    assert recommended > 0
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
    more = {name: function.get("Environment") for name, function in of_type("AWS::Serverless::Function").items()}
    checked = more.pop("ReleaseCheckFunction")["Variables"]
    assert more.pop("ConsumeFunction") == {"Variables": {"TELL_THROTTLES": "on"}}, "a hot account's burns do not wait"
    assert set(more.values()) == {None}
    assert checked == {f"CHECKED_{name}": {"Ref": f"{name.title()}Function.Version"} for name in ("ACCOUNT", "CONSUME")}


def test_automatic_purchase_is_on_unless_the_deployment_says_otherwise(template: Template) -> None:
    """The operator's one switch; any other word than the two is refused by CloudFormation."""
    assert DOCUMENT["Parameters"]["AutoTopUp"]["AllowedValues"] == ["on", "off"]
    off = load(ROOT / "template.yaml", {"Stage": "test", "AutoTopUp": "off"})
    assert [Settings.read(each.environment).auto_top_up for each in (template, off)] == [True, False]
    assert Settings.read(template.environment).auto_top_up_queue


def test_issue_14_burns_are_told_each_unless_the_deployment_says_otherwise(template: Template) -> None:
    assert DOCUMENT["Parameters"]["BurnEvents"]["AllowedValues"] == list(WAYS)
    found = [load(ROOT / "template.yaml", {"Stage": "test", "BurnEvents": way}) for way in WAYS]
    assert [Settings.read(each.environment).burn_events for each in (template, *found)] == ["each", *WAYS]


def test_op_6_everything_reads_the_table_in_use_so_a_restored_one_takes_its_place() -> None:
    """A restored table has a new name. What named the stack's own table would go on with the one that was given up."""
    words = json.dumps(
        {name: value for name, value in RESOURCES.items() if name not in ("TableNameInUse", "TableArnInUse")}
    )
    stream = {"Fn::If": ["UsesRestoredTable", {"Ref": "RestoredTableStream"}, {"Fn::GetAtt": "Table.StreamArn"}]}
    (source,) = (event["Properties"] for event in RESOURCES["OutboxFunction"]["Properties"]["Events"].values())
    assert source["Stream"] == stream
    rest = (words + json.dumps(DOCUMENT["Globals"])).replace(json.dumps(stream), "")
    named = re.findall(r'"Ref": "Table"|"Fn::GetAtt": "Table\.|\$\{Table[.}]', rest)
    assert not named, f"write !GetAtt TableNameInUse.Value or !GetAtt TableArnInUse.Value: {named}"


def test_op_6_the_functions_find_the_restored_table_under_its_name() -> None:
    restored = {"Stage": "test", "RestoredTable": "lotbook-2026-11-26", "RestoredTableStream": "arn:x"}
    assert load(ROOT / "template.yaml", restored).environment["TABLE_NAME"] == "lotbook-2026-11-26"
    own = load(ROOT / "template.yaml", {"Stage": "test"})
    assert own.environment["TABLE_NAME"] == own.table["TableName"]


def test_the_layer_lands_as_a_package() -> None:
    """`layers/lotbook` with a build method would nest python/python, and no import would work."""
    layers = of_type("AWS::Serverless::LayerVersion")
    assert layers["LotbookLayer"]["ContentUri"] == "layers/lotbook/python"
    assert (ROOT / "layers" / "lotbook" / "python" / "lotbook" / "__init__.py").exists()
    assert (ROOT / layers["DependenciesLayer"]["ContentUri"] / "requirements.txt").exists()


@pytest.mark.soak  # `make test` runs `make validate` beside the tests
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
