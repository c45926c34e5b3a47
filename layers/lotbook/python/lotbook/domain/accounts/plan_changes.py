"""Which plan an account is on, as a function of what was bought and what went back; and what a change does to old lots.

Nothing here depends on the order in which anybody hears of things: of the bought terms whose money was kept, the one that
was paid last counts. A change of plan that comes out of that leaves a move behind: the old lots still to be taken.
"""

from __future__ import annotations

from lotbook.domain.accounts.account import Account
from lotbook.domain.accounts.periods import account_at, lots_of_period
from lotbook.domain.accounts.standings import standing_of, with_standing
from lotbook.domain.accounts.terms import Move, PlanStanding, Term, TermMoney
from lotbook.domain.accounts.validity import billing_period, credit_period
from lotbook.domain.credits.lots import Lot
from lotbook.domain.policy.document import Policy
from lotbook.domain.values import ids, instants
from lotbook.domain.values.light_dataclasses import replace

MAX_TERMS = 50  # each was paid for; past that the earliest are forgotten
MAX_PERIODS = 200  # of one term: sixteen years of months
CARRIED = "plan credits carried over"  # the reason of such a lot
UNKNOWN = PlanStanding("", 0, "none")


def on_term(account: Account, term: Term) -> Account:
    """The account on a bought plan, whose periods count from the settlement (GC-06, X-14)."""
    goes_on = term.renews and term.ends_at == instants.FAR_FUTURE
    ends_at = None if goes_on else term.ends_at
    return with_standing(
        account,
        PlanStanding(term.plan_id, term.at, "stripe", ends_at, term.purchase_id, term.renews, term.policy_version),
    )


def with_term(policy: Policy, account: Account, term: Term, now: int) -> Account:
    """The account once the term is bought; the same account where it was before. An older one overrules no younger one.

    Where the same plan was paid twice, the later payment's term has ended before it began (X-30).
    """
    if any(each.purchase_id == term.purchase_id for each in account.terms):
        return account
    term = replace(term, cycle=cycle_of(account_at(policy, account, now)))
    terms = _each_plan_once(sorted((*account.terms, term), key=lambda each: each.order))
    is_undone = any(each.is_ended and each.purchase_id == account.plan_purchase_id for each in terms)
    carries = term.carries or (term.carries_paid and policy.plan(account_at(policy, account, now).plan_id).is_paid)
    move = Move(0, now, UNKNOWN, UNKNOWN, carries, undoes=is_undone, is_late=is_undone)
    return _with_late_term(policy, _changed(policy, account, terms, move), term.purchase_id, now)


def _each_plan_once(terms: list[Term]) -> tuple[Term, ...]:
    """Of one plan that was paid again while it ran, the later payment goes back. What was found to be twice stays so."""
    told, last = [], None
    for each in terms:
        moment = each.order[0]
        if last is not None and last.plan_id == each.plan_id and moment < last.ends_at and not each.is_ended:
            each = replace(each, is_ended=True, is_twice=True)
        told.append(each)
        last = last if each.is_ended else each
    return tuple(told)


def _with_late_term(policy: Policy, account: Account, purchase_id: str, now: int) -> Account:
    """A plan that a later payment had replaced before anybody heard of it: what it brings goes the way it would have gone.

    So two plans that are paid at one moment end the same, whoever settles first.
    """
    places = {each.purchase_id: place for place, each in enumerate(account.terms)}
    term = account.terms[places[purchase_id]] if purchase_id in places else None
    if term is None or term.is_ended or term.ends_at <= now or account.plan_purchase_id in (None, purchase_id):
        return account
    later = [each for each in account.terms[places[purchase_id] + 1 :] if not each.is_ended]
    was, became = standing_of(on_term(account, term)), standing_of(account_at(policy, account, now))
    return _noted(
        account, Move(0, now, was, became, all(each.carries or each.carries_paid for each in later), is_late=True)
    )


def with_term_money(policy: Policy, account: Account, seen: TermMoney, now: int) -> Account:
    """The account once all the money of a term is gone, or is back again; a step older than what is known says nothing.

    Gone, the account is in the cycle that it would be in without it: who buys and gets the money back gains no credits (D28).
    Back again, the plan comes back if its term is not over and no plan was bought since.
    """
    terms = tuple(
        replace(each, is_ended=seen.gone, step=seen.step)
        if each.purchase_id == seen.purchase_id and each.step < seen.step
        else each
        for each in account.terms
    )
    # What is left of the plan in between goes the way that it went when this one was bought.
    carries = not seen.gone and any(each.carries for each in terms if each.purchase_id == seen.purchase_id)
    move = Move(0, now, UNKNOWN, UNKNOWN, carries, undoes=seen.gone)
    return account if terms == account.terms else _changed(policy, account, terms, move)


def paid_meanwhile(account: Account, purchase_id: str, ordered_at: int) -> Term | None:
    """Another plan that was paid for since this one was ordered: money was taken twice."""
    for each in account.terms:
        if each.purchase_id != purchase_id and not each.is_ended and each.at >= instants.cut_to_second(ordered_at):
            return each
    return None


def cycle_of(present: Account) -> int:
    """The anchor of the account's own periods: the present one, or what the present bought plan has put off."""
    for each in present.terms:
        if each.purchase_id == present.plan_purchase_id and each.cycle is not None:
            return each.cycle
    return present.anchor


def _changed(policy: Policy, account: Account, terms: tuple[Term, ...], move: Move) -> Account:
    """The account with these terms; where that is another plan, the move is noted, from what it was to what it became."""
    present = account_at(policy, account, move.at)
    kept = [each for each in terms if not each.is_ended and (not each.renews or each.ends_at > move.at)]
    after = replace(_after(policy, account, present, kept[-1] if kept else None), terms=_pruned(terms, move.at))
    was, became = standing_of(present), standing_of(account_at(policy, after, move.at))
    return after if was == became else _noted(after, replace(move, was=was, became=became))


