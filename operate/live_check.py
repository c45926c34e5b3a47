"""Whether a deployed stack may take calls: `lotbook deployment check`, after each deployment, and after each change of a secret.

Compares the mode of Stripe's key with the stack's `LiveMode`, and looks at what a live deployment needs. Nothing is changed and no
secret is shown. Needs AWS credentials that may read the stack, its two secrets, the topic of its alarms and Lambda's limits.
docs/going-live.md has the rest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

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


def read(stack: Stack) -> Found:
    """Raises what the SDK raises."""
    parameters = stack.parameters
    key_name, secrets_name = (f"/lotbook/{parameters['Stage']}/{each}" for each in SECRETS)
    asked = stack.client("ssm").get_parameters(Names=[key_name, secrets_name], WithDecryption=True)
    secrets = {each["Name"]: each["Value"].strip() for each in asked["Parameters"]}
    return Found(
        parameters=parameters,
        key_mode=mode_of(secrets.get(key_name, "")),
        has_key=key_name in secrets,
        webhook_secrets=tuple(each.strip() for each in secrets.get(secrets_name, "").split(",") if each.strip()),
        subscribers=_subscribers(stack, parameters.get("AlarmTopicArn", "")),
        concurrency=stack.client("lambda").get_account_settings()["AccountLimit"]["ConcurrentExecutions"],
        unpublished=tuple(each.logical_id for each in running(stack) if not each.is_published),
    )


def _subscribers(stack: Stack, topic: str) -> int:
    if not topic:
        return 0
    pages = stack.client("sns").get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic)
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
        yield f"A parameter was changed and {', '.join(found.unpublished)} run with the old one: lotbook deployment publish."
    if wanted == "live" and "lotbook.invalid" in said.get("ReturnUrl", ""):
        yield "ReturnUrl is nobody's page: buyers whose request names no address come back to nothing."
