"""Requests and answers between the WSGI door and the rooms behind it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request; header names in lower case."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes

    @property
    def is_form(self) -> bool:
        """Whether a browser's form sent it."""
        return self.headers.get("content-type", "").split(";")[0].strip() == "application/x-www-form-urlencoded"

    def form(self) -> dict[str, str]:
        """The fields of a browser's form."""
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))


@dataclass(frozen=True, slots=True)
class Response:
    """One HTTP answer."""

    status: int
    body: bytes
    headers: list[tuple[str, str]] = field(default_factory=list)


def json_response(status: int, content: Any, headers: list[tuple[str, str]] | None = None) -> Response:
    """A JSON answer, indented as Stripe's are."""
    return Response(
        status, json.dumps(content, indent=2).encode(), [("Content-Type", "application/json"), *(headers or [])]
    )


def html_response(status: int, page: str) -> Response:
    """A page. It loads nothing from elsewhere and runs no script."""
    policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'"
    return Response(
        status, page.encode(), [("Content-Type", "text/html; charset=utf-8"), ("Content-Security-Policy", policy)]
    )


def redirect(url: str) -> Response:
    """See other."""
    return Response(303, b"", [("Location", url)])
