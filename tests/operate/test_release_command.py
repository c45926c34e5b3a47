"""Which release a stack runs: what is shown, what a changed parameter needs, and the way back at 3 a.m."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from operate.stack import Stack
from tests.operate.terminal import on

NAMES = {"ConsumeFunction": "burns", "AuditFunction": "audits", "ReleaseCheckFunction": "check", "Table": "table"}
SETTINGS = {"CodeSha256": "a", "Layers": [{"Arn": "layer:1", "CodeSize": 1}], "Environment": {"Variables": {"X": "1"}}}


class Lambda:
    """Lambda's client: versions of each function by number, and where `live` leads."""

    def __init__(self) -> None:
        self.versions = {name: {"1": SETTINGS, "2": SETTINGS, "$LATEST": SETTINGS} for name in ("burns", "audits")}
        self.live = dict.fromkeys(self.versions, "2")
        self.weights: dict[str, dict[str, float]] = {}

    def get_alias(self, FunctionName: str, Name: str) -> dict[str, Any]:  # noqa: N803
        assert Name == "live"
        routing = {"RoutingConfig": {"AdditionalVersionWeights": self.weights.get(FunctionName, {})}}
        return {"FunctionVersion": self.live[FunctionName]} | routing

    def get_paginator(self, operation: str) -> Any:
        assert operation == "list_versions_by_function"
        return self

    def paginate(self, FunctionName: str) -> Iterator[dict[str, Any]]:  # noqa: N803
        yield from ({"Versions": [{"Version": each}]} for each in self.versions[FunctionName])

    def get_function_configuration(self, FunctionName: str, Qualifier: str) -> dict[str, Any]:  # noqa: N803
        return self.versions[FunctionName][Qualifier]

    def publish_version(self, FunctionName: str) -> dict[str, Any]:  # noqa: N803
        of = self.versions[FunctionName]
        of[str(len(of))] = of["$LATEST"]
        return {"Version": str(len(of) - 1)}

    def update_alias(self, FunctionName: str, Name: str, FunctionVersion: str) -> None:  # noqa: N803
        assert FunctionVersion in self.versions[FunctionName]
        assert Name == "live"
        self.live[FunctionName] = FunctionVersion


@pytest.fixture
def aws() -> Lambda:
    return Lambda()


def run(aws: Lambda, verb: str = "show") -> int:
    yes = [] if verb == "show" else ["--yes"]
    return on(Stack(NAMES, lambda _service: aws), "deployment", verb, *yes)


def test_s1_it_shows_the_version_of_every_function_and_the_one_before(
    aws: Lambda, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(aws) == 0
    rows = [line.split() for line in capsys.readouterr().out.splitlines()[2:]]
    assert rows == [["AuditFunction", "2", "1", "yes"], ["ConsumeFunction", "2", "1", "yes"]]


@pytest.mark.parametrize("change", [{"Environment": {"Variables": {"X": "2"}}}, {"Layers": [{"Arn": "layer:2"}]}])
def test_s1_a_changed_parameter_that_nobody_published_is_told_and_published(
    aws: Lambda, change: dict[str, Any]
) -> None:
    """SAM publishes no version for a parameter alone: `AutoTopUp=off` would go on charging."""
    aws.versions["burns"]["$LATEST"] = SETTINGS | change
    assert run(aws, "show") == 1
    assert run(aws, "publish") == 0
    assert aws.live == {"burns": "3", "audits": "2"}
    assert run(aws, "show") == 0


def test_s1_back_leads_every_function_to_the_version_before(aws: Lambda) -> None:
    assert run(aws, "back") == 0
    assert aws.live == {"burns": "1", "audits": "1"}


def test_s1_the_first_release_has_nothing_before_it_and_stays(aws: Lambda, capsys: pytest.CaptureFixture[str]) -> None:
    aws.live["audits"] = "1"
    assert run(aws, "back") == 1
    assert aws.live == {"burns": "1", "audits": "1"}
    assert "AuditFunction has no version before" in capsys.readouterr().out


@pytest.mark.parametrize("verb", ["publish", "back"])
def test_s1_while_codedeploy_moves_calls_nobody_else_does(
    aws: Lambda, verb: str, capsys: pytest.CaptureFixture[str]
) -> None:
    aws.weights["burns"] = {"2": 0.1}
    before = dict(aws.live)
    assert run(aws, verb) == 3
    assert aws.live == before
    assert "ConsumeFunction" in capsys.readouterr().err
