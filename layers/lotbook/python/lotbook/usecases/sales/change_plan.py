"""A change of plan: the account first, then the new period's lots, then what is left of the old ones.

The account says which plan it is on, and keeps the move until its lots have followed; whoever comes after a crash goes on
with it. Every step is done once by its name: lots by their ids, what is taken of old lots by the move's number. How much
was left is what the ledger says was taken, so every attempt carries over the same.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lotbook.domain.accounts.plan_changes import (
    carried_lot,
    carried_lot_id,
    lots_entered,
    lots_left,
    paid_meanwhile,
    with_money_back,
    with_term,
)
from lotbook.domain.accounts.terms import Term, number_of
from lotbook.domain.credits.orders import ClawBack, Restore
from lotbook.domain.values.errors import BrokenInvariant, Conflict, LotNotFound, Unavailable
from lotbook.domain.values.instants import DAY
from lotbook.usecases.accounts.load_account import LoadedAccount, load_stored_account
from lotbook.usecases.accounts.renew_account import renew_account
from lotbook.usecases.alarms import alarm
from lotbook.usecases.credits.lots import claw_back, grant_lot, granted_lot, restore_lot

if TYPE_CHECKING:
    from collections.abc import Callable

    from lotbook.domain.accounts.account import Account
    from lotbook.domain.accounts.terms import Move, Standing
    from lotbook.domain.credits.lots import Lot
    from lotbook.domain.policy.document import Policy
    from lotbook.domain.sales.purchase import Purchase
    from lotbook.usecases.sales.desk import SalesDesk

CHANGE_ATTEMPTS = 8  # lost races: each means that somebody else changed the account
MAX_MOVES = 20  # finished by one call
REASON = "plan_change"


def begin_plan(purchase: Purchase, policy: Policy, *, desk: SalesDesk) -> None:
    """Put the account on the plan that a settled purchase bought, with the lots of its first period (NP-13, X-14).

    `policy`: the version that the order was made under; it says what becomes of the old plan's credits. A plan that was
    settled later stays. Raises AccountNotFound, Unavailable.
    """
    term = term_of(purchase)

    def begun(loaded: LoadedAccount) -> Account:
        now, account = desk.clock.now(), loaded.account
        after = with_term(loaded.published.policy, account, term, now, carries=_carries(policy, purchase.plan_id, term))
        other = paid_meanwhile(account, term.purchase_id, purchase.created_at)
        if other is not None and after != account:  # before the write: rather twice than never
            alarm(
                "plan_paid_twice",
                account_id=purchase.account_id,
                purchase_id=purchase.purchase_id,
                other=other.purchase_id,
            )
        return after

    _change(purchase.account_id, begun, desk)


def follow_plan_money(purchase: Purchase, step: int, *, gone: bool, desk: SalesDesk) -> None:
    """All the money of a plan's purchase is `gone`: its plan ends now. Back again: it comes back if it still can.

    Raises AccountNotFound, Unavailable.
    """

    def followed(loaded: LoadedAccount) -> Account:
        policy, account, now = loaded.published.policy, loaded.account, desk.clock.now()
        return with_money_back(policy, account, purchase.purchase_id, step, now, gone=gone)

    _change(purchase.account_id, followed, desk)


def term_of(purchase: Purchase) -> Term:
    """The term that a settled purchase bought: so many days of 24 hours from its settlement (NP-53).

    Raises BrokenInvariant for a purchase that bought none.
    """
    if purchase.plan is None or purchase.settlement is None:
        raise BrokenInvariant(f"{purchase.purchase_id}: no plan was bought")
    at = purchase.settlement.at
    return Term(purchase.purchase_id, purchase.plan.plan_id, at, at + purchase.plan.term_days * DAY)


def _carries(policy: Policy, present: str, term: Term) -> bool:
    rules = policy.plan_change
    moves_down = policy.plan(term.plan_id).place < policy.plan(present).place
    return (rules.downgrade if moves_down else rules.upgrade).plan_credits == "carry"


def _change(account_id: str, change: Callable[[LoadedAccount], Account], desk: SalesDesk) -> None:
    """Write the change, then finish every move that the account has; both may have been done by others already."""
    for _ in range(CHANGE_ATTEMPTS + MAX_MOVES):
        loaded = load_stored_account(account_id, accounts=desk.accounts, policies=desk.policies)
        after = change(loaded)
        try:
            if after != loaded.account:
                desk.accounts.save(after)
            elif not after.moves:
                return
            else:
                _finish(after, after.moves[0], loaded.published.policy, desk)
        except Conflict:
            continue
    raise Unavailable("The account's plan is changing; ask again.")


def _finish(account: Account, move: Move, policy: Policy, desk: SalesDesk) -> None:
    """The new lots first: who burns meanwhile never meets an empty book. Raises Conflict."""
    _renew(account.account_id, desk, at_once=True)
    _leave(account, move, policy, desk)
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


def _leave(account: Account, move: Move, policy: Policy, desk: SalesDesk) -> None:
    left = 0
    for lot in lots_left(policy, account, move):
        # A period that nobody has looked into has its lots all the same, and a renewal that comes late adds none.
        grant_lot(account.account_id, lot, desk=desk.credits)
        taken = _taken(account, lot, move, desk, owes=move.undoes)
        left += taken if lot.kind == "plan" else 0
    earlier = _carried(account, move.was, policy, desk)
    brought = None if earlier is None else _taken(account, earlier, move, desk, owes=False)
    _return(account, move, policy, brought, desk)
    onward = carried_lot(policy, account, move, left + (brought or 0))
    if onward is not None:
        grant_lot(account.account_id, onward, desk=desk.credits)


def _return(account: Account, move: Move, policy: Policy, brought: int | None, desk: SalesDesk) -> None:
    """Back on a plan that was left before its period's end: what was taken of its lots then comes back.

    `brought`: what is left now of credits that were carried on from it; more than that has been spent since.
    """
    lots = [*lots_entered(policy, account, move), _carried(account, move.became, policy, desk)]
    for lot in lots:
        if lot is None:
            continue
        back = _taken_last(account, lot, move, desk)
        if brought is not None and lot.kind == "plan":
            back = min(back, brought)
            brought -= back
        if back:
            order = Restore(lot.lot_id, move.claim, back, reason=REASON)
            restore_lot(account.account_id, lot.unit, order, desk=desk.credits)


def _taken_last(account: Account, lot: Lot, move: Move, desk: SalesDesk) -> int:
    """What the move that left this lot took of it, as shortfall too, and no move has given back since.

    What earlier ones took and did not give back went elsewhere: it was carried on, and spent there.
    """
    entries = desk.books.lot_entries(account.account_id, lot.unit, lot.lot_id)
    ours = [(number_of(entry.name.rpartition("#")[2]), entry) for entry in entries if entry.reason == REASON]
    taken = 0
    for number, entry in sorted(ours, key=lambda each: each[0]):
        if number < move.number:
            taken = entry.requested if entry.kind == "clawed_back" else taken - entry.requested
    return taken


def _carried(account: Account, standing: Standing, policy: Policy, desk: SalesDesk) -> Lot | None:
    lot_id = carried_lot_id(account, policy.units[0], standing)
    if lot_id is None:
        return None
    try:
        return granted_lot(account.account_id, policy.units[0], lot_id, desk.books)
    except LotNotFound:
        return None


def _taken(account: Account, lot: Lot, move: Move, desk: SalesDesk, *, owes: bool) -> int:
    """What was left of the lot, now gone; nothing that was burned or is held, unless the account `owes` that."""
    order = ClawBack(lot.lot_id, move.claim, lot.credits, reason=REASON, unused_only=not owes)
    taken = claw_back(account.account_id, lot.unit, order, desk=desk.credits)
    return taken.removed
