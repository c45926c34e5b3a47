"""The claim: one transaction that reserves cap and money and writes the row, before any gateway hears of it (MK-19, D30, D32)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lotbook.usecases.automatic.desk import ClaimDesk
    from lotbook.usecases.credits.desk import Advance, Shortage


def advance_for(shortage: Shortage, *, desk: ClaimDesk) -> Advance | None:
    """What a burn that cannot be covered may go on with: the hook of the burn path (`CreditDesk.top_up`), without a gateway call.

    Claims a purchase where one is due and allowed; finds the one that is under way; None where nothing is bought, with the reason
    in the history. Raises AccountNotFound, Unavailable.
    """
    raise NotImplementedError
