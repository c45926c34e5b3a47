"""Whether a deployed stack may take calls: `STACK`. Run it after each deployment, and after each change of a secret.

Compares the mode of Stripe's key with the stack's `LiveMode`, and looks at what a live deployment needs. Nothing is changed and no
secret is shown. Needs AWS credentials that may read the stack, its two secrets, the topic of its alarms and Lambda's limits. Exits with 0
where all is as it should be, with 1 where something is not, with 2 where nothing could be asked. docs/going-live.md has the rest.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import boto3

from local.cloud.refusals import Refused, in_one_sentence
from local.ending import ended
from lotbook.adapters.stripe.client import mode_of
from operate.release import running
from operate.stack import Stack

SECRETS = ("stripe-key", "stripe-webhook-secrets")
SECRET_PREFIX = "whsec_"  # what Stripe's webhook secrets begin with
NEW_ACCOUNT = 10  # runs at a time: what Lambda allows an AWS account that has not asked for more
WAITING = "PendingConfirmation"


@dataclass(frozen=True, slots=True)
class Found:
    """What AWS has. `key_mode`: of Stripe's key, None where there is none or it is none of Stripe's."""

    parameters: Mapping[str, str]
    key_mode: str | None
    has_key: bool
    webhook_secrets: tuple[str, ...]
    subscribers: int
    concurrency: int
    unpublished: tuple[str, ...] = ()  # functions whose newest settings nobody calls yet


def main(arguments: list[str] | None = None) -> int:
    """Answers the exit code."""
    parser = argparse.ArgumentParser(prog="operate.live_check", description=__doc__)
    parser.add_argument("stack", metavar="STACK")
    asked = parser.parse_args(arguments)
    try:
        with in_one_sentence(asked.stack):
            found = read(boto3.Session(), asked.stack)
    except Refused as refusal:
        print(refusal, file=sys.stderr)
        return 2
    wrong = list(differences(found))
    print("\n".join(wrong) or f"{asked.stack} may take calls. The rest is for your eyes: docs/going-live.md.")
    return 1 if wrong else 0


def read(aws: Any, stack: str) -> Found:
    """By a session of boto3. Raises what the SDK raises."""
    (described,) = aws.client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
    parameters = {each["ParameterKey"]: each["ParameterValue"] for each in described["Parameters"]}
    key_name, secrets_name = (f"/lotbook/{parameters['Stage']}/{each}" for each in SECRETS)
    asked = aws.client("ssm").get_parameters(Names=[key_name, secrets_name], WithDecryption=True)
    secrets = {each["Name"]: each["Value"].strip() for each in asked["Parameters"]}
    return Found(
        parameters=parameters,
        key_mode=mode_of(secrets.get(key_name, "")),
        has_key=key_name in secrets,
        webhook_secrets=tuple(each.strip() for each in secrets.get(secrets_name, "").split(",") if each.strip()),
        subscribers=_subscribers(aws, parameters.get("AlarmTopicArn", "")),
        concurrency=aws.client("lambda").get_account_settings()["AccountLimit"]["ConcurrentExecutions"],
        unpublished=_unpublished(aws, stack),
    )


def _unpublished(aws: Any, stack: str) -> tuple[str, ...]:
    pages = aws.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=stack)
    found = [each for page in pages for each in page["StackResourceSummaries"]]
    names = {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in found}
    return tuple(each.logical_id for each in running(Stack(names, aws.client)) if not each.is_published)


def _subscribers(aws: Any, topic: str) -> int:
    if not topic:
        return 0
    pages = aws.client("sns").get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic)
    return sum(each["SubscriptionArn"] != WAITING for page in pages for each in page["Subscriptions"])


def differences(found: Found) -> Iterator[str]:
    """What is not as it should be, a sentence each."""
    said, stage = found.parameters, found.parameters["Stage"]
    wanted = said.get("LiveMode", "test")
    if not found.has_key:
        yield f"There is no Stripe key: write /lotbook/{stage}/stripe-key as a SecureString."
    elif found.key_mode is None:
        yield f"/lotbook/{stage}/stripe-key holds no secret or restricted key of Stripe's."
    elif found.key_mode != wanted:
        yield f"The Stripe key is of mode {found.key_mode} and the stack says LiveMode={wanted}: nothing is sold."
    if not found.webhook_secrets:
        yield f"There is no webhook secret: write /lotbook/{stage}/stripe-webhook-secrets as a SecureString."
    elif not all(each.startswith(SECRET_PREFIX) for each in found.webhook_secrets):
        yield f"/lotbook/{stage}/stripe-webhook-secrets holds something else than webhook secrets ({SECRET_PREFIX}...)."
    if said.get("AlarmTopicArn") and not found.subscribers:
        yield "Nobody has confirmed a subscription to the topic of the alarms: they ring nowhere."
    if wanted == "live" and found.concurrency <= NEW_ACCOUNT:
        yield f"Lambda lets this AWS account run {found.concurrency} functions at a time: ask for more (Service Quotas)."
    if found.unpublished:
        yield f"A parameter was changed and {', '.join(found.unpublished)} run with the old one: operate.release STACK publish."
    if wanted == "live" and "lotbook.invalid" in said.get("ReturnUrl", ""):
        yield "ReturnUrl is nobody's page: buyers whose request names no address come back to nothing."


if __name__ == "__main__":
    sys.exit(ended(main, sys.argv[1:]))
