"""Capture or release a hold on request, once an idempotency key; the keys of these calls are a space of their own.

What decides about the hold is the hold's own resolution. The key's record only tells when a key that closed one hold is
sent for another, which is a caller's mistake. It is written after success: a refusal leaves the key free.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lotbook.domain.values import ids
from lotbook.domain.values.errors import AccountNotFound, HoldNotFound, IdempotencyKeyReused
from lotbook.usecases.credits.resolve_hold import HOLD_ID, capture_hold, release_hold

if TYPE_CHECKING:
    from lotbook.domain.credits.requests import Resolved
    from lotbook.ports.shop import AccountStore, IdempotencyStore
    from lotbook.usecases.credits.desk import CreditDesk

KEY_SPACE = "hold"


@dataclass(frozen=True, slots=True)
class CloseHold:
    """What is asked: to capture `credits` of the hold, 0 to all of them, or with None to release it."""

    hold_id: str
    key: str
    credits: int | None
    actor: str

    @property
    def digest(self) -> str:
        """Equal for equal requests; the actor is not part of it."""
        return ids.fingerprint("close", self.hold_id, "release" if self.credits is None else str(self.credits))


def close_hold(
    account_id: str,
    command: CloseHold,
    *,
    desk: CreditDesk,
    keys: IdempotencyStore,
    accounts: AccountStore,
) -> Resolved:
    """What became of the hold.

    Raises AccountNotFound, HoldNotFound, HoldClosed `{state}`, InvalidRequest for more than is held (D19),
    IdempotencyKeyReused, Unavailable.
    """
    try:
        return _close(account_id, command, desk, keys)
    except HoldNotFound:
        if accounts.get(account_id) is None:
            raise AccountNotFound from None
        raise


def _close(account_id: str, command: CloseHold, desk: CreditDesk, keys: IdempotencyStore) -> Resolved:
    hold_id, key = command.hold_id, command.key
    if HOLD_ID.fullmatch(hold_id) is None:
        raise HoldNotFound
    known = keys.find(account_id, KEY_SPACE, key)
    if known is not None and known["digest"] != command.digest:
        raise IdempotencyKeyReused
    if command.credits is None:
        resolved = release_hold(account_id, hold_id, key, actor=command.actor, desk=desk)
    else:
        resolved = capture_hold(account_id, hold_id, key, command.credits, actor=command.actor, desk=desk)
    if known is None:
        keys.claim(account_id, KEY_SPACE, key, {"digest": command.digest})
    return resolved
