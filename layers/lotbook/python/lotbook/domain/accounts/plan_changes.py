"""Which plan an account is on, as a function of what was bought and what went back; and what a change does to old lots.

Nothing here depends on the order in which anybody hears of things: of the bought terms whose money was kept, the one that
was settled last counts. A change of plan that comes out of that leaves a move behind: the old lots still to be taken.
"""

from __future__ import annotations

from dataclasses import replace

from lotbook.domain.accounts.account import Account
from lotbook.domain.accounts.periods import account_at, lots_of_period
from lotbook.domain.accounts.terms import Move, Standing, Term
from lotbook.domain.accounts.validity import credit_period
from lotbook.domain.credits.lots import Lot
from lotbook.domain.policy.document import Policy
from lotbook.domain.values import ids, instants

MAX_TERMS = 50  # each was paid for; past that the earliest are forgotten


def standing_of(account: Account) -> Standing:
    """What decides the account's periods."""
    return Standing(
        account.plan_id, account.anchor, account.plan_billing, account.plan_ends_at, account.plan_purchase_id
    )


def with_standing(account: Account, standing: Standing) -> Account:
    """The account in that standing."""
    return replace(
        account,
        plan_id=standing.plan_id,
        anchor=standing.anchor,
        plan_billing=standing.billing,
        plan_ends_at=standing.ends_at,
        plan_purchase_id=standing.purchase_id,
    )


def on_term(account: Account, term: Term) -> Account:
    """The account on a bought plan, whose periods count from the settlement (GC-06, X-14)."""
    return with_standing(account, Standing(term.plan_id, term.at, "stripe", term.ends_at, term.purchase_id))


def with_term(policy: Policy, account: Account, term: Term, now: int, *, carries: bool) -> Account:
    """The account once the term is bought; the same account where it was before. An older one overrules no younger one."""
    if any(each.purchase_id == term.purchase_id for each in account.terms):
        return account
    term = replace(term, cycle=_cycle(account_at(policy, account, now)))
    terms = sorted((*account.terms, term), key=lambda each: each.order)
    return _changed(policy, account, tuple(terms), now, carries=carries)


def with_money_back(policy: Policy, account: Account, purchase_id: str, step: int, now: int, *, gone: bool) -> Account:
    """The account once all the money of a term is `gone`, or is back again; a step older than what is known says nothing.

    Gone, the account is in the cycle that it would be in without it: who buys and gets the money back gains no credits (D28).
    Back again, the plan comes back if its term is not over and no plan was bought since.
    """
    terms = tuple(
        replace(each, is_ended=gone, step=step) if each.purchase_id == purchase_id and each.step < step else each
        for each in account.terms
    )
    return account if terms == account.terms else _changed(policy, account, terms, now, undoes=gone)


def paid_meanwhile(account: Account, purchase_id: str, ordered_at: int) -> Term | None:
    """Another plan that was paid for since this one was ordered: money was taken twice."""
    for each in account.terms:
        if each.purchase_id != purchase_id and not each.is_ended and each.at >= instants.cut_to_second(ordered_at):
            return each
    return None


def _cycle(present: Account) -> int:
    """The anchor of the account's own periods: the present one, or what the present bought plan has put off."""
    for each in present.terms:
        if each.purchase_id == present.plan_purchase_id and each.cycle is not None:
            return each.cycle
    return present.anchor


def _changed(
    policy: Policy,
    account: Account,
    terms: tuple[Term, ...],
    now: int,
    *,
    carries: bool = False,
    undoes: bool = False,
) -> Account:
    present = account_at(policy, account, now)
    kept = [each for each in terms if not each.is_ended]
    after = replace(_after(policy, account, present, kept[-1] if kept else None), terms=_pruned(terms, now))
    was, became = standing_of(present), standing_of(account_at(policy, after, now))
    if was == became:
        return after
    number = account.moves_made + 1
    move = Move(number, now, was, became, carries, undoes)
    return replace(after, moves=(*account.moves, move), moves_made=number)


def _after(policy: Policy, account: Account, present: Account, term: Term | None) -> Account:
    if term is not None:
        return account if term.purchase_id == account.plan_purchase_id else on_term(account, term)
    if present.plan_purchase_id is None:
        return account
    return with_standing(account, Standing(policy.starting_plan_id, _cycle(present), "none"))


def _pruned(terms: tuple[Term, ...], now: int) -> tuple[Term, ...]:
    """Without the earliest that are over. One that is over stays while an earlier one is not: it has replaced that one."""
    first = next((place for place, each in enumerate(terms) if each.ends_at > now), len(terms))
    return terms[first:][-MAX_TERMS:]


def lots_left(policy: Policy, account: Account, move: Move) -> tuple[Lot, ...]:
    """The lots of the period that the move has cut short, but for those that the new plan has, too.

    Free credits end with the period that brought them, as at every period's end; the new period brings its own (IS-57).
    """
    kept = {lot.lot_id for lot in lots_of_period(policy, with_standing(account, move.became), move.at).lots}
    lots = lots_of_period(policy, with_standing(account, move.was), move.at).lots
    return tuple(lot for lot in lots if lot.lot_id not in kept)


def lots_entered(policy: Policy, account: Account, move: Move) -> tuple[Lot, ...]:
    """The lots of the new plan's period that the old one did not have."""
    return lots_left(policy, account, replace(move, was=move.became, became=move.was))


def carried_lot_id(account: Account, unit: str, standing: Standing) -> str | None:
    """The id of the lot that carried credits over into this standing; None where nothing can have been."""
    if standing.purchase_id is None:
        return None
    return ids.derived("lot", standing.anchor, account.account_id, unit, "carried", standing.purchase_id)


def carried_lot(policy: Policy, account: Account, move: Move, credits: int) -> Lot | None:
    """What was left of the old plan's credits as part of the new plan's first period (GC-07, X-11)."""
    unit = policy.units[0]
    lot_id = carried_lot_id(account, unit, move.became)
    if not move.carries or not credits or lot_id is None:
        return None
    start = instants.cut_to_second(move.at)
    period = credit_period(policy.plan(move.became.plan_id), with_standing(account, move.became), start)
    return Lot(
        lot_id=lot_id,
        unit=unit,
        kind="plan",
        credits=credits,
        rank=policy.rank("plan"),
        effective_at=start,
        expires_at=period[1],
        created_at=start,
        reason="plan credits carried over",
    )
