"""One call of the contract as a row of its tables, and the scopes and paths that rows share. Standard library only."""

from __future__ import annotations

from collections.abc import Mapping

from lotbook.domain.values.access import Scope
from lotbook.domain.values.light_dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Route:
    """One call of the contract. `body` names a model of `schemas.py`, `answers` name shapes of `shapes.py`.

    `body_optional`: no body at all is an empty one.
    `signed`: the function verifies the body itself, as the bytes that came, whatever their number.
    `members`: whether a member token may call it at all (role and plan are the policy's business, asked by the use case).
    `buyers`: of the members, those only whose role is one of the policy's buyers; the use case asks, this is what it asks.
    `keyed`: it needs an idempotency key; `may_be_keyed`: it takes one, and does something else without.
    `scopes`: a service key needs one of them. `codes`: refusals beyond those that every route of its kind has.
    """

    summary: str
    function: str
    answers: Mapping[int, str]
    members: bool = False
    buyers: bool = False
    scopes: frozenset[Scope] = frozenset()
    any_token: bool = False
    public: bool = False
    signed: bool = False
    keyed: bool = False
    may_be_keyed: bool = False
    body: str | None = None
    body_optional: bool = False
    query: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()


ACCOUNT = "/v1/accounts/{account_id}"
ENDPOINT = "/v1/endpoints/{endpoint_id}"
READ: frozenset[Scope] = frozenset({"read"})
INVITE: frozenset[Scope] = frozenset({"portal:write"})
SELL: frozenset[Scope] = frozenset({"purchases:write"})
BURN: frozenset[Scope] = frozenset({"credits:consume"})
GRANT: frozenset[Scope] = frozenset({"credits:grant"})
OPEN: frozenset[Scope] = frozenset({"accounts:write"})
CALL: frozenset[Scope] = frozenset({"endpoints:write"})
PUBLISH: frozenset[Scope] = frozenset({"policies:write"})
REPORT: frozenset[Scope] = frozenset({"reports:read"})
