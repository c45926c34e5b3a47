"""The stand-in's HTTP server: threads, keep-alive, and the ability that WSGI lacks: closing a connection without an answer."""

from __future__ import annotations

import io
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

from local.stripe_stand_in.door import refusal
from local.stripe_stand_in.errors import ConnectionDropped
from local.stripe_stand_in.stand_in import MAX_BODY_BYTES, StandIn

IDLE_SECONDS = 60
STOP_SECONDS = 5


class Server:
    """A running server. `port` is the real one (0 was asked: any free one)."""

    def __init__(self, stand_in: StandIn, host: str, port: int) -> None:
        handler = type("Handler", (_Handler,), {"application": stand_in})
        self._http = _Http((host, port), handler)
        self.port = int(self._http.server_address[1])
        self.url = f"http://{host}:{self.port}"
        self._thread = threading.Thread(
            target=self._http.serve_forever, args=(0.05,), name="stripe-stand-in", daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """Stop listening."""
        self._http.shutdown()
        self._http.server_close()
        self._thread.join(STOP_SECONDS)


def serve(stand_in: StandIn, port: int, host: str = "127.0.0.1") -> Server:
    """Serve the stand-in in threads of its own."""
    return Server(stand_in, host, port)


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


class _Handler(BaseHTTPRequestHandler):
    application: ClassVar[StandIn]
    protocol_version = "HTTP/1.1"
    timeout = IDLE_SECONDS
    wbufsize = -1
    disable_nagle_algorithm = True

    def _serve(self) -> None:
        body = self._body()
        if body is None:
            return
        refused = self._refused()
        if refused is not None:
            self._say(403, refused)
            return
        answer: dict[str, Any] = {}
        try:
            chunks = self.application.application(
                self._environ(body), lambda status, headers: answer.update(status=status, headers=headers)
            )
        except ConnectionDropped:
            self._drop()
            return
        except BaseException:
            self.send_error(500)
            raise
        code, _, reason = answer["status"].partition(" ")
        self.send_response(int(code), reason)
        for name, value in answer["headers"]:
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.writelines(chunks)
        self.wfile.flush()

    do_GET = do_POST = do_DELETE = do_PUT = do_HEAD = _serve  # noqa: N815

    def _refused(self) -> str | None:
        """Why nothing of this server is for whoever asks (S13)."""
        headers: dict[str, str] = {}
        for name, value in self.headers.items():
            known = headers.get(name.lower())
            headers[name.lower()] = value if known is None else f"{known}, {value}"
        return refusal(self.command, headers, int(self.connection.getsockname()[1]))

    def _say(self, status: int, text: str) -> None:
        content = f"{text}\n".encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)
        self.wfile.flush()

    def _body(self) -> bytes | None:
        length = self.headers.get("Content-Length") or "0"
        if not length.isdigit() or int(length) > MAX_BODY_BYTES or self.headers.get("Transfer-Encoding"):
            self.close_connection = True
            self.send_error(413 if length.isdigit() else 400)
            return None
        return self.rfile.read(int(length))

    def _environ(self, body: bytes) -> dict[str, Any]:
        path, _, query = self.path.partition("?")
        environ: dict[str, Any] = {
            "REQUEST_METHOD": self.command,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": io.BytesIO(body),
        }
        environ.update({f"HTTP_{name.upper().replace('-', '_')}": value for name, value in self.headers.items()})
        return environ

    def _drop(self) -> None:
        """The caller sees its connection closed in the middle of waiting."""
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Silent: request lines are of no interest here."""
