"""The calls with which a new release is tried before it gets any other: it opens the canary account, and burns one credit once.

They go to the published versions of the functions, as API Gateway would send them, past the alias that still has the old ones.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from lotbook.api.http.identity import to_context
from lotbook.domain.accounts.canary import CANARY, POLICY
from lotbook.domain.values.access import Caller

Invoke = Callable[[str, Mapping[str, Any]], Mapping[str, Any]]  # a function's folder and an event; its answer

ACTOR = "release-check"
CALLER = Caller("service", ACTOR, scopes=frozenset({"accounts:write", "credits:consume", "policies:write", "read"}))
ACCOUNT: Mapping[str, str] = {
    "account_id": CANARY,
    "policy_id": CANARY,
    "region": "US",
    "email": f"{CANARY}@lotbook.invalid",
}
CONSUME = "POST /v1/accounts/{account_id}/consume"
OK, MADE, NOT_FOUND, CONFLICT, UNAVAILABLE = 200, 201, 404, 409, 503
TRIES = 3


class CheckFailed(Exception):
    """The new release did not do what was asked; the message says which call, and what it answered. Ids and codes only."""


def check_release(deployment: str, invoke: Invoke) -> str:
    """Burn one credit under the deployment's key, twice: the second time must be the first answer again. Answers the entry's id.

    Raises CheckFailed.
    """
    policy, path = {"policy_id": CANARY}, {"account_id": CANARY}
    status, _ = _call(invoke, "GET /v1/policies/{policy_id}", policy, fine=(OK, NOT_FOUND))
    if status == NOT_FOUND:  # the checks of all functions begin together: whoever is second finds it published
        _call(invoke, "PUT /v1/policies/{policy_id}", policy, dict(POLICY), fine=(MADE, CONFLICT))
    _call(invoke, "POST /v1/accounts", {}, dict(ACCOUNT), fine=(OK, MADE, CONFLICT))
    body = {"credits": 1, "reference": deployment}
    _, burned = _call(invoke, CONSUME, path, body, deployment)
    _, again = _call(invoke, CONSUME, path, body, deployment)
    if again != burned:
        raise CheckFailed("the same key did not answer the same again")
    _, listed = _call(invoke, "GET /v1/accounts/{account_id}/entries", path)
    entry_id: str = burned["entry_id"]
    if entry_id not in {entry["entry_id"] for entry in listed["entries"]}:
        raise CheckFailed("the burn is not on the statement")
    return entry_id


def _call(
    invoke: Invoke, route_key: str, path: Mapping[str, str], *asked: Any, fine: tuple[int, ...] = (OK, MADE)
) -> tuple[int, dict[str, Any]]:
    """Status and body of a call; `asked` is its body and its key. What says to send it again is sent again, TRIES times in all."""
    function = "consume" if route_key == CONSUME else "account"
    status, found = 0, dict[str, Any]()
    for _ in range(TRIES):
        answer = invoke(function, an_event(route_key, path, *asked))
        status, found = answer["statusCode"], json.loads(answer["body"])
        if status in fine:
            return status, found
        if status not in (CONFLICT, UNAVAILABLE):
            break
    raise CheckFailed(f"{route_key}: {status} {found.get('code')}")


def an_event(route_key: str, path: Mapping[str, str], body: Any = None, key: str = "") -> dict[str, Any]:
    """API Gateway's event of payload format 2.0, as far as the functions read it."""
    return {
        "version": "2.0",
        "routeKey": route_key,
        "pathParameters": dict(path),
        "queryStringParameters": {},
        "headers": {"content-type": "application/json", "user-agent": ACTOR}
        | ({"idempotency-key": key} if key else {}),
        "requestContext": {
            "requestId": f"{ACTOR} {key}".strip(),
            "http": {"sourceIp": "", "userAgent": ACTOR},
            "authorizer": {"lambda": to_context(CALLER)},
        },
        "body": None if body is None else json.dumps(body),
        "isBase64Encoded": False,
    }
