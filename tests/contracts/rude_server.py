"""A server that does what an endpoint should not, on this machine; and certificates that nobody vouches for."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from lotbook.domain.endpoints.addresses import EndpointTarget

HOST = "hooks.shop.example"
PLAIN = EndpointTarget(False, HOST, 80, "/lotbook")
SECURE = EndpointTarget(True, HOST, 443, "/lotbook")
HEADERS = {"content-type": "application/json", "webhook-id": "evt_1"}
BODY = b'{"type":"credits.low"}'
SHORT_SECONDS = 0.4  # of a whole call, where it must run into its end
FOR_EVER = 1_000_000_000  # longer than any test
MOST_CONNECTIONS = 1_000
PATIENCE_SECONDS = 30.0
Play = Callable[[socket.socket], None]


def answering(data: bytes) -> Play:
    """Reads the request, says this, and closes."""

    def play(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(data)

    return play


def read_request(connection: socket.socket) -> bytes:
    read = b""
    for _ in range(FOR_EVER):
        more = connection.recv(65_536)
        read += more
        if not more or read.endswith(BODY):
            break
    return read


def dripping(data: bytes) -> Play:
    """A byte at a time for ever, each well inside any time-out of a single read."""

    def play(connection: socket.socket) -> None:
        for _ in range(FOR_EVER):
            for byte in data:
                connection.sendall(bytes([byte]))
                time.sleep(0.02)

    return play


def endless(begin: bytes, more: bytes) -> Play:
    def play(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(begin)
        for _ in range(FOR_EVER):
            connection.sendall(more)

    return play


@dataclass
class Server:
    """Listens on this machine; whatever address is called, the connection comes here."""

    play: Play
    called: list[tuple[str, int]] = field(default_factory=list)
    heard: list[bytes] = field(default_factory=list)
    listener: socket.socket = field(default_factory=socket.socket)

    def __post_init__(self) -> None:
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with suppress(OSError):
            for _ in range(MOST_CONNECTIONS):
                connection, _ = self.listener.accept()
                threading.Thread(target=self._one, args=(connection,), daemon=True).start()

    def _one(self, connection: socket.socket) -> None:
        with suppress(OSError), connection:
            self.play(connection)

    def connect(self, address: tuple[str, int], timeout: float) -> socket.socket:
        self.called.append(address)
        return socket.create_connection(self.listener.getsockname(), timeout)


@dataclass(frozen=True)
class Certificate:
    """A self-signed one, for a name."""

    path: Path

    def server(self) -> ssl.SSLContext:
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        made.load_cert_chain(self.path)
        return made

    def trusting(self) -> ssl.SSLContext:
        made = ssl.create_default_context()
        made.load_verify_locations(self.path)
        return made


def certificate(folder: Path, name: str) -> Certificate:
    key, subject = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    text = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    path = folder / f"{name}.pem"
    path.write_bytes(text + made.public_bytes(serialization.Encoding.PEM))
    return Certificate(path)
