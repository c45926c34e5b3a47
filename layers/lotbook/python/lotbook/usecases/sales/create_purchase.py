"""Buy: freeze the order, then open its checkout page. The order is written before the gateway hears of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lotbook.domain.sales.checkout_times import CHECKOUT_LEAST_LEFT, checkout_end
from lotbook.domain.sales.eligibility import FORBIDDEN, PLAN_PURCHASE_NOT_AVAILABLE, change_under_way
from lotbook.domain.sales.order_digests import digest_of, old_digest_of
from lotbook.domain.sales.paid_twice import same_open_order
from lotbook.domain.sales.purchase import (
    Failure,
    GivenConsent,
    Purchase,
    as_first_answered,
    new_purchase_id,
    with_state,
)
from lotbook.domain.sales.quotes import quote
from lotbook.domain.sales.return_urls import check_return_url
from lotbook.domain.sales.transactions import title_of
from lotbook.domain.sales.verdicts import verdict, with_facts
from lotbook.domain.values import ids
from lotbook.domain.values.errors import (
    AmountNotChargeable,
    Conflict,
    ConsentRequired,
    Forbidden,
    IdempotencyKeyReused,
    NotEligible,
    PlanChangePending,
    PurchaseAbandoned,
    Unavailable,
)
from lotbook.domain.values.instants import MINUTE
from lotbook.ports.shop import KeyUse
from lotbook.usecases.sales.billing_details import show_gateway
from lotbook.usecases.sales.ensure_customer import for_customer
from lotbook.usecases.sales.unused_lots import unused_for

if TYPE_CHECKING:
    from lotbook.domain.policy.document import PublishedPolicy
    from lotbook.domain.sales.quotes import Item, Quote
    from lotbook.domain.values.access import Caller
    from lotbook.usecases.accounts.load_account import LoadedAccount
    from lotbook.usecases.sales.desk import SalesDesk

PLACE_ATTEMPTS = 5
MAX_LOOKED_AT = 100  # the newest orders of the account: pages of older ones have ended
OPEN_ATTEMPTS = 5
NOT_CHARGEABLE = Failure("amount_not_chargeable", "The gateway cannot charge this amount.")


@dataclass(frozen=True, slots=True)
class PurchaseRequest:
    """What the buyer sent. `refund_policy_version` is the acceptance; address and agent are evidence of it."""

    account_id: str
    item: Item
    refund_policy_version: str | None = None
    success_url: str | None = None
    cancel_url: str | None = None
    save_payment_method: bool = False
    source_ip: str | None = None
    user_agent: str | None = None

    @property
    def digest(self) -> str:
        """Of what makes two requests the same order; where they came from does not."""
        return digest_of(
            self.item,
            refund_policy_version=self.refund_policy_version,
            success_url=self.success_url,
            cancel_url=self.cancel_url,
            save_payment_method=self.save_payment_method,
        )

    def has_digest(self, digest: str) -> bool:
        """Whether the digest is of this body, also one that was written before digests had named fields."""
        asked = (self.refund_policy_version, self.success_url, self.cancel_url, self.save_payment_method)
        return digest in (self.digest, old_digest_of(self.item, *asked))


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
        order = _order(request, loaded, caller, desk)
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


def _order(request: PurchaseRequest, loaded: LoadedAccount, caller: Caller, desk: SalesDesk) -> Purchase:
    """The frozen order; everything that can refuse it does so here, before anything is written."""
    now = desk.clock.now()
    account, published = loaded.account, loaded.published
    policy = published.policy
    summary = _summary(request, loaded, caller, desk)
    order = Purchase(
        account_id=account.account_id,
        purchase_id=new_purchase_id(now, desk.entropy.read(ids.ENTROPY_BYTES)),
        created_at=now,
        actor=caller.actor,
        item=request.item,
        lines=summary.lines,
        unit=policy.units[0],
        credits=summary.lot_credits,
        companions=summary.companions,
        subtotal_minor=summary.subtotal_minor,
        tax=summary.tax,
        total_minor=summary.total_minor,
        currency=summary.currency,
        policy_id=published.policy_id,
        policy_version=published.version,
        plan_id=account.plan_id,
        quoted_expires_at=summary.expires_at,
        late_expires_at=summary.late_expires_at,
        consent=_consent(request, published, caller, now),
        success_url=check_return_url("success_url", request.success_url or desk.return_url),
        cancel_url=check_return_url("cancel_url", request.cancel_url or desk.return_url),
        checkout_expires_at=checkout_end(now, policy.checkout_ttl_minutes),
        first_check_at=now + policy.recheck_after_minutes * MINUTE,
        save_payment_method=request.save_payment_method,
        gateway=policy.payment_for(account.region, account.currency).gateway,
        title=title_of(policy, request.item),
        invoice_waits=policy.invoices.billing_details == "required",
        plan=summary.plan,
        move=summary.move,
    )
    return replace(with_state(order, "pending", now), checkout_request=desk.gateway.draft_checkout(order))


def _summary(request: PurchaseRequest, loaded: LoadedAccount, caller: Caller, desk: SalesDesk) -> Quote:
    lots = unused_for(request.item, loaded, desk=desk)
    summary = quote(loaded.published, loaded.account, request.item, caller, desk.clock.now(), lots=lots)
    if summary.reason == PLAN_PURCHASE_NOT_AVAILABLE:
        raise NotEligible(summary.reason, "This plan cannot be bought here yet.")
    if summary.reason == PlanChangePending.code:
        raise PlanChangePending(purchase_id=change_under_way(loaded.account))
    if not summary.allowed:
        raise Forbidden if summary.reason == FORBIDDEN else NotEligible(summary.reason or FORBIDDEN)
    return summary


def _consent(request: PurchaseRequest, published: PublishedPolicy, caller: Caller, now: int) -> GivenConsent | None:
    """The acceptance of this very version, for this purchase only; raises ConsentRequired without it (NP-20, NP-21)."""
    asked = published.policy.consent
    if asked is None:
        return None
    if request.refund_policy_version != asked.version:
        raise ConsentRequired(kind=asked.kind, version=asked.version, url=asked.url)
    return GivenConsent(asked.kind, asked.version, now, caller.actor, request.source_ip, request.user_agent, asked.url)


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
