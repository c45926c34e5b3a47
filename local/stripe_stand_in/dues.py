"""When an object changes by itself, as a function of the object alone."""

from __future__ import annotations

from local.stripe_stand_in.store import Doc

HOUR = 3600
DAY = 24 * HOUR
INCOMPLETE_SECONDS = 23 * HOUR  # an unpaid first invoice, an unpaid pending update
LIVING = ("active", "past_due", "unpaid")


def due_at(doc: Doc) -> int | None:
    """The next such instant, in seconds of the clock that the object lives by."""
    moments = _MOMENTS.get(doc["object"])
    found = [at for at in moments(doc) if at is not None] if moments else []
    return min(found, default=None)


def _of_session(session: Doc) -> list[int | None]:
    return [session["expires_at"] if session["status"] == "open" else None]


def _of_subscription(subscription: Doc) -> list[int | None]:
    if subscription["status"] == "incomplete":
        return [expires_incomplete_at(subscription)]
    if subscription["status"] not in LIVING or not subscription["items"]["data"]:
        return []
    return [
        period_end(subscription),
        subscription["cancel_at"],
        (subscription["pending_update"] or {}).get("expires_at"),
    ]


def _of_invoice(invoice: Doc) -> list[int | None]:
    if not invoice["auto_advance"]:
        return []
    if invoice["status"] == "draft":
        return [invoice["automatically_finalizes_at"]]
    return [invoice["next_payment_attempt"] if invoice["status"] == "open" else None]


def _of_schedule(schedule: Doc) -> list[int | None]:
    """Phases begin with the subscription's periods; the schedule itself ends with the last one."""
    is_running = schedule["status"] == "active"
    return [schedule["phases"][-1]["end_date"] if is_running and len(schedule["phases"]) > 1 else None]


def period_end(subscription: Doc) -> int:
    """The end of the period that runs."""
    return int(subscription["items"]["data"][0]["current_period_end"])


def expires_incomplete_at(subscription: Doc) -> int:
    """When a subscription ends whose first invoice is not paid."""
    return int(subscription["created"]) + INCOMPLETE_SECONDS


_MOMENTS = {
    "checkout.session": _of_session,
    "subscription": _of_subscription,
    "invoice": _of_invoice,
    "subscription_schedule": _of_schedule,
}
