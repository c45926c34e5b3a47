"""Member tokens: JWTs of the deployment's OIDC issuer, verified against its published keys (JWKS).

The signature is PyJWT's work; every claim is checked here against *our* clock, which the local run may move. A token chooses
nothing but which published key to try: algorithms are fixed, and a key verifies with its own algorithm only.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from http.client import HTTPException
from threading import Lock
from typing import Any, TypeGuard
from urllib.request import urlopen

from jwt import PyJWK, PyJWS, PyJWTError

from lotbook.domain.values.access import ROLES, Caller, member_actor
from lotbook.domain.values.errors import IssuerUnreachable, Unavailable
from lotbook.domain.values.instants import MINUTE, SECOND
from lotbook.domain.values.light_dataclasses import dataclass
from lotbook.ports.shop import Clock

ALGORITHMS = ("RS256", "ES256")
MAX_TOKEN_CHARACTERS = 8_192
MAX_ACTOR_CHARACTERS = 255
MAX_KEYS = 32
MAX_KEYS_BYTES = 256 * 1024
FETCH_TIMEOUT_SECONDS = 2
REFETCH_PAUSE = 30 * SECOND  # unknown key ids ask the issuer at most this often, whatever tokens arrive
FAILURE_PAUSE = 2 * SECOND  # an issuer that never answered is asked at most this often
KEYS_VALID_FOR = 10 * MINUTE  # a key that the issuer withdrew stops counting after this

Fetch = Callable[[str], bytes]


def fetch(url: str) -> bytes:
    """The issuer's key set; raises Unavailable when it does not answer in time or not with 200."""
    try:
        with urlopen(url, timeout=FETCH_TIMEOUT_SECONDS) as answer:  # noqa: S310  # the address is the deployment's setting
            found: bytes = answer.read(MAX_KEYS_BYTES)
    except (OSError, HTTPException, ValueError):  # not reached, cut short, no HTTP, no address
        raise Unavailable("The token issuer does not answer.") from None
    return found


class IssuerKeys:
    """The issuer's keys by id, fetched when needed, never more often than `REFETCH_PAUSE`. Safe for threads."""

    def __init__(self, url: str, wall: Clock, fetch: Fetch = fetch) -> None:
        self._url, self._wall, self._fetch = url, wall, fetch
        self._lock = Lock()
        self._keys: dict[str, PyJWK] = {}
        self._asked_at: int | None = None
        self._never_read = True

    def find(self, key_id: str) -> PyJWK | None:
        """The key of that id; None when the issuer has none. Raises IssuerUnreachable when no key set was ever read."""
        with self._lock:
            if self._worth_asking(key_id):
                self._ask()
            if self._never_read:
                raise IssuerUnreachable("The token issuer does not answer.")
            return self._keys.get(key_id)

    def _worth_asking(self, key_id: str) -> bool:
        if self._asked_at is None:
            return True
        age = self._wall.now() - self._asked_at
        if self._never_read:
            return age >= FAILURE_PAUSE
        return age >= KEYS_VALID_FOR or (key_id not in self._keys and age >= REFETCH_PAUSE)

    def _ask(self) -> None:
        self._asked_at = self._wall.now()
        try:
            self._keys = _usable(self._fetch(self._url))
        except Unavailable:
            return  # keys that were good stay good while the issuer is down; the pause keeps us from hammering it
        self._never_read = False


def _usable(key_set: bytes) -> dict[str, PyJWK]:
    """The signing keys of a JWKS by id: asymmetric ones of our algorithms only, so a token can never be its own proof."""
    try:
        listed = json.loads(key_set)["keys"][:MAX_KEYS]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise Unavailable("The token issuer's keys cannot be read.") from None
    keys: dict[str, PyJWK] = {}
    for each in listed:
        try:
            key = PyJWK(each)
        except (PyJWTError, AttributeError, TypeError, RecursionError):
            continue  # a kind of key that we do not know; others may be fine
        if isinstance(key.key_id, str) and key.algorithm_name in ALGORITHMS and key.public_key_use in (None, "sig"):
            keys[key.key_id] = key
    return keys


@dataclass(frozen=True, slots=True)
class Claims:
    """What a token must say, and under which names it says who it is."""

    issuer: str
    audience: str
    account_claim: str
    role_claim: str


class JwtMemberTokens:
    """Implements `ports.MemberTokens`."""

    def __init__(self, keys: IssuerKeys, claims: Claims) -> None:
        self._keys, self._claims = keys, claims

    def read(self, token: str, now: int) -> Caller | None:
        """The member that a valid token names at `now` (milliseconds); None for every other token."""
        payload = self._verified(token)
        return None if payload is None or not self._valid(payload, now) else self._member(payload)

    def _verified(self, token: str) -> Mapping[str, Any] | None:
        if len(token) > MAX_TOKEN_CHARACTERS or not token.isascii():
            return None
        jws = PyJWS(algorithms=list(ALGORITHMS))
        try:
            header = jws.get_unverified_header(token)
            # `crit` names extensions that a verifier must understand (RFC 7515, 4.1.11): we understand none.
            if header.get("alg") not in ALGORITHMS or not isinstance(header.get("kid"), str) or "crit" in header:
                return None
            key = self._keys.find(header["kid"])
            if key is None:
                return None
            payload = json.loads(jws.decode(token, key, algorithms=[key.algorithm_name]))
        except (PyJWTError, ValueError, RecursionError):
            return None
        return payload if isinstance(payload, dict) else None

    def _valid(self, payload: Mapping[str, Any], now: int) -> bool:
        audience = payload.get("aud")
        named = audience if isinstance(audience, list) else [audience]
        expires, starts = payload.get("exp"), payload.get("nbf", 0)
        return (
            payload.get("iss") == self._claims.issuer
            and self._claims.audience in named
            and _is_number(expires)
            and _is_number(starts)
            and starts * SECOND <= now < expires * SECOND
        )

    def _member(self, payload: Mapping[str, Any]) -> Caller | None:
        actor, account_id = payload.get("sub"), payload.get(self._claims.account_claim)
        role = next((role for role in ROLES if role == payload.get(self._claims.role_claim)), None)
        if role is None or not _is_name(actor) or not isinstance(account_id, str):
            return None
        return Caller("member", member_actor(actor), account_id=account_id, role=role)


class NoMemberTokens:
    """Implements `ports.MemberTokens` where the deployment has no issuer: nobody is a member."""

    def read(self, _token: str, _now: int) -> None:
        """Nobody."""


def _is_number(value: object) -> TypeGuard[float]:
    # json reads NaN and 1e999 too: comparisons with them are false or harmless, but a bool is no instant.
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_name(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and 0 < len(value) <= MAX_ACTOR_CHARACTERS and value.isprintable()
