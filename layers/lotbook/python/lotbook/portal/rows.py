"""Billing & Transactions, as a page and as a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook import wiring
from lotbook.api.answers import render_csv
from lotbook.api.portal import file_parts, transactions
from lotbook.api.portal.replies import File
from lotbook.api.requests import paths
from lotbook.portal.home import account_of
from lotbook.usecases.sales.list_purchases import MAX_ROWS_READ, PurchasePage, bring_rows, list_purchases, rows_of

if TYPE_CHECKING:
    from lotbook.api.portal.replies import Reply
    from lotbook.api.portal.visits import Visit
    from lotbook.usecases.accounts.load_account import LoadedAccount


def show(visit: Visit) -> Reply:
    """`GET /portal/transactions`."""
    loaded = account_of(visit)
    found = _page(visit, loaded, transactions.ROWS_A_PAGE)
    rows = rows_of(found.purchases, billing=wiring.billing(), clock=wiring.clock())
    return transactions.page(rows, loaded, visit, next_after=found.next_after)


def export(visit: Visit) -> Reply:
    """`GET /portal/transactions/export`: a file; of more than a thousand purchases, a page with its parts."""
    loaded = account_of(visit)
    found = _page(visit, loaded, MAX_ROWS_READ)
    if found.next_after is not None and file_parts.PART not in visit.query:
        return transactions.parts(found.purchases, loaded, visit, after=found.next_after)
    rows = rows_of(found.purchases, billing=wiring.billing(), clock=wiring.clock())
    return File(render_csv.purchases(rows), render_csv.CONTENT_TYPE, "purchases.csv")


def _page(visit: Visit, loaded: LoadedAccount, limit: int) -> PurchasePage:
    bring_rows(visit.account_id, accounts=wiring.accounts(), desk=wiring.credit_desk())
    named = visit.query.get("after")
    after = None if named is None else paths.purchase_id({"purchase_id": named})
    wanted = transactions.TransactionQuery.of(visit.query).wanted(loaded.account.time_zone)
    return list_purchases(visit.account_id, limit, after, purchases=wiring.purchases(), wanted=wanted)
