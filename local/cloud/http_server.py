"""HTTP on 127.0.0.1 for the local run's applications: a thread pool, bounded requests, nothing that a request holds ends it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any
from uuid import uuid4

from waitress import wasyncore
from waitress.server import create_server

from local.cloud.api_events import Answer, Request
from local.cloud.gateway import message
from lotbook.adapters.system import SystemClock

HOST = "127.0.0.1"
THREADS = 32  # a payment that calls back into the API holds two of them
LARGEST_BODY = 10 * 1024 * 1024  # API Gateway's own limit
LARGEST_READ = 64 * 1024 * 1024  # past this the server does not even read
DRAIN_SECONDS = 0.3  # for requests on their way, and
CLOSE_SECONDS = 0.1  # for the loop's end: of the two seconds in which a run stops (N4)
WSGI_HEADERS = {"CONTENT_TYPE": "content-type", "CONTENT_LENGTH": "content-length"}

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Server:
    """A WSGI application on a port, in threads of its own."""

    def __init__(self, application: Application, port: int) -> None:
        for told in ("waitress", "waitress.queue"):  # how many wait, and what a stop cuts short, is nobody's worry
            logging.getLogger(told).setLevel(logging.ERROR)
        self._server = create_server(
            application,
            host=HOST,
            port=port,
            threads=THREADS,
            connection_limit=1_000,
            max_request_body_size=LARGEST_READ,
            ident="",
            clear_untrusted_proxy_headers=True,
        )
        self._thread = threading.Thread(target=self._server.run, name=f"http-{port}", daemon=True)

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def stop(self) -> None:
        """Stop listening, let the requests that are being answered end (inside a bound), close the rest."""
        self._on_its_thread(lambda: wasyncore.dispatcher.close(self._server))
        self._server.task_dispatcher.shutdown(cancel_pending=True, timeout=DRAIN_SECONDS)
        self._on_its_thread(self._close_connections)
        self._thread.join(CLOSE_SECONDS)

    def _on_its_thread(self, work: Callable[[], object]) -> None:
        """The server's loop owns its sockets: closing one from here would fail the loop."""
        with suppress(OSError):  # the loop may see the work, and end, before it is woken for it
            self._server.trigger.pull_trigger(work)

    def _close_connections(self) -> None:
        for channel in list(self._server.active_channels.values()):
            channel.handle_close()
        self._server.trigger.close()


def application(answer: Callable[[Request], Answer]) -> Application:
    """WSGI around a function from request to answer."""
    clock = SystemClock()

    def respond(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        request_id = str(uuid4())
        body = environ["wsgi.input"].read(LARGEST_BODY + 1)
        if len(body) > LARGEST_BODY:
            given = message(413, "Request Entity Too Large")
        else:
            given = answer(_request(environ, body, request_id, clock.now()))
        headers = [(_latin(name), _latin(value)) for name, value in given.headers]
        headers += [("apigw-requestid", request_id), ("content-length", str(len(given.body)))]
        start_response(f"{given.status} {_reason(given.status)}", headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [given.body]

    return respond


def _request(environ: dict[str, Any], body: bytes, request_id: str, received_at: int) -> Request:
    headers = {
        name.removeprefix("HTTP_").replace("_", "-").lower(): value
        for name, value in environ.items()
        if name.startswith("HTTP_")
    }
    headers |= {ours: environ[theirs] for theirs, ours in WSGI_HEADERS.items() if environ.get(theirs)}
    target = environ["REQUEST_URI"]
    if not target.startswith("/"):  # absolute form, as sent to a proxy
        target = "/" + target.partition("://")[2].partition("/")[2]
    return Request(
        method=environ["REQUEST_METHOD"],
        target=target,
        headers=headers,
        body=body,
        request_id=request_id,
        received_at=received_at,
        source_ip=environ["REMOTE_ADDR"],
        protocol=environ["SERVER_PROTOCOL"],
    )


def _latin(text: str) -> str:
    return text.encode("latin-1", "replace").decode("latin-1")


def _reason(status: int) -> str:
    from http import HTTPStatus

    return HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else "Status"
