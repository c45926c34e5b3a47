"""What tests of the webhook function share: active secrets, signed deliveries, and what became of them."""

from __future__ import annotations

import hmac
import json
from hashlib import sha256
from pathlib import Path
from typing import Any

from tests.functions.conftest import ACCOUNT, ENVIRONMENT, Answer, Api

SAMPLES = Path(__file__).resolve().parents[2] / "samplefiles/stripe"
WEBHOOK = "POST /v1/webhooks/stripe"
ACME = {"account_id": "acme"}
OLD, NEW = "whsec_old", "whsec_new"


class Ssm:
    """SSM's GetParameter: two active webhook secrets, as during a roll."""

    def __init__(self) -> None:
        self.text = f"{OLD}, {NEW}"
        self.reads = 0

    def get_parameter(self, Name: str, WithDecryption: bool) -> dict[str, Any]:  # noqa: N803
        assert Name == ENVIRONMENT["WEBHOOK_SECRETS_PARAMETER"]
        assert WithDecryption
        self.reads += 1
        return {"Parameter": {"Value": self.text}}


def event_about(row: dict[str, Any], kind: str = "checkout.session.completed", **changes: Any) -> bytes:
    event = json.loads((SAMPLES / "event.checkout.session.completed.json").read_text())
    event["data"]["object"]["metadata"]["purchase_id"] = row["purchase_id"]
    return json.dumps(event | {"type": kind} | changes).encode()


def signed(body: bytes, api: Api, secret: str = NEW, shift: int = 0) -> str:
    seconds = str(api.clock.now() // 1_000 + shift)
    return f"t={seconds},v1={hmac.new(secret.encode(), seconds.encode() + b'.' + body, sha256).hexdigest()}"


def deliver(api: Api, body: bytes, header: str | None = None, name: str = "stripe-signature") -> Answer:
    sent = {name: header if header is not None else signed(body, api)}
    return api.call(WEBHOOK, caller=None, raw=body, headers=sent)


def available(api: Api) -> int:
    """What was bought; an account of this policy has 10 free credits beside it."""
    lots = api.call(f"GET {ACCOUNT}/balance", path=ACME).ok()["lots"]
    return sum(lot["remaining"] for lot in lots if lot["kind"] == "purchased")


def state(api: Api, row: dict[str, Any]) -> str:
    path = ACME | {"purchase_id": row["purchase_id"]}
    found: str = api.call(f"GET {ACCOUNT}/purchases/{{purchase_id}}", path=path).ok()["state"]
    return found
