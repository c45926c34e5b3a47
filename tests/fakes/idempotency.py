"""What idempotency keys stand for, in memory."""

from __future__ import annotations

from collections.abc import Mapping
from threading import Lock


class FakeIdempotency:
    """Implements `IdempotencyStore`."""

    def __init__(self) -> None:
        self._lock = Lock()
        self.records: dict[tuple[str, str, str], dict[str, str | int]] = {}

    def find(self, account_id: str, space: str, key: str) -> dict[str, str | int] | None:
        return self.records.get((account_id, space, key))

    def claim(
        self, account_id: str, space: str, key: str, record: Mapping[str, str | int]
    ) -> dict[str, str | int] | None:
        with self._lock:
            first = self.records.get((account_id, space, key))
            if first is None:
                self.records[account_id, space, key] = dict(record)
            return first
