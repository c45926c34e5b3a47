"""A plan that renews, brought to what time and payments have decided: rows of new periods, the account, lots, pauses.

The account's record decides in one write; lots follow, each by an id of its own, and `is_followed` remembers that they have.
So whoever comes after a crash goes on, in whatever order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.accounts.periods import account_at, lots_of_period, plan_lots
from lotbook.domain.accounts.plan_time import a_period, with_time
from lotbook.domain.credits import ledger
from lotbook.domain.credits.ledger import VOID_CLAIM
from lotbook.domain.credits.orders import ClawBack, Freeze, Restore
from lotbook.domain.sales.renewal_rows import renewal_row, starts_of
from lotbook.domain.values.errors import Conflict, Unavailable
from lotbook.domain.values.light_dataclasses import replace
from lotbook.usecases.accounts.load_account import LoadedAccount, load_stored_account, policy_under
from lotbook.usecases.accounts.pauses import follow_pauses
from lotbook.usecases.credits.lots import claw_back, decide_lot, freeze_lot, grant_lot, restore_lot

if TYPE_CHECKING:
    from lotbook.domain.accounts.account import Account
    from lotbook.domain.credits.book import Book
    from lotbook.domain.credits.lots import Lot
    from lotbook.domain.policy.document import Policy
    from lotbook.ports.shop import AccountStore, PolicyStore
    from lotbook.usecases.credits.desk import CreditDesk

FOLLOW_ATTEMPTS = 8  # lost races: each means that somebody else wrote the account
MAX_PLANS = 3  # that time may lead through: the one that is kept, the one that follows it, the starting plan
ENDED_CLAIM = "ended"
PLAN_ENDED = "plan_ended"


def follow_if_due(
    loaded: LoadedAccount, book: Book | None, *, accounts: AccountStore, policies: PolicyStore, desk: CreditDesk
) -> bool:
    """`follow_plan`, where a period has begun that nobody has looked into, or something was decided and not written.

    `book`: of the first unit of most policies, where somebody has read it. Whether the account has changed.
    """
    account, kept = loaded.account, loaded.stored or loaded.account
    if kept.subscription is None or not (kept.plan_renews or kept.subscription.unfollowed):
        return False
    sold = book or desk.books.get(account.account_id, loaded.policy.units[0])
    since = sold.renews_at if sold else kept.anchor
    at = max(desk.clock.now(), sold.since if sold else 0)
    if at < since and account == kept and not kept.subscription.unfollowed:
        return False
    same = account.plan_policy_version == kept.plan_policy_version
    stored = LoadedAccount(kept, loaded.published) if same else None
    stored = stored or load_stored_account(account.account_id, accounts=accounts, policies=policies)
    return follow_plan(stored, (since, at), accounts=accounts, policies=policies, desk=desk) != kept


def follow_plan(
    kept: LoadedAccount, span: tuple[int, int], *, accounts: AccountStore, policies: PolicyStore, desk: CreditDesk
) -> Account:
    """Rows for the periods that began in the span `[since, now]`, then what time has decided, then the lots of decided periods.

    `kept`: the account as it is kept, where somebody has just read it. Raises AccountNotFound, Unavailable.
    """
    at = span[1]
    for _ in range(FOLLOW_ATTEMPTS):
        if kept.account.state == "closed":
            return kept.account
        _put_rows(kept, span, policies, desk)
        account = with_time(kept.policy, kept.account, at)
        try:
            if account == kept.account:
                return follow_periods(account, at, accounts=accounts, policies=policies, desk=desk)
            accounts.save(account)
            follow_pauses(account.account_id, accounts=accounts, policies=policies, desk=desk)
        except Conflict:
            pass  # somebody wrote it meanwhile: what they wrote is looked at
        kept = load_stored_account(account.account_id, accounts=accounts, policies=policies)
    raise Unavailable("The account's plan is changing; ask again.")


def follow_periods(
    account: Account, at: int, *, accounts: AccountStore, policies: PolicyStore, desk: CreditDesk
) -> Account:
    """The account once the lots of its decided periods are as their state says. Raises Conflict, Unavailable."""
    sub = account.subscription
    if sub is None or not sub.unfollowed:
        return account
    for period in sub.unfollowed:
        policy = policy_under(account, period.plan_id, period.policy_version, policies=policies)
        lots = plan_lots(policy, account, period, at)
        _confirm(account, lots, at, desk) if period.state == "paid" else _void(account, lots, at, desk)
        _end_free_lots(account, policy, desk)
    follow_pauses(account.account_id, accounts=accounts, policies=policies, desk=desk)
    told = tuple(replace(each, is_followed=True) for each in sub.periods)
    now = accounts.get(account.account_id)
    if now is None or now.subscription != sub:
        raise Conflict
    return accounts.save(replace(now, subscription=replace(sub, periods=told)))


def freeze_period(account: Account, start: int, *, thaw: bool, policies: PolicyStore, desk: CreditDesk) -> None:
    """Freeze the plan lots of an unpaid period where the policy says so, or let them be spent again once it is paid.

    Thawing what was never frozen does nothing. Raises Unavailable.
    """
    sub, at = account.subscription, desk.clock.now()
    if sub is None:
        return
    known = sub.period(start, account.plan_id)
    period = known or a_period(account, (start, at + 1), "void", "")
    policy = policy_under(account, period.plan_id, period.policy_version, policies=policies)
    cause = f"unpaid{start}"
    for lot in _granted(account, plan_lots(policy, account, period, at), desk).values():
        frozen = desk.books.entry(account.account_id, lot.unit, ledger.freeze_name(lot.lot_id, cause, thaw=False))
        if frozen is not None or not thaw:
            freeze_lot(account.account_id, lot.unit, Freeze(lot.lot_id, cause, thaw), desk=desk)


def _put_rows(loaded: LoadedAccount, span: tuple[int, int], policies: PolicyStore, desk: CreditDesk) -> None:
    """Before the account is written: a plan that follows another one must not take the rows of that one's periods."""
    account, (since, until) = loaded.account, span
    if desk.rows is None or not account.plan_renews:
        return
    for _ in range(MAX_PLANS):
        then, known = account_at(loaded.policy, account, until), loaded.policy
        if then.plan_policy_version != account.plan_policy_version:
            known = policy_under(account, then.plan_id, then.plan_policy_version, policies=policies)
        for start in starts_of(known, then, since, until):
            desk.rows.put_new(renewal_row(known, then, loaded.published.version, start))
        began = _began(account, then, until)
        if began is None or began <= since:
            return
        until = began - 1


