"""Who sends a mail: a latch for each account, kind and cause, taken before the mail is sent and marked after (D34).

A worker leases the latch, sends, and marks it as sent. While a lease runs nobody else sends; a mark holds for a day. A worker that
dies before it sends leaves a lease that ends, and whoever comes then sends: at least once. One that dies after the mail service
took the mail and before the mark errs to the same side: the mail goes out again, at most MAX_TRIES times in all.
"""

from __future__ import annotations

from typing import Literal

from lotbook.domain.values.instants import DAY, SECOND
from lotbook.domain.values.light_dataclasses import dataclass, replace

LEASE = 60 * SECOND  # longer than the function may run: who holds it is alive, or will not send any more
HOLDS = DAY  # so long a cause is not mailed again
MAX_TRIES = (
    3  # workers of one cause of whom nobody knows whether they sent it: more than one is a crash in the very gap
)

Leave = Literal["send", "wait", "over", "too_often"]


@dataclass(frozen=True, slots=True)
class MailLatch:
    """`lease` names the worker that may send until `leased_until`; `sent_at` is the mark. `version` guards every write."""

    lease: str = ""
    leased_until: int = 0
    tries: int = 0
    sent_at: int | None = None
    version: int = 0


def leave(latch: MailLatch, now: int) -> Leave:
    """What a worker that comes now may do: send, come again later because somebody is at it, or nothing.

    `over`: it is sent. `too_often`: it may be, and nobody will know any more.
    """
    if latch.sent_at is not None:
        return "over" if now < latch.sent_at + HOLDS else "send"
    if now < latch.leased_until:
        return "wait"
    return "too_often" if latch.tries >= MAX_TRIES else "send"


def leased(latch: MailLatch, lease: str, now: int) -> MailLatch:
    """The latch in the hands of a worker."""
    tries = 0 if latch.sent_at is not None else latch.tries
    return replace(latch, lease=lease, leased_until=now + LEASE, tries=tries + 1, sent_at=None)


def marked(latch: MailLatch, now: int) -> MailLatch:
    """The latch once the mail service has taken the mail."""
    return replace(latch, leased_until=now, sent_at=now)


def given_back(latch: MailLatch, now: int) -> MailLatch:
    """The latch of a worker that knows that it has sent nothing: the next one need not wait for the lease's end."""
    return replace(latch, leased_until=now, tries=latch.tries - 1)
