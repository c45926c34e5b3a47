"""The stand-in as one object: the machine with its doors, and a WSGI application."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from local.stripe_stand_in import controls, pages
from local.stripe_stand_in.api import Api
from local.stripe_stand_in.errors import StripeError, invalid
from local.stripe_stand_in.http import Request, Response, json_response
from local.stripe_stand_in.machine import Clock, Machine
from local.stripe_stand_in.world import render

MAX_BODY_BYTES = 1 << 20
_REASONS = {
    200: "OK", 303: "See Other", 400: "Bad Request", 401: "Unauthorized", 402: "Payment Required", 404: "Not Found",
    405: "Method Not Allowed", 409: "Conflict", 413: "Content Too Large", 422: "Unprocessable Content", 429: "Too Many Requests",
    500: "Internal Server Error",
}  # fmt: skip


class StandIn(Machine):
    """A small Stripe for one machine: its API below `/v1/`, its controls below `/_stand_in/`, its pages."""

    def __init__(
        self, directory: Path, clock: Clock, webhook_url: str | None, webhook_secret: str, base_url: str
    ) -> None:
        super().__init__(directory, clock, webhook_url, webhook_secret, base_url)
        self._api = Api(self.store, self.make_world)

    def answer(self, request: Request) -> Response:
        """The answer to one HTTP request. Raises ConnectionDropped when there shall be none."""
        if len(request.body) > MAX_BODY_BYTES:
            return json_response(413, {"error": {"type": "invalid_request_error", "message": "The body is too large."}})
        first = request.path.split("/")[1]
        if first == "v1":
            try:
                return self._api.answer(request)
            finally:
                self.sender.wake()
        try:
            return self._rooms(first, request)
        except StripeError as refusal:
            return json_response(refusal.status, render(refusal.body()))

    def _rooms(self, first: str, request: Request) -> Response:
        if first == "_stand_in":
            return controls.answer(self, request)
        room = pages.ROOMS.get(first)
        if room is None:
            raise invalid(f"There is nothing at {request.method} {request.path[:200]}.", status=404)
        return room(self, request)

    def application(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """The WSGI application."""
        response = self.answer(_request(environ))
        headers = [*response.headers, ("Content-Length", str(len(response.body))), ("Cache-Control", "no-store")]
        start_response(f"{response.status} {_REASONS.get(response.status, 'Answer')}", headers)
        return [response.body]


def _request(environ: dict[str, Any]) -> Request:
    headers = {
        name[5:].replace("_", "-").lower(): str(value) for name, value in environ.items() if name.startswith("HTTP_")
    }
    headers["content-type"] = environ.get("CONTENT_TYPE", "")
    length = environ.get("CONTENT_LENGTH") or "0"
    size = min(int(length), MAX_BODY_BYTES + 1) if length.isdigit() else 0
    body = environ["wsgi.input"].read(size) if size else b""
    return Request(
        environ["REQUEST_METHOD"], environ.get("PATH_INFO", "/"), environ.get("QUERY_STRING", ""), headers, body
    )
