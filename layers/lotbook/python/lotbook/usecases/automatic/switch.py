"""The switch of automatic purchase, its preview and its limit (MK-25, MK-28, MK-46, X-09)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lotbook.domain.sales.auto_history import AutoEvent
    from lotbook.domain.sales.auto_views import AutoView
    from lotbook.domain.values.access import Caller
    from lotbook.usecases.automatic.desk import AutoDesk

STAYS = -1  # a limit that the request does not name


@dataclass(frozen=True, slots=True)
class SwitchRequest:
    """The body. `payment_method` None: the account's default. `limit_minor` STAYS: left out; None: no limit any more."""

    account_id: str
    enabled: bool
    payment_method: str | None = None
    limit_minor: int | None = STAYS


def switch(request: SwitchRequest, caller: Caller, *, desk: AutoDesk) -> AutoView:
    """Switch it on or off, for buyers. Off with a charge under way: that one completes and grants, none follows (X-09).

    Raises AccountNotFound, Forbidden, NotEligible (`plan_not_eligible`), PaymentMethodRequired (no card on file),
    PaymentMethodNotFound, AmountNotChargeable (one unit is below the gateway's least amount), Unavailable.
    """
    raise NotImplementedError


def read(account_id: str, caller: Caller, *, desk: AutoDesk) -> AutoView:
    """What a buyer sees, also before it is switched on. Raises AccountNotFound, Forbidden."""
    raise NotImplementedError


def history(account_id: str, limit: int, after: str | None, *, desk: AutoDesk) -> tuple[list[AutoEvent], str | None]:
    """Events, newest first, from below the event id `after`; the second is the id to go on after. Raises AccountNotFound."""
    raise NotImplementedError
