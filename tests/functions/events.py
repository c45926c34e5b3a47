"""HTTP API events (payload 2.0) for tests, built by the local gateway's own code: what it sends is what is tested."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from local.cloud.api_events import Request, authorizer_event, route_event


def a_request(
    route_key: str, path: Mapping[str, str], query: Mapping[str, str], headers: Mapping[str, str], body: bytes | None
) -> Request:
    """The request as it came over the wire."""
    method, _, template = route_key.partition(" ")
    for name, value in path.items():
        template = template.replace(f"{{{name}}}", quote(value, safe=""))
    return Request(
        method=method,
        target=template + (f"?{urlencode(query)}" if query else ""),
        headers={"host": "127.0.0.1", "user-agent": "tests", "content-type": "application/json", **headers},
        body=body or b"",
        request_id="req-1",
        received_at=1_768_000_000_000,
        source_ip="127.0.0.1",
    )


def an_event(
    route_key: str,
    identity: Mapping[str, Any] | None,
    path: Mapping[str, str],
    query: Mapping[str, str],
    headers: Mapping[str, str],
    body: bytes | None,
) -> dict[str, Any]:
    """The event of a route's function."""
    return route_event(a_request(route_key, path, query, headers, body), route_key, path, identity)


def a_token_event(authorization: str, route_key: str = "GET /v1/accounts/{account_id}") -> dict[str, Any]:
    """The event of the authorizer."""
    request = a_request(route_key, {"account_id": "acme"}, {}, {"authorization": authorization}, None)
    return authorizer_event(request, route_key, {"account_id": "acme"}, authorization)
