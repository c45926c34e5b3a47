"""Buy: freeze the order, then open its checkout page. The order is written before the gateway hears of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.sales.checkout_times import CHECKOUT_LEAST_LEFT
from lotbook.domain.sales.paid_twice import same_open_order
from lotbook.domain.sales.purchase import (
    Failure,
    Purchase,
    as_first_answered,
    with_state,
)
from lotbook.domain.sales.verdicts import verdict, with_facts
from lotbook.domain.values import ids
from lotbook.domain.values.errors import (
    AmountNotChargeable,
    Conflict,
    IdempotencyKeyReused,
    PurchaseAbandoned,
    Unavailable,
)
from lotbook.domain.values.light_dataclasses import dataclass, replace
from lotbook.ports.shop import KeyUse
from lotbook.usecases.sales.billing_details import show_gateway
from lotbook.usecases.sales.ensure_customer import for_customer
from lotbook.usecases.sales.freeze_order import PurchaseRequest, frozen_order, priced

if TYPE_CHECKING:
    from lotbook.domain.values.access import Caller
    from lotbook.usecases.sales.desk import SalesDesk

PLACE_ATTEMPTS = 5
MAX_LOOKED_AT = 100  # the newest orders of the account: pages of older ones have ended
OPEN_ATTEMPTS = 5
NOT_CHARGEABLE = Failure("amount_not_chargeable", "The gateway cannot charge this amount.")


@dataclass(frozen=True, slots=True)
class Created:
    """The purchase as the call answers it; `replayed`: it is the first answer again."""

    purchase: Purchase
    replayed: bool


def create_purchase(request: PurchaseRequest, key: str, caller: Caller, *, desk: SalesDesk) -> Created:
    """Order an item and open its checkout (NP-19..24). The key decides: same body, same purchase, same session (D3, D4).

    Raises AccountNotFound, Forbidden, NotEligible, ConsentRequired, IdempotencyKeyReused, InvalidRequest, the refusals of
    `quote`; Unavailable when the gateway does not answer: the order stays, and the same key goes on with it.
    """
    loaded = desk.account_of_buyer(request.account_id, caller)
    fingerprint = ids.fingerprint(key)
    for _ in range(PLACE_ATTEMPTS):
        used = desk.purchases.key_use(request.account_id, fingerprint)
        if used is not None:
            return _go_on(request, used, desk)
        order = priced(frozen_order(request, loaded, caller, desk), desk=desk)
        order = replace(order, checkout_request=desk.gateway.draft_checkout(order))
        known = _open_order(order, desk) if order.plan else None
        try:
            if known is not None:  # the same plan again: its page, not another one that might be paid, too
                desk.purchases.use_key(request.account_id, KeyUse(fingerprint, known.purchase_id, request.digest))
            elif desk.purchases.place(order, KeyUse(fingerprint, order.purchase_id, request.digest)) is None:
                return Created(_opened(order, desk), replayed=False)
        except Conflict:
            continue
    raise Unavailable


def _open_order(order: Purchase, desk: SalesDesk) -> Purchase | None:
    rows, _ = desk.purchases.page(order.account_id, MAX_LOOKED_AT, None)
    return next((row for row in rows if same_open_order(order, row, order.created_at)), None)


def _go_on(request: PurchaseRequest, used: KeyUse, desk: SalesDesk) -> Created:
    if not request.has_digest(used.digest):
        raise IdempotencyKeyReused
    purchase = desk.purchase(request.account_id, used.purchase_id)
    if purchase.checkout_url is not None:
        return Created(as_first_answered(purchase), replayed=True)
    return Created(_opened(purchase, desk), replayed=False)


def _opened(order: Purchase, desk: SalesDesk) -> Purchase:
    """The order with its checkout page. Whoever saves second finds the same session saved."""
    for _ in range(OPEN_ATTEMPTS):
        if order.checkout_url is not None or order.state != "pending":
            return _as_it_ended(order)
        try:
            return _open(order, desk)
        except Conflict:
            order = desk.purchase(order.account_id, order.purchase_id)
    raise Unavailable


def _open(order: Purchase, desk: SalesDesk) -> Purchase:
    return for_customer(
        order.account_id,
        lambda customer: _open_for(order, customer, desk),
        accounts=desk.accounts,
        gateway=desk.gateway,
    )


def _open_for(order: Purchase, customer: str, desk: SalesDesk) -> Purchase:
    record = desk.billing.get(order.account_id)
    if record is not None:
        show_gateway(desk.account(order.account_id).account, customer, record, desk=desk)
    now = desk.clock.now()
    if order.checkout_expires_at - now < CHECKOUT_LEAST_LEFT:
        return _too_late(order, now, desk)
    try:
        session, url = desk.gateway.open_checkout(order, customer)
    except AmountNotChargeable:
        desk.purchases.save(replace(with_state(order, "failed", now), failure=NOT_CHARGEABLE))
        raise
    refs = replace(order.gateway_refs, checkout_session=session)
    return desk.purchases.save(replace(order, customer=customer, gateway_refs=refs, checkout_url=url))


def _too_late(order: Purchase, now: int, desk: SalesDesk) -> Purchase:
    """A page can no longer be opened to end as ordered. One that an earlier try opened is taken; else it is over (NP-30)."""
    session = desk.session_of(order)
    if session is None:
        desk.purchases.save(with_state(order, "abandoned", now))
        raise PurchaseAbandoned(purchase_id=order.purchase_id)
    facts = desk.gateway.checkout(session)
    ended = verdict(order, facts, desk.gateway.deployment).kind == "expired"
    # What else became of a page that is not open any more, its settling says: the schedule comes at once.
    known = replace(with_facts(order, facts), check_at=now if facts.state != "open" else order.check_at)
    return _as_it_ended(desk.purchases.save(with_state(known, "abandoned", now) if ended else known))


def _as_it_ended(order: Purchase) -> Purchase:
    """Raises what the order came to where it has no page to show."""
    if order.checkout_url is None and order.failure == NOT_CHARGEABLE:
        raise AmountNotChargeable
    if order.checkout_url is None and order.state in {"abandoned", "failed"}:
        raise PurchaseAbandoned(purchase_id=order.purchase_id)
    return order
