"""`dev.json`, by which people and tests find a running Lotbook, and the words that `make run` ends its start with."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any

from local.cloud.private_file import write_private
from local.demo_accounts import DEMO_ACCOUNTS
from local.issuer import Issuer
from local.run_secrets import ALL_SCOPES, RunSecrets
from local.running import DEFAULT_DATA_DIR
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
    """What is printed when everything runs. Keys and tokens are in the file, not on the screen."""
    base, account = document["base_url"], DEMO_ACCOUNTS[0].account_id
    usual = Path(DEFAULT_DATA_DIR).resolve()
    make = "make" if path.parent == usual else f"DATA_DIR={shlex.quote(str(path.parent))} make"
    return f"""
Lotbook runs, after {seconds:.1f} s. Ctrl-C stops it.

  console          {base}/   open this in a browser
  API              {base}/v1
  Stripe stand-in  {document["stripe_url"]}
  demo accounts    {", ".join(document["accounts"])}
  keys and tokens  {path}

In a second terminal:
  {make} try                     three calls to the API, each as curl
  KEY=$({make} -s key)           the service key, for calls of your own:
  curl -s -H "Authorization: Bearer $KEY" {base}/v1/accounts/{account}/balance
  {make} publish FILE=mine.yaml  a policy of your own (samplefiles/policies/README.md)
"""
