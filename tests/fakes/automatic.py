"""Claims and the history of automatic purchase in memory, over the fakes of accounts, rows and books. Every write is atomic."""

from __future__ import annotations

from itertools import count
from threading import Lock
from typing import Any

from lotbook.domain.accounts.account import Account
from lotbook.domain.sales.auto_history import AutoEvent, placed
from lotbook.domain.sales.purchase import Purchase
from lotbook.domain.values.errors import Conflict
from tests.fakes.accounts import FakeAccounts, FakePolicies
from tests.fakes.purchases import FakePurchases


class FakeClaims:
    """Implements `ClaimStore`. `without`: guards that are taken out, to see what they are for."""

    def __init__(
        self,
        accounts: FakeAccounts,
        policies: FakePolicies,
        purchases: FakePurchases,
        books: Any,
        without: tuple[str, ...] = (),
    ) -> None:
        self.accounts, self.policies, self.purchases = accounts, policies, purchases
        self.books, self.without = books, without
        self.lock = Lock()

    def look(self, account_id: str, policy_id: str) -> tuple[Account | None, int]:
        newest = self.policies.newest(policy_id)
        return self.accounts.get(account_id), newest.version if newest else 0

    def claim(self, account: Account, row: Purchase, burn: tuple[str, str] | None = None) -> Account | None:
        with self.lock:
            if burn is not None and "not_burned" not in self.without:
                unit, name = burn
                if self.books.entry(account.account_id, unit, name) is not None:
                    return None
            if self.purchases.get(row.account_id, row.purchase_id) is not None:
                raise Conflict
            saved = self.accounts.save(account)
            self.purchases.put_new(row)
            return saved


class FakeAutoHistory:
    """Implements `AutoHistory`."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.numbers = count()
        self.events: dict[tuple[str, str], AutoEvent] = {}

    def note(self, event: AutoEvent) -> bool:
        with self.lock:
            told = placed(event, next(self.numbers))
            return self.events.setdefault((event.account_id, event.cause), told) is told

    def page(self, account_id: str, limit: int, after: str | None) -> tuple[list[AutoEvent], str | None]:
        found = [event for (owner, _), event in self.events.items() if owner == account_id]
        found = sorted(found, key=lambda event: event.event_id, reverse=True)
        found = [event for event in found if after is None or event.event_id < after]
        return found[:limit], found[limit - 1].event_id if len(found) > limit else None

    def reasons(self, account_id: str = "acme") -> list[str]:
        """Reasons in the order of time."""
        return [event.reason for event in reversed(self.page(account_id, 1_000, None)[0])]
