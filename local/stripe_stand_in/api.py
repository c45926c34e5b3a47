"""Stripe's API itself: who calls, what fails on order, idempotency, one transaction, the answer."""

from __future__ import annotations

import hashlib
import json
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from local.stripe_stand_in.checks import check
from local.stripe_stand_in.due import run_due
from local.stripe_stand_in.errors import ConnectionDropped, StripeError, invalid
from local.stripe_stand_in.expand import expand
from local.stripe_stand_in.faults import fail_before, take_fault
from local.stripe_stand_in.forms import decode
from local.stripe_stand_in.http import Request, Response
from local.stripe_stand_in.operations import Operation, match
from local.stripe_stand_in.store import Doc, Store
from local.stripe_stand_in.world import API_VERSION, World, new_id, render

REPLY_MILLISECONDS = 24 * 3600 * 1000
MAX_KEY_LENGTH = 255
_KEPT_STATUS = (200, 402, 500)


class Api:
    """Answers everything below `/v1/`. `make_world(request_id, idempotency_key)` opens a view inside a transaction."""

    def __init__(self, store: Store, make_world: Callable[[str, str | None], World]) -> None:
        self._store = store
        self._make_world = make_world
        self._running: set[str] = set()
        self._running_lock = threading.Lock()

    def answer(self, request: Request) -> Response:
        """The answer to one call. Raises ConnectionDropped when the caller shall get none."""
        request_id = new_id("req_", 14)
        headers = [("Request-Id", request_id), ("Stripe-Version", API_VERSION)]
        try:
            status, body, more = self._answer(request, request_id)
        except StripeError as refusal:
            status, body, more = refusal.status, json.dumps(render(refusal.body()), indent=2), []
        return Response(status, body.encode(), [("Content-Type", "application/json"), *headers, *more])

    def _answer(self, request: Request, request_id: str) -> tuple[int, str, list[tuple[str, str]]]:
        _authenticate(request)
        found = match(request.method, request.path)
        if found is None:
            raise invalid(f"Unrecognized request URL ({request.method}: {request.path}).", status=404)
        operation, ids = found
        with self._store.transaction():
            fault = take_fault(self._store, operation.name)
        fail_before(fault)
        raw = decode(request.body.decode("utf-8", "replace") if request.method == "POST" else request.query)
        key = _key(request)
        if key is None:
            answered: tuple[int, str, list[tuple[str, str]]] = (*self._run(operation, ids, raw, request_id, None), [])
        else:
            with self._alone(key):
                answered = self._run_once(operation, ids, raw, request_id, key)
        if fault == "timeout_after_commit":
            raise ConnectionDropped
        return answered

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

    def _run_once(
        self, operation: Operation, ids: list[str], raw: Doc, request_id: str, key: str
    ) -> tuple[int, str, list[tuple[str, str]]]:
        fingerprint = hashlib.sha256(json.dumps([operation.name, ids, raw], sort_keys=True).encode()).hexdigest()
        echo = [("Idempotency-Key", key)]
        with self._store.transaction():
            at = self._make_world(request_id, key).at
            self._store.forget_replies(at - REPLY_MILLISECONDS)
            kept = self._store.reply(key)
        if kept is None:
            return (*self._run(operation, ids, raw, request_id, (key, fingerprint)), echo)
        if kept[0] != fingerprint:
            message = (
                "Keys for idempotent requests can only be used with the same parameters they were first used with."
                f" Try using a key other than '{key}' if you meant to execute a different request."
            )
            raise StripeError(400, "idempotency_error", message)
        return kept[1], kept[2], [*echo, ("Idempotent-Replayed", "true"), ("Original-Request", kept[3])]

    def _run(
        self, operation: Operation, ids: list[str], raw: Doc, request_id: str, keep: tuple[str, str] | None
    ) -> tuple[int, str]:
        """Run the operation in a transaction of its own and keep the answer where Stripe does."""
        refusal: StripeError | None = None
        try:
            with self._store.transaction():
                world = self._make_world(request_id, keep[0] if keep else None)
                run_due(world)
                try:
                    status, body = 200, json.dumps(_perform(world, operation, ids, raw), indent=2)
                except StripeError as declined:
                    if not declined.keeps_effects:
                        raise
                    status, body = declined.status, json.dumps(render(declined.body()), indent=2)
                world.flush()
                self._keep(keep, status, body, request_id, world.at)
                return status, body
        except StripeError as undone:
            refusal = undone
        except Exception:  # noqa: BLE001 - a fault of the stand-in itself answers as Stripe's own faults do
            traceback.print_exc(file=sys.stderr)
            refusal = StripeError(500, "api_error", "The stand-in failed; see its error output.")
        status, body = refusal.status, json.dumps(render(refusal.body()), indent=2)
        with self._store.transaction():
            self._keep(keep, status, body, request_id, self._make_world(request_id, None).at)
        return status, body

    def _keep(self, keep: tuple[str, str] | None, status: int, body: str, request_id: str, at: int) -> None:
        if keep and status in _KEPT_STATUS:
            self._store.keep_reply(keep[0], keep[1], status, body, request_id, at)


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


def _perform(world: World, operation: Operation, ids: list[str], raw: Doc) -> Any:
    for name in operation.removed:
        if name in raw:
            message = f"`{name}` is no longer supported; use `allowed_{name}` or dynamic payment methods."
            raise invalid(message, param=name, code=f"{name}_no_longer_supported")
    params = check(raw, operation.params)
    answer = render(operation.handler(world, params, *ids))
    return expand(world, answer, params.get("expand") or [])
