"""The switch of automatic purchase, its preview and its limit (MK-25, MK-28, MK-46, X-09)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.accounts.automatic import switched_off, switched_on
from lotbook.domain.sales.auto_top_ups import NEVER_ON, charge_of
from lotbook.domain.sales.auto_views import auto_view
from lotbook.domain.sales.cards import automatic_card, with_payment_pause_lifted
from lotbook.domain.values.errors import (
    AccountClosed,
    AmountNotChargeable,
    Conflict,
    PaymentMethodNotFound,
    PaymentMethodRequired,
    Unavailable,
)
from lotbook.domain.values.light_dataclasses import dataclass, replace
from lotbook.domain.values.money import STRIPE_LIMITS
from lotbook.usecases.accounts.load_account import require_account
from lotbook.usecases.sales.follow_cards import look_at_cards

if TYPE_CHECKING:
    from lotbook.domain.accounts.account import Account
    from lotbook.domain.accounts.automatic import AutoRecord
    from lotbook.domain.sales.auto_history import AutoEvent
    from lotbook.domain.sales.auto_views import AutoView
    from lotbook.domain.sales.cards import CardFile
    from lotbook.domain.values.access import Caller
    from lotbook.usecases.accounts.load_account import LoadedAccount
    from lotbook.usecases.automatic.desk import AutoDesk

STAYS = -1  # a limit that the request does not name
SWITCH_ATTEMPTS = 8  # lost races: each means that somebody else wrote the account


@dataclass(frozen=True, slots=True)
class SwitchRequest:
    """The body. `payment_method` None: the account's default. `limit_minor` STAYS: left out; None: no limit any more."""

    account_id: str
    enabled: bool
    payment_method: str | None = None
    limit_minor: int | None = STAYS


def switch(request: SwitchRequest, caller: Caller, *, desk: AutoDesk) -> AutoView:
    """Switch it on or off, for buyers. Off with a charge under way: that one completes and grants, none follows (X-09).

    Raises AccountNotFound, Forbidden, AccountClosed, NotEligible (`plan_not_eligible`), PaymentMethodRequired (no card on file),
    PaymentMethodNotFound, AmountNotChargeable (one unit is below the gateway's least amount), Unavailable.
    """
    for _ in range(SWITCH_ATTEMPTS):
        loaded = desk.sales.account_of_buying_member(request.account_id, caller)
        if request.enabled:
            _check_chargeable(loaded)
            file = _cards(request, desk)
            loaded = desk.sales.account(request.account_id)  # a look at the cards may have written it
            after = _switched_on(loaded.stored or loaded.account, request, file)
        else:
            after = _with_limit(loaded.stored or loaded.account, request)
            after = replace(after, auto=after.auto and switched_off(after.auto, "by_hand"))
        try:
            if after != (loaded.stored or loaded.account):
                desk.sales.accounts.save(after)
        except Conflict:
            continue
        desk.sales.follow_pauses(request.account_id)
        return _view(desk.sales.account(request.account_id), desk)
    raise Unavailable("The account is busy; send the same request again.")


def read(account_id: str, *, desk: AutoDesk) -> AutoView:
    """What every role of the account sees, and a service key that may read, also before it is switched on. Raises AccountNotFound."""
    return _view(desk.sales.account(account_id), desk)


def history(account_id: str, limit: int, after: str | None, *, desk: AutoDesk) -> tuple[list[AutoEvent], str | None]:
    """Events, newest first, from below the event id `after`; the second is the id to go on after. Raises AccountNotFound."""
    require_account(account_id, accounts=desk.claiming.accounts)
    return desk.claiming.history.page(account_id, limit, after)


def _view(loaded: LoadedAccount, desk: AutoDesk) -> AutoView:
    return auto_view(loaded.policy, loaded.account, desk.claiming.clock.now())


def _check_chargeable(loaded: LoadedAccount) -> None:
    """Whether one unit can be bought on the account's plan, by the plan (MK-46, X-05) and by the gateway (X-16).

    Raises AccountClosed, NotEligible, AmountNotChargeable.
    """
    account, policy = loaded.account, loaded.policy
    if account.state == "closed":
        raise AccountClosed
    if not STRIPE_LIMITS.allow(charge_of(policy, account, 1).total_minor, account.currency):
        raise AmountNotChargeable(min_minor=STRIPE_LIMITS.least(account.currency), max_minor=STRIPE_LIMITS.max_minor)


def _cards(request: SwitchRequest, desk: AutoDesk) -> CardFile:
    """The cards on file, with one to be charged: a card that only paid is not kept, and is none (A8)."""
    file = look_at_cards(request.account_id, desk=desk.sales)
    if request.payment_method is not None and file.find(request.payment_method) is None:
        raise PaymentMethodNotFound
    if automatic_card(NEVER_ON, file) is None:
        raise PaymentMethodRequired
    return file


def _switched_on(account: Account, request: SwitchRequest, file: CardFile) -> Account:
    """The account, switched on; another card than the one that failed lifts what was suspended, and the pause (MK-26)."""
    limited = _with_limit(account, request)
    on = switched_on(limited.auto or NEVER_ON, card=request.payment_method)
    return with_payment_pause_lifted(replace(limited, auto=on), file)


def _with_limit(account: Account, request: SwitchRequest) -> Account:
    record: AutoRecord = account.auto or NEVER_ON
    return (
        account
        if request.limit_minor == STAYS
        else replace(account, auto=replace(record, limit_minor=request.limit_minor))
    )
