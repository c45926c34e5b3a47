"""The gateway's lists, purchases by time, and the journal, in memory, over the fakes of buying."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from threading import Lock
from typing import Any

from lotbook.domain.reconciliation.differences import ComparedPeriod, MovedBack, Stray
from lotbook.domain.reconciliation.strays import StrayCase, StrayNote
from lotbook.domain.sales.auto_charges import AutoCharge
from lotbook.domain.sales.gateway import CheckoutFacts
from lotbook.domain.sales.subscription_facts import PlanInvoiceFacts, SubscriptionFacts
from lotbook.domain.values.errors import Unavailable
from lotbook.ports.reconciliation import Noted, Progress, PurchaseName, RowPage
from tests.fakes.purchases import FakeGateway, FakePurchases


class FakeStrays:
    """Implements `StrayStore`."""

    def __init__(self) -> None:
        self._lock = Lock()
        self.kept: dict[str, Stray] = {}
        self.notes: list[StrayNote] = []

    def keep(self, stray: Stray) -> bool:
        with self._lock:
            known = self.kept.get(stray.name)
            if known is None:
                self.kept[stray.name] = stray
                return True
            names = ("account_id", "purchase_id", "session", "payment_intent", "event_id", "total_minor", "currency")
            news: dict[str, Any] = {name: getattr(stray, name) for name in names if getattr(known, name) is None}
            self.kept[stray.name] = replace(known, **news)
            return False

    def stray(self, name: str) -> StrayCase | None:
        return self._case(name) if name in self.kept else None

    def strays(self, limit: int, after: str | None = None) -> list[StrayCase]:
        return [self._case(name) for name in sorted(self.kept) if after is None or name > after][:limit]

    def note_stray(self, note: StrayNote) -> bool:
        with self._lock:
            if any((each.stray, each.at) == (note.stray, note.at) for each in self.notes):
                return False
            self.notes.append(note)
            return True

    def _case(self, name: str) -> StrayCase:
        mine = sorted((each for each in self.notes if each.stray == name), key=lambda each: each.at)
        return StrayCase(self.kept[name], tuple(mine))


class FakeJournal:
    """Implements `ReconciliationJournal`; the same note of a day once."""

    def __init__(self) -> None:
        self.noted: dict[tuple[int, str, str], Noted] = {}
        self.runs: dict[str, Progress] = {}
        self.compared: dict[tuple[str, int, str, str | None], set[str]] = {}

    def note(self, noted: Noted) -> bool:
        key = noted.at // 86_400_000, noted.difference.name, noted.outcome
        if key in self.noted:
            return False
        self.noted[key] = noted
        return True

    def progress(self, name: str) -> Progress | None:
        return self.runs.get(name)

    def save_progress(self, name: str, progress: Progress) -> None:
        self.runs[name] = progress

    def clear_progress(self, name: str) -> None:
        self.runs.pop(name, None)

    def seen(self, name: str, period: ComparedPeriod) -> set[str]:
        mine = [ids for (of, start, *_), ids in self.compared.items() if (of, start) == (name, period.start)]
        return set().union(*mine)

    def keep_seen(self, name: str, progress: Progress, seen: Iterable[str], at: int) -> None:
        self.compared[name, progress.period.start, progress.phase, progress.after] = set(seen)


class FakeLists:
    """Implements `GatewayLists` over a `FakeGateway`: every session counts as opened in the period. Pages of `size`."""

    def __init__(self, gateway: FakeGateway, size: int = 2) -> None:
        self.gateway = gateway
        self.size = size
        self.moved: list[MovedBack] = []
        self.gone: set[str] = set()  # sessions that the gateway does not know any more
        self.unlisted: set[str] = set()  # sessions outside the period
        self.fails = 0
        self.asked: list[str] = []

    def checkouts(self, period: ComparedPeriod, after: str | None) -> RowPage[CheckoutFacts]:
        rows = [self.gateway.sessions[name] for name in sorted(self.gateway.sessions)]
        hidden = self.gone | self.unlisted
        ours = [row for row in rows if row.tag.is_of(self.gateway.deployment) and row.session not in hidden]
        return self._page("checkouts", ours, after)

    def refunds(self, period: ComparedPeriod, after: str | None) -> RowPage[MovedBack]:
        return self._page("refunds", [each for each in self.moved if each.kind == "refund"], after)

    def disputes(self, period: ComparedPeriod, after: str | None) -> RowPage[MovedBack]:
        return self._page("disputes", [each for each in self.moved if each.kind == "dispute"], after)

    def plan_invoices(self, period: ComparedPeriod, after: str | None) -> RowPage[PlanInvoiceFacts]:
        self.gateway.tick()
        made = [bill.facts() for bill in reversed(self.gateway.plans.bills.values())]
        return self._page("plan_invoices", [each for each in made if period.holds(each.created_at)], after)

    def auto_invoices(self, period: ComparedPeriod, after: str | None) -> RowPage[AutoCharge]:
        made = [bill.facts() for bill in reversed(self.gateway.autos.values()) if bill.state != "deleted"]
        return self._page("auto_invoices", [each for each in made if period.holds(each.created_at)], after)

    def subscriptions(self, period: ComparedPeriod, after: str | None) -> RowPage[SubscriptionFacts]:
        self.gateway.tick()
        made = [sub.facts() for sub in reversed(self.gateway.plans.subs.values())]
        return self._page("subscriptions", [each for each in made if period.holds(each.created_at)], after)

    def find_checkout(self, session: str) -> CheckoutFacts | None:
        self.asked.append(session)
        return None if session in self.gone else self.gateway.sessions.get(session)

    def _page(self, kind: str, rows: list[Any], after: str | None) -> RowPage[Any]:
        self.asked.append(kind)
        if self.fails:
            self.fails -= 1
            raise Unavailable
        start = int(after or 0)
        end = start + self.size
        return RowPage(tuple(rows[start:end]), str(end) if end < len(rows) else None)


class FakePurchaseLists:
    """Implements `PurchaseLists` over `FakePurchases`."""

    def __init__(self, purchases: FakePurchases, size: int = 2) -> None:
        self.purchases = purchases
        self.size = size

    def made(self, period: ComparedPeriod, after: str | None) -> RowPage[PurchaseName]:
        rows = [row for _, row in sorted(self.purchases.rows.items()) if period.holds(row.created_at)]
        start = int(after or 0)
        end = start + self.size
        names = tuple(PurchaseName(row.account_id, row.purchase_id) for row in rows[start:end])
        return RowPage(names, str(end) if end < len(rows) else None)
