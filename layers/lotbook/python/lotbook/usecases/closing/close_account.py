"""Close an account: nothing is bought, granted or burned from then on, and nothing is charged any more.

What is still to be done is written down first, then the account says it, then its books, then the gateway. So a crash anywhere
leaves either an open account or one whose closing somebody finishes: the same call, or the schedule.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from lotbook.domain.accounts.close import closed
from lotbook.domain.values.errors import Unavailable
from lotbook.domain.values.instants import HOUR, MINUTE
from lotbook.domain.values.light_dataclasses import dataclass
from lotbook.usecases.accounts.change_account import save_changed
from lotbook.usecases.accounts.load_account import require_account
from lotbook.usecases.closing.end_at_gateway import end_at_gateway

if TYPE_CHECKING:
    from lotbook.ports.portal import PassStore
    from lotbook.usecases.sales.desk import SalesDesk

FIRST_LOOK = 5 * MINUTE  # longer than the call that closes: nobody else is at it meanwhile
LAST_LOOK = HOUR  # an order that was being placed at the moment of closing has its page by then


@dataclass(frozen=True, slots=True)
class ClosingDesk:
    """The ports of closing: those of buying, and who is let in to the billing page."""

    sales: SalesDesk
    passes: PassStore


def close_account(account_id: str, reason: str, actor: str, *, desk: ClosingDesk) -> None:
    """Close it; closed before, only what is still to be done is done. Raises AccountNotFound, Unavailable.

    The gateway that does not answer keeps nobody: the account is closed, and the schedule goes on until the gateway has heard.
    """
    require_account(account_id, accounts=desk.sales.accounts)
    now = desk.sales.clock.now()
    desk.sales.closings.ask(account_id, now + FIRST_LOOK)
    save_changed(account_id, lambda account: closed(account, reason, actor, now), accounts=desk.sales.accounts)
    shut_here(account_id, desk=desk)
    with suppress(Unavailable):
        end_at_gateway(account_id, desk=desk.sales)


def shut_here(account_id: str, *, desk: ClosingDesk) -> None:
    """The books of a closed account refuse burns, and who is signed in to its billing page is so no more. Raises Unavailable."""
    desk.sales.follow_pauses(account_id)
    desk.passes.begin_round(account_id)
