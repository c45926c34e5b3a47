"""Settings at Stripe that Lotbook relies on: compares what Stripe's API shows of them; docs/stripe-settings.md has them all.

`lotbook deployment stripe` does it, with a restricted key that may read webhook endpoints. Nothing is changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from lotbook.adapters.stripe.client import API_VERSION
from lotbook.usecases.inbox.handle_event import CARDS, SETTLING
from lotbook.usecases.inbox.handle_money_back import MONEY_BACK
from lotbook.usecases.inbox.handle_plan_event import INVOICES, SUBSCRIPTIONS

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
