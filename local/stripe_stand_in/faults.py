"""Failures on order: the next calls of an operation fail in a chosen way."""

from __future__ import annotations

from typing import Any

from local.stripe_stand_in.errors import ConnectionDropped, StripeError, invalid
from local.stripe_stand_in.operations import BY_NAME
from local.stripe_stand_in.store import Store

# `500`, `429` and `timeout` happen before the operation begins, so a retry with the same key runs it. `500_kept` is the other 500 of
# Stripe's: it is kept under the idempotency key and answers every retry with that key for a day.
KINDS = ("timeout_after_commit", "timeout", "500", "429", "500_kept")
MAX_TIMES = 1000


def set_fault(store: Store, operation: Any, kind: Any, times: Any) -> dict[str, Any]:
    """Order failures; `times` 0 clears. Inside a transaction. Raises StripeError for what makes no sense."""
    if not isinstance(operation, str) or operation not in BY_NAME:
        raise invalid(f"Unknown operation; known are: {', '.join(sorted(BY_NAME))}", param="operation", status=422)
    if not isinstance(times, int) or isinstance(times, bool) or not 0 <= times <= MAX_TIMES:
        raise invalid(f"`times` is a whole number from 0 to {MAX_TIMES}.", param="times", status=422)
    if times and str(kind) not in KINDS:
        raise invalid(f"`kind` is one of {', '.join(KINDS)}.", param="kind", status=422)
    faults: dict[str, Any] = store.setting("faults", {})
    faults.pop(operation, None)
    if times:
        faults[operation] = {"kind": str(kind), "times": times}
    store.set_setting("faults", faults)
    return faults


def take_fault(store: Store, operation: str) -> str | None:
    """The failure that this call suffers; one `times` less. Inside a transaction."""
    faults: dict[str, Any] = store.setting("faults", {})
    ordered = faults.get(operation)
    if ordered is None:
        return None
    ordered["times"] -= 1
    if ordered["times"] == 0:
        del faults[operation]
    store.set_setting("faults", faults)
    return str(ordered["kind"])


def fail_before(kind: str | None) -> None:
    """Failures in which the operation never began, so that nothing is kept under its idempotency key."""
    if kind == "timeout":
        raise ConnectionDropped
    if kind == "500":
        raise failure()
    if kind == "429":
        raise StripeError(
            429, "invalid_request_error", "Request rate limit exceeded (ordered from the stand-in).", code="rate_limit"
        )


def failure() -> StripeError:
    """A 500 of Stripe's."""
    return StripeError(500, "api_error", "An unknown error occurred (ordered from the stand-in).")
