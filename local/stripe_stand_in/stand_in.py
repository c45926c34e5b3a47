"""The stand-in as one object: state in a directory, a clock, a webhook endpoint, a WSGI application."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from local.stripe_stand_in import controls, pages
from local.stripe_stand_in.api import Api
from local.stripe_stand_in.due import run_due
from local.stripe_stand_in.errors import StripeError, invalid
from local.stripe_stand_in.http import Request, Response, json_response
from local.stripe_stand_in.store import Store
from local.stripe_stand_in.webhooks import Endpoint, Sender
from local.stripe_stand_in.world import World, render

MAX_BODY_BYTES = 1 << 20
_REASONS = {
    200: "OK", 303: "See Other", 400: "Bad Request", 401: "Unauthorized", 402: "Payment Required", 404: "Not Found",
    405: "Method Not Allowed", 409: "Conflict", 413: "Content Too Large", 422: "Unprocessable Content", 429: "Too Many Requests",
    500: "Internal Server Error",
}  # fmt: skip


class Clock(Protocol):
    """Milliseconds since 1970, UTC."""

    def now(self) -> int: ...


class StandIn:
    """A small Stripe for one machine. Thread-safe; one instance per directory.

    `webhook_url` None: events are kept (and can be listed) but not delivered. `base_url`: where browsers reach this server.
    """

    def __init__(
        self, directory: Path, clock: Clock, webhook_url: str | None, webhook_secret: str, base_url: str
    ) -> None:
        self.store = Store(directory)
        self.endpoint = Endpoint(webhook_url, webhook_secret)
        self.sender = Sender(self.store, self.endpoint, clock.now)
        self.base_url = base_url.rstrip("/")
        self._clock = clock
        self._api = Api(self.store, self._make_world)
        self.sender.start()

    def close(self) -> None:
        """Stop sending, give the file back."""
        self.sender.stop()
        self.store.close()

    def tick(self) -> int:
        """Do what the clock has made due (sessions expire, subscriptions renew); answers how many things happened."""
        with self.world(settle=False) as world:
            return run_due(world)

    @contextmanager
    def world(self, *, settle: bool = True) -> Iterator[World]:
        """A transaction outside the API: pages and controls. Its events go out when it ends."""
        with self.store.transaction():
            world = self._make_world(None, None)
            if settle:
                run_due(world)
            yield world
            world.flush()
        self.sender.wake()

    def _make_world(self, request_id: str | None, idempotency_key: str | None) -> World:
        return World(
            self.store, self._clock.now(), self.base_url, self.endpoint.url is not None, request_id, idempotency_key
        )

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
