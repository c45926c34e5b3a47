"""What watches a deployment: each alarm has its entry in docs/runbook.md, each log its metrics, and the dashboard shows what is there."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

import pytest

from local.cloud.template import _rate_seconds as load_rate
from lotbook.domain.values.errors import BadSignature
from tests.deploy.test_template import DOCUMENT, RESOURCES, ROOT, of_type

RUNBOOK = (ROOT / "docs" / "runbook.md").read_text()
ALARMS: Mapping[str, Any] = of_type("AWS::CloudWatch::Alarm")
FUNCTIONS: Mapping[str, Any] = of_type("AWS::Serverless::Function")
FILTERS: Mapping[str, Any] = of_type("AWS::Logs::MetricFilter")
DAY_SECONDS = 86_400
LINK = re.compile(r" - \$\{RunbookUrl\}#([a-z0-9-]+)$")
PARTS = ("**It means.**", "**Look at.**", "**Do.**")


def anchor(heading: str) -> str:
    """As GitHub makes it."""
    return re.sub(r"[^a-z0-9 -]", "", heading.lower()).replace(" ", "-")


def entries() -> dict[str, str]:
    """The runbook's sections by their anchor."""
    parts = re.split(r"(?m)^## (.+)$", RUNBOOK)[1:]
    return {anchor(heading): text for heading, text in zip(parts[::2], parts[1::2], strict=True)}


def alarms_of(text: str) -> list[str]:
    line = re.search(r"(?m)^Alarms: (.+)$", text)
    return re.findall(r"`(\w+)`", line[1]) if line else []


def test_op_5_every_alarm_leads_to_its_entry_and_every_entry_to_its_alarms() -> None:
    """At 3 a.m. an alarm says what to look at and what to do; an entry for an alarm that is gone leads astray."""
    led = {}
    for name, alarm in ALARMS.items():
        text = alarm["AlarmDescription"]["Fn::Sub"]
        found = LINK.search(text)
        assert found, f"{name} does not end with the address of its entry: {text}"
        assert len(text) < 1_000, "CloudWatch takes 1,024 characters"
        led[name] = found[1]
    named = {name: where for where, text in entries().items() for name in alarms_of(text)}
    assert led == named


def test_op_5_every_entry_says_what_it_means_what_to_look_at_and_what_to_do_with_a_command() -> None:
    for where, text in entries().items():
        if alarms_of(text):
            assert [text.count(part) for part in PARTS] == [1, 1, 1], where
            assert re.search(r"(?m)^```bash$", text.partition(PARTS[1])[2]), f"{where} has no command"


