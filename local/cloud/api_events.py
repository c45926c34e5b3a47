"""HTTP API events, payload format 2.0: from an HTTP request, and back from a function's answer.

What AWS does not document was taken from captures of live APIs: `rawPath` and path parameters arrive decoded, the query string
raw; a body is text only for `text/*` and the JSON, XML and JavaScript types, everything else arrives in base 64.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, unquote

TEXT_TYPES = ("application/json", "application/xml", "application/javascript")
REPLACED_HEADERS = {"cookie"}  # moved to `cookies`
DROPPED_ANSWER_HEADERS = {"content-length", "connection", "transfer-encoding", "keep-alive", "upgrade"}


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request as it came over the wire."""

    method: str
    target: str  # path and query as sent, percent-encoded
    headers: Mapping[str, str]  # lower case, repeated ones joined with commas
    body: bytes
    request_id: str
    received_at: int  # milliseconds
    source_ip: str
    protocol: str = "HTTP/1.1"

    @property
    def path(self) -> str:
        """The path as sent, percent-encoded."""
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        """The query string as sent."""
        return self.target.partition("?")[2].partition("#")[0]


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back over the wire."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


def route_event(
    request: Request, route_key: str, path_parameters: Mapping[str, str], identity: Mapping[str, Any] | None
) -> dict[str, Any]:
    """The event of a route's function; `identity` is the context that the authorizer answered."""
    event = _common(request, route_key, path_parameters)
    if identity is not None:
        event["requestContext"]["authorizer"] = {"lambda": dict(identity)}
    if request.body:
        is_text = _is_text(request)
        event["body"] = request.body.decode() if is_text else base64.b64encode(request.body).decode()
        event["isBase64Encoded"] = not is_text
    else:
        event["isBase64Encoded"] = False
    return event


def authorizer_event(
    request: Request, route_key: str, path_parameters: Mapping[str, str], identity_source: str
) -> dict[str, Any]:
    """The event of a Lambda authorizer with payload format 2.0. It never carries the body."""
    event = _common(request, route_key, path_parameters)
    return event | {
        "type": "REQUEST",
        "routeArn": f"arn:aws:execute-api:us-east-1:000000000000:local/$default/{request.method}{unquote(request.path)}",
        "identitySource": [identity_source],
    }


def _common(request: Request, route_key: str, path_parameters: Mapping[str, str]) -> dict[str, Any]:
    path = unquote(request.path)
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": route_key,
        "rawPath": path,
        "rawQueryString": request.query,
        "headers": {name: value for name, value in request.headers.items() if name not in REPLACED_HEADERS},
        "requestContext": _context(request, route_key, path),
    }
    if request.headers.get("cookie"):
        event["cookies"] = [cookie.strip() for cookie in request.headers["cookie"].split(";")]
    if request.query:
        event["queryStringParameters"] = _query_parameters(request.query)
    if path_parameters:
        event["pathParameters"] = dict(path_parameters)
    return event


def _context(request: Request, route_key: str, path: str) -> dict[str, Any]:
    return {
        "accountId": "000000000000",
        "apiId": "local",
        "domainName": request.headers.get("host", "127.0.0.1"),
        "domainPrefix": "local",
        "http": {
            "method": request.method,
            "path": path,
            "protocol": request.protocol,
            "sourceIp": request.source_ip,
            "userAgent": request.headers.get("user-agent", ""),
        },
        "requestId": request.request_id,
        "routeKey": route_key,
        "stage": "$default",
        "time": datetime.fromtimestamp(request.received_at // 1_000, UTC).strftime("%d/%b/%Y:%H:%M:%S +0000"),
        "timeEpoch": request.received_at,
    }


def _query_parameters(query: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        found[name] = f"{found[name]},{value}" if name in found else value
    return found


def _is_text(request: Request) -> bool:
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if not (kind.startswith("text/") or kind in TEXT_TYPES):
        return False
    try:
        request.body.decode()
    except UnicodeDecodeError:
        return False
    return True


def to_answer(result: Any) -> Answer | None:
    """The HTTP answer of what a function returned; None where API Gateway would say 500.

    Anything without `statusCode` is a body by itself: 200, JSON.
    """
    if not isinstance(result, dict) or "statusCode" not in result:
        text = result if isinstance(result, str) else json.dumps(result)
        return Answer(200, (("content-type", "application/json"),), text.encode())
    body = _answer_body(result)
    status = result["statusCode"]
    headers = result.get("headers") or {}
    if body is None or not _is_status(status) or not isinstance(headers, dict):
        return None
    lines = [
        (str(name).lower(), str(value))
        for name, value in headers.items()
        if str(name).lower() not in DROPPED_ANSWER_HEADERS
    ]
    if body and not any(name == "content-type" for name, _ in lines):
        lines.append(("content-type", "text/plain;charset=utf-8"))
    lines += [("set-cookie", str(cookie)) for cookie in result.get("cookies") or []]
    if any("\r" in text or "\n" in text for line in lines for text in line):
        return None
    return Answer(int(status), tuple(lines), body)


def _is_status(status: Any) -> bool:
    return (isinstance(status, int) or (isinstance(status, str) and status.isdigit())) and 200 <= int(status) <= 599


def _answer_body(result: Mapping[str, Any]) -> bytes | None:
    body = result.get("body")
    if body is None:
        return b""
    if not isinstance(body, str):
        return None
    if not result.get("isBase64Encoded"):
        return body.encode()
    try:
        return base64.b64decode(body, validate=True)
    except binascii.Error:
        return None
