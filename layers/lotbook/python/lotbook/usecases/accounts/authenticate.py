"""A bearer token -> who calls. Depends on the token only: API Gateway keeps the answer for every route."""

from __future__ import annotations

from hashlib import sha256

from lotbook.domain.values.access import Caller
from lotbook.ports.access import MemberTokens, ServiceKeyStore
from lotbook.ports.shop import Clock

SERVICE_KEY_PREFIX = "lbk_"
MAX_SERVICE_KEY_CHARACTERS = 256


def authenticate(token: str, *, service_keys: ServiceKeyStore, tokens: MemberTokens, clock: Clock) -> Caller | None:
    """The caller of a valid service key or member token; None for every other token.

    Raises IssuerUnreachable when the issuer's keys were never read, Unavailable when the table does not answer.
    """
    if not token.startswith(SERVICE_KEY_PREFIX):
        return tokens.read(token, clock.now())
    if len(token) > MAX_SERVICE_KEY_CHARACTERS or not token.isascii():
        return None
    found = service_keys.find(hash_of(token))
    return None if found is None else Caller("service", found[0], scopes=found[1])


def hash_of(service_key: str) -> str:
    """What is stored of a service key `lbk_<id>_<secret>`. The secret is random and long: a plain hash cannot be guessed back."""
    return sha256(service_key.encode()).hexdigest()