def _began(stored: Account, then: Account, until: int) -> int | None:
    """Since when the account stands as it does at `until`, where something changed after what is kept was written."""
    sub = stored.subscription
    if sub is None or then.plan_id == stored.plan_id:
        return None
    if then.plan_renews and sub.next_plan is not None:
        return min(sub.next_plan.at, until)
    return min(then.anchor, until)


def _confirm(account: Account, lots: tuple[Lot, ...], at: int, desk: CreditDesk) -> None:
    """Paid: what was provisional is confirmed, what was void comes back, what was withheld is granted (X-10, 4.6)."""
    known = _granted(account, lots, desk)
    for lot in lots:
        if lot.lot_id not in known and not lot.is_dead(at):
            grant_lot(account.account_id, lot, desk=desk)
            # A reader may have granted it at this very moment, still provisional (E1).
            known |= _granted(account, (lot,), desk)
        if lot.lot_id in known and known[lot.lot_id].provisional:
            stands = decide_lot(account.account_id, lot.unit, lot.lot_id, "confirmed", desk=desk)
            if stands == "void":
                back = Restore(lot.lot_id, VOID_CLAIM, known[lot.lot_id].credits, reason="paid")
                restore_lot(account.account_id, lot.unit, back, desk=desk)


def _void(account: Account, lots: tuple[Lot, ...], at: int, desk: CreditDesk) -> None:
    """Nobody pays: what is left is taken, what was burned is owed.

    The lot that somebody may be granting at this moment, still in good faith, is granted first: so none comes after its void.
    """
    known = _granted(account, lots, desk)
    for lot in lots:
        if lot.lot_id not in known:
            if lot.is_dead(at):
                continue
            grant_lot(account.account_id, replace(lot, provisional=True), desk=desk)
        decide_lot(account.account_id, lot.unit, lot.lot_id, "void", desk=desk)


def _end_free_lots(account: Account, policy: Policy, desk: CreditDesk) -> None:
    """Where the plan ended inside a credit period: its free credits end, the new cycle has brought its own (IS-57)."""
    sub = account.subscription
    if sub is None or sub.ended_at is None or not policy.free_credits:
        return
    for period in sub.periods:
        if not period.start <= sub.ended_at - 1 < period.end:
            continue
        on_it = replace(account, plan_id=period.plan_id, anchor=period.anchor, plan_renews=True, subscription=None)
        for lot in lots_of_period(policy, on_it, sub.ended_at - 1).lots:
            if lot.kind == "free" and lot.lot_id in _granted(account, (lot,), desk):
                order = ClawBack(lot.lot_id, ENDED_CLAIM, lot.credits, reason=PLAN_ENDED, unused_only=True)
                claw_back(account.account_id, lot.unit, order, desk=desk)


def _granted(account: Account, lots: tuple[Lot, ...], desk: CreditDesk) -> dict[str, Lot]:
    """Those of the lots that were granted, as they were made."""
    if not lots:
        return {}
    names = [ledger.granted_name(lot.lot_id) for lot in lots]
    found = desk.books.entries(account.account_id, lots[0].unit, names)
    return {entry.lot.lot_id: entry.lot for entry in found.values() if entry.lot is not None}
