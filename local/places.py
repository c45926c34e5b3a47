"""Where a local run lives: its ports, its data directory, and what it refuses to start with."""

from __future__ import annotations

import fcntl
import os
import secrets
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from local.running import data_directory

HOST = "127.0.0.1"
DEFAULT_PORT = 3000
HIGHEST_PORT = 65_533  # two more are taken
QUIET_PORTS = range(
    10_000, 20_000
)  # systems give theirs to connections from 32768 on: those may be gone before a server starts
PORTS_TRIED = 100
LOCK = "lock"  # a file in the data directory, locked while a run uses it
OWNER_ONLY, OTHERS = 0o700, 0o077
STRIPE = "https://api.stripe.com"  # instead of the stand-in, where the run has a test key of Stripe's
TEST_KEYS = ("sk_test_", "rk_test_")


class CannotStart(Exception):
    """The run cannot start; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Places:
    """The run's environment: `PORT`, `DATA_DIR`, `STRIPE_API_KEY`, `STRIPE_WEBHOOK_SECRET`."""

    port: int
    directory: Path
    stripe_key: str | None  # Stripe's own test mode instead of the stand-in
    stripe_webhook_secret: str | None

    @staticmethod
    def read(environment: Mapping[str, str]) -> Places:
        """Raises CannotStart."""
        text = environment.get("PORT") or str(DEFAULT_PORT)
        if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= HIGHEST_PORT:
            raise CannotStart(
                f"PORT is {text!r}; it is a number from 1 to {HIGHEST_PORT}, for example: PORT=4000 make run"
            )
        key = environment.get("STRIPE_API_KEY") or None
        if key is not None and not key.startswith(TEST_KEYS):
            raise CannotStart(
                "STRIPE_API_KEY is not a test key (sk_test_...): the local run never touches live money. "
                "Unset it to use the stand-in: env -u STRIPE_API_KEY make run"
            )
        return Places(
            port=int(text),
            directory=data_directory(environment).resolve(),
            stripe_key=key,
            stripe_webhook_secret=environment.get("STRIPE_WEBHOOK_SECRET") or None,
        )

    @property
    def base_url(self) -> str:
        """The API's address."""
        return f"http://{HOST}:{self.port}"

    def lock(self) -> IO[str]:
        """Take the data directory for this process, as long as the file is open. Raises CannotStart."""
        try:
            self.directory.mkdir(parents=True, exist_ok=True, mode=OWNER_ONLY)
            self._close_to_others()
            held = (self.directory / LOCK).open("a")
        except OSError as refusal:
            raise CannotStart(
                f"{self.directory} cannot be used: {refusal.strerror}. Name another: DATA_DIR=..."
            ) from refusal
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as refusal:
            held.close()
            raise CannotStart(
                f"Lotbook runs already with the data in {self.directory}. Stop it, or start a second one beside it: "
                f"PORT={self.port + 1_000 if self.port < 60_000 else DEFAULT_PORT} DATA_DIR=.lotbook2 make run"
            ) from refusal
        return held

    def _close_to_others(self) -> None:
        """Keys and secrets are kept inside (S12). A directory that holds other people's things is not ours to close."""
        if not self.directory.stat().st_mode & OTHERS:
            return
        if not (self.directory / LOCK).exists() and any(self.directory.iterdir()):
            raise CannotStart(
                f"{self.directory} holds other things and is open to other users of this machine; secrets are kept in it. "
                "Name a directory of its own: DATA_DIR=..."
            )
        self.directory.chmod(OWNER_ONLY)

    def free_ports(self) -> tuple[int, int]:
        """Ports for the stand-in and the engine: the two after `port`, or any free ones. Raises CannotStart if `port` is taken."""
        if not may_listen(self.port):
            raise CannotStart(
                f"Port {self.port} is for the system's own servers. Choose another one: PORT=4000 make run"
            )
        if not is_free(self.port):
            other = 4_000 if self.port != 4_000 else 5_000
            raise CannotStart(
                f"Port {self.port} is in use by another program. Choose another one: PORT={other} make run"
            )
        beside = _free_or_any(self.port + 1, avoid=())
        return beside, _free_or_any(self.port + 2, avoid=(beside,))


def may_listen(port: int) -> bool:
    """Whether the system lets this user listen there at all."""
    with socket.socket() as probe:
        try:
            probe.bind((HOST, port))
        except PermissionError:
            return False
        except OSError:
            return True
    return True


def is_free(port: int) -> bool:
    """Whether a server could listen on the port now."""
    with socket.socket() as probe:
        if os.name == "posix":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
            probe.listen()
        except OSError:
            return False
    return True


def _free_or_any(wanted: int, avoid: tuple[int, ...]) -> int:
    return wanted if wanted not in avoid and is_free(wanted) else any_free_port()


def any_free_port() -> int:
    """A port on which nobody listens now, and which no connection that goes out is given. Raises CannotStart."""
    for _ in range(PORTS_TRIED):
        port = secrets.choice(QUIET_PORTS)
        if is_free(port):
            return port
    raise CannotStart(f"None of {PORTS_TRIED} ports between {QUIET_PORTS[0]} and {QUIET_PORTS[-1]} is free.")
