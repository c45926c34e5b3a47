"""Events go out: signed as Stripe signs, from one background thread, so that a handler may call back in."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass

from local.stripe_stand_in.store import Doc, Store

RETRY_SECONDS = (0.3, 1.5)  # two more tries
TIMEOUT_SECONDS = 15
BATCH = 100


def signature(payload: bytes, secret: str, seconds: int) -> str:
    """The `Stripe-Signature` header."""
    digest = hmac.new(secret.encode(), f"{seconds}.".encode() + payload, hashlib.sha256).hexdigest()
    return f"t={seconds},v1={digest}"


@dataclass
class Endpoint:
    """Where events go. `url` None: nobody listens."""

    url: str | None
    secret: str

    def post(self, payload: bytes, seconds: int) -> int | None:
        """Deliver once; the HTTP status, or None when there was no answer."""
        assert self.url is not None
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Stripe-Signature": signature(payload, self.secret, seconds),
            "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
        }
        call = urllib.request.Request(self.url, data=payload, headers=headers, method="POST")
        try:
            with urllib.request.urlopen(call, timeout=TIMEOUT_SECONDS) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as refused:
            with refused:
                return int(refused.code)
        except (OSError, ValueError):
            return None


def accepted(status: int | None) -> bool:
    """Whether Stripe would count the delivery as done."""
    return status is not None and 200 <= status < 300


class Sender:
    """The background thread that empties the queue, and deliveries on order."""

    def __init__(
        self,
        store: Store,
        endpoint: Endpoint,
        now: Callable[[], int],
        told: Callable[[Doc, bool], object],
        idle: Callable[[], object],
    ) -> None:
        """`told(event, late)` hears, inside the transaction that notes it, of each event that was answered with a 2xx.

        `idle()` is called when the queue is empty: what waited for an answer may go on.
        """
        self._told = told
        self._idle = idle
        self._store = store
        self._endpoint = endpoint
        self._now = now
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._rounds = threading.Condition()
        self._asked = self._done = 0  # rounds through the queue
        self._thread = threading.Thread(target=self._run, name="stripe-stand-in-webhooks", daemon=True)

    def start(self) -> None:
        """Begin; what was queued before a restart goes out first."""
        self._thread.start()
        self._wake.set()

    def stop(self) -> None:
        """End after the delivery under way."""
        self._stopping.set()
        self._wake.set()
        self._thread.join(TIMEOUT_SECONDS)

    def wake(self) -> None:
        """Something may be queued."""
        with self._rounds:
            self._asked += 1
        self._wake.set()

    def settled(self, seconds: float) -> bool:
        """Wait, inside a bound, until what is queued now has been delivered or given up; whether it has."""
        with self._rounds:
            asked = self._asked
            return self._rounds.wait_for(lambda: self._done >= asked, seconds)

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._wake.wait()
            self._wake.clear()
            with self._rounds:
                asked = self._asked
            while not self._stopping.is_set():
                with self._store.transaction():
                    queued = self._store.deliveries("queued", BATCH) if self._endpoint.url else []
                if not queued:
                    break
                for event_id, _, _ in queued:
                    self._deliver_patiently(event_id)
            self._idle()
            with self._rounds:
                self._done = asked
                self._rounds.notify_all()

    def _deliver_patiently(self, event_id: str) -> None:
        for pause in (*RETRY_SECONDS, None):
            if self._stopping.is_set():
                return
            last = pause is None
            status = self.deliver(event_id, state_if_refused="delivered" if last else "queued")
            if accepted(status) or last:
                return
            self._stopping.wait(pause)

    def deliver(self, event_id: str, state_if_refused: str = "delivered") -> int | None:
        """One signed delivery of an event, noted; answers the HTTP status."""
        with self._store.transaction():
            event, state = self._store.get(event_id), self._store.delivery(event_id)
        if event is None:
            return None
        payload = event.get("_payload") or json.dumps(event, indent=2)
        status = self._endpoint.post(payload.encode(), self._now() // 1000)
        with self._store.transaction():
            self._store.note_attempt(event_id, "delivered" if accepted(status) else state_if_refused, status)
            event = {**(self._store.get(event_id) or event), "_payload": payload}  # every delivery is the same text
            news = accepted(status) and event["pending_webhooks"]
            self._store.put({**event, "pending_webhooks": 0} if news else event, None)
            if news:
                self._told(event, state != "queued")
        return status
