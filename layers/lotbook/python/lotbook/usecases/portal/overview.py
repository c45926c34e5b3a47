"""What the overview shows: balances, the plan and what comes of it, the use of the last days, and advice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.accounts.validity import credit_period
from lotbook.domain.advice.advise import AdviceGiven, advise
from lotbook.domain.advice.daily_use import DayOfUse, days_until, used_by_day, used_since
from lotbook.domain.values.light_dataclasses import dataclass
from lotbook.usecases.accounts.read_account import AccountView, view_of
from lotbook.usecases.credits.balance import read_balance
from lotbook.usecases.credits.statement import pages
from lotbook.usecases.portal.reading import read_once
from lotbook.usecases.sales.read_usage import read_usage

if TYPE_CHECKING:
    from lotbook.domain.credits.ledger import Entry
    from lotbook.domain.credits.requests import Balance
    from lotbook.ports.shop import PurchaseStore
    from lotbook.usecases.accounts.load_account import LoadedAccount
    from lotbook.usecases.credits.desk import CreditDesk

MAX_PAGES = 2  # of a hundred entries: of a busy account, the days before are in its statement


@dataclass(frozen=True, slots=True)
class Overview:
    """`balances`: of each unit, the one that is sold first. `days`: the use of that one. `allowance`: of one credit period.

    `used_in_period`: of the present credit period, `used_in_all`: since the account was opened (GC-23); None where more entries
    belong to it than were read.
    """

    loaded: LoadedAccount
    view: AccountView
    balances: tuple[Balance, ...]
    days: tuple[DayOfUse, ...]
    allowance: int
    advice: tuple[AdviceGiven, ...]
    now: int
    used_in_period: int | None
    used_in_all: int | None


def read_overview(loaded: LoadedAccount, *, desk: CreditDesk, purchases: PurchaseStore) -> Overview:
    """Everything of one moment. Raises what `read_balance` raises."""
    once, account, policy = read_once(desk), loaded.account, loaded.policy
    now = desk.clock.now()
    balances = tuple(read_balance(account.account_id, unit, desk=once) for unit in policy.units)
    days = days_until(now, account.time_zone)
    read: list[Entry] = []
    is_whole = is_all = True
    for page in pages(account.account_id, policy.units[0], None, MAX_PAGES, desk=once):
        read.extend(page.entries)
        is_all = page.next_cursor is None
        is_whole = is_all or (bool(read) and read[-1].at < days[0][0])
        if is_whole:
            break
    usage = read_usage(loaded, desk=once, purchases=purchases)
    return Overview(
        loaded=loaded,
        view=view_of(loaded, now),
        balances=balances,
        days=tuple(used_by_day(read, days, is_whole=is_whole)),
        allowance=usage.allowance,
        advice=advise(policy, usage, None, now),
        now=now,
        used_in_period=used_since(read, _period_start(loaded, now), reaches_back=is_all),
        used_in_all=used_since(read, 0, reaches_back=is_all),
    )


def _period_start(loaded: LoadedAccount, now: int) -> int:
    return credit_period(loaded.policy.plan(loaded.account.plan_id), loaded.account, now)[0]
