"""Stripe's API itself: who calls, what fails on order, idempotency, one transaction, the answer."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from local.stripe_stand_in.checks import check
from local.stripe_stand_in.due import run_due
from local.stripe_stand_in.errors import ConnectionDropped, StripeError, invalid
from local.stripe_stand_in.expand import expand
from local.stripe_stand_in.faults import fail_before, failure, take_fault
from local.stripe_stand_in.forms import decode
from local.stripe_stand_in.http import Request, Response
from local.stripe_stand_in.operations import Operation, match
from local.stripe_stand_in.params import refuse_unread
from local.stripe_stand_in.resources.test_clocks import time_of
from local.stripe_stand_in.store import Doc, KeptReply, Store
from local.stripe_stand_in.world import API_VERSION, World, new_id, render

REPLY_MILLISECONDS = 24 * 3600 * 1000
MAX_KEY_LENGTH = 255
_KEPT_STATUS = (200, 402, 500)
# Parameters that say by which clock a call lives.
_OWNERS = ("customer", "subscription", "from_subscription", "invoice", "payment_intent", "test_clock")
Headers = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Call:
    """One call that names an operation. `key`: its idempotency key. `fault`: the failure it suffers, on order."""

    operation: Operation
    ids: list[str]
    raw: Doc
    request_id: str
    key: str | None
    fault: str | None

    def fingerprint(self) -> str:
        """The same for the same operation and parameters."""
        content = json.dumps([self.operation.name, self.ids, self.raw], sort_keys=True)
        return hashlib.sha256(content.encode()).hexdigest()


class Api:
    """Answers everything below `/v1/`. `make_world(request_id, idempotency_key)` opens a view inside a transaction."""

    def __init__(self, store: Store, make_world: Callable[[str | None, str | None], World]) -> None:
        self._store = store
        self._make_world = make_world
        self._running: set[str] = set()
        self._running_lock = threading.Lock()

    def answer(self, request: Request) -> Response:
        """The answer to one call. Raises ConnectionDropped when the caller shall get none."""
        request_id = new_id("req_", 14)
        try:
            status, body, more = self._answer(request, request_id)
        except StripeError as refusal:
            status, body, more = refusal.status, _error(refusal), []
        headers = [("Content-Type", "application/json"), ("Request-Id", request_id), ("Stripe-Version", API_VERSION)]
        return Response(status, body.encode(), [*headers, *more])

    def _answer(self, request: Request, request_id: str) -> tuple[int, str, Headers]:
        _authenticate(request)
        found = match(request.method, request.path)
        if found is None:
            raise invalid(f"Unrecognized request URL ({request.method}: {request.path}).", status=404)
        operation, ids = found
        fault = self._begin(operation)
        fail_before(fault)
        raw = decode(request.body.decode("utf-8", "replace") if request.method == "POST" else request.query)
        call = Call(operation, ids, raw, request_id, _key(request), fault)
        answered = (*self._run(call), []) if call.key is None else self._run_once(call, call.key)
        if fault == "timeout_after_commit":
            raise ConnectionDropped
        return answered

    def _begin(self, operation: Operation) -> str | None:
        """Do what the clock has made due; answers the failure on order for this call."""
        with self._store.transaction():
            world = self._make_world(None, None)
            if run_due(world):
                world.flush()
            return take_fault(self._store, operation.name)

    @contextmanager
    def _alone(self, key: str) -> Iterator[None]:
        """Two calls with one key at a time: the second is refused."""
        with self._running_lock:
            if key in self._running:
                message = f"There is currently another in-progress request using this Idempotency Key ({key}). Try again later."
                raise StripeError(409, "idempotency_error", message, code="idempotency_key_in_use")
            self._running.add(key)
        try:
            yield
        finally:
            with self._running_lock:
                self._running.discard(key)

    def _run_once(self, call: Call, key: str) -> tuple[int, str, Headers]:
        """The kept answer, or a new one."""
        echo = [("Idempotency-Key", key)]
        with self._alone(key):
            with self._store.transaction():
                self._store.forget_replies(self._make_world(None, None).at - REPLY_MILLISECONDS)
                kept = self._store.reply(key)
            if kept is None:
                return (*self._run(call), echo)
        fingerprint, status, body, first_request, _ = kept
        if fingerprint != call.fingerprint():
            message = (
                "Keys for idempotent requests can only be used with the same parameters they were first used with."
                f" Try using a key other than '{key}' if you meant to execute a different request."
            )
            raise StripeError(400, "idempotency_error", message)
        return status, body, [*echo, ("Idempotent-Replayed", "true"), ("Original-Request", first_request)]

    def _run(self, call: Call) -> tuple[int, str]:
        """Run the operation in a transaction of its own and keep the answer where Stripe does."""
        try:
            with self._store.transaction():
                world = self._make_world(call.request_id, call.key)
                try:
                    status, body = 200, json.dumps(_perform(world, call), indent=2)
                except StripeError as declined:
                    if not declined.keeps_effects:
                        raise
                    status, body = declined.status, _error(declined)
                world.flush()
                self._keep(call, status, body, world.at)
                return status, body
        except StripeError as undone:
            status, body = undone.status, _error(undone)
        with self._store.transaction():
            self._keep(call, status, body, self._make_world(None, None).at)
        return status, body

    def _keep(self, call: Call, status: int, body: str, at: int) -> None:
        if call.key and status in _KEPT_STATUS:
            reply = KeptReply(call.fingerprint(), status, body, call.request_id, at)
            self._store.keep_reply(call.key, reply)


def _error(refusal: StripeError) -> str:
    return json.dumps(render(refusal.body()), indent=2)


def _authenticate(request: Request) -> None:
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not secret.strip().startswith(("sk_test_", "rk_test_")):
        raise invalid("Invalid API Key provided: use any sk_test_... key.", status=401)
    version = request.headers.get("stripe-version", API_VERSION)
    if version != API_VERSION:
        raise invalid(f"Invalid Stripe API version: {version[:40]} (the stand-in speaks {API_VERSION}).")


def _key(request: Request) -> str | None:
    key = request.headers.get("idempotency-key") if request.method == "POST" else None
    if key is not None and len(key) > MAX_KEY_LENGTH:
        raise invalid("Idempotency keys can be at most 255 characters.", code="idempotency_key_too_long")
    return key or None


def _perform(world: World, call: Call) -> Any:
    if call.fault == "500_kept":
        raise failure()
    for name in call.operation.removed:
        if name in call.raw:
            message = f"`{name}` is no longer supported; use `allowed_{name}` or dynamic payment methods."
            raise invalid(message, param=name, code=f"{name}_no_longer_supported")
    params = check(call.raw, call.operation.params)
    lives_by = time_of(world, *call.ids, *(call.raw.get(name) for name in _OWNERS))
    try:
        with world.entered(*lives_by):
            answer = render(call.operation.handler(world, params, *call.ids))
    except StripeError as refusal:
        if refusal.keeps_effects:
            refuse_unread(params, call.operation.name)
        raise
    shown = expand(world, answer, params.get("expand") or [])
    refuse_unread(params, call.operation.name)
    return shown
