"""Settings at Stripe that Lotbook relies on: compares what Stripe's API shows of them; docs/stripe-settings.md has them all.

The key is taken from STRIPE_API_KEY (a restricted key that may read webhook endpoints is enough), WEBHOOK_URL is an output of the
stack. Nothing is changed. Exits with 0 where all is as it should be, with 1 where something is not, with 2 where nothing could be asked.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import stripe

from local.ending import ended
from lotbook.adapters.stripe.client import API_VERSION, TIMEOUT_SECONDS
from lotbook.usecases.inbox.handle_event import CARDS, SETTLING
from lotbook.usecases.inbox.handle_money_back import MONEY_BACK
from lotbook.usecases.inbox.handle_plan_event import INVOICES, SUBSCRIPTIONS

KEY = "STRIPE_API_KEY"
SAID_TWICE = frozenset({"invoice.payment_succeeded"})  # the same news as invoice.paid
WANTED = (SETTLING | CARDS | MONEY_BACK | INVOICES | SUBSCRIPTIONS) - SAID_TWICE
# Until every endpoint that hears of it has answered 2xx, Stripe finalizes no invoice by itself, for up to 72 hours.
HARMFUL = frozenset({"invoice.created"})
EVERYTHING = "*"
MAX_ENDPOINTS = 100  # Stripe allows 16


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A webhook endpoint as Stripe has it."""

    url: str
    status: str
    api_version: str | None
    kinds: frozenset[str]


def main(arguments: list[str] | None = None) -> int:
    """Answers the exit code."""
    parser = argparse.ArgumentParser(prog="operate.stripe_settings", description=__doc__)
    parser.add_argument("url", metavar="WEBHOOK_URL")
    asked, key = parser.parse_args(arguments), os.environ.get(KEY)
    if not key:
        print(f"Set {KEY} to a key that may read webhook endpoints.", file=sys.stderr)
        return 2
    try:
        found = read_endpoints(stripe.StripeClient(key, http_client=stripe.RequestsClient(timeout=TIMEOUT_SECONDS)))
    except stripe.StripeError as error:
        print(f"Stripe was not to be asked: {type(error).__name__}.", file=sys.stderr)
        return 2
    wrong = list(differences(asked.url, found))
    print(
        "\n".join(wrong)
        or "What Stripe's API shows is as it should be. The rest is for your eyes: docs/stripe-settings.md."
    )
    return 1 if wrong else 0


def read_endpoints(client: Any) -> tuple[Endpoint, ...]:
    """All endpoints of the Stripe account. Raises StripeError."""
    listed = client.v1.webhook_endpoints.list({"limit": MAX_ENDPOINTS}).data
    return tuple(Endpoint(each.url, each.status, each.api_version, frozenset(each.enabled_events)) for each in listed)


def differences(url: str, endpoints: Iterable[Endpoint]) -> Iterator[str]:
    """What is not as it should be, a sentence each."""
    known = tuple(endpoints)
    ours = [each for each in known if each.url == url]
    if not ours:
        yield f"No endpoint has the address {url}."
    if len(ours) > 1:
        yield f"{len(ours)} endpoints have the address {url}: every event comes as often."
    for each in ours:
        yield from _of_ours(each)
    for each in known:
        if each.status == "enabled" and each.kinds & {*HARMFUL, EVERYTHING}:
            yield f"{each.url} hears invoice.created: where it does not answer 2xx, renewals wait for up to 72 hours."


def _of_ours(each: Endpoint) -> Iterator[str]:
    if each.status != "enabled":
        yield f"{each.url} is {each.status}: Stripe tells it nothing."
    missing = () if EVERYTHING in each.kinds else sorted(WANTED - each.kinds)
    if missing:
        yield f"{each.url} does not hear: {', '.join(missing)}."
    if each.api_version not in (None, API_VERSION):
        yield f"{each.url} is told of in version {each.api_version}: {API_VERSION} is what it was tested with."


if __name__ == "__main__":
    sys.exit(ended(main, sys.argv[1:]))
