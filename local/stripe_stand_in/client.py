"""The stand-in without a socket: an HTTP client for the real `stripe` package that calls the application in process."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

import stripe

from local.stripe_stand_in.errors import ConnectionDropped
from local.stripe_stand_in.http import Request
from local.stripe_stand_in.stand_in import StandIn

_connection_error: Any = stripe.APIConnectionError


class InProcessClient(stripe.HTTPClient):
    """`StripeClient("sk_test_x", http_client=InProcessClient(stand_in))`: the SDK encodes, signs and retries as ever."""

    name = "stand-in"

    def __init__(self, stand_in: StandIn) -> None:
        super().__init__()
        self._stand_in = stand_in

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,
        *,
        _usage: list[str] | None = None,
    ) -> tuple[str, int, Mapping[str, str]]:
        """One call. Raises APIConnectionError when the stand-in drops the connection."""
        parts = urlsplit(url)
        lower = {name.lower(): value for name, value in (headers or {}).items()}
        body = post_data.encode() if isinstance(post_data, str) else post_data or b""
        try:
            answer = self._stand_in.answer(Request(method.upper(), unquote(parts.path), parts.query, lower, body))
        except ConnectionDropped as dropped:
            raise _connection_error("The connection was dropped.", should_retry=True) from dropped
        return answer.body.decode(), answer.status, {name.lower(): value for name, value in answer.headers}

    def close(self) -> None:
        """Nothing is open."""
