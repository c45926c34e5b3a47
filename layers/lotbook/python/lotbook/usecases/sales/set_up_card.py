"""Open the gateway's page on which a card is added. Numbers are typed there and never come here (IS-59)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lotbook.domain.sales.cards import CardSetup
from lotbook.domain.sales.purchase import checkout_end
from lotbook.domain.sales.return_urls import check_return_url
from lotbook.domain.values import ids
from lotbook.domain.values.errors import AccountClosed
from lotbook.usecases.sales.ensure_customer import for_customer

if TYPE_CHECKING:
    from lotbook.domain.values.access import Caller
    from lotbook.usecases.sales.desk import SalesDesk


@dataclass(frozen=True, slots=True)
class SetupRequest:
    """Where the page sends its visitor afterwards; the deployment's address where none is named."""

    account_id: str
    success_url: str | None = None
    cancel_url: str | None = None


def set_up_card(request: SetupRequest, caller: Caller, *, desk: SalesDesk) -> str:
    """The page's address. Every call opens another page; the card that is added on one becomes the default.

    Raises AccountNotFound, Forbidden, AccountClosed, InvalidRequest, Unavailable.
    """
    loaded = desk.account_of_buying_member(request.account_id, caller)
    if loaded.account.state == "closed":
        raise AccountClosed
    now = desk.clock.now()
    setup = CardSetup(
        account_id=request.account_id,
        setup_id=ids.at_time("setup", now, desk.entropy.read(ids.ENTROPY_BYTES)),
        currency=loaded.account.currency,
        success_url=check_return_url("success_url", request.success_url or desk.return_url),
        cancel_url=check_return_url("cancel_url", request.cancel_url or desk.return_url),
        ends_at=checkout_end(now, loaded.published.policy.checkout_ttl_minutes),
    )
    return for_customer(
        request.account_id,
        lambda customer: desk.gateway.open_setup(setup, customer),
        accounts=desk.accounts,
        gateway=desk.gateway,
    )
