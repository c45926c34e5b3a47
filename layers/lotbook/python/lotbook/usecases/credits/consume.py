"""Consume: burn credits once per idempotency key, for ever. Two writes, no read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.credits import ledger
from lotbook.domain.credits.requests import Burned, BurnRequest
from lotbook.domain.values.errors import AccountClosed, AccountNotFound, IdempotencyKeyReused
from lotbook.usecases.credits.burn import Burn

if TYPE_CHECKING:
    from lotbook.usecases.credits.desk import CreditDesk


def consume(
    account_id: str,
    key: str,
    burn: BurnRequest,
    *,
    desk: CreditDesk,
) -> Burned:
    """Burn `burn.credits` in burn order, all or nothing; a replay answers what the first call answered.

    Raises InsufficientCredits `{requested, available}`, AccountPaused, AccountClosed, IdempotencyKeyReused, InvalidRequest for a unit
    that the account does not have, AccountNotFound, and Unavailable. A refusal burns nothing and is not remembered.
    """
    if burn.metadata:
        desk.books.note_metadata(account_id, ledger.burn_name(key), burn.digest, burn.metadata)
    try:
        entry, replayed = Burn(account_id, key, burn, desk).run()
    except (AccountClosed, AccountNotFound, IdempotencyKeyReused):  # this burn never comes, and nobody erases it later
        if burn.metadata:
            desk.books.forget_note(account_id, ledger.burn_name(key), burn.digest)
        raise
    return Burned(
        entry_id=entry.id_in(account_id),
        credits=entry.requested,
        draws=entry.draws,
        available=entry.available_after,
        at=entry.at,
        replayed=replayed,
        rated=entry.rated,
    )
