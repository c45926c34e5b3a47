"""The frozen order: everything that can refuse it does so here, before anything is written or any gateway hears of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.plans.moving import Present
from lotbook.domain.sales.checkout_times import checkout_end
from lotbook.domain.sales.eligibility import FORBIDDEN, PLAN_PURCHASE_NOT_AVAILABLE, began_then, change_under_way
from lotbook.domain.sales.items import PlanItem
from lotbook.domain.sales.order_digests import digest_of, old_digest_of
from lotbook.domain.sales.purchase import GivenConsent, Purchase, new_purchase_id, with_state
from lotbook.domain.sales.quotes import quote
from lotbook.domain.sales.return_urls import addressed, check_return_url
from lotbook.domain.sales.transactions import title_of
from lotbook.domain.values import ids
from lotbook.domain.values.errors import ConsentRequired, Forbidden, NotEligible, PlanChangePending, Unavailable
from lotbook.domain.values.instants import MINUTE
from lotbook.domain.values.light_dataclasses import dataclass, replace
from lotbook.usecases.sales.unused_lots import unused_for

if TYPE_CHECKING:
    from lotbook.domain.accounts.account import Account
    from lotbook.domain.policy.document import PublishedPolicy
    from lotbook.domain.sales.items import Item
    from lotbook.domain.sales.quotes import Quote
    from lotbook.domain.values.access import Caller
    from lotbook.usecases.accounts.load_account import LoadedAccount
    from lotbook.usecases.sales.desk import SalesDesk


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


def frozen_order(request: PurchaseRequest, loaded: LoadedAccount, caller: Caller, desk: SalesDesk) -> Purchase:
    """The frozen order; everything that can refuse it does so here, before anything is written."""
    now = desk.clock.now()
    account, published = loaded.account, loaded.published
    policy = published.policy
    summary = _summary(request, loaded, caller, desk)
    purchase_id = new_purchase_id(_after_plan(account, now), desk.entropy.read(ids.ENTROPY_BYTES))
    order = Purchase(
        account_id=account.account_id,
        purchase_id=purchase_id,
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
        success_url=_checked("success_url", request.success_url or desk.return_url, purchase_id),
        cancel_url=_checked("cancel_url", request.cancel_url or desk.return_url, purchase_id),
        checkout_expires_at=checkout_end(now, policy.checkout_ttl_minutes),
        first_check_at=now + policy.recheck_after_minutes * MINUTE,
        save_payment_method=request.save_payment_method,
        gateway=policy.payment_for(account.region, account.currency).gateway,
        title=title_of(policy, request.item),
        plan=summary.plan,
        move=summary.move,
    )
    return replace(with_state(order, "pending", now), invoice_waits=policy.invoices.billing_details == "required")


def _checked(field: str, url: str, purchase_id: str) -> str:
    return check_return_url(field, addressed(url, purchase_id))


def _after_plan(account: Account, now: int) -> int:
    """The time in the order's id: past that of the present plan's purchase, also while a clock stands still.

    Of two plans that were paid for at one instant the greater id counts, and an order is later than what it was made upon.
    """
    last = ids.time_of(account.plan_purchase_id) if account.plan_purchase_id else None
    return now if last is None else max(now, last + 1)


def priced(order: Purchase, *, desk: SalesDesk) -> Purchase:
    """The order of a plan that renews with the gateway's names of its price and of its tax; any other order as it is.

    Raises Unavailable.
    """
    if not order.renews or order.plan is None or order.move is None:
        return order
    rate = desk.plans.tax_rate(order.tax) if order.tax else None
    price = desk.plans.plan_price(order)
    return replace(order, plan=replace(order.plan, price=price), move=replace(order.move, tax_rate=rate))


def _summary(request: PurchaseRequest, loaded: LoadedAccount, caller: Caller, desk: SalesDesk) -> Quote:
    lots = unused_for(request.item, loaded, desk=desk.credits, purchases=desk.purchases)
    summary = quote(Present(loaded.policy, loaded.account, lots, desk.clock.now()), request.item, caller)
    if isinstance(request.item, PlanItem) and began_then(loaded.account, request.item.plan_id, desk.clock.now()):
        raise Unavailable("This plan began and was left within this second.", retry_after_seconds=1)
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
