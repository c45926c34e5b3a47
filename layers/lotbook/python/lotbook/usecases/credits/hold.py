"""Hold credits: a burn that can be captured in part or given back until its time is over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.credits.hold_ids import hold_id_of
from lotbook.domain.credits.requests import Held, HoldRequest
from lotbook.usecases.credits.burn import Burn

if TYPE_CHECKING:
    from lotbook.usecases.credits.desk import CreditDesk


def hold(
    account_id: str,
    key: str,
    request: HoldRequest,
    *,
    desk: CreditDesk,
) -> Held:
    """Set credits aside, once per idempotency key (one key space with consume). A retry finds the same hold (D18).

    Raises what `consume` raises. The hold lapses at `expires_at` unless it is captured or released before.
    """
    entry, replayed = Burn(account_id, key, request, desk).run()
    return Held(
        hold_id=hold_id_of(account_id, entry.name),
        entry_id=entry.id_in(account_id),
        credits=entry.requested,
        draws=entry.draws,
        expires_at=entry.due or 0,
        available=entry.available_after,
        replayed=replayed,
        rated=entry.rated,
    )
