"""List an account's purchases, newest first, all or those that a filter matches (NP-45, DF-23)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.sales.transactions import PurchaseFilter, PurchaseRow, kind_of, row_of
from lotbook.domain.values.errors import AccountNotFound
from lotbook.domain.values.light_dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lotbook.domain.sales.purchase import Purchase
    from lotbook.ports.shop import AccountStore, BillingStore, Clock, PurchaseStore
    from lotbook.usecases.credits.desk import CreditDesk

ALL = PurchaseFilter()
PAGE_ROWS = 100  # that one query reads
MAX_ROWS_READ = 1_000  # by one call, however few of them match; the page is short then, and has a cursor


@dataclass(frozen=True, slots=True)
class PurchasePage:
    """One page; `next_after` is the purchase id to go on after, None at the end. A filtered page may be short."""

    purchases: tuple[Purchase, ...]
    next_after: str | None


def bring_rows(account_id: str, *, accounts: AccountStore, desk: CreditDesk) -> None:
    """What readers of purchases ask first: a period that has begun has its row, whoever looks (X-10).

    Raises AccountNotFound, so that the list of an absent account is not an empty one (D40); Unavailable.
    """
    account = accounts.get(account_id)
    if account is None:
        raise AccountNotFound
    if account.plan_renews:
        desk.renew(account_id)


def list_purchases(
    account_id: str, limit: int, after: str | None, *, purchases: PurchaseStore, wanted: PurchaseFilter | None = None
) -> PurchasePage:
    """At most `limit` purchases that match (None: all do), from below the purchase id `after` (None: from the newest)."""
    shown: list[Purchase] = []
    rows_a_read = min(limit, PAGE_ROWS) if wanted is None else PAGE_ROWS
    wanted = wanted or ALL
    after = wanted.start(after)
    for _ in range(MAX_ROWS_READ // PAGE_ROWS):
        rows, after = purchases.page(account_id, rows_a_read, after)
        for row in rows:
            if wanted.is_past(row.purchase_id):
                return PurchasePage(tuple(shown), None)
            if not wanted.matches(row, kind_of(row.item)):
                continue
            shown.append(row)
            if len(shown) == limit:
                is_last = row is rows[-1] and after is None
                return PurchasePage(tuple(shown), None if is_last else row.purchase_id)
        if after is None:
            break
    return PurchasePage(tuple(shown), after)


def rows_of(found: Iterable[Purchase], *, billing: BillingStore, clock: Clock) -> list[PurchaseRow]:
    """Purchases of one account as rows. Billing details are read where an invoice waits for them, once."""
    purchases = tuple(found)
    waiting = next((each for each in purchases if each.invoice_waits and each.billing is None), None)
    record = None if waiting is None else billing.get(waiting.account_id)
    now = clock.now()
    return [row_of(each, record, now) for each in purchases]
