"""The product's own refund: unused credits only, for their share of the money (IS-27, NP-32, D39).

Credits go first, then money: whoever dies in between has credits that wait for their money, and the schedule sends it.
A refund that the gateway refuses gives the credits back. No path from here charges anybody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.accounts.close import refuse_erased
from lotbook.domain.money_back.own_refunds import check_caller, check_state, with_refund_begun
from lotbook.domain.values import ids
from lotbook.domain.values.errors import Conflict, IdempotencyKeyReused, NotRefundable, Unavailable
from lotbook.domain.values.light_dataclasses import dataclass
from lotbook.usecases.credits.balance import read_balance
from lotbook.usecases.money_back.follow_money_back import follow_money_back

if TYPE_CHECKING:
    from lotbook.domain.sales.purchase import Purchase
    from lotbook.domain.sales.reversals import OwnRefund
    from lotbook.domain.values.access import Caller
    from lotbook.ports.shop import IdempotencyStore
    from lotbook.usecases.sales.desk import SalesDesk

KEY_SPACE = "refund"
BEGIN_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Refunded:
    """What went back: `credits` unused ones, `amount_minor` for them. `replayed`: it is the first answer again."""

    purchase_id: str
    refund: str
    credits: int
    amount_minor: int
    currency: str
    replayed: bool


@dataclass(frozen=True, slots=True)
class RefundRequest:
    """Which purchase is to be paid back; `key` is the idempotency key."""

    account_id: str
    purchase_id: str
    key: str


def refund_purchase(asked: RefundRequest, caller: Caller, *, desk: SalesDesk, keys: IdempotencyStore) -> Refunded:
    """Pay the unused credits of a purchase back. The key decides; after a refusal or a 5xx it may be sent again.

    Raises AccountNotFound, Forbidden, AccountClosed (erased, for members), PurchaseNotFound, NotRefundable (nothing is
    changed, or all is as it was), IdempotencyKeyReused for a key of another purchase's refund, Unavailable.
    """
    account_id, purchase_id, key = asked.account_id, asked.purchase_id, asked.key
    loaded = desk.account_of_buyer(account_id, caller)
    if caller.kind == "member":
        refuse_erased(loaded.account)  # the row would name the member
    purchase = desk.purchase(account_id, purchase_id)
    _check_key(keys.find(account_id, KEY_SPACE, key), purchase)
    fingerprint = ids.fingerprint(key)
    for own in purchase.own_refunds:
        if own.key == fingerprint and own.refund is not None:
            if purchase.check_at is not None:  # sent, and its last look was cut short
                follow_money_back(account_id, purchase_id, desk=desk)
            return _answer(purchase, own, replayed=True)
    if not any(own.key == fingerprint and own.state in ("reserving", "reserved") for own in purchase.own_refunds):
        _begin(purchase, key, caller, desk, keys)
    after = follow_money_back(account_id, purchase_id, desk=desk)
    own = [each for each in after.own_refunds if each.key == fingerprint][-1]
    if own.refund is not None:
        return _answer(after, own, replayed=False)
    raise NotRefundable(reason="gateway" if own.credits else "nothing_unused")


def _begin(purchase: Purchase, key: str, caller: Caller, desk: SalesDesk, keys: IdempotencyStore) -> None:
    """Write down that a refund is wanted, once all that can refuse it has been asked."""
    check_caller(desk.policy_of(purchase), purchase, caller, desk.clock.now())
    for _ in range(BEGIN_ATTEMPTS):
        now = follow_money_back(purchase.account_id, purchase.purchase_id, desk=desk)
        _check_state(now, desk)
        record = {"purchase_id": now.purchase_id}
        _check_key(keys.claim(now.account_id, KEY_SPACE, key, record), now)
        try:
            desk.purchases.save(with_refund_begun(now, ids.fingerprint(key), caller.actor, desk.clock.now()))
        except Conflict:
            continue
        return
    raise Unavailable


def _check_state(purchase: Purchase, desk: SalesDesk) -> None:
    """Raises NotRefundable, before anything is written. The credits are counted as they are after all that is pending."""
    lot_id = purchase.lot_id
    found = read_balance(purchase.account_id, purchase.unit, desk=desk.credits) if lot_id else None
    unused = sum(lot.remaining for lot in found.lots if lot.lot_id == lot_id) if found else 0
    check_state(purchase, unused, found.shortfall if found else 0)


def _check_key(record: dict[str, str | int] | None, purchase: Purchase) -> None:
    if record is not None and record["purchase_id"] != purchase.purchase_id:
        raise IdempotencyKeyReused


def _answer(purchase: Purchase, own: OwnRefund, *, replayed: bool) -> Refunded:
    refund = own.refund or ""
    return Refunded(purchase.purchase_id, refund, own.credits, own.amount_minor, purchase.currency, replayed)
