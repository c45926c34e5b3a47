"""The cards of an account, looked at: what is to be the default is made so, and a pause that it lifts is lifted.

One look for all who have a reason: whoever lists the cards, an event that says that one came, a purchase that kept its card.
It asks the gateway what is there now, so order, repetition and loss of events do not matter (D6).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.accounts.close import is_closed
from lotbook.domain.sales.auto_history import without_card
from lotbook.domain.sales.cards import CardFile, keeps_card, standing_default, with_cards_seen
from lotbook.domain.sales.items import PlanItem
from lotbook.domain.sales.purchase import SETTLED
from lotbook.domain.values.errors import AccountNotFound
from lotbook.domain.values.light_dataclasses import replace
from lotbook.usecases.sales.payment_pause import change_and_follow
from lotbook.usecases.sales.plan_card import is_paid_late, pay_later_periods, use_for_plan

if TYPE_CHECKING:
    from lotbook.domain.accounts.account import Account
    from lotbook.domain.sales.purchase import Purchase
    from lotbook.usecases.sales.desk import SalesDesk


def follow_cards(account_id: str, *, desk: SalesDesk, adopted: frozenset[str] = frozenset()) -> CardFile:
    """The cards on file, after a look; an unpaid period of the plan is tried with a new default at once.

    `adopted` and what it raises: as `look_at_cards`.
    """
    found = look_at_cards(account_id, desk=desk, adopted=adopted)
    use_for_plan(account_id, found.default, desk=desk)
    return found


def look_at_cards(account_id: str, *, desk: SalesDesk, adopted: frozenset[str] = frozenset()) -> CardFile:
    """The cards on file, the default among them; none, and no call, where the account has no customer at the gateway.

    Those of a closed account are taken off.

    `adopted`: cards that are to become the default if they came since the last decision, beside those of setup pages.
    Raises AccountNotFound, Unavailable.
    """
    account = desk.accounts.get(account_id)
    if account is None:
        raise AccountNotFound
    if account.gateway_customer is None:
        return CardFile()
    found = desk.gateway.card_file(account.gateway_customer)
    if is_closed(account):
        return _taken_off(found, desk)
    decided = _decided(found, account, adopted, desk)
    change_and_follow(account_id, lambda now: with_cards_seen(now, decided, account.auto), desk=desk)
    if not decided.cards:
        _tell_no_card(account_id, desk)
    return decided


def _taken_off(found: CardFile, desk: SalesDesk) -> CardFile:
    """No card of a closed account stays on file, however it came there."""
    for card in found.cards:
        desk.gateway.detach(card.payment_method)
    return CardFile()


def _tell_no_card(account_id: str, desk: SalesDesk) -> None:
    """That automatic purchase went off for want of a card, once; a purchase that is under way tells it itself."""
    account = desk.accounts.get(account_id)
    record = account.auto if account is not None else None
    if record is not None and record.charge is None and record.is_without_card:
        desk.history.note(without_card(account_id, desk.clock.now(), record.switches))


def _decided(found: CardFile, account: Account, adopted: frozenset[str], desk: SalesDesk) -> CardFile:
    customer = str(account.gateway_customer)
    others = [card for card in found.unseen if card.payment_method != found.default]
    asked = adopted | desk.gateway.set_up(customer) if others else adopted
    default = standing_default(found, asked, account, desk.clock.now())
    if default is None or default == found.default:
        return found
    if not desk.gateway.set_default(customer, default, found.newest):
        return found.without(default)  # it went this moment; the next look decides among those that are left
    return replace(found, default=default, seen=found.newest)


def keep_card(purchase: Purchase, *, desk: SalesDesk) -> None:
    """Look at the cards after a purchase that keeps its own, however often; does nothing for any other purchase.

    A plan's card becomes the default; a card that was kept on request only where it is alone, or replaces one whose
    automatic payment failed. Raises AccountNotFound, Unavailable; the purchase is settled all the same.
    """
    if purchase.state in SETTLED and keeps_card(purchase):
        adopted = _card_of(purchase, desk) if isinstance(purchase.item, PlanItem) else None
        follow_cards(purchase.account_id, desk=desk, adopted=frozenset({adopted} if adopted else ()))
    elif is_paid_late(purchase, desk.clock.now()):
        pay_later_periods(purchase.account_id, follow_cards(purchase.account_id, desk=desk).default, desk=desk)


def _card_of(purchase: Purchase, desk: SalesDesk) -> str | None:
    session = purchase.gateway_refs.checkout_session
    payment = desk.gateway.checkout(session).payment if session else None
    return payment.payment_method if payment else None
