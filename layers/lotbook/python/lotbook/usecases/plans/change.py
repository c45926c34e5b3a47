"""`POST plan`: another plan, now or at the period's end, charged to the card on file; and a wish that is taken back.

The order is frozen and written before the gateway hears of it (`settle_plan_order` goes on with it whoever comes). A change that
waits has no money, so it has no row: the account keeps it, and the gateway's price is swapped for the next period.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

from lotbook.domain.accounts.plan_time import with_time
from lotbook.domain.accounts.renewing import with_next_plan
from lotbook.domain.accounts.standings import with_standing
from lotbook.domain.accounts.subscriptions import NextPlan
from lotbook.domain.accounts.terms import PlanStanding
from lotbook.domain.accounts.validity import billing_period
from lotbook.domain.plans.moving import Present
from lotbook.domain.policy.plans import INTERVAL_MONTHS
from lotbook.domain.sales.eligibility import ACCOUNT_CLOSED, PLAN_NOT_ELIGIBLE, change_under_way, plan_price_refusal
from lotbook.domain.sales.items import PlanItem
from lotbook.domain.sales.purchase import CHECK_AGAIN, SETTLED, WAITING, Purchase
from lotbook.domain.sales.renewal_rows import renewal_row
from lotbook.domain.values import ids
from lotbook.domain.values.errors import (
    CheckoutRequired,
    ContactOnly,
    IdempotencyKeyReused,
    NotEligible,
    NothingToResume,
    PlanChangePending,
    Unavailable,
    UnknownPlan,
)
from lotbook.domain.values.instants import DAY
from lotbook.domain.values.light_dataclasses import replace
from lotbook.ports.shop import KeyUse
from lotbook.usecases.plans.cancel import cancel_plan, end_plan, is_live, take_back
from lotbook.usecases.plans.changed import Changed, again, answer_of, kept
from lotbook.usecases.sales.change_plan import change_account
from lotbook.usecases.sales.follow_cards import look_at_cards
from lotbook.usecases.sales.freeze_order import PurchaseRequest, frozen_order, priced
from lotbook.usecases.sales.running_period import plan_of_buying_member
from lotbook.usecases.sales.settle_purchase import settle_purchase
from lotbook.usecases.sales.wishes import agree, mark, unmark

if TYPE_CHECKING:
    from lotbook.domain.accounts.account import Account
    from lotbook.domain.policy.plans import Plan, When
    from lotbook.domain.values.access import Caller
    from lotbook.usecases.accounts.load_account import LoadedAccount
    from lotbook.usecases.sales.desk import SalesDesk

ATTEMPTS = 5


def change_plan(request: PurchaseRequest, key: str, caller: Caller, *, desk: SalesDesk) -> Changed:
    """Another plan for the account; `request.item` is a PlanItem without extras. The key decides about what is charged.

    Raises AccountNotFound, Forbidden, UnknownPlan, ContactOnly, NotEligible, NothingToResume, PlanChangePending,
    PaymentFailed, CheckoutRequired (with the bank's page, or without one where no card is on file), Unavailable: the change
    may be under way, and the same key goes on with it.
    """
    account_id = request.account_id
    desk.account_of_buying_member(account_id, caller)
    fingerprint = ids.fingerprint(key)
    used = desk.purchases.key_use(account_id, fingerprint)
    if used is not None:
        return _used(request, used, desk)
    loaded = plan_of_buying_member(account_id, caller, desk=desk)
    wanted = _wanted(request, loaded)
    _check_pending(loaded, desk)
    when = None
    if wanted.plan_id != loaded.account.plan_id:
        when = Present(loaded.policy, loaded.account, (), desk.clock.now()).change_to(wanted).when
    if when == "never":
        raise NotEligible(PLAN_NOT_ELIGIBLE)
    if when == "now" and wanted.renews:
        return _bought(request, fingerprint, loaded, caller, desk)
    changed = _without_charge(loaded, wanted, when, desk)
    use = KeyUse(fingerprint, "", _digest(request), kept(changed))
    first = desk.purchases.use_key(account_id, use)
    return changed if first is None else _used(request, first, desk)


def _without_charge(loaded: LoadedAccount, wanted: Plan, when: When | None, desk: SalesDesk) -> Changed:
    """What takes no money, so that there is no row: to stay after all, another plan from the period's end on, to leave."""
    if when is None:
        return _stays(loaded, wanted, desk)
    if wanted.renews:
        return _scheduled(loaded, wanted, desk)
    if wanted.plan_id != loaded.policy.starting_plan_id or not loaded.account.plan_renews:
        raise NotEligible(PLAN_NOT_ELIGIBLE)
    return _leaving(loaded, wanted, when == "now", desk)


def _digest(request: PurchaseRequest) -> str:
    """Of a change that made no purchase: told from an order of the same plan that a page was opened for."""
    return f"change:{request.digest}"


def _used(request: PurchaseRequest, used: KeyUse, desk: SalesDesk) -> Changed:
    if used.answer is not None and used.digest == _digest(request):
        return again(used.answer)
    if used.answer is not None or not request.has_digest(used.digest):
        raise IdempotencyKeyReused
    was = desk.purchase(request.account_id, used.purchase_id)
    changed = answer_of(_gone_on(request.account_id, used.purchase_id, desk))
    return replace(changed, replayed=was.state in SETTLED)


def _wanted(request: PurchaseRequest, loaded: LoadedAccount) -> Plan:
    if loaded.account.state == "closed":
        raise NotEligible(ACCOUNT_CLOSED)
    if not isinstance(request.item, PlanItem):
        raise NotEligible(PLAN_NOT_ELIGIBLE)
    wanted = loaded.policy.plan(request.item.plan_id)
    if wanted.contact_url is not None:
        raise ContactOnly(contact_url=wanted.contact_url)
    if not wanted.offered and wanted.plan_id != loaded.account.plan_id:
        raise UnknownPlan(plans=[plan.plan_id for plan in loaded.policy.plans if plan.offered])
    return wanted


def _check_pending(loaded: LoadedAccount, desk: SalesDesk) -> None:
    """One change at a time: one that is over by now stands in nobody's way. Raises PlanChangePending."""
    pending = change_under_way(loaded.account)
    if pending is None:
        return
    row = settle_purchase(loaded.account.account_id, pending, desk=desk)
    if row.state in WAITING:
        raise PlanChangePending(purchase_id=pending)
    raise Unavailable("A change of plan has just ended; send the same request again.")


def _bought(
    request: PurchaseRequest, fingerprint: str, loaded: LoadedAccount, caller: Caller, desk: SalesDesk
) -> Changed:
    """Now, for money: the order is written, then the card is charged."""
    # An unpaid renewal is replaced, not paid first, also where a new card is seen only now.
    card = look_at_cards(request.account_id, desk=desk).default
    if card is None:
        raise CheckoutRequired
    order = priced(frozen_order(request, loaded, caller, desk), desk=desk)
    if order.move is None:
        raise NotEligible(PLAN_NOT_ELIGIBLE)
    now = desk.clock.now()
    order = replace(
        order,
        move=replace(order.move, card=card),
        customer=loaded.account.gateway_customer,
        checkout_expires_at=now + DAY,
        check_at=now + CHECK_AGAIN,
    )
    first = desk.purchases.place(order, KeyUse(fingerprint, order.purchase_id, request.digest))
    purchase_id = order.purchase_id if first is None else first.purchase_id
    return answer_of(_gone_on(request.account_id, purchase_id, desk))


def _gone_on(account_id: str, purchase_id: str, desk: SalesDesk) -> Purchase:
    row = desk.purchase(account_id, purchase_id)
    return row if row.state in SETTLED else settle_purchase(account_id, purchase_id, desk=desk)


def _scheduled(loaded: LoadedAccount, wanted: Plan, desk: SalesDesk) -> Changed:
    """At the period's end: the account keeps the wish, then the gateway gets the price. Sent again, both are as they were."""
    account_id = loaded.account.account_id
    for _ in range(ATTEMPTS):
        found, now = desk.account(account_id), desk.clock.now()
        account = found.account
        period = billing_period(loaded.policy.plan(account.plan_id), account, now)
        sub = account.subscription
        if not account.plan_renews or sub is None or period is None:
            raise CheckoutRequired
        if not wanted.price_minor(account.currency):
            raise NotEligible(plan_price_refusal(wanted))
        wish = _wish(loaded, wanted, period[1], desk)
        if sub.cancel_at is not None:
            if not is_live(sub.subscription, desk=desk):
                raise CheckoutRequired
            desk.plans.set_ending(sub.subscription, ends=False, key=f"{account.version}")
        row = mark(found, desk=desk)
        after = change_account(account_id, _with_wish(wish, desk), desk)
        if after.subscription is not None and after.subscription.next_plan == wish:
            agree(account_id, desk=desk)
            if row is not None:
                unmark(row, desk=desk)
            return Changed("period_end", wish.at, wanted.plan_id, None, 0, 0, account.currency, wanted.credits)
    raise Unavailable("The account's plan is changing; ask again.")


def _with_wish(wish: NextPlan, desk: SalesDesk) -> Callable[[LoadedAccount], Account]:
    def change(found: LoadedAccount) -> Account:
        account = with_time(found.policy, found.account, desk.clock.now())
        period = billing_period(found.policy.plan(account.plan_id), account, desk.clock.now())
        return with_next_plan(account, wish) if period is not None and period[1] == wish.at else account

    return change


def _wish(loaded: LoadedAccount, wanted: Plan, at: int, desk: SalesDesk) -> NextPlan:
    account, version = loaded.account, loaded.published.version
    sub = account.subscription
    if sub is None:
        raise CheckoutRequired
    price_minor = wanted.price_minor(account.currency) or 0
    change = ids.derived("pur", at, account.account_id, sub.subscription, wanted.plan_id, str(version))
    standing = PlanStanding(wanted.plan_id, account.anchor, "stripe", None, change, renews=True, policy_version=version)
    then = replace(
        with_standing(account, standing), subscription=replace(sub, price_minor=price_minor, plan_id=wanted.plan_id)
    )
    price = desk.plans.plan_price(renewal_row(loaded.policy, then, version, at))
    same = loaded.policy.plan(account.plan_id).interval == wanted.interval
    months = 0 if same else INTERVAL_MONTHS[wanted.interval]
    return NextPlan(wanted.plan_id, at, version, price, price_minor, change, months)


def _stays(loaded: LoadedAccount, wanted: Plan, desk: SalesDesk) -> Changed:
    """The plan it is on: what was to come instead of it is taken back. Raises NothingToResume."""
    sub = loaded.account.subscription
    if not loaded.account.plan_renews or sub is None or (sub.next_plan is None and sub.cancel_at is None):
        raise NothingToResume
    if sub.cancel_at is not None and not loaded.policy.plan_change.cancellation.resumable:
        raise NothingToResume
    take_back(loaded, desk=desk)
    now = desk.clock.now()
    return Changed("now", now, wanted.plan_id, None, 0, 0, loaded.account.currency, wanted.credits)


def _leaving(loaded: LoadedAccount, wanted: Plan, at_once: bool, desk: SalesDesk) -> Changed:
    """To the starting plan: that is a cancellation, by the rule of downgrades."""
    account = end_plan(loaded, desk=desk) if at_once else cancel_plan(loaded, desk=desk)
    now = desk.clock.now()
    ends_at = account.subscription.cancel_at if account.subscription and account.plan_renews else None
    effect: Literal["now", "period_end"] = "now" if ends_at is None else "period_end"
    return Changed(effect, ends_at or now, wanted.plan_id, None, 0, 0, account.currency, wanted.credits)
