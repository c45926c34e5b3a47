"""Who calls, from the authorizer's context, and whether the call is for them. Account first, then role (contract, "Who")."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lotbook.api.http.routes import Route
from lotbook.domain.values import ids
from lotbook.domain.values.access import ROLES, SCOPES, Caller
from lotbook.domain.values.errors import AccountNotFound, Forbidden, Unauthenticated, Unavailable

ANONYMOUS = {"kind": "anonymous"}
UNKNOWN = {"kind": "unknown"}  # nobody can say who it is as long as the issuer does not answer
KEPT_SECONDS = 60  # how long API Gateway remembers what the authorizer said of a token


def is_id(text: object) -> bool:
    """Whether this is an id of the contract (account, policy, plan); what is not never reaches the table."""
    return isinstance(text, str) and ids.GRAMMAR.fullmatch(text) is not None


def to_context(caller: Caller | None) -> dict[str, str]:
    """What the authorizer hands to every function: strings only, and nothing that depends on the route (it is cached)."""
    if caller is None:
        return dict(ANONYMOUS)
    if caller.kind == "member":
        return {
            "kind": "member",
            "actor": caller.actor,
            "account_id": caller.account_id or "",
            "role": caller.role or "",
        }
    return {"kind": "service", "actor": caller.actor, "scopes": " ".join(sorted(caller.scopes))}


def from_context(context: Mapping[str, Any] | None) -> Caller | None:
    """The caller that `to_context` wrote; None for anonymous and for anything that it cannot have written.

    Raises Unavailable for one of whom the authorizer could not say who it is.
    """
    known = context or {}
    if known == UNKNOWN:
        raise Unavailable("Nobody can say whose token this is right now.", retry_after_seconds=KEPT_SECONDS)
    kind, actor = known.get("kind"), known.get("actor")
    if not isinstance(actor, str) or not actor:
        return None
    if kind == "service":
        named = str(known.get("scopes") or "").split()
        return Caller("service", actor, scopes=frozenset(scope for scope in SCOPES if scope in named))
    role = next((role for role in ROLES if role == known.get("role")), None)
    if kind == "member" and role is not None and is_id(known.get("account_id")):
        return Caller("member", actor, account_id=known["account_id"], role=role)
    return None


def admit(route: Route, caller: Caller | None, path: Mapping[str, str]) -> Caller:
    """Let the caller pass, or raise Unauthenticated, AccountNotFound (the id is malformed or not theirs) or Forbidden."""
    if caller is None:
        raise Unauthenticated
    if "account_id" in path:
        account_id = path["account_id"]
        if not is_id(account_id) or not caller.sees(account_id):
            raise AccountNotFound
    if not _may(route, caller):
        raise Forbidden
    return caller


def _may(route: Route, caller: Caller) -> bool:
    if route.any_token:
        return True
    return route.members if caller.kind == "member" else not caller.scopes.isdisjoint(route.scopes)
