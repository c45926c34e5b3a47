"""A change of plan: the account first, then the new period's lots, then what is left of the old ones.

The account says which plan it is on, and keeps the move until its lots have followed (`leave_plan`); whoever comes after a
crash goes on with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.accounts.plan_changes import paid_meanwhile, with_term, with_term_money
from lotbook.domain.accounts.renewing import is_known, with_subscription
from lotbook.domain.accounts.subscriptions import BillingPeriod, Subscription
from lotbook.domain.accounts.terms import Term, TermMoney
from lotbook.domain.values.errors import BrokenInvariant, Conflict, Unavailable
from lotbook.domain.values.instants import DAY, FAR_FUTURE
from lotbook.domain.values.light_dataclasses import replace
from lotbook.usecases.accounts.follow_plan import follow_periods
from lotbook.usecases.accounts.load_account import LoadedAccount, load_stored_account, policy_under
from lotbook.usecases.accounts.renew_account import renew_account
from lotbook.usecases.alarms import alarm
from lotbook.usecases.sales.carry_purchased import carried_until, carry_purchased
from lotbook.usecases.sales.leave_plan import Leaving, PolicyPair

if TYPE_CHECKING:
    from collections.abc import Callable

    from lotbook.domain.accounts.account import Account
    from lotbook.domain.accounts.terms import Move
    from lotbook.domain.policy.document import Policy
    from lotbook.domain.sales.purchase import Purchase
    from lotbook.usecases.sales.desk import SalesDesk

CHANGE_ATTEMPTS = 8  # lost races: each means that somebody else changed the account
MAX_MOVES = 20  # finished by one call


def begin_plan(purchase: Purchase, policy: Policy, *, desk: SalesDesk) -> Account:
    """Put the account on the plan that a settled purchase bought, with the lots of its first period (NP-13, X-14).

    `policy`: the version that the order was made under; it says what becomes of the old plan's credits. A plan that was
    paid later stays. Answers the account as it is then. Raises AccountNotFound, Unavailable.
    """
    if purchase.renews:
        return _begin_renewing(purchase, policy, desk)
    term = replace(term_of(purchase), carries=_carries(policy, purchase))

    def with_plan(loaded: LoadedAccount) -> Account:
        now, account = desk.clock.now(), loaded.account
        after = with_term(loaded.published.policy, account, term, now)
        other = paid_meanwhile(account, term.purchase_id, purchase.created_at)
        if other is not None and after != account:
            _ring_paid_twice(purchase, other)
        return after

    return change_account(purchase.account_id, with_plan, desk)


def _begin_renewing(purchase: Purchase, policy: Policy, desk: SalesDesk) -> Account:
    """A plan that renews counts from its first invoice's line, and its subscription is the account's from then on.

    An order from a plan without a price froze nothing about that plan's credits. If another plan was paid for before it is
    settled, that one's go on (T20): the policy carries them, or would have given money for them, which it has not.
    """
    term, record = term_of(purchase), record_of(purchase, desk)
    if purchase.move is not None and purchase.move.kind == "first":
        term = replace(term, carries_paid=policy.plan_change.upgrade.plan_credits != "forfeit")

    def with_plan(loaded: LoadedAccount) -> Account:
        account = loaded.account
        after = with_subscription(loaded.policy, account, term, record, now=desk.clock.now())
        other = paid_meanwhile(account, term.purchase_id, purchase.created_at)
        is_another = purchase.move is None or purchase.move.subscription is None
        if is_another and other is not None and not other.is_twice and not is_known(account, term):
            _ring_paid_twice(purchase, other)
        return after

    return change_account(purchase.account_id, with_plan, desk)


def _ring_paid_twice(purchase: Purchase, other: Term) -> None:
    """Before the account is written: rather twice than never."""
    names = {"account_id": purchase.account_id, "purchase_id": purchase.purchase_id, "other": other.purchase_id}
    alarm("plan_paid_twice", **names)


def record_of(purchase: Purchase, desk: SalesDesk) -> Subscription:
    """The subscription that the settled purchase has made or changed, with its first period paid."""
    refs, plan, period = purchase.gateway_refs, purchase.plan, purchase.period
    if refs.subscription is None or plan is None or plan.price is None or period is None:
        raise BrokenInvariant(f"{purchase.purchase_id}: no subscription was bought")
    move = purchase.move
    item = move.item if move is not None and move.subscription == refs.subscription else None
    if item is None:
        facts = desk.plans.subscription(refs.subscription)
        item = facts.item if facts else ""
    start, end = period
    version, name = purchase.policy_version, purchase.purchase_id
    first = BillingPeriod(start, end, plan.plan_id, "paid", name, refs.invoice, True, start, version)
    made = Subscription(
        refs.subscription, item, plan.plan_id, version, plan.price, plan.price_minor, start, name, (first,)
    )
    return replace(made, card=move.card if move else None)


def follow_plan_money(purchase: Purchase, step: int, *, gone: bool, desk: SalesDesk) -> None:
    """All the money of a plan's purchase is `gone`: its plan ends now. Back again: it comes back if it still can.

    Raises AccountNotFound, Unavailable.
    """

    def with_money(loaded: LoadedAccount) -> Account:
        policy, account, now = loaded.published.policy, loaded.account, desk.clock.now()
        return with_term_money(policy, account, TermMoney(purchase.purchase_id, step, gone), now)

    change_account(purchase.account_id, with_money, desk)


def finish_moves(account_id: str, desk: SalesDesk) -> Account:
    """The account once every change of plan that it had noted is done. Raises AccountNotFound, Unavailable."""
    return change_account(account_id, lambda loaded: loaded.account, desk)


def term_of(purchase: Purchase) -> Term:
    """The term that a settled purchase bought: so many days of 24 hours from its settlement (NP-53); one that renews has no end.

    Raises BrokenInvariant for a purchase that bought none.
    """
    if purchase.plan is None or purchase.settlement is None:
        raise BrokenInvariant(f"{purchase.purchase_id}: no plan was bought")
    if purchase.renews:
        return _renewing_term(purchase)
    at, ends_at = purchase.settlement.at, purchase.settlement.at + purchase.plan.term_days * DAY
    return Term(purchase.purchase_id, purchase.plan.plan_id, at, ends_at, paid_at=purchase.settlement.paid_at)


def _renewing_term(purchase: Purchase) -> Term:
    plan, settled, period, move = purchase.plan, purchase.settlement, purchase.period, purchase.move
    if plan is None or settled is None or period is None:
        raise BrokenInvariant(f"{purchase.purchase_id}: no period was paid")
    return Term(
        purchase.purchase_id,
        plan.plan_id,
        period[0],
        FAR_FUTURE,
        paid_at=settled.paid_at,
        carries=move is not None and (move.plan_credits == "carry" or move.carried_to_come(period[0]) > 0),
        renews=True,
        policy_version=purchase.policy_version,
    )


def _carries(policy: Policy, purchase: Purchase) -> bool:
    rules, wanted = policy.plan_change, term_of(purchase).plan_id
    moves_down = policy.plan(wanted).place < policy.plan(purchase.plan_id).place
    return (rules.downgrade if moves_down else rules.upgrade).plan_credits == "carry"


def change_account(account_id: str, change: Callable[[LoadedAccount], Account], desk: SalesDesk) -> Account:
    """Write the change, then finish every move that the account has; both may have been done by others already."""
    for _ in range(CHANGE_ATTEMPTS + MAX_MOVES):
        loaded = load_stored_account(account_id, accounts=desk.accounts, policies=desk.policies)
        after = change(loaded)
        try:
            if after != loaded.account:
                _renew(account_id, desk, at_once=False)  # what the periods of the present plan bring, they have brought
                desk.accounts.save(after)
            elif after.subscription is not None and after.subscription.unfollowed:
                # Before any new lot: what was burned of a period that nobody pays for is owed, and what comes in pays it first.
                now, ports = desk.clock.now(), (desk.accounts, desk.policies)
                follow_periods(after, now, accounts=ports[0], policies=ports[1], desk=desk.credits)
            elif not after.moves:
                return after
            else:
                _finish(after, after.moves[0], desk)
        except Conflict:
            continue
    raise Unavailable("The account's plan is changing; ask again.")


def _finish(account: Account, move: Move, desk: SalesDesk) -> None:
    """The new lots first: who burns meanwhile never meets an empty book. Raises Conflict.

    But for credits that became money: what was burned of those since is owed, and the new lots pay it.
    """
    row, policies = _order_of(account, move, desk), policies_of(account, move, desk)
    carried_to = carried_until(account, move, policies, row) if row is not None and row.renews else None
    leaving = Leaving(account, move, policies, desk.credits, row.move if row else None, carried_to)
    leaving.take_converted()
    _renew(account.account_id, desk, at_once=True)
    leaving.run()
    if row is not None and row.move is not None and row.move.carried:
        carry_purchased(account, move, policies, row, desk=desk)
    _renew(account.account_id, desk, at_once=False)  # a renewal that began under the old plan may have come in between
    rest = tuple(each for each in account.moves if each.number != move.number)
    desk.accounts.save(replace(account, moves=rest))


def policies_of(account: Account, move: Move, desk: SalesDesk) -> PolicyPair:
    """The policy under the plan that was left, and under the one that was taken (X-33)."""
    was, became = (
        policy_under(account, each.plan_id, each.policy_version, policies=desk.policies)
        for each in (move.was, move.became)
    )
    return PolicyPair(was, became)


def _order_of(account: Account, move: Move, desk: SalesDesk) -> Purchase | None:
    """The order of the new plan, which says what becomes of the old one's credits; None where that is taken back."""
    if move.undoes or move.became.purchase_id is None:
        return None
    return desk.purchases.get(account.account_id, move.became.purchase_id)


def _renew(account_id: str, desk: SalesDesk, *, at_once: bool) -> None:
    renew_account(
        account_id,
        accounts=desk.accounts,
        policies=desk.policies,
        desk=desk.credits,
        at_once=at_once,
    )
