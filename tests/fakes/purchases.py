"""A frozen order, the gateway's facts about it, and stores and a gateway in memory, safe to use from threads."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import count
from threading import Lock
from typing import Any

from lotbook.domain.accounts.account import Account
from lotbook.domain.invoices.billing_details import BillingDetails
from lotbook.domain.sales.billing import BillingRecord
from lotbook.domain.sales.gateway import APP, CheckoutFacts, CustomerGone, Deployment, InvoiceFacts, PaymentFacts, Tag
from lotbook.domain.sales.items import OrderLine, Tax, TopUpItem
from lotbook.domain.sales.purchase import Purchase
from lotbook.domain.values import instants
from lotbook.domain.values.errors import Conflict, Unavailable
from lotbook.ports.shop import DueItem, KeyUse
from tests.fakes.accounts import at
from tests.fakes.auto_gateway import FakeAuto
from tests.fakes.cards import FakeCards
from tests.fakes.money_back import FakeMoneyBack
from tests.fakes.plan_gateway import FakePlans

TEST = Deployment("test", live=False)
ORDERED = at("2026-01-15T10:00:00")


def a_purchase(**changes: Any) -> Purchase:
    """A pending order of 1,000 credits for $20.00 + 18 % = $23.60, with its checkout open."""
    fields: dict[str, Any] = {
        "account_id": "acme",
        "purchase_id": "pur_0000000000aaaaaaaaaaaaaaaa",
        "created_at": ORDERED,
        "actor": "user-1",
        "item": TopUpItem(1_000),
        "lines": (OrderLine("Credits", 1_000, Decimal("0.02"), 2_000),),
        "unit": "credits",
        "credits": 1_000,
        "companions": (),
        "subtotal_minor": 2_000,
        "tax": Tax("GST", Decimal("0.18"), 360),
        "total_minor": 2_360,
        "currency": "usd",
        "policy_id": "shop",
        "policy_version": 1,
        "plan_id": "free",
        "quoted_expires_at": None,
        "consent": None,
        "success_url": "https://shop.example/done?session={CHECKOUT_SESSION_ID}",
        "cancel_url": "https://shop.example/back",
        "checkout_expires_at": ORDERED + instants.HOUR,
        "first_check_at": ORDERED + 15 * instants.MINUTE,
        "checkout_request": "{}",
        "customer": "cus_1",
    }
    return Purchase(**(fields | changes))


def facts_of(order: Purchase, **changes: Any) -> CheckoutFacts:
    """What the gateway says when exactly this order was paid."""
    fields: dict[str, Any] = {
        "session": order.gateway_refs.checkout_session or "cs_1",
        "url": None,
        "state": "complete",
        "payment_state": "paid",
        "mode": "payment",
        "livemode": False,
        "tag": Tag(APP, TEST.stage, order.account_id, order.purchase_id),
        "reference": order.purchase_id,
        "customer": order.customer,
        "currency": order.currency,
        "subtotal_minor": order.total_minor,
        "total_minor": order.total_minor,
        "discount_minor": 0,
        "tax_minor": 0,
        "shipping_minor": 0,
        "payment": PaymentFacts("pi_1", "succeeded", order.currency, order.total_minor, None),
        "invoice": "in_1",
    }
    return CheckoutFacts(**(fields | changes))


class FakePurchases:
    """Implements `PurchaseStore`, with its due index. Every write is atomic."""

    def __init__(self) -> None:
        self._lock = Lock()
        self.rows: dict[tuple[str, str], Purchase] = {}
        self.uses: dict[tuple[str, str], KeyUse] = {}

    def place(self, order: Purchase, use: KeyUse) -> KeyUse | None:
        with self._lock:
            first = self.uses.get((order.account_id, use.fingerprint))
            if first is not None:
                return first
            self.uses[order.account_id, use.fingerprint] = use
            self.rows[order.account_id, order.purchase_id] = order
            return None

    def put_new(self, row: Purchase) -> bool:
        with self._lock:
            return self.rows.setdefault((row.account_id, row.purchase_id), row) is row

    def key_use(self, account_id: str, fingerprint: str) -> KeyUse | None:
        return self.uses.get((account_id, fingerprint))

    def use_key(self, account_id: str, use: KeyUse) -> KeyUse | None:
        with self._lock:
            first = self.uses.setdefault((account_id, use.fingerprint), use)
            return None if first is use else first

    def get(self, account_id: str, purchase_id: str) -> Purchase | None:
        return self.rows.get((account_id, purchase_id))

    def save(self, purchase: Purchase) -> Purchase:
        key = purchase.account_id, purchase.purchase_id
        with self._lock:
            if self.rows[key].version != purchase.version:
                raise Conflict
            self.rows[key] = replace(purchase, version=purchase.version + 1)
            return self.rows[key]

    def page(self, account_id: str, limit: int, after: str | None) -> tuple[list[Purchase], str | None]:
        rows = sorted((r for (a, _), r in self.rows.items() if a == account_id), key=lambda r: r.purchase_id)
        rows = [row for row in reversed(rows) if after is None or row.purchase_id < after]
        return rows[:limit], rows[limit - 1].purchase_id if len(rows) > limit else None

    def due(self, kind: str, until: int, limit: int) -> Iterator[DueItem]:
        assert kind == "purchase"
        found = [r for r in self.rows.values() if r.check_at is not None and r.check_at <= until]
        found.sort(key=lambda row: row.check_at or 0)
        return iter([DueItem(r.account_id, r.purchase_id, r.check_at or 0) for r in found[:limit]])

    def postpone(self, item: DueItem, until: int) -> DueItem | None:
        with self._lock:
            row = self.rows[item.account_id, item.name]
            if row.check_at != item.due_at:
                return None
            self.rows[item.account_id, item.name] = replace(row, check_at=until)
            return replace(item, due_at=until)


class FakeGateway(FakeAuto, FakePlans, FakeMoneyBack, FakeCards):
    """Implements `Gateway` as Stripe behaves: idempotency keys, sessions that end, one payment a session.

    `later`: what goes wrong with the next calls of an operation, `"before"` or `"after"` its effect.
    """

    deployment = TEST

    def __init__(self, clock: Any) -> None:
        FakeMoneyBack.__init__(self)
        FakeCards.__init__(self)
        self.open_plans(clock)
        self.open_auto()
        self._lock = Lock()
        self._clock = clock
        self._ids = count(1)
        self.sessions: dict[str, CheckoutFacts] = {}
        self.ends: dict[str, int] = {}
        self.customers: dict[tuple[str, str | None], str] = {}
        self.opened: dict[str, str] = {}
        self._pages: dict[tuple[str, str], str] = {}
        self.invoices: dict[str, InvoiceFacts] = {}
        self.described: list[tuple[str, int, BillingDetails]] = []
        self.calls: list[str] = []
        self.later: dict[str, list[str]] = {}

    def draft_checkout(self, order: Purchase) -> str:
        return json.dumps({"order": order.purchase_id, "total": order.total_minor})

    def open_customer(self, account: Account) -> str:
        self._fail("open_customer", "before")
        with self._lock:
            key = account.account_id, account.gateway_customer
            made = self.customers.setdefault(key, f"cus_{next(self._ids)}")
        self._fail("open_customer", "after")
        return made

    def describe_customer(self, account: Account, customer: str, record: BillingRecord) -> bool:
        self._fail("describe_customer", "before")
        self._needs(customer)
        self.described.append((customer, record.edition, record.details))
        return True

    def open_checkout(self, order: Purchase, customer: str) -> tuple[str, str]:
        self._fail("open_checkout", "before")
        with self._lock:
            session = self._pages.get((order.purchase_id, customer))
            if session is None:
                self._needs(customer)
                session = f"cs_{next(self._ids)}"
                self._pages[order.purchase_id, customer] = self.opened[order.purchase_id] = session
                self.ends[session] = order.checkout_expires_at
                url = f"https://pay.example/{session}"
                fields: dict[str, Any] = {"session": session, "url": url, "state": "open", "payment_state": "unpaid"}
                fields |= {"customer": customer, "payment": None, "invoice": None}
                if order.plan is not None and order.plan.months:
                    self.orders[session] = order
                    fields |= self.totals_of_page(order)
                self.sessions[session] = facts_of(order, **fields)
        self._fail("open_checkout", "after")
        return session, f"https://pay.example/{session}"

    def find_checkout(self, order: Purchase, customer: str) -> str | None:
        self._fail("find_checkout", "before")
        return self._pages.get((order.purchase_id, customer))

    def checkout(self, session: str) -> CheckoutFacts:
        self._fail("checkout", "before")
        with self._lock:
            facts = self.sessions[session]
            if facts.state == "open" and self._clock.now() >= self.ends[session]:
                facts = self.sessions[session] = replace(facts, state="expired", url=None)
            return facts

    def expire_checkout(self, order: Purchase, session: str) -> bool:
        self._fail("expire_checkout", "before")
        with self._lock:
            if self.sessions[session].state != "open":
                return False
            self.sessions[session] = replace(self.sessions[session], state="expired", url=None)
        self._fail("expire_checkout", "after")
        return True

    def invoice(self, invoice: str) -> InvoiceFacts:
        self._fail("invoice", "before")
        if (bill := self.plans.bills.get(invoice)) is not None:
            facts = bill.facts()
            return InvoiceFacts(invoice, facts.number, facts.hosted_url, facts.pdf_url)
        if invoice in self.autos:
            page = self.autos[invoice].facts().page_url
            return InvoiceFacts(invoice, f"N-{invoice}" if page else None, page, f"{page}/pdf" if page else None)
        return self.invoices.get(invoice) or InvoiceFacts(
            invoice, "A-1", "https://i.example/1", "https://i.example/1.pdf"
        )

    def pay(self, session: str, **changes: Any) -> None:
        """The buyer pays on the page; `changes` tamper with what the gateway says afterwards.

        On the page of a plan that renews with a new card, unless `payment_method` names one that is on file.
        """
        self.tick()
        with self._lock:
            facts = self.sessions[session]
            assert facts.state == "open", "nobody pays a page that has ended"
            if session in self.orders:
                facts = self.subscribe_by_page(facts, changes.pop("payment_method", None))
                self.sessions[session] = replace(facts, **changes)
                return
            paid = PaymentFacts(
                f"pi_{session}", "succeeded", facts.currency, facts.total_minor, None, paid_at=self._clock.now()
            )
            fields = {
                "state": "complete",
                "payment_state": "paid",
                "url": None,
                "payment": paid,
                "invoice": f"in_{session}",
                "invoice_number": "A-1",
            }
            self.sessions[session] = replace(facts, **(fields | changes))

    def say(self, session: str, **changes: Any) -> None:
        """Change what the gateway says about a session."""
        with self._lock:
            self.sessions[session] = replace(self.sessions[session], **changes)

    def _needs(self, customer: str) -> None:
        if customer in self.gone:
            raise CustomerGone(customer)

    def _fail(self, operation: str, moment: str) -> None:
        if moment == "before":
            self.calls.append(operation)
        planned = self.later.get(operation)
        if planned and planned[0] == moment:
            planned.pop(0)
            raise Unavailable("The payment gateway does not answer.")
