"""What the stand-in is behind its doors: state in a directory, a clock, a webhook endpoint, transactions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from local.stripe_stand_in.due import run_due
from local.stripe_stand_in.resources.subscription_cycle import invoice_answered
from local.stripe_stand_in.resources.test_clocks import time_of
from local.stripe_stand_in.store import Doc, Store
from local.stripe_stand_in.webhooks import Endpoint, Sender
from local.stripe_stand_in.world import World


class Clock(Protocol):
    """Milliseconds since 1970, UTC."""

    def now(self) -> int: ...


class Machine:
    """State, time and webhooks; one instance per directory. Thread-safe. The doors (API, controls, pages) stand before it.

    `webhook_url` None: events are kept (and can be listed) but not delivered. `base_url`: where browsers reach this server.
    """

    def __init__(
        self, directory: Path, clock: Clock, webhook_url: str | None, webhook_secret: str, base_url: str
    ) -> None:
        self.store = Store(directory)
        self.endpoint = Endpoint(webhook_url, webhook_secret)
        self.sender = Sender(self.store, self.endpoint, clock.now, self._answered, self.tick)
        self.base_url = base_url.rstrip("/")
        self._clock = clock
        self.sender.start()

    def close(self) -> None:
        """Stop sending, give the file back."""
        self.sender.stop()
        self.store.close()

    def _answered(self, event: Doc, late: bool) -> None:
        if event["type"] == "invoice.created":
            world = self.make_world(None, None)
            with world.entered(*time_of(world, event["data"]["object"]["id"])):
                invoice_answered(world, event, late=late)

    def tick(self) -> int:
        """Do what the clock has made due (sessions expire, subscriptions renew); answers how many things happened."""
        with self.store.transaction():
            world = self.make_world(None, None)
            done = run_due(world)
            world.flush()
        if done:
            self.sender.wake()
        return done

    @contextmanager
    def world(self, *, settle: bool = True) -> Iterator[World]:
        """A transaction outside the API: pages and controls. Its events go out when it ends."""
        with self.store.transaction():
            world = self.make_world(None, None)
            if settle:
                run_due(world)
            yield world
            world.flush()
        self.sender.wake()

    @contextmanager
    def world_of(self, object_id: str) -> Iterator[World]:
        """The same at the time that the object lives by."""
        with self.world() as world, world.entered(*time_of(world, object_id)):
            yield world

    def make_world(self, request_id: str | None, idempotency_key: str | None) -> World:
        """A view inside the current transaction."""
        return World(
            self.store, self._clock.now(), self.base_url, self.endpoint.url is not None, request_id, idempotency_key
        )
