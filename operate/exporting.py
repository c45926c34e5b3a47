"""All that is kept of one account, as files of records: what `lotbook accounts export` writes into its archive.

Records are read page by page and handed on, so an account of any length needs the memory of one page. No secret is among them:
links and sessions of the billing page, idempotency keys and digests are left out, and nothing of a card is kept here at all.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from lotbook.adapters.dynamo.accounts import DynamoAccounts
from lotbook.adapters.dynamo.audits import DynamoAudits
from lotbook.adapters.dynamo.auto import DynamoAutoHistory
from lotbook.adapters.dynamo.billing import DynamoBilling
from lotbook.adapters.dynamo.books import DynamoBooks
from lotbook.adapters.dynamo.policies import DynamoPolicies
from lotbook.adapters.dynamo.purchases import DynamoPurchases
from lotbook.adapters.dynamo.reconciliation import DynamoReconciliation
from lotbook.adapters.dynamo.statement import DynamoStatement
from lotbook.api.answers import render, render_auto, render_ledger
from lotbook.domain.credits.hold_pages import open_holds
from lotbook.domain.values.instants import to_text
from lotbook.usecases.accounts.load_account import require_account
from lotbook.usecases.accounts.read_account import read_account
from lotbook.usecases.accounts.renew_account import renew_account
from lotbook.usecases.audit.units import UnitsOfAllVersions
from lotbook.usecases.credits.balance import read_balance
from lotbook.usecases.credits.book_ledger import BookLedger
from lotbook.usecases.credits.desk import CreditDesk
from lotbook.usecases.credits.notes import notes_of
from lotbook.usecases.credits.statement import pages
from lotbook.usecases.reconciliation.strays import list_strays

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lotbook.adapters.dynamo.table import Table
    from lotbook.ports.shop import Clock

PAGE = 100
MAX_PAGES = 1_000_000  # of a list: a hundred million records
# Of a purchase, what is no fact about it: how its page was asked for, and where the program stands with it.
NOT_OF_A_PURCHASE = {"checkout_request", "version", "check_at", "first_check_at", "reversal_next"}
NOT_OF_AN_ACCOUNT = {"request_digest", "version"}

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Exporting:
    """The stores of one table, to be read."""

    table: Table
    clock: Clock

    def files(self, account_id: str) -> Iterator[tuple[str, Iterable[Record]]]:
        """Names and their records, each to be read before the next. Raises AccountNotFound, Unavailable."""
        accounts, policies = DynamoAccounts(self.table), DynamoPolicies(self.table)
        require_account(account_id, accounts=accounts)
        yield "account.jsonl", self._account(account_id)
        yield "billing-details.jsonl", self._billing(account_id)
        versions: dict[tuple[str, int], None] = {}
        yield "purchases.jsonl", self._purchases(account_id, versions)
        for unit in UnitsOfAllVersions(accounts, policies)(account_id):
            if self._desk().books.get(account_id, unit) is None:
                continue
            yield f"balance-{unit}.jsonl", [dict(render.balance(read_balance(account_id, unit, desk=self._desk())))]
            yield f"lots-{unit}.jsonl", self._lots(account_id, unit)
            yield f"entries-{unit}.jsonl", self._entries(account_id, unit)
            yield f"open-holds-{unit}.jsonl", self._holds(account_id, unit)
        yield "automatic-purchase.jsonl", self._automatic(account_id)
        yield "strays.jsonl", self._strays(account_id)
        yield "policies.jsonl", self._policies(account_id, versions)

    def _desk(self) -> CreditDesk:
        statement = DynamoStatement(self.table)
        return CreditDesk(DynamoBooks(self.table), self.clock, self._renew, statement=statement)

    def _renew(self, account_id: str) -> None:
        """As every read does: a period that has ended is renewed first."""
        desk = CreditDesk(DynamoBooks(self.table), self.clock, self._renew, rows=DynamoPurchases(self.table))
        stores = DynamoAccounts(self.table), DynamoPolicies(self.table)
        renew_account(account_id, accounts=stores[0], policies=stores[1], desk=desk)

    def _account(self, account_id: str) -> list[Record]:
        accounts, policies = DynamoAccounts(self.table), DynamoPolicies(self.table)
        view = read_account(account_id, accounts=accounts, policies=policies, desk=self._desk())
        stored = {name: value for name, value in asdict(view.account).items() if name not in NOT_OF_AN_ACCOUNT}
        return [{**render.account(view), "stored": stored}]

    def _billing(self, account_id: str) -> list[Record]:
        found = DynamoBilling(self.table).get(account_id)
        return [] if found is None else [asdict(found)]

    def _purchases(self, account_id: str, versions: dict[tuple[str, int], None]) -> Iterator[Record]:
        """With consent, billing snapshot, refunds, and the gateway's names of payment and invoice."""
        store, after = DynamoPurchases(self.table), None
        for _ in range(MAX_PAGES):
            rows, after = store.page(account_id, PAGE, after)
            for row in rows:
                versions[row.policy_id, row.policy_version] = None
                kept = {name: value for name, value in asdict(row).items() if name not in NOT_OF_A_PURCHASE}
                kept["own_refunds"] = [{k: v for k, v in own.items() if k != "key"} for own in kept["own_refunds"]]
                yield {**kept, "kind": type(row.item).__name__, "made_at": to_text(row.created_at)}
            if after is None:
                return

    def _lots(self, account_id: str, unit: str) -> Iterator[Record]:
        for entry in DynamoAudits(self.table).lot_events(account_id, unit):
            if entry.lot is not None:
                yield asdict(entry.lot)

    def _entries(self, account_id: str, unit: str) -> Iterator[Record]:
        """As the API shows them, newest first, with what callers said."""
        desk = self._desk()
        for page in pages(account_id, unit, None, MAX_PAGES, desk=desk):
            notes = notes_of(account_id, page.entries, books=desk.books)
            yield from map(dict, render_ledger.entries(account_id, page, notes, None)["entries"])

    def _holds(self, account_id: str, unit: str) -> Iterator[Record]:
        desk = self._desk()
        book = desk.books.get(account_id, unit)
        if book is None:
            return
        of_book = BookLedger(account_id, unit, desk.books)
        holds = open_holds(book, of_book.hold_page(book), frozenset())
        entries = of_book.entries(holds)
        for name, held in holds.items():
            entry = entries.get(name)
            reference = entry.reference if entry else None
            yield {"credits": held.credits, "expires_at": to_text(held.due), "reference": reference}

    def _automatic(self, account_id: str) -> Iterator[Record]:
        history, after = DynamoAutoHistory(self.table), None
        for _ in range(MAX_PAGES):
            events, after = history.page(account_id, PAGE, after)
            yield from map(dict, render_auto.history(events, None)["events"])
            if after is None:
                return

    def _strays(self, account_id: str) -> Iterator[Record]:
        for case in list_strays(strays=DynamoReconciliation(self.table), also_closed=True):
            if case.stray.account_id == account_id:
                yield asdict(case)

    def _policies(self, account_id: str, versions: dict[tuple[str, int], None]) -> Iterator[Record]:
        """Every version under which something was bought, the plan's own, and the newest."""
        policies, account = DynamoPolicies(self.table), DynamoAccounts(self.table).get(account_id)
        newest = policies.newest(account.policy_id) if account else None
        if account is not None and newest is not None:
            versions |= {
                (account.policy_id, version): None for version in (account.plan_policy_version, newest.version)
            }
        for policy_id, version in versions:
            published = policies.version(policy_id, version) if version else None
            if published is not None:
                yield {"policy_id": policy_id, "version": version, "document": published.document}


def plain(value: object) -> Any:
    """What JSON does not know by itself, as the API writes it. Raises TypeError for anything else."""
    if isinstance(value, Decimal):
        return format(value, "f")
    raise TypeError(f"{type(value).__name__} is no value of an archive")
