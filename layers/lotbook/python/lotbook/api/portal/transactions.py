"""Billing & Transactions: every purchase with its state, its references and what can be done with it (NP-33, NP-40..45, DF-23)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from lotbook.api.portal import days, file_parts, words
from lotbook.api.portal.replies import Page
from lotbook.api.portal.routes import ROOT
from lotbook.domain.sales.eligibility import is_buyer
from lotbook.domain.sales.transactions import ITEM_KINDS, PurchaseFilter
from lotbook.domain.values.light_dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lotbook.api.portal.visits import Visit
    from lotbook.domain.sales.purchase import Purchase
    from lotbook.domain.sales.transactions import PurchaseRow
    from lotbook.usecases.accounts.load_account import LoadedAccount

HERE = f"{ROOT}/transactions"
FILE = f"{HERE}/export"
ROWS_A_PAGE = 25
TONES = {"completed": "good", "failed": "bad", "disputed": "bad", "pending": "warn", "processing": "warn"}


@dataclass(frozen=True, slots=True)
class TransactionQuery:
    """The filter as it was typed; what is no kind or no day filters nothing."""

    kind: str = ""
    since: str = ""
    until: str = ""

    @staticmethod
    def of(query: Mapping[str, str]) -> TransactionQuery:
        """From an address."""
        kind = query.get("kind", "")
        since, until = (days.day_of(query.get(name)) for name in ("from", "to"))
        return TransactionQuery(
            kind if kind in ITEM_KINDS else "", since.isoformat() if since else "", until.isoformat() if until else ""
        )

    def wanted(self, zone: str) -> PurchaseFilter | None:
        """For the use case: both days belong to it."""
        since, until = days.day_of(self.since), days.day_of(self.until)
        found = PurchaseFilter(
            kinds=frozenset(kind for kind in ITEM_KINDS if kind == self.kind) or None,
            since=None if since is None else days.start_of(since, zone),
            before=None if until is None else days.end_of(until, zone),
        )
        return None if found == PurchaseFilter() else found

    def address(self, path: str, **more: str | None) -> str:
        """With this filter."""
        named = {"kind": self.kind, "from": self.since, "to": self.until, **more}
        kept = {name: value for name, value in named.items() if value}
        return f"{path}?{urlencode(kept)}" if kept else path


def page(rows: Sequence[PurchaseRow], loaded: LoadedAccount, visit: Visit, *, next_after: str | None) -> Page:
    """One page of rows, newest first."""
    asked = TransactionQuery.of(visit.query)
    values = {
        "rows": rows,
        "asked": asked,
        "older": asked.address(HERE, after=next_after) if next_after else None,
        "is_first": "after" not in visit.query,
        "first": asked.address(HERE),
        "kinds": {kind: words.ITEMS[kind] for kind in ITEM_KINDS},
        "tones": TONES,
        "can_buy": is_buyer(loaded.policy, loaded.account.account_id, visit.caller),
    }
    return Page("transactions.html", loaded, values)


def parts(purchases: Sequence[Purchase], loaded: LoadedAccount, visit: Visit, *, after: str) -> Page:
    """The page of a file that is too long. `after`: where the next part begins."""
    asked = TransactionQuery.of(visit.query)

    def address(**more: str) -> str:
        return asked.address(FILE, **{"after": visit.query.get("after"), **more})

    made = [each.created_at for each in purchases]
    return file_parts.page(loaded, HERE, made, address=address, older={"after": after})
