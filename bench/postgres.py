"""PostgreSQL where a server is installed: lots as rows, `SELECT ... FOR UPDATE`, one commit a burn.

A server of this run's own on a Unix socket, with its defaults (so every commit reaches the disk), and as much of the wire
protocol as four statements need: no driver becomes a dependency. It answers by itself, while DynamoDB is emulated here in
Python: the comparison says how a database next door does, not how the two services compare.
"""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import struct
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

TOOLS = ("initdb", "pg_ctl", "postgres")
USERS = ("postgres", "nobody")  # the server refuses to run as root
START_SECONDS = 30
MOST_MESSAGES = 100_000  # of one answer
PORT = 5432  # names the socket's file; nothing listens on the network
SCHEMA = """
CREATE TABLE lots (account text, lot text, remaining bigint CHECK (remaining >= 0), expires timestamptz, PRIMARY KEY (account, lot));
CREATE TABLE entries (account text, key text, credits bigint, at timestamptz DEFAULT now(), PRIMARY KEY (account, key));
INSERT INTO lots SELECT 'acc', 'lot' || n, 1000000, now() + interval '1 year' FROM generate_series(1, 3) n
"""
Row = tuple[str, ...]


class Connection:
    """One session over the simple query protocol."""

    def __init__(self, path: str) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(10)
        self._socket.connect(path)
        self._stream = self._socket.makefile("rb")
        hello = b"user\0bench\0database\0postgres\0\0"
        self._socket.sendall(struct.pack("!ii", 8 + len(hello), 196_608) + hello)
        self._rows()

    def query(self, statement: str) -> list[Row]:
        """The rows. Raises RuntimeError with what the server said."""
        text = statement.encode() + b"\0"
        self._socket.sendall(b"Q" + struct.pack("!i", 4 + len(text)) + text)
        return self._rows()

    def close(self) -> None:
        """Hang up."""
        self._stream.close()
        self._socket.close()

    def _rows(self) -> list[Row]:
        rows: list[Row] = []
        failure = ""
        for _ in range(MOST_MESSAGES):  # ends with "ready", or with the socket's time-out
            kind = self._stream.read(1)
            (length,) = struct.unpack("!i", self._stream.read(4))
            body = self._stream.read(length - 4)
            if kind == b"D":
                rows.append(_row(body))
            elif kind == b"E":
                failure = body.decode(errors="replace")
            elif kind == b"Z":
                if failure:
                    raise RuntimeError(failure)
                return rows
        raise RuntimeError(f"no end after {MOST_MESSAGES} messages")


class Postgres:
    """An account with three lots."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        for statement in SCHEMA.split(";"):
            connection.query(statement)

    def burn(self, key: str) -> Row:
        """One credit."""
        ask = self._connection.query
        ask("BEGIN")
        ask(f"INSERT INTO entries (account, key, credits) VALUES ('acc', '{key}', 1)")
        lots = ask(
            "SELECT lot, remaining FROM lots WHERE account = 'acc' AND remaining > 0 AND expires > now()"
            " ORDER BY expires, lot FOR UPDATE"
        )
        ask(f"UPDATE lots SET remaining = remaining - 1 WHERE account = 'acc' AND lot = '{lots[0][0]}'")
        ask("COMMIT")
        return lots[0]


def is_installed() -> bool:
    """Whether a server can be started here."""
    return all(map(shutil.which, TOOLS))


@contextmanager
def running() -> Iterator[Postgres]:
    """A server of this run's own."""
    with tempfile.TemporaryDirectory(prefix="lotbook-pg-") as folder:
        place = Path(folder)
        user = _user()
        if user:
            os.chown(place, pwd.getpwnam(user).pw_uid, -1)
        cluster = place / "cluster"
        _run(user, "initdb", "-D", str(cluster), "-U", "bench", "-A", "trust")
        options = f"-c listen_addresses= -c unix_socket_directories={place} -p {PORT}"
        log = str(place / "log")
        _run(user, "pg_ctl", "-D", str(cluster), "-l", log, "-w", "-t", str(START_SECONDS), "-o", options, "start")
        try:
            connection = Connection(str(place / f".s.PGSQL.{PORT}"))
            try:
                yield Postgres(connection)
            finally:
                connection.close()
        finally:
            _run(user, "pg_ctl", "-D", str(cluster), "-m", "fast", "-w", "stop")


def _row(body: bytes) -> Row:
    (count,) = struct.unpack_from("!h", body)
    values, place = [], 2
    for _ in range(count):
        (length,) = struct.unpack_from("!i", body, place)
        place += 4
        values.append(body[place : place + max(length, 0)].decode())
        place += max(length, 0)
    return tuple(values)


def _user() -> str | None:
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in USERS if name in known)


def _run(user: str | None, *command: str) -> None:
    subprocess.run(
        command, user=user, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60, cwd="/"
    )