def codes() -> Iterator[tuple[str, str]]:
    """Every code that deployed code rings with, and where."""
    for folder in ("functions", "layers/lotbook/python/lotbook"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("alarm", "_ring") and node.args:
                    first = node.args[0]
                    if isinstance(first, ast.Constant):
                        yield str(first.value), path.name


@pytest.mark.slow
def test_op_5_every_code_that_rings_has_its_line_in_the_runbook() -> None:
    rows = re.findall(r"(?m)^\| (`.+?`) \|", entries()["people-must-look"])
    told = {code for row in rows for code in re.findall(r"`(\w+)`", row)}
    assert told == {code for code, _ in codes()}


def test_op_5_every_alarm_reaches_the_topic() -> None:
    for name, alarm in ALARMS.items():
        actions = alarm.get("AlarmActions") or alarm["InsufficientDataActions"]
        assert actions["Fn::If"][:2] == ["HasAlarmTopic", [{"Ref": "AlarmTopicArn"}]], name


def test_every_function_has_an_alarm_and_scheduled_ones_a_queue_for_failures() -> None:
    functions = FUNCTIONS
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


def test_a_schedule_that_stopped_is_noticed() -> None:
    """It raises nothing: only its silence can be heard, which is longer than its interval and shorter than three days."""
    functions = FUNCTIONS
    scheduled = {
        name: load_rate(event["Properties"])
        for name, function in functions.items()
        for event in function.get("Events", {}).values()
        if event["Type"] == "ScheduleV2"
    }
    of_log = {function["LoggingConfig"]["LogGroup"]["Ref"]: name for name, function in functions.items()}
    runs = {
        each["MetricTransformations"][0]["MetricName"]["Fn::Sub"]: of_log.get(each["LogGroupName"]["Ref"], "")
        for each in FILTERS.values()
    }
    heard = [alarm for alarm in ALARMS.values() if "InsufficientDataActions" in alarm]
    invoked = {each["Dimensions"][0]["Value"]["Ref"]: each for each in heard if each["MetricName"] == "Invocations"}
    for name in invoked:  # a function that answers HTTP, too, is invoked whether or not its schedule runs
        assert {event["Type"] for event in functions[name]["Events"].values()} == {"ScheduleV2"}
    logged = {runs[each["MetricName"]["Fn::Sub"]]: each for each in heard if each["MetricName"] != "Invocations"}
    silences = {name: each["Period"] * each["EvaluationPeriods"] for name, each in (invoked | logged).items()}
    assert set(silences) == set(scheduled)
    for name, seconds in scheduled.items():
        assert 2 * seconds <= silences[name] <= 3 * DAY_SECONDS, name
    # An alarm begins with too little data. What rings for that rings when data ends, and not for a deployment that has none yet.
    assert not [name for name, alarm in ALARMS.items() if alarm["TreatMissingData"] == "breaching"]
    assert {alarm["TreatMissingData"] for alarm in heard} == {"missing"}
    assert not [alarm for alarm in heard if "AlarmActions" in alarm]


def test_what_people_must_look_at_is_counted_in_every_log_and_rings() -> None:
    """One logger writes those lines (`usecases/alarms.py`); Lambda's JSON format names the logger in each."""
    filters = [each for each in of_type("AWS::Logs::MetricFilter").values() if "$.logger" in each["FilterPattern"]]
    functions = FUNCTIONS
    logs = {functions[name]["LoggingConfig"]["LogGroup"]["Ref"] for name in functions}
    assert {each["LogGroupName"]["Ref"] for each in filters} == logs
    assert {each["FilterPattern"] for each in filters} == {'{ $.logger = "lotbook.alarm" }'}
    ((metric,),) = {tuple(t["MetricName"]["Fn::Sub"] for t in each["MetricTransformations"]) for each in filters}
    rings = of_type("AWS::CloudWatch::Alarm")["Rings"]
    assert (rings["Namespace"], rings["MetricName"]["Fn::Sub"], rings["Threshold"]) == ("Lotbook", metric, 1)
    assert all(function["LoggingConfig"]["LogFormat"] == "JSON" for function in functions.values())


def test_what_the_gateway_signed_with_another_secret_is_counted_and_rings() -> None:
    """A secret that was rotated on one side only: without this, events stop and nobody hears of it."""
    (found,) = [each for each in of_type("AWS::Logs::MetricFilter").values() if "$.code" in each["FilterPattern"]]
    assert found["FilterPattern"] == f'{{ $.code = "{BadSignature.code}" }}'
    assert found["LogGroupName"] == of_type("AWS::Serverless::Function")["WebhookFunction"]["LoggingConfig"]["LogGroup"]
    (metric,) = found["MetricTransformations"]
    alarm = of_type("AWS::CloudWatch::Alarm")["WebhookBadSignatures"]
    assert alarm["MetricName"] == metric["MetricName"] == {"Fn::Sub": "bad-signatures-${Stage}"}
    assert alarm["Namespace"] == metric["MetricNamespace"] == "Lotbook"
    assert (alarm["Threshold"], alarm["Period"]) == (3, 3_600), "Stripe's own tries of one event in its first hour"


def test_op_5_every_job_that_says_more_has_an_alarm_for_how_far_it_is_behind() -> None:
    """A schedule that falls behind for ever looked healthy: its figure was published, and nobody read it.

    A busy one leaves work all day, and goes on by itself: how late the work is says more than that there is some."""
    told = {
        node.args[0].value
        for path in (ROOT / "functions").glob("*/app.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", "") == "report"
        and "behind_seconds" in path.read_text()
        if isinstance(node.args[0], ast.Constant)
    }
    heard = {
        each["Dimensions"][0]["Value"]: each
        for each in ALARMS.values()
        if (each["Namespace"], each["MetricName"]) == ("Lotbook", "behind_seconds")
    }
    assert set(heard) == told == {"expire", "recheck", "audit", "reconcile", "relay", "report"}
    for alarm in heard.values():
        assert alarm["Dimensions"][1] == {"Name": "stage", "Value": {"Ref": "Stage"}}
        assert alarm["Statistic"] == "Maximum", "of three works of one function the latest counts"
        assert alarm["Threshold"] >= 3_600


def test_op_5_two_stages_do_not_add_up_in_one_metric() -> None:
    for name, alarm in ALARMS.items():
        if alarm["Namespace"] == "Lotbook":
            dimensions = {each["Name"] for each in alarm.get("Dimensions", [])}
            assert "stage" in dimensions or "${Stage}" in alarm["MetricName"]["Fn::Sub"], name
    for name, each in FILTERS.items():
        (metric,) = each["MetricTransformations"]
        assert "${Stage}" in metric["MetricName"]["Fn::Sub"], name


def matches(pattern: str, line: Mapping[str, str]) -> bool:
    """As CloudWatch reads a pattern for JSON lines, as far as the template uses them."""

    def term(found: re.Match[str]) -> str:
        is_so = fnmatchcase(line[found[1]], found[3].replace("[", "[[]"))
        return str(is_so if found[2] == "=" else not is_so)

    said = re.sub(r'\$\.(\w+) (!?=) "([^"]*)"', term, pattern.strip("{} \n"))
    assert re.fullmatch(r"[TrueFals()&| ]+", said), said
    return bool(eval(said.replace("&&", " and ").replace("||", " or ")))


CALL, HOOK = "POST /v1/accounts/{account_id}/consume", "POST /v1/webhooks/stripe"
RECHECK = "POST /v1/accounts/{account_id}/purchases/{purchase_id}/recheck"


@pytest.mark.parametrize(
    ("status", "function", "route", "counted"),
    [
        ("200", "200", CALL, "fine"),
        ("402", "402", CALL, "fine"),
        ("429", "-", CALL, "fine"),
        ("503", "503", CALL, "deliberate"),  # the function says it: the table does not answer, the account is busy
        ("503", "503", HOOK, "deliberate"),
        ("503", "-", HOOK, "deliberate"),  # the reserved concurrency is used up: what is turned away is delivered again
        ("503", "-", RECHECK, "deliberate"),
        ("503", "-", CALL, "error"),  # Lambda turned it away
        ("500", "-", CALL, "error"),  # it crashed
        ("500", "-", HOOK, "error"),
        ("504", "-", CALL, "error"),
    ],
)
def test_op_5_a_503_that_is_meant_is_no_error_and_every_answer_is_counted_once(
    status: str, function: str, route: str, counted: str
) -> None:
    line = {"status": status, "function_status": function, "route": route}
    hits = {name: matches(FILTERS[name]["FilterPattern"], line) for name in ("ServerErrors", "NoServerErrors")}
    assert hits == {"ServerErrors": counted == "error", "NoServerErrors": counted != "error"}
    assert matches(FILTERS["DeliberateUnavailable"]["FilterPattern"], line) == (counted == "deliberate")
    values = {name: FILTERS[name]["MetricTransformations"][0]["MetricValue"] for name in hits}
    assert values == {"ServerErrors": "1", "NoServerErrors": "0"}, "so that the average is the share of errors"
    is_wrong = status.startswith("4") and status != "402"
    assert matches(FILTERS["ClientErrors"]["FilterPattern"], line) == is_wrong
    assert matches(FILTERS["NoClientErrors"]["FilterPattern"], line) != is_wrong
    alarm = ALARMS["ApiServerErrors"]
    assert (alarm["MetricName"]["Fn::Sub"], alarm["Statistic"]) == ("server-errors-${Stage}", "Average")


def test_op_5_what_is_counted_of_lines_stands_in_the_lines() -> None:
    (api,) = of_type("AWS::Serverless::HttpApi").values()
    said = set(json.loads(api["AccessLogSettings"]["Format"]))
    assert {"request_id", "lambda_id", "function_status", "route"} <= said, "ids that join logs"
    for name, each in FILTERS.items():
        if each["LogGroupName"]["Ref"] == "ApiLogs":
            assert set(re.findall(r"\$\.(\w+)", each["FilterPattern"])) <= said, name


def alarms_on(metric: str) -> dict[str, Any]:
    """Alarms on a metric of Lambda's, by function."""
    found = [a for a in ALARMS.values() if (a["Namespace"], a["MetricName"]) == ("AWS/Lambda", metric)]
    return {alarm["Dimensions"][0]["Value"]["Ref"]: alarm for alarm in found}


def test_op_5_every_function_that_somebody_waits_for_rings_when_it_is_throttled_or_near_its_time() -> None:
    answers = {"AuthorizerFunction"}
    feeds = set()
    for name, function in FUNCTIONS.items():
        kinds = {event["Type"] for event in function.get("Events", {}).values()}
        answers |= {name} if kinds == {"HttpApi"} else set()
        feeds |= {name} if kinds & {"SQS", "DynamoDB"} else set()
    assert set(alarms_on("Throttles")) == answers
    near = {name: a for name, a in alarms_on("Duration").items() if a.get("Statistic") == "Maximum"}
    assert set(near) == answers | feeds
    longest = DOCUMENT["Globals"]["Function"]["Timeout"]
    for name, alarm in near.items():
        assert alarm["Threshold"] == 800 * FUNCTIONS[name].get("Timeout", longest), (
            f"{name}: four fifths of its Timeout"
        )


def test_op_5_what_lambda_drops_of_a_schedule_rings() -> None:
    asynchronous = {name for name, function in FUNCTIONS.items() if "EventInvokeConfig" in function}
    assert set(alarms_on("AsyncEventsDropped")) == asynchronous


def test_op_5_the_dashboard_is_json_and_shows_what_there_is() -> None:
    (dashboard,) = of_type("AWS::CloudWatch::Dashboard").values()
    assert dashboard["DashboardName"] == {"Fn::Sub": "lotbook-${Stage}"}
    text = dashboard["DashboardBody"]["Fn::Sub"]
    for name, attribute in re.findall(r"\$\{(\w+)(?:\.(\w+))?\}", text):
        assert name in RESOURCES or name in DOCUMENT["Parameters"], f"{name}.{attribute}"
    shown = json.dumps(json.loads(text))
    for each in FILTERS.values():
        metric = each["MetricTransformations"][0]["MetricName"]["Fn::Sub"]
        assert metric in shown or metric in ("recheck-runs-${Stage}", "relay-runs-${Stage}"), (
            f"{metric} is nowhere on the dashboard"
        )
    jobs = set(re.findall(r'"service", "(\w+)"', shown))
    assert jobs <= {path.parent.name for path in (ROOT / "functions").glob("*/app.py")}


def test_op_5_commands_of_the_runbook_name_what_the_stack_has() -> None:
    named = set(re.findall(r"\$\(of (\w+)\)", RUNBOOK)) | set(re.findall(r"(?m)^    logs (\w+)", RUNBOOK))
    assert named <= set(RESOURCES), named - set(RESOURCES)
    assert set(re.findall(r"\$\(out (\w+)\)", RUNBOOK)) <= set(DOCUMENT["Outputs"])
    assert "RunbookUrl" in DOCUMENT["Parameters"]
    for module in set(re.findall(r"-m (operate\.\w+)", RUNBOOK)):
        assert (ROOT / f"{module.replace('.', '/')}.py").exists(), module


def test_op_5_tracing_is_off_unless_somebody_asks_and_costs_no_import() -> None:
    assert (DOCUMENT["Parameters"]["Tracing"]["Default"], DOCUMENT["Globals"]["Function"]["Tracing"]) == (
        "Disabled",
        {"Ref": "Tracing"},
    )
    assert not [path for path in (ROOT / "layers").rglob("*.py") if "xray" in path.read_text().lower()]
