"""An account's own usage, as far as its policy's advice asks for it: a bounded number of reads, none where none is needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.accounts.validity import credit_period
from lotbook.domain.advice.usage import (
    KnownUsage,
    PeriodUse,
    allowance_lots,
    allowance_of,
    burned,
    burned_since,
    past_periods,
)
from lotbook.domain.sales.purchase import SETTLED
from lotbook.domain.sales.transactions import PurchaseFilter
from lotbook.usecases.credits.balance import read_balance
from lotbook.usecases.credits.statement import pages
from lotbook.usecases.sales.list_purchases import list_purchases

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lotbook.ports.shop import PurchaseStore
    from lotbook.usecases.accounts.load_account import LoadedAccount
    from lotbook.usecases.credits.desk import CreditDesk

MAX_PAGES = 4  # of the statement; past them the use of the present period is what they held, a lower bound
MAX_PAST_PERIODS = 12
OWN_KINDS = frozenset({"free", "plan"})


def read_usage(loaded: LoadedAccount, *, purchases: PurchaseStore, desk: CreditDesk) -> KnownUsage:
    """The figures that the policy's advice needs. Raises what `read_balance` raises."""
    account, policy = loaded.account, loaded.published.policy
    rules, unit = policy.advice, policy.units[0]
    allowance = allowance_of(policy, account)
    now = desk.clock.now()
    start, end = credit_period(policy.plan(account.plan_id), account, now)
    top_ups = 0
    if rules.frequent_purchases is not None:
        paid = PurchaseFilter(states=SETTLED, kinds=frozenset({"top_up"}), since=start)
        page = list_purchases(account.account_id, rules.frequent_purchases, None, purchases=purchases, wanted=paid)
        top_ups = len(page.purchases)
    if rules.steady_use_percent is None and rules.bridge_days is None:
        return KnownUsage(allowance, top_ups=top_ups)
    # The balance first: it renews the period and journals what has died, which the figures below are read from.
    balance = read_balance(account.account_id, unit, desk=desk)
    past: tuple[int, ...] = ()
    if rules.steady_use_percent is not None:
        starts = past_periods(policy, account, now, min(rules.steady_periods, MAX_PAST_PERIODS))
        past = _past(account.account_id, unit, [allowance_lots(policy, account, at) for at in starts], desk)
    own_left = sum(lot.remaining + lot.held for lot in balance.lots if lot.kind in OWN_KINDS)
    used = 0
    if rules.bridge_days is not None:
        used = _burned_since(account.account_id, unit, start, desk)
    present = PeriodUse(start, end, used, balance.available, own_left) if rules.bridge_days is not None else None
    return KnownUsage(allowance, past, present, top_ups)


def _past(account_id: str, unit: str, periods: Sequence[tuple[str, ...]], desk: CreditDesk) -> tuple[int, ...]:
    """What each period's own lots burned: all of them in one read."""
    lots = [lot_id for period in periods for lot_id in period]
    entries = desk.books.entries_of_lots(account_id, unit, lots) if lots else {}
    return tuple(sum(burned(entries[lot_id]) for lot_id in period) for period in periods)


def _burned_since(account_id: str, unit: str, start: int, desk: CreditDesk) -> int:
    used = 0
    for page in pages(account_id, unit, None, MAX_PAGES, desk=desk):
        used += burned_since(page.entries, start)
        if page.entries and page.entries[-1].at < start:
            break
    return used
