"""The history of automatic purchase: what was bought, and what was not and why. One event a cause, however often it comes up (D31)."""

from __future__ import annotations

from hashlib import sha256
from typing import Literal, get_args

from lotbook.domain.values import ids
from lotbook.domain.values.light_dataclasses import dataclass, replace

Outcome = Literal["bought", "not_bought"]
Reason = Literal[
    "bought",
    "cap_reached",
    "limit_reached",
    "disabled",
    "suspended",
    "no_card",
    "plan_not_eligible",
    "shortfall_too_large",
    "paused",
    "past_due",
    "charging",
    "declined",
    "authentication_required",
    "unknown_outcome",
    "switched_off_everywhere",
]
REASONS: tuple[Reason, ...] = get_args(Reason)
_NUMBER_BYTES = 4  # of an id's entropy, before what tells causes apart


@dataclass(frozen=True, slots=True)
class AutoEvent:
    """One event. `cause` names what it happened because of: the same cause is told once. `event_id` sorts by time.

    `credits` and `amount_minor` are what was bought, or would have been; 0 where nothing was worked out.
    """

    account_id: str
    event_id: str
    cause: str
    at: int
    reason: Reason
    purchase_id: str | None = None
    credits: int = 0
    amount_minor: int = 0
    currency: str = ""

    @property
    def outcome(self) -> Outcome:
        """Whether credits were bought."""
        return "bought" if self.reason == "bought" else "not_bought"


def without_card(account_id: str, at: int, switches: int) -> AutoEvent:
    """Automatic purchase went off for want of a card: one event, whoever finds out. `switches`: the record's, once it is off."""
    return event(account_id, "no_card", at, "off", switches)


def event(account_id: str, reason: Reason, at: int, *because: str | int) -> AutoEvent:
    """An event of this reason, `because` of these: a purchase's id, or period, card and switch of what was not bought."""
    cause = ids.fingerprint("auto", reason, *(str(part) for part in because))
    return AutoEvent(account_id, ids.derived("aev", at, account_id, cause), cause, at, reason)


def placed(told: AutoEvent, number: int) -> AutoEvent:
    """The event as a store notes it: after those of the same instant with a lower `number`, which a process counts."""
    place = (number % 256**_NUMBER_BYTES).to_bytes(_NUMBER_BYTES)
    seed = sha256(f"{told.account_id}\x1f{told.cause}".encode()).digest()
    return replace(told, event_id=ids.at_time("aev", told.at, place + seed))
