"""What the stand-in remembers: one SQLite file, one connection behind a lock, JSON documents. Survives a kill."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

Doc = dict[str, Any]


class KeptReply(NamedTuple):
    """What a request under an idempotency key was answered; `fingerprint` is the request's."""

    fingerprint: str
    status: int
    body: str
    request_id: str
    at: int


_TABLES = """
CREATE TABLE IF NOT EXISTS objects (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE NOT NULL, kind TEXT NOT NULL, created INTEGER NOT NULL,
    due INTEGER, doc TEXT NOT NULL, clock TEXT);
CREATE INDEX IF NOT EXISTS objects_by_kind ON objects (kind, seq);
CREATE INDEX IF NOT EXISTS objects_by_due ON objects (due) WHERE due IS NOT NULL;
CREATE TABLE IF NOT EXISTS replies (
    key TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, status INTEGER NOT NULL, body TEXT NOT NULL, request_id TEXT NOT NULL,
    at INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS deliveries (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, event_id TEXT UNIQUE NOT NULL, state TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0, last_status INTEGER);
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


def made_at(doc: Doc) -> int:
    """When an object was made, in seconds; invoice items call that their date."""
    return int(doc["created"] if "created" in doc else doc["date"])


class Store:
    """Documents, idempotent replies, deliveries and settings. Everything runs inside `transaction()`."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self.lock = threading.RLock()
        self._db = sqlite3.connect(directory / "stand_in.sqlite3", check_same_thread=False, isolation_level=None)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.executescript(_TABLES)
        if "clock" not in [row[1] for row in self._db.execute("PRAGMA table_info(objects)")]:
            self._db.execute("ALTER TABLE objects ADD COLUMN clock TEXT")

    def close(self) -> None:
        """Give the file back."""
        with self.lock:
            self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing, one at a time."""
        with self.lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    # documents

    def put(self, doc: Doc, due: int | None) -> None:
        """Insert or replace; the place in lists stays that of the first insert. `due`: seconds of the clock that it lives by."""
        self._db.execute(
            "INSERT INTO objects (id, kind, created, due, doc, clock) VALUES (?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (id) DO UPDATE SET doc = excluded.doc, due = excluded.due, kind = excluded.kind",
            (doc["id"], doc["object"], made_at(doc), due, json.dumps(doc), doc.get("test_clock") or doc.get("_clock")),
        )

    def get(self, object_id: str) -> Doc | None:
        """The document with that id."""
        row = self._db.execute("SELECT doc FROM objects WHERE id = ?", (object_id,)).fetchone()
        return json.loads(row[0]) if row else None

    def place(self, object_id: str) -> int | None:
        """Where a document stands in its list; greater is newer."""
        row = self._db.execute("SELECT seq FROM objects WHERE id = ?", (object_id,)).fetchone()
        return int(row[0]) if row else None

    def walk(self, kind: str, *, after: int | None = None, before: int | None = None) -> Iterator[Doc]:
        """Documents of a kind, newest first; older than place `after`; or, from place `before` on, newer ones upwards."""
        if before is not None:
            sql = "SELECT doc FROM objects WHERE kind = ? AND seq > ? ORDER BY seq ASC"
            rows = self._db.execute(sql, (kind, before))
        else:
            sql = "SELECT doc FROM objects WHERE kind = ? AND seq < ? ORDER BY seq DESC"
            rows = self._db.execute(sql, (kind, after if after is not None else 2**62))
        for row in rows:
            yield json.loads(row[0])

    def next_due(self, seconds: int, clock: str | None) -> tuple[int, Doc] | None:
        """The document of that clock (None: our own) whose moment came first, and that moment."""
        sql = "SELECT due, doc FROM objects WHERE due <= ? AND clock IS ? ORDER BY due, seq LIMIT 1"
        row = self._db.execute(sql, (seconds, clock)).fetchone()
        return (int(row[0]), json.loads(row[1])) if row else None

    def dues(self, limit: int) -> list[tuple[int, Doc]]:
        """What changes next by itself, by our own clock: the moment in seconds, and the document; soonest first."""
        sql = "SELECT due, doc FROM objects WHERE due IS NOT NULL AND clock IS NULL ORDER BY due, seq LIMIT ?"
        return [(int(due), json.loads(doc)) for due, doc in self._db.execute(sql, (limit,))]

    # replies kept for idempotency

    def reply(self, key: str) -> KeptReply | None:
        """The reply that is kept under an idempotency key."""
        row = self._db.execute(
            "SELECT fingerprint, status, body, request_id, at FROM replies WHERE key = ?", (key,)
        ).fetchone()
        return KeptReply(*row) if row else None

    def keep_reply(self, key: str, reply: KeptReply) -> None:
        """Remember a reply."""
        self._db.execute("INSERT OR REPLACE INTO replies VALUES (?, ?, ?, ?, ?, ?)", (key, *reply))

    def forget_replies(self, before: int) -> None:
        """Drop the answers kept before that instant."""
        self._db.execute("DELETE FROM replies WHERE at < ?", (before,))

    # webhook deliveries

    def add_delivery(self, event_id: str, state: str) -> None:
        """A new event is `queued` to go out, or `held`."""
        self._db.execute("INSERT INTO deliveries (event_id, state) VALUES (?, ?)", (event_id, state))

    def delivery(self, event_id: str) -> str | None:
        """The state of an event's delivery."""
        row = self._db.execute("SELECT state FROM deliveries WHERE event_id = ?", (event_id,)).fetchone()
        return str(row[0]) if row else None

    def deliveries(self, state: str, limit: int) -> list[tuple[str, int, int | None]]:
        """`(event_id, attempts, last_status)` of one state, oldest first."""
        sql = "SELECT event_id, attempts, last_status FROM deliveries WHERE state = ? ORDER BY seq LIMIT ?"
        return [tuple(row) for row in self._db.execute(sql, (state, limit))]

    def note_attempt(self, event_id: str, state: str, last_status: int | None) -> None:
        """One more attempt was made, with that HTTP status (None: no answer)."""
        self._db.execute(
            "UPDATE deliveries SET state = ?, attempts = attempts + 1, last_status = ? WHERE event_id = ?",
            (state, last_status, event_id),
        )

    # settings

    def setting(self, name: str, default: Any) -> Any:
        """A setting's JSON value."""
        row = self._db.execute("SELECT value FROM settings WHERE name = ?", (name,)).fetchone()
        return json.loads(row[0]) if row else default

    def set_setting(self, name: str, value: Any) -> None:
        """Change a setting."""
        self._db.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", (name, json.dumps(value)))
