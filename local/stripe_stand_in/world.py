"""What an operation sees during one transaction: documents, time, new ids, events to announce."""

from __future__ import annotations

import secrets
import string
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from local.stripe_stand_in.dues import due_at
from local.stripe_stand_in.errors import invalid, no_such
from local.stripe_stand_in.store import Doc, Store

API_VERSION = "2026-10-28.endive"
_ALPHABET = string.ascii_letters + string.digits
_ID_LENGTH = 24
METADATA_KEYS, METADATA_KEY_LENGTH, METADATA_VALUE_LENGTH = 50, 40, 500


def render(doc: Any) -> Any:
    """The document as Stripe answers it: our own notes (keys that start with `_`) left out."""
    if isinstance(doc, dict):
        return {key: render(value) for key, value in doc.items() if not key.startswith("_")}
    return [render(value) for value in doc] if isinstance(doc, list) else doc


def new_id(prefix: str, length: int = _ID_LENGTH) -> str:
    """An id as Stripe makes them."""
    return prefix + "".join(secrets.choice(_ALPHABET) for _ in range(length))


@dataclass
class World:
    """One transaction's view. `at` is the time of what happens, in milliseconds; `now` in seconds, as Stripe counts.

    Objects live by our own clock, or by a test clock (`clock` is its id, then): `entered` moves the view to another time.
    """

    store: Store
    at: int
    base_url: str
    has_endpoint: bool
    request_id: str | None = None
    idempotency_key: str | None = None
    clock: str | None = None
    _events: list[Doc] = field(default_factory=list)
    _started: int = field(init=False)

    def __post_init__(self) -> None:
        self._started = self.at

    @property
    def now(self) -> int:
        """Unix seconds."""
        return self.at // 1000

    @contextmanager
    def entered(self, seconds: int, clock: str | None) -> Iterator[None]:
        """The same world at another time, of our own clock (None) or of a test clock."""
        before = (self.at, self.clock)
        self.at, self.clock = seconds * 1000, clock
        try:
            yield
        finally:
            self.at, self.clock = before

    def save(self, doc: Doc) -> Doc:
        """Write the document; answers it."""
        self.store.put(doc, due_at(doc))
        return doc

    def find(self, kind: str, object_id: str | None) -> Doc | None:
        """The document of that kind and id, if there is one."""
        doc = self.store.get(object_id) if object_id else None
        return doc if doc and doc["object"] == kind else None

    def get(self, kind: str, object_id: str, param: str = "id") -> Doc:
        """The document of that kind and id. Raises `resource_missing`."""
        doc = self.find(kind, object_id)
        if doc is None:
            raise no_such(kind, object_id, param)
        return doc

    def walk(self, kind: str, keep: Callable[[Doc], bool] = lambda _: True) -> Iterator[Doc]:
        """Documents of a kind that pass `keep`, newest first."""
        return (doc for doc in self.store.walk(kind) if keep(doc))

    def mark(self) -> int:
        """A place in the order of events, for `emit(position=...)`."""
        return len(self._events)

    def emit(self, kind: str, doc: Doc, position: int | None = None, previous: Doc | None = None) -> str:
        """Announce an event with the object as it is now; answers the event's id. Events of test clocks carry our own time."""
        content: Doc = {"object": render(doc)}
        if previous is not None:
            content["previous_attributes"] = previous
        event: Doc = {
            "id": new_id("evt_"),
            "object": "event",
            "api_version": API_VERSION,
            "created": self.now if self.clock is None else self._started // 1000,
            "data": content,
            "livemode": False,
            "pending_webhooks": 1 if self.has_endpoint else 0,
            "request": {"id": self.request_id, "idempotency_key": self.idempotency_key},
            "type": kind,
        }
        self._events.insert(len(self._events) if position is None else position, event)
        return str(event["id"])

    def change(self, kind: str, doc: Doc, position: int | None = None, before: Doc | None = None) -> Doc:
        """Write a changed document and announce it with what it was before: `before`, or what is stored."""
        was = before or self.store.get(doc["id"]) or {}
        self.emit(kind, self.save(doc), position, differences(render(was), render(doc)))
        return doc

    def flush(self) -> None:
        """Write the announced events, in order, before the transaction ends."""
        mode = self.store.setting("webhooks", "deliver")
        for event in self._events:
            self.save(event)
            if self.has_endpoint or mode == "hold":
                self.store.add_delivery(event["id"], "held" if mode == "hold" else "queued")
        self._events.clear()


def differences(before: Doc, after: Doc) -> Doc:
    """`previous_attributes`: what had another value; of objects only what changed in them, lists as they were."""
    changed: Doc = {}
    for name in [*after, *(each for each in before if each not in after)]:
        was, now = before.get(name), after.get(name)
        if was != now:
            changed[name] = differences(was, now) if isinstance(was, dict) and isinstance(now, dict) else was
    return changed


def metadata(given: Any, before: dict[str, str] | None = None, param: str = "metadata") -> dict[str, str]:
    """Metadata merged as Stripe does: an empty value removes a key, an empty string removes all. Checks the limits."""
    if given == "":
        return {}
    merged = dict(before or {})
    for key, value in (given or {}).items():
        if len(key) > METADATA_KEY_LENGTH or len(value) > METADATA_VALUE_LENGTH:
            raise invalid(
                f"Metadata keys have up to 40, values up to 500 characters: {key[:40]}", param=f"{param}[{key[:40]}]"
            )
        merged[key] = value
    merged = {key: value for key, value in merged.items() if value != ""}
    if len(merged) > METADATA_KEYS:
        raise invalid("Metadata can have up to 50 keys.", param=param)
    return merged
