"""A whole sales desk in memory: the real use cases and the real rules over stores and a gateway that can fail anywhere."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any

from lotbook.domain.credits.ledger import Entry
from lotbook.domain.sales.gateway import APP, EventHint, Tag
from lotbook.domain.sales.items import Item, TopUpItem
from lotbook.domain.sales.purchase import Purchase
from lotbook.domain.values.access import Caller, Role
from lotbook.usecases.credits.balance import read_balance
from lotbook.usecases.credits.statement import list_entries
from lotbook.usecases.sales.create_purchase import Created, create_purchase
from lotbook.usecases.sales.desk import SalesDesk
from lotbook.usecases.sales.freeze_order import PurchaseRequest
from tests.fakes.accounts import FakeAccounts, FakePolicies, ManualClock
from tests.fakes.automatic import FakeAutoHistory
from tests.fakes.billing import FakeBilling
from tests.fakes.books import FakeBooks
from tests.fakes.closing_store import FakeClosings
from tests.fakes.credit_desk import credit_desk
from tests.fakes.purchases import TEST, FakeGateway, FakePurchases
from tests.fakes.reconciliation import FakeStrays
from tests.fakes.samples import account_on, member, published

RETURN_URL = "https://shop.example/"
SERVICE = Caller("service", "key-1", scopes=frozenset({"purchases:write"}))


class CountingEntropy:
    """Implements `Entropy`: other bytes each time, the same in every run."""

    def __init__(self) -> None:
        self._next = count(1)

    def read(self, size: int) -> bytes:
        return next(self._next).to_bytes(size, "big")


class Desk:
    """One account of a sample policy and everything that it takes to buy.

    `wrap` gets each port under its name and may put something around it; the fakes themselves stay reachable.
    """

    def __init__(
        self,
        policy: str = "insurestack",
        plan: str = "payg",
        *,
        region: str = "US",
        at: str = "2026-01-15T10:00:00",
        clock: ManualClock | None = None,
        wrap: Callable[[str, Any], Any] = lambda _, port: port,
    ) -> None:
        self.clock = clock or ManualClock(at)
        self.wrap = wrap
        self.policies = FakePolicies(published(policy).policy)
        self.accounts = FakeAccounts(account_on(policy, plan, region=region))
        self.books = FakeBooks()
        self.purchases = FakePurchases()
        self.billing = FakeBilling()
        self.gateway = FakeGateway(self.clock)
        self.strays = FakeStrays()
        self.history = FakeAutoHistory()
        self.closings = FakeClosings()
        self.sales = SalesDesk(
            purchases=wrap("purchases", self.purchases),
            accounts=wrap("accounts", self.accounts),
            policies=self.policies,
            books=wrap("books", self.books),
            billing=wrap("billing", self.billing),
            gateway=wrap("gateway", self.gateway),
            clock=self.clock,
            entropy=CountingEntropy(),
            return_url=RETURN_URL,
            strays=self.strays,
            history=wrap("history", self.history),
            closings=wrap("closings", self.closings),
        )

    def buy(self, item: Item | None = None, key: str = "key-1", role: Role = "admin", **changes: Any) -> Created:
        """A purchase by a member, with the consent that the policy asks for unless `refund_policy_version` says other."""
        asked = self.policies.newest(self.accounts.get("acme").policy_id).policy.consent
        fields: dict[str, Any] = {"refund_policy_version": asked.version if asked else None} | changes
        request = PurchaseRequest("acme", item or TopUpItem(1_000), **fields)
        return create_purchase(request, key, member(role), desk=self.sales)

    def pay(self, purchase: Purchase, **changes: Any) -> None:
        """The buyer pays on the page."""
        assert purchase.gateway_refs.checkout_session is not None
        self.gateway.pay(purchase.gateway_refs.checkout_session, **changes)

    def row(self, purchase: Purchase | None = None) -> Purchase:
        """The purchase as it is kept; the only one unless named."""
        if purchase is not None:
            return self.purchases.rows["acme", purchase.purchase_id]
        (row,) = self.purchases.rows.values()
        return row

    def available(self, unit: str = "credits") -> int:
        """Credits that could be burned now; 0 without a book."""
        if ("acme", unit) not in self.books.books:
            return 0
        return read_balance("acme", unit, desk=credit_desk(self.books, self.clock, lambda _: None)).available

    def entries(self, unit: str = "credits") -> list[Entry]:
        """The statement, newest first."""
        if ("acme", unit) not in self.books.books:
            return []
        page = list_entries("acme", unit, 100, None, desk=credit_desk(self.books, self.clock, lambda _: None))
        return list(page.entries)


def an_event(purchase: Purchase, kind: str = "checkout.session.completed", **changes: Any) -> EventHint:
    """The hint of an event about a purchase."""
    fields: dict[str, Any] = {
        "event_id": "evt_1",
        "kind": kind,
        "livemode": False,
        "account": None,
        "object_kind": "checkout.session",
        "object_id": purchase.gateway_refs.checkout_session,
        "payment_intent": None,
        "tag": Tag(APP, TEST.stage, purchase.account_id, purchase.purchase_id),
    }
    return EventHint(**(fields | changes))
