"""The auditor as the last line of a test: whatever happened, the ledger explains the books to the last credit."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary, proxy

from lotbook.adapters.dynamo.audits import DynamoAudits
from lotbook.adapters.dynamo.books import DynamoBooks
from lotbook.adapters.dynamo.table import Table
from lotbook.adapters.system import SystemClock
from lotbook.domain.sales.purchase import Purchase
from lotbook.usecases.audit.audit_account import Audited, Auditing, audit_account
from lotbook.usecases.audit.audit_new import audit_new

if TYPE_CHECKING:
    from lotbook.domain.credits.ledger import Entry
    from tests.fakes.books import FakeBooks


class FakeAudits:
    """Implements `AuditStore` on the books in memory."""

    def __init__(self, books: FakeBooks) -> None:
        self.books = books
        self.postponed: dict[str, int] = {}
        self.marks: dict[tuple[str, str], bytes] = {}

    def lot_events(self, account_id: str, unit: str) -> list[Entry]:
        with self.books.lock:
            return [entry for key, entry in self.books.ledger.items() if key[:2] == (account_id, unit)]

    def postpone(self, account_id: str, until: int) -> None:
        self.postponed[account_id] = until

    def mark(self, account_id: str, name: str) -> bytes | None:
        return self.marks.get((account_id, name))

    def keep(self, account_id: str, name: str, content: bytes, at: int) -> None:
        self.marks[account_id, name] = content


class NoPurchases:
    """The reading side of `PurchaseStore`, over the purchases it is given."""

    def __init__(self, *purchases: Purchase) -> None:
        self.known = {purchase.purchase_id: purchase for purchase in purchases}

    def get(self, account_id: str, purchase_id: str) -> Purchase | None:
        return self.known.get(purchase_id)

    def page(self, account_id: str, limit: int, after: str | None) -> tuple[list[Purchase], str | None]:
        return [each for each in self.known.values() if each.account_id == account_id], None


def auditing(store: Any, *purchases: Purchase, clock: Any = None) -> Auditing:
    """The ports of auditing over books in memory, or over a table."""
    bought: Any = NoPurchases(*purchases)
    at = clock or SystemClock()
    if isinstance(store, Table):
        return Auditing(DynamoAudits(store), DynamoBooks(store), bought, at)
    return Auditing(FakeAudits(store), store, bought, at)


def audited(
    store: Any, account_id: str = "acc", unit: str = "credits", *purchases: Purchase, clock: Any = None
) -> Audited:
    """One look by the product's own auditor, as the schedule takes it."""
    return audit_account(account_id, [unit], auditing=auditing(store, *purchases, clock=clock))


def assert_explained(store: Any, account_id: str = "acc", unit: str = "credits") -> None:
    """Book and ledger agree, and there is a book. `store`: FakeBooks or a Table."""
    found = audited(store, account_id, unit)
    assert found.books == 1, f"{account_id} has no book of {unit}"
    assert found.finished
    assert found.first is None, "; ".join(str(difference) for _, difference in found.differences)
    if not isinstance(store, Table):
        _assert_explained_since(store, account_id, unit)


MARKS: WeakKeyDictionary[Any, FakeAudits] = WeakKeyDictionary()


def _assert_explained_since(books: FakeBooks, account_id: str, unit: str) -> None:
    """The same from the mark on that the look before has left: it neither makes anything up nor loses its place."""
    audits = MARKS.setdefault(books, FakeAudits(proxy(books)))
    ports = replace(auditing(books), audits=audits)
    found = audit_new(account_id, [unit], auditing=ports, has_time=lambda: True).audited
    assert found.finished
    assert found.first is None, "from the mark on: " + "; ".join(str(each) for _, each in found.differences)
