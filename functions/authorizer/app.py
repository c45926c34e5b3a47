"""Who calls? API Gateway asks once a token and minute, and hands the answer to every function as context.

A bad token is let through as anonymous: the function then says 401 in the contract's error format, where API Gateway would
say 403 in its own. So is a token of an issuer that was never reached: the function then says 503. Nothing here looks at method or path, because the answer is remembered for all of them (decisions/0010).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lotbook import wiring
from lotbook.api.http import identity
from lotbook.api.http.observability import Invocation, log_crash
from lotbook.domain.values.errors import IssuerUnreachable
from lotbook.domain.values.newer_format import NewerFormat
from lotbook.usecases.accounts.authenticate import authenticate
from lotbook.usecases.alarms import alarm

SCHEME = "bearer"


def handler(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    """Answer a REQUEST authorizer event (payload 2.0, simple responses). Raises when the table cannot be read: 500.

    That is not remembered, where an answer would be, for a minute, of the one key that a whole back end has.
    """
    invocation, who = Invocation(context), None
    try:
        who = _who(bearer(event))
    finally:
        if who is None:
            asked = event.get("requestContext") or {}
            log_crash(**invocation.fields(), request_id=asked.get("requestId"), route=event.get("routeKey"))
    return {"isAuthorized": True, "context": who}


def _who(token: str | None) -> dict[str, str]:
    try:
        caller = token and authenticate(
            token, service_keys=wiring.service_keys(), tokens=wiring.tokens(), clock=wiring.clock()
        )
    except IssuerUnreachable:
        alarm("issuer_unreachable")
        return dict(identity.UNKNOWN)
    except NewerFormat:  # it has rung; the key stays as it is until the newer release is back
        return dict(identity.UNKNOWN)
    return identity.to_context(caller or None)


def bearer(event: Mapping[str, Any]) -> str | None:
    """The token of `Authorization: Bearer <token>`; the identity source is the header itself."""
    source = event.get("identitySource") or [""]
    scheme, _, token = str(source[0]).strip().partition(" ")
    return token.strip() if scheme.lower() == SCHEME else None