def _noted(account: Account, move: Move) -> Account:
    number = account.moves_made + 1
    return replace(account, moves=(*account.moves, replace(move, number=number)), moves_made=number)


def _after(policy: Policy, account: Account, present: Account, term: Term | None) -> Account:
    if term is not None:
        return account if term.purchase_id == account.plan_purchase_id else on_term(account, term)
    if present.plan_purchase_id is None:
        return account
    return with_standing(account, PlanStanding(policy.starting_plan_id, cycle_of(present), "none"))


def _pruned(terms: tuple[Term, ...], now: int) -> tuple[Term, ...]:
    """Without the earliest that are over. One that is over stays while an earlier one is not: it has replaced that one."""
    first = next((place for place, each in enumerate(terms) if each.ends_at > now), len(terms))
    return terms[first:][-MAX_TERMS:]


def lots_left(policy: Policy, account: Account, move: Move, became: Policy | None = None) -> tuple[Lot, ...]:
    """The lots of the period that the move has cut short, but for those that the new plan has, too.

    Free credits end with the period that brought them, as at every period's end; the new period brings its own (IS-57). A
    period that nobody pays for has no plan lot to leave. `became`: the policy of the new plan where that is another version.
    """
    kept = {lot.lot_id for lot in _lots_in(became or policy, account, move.became, move.at)}
    lots = _lots_in(policy, account, move.was, move.at)
    return tuple(lot for lot in lots if lot.lot_id not in kept)


def lots_entered(policy: Policy, account: Account, move: Move, was: Policy | None = None) -> tuple[Lot, ...]:
    """The lots of the new plan's period that the old one did not have. `policy`: the new plan's."""
    return lots_left(policy, account, replace(move, was=move.became, became=move.was), was)


def _lots_in(policy: Policy, account: Account, standing: PlanStanding, at: int) -> tuple[Lot, ...]:
    """The lots of the period as the account has them in that standing, whatever its subscription has come to since."""
    on_it = replace(with_standing(account, standing), subscription=None)
    lots = lots_of_period(policy, on_it, at).lots
    billed = billing_period(policy.plan(standing.plan_id), on_it, at) if standing.renews else None
    known = account.subscription.period(billed[0], standing.plan_id) if billed and account.subscription else None
    if known is None:
        return lots
    is_void = known.state == "void"
    return tuple(lot for lot in lots if lot.kind != "plan" or not (is_void or not known.brings(lot.effective_at)))


def carried_lot_ids(account: Account, unit: str, standing: PlanStanding) -> tuple[str, ...]:
    """The ids of the lots that may have carried credits over into this standing; none where nothing can have been.

    The first is that of the plan which it replaced; the others are of plans that were replaced before they began.
    """
    if not _may_have_carried(standing):
        return ()
    others = (each.purchase_id for each in account.terms if each.purchase_id != standing.purchase_id)
    return tuple(_carried_lot_id(account, unit, standing, each) for each in ("", *others))


def _may_have_carried(standing: PlanStanding) -> bool:
    """A plan that was bought, or one that was agreed on and is billed elsewhere."""
    return standing.purchase_id is not None or standing.billing == "external"


def _carried_lot_id(account: Account, unit: str, standing: PlanStanding, late: str) -> str:
    seed = (account.account_id, unit, "carried", standing.purchase_id or "", *([late] if late else []))
    return ids.derived("lot", standing.anchor, *seed)


def onward_lot_id(account: Account, unit: str, move: Move) -> str | None:
    """The id of the lot in which the move carries credits on; None where it carries nothing."""
    if not (move.carries or move.undoes) or not _may_have_carried(move.became):
        return None
    late = move.is_late or move.undoes
    return _carried_lot_id(account, unit, move.became, (move.was.purchase_id or "") if late else "")


def carried_lot(policy: Policy, account: Account, move: Move, credits: int) -> Lot | None:
    """What was left of the old plan's credits as part of the new plan's first period (GC-07, X-11)."""
    unit = policy.units[0]
    lot_id = onward_lot_id(account, unit, move)
    if not credits or lot_id is None:
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
        reason=CARRIED,
    )


def lots_of_term(policy: Policy, account: Account, term: Term, until: int) -> tuple[Lot, ...]:
    """The free and the plan lots of the term's periods that have begun at `until`, but for those that others have, too.

    Periods that begin in the same second have the same free lot, and those of one plan the same plan lot. So the lots of
    terms that are kept, and of the account's own periods, are left out.
    """
    kept = [each for each in account.terms if not each.is_ended and each.purchase_id != term.purchase_id]
    others = {lot.lot_id for each in kept for lot in _lots_of(policy, account, each, until)}
    own = with_standing(account, PlanStanding(policy.starting_plan_id, cycle_of(account), "none"))
    return tuple(
        lot
        for lot in _lots_of(policy, account, term, until)
        if lot not in lots_of_period(policy, own, lot.effective_at).lots and lot.lot_id not in others
    )


def _lots_of(policy: Policy, account: Account, term: Term, until: int) -> list[Lot]:
    on_it, lots, at = replace(on_term(account, term), state="active", subscription=None), list[Lot](), term.at
    for _ in range(MAX_PERIODS):
        if at > until or at >= term.ends_at:
            break
        lots += lots_of_period(policy, on_it, at).lots
        at = credit_period(policy.plan(term.plan_id), on_it, at)[1]
    return lots
