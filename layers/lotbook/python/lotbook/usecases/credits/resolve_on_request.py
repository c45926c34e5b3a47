"""Capture or release a hold on request, once an idempotency key; the keys of these calls are a space of their own.

What decides about the hold is the hold's own resolution. The key's record only tells when a key that resolved one hold is
sent for another, which is a caller's mistake. It is written after success: a refusal leaves the key free.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.credits.hold_ids import hold_name_of
from lotbook.domain.values.errors import AccountNotFound, HoldNotFound, IdempotencyKeyReused
from lotbook.usecases.credits.resolve_hold import resolve_hold

if TYPE_CHECKING:
    from lotbook.domain.credits.requests import Resolved, ResolveHold
    from lotbook.ports.shop import AccountStore, IdempotencyStore
    from lotbook.usecases.credits.desk import CreditDesk

KEY_SPACE = "hold"


def resolve_on_request(
    account_id: str, command: ResolveHold, *, desk: CreditDesk, keys: IdempotencyStore, accounts: AccountStore
) -> Resolved:
    """What became of the hold.

    Raises AccountNotFound, HoldNotFound, HoldClosed `{state}`, InvalidRequest for more than is held (D19),
    IdempotencyKeyReused, Unavailable.
    """
    try:
        return _resolve(account_id, command, desk, keys)
    except HoldNotFound:
        if accounts.get(account_id) is None:  # an account that is absent has no holds either (D40)
            raise AccountNotFound from None
        raise


def _resolve(account_id: str, command: ResolveHold, desk: CreditDesk, keys: IdempotencyStore) -> Resolved:
    if hold_name_of(account_id, command.hold_id) is None:
        raise HoldNotFound
    known = keys.find(account_id, KEY_SPACE, command.key)
    if known is not None and not command.has_digest(str(known["digest"])):
        raise IdempotencyKeyReused
    resolved = resolve_hold(account_id, command, desk=desk)
    if known is None:
        keys.claim(account_id, KEY_SPACE, command.key, {"digest": command.digest})
    return resolved
