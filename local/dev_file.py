"""`dev.json`, by which people and tests find a running Lotbook, and the words that `make run` ends its start with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from local.cloud.private_file import write_private
from local.demo_accounts import DEMO_ACCOUNTS
from local.issuer import Issuer
from local.run_secrets import ALL_SCOPES, RunSecrets
from lotbook.domain.values.access import ROLES


def describe(
    secrets: RunSecrets, issuer: Issuer, *, base_url: str, stripe_url: str, webhook_secret: str
) -> dict[str, Any]:
    """The document, as the contract has it."""
    keys = dict(secrets.service_keys)
    return {
        "base_url": base_url,
        "stripe_url": stripe_url,
        "service_key": keys.pop(ALL_SCOPES),
        "service_keys": keys,
        "webhook_secret": webhook_secret,
        "accounts": {
            account.account_id: {
                "policy_id": account.policy_id,
                "tokens": {role: issuer.token(account.account_id, role) for role in ROLES},
            }
            for account in DEMO_ACCOUNTS
        },
    }


def write(path: Path, document: dict[str, Any]) -> None:
    """Replace the file in one step; only its owner may read it."""
    write_private(path, json.dumps(document, indent=2) + "\n")


def welcome(document: dict[str, Any], path: Path, seconds: float) -> str:
    """What is printed when everything runs."""
    base, key = document["base_url"], document["service_key"]
    account = DEMO_ACCOUNTS[0].account_id
    owner = document["accounts"][account]["tokens"]["owner"]
    sends = f"-H 'Authorization: Bearer {key}' -H 'Content-Type: application/json'"
    return f"""
Lotbook runs, after {seconds:.1f} s. Ctrl-C stops it.

  API              {base}/v1
  Stripe stand-in  {document["stripe_url"]}
  service key      {key}
  demo accounts    {", ".join(document["accounts"])}
  member token     {account}'s owner: {owner}
  all of it        {path}

Three to try:
  curl -s {sends} {base}/v1/accounts/{account}/balance
  curl -s {sends} -H 'Idempotency-Key: first' -d '{{"credits": 5}}' {base}/v1/accounts/{account}/consume
  curl -s {sends} -H 'Idempotency-Key: first' -d '{{"item": {{"kind": "top_up", "credits": 100}}}}' {base}/v1/accounts/{account}/purchases
Open the checkout_url that the last one answers in a browser, and pay with a test card.
"""
