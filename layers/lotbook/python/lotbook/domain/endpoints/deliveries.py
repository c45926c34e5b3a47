"""One event on its way to one endpoint: when it is tried, what came of it, and when it is given up.

Pure. A delivery's id follows from endpoint and event, and the call bears the event's own id, however often it is sent.
"""

from __future__ import annotations

from typing import Literal

from lotbook.domain.values import ids
from lotbook.domain.values.instants import DAY, HOUR, MINUTE, SECOND
from lotbook.domain.values.light_dataclasses import dataclass, replace

# Between one try and the next: eleven tries over three days. The last lies past `endpoint.DISABLE_AFTER`, so an endpoint that
# fails all of them is switched off by the last one.
PAUSES = (
    *(5 * SECOND, MINUTE, 5 * MINUTE, 30 * MINUTE),
    *(2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 21 * HOUR),
)
MAX_TRIES = len(PAUSES) + 1
JITTER_PERCENT = 10  # at most so much longer: what failed together does not come again together
LONGEST_WAIT = 6 * HOUR  # that an endpoint's Retry-After is respected
LEASE = MINUTE  # longer than a try may take: a worker that died with it is followed by another
QUEUED = 15 * MINUTE  # a pause up to here is waited for in the queue; of a longer one the schedule knows
LOST_AFTER = 2 * MINUTE  # past its time: then the schedule takes the message for lost
KEPT = 30 * DAY  # after it was made, or was asked for again
MAX_ATTEMPTS_KEPT = 30

DeliveryState = Literal["pending", "delivered", "failed"]
Result = Literal[
    "ok",
    "status",  # an answer that is neither 2xx nor one of the next two
    "redirect",  # 3xx: not followed, for where it leads was not checked
    "gone",  # 410
    "not_public",  # the name leads to an address that may not be called
    "unresolved",  # the name has no address
    "connect",
    "tls",
    "timeout",
    "no_answer",  # it hung up, or what it says is no HTTP
]
WhyFailed = Literal["tries", "endpoint_disabled", "endpoint_deleted", "sent_once", "gone"]


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try. Nothing that the endpoint said is kept but its status: it may say secrets."""

    at: int
    result: Result
    status: int | None
    took_ms: int


@dataclass(frozen=True, slots=True)
class Reply:
    """What became of one call. `retry_after`: milliseconds that the endpoint asks us to wait."""

    result: Result
    status: int | None = None
    took_ms: int = 0
    retry_after: int | None = None

    @property
    def is_good(self) -> bool:
        """Whether the endpoint took it."""
        return self.result == "ok"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event for one endpoint. `due_at`: when it is tried next, while pending.

    `tries`: those that were begun in the present round, also by a worker that died.
    """

    delivery_id: str
    endpoint_id: str
    event_id: str
    kind: str
    at: int
    body: str
    created_at: int
    due_at: int
    state: DeliveryState = "pending"
    reason: WhyFailed | None = None
    tries: int = 0
    is_once: bool = False  # asked for again: one more try, and no other
    attempts: tuple[Attempt, ...] = ()  # the newest first, at most MAX_ATTEMPTS_KEPT
    ends_at: int = 0
    version: int = 1

    def is_due(self, now: int) -> bool:
        """Whether it is to be sent at `now`."""
        return self.state == "pending" and self.due_at <= now

    @property
    def is_worn_out(self) -> bool:
        """Whether as many tries were begun as there are; the last of them may have had no end."""
        return self.tries >= (1 if self.is_once else MAX_TRIES)

    def wait(self, now: int) -> int | None:
        """Milliseconds that its message waits in the queue; None where it waits for the schedule, or for nothing."""
        pause = max(0, self.due_at - now)
        return pause if self.state == "pending" and pause <= QUEUED else None

    @property
    def looked_at(self) -> int | None:
        """When the schedule looks for it; None when it has ended. A message that is on its way has time to come first."""
        return self.due_at + LOST_AFTER if self.state == "pending" else None


@dataclass(frozen=True, slots=True)
class Event:
    """An event of the bus. `text`: the whole body that an endpoint gets."""

    event_id: str
    kind: str
    at: int
    text: str


def made(event: Event, endpoint_id: str, now: int) -> Delivery:
    """The delivery of an event: whoever makes it again makes the same one."""
    delivery_id = ids.derived("dlv", event.at, endpoint_id, event.event_id)
    return Delivery(
        delivery_id=delivery_id,
        endpoint_id=endpoint_id,
        event_id=event.event_id,
        kind=event.kind,
        at=event.at,
        body=event.text,
        created_at=now,
        due_at=now,
        ends_at=now + KEPT,
    )


def leased(delivery: Delivery, now: int) -> Delivery:
    """In the hands of a worker that may die: then it is due again when the lease is over. The try counts from here on."""
    return replace(delivery, due_at=now + LEASE, tries=delivery.tries + 1)


def after_reply(delivery: Delivery, reply: Reply, now: int, dice: int) -> Delivery:
    """What a try has made of it. `dice`, 0 to 99, draws the jitter."""
    attempt = Attempt(now, reply.result, reply.status, reply.took_ms)
    tried = replace(delivery, attempts=(attempt, *delivery.attempts)[:MAX_ATTEMPTS_KEPT])
    if reply.is_good:
        return replace(tried, state="delivered", reason=None)
    if reply.result == "gone":
        return _failed(tried, "gone")
    if tried.is_worn_out:
        return worn_out(tried)
    pause = PAUSES[tried.tries - 1]
    pause += pause * JITTER_PERCENT * dice // 10_000
    return replace(tried, due_at=now + max(pause, min(reply.retry_after or 0, LONGEST_WAIT)))


def worn_out(delivery: Delivery) -> Delivery:
    """It has had its tries."""
    return _failed(delivery, "sent_once" if delivery.is_once else "tries")


def given_up(delivery: Delivery, reason: WhyFailed) -> Delivery:
    """Nothing more is sent, for there is nobody to send it to."""
    return _failed(delivery, reason)


def asked_again(delivery: Delivery, now: int) -> Delivery:
    """Once more, now. What is pending goes on as it was when that try fails; what had ended gets this one try."""
    if delivery.state == "pending":
        return replace(delivery, due_at=now)
    return replace(
        delivery,
        state="pending",
        reason=None,
        due_at=now,
        tries=0,
        is_once=True,
        ends_at=max(delivery.ends_at, now + KEPT),
    )


def _failed(delivery: Delivery, reason: WhyFailed) -> Delivery:
    return replace(delivery, state="failed", reason=reason)
