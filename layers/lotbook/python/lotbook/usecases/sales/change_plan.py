"""A change of plan: the account first, then the new period's lots, then what is left of the old ones.

The account says which plan it is on, and keeps the move until its lots have followed (`leave_plan`); whoever comes after a
crash goes on with it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lotbook.domain.accounts.plan_changes import paid_meanwhile, with_money_back, with_term
from lotbook.domain.accounts.terms import Term
from lotbook.domain.values.errors import BrokenInvariant, Conflict, Unavailable
from lotbook.domain.values.instants import DAY
from lotbook.usecases.accounts.load_account import LoadedAccount, load_stored_account
from lotbook.usecases.accounts.renew_account import renew_account
from lotbook.usecases.alarms import alarm
from lotbook.usecases.sales.leave_plan import Leaving

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
    term = replace(term_of(purchase), carries=_carries(policy, purchase))

    def with_plan(loaded: LoadedAccount) -> Account:
        now, account = desk.clock.now(), loaded.account
        after = with_term(loaded.published.policy, account, term, now)
        other = paid_meanwhile(account, term.purchase_id, purchase.created_at)
        if other is not None and after != account:  # before the write: rather twice than never
            alarm(
                "plan_paid_twice",
                account_id=purchase.account_id,
                purchase_id=purchase.purchase_id,
                other=other.purchase_id,
            )
        return after

    return change_account(purchase.account_id, with_plan, desk)


def follow_plan_money(purchase: Purchase, step: int, *, gone: bool, desk: SalesDesk) -> None:
    """All the money of a plan's purchase is `gone`: its plan ends now. Back again: it comes back if it still can.

    Raises AccountNotFound, Unavailable.
    """

    def with_money(loaded: LoadedAccount) -> Account:
        policy, account, now = loaded.published.policy, loaded.account, desk.clock.now()
        return with_money_back(policy, account, purchase.purchase_id, step, now, gone=gone)

    change_account(purchase.account_id, with_money, desk)


def finish_moves(account_id: str, desk: SalesDesk) -> Account:
    """The account once every change of plan that it had noted is done. Raises AccountNotFound, Unavailable."""
    return change_account(account_id, lambda loaded: loaded.account, desk)


def term_of(purchase: Purchase) -> Term:
    """The term that a settled purchase bought: so many days of 24 hours from its settlement (NP-53).

    Raises BrokenInvariant for a purchase that bought none.
    """
    if purchase.plan is None or purchase.settlement is None:
        raise BrokenInvariant(f"{purchase.purchase_id}: no plan was bought")
    at, ends_at = purchase.settlement.at, purchase.settlement.at + purchase.plan.term_days * DAY
    return Term(purchase.purchase_id, purchase.plan.plan_id, at, ends_at, paid_at=purchase.settlement.paid_at)


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
            elif not after.moves:
                return after
            else:
                _finish(after, after.moves[0], loaded.published.policy, desk)
        except Conflict:
            continue
    raise Unavailable("The account's plan is changing; ask again.")


def _finish(account: Account, move: Move, policy: Policy, desk: SalesDesk) -> None:
    """The new lots first: who burns meanwhile never meets an empty book. Raises Conflict."""
    _renew(account.account_id, desk, at_once=True)
    Leaving(account, move, policy, desk.credits).run()
    _renew(account.account_id, desk, at_once=False)  # a renewal that began under the old plan may have come in between
    rest = tuple(each for each in account.moves if each.number != move.number)
    desk.accounts.save(replace(account, moves=rest))


def _renew(account_id: str, desk: SalesDesk, *, at_once: bool) -> None:
    renew_account(
        account_id,
        accounts=desk.accounts,
        policies=desk.policies,
        desk=desk.credits,
        at_once=at_once,
    )
