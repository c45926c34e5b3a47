"""How a call is signed, as Standard Webhooks has it: HMAC-SHA256 over `id.timestamp.body`, a signature for each valid secret."""

from __future__ import annotations

import hmac
from base64 import b64decode, b64encode
from collections.abc import Iterable

from lotbook.domain.values.instants import DAY, SECOND
from lotbook.domain.values.light_dataclasses import dataclass

PREFIX = "whsec_"
VERSION = "v1"
SECRET_BYTES = 32  # the specification allows 24 to 64
OVERLAP = DAY  # how long the secret before goes on signing after a rotation
MAX_SECRETS = 3  # that are valid at once: an answer to a rotation may be lost, and its sender rotates again


@dataclass(frozen=True, slots=True)
class Secret:
    """One secret, and until when it signs (milliseconds; None: the newest, which has no end)."""

    text: str
    ends_at: int | None = None

    def __repr__(self) -> str:
        """Without the secret: a log line or a traceback must not hold it."""
        return f"Secret({PREFIX}..., ends_at={self.ends_at})"


def new_secret(entropy: bytes) -> str:
    """The secret of SECRET_BYTES random bytes."""
    return PREFIX + b64encode(entropy).decode()


def valid(secrets: Iterable[Secret], now: int) -> tuple[Secret, ...]:
    """Those that sign at `now`; the newest is always among them."""
    return tuple(secret for secret in secrets if secret.ends_at is None or now < secret.ends_at)


def headers(message_id: str, at: int, body: bytes, secrets: Iterable[Secret]) -> dict[str, str]:
    """The three headers of a call that is sent at `at` (milliseconds; the header says seconds)."""
    seconds = str(at // SECOND)
    signed = f"{message_id}.{seconds}.".encode() + body
    signatures = (b64encode(hmac.digest(_key(secret), signed, "sha256")).decode() for secret in secrets)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": seconds,
        "webhook-signature": " ".join(f"{VERSION},{signature}" for signature in signatures),
    }


def _key(secret: Secret) -> bytes:
    return b64decode(secret.text.removeprefix(PREFIX))
