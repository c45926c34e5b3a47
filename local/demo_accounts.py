"""The sample policies and the demo accounts, made through the API like anybody's."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from local.policies import read_document, sample_policies

TIMEOUT_SECONDS = 120
ALREADY_THERE = 409


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """One account of `dev.json`. `plan_id` None: the policy's own start (free, or pay as you go)."""

    account_id: str
    policy_id: str
    plan_id: str | None = None
    region: str = "US"


DEMO_ACCOUNTS = (
    DemoAccount("insurestack", "insurestack"),
    DemoAccount("make", "make", "core-10k"),
    DemoAccount("9pic", "9pic", region="IN"),
    DemoAccount("9pic-us", "9pic"),
    DemoAccount("gocontent", "gocontent", "starter"),
    DemoAccount("diaflow", "diaflow", "starter"),
)


class DemoRefused(Exception):
    """The API refused a demo policy or account; the message holds its answer."""


def create(base_url: str, service_key: str, go_on: Callable[[], object]) -> None:
    """Publish the sample policies and open the demo accounts that are missing; `go_on` is called before each.

    Raises DemoRefused, and what `go_on` raises.
    """
    for path in sample_policies():
        go_on()
        _send(base_url, service_key, "PUT", f"/v1/policies/{path.stem}", read_document(path))
    for account in DEMO_ACCOUNTS:
        go_on()
        body = {
            "account_id": account.account_id,
            "policy_id": account.policy_id,
            "region": account.region,
            "email": f"{account.account_id}@demo.example.com",
            "time_zone": "UTC",
        }
        if account.plan_id is not None:
            body["plan_id"] = account.plan_id
        _send(base_url, service_key, "POST", "/v1/accounts", body, accepted=ALREADY_THERE)


def _send(base_url: str, service_key: str, method: str, path: str, body: Any, accepted: int | None = None) -> None:
    request = urllib.request.Request(
        base_url + path,
        data=json.dumps(body).encode(),
        method=method,
        headers={"Authorization": f"Bearer {service_key}", "Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS):
            return
    except urllib.error.HTTPError as refusal:
        if refusal.code != accepted:
            raise DemoRefused(f"{method} {path}: {refusal.code} {refusal.read().decode(errors='replace')}") from refusal
