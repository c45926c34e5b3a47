"""What one comparison of reconciliation looks at: a checkout, money that went back, or a purchase with its lots."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.credits import ledger
from lotbook.domain.reconciliation.differences import (
    of_checkout,
    of_lots,
    of_missing_checkout,
    of_money_back,
    of_plan,
    of_unknown_money_back,
    stray_of_checkout,
)
from lotbook.domain.reconciliation.strays import (
    RECONCILIATION,
    TURNED_UP,
    WENT_BACK,
    Remark,
    explains,
    is_back,
    of_stray,
)
from lotbook.domain.sales.gateway import Tag
from lotbook.domain.sales.purchase import SETTLED, Purchase, lots_of
from lotbook.domain.values.light_dataclasses import dataclass
from lotbook.usecases.plans.follow_invoice import row_of
from lotbook.usecases.reconciliation.strays import keep_stray, note_stray

if TYPE_CHECKING:
    from typing import Protocol

    from lotbook.domain.accounts.account import Account
    from lotbook.domain.credits.lots import Lot
    from lotbook.domain.reconciliation.differences import Difference, MovedBack
    from lotbook.domain.reconciliation.strays import StrayCase
    from lotbook.domain.sales.gateway import CheckoutFacts
    from lotbook.ports.reconciliation import GatewayLists, PurchaseName
    from lotbook.usecases.sales.desk import SalesDesk

    class Subject(Protocol):
        """Something to compare: as it was listed, and again as it is after a repair. `about`: whose it is, and its name."""

        @property
        def about(self) -> tuple[str | None, str]: ...

        def differences(self, *, again: bool) -> list[Difference]: ...


@dataclass(frozen=True, slots=True)
class CheckoutSubject:
    """A session of ours, as it was listed, with its order. Money without an order is kept as a stray at once (D5)."""

    listed: CheckoutFacts
    sales: SalesDesk

    @property
    def about(self) -> tuple[str | None, str]:
        """Its account, if it names one, and its own name."""
        return self.listed.tag.account_id, self.listed.session

    def differences(self, *, again: bool) -> list[Difference]:
        """Raises Unavailable."""
        facts = self.sales.gateway.checkout(self.listed.session) if again else self.listed
        order = _order(facts.tag, self.sales)
        found = of_checkout(facts, order, self.sales.gateway.deployment)
        if not any(each.kind in {"paid_unknown_purchase", "paid_twice"} for each in found):
            return found
        is_open = keep_stray(stray_of_checkout(facts, self.sales.clock.now()), strays=self.sales.strays)
        return found if is_open else []  # its money is all that such a checkout can be at odds about


@dataclass(frozen=True, slots=True)
class MovedBackSubject:
    """A refund or a dispute of ours with its purchase. The payment is asked anew: one look stands for all its refunds."""

    listed: MovedBack
    sales: SalesDesk

    @property
    def about(self) -> tuple[str | None, str]:
        """Its account, if it names one, and its own name."""
        return self.listed.tag.account_id, self.listed.name

    def differences(self, *, again: bool) -> list[Difference]:  # noqa: ARG002 - always the present state
        """Raises Unavailable."""
        order = _order(self.listed.tag, self.sales) if self.listed.invoice is None else self._row(self.listed.invoice)
        if order is None:
            return of_unknown_money_back(self.listed)
        return of_money_back(order, self.sales.gateway.money_back(self.listed.payment_intent))

    def _row(self, invoice: str) -> Purchase | None:
        """The row of a plan's payment: its invoice names it (X-28)."""
        facts, account_id = self.sales.plans.plan_invoice(invoice), self.listed.tag.account_id
        return row_of(account_id, facts, desk=self.sales) if facts and account_id else None


@dataclass(frozen=True, slots=True)
class PurchaseSubject:
    """A purchase with its lots, and with its checkout where the gateway's list did not show it (`seen`)."""

    name: PurchaseName
    seen: frozenset[str] | set[str]
    gateway: GatewayLists
    sales: SalesDesk

    @property
    def about(self) -> tuple[str | None, str]:
        """Its account, if it names one, and its own name."""
        return self.name.account_id, self.name.purchase_id

    def differences(self, *, again: bool) -> list[Difference]:  # noqa: ARG002 - always the present state
        """Raises Unavailable."""
        order = self.sales.purchases.get(self.name.account_id, self.name.purchase_id)
        if order is None:
            return []  # the index is a moment behind
        plan = of_plan(order, self._account(order), self.sales.clock.now())
        return self._of_lots(order) + plan + self._of_checkout(order)

    def _account(self, order: Purchase) -> Account | None:
        return self.sales.accounts.get(order.account_id) if order.plan else None

    def _of_lots(self, order: Purchase) -> list[Difference]:
        if order.settlement is None:
            return []
        expected = lots_of(order, self.sales.policy_of(order).rank("purchased"))
        return of_lots(order, expected, self._granted(order, expected))

    def _granted(self, order: Purchase, expected: tuple[Lot, ...]) -> dict[str, Lot]:
        found = {}
        for lot in expected:
            entry = self.sales.books.entry(order.account_id, lot.unit, ledger.granted_name(lot.lot_id))
            if entry is not None and entry.lot is not None:
                found[lot.lot_id] = entry.lot
        return found

    def _of_checkout(self, order: Purchase) -> list[Difference]:
        session = order.gateway_refs.checkout_session
        if session is None or session in self.seen:
            return []
        if order.state not in SETTLED and order.settlement is None:
            return []  # what waits is the schedule's, and what ended unpaid is the gateway's list's
        facts = self.gateway.find_checkout(session)
        if facts is None:
            return of_missing_checkout(order)
        return of_checkout(facts, order, self.sales.gateway.deployment)


@dataclass(frozen=True, slots=True)
class StraySubject:
    """Money that was kept because no purchase explained it. One whose purchase turned up, or that went back, is closed here.

    `seen`: sessions and plans' payments that the run has compared, so that what is open about them was said already.
    """

    case: StrayCase
    seen: frozenset[str] | set[str]
    sales: SalesDesk

    @property
    def about(self) -> tuple[str | None, str]:
        """Its account, if it names one, and its own name."""
        return self.case.stray.account_id, self.case.stray.name

    def differences(self, *, again: bool) -> list[Difference]:  # noqa: ARG002 - always the present state
        """Raises Unavailable."""
        stray = self.case.stray
        order = _order(Tag(account_id=stray.account_id, purchase_id=stray.purchase_id), self.sales)
        if order is not None and explains(order, stray):
            return self._close(TURNED_UP)
        if self._went_back(stray.payment_intent):
            return self._close(WENT_BACK)
        return [] if {stray.session, stray.payment_intent} & self.seen else of_stray(stray, order)

    def _went_back(self, payment: str | None) -> bool:
        gateway = self.sales.gateway
        return payment is not None and gateway.owner(payment) is not None and is_back(gateway.money_back(payment))

    def _close(self, text: str) -> list[Difference]:
        found = Remark(RECONCILIATION, text, closes=True)
        note_stray(self.case, found, strays=self.sales.strays, clock=self.sales.clock)
        return []


def _order(tag: Tag, sales: SalesDesk) -> Purchase | None:
    """The purchase that a tag names; None for one that names none, or no possible one."""
    return sales.purchases.get(tag.account_id, tag.purchase_id) if tag.is_whole else None  # type: ignore[arg-type]
