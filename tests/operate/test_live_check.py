"""The check of a deployed stack: what it finds wrong, what it never shows, and what it answers when AWS cannot be asked."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from operate.live_check import Found, differences, read
from operate.stack import Stack, find
from tests.operate.terminal import lotbook

LIVE = {"Stage": "eu", "LiveMode": "live", "AlarmTopicArn": "arn:topic", "ReturnUrl": "https://shop.example/"}
GOOD = Found(LIVE, "live", has_key=True, webhook_secrets=("whsec_a",), subscribers=1, concurrency=1_000)
KEY = "rk_live_abc"


def test_a_deployment_where_all_is_there_may_take_calls() -> None:
    assert list(differences(GOOD)) == []
    assert list(differences(replace(GOOD, parameters={"Stage": "dev"}, key_mode="test", subscribers=0))) == []


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"key_mode": "test"}, "of mode test and the stack says LiveMode=live"),
        ({"parameters": LIVE | {"LiveMode": "test"}}, "of mode live and the stack says LiveMode=test"),
        ({"key_mode": None}, "no secret or restricted key"),
        ({"key_mode": None, "has_key": False}, "/lotbook/eu/stripe-key"),
        ({"webhook_secrets": ()}, "/lotbook/eu/stripe-webhook-secrets"),
        ({"webhook_secrets": ("whsec_a", "sk_live_x")}, "something else than webhook secrets"),
        ({"subscribers": 0}, "ring nowhere"),
        ({"concurrency": 10}, "Service Quotas"),
        ({"unpublished": ("ConsumeFunction",)}, "ConsumeFunction run with the old one"),
        ({"parameters": LIVE | {"ReturnUrl": "https://lotbook.invalid/"}}, "ReturnUrl"),
    ],
)
def test_each_thing_that_is_wrong_is_one_sentence(change: dict[str, Any], says: str) -> None:
    (sentence,) = differences(replace(GOOD, **change))
    assert says in sentence
    assert "sk_live_x" not in sentence


class Aws:
    """A session whose every client is this; what is absent is refused as AWS does."""

    def __init__(self, secrets: dict[str, str]) -> None:
        self._secrets = secrets

    def client(self, _service: str) -> Aws:
        return self

    def describe_stacks(self, StackName: str) -> Any:  # noqa: N803
        assert StackName == "lotbook-eu"
        return {"Stacks": [{"Parameters": [{"ParameterKey": k, "ParameterValue": v} for k, v in LIVE.items()]}]}

    def get_parameters(self, Names: list[str], WithDecryption: bool) -> Any:  # noqa: N803
        assert WithDecryption
        return {"Parameters": [{"Name": name, "Value": self._secrets[name]} for name in Names if name in self._secrets]}

    def get_paginator(self, _name: str) -> Aws:
        return self

    def paginate(self, TopicArn: str = "", StackName: str = "") -> Any:  # noqa: N803
        if StackName == "lotbook-eu":  # its functions: `tests/operate/test_release_command.py`
            yield {"StackResourceSummaries": [{"LogicalResourceId": "Table", "PhysicalResourceId": "t"}]}
            return
        assert TopicArn == LIVE["AlarmTopicArn"]
        yield {"Subscriptions": [{"SubscriptionArn": "PendingConfirmation"}]}
        yield {"Subscriptions": [{"SubscriptionArn": "arn:sub"}]}

    def get_account_settings(self) -> Any:
        return {"AccountLimit": {"ConcurrentExecutions": 1_000}}


def a_stack(aws: Aws) -> Stack:
    """As `lotbook --stack` finds it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("boto3.client", lambda service, **_: aws.client(service))
        return find("lotbook-eu")


def test_what_aws_has_is_read_and_no_secret_is_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    secrets = {"/lotbook/eu/stripe-key": f"{KEY}\n", "/lotbook/eu/stripe-webhook-secrets": "whsec_a, whsec_b"}
    assert read(a_stack(Aws(secrets))) == replace(GOOD, webhook_secrets=("whsec_a", "whsec_b"))
    secrets["/lotbook/eu/stripe-key"] = "sk_test_abc"
    aws = Aws(secrets)
    monkeypatch.setattr("boto3.client", lambda service, **_: aws.client(service))
    assert lotbook("deployment", "check", "--stack", "lotbook-eu") == 1
    said = capsys.readouterr()
    assert "LiveMode=live" in said.out
    assert not any(secret in said.out + said.err for secret in ("abc", "whsec_a"))


def test_secrets_that_were_not_written_yet_are_named() -> None:
    found = list(differences(read(a_stack(Aws({})))))
    assert [each.split(":")[0] for each in found] == ["There is no Stripe key", "There is no webhook secret"]


def test_where_aws_cannot_be_asked_nothing_is_called_wrong(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refused(*_: Any, **__: Any) -> Any:
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "DescribeStacks")

    monkeypatch.setattr("boto3.client", refused)
    assert lotbook("deployment", "check", "--stack", "lotbook-eu") == 3
    assert capsys.readouterr().err
