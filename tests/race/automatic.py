"""What the processes of a race for automatic purchases do: the product as it is wired, one engine, one stand-in for all of them."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from lotbook.domain.values.errors import InsufficientCredits, Outcome, TopUpPending, Unavailable
from tests import patience

ACME = "acme"
KEY, SECRETS = "/lotbook/test/stripe-key", "/lotbook/test/stripe-webhook-secrets"
MAX_TRIES = 400  # of one burn; each waits for a charge that is under way, or for somebody who was faster
PAUSE_SECONDS = 0.5  # of a caller who was told to come back
WORKER_PAUSE_SECONDS = 0.1
MAX_WORKER_SECONDS = 600


def environment(engine: str, stand_in: str) -> dict[str, str]:
    """What a process of the product finds."""
    return {
        "AWS_ENDPOINT_URL": engine,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
        "TABLE_NAME": "race",
        "STAGE": "test",
        "GATEWAY_KEY_PARAMETER": KEY,
        "WEBHOOK_SECRETS_PARAMETER": SECRETS,
        "TOKEN_ISSUER": "",
        "TOKEN_AUDIENCE": "lotbook",
        "TOKEN_KEYS_URL": "",
        "GATEWAY_API_BASE": stand_in,
        "READ_SECONDS": str(patience.SECONDS),
    }


def burns(found: Mapping[str, str], keys: list[str], credits: int, *, waits: bool) -> Counter[str]:
    """One process: a thread a key burns so many credits. `waits`: a refusal is asked again, as long as credits may still come."""
    os.environ.update(found)
    from lotbook import wiring_automatic
    from lotbook.domain.credits.requests import BurnRequest
    from lotbook.usecases.credits.consume import consume

    wiring_automatic.claim_desk()

    def one(key: str) -> str:
        for _ in range(MAX_TRIES):
            try:
                consume(ACME, key, BurnRequest(credits), desk=wiring_automatic.burning_desk())
            except (InsufficientCredits, TopUpPending) as refusal:
                if not waits:
                    return refusal.code or ""
            except Unavailable:
                pass
            else:
                return "burned"
            time.sleep(PAUSE_SECONDS)
        return "never"

    with ThreadPoolExecutor(max(1, len(keys))) as pool:
        return Counter(pool.map(one, keys))


def works(found: Mapping[str, str], stop: Path) -> Counter[str]:
    """One process behind the queue: asked again and again, as a queue that delivers twice would ask, until `stop` is there."""
    os.environ.update(found)
    from lotbook import wiring_automatic
    from lotbook.usecases.automatic.work import work

    told = Counter[str]()
    until = time.monotonic() + MAX_WORKER_SECONDS
    while not stop.exists() and time.monotonic() < until:
        told[_said(lambda: work(ACME, None, desk=wiring_automatic.auto_desk()))] += 1
        time.sleep(WORKER_PAUSE_SECONDS)
    return told


def _said(ask: Callable[[], Any]) -> str:
    try:
        row = ask()
    except Outcome as outcome:
        return outcome.code or type(outcome).__name__
    return "nothing" if row is None else str(row.state)
