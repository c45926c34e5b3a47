"""Connections that wait for their next request: the one that was used last goes first, so the others may age and go.

A connection that was kept through a snapshot, a freeze or a fork is not used: SnapStart restores sockets whose other end is gone,
Lambda freezes a process for minutes, and a child would write into its parent's stream.
"""

from __future__ import annotations

import os
from threading import Lock
from typing import TYPE_CHECKING

from lotbook.adapters.thin.connection import Connection
from lotbook.domain.values.instants import SECOND

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

    from lotbook.adapters.thin.connection import Limits
    from lotbook.adapters.thin.target import Target
    from lotbook.ports.shop import Clock

MAX_WAITING = 64
MAX_IDLE = (
    50 * SECOND
)  # by the wall clock, which goes on while a process is frozen; services close after a minute or so


class Pool:
    """Connections to one target. Safe under threads."""

    def __init__(self, target: Target, limits: Limits, clock: Clock, trust: Callable[[], ssl.SSLContext]) -> None:
        """`trust` is asked for the first connection by TLS."""
        self._target, self._limits, self._clock, self._trust = target, limits, clock, trust
        self._context: ssl.SSLContext | None = None
        self._lock = Lock()
        self._waiting: list[Connection] = []
        os.register_at_fork(after_in_child=self._forget)  # a client lives as long as its process

    def take(self) -> Connection:
        """One that is as good as can be known, else a new one. Raises NoAnswer."""
        while (kept := self._next()) is not None:
            if abs(self._clock.now() - kept.used_at) < MAX_IDLE and not kept.is_stale():
                return kept
            kept.close()
        return self.new()

    def new(self) -> Connection:
        """Raises NoAnswer."""
        if self._target.scheme == "http":
            return Connection(self._target, self._limits, None)
        with self._lock:
            if self._context is None:
                self._context = self._trust()
        return Connection(self._target, self._limits, self._context)

    def give_back(self, connection: Connection) -> None:
        """After an exchange; one that is not to be kept is closed."""
        connection.used_at = self._clock.now()
        with self._lock:
            if connection.is_kept and len(self._waiting) < MAX_WAITING:
                self._waiting.append(connection)
                return
        connection.close()

    def drop(self) -> None:
        """Close what waits."""
        with self._lock:
            waiting, self._waiting = self._waiting, []
        for connection in waiting:
            connection.close()

    def _next(self) -> Connection | None:
        with self._lock:
            return self._waiting.pop() if self._waiting else None

    def _forget(self) -> None:
        """In a child: these are its parent's, and so may be who holds the lock."""
        self._lock, self._waiting = Lock(), []
