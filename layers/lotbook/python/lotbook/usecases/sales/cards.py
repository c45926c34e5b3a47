"""What a member does with the cards on file: open the gateway's page for another one, choose the default, take one off.

Numbers are typed on the gateway's page and never come here. A number cannot be edited: another card is added, and the old
one removed (IS-59). Automatic payments, subscriptions and invoices are charged to the default (IS-24).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.sales.cards import CardFile, CardSetup, successor
from lotbook.domain.sales.checkout_times import checkout_end
from lotbook.domain.sales.return_urls import check_return_url
from lotbook.domain.values import ids
from lotbook.domain.values.errors import AccountClosed, PaymentMethodNotFound
from lotbook.domain.values.light_dataclasses import dataclass, replace
from lotbook.usecases.sales.ensure_customer import for_customer
from lotbook.usecases.sales.follow_cards import follow_cards, look_at_cards
from lotbook.usecases.sales.payment_pause import lift_payment_pause
from lotbook.usecases.sales.plan_card import use_for_plan

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


def choose_card(account_id: str, payment_method: str, caller: Caller, *, desk: SalesDesk) -> CardFile:
    """The cards with their new default. Cards that came before this, by whatever way, do not take it over any more.

    Raises AccountNotFound, Forbidden, PaymentMethodNotFound (also for another customer's card, D40), Unavailable.
    """
    customer = desk.account_of_buying_member(account_id, caller).account.gateway_customer
    found = desk.gateway.card_file(customer) if customer else CardFile()
    if customer is None or found.find(payment_method) is None:
        raise PaymentMethodNotFound
    if not desk.gateway.set_default(customer, payment_method, found.newest):
        raise PaymentMethodNotFound
    chosen = replace(found, default=payment_method, seen=found.newest)
    lift_payment_pause(account_id, chosen, desk=desk)
    use_for_plan(account_id, payment_method, desk=desk)
    return chosen


def remove_card(account_id: str, payment_method: str, caller: Caller, *, desk: SalesDesk) -> CardFile:
    """The cards that are left. Where the default goes, its successor is made the default first: there is never none (IS-24).

    Raises AccountNotFound, Forbidden, PaymentMethodNotFound (also for another customer's card, D40), Unavailable.
    """
    customer = desk.account_of_buying_member(account_id, caller).account.gateway_customer
    found = follow_cards(account_id, desk=desk) if customer else CardFile()
    if customer is None or found.find(payment_method) is None:
        raise PaymentMethodNotFound
    names, left = found.same_card(payment_method), found
    for name in names:  # a card that was saved twice is one row, and goes as one
        left = left.without(name)
    default = left.default or successor(left.cards, desk.clock.now())
    if default is not None and default != left.default:
        desk.gateway.set_default(customer, default, found.newest)
    use_for_plan(account_id, default, desk=desk)  # before the old one goes: renewals never find no card
    # The one that was named goes last: after a crash the same call finds it, and the others with it.
    gone = [desk.gateway.detach(name) for name in sorted(names, key=payment_method.__eq__)]
    if not any(gone):
        raise PaymentMethodNotFound
    return look_at_cards(account_id, desk=desk)
