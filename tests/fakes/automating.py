"""An account of Make with automatic purchase, and what burns, the queue, the schedule, buyers and cards do to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from lotbook.domain.accounts.account import Account
from lotbook.domain.accounts.automatic import AutoRecord
from lotbook.domain.audit.books import audit
from lotbook.domain.credits.requests import Balance, BurnRequest
from lotbook.domain.policy.document import Policy
from lotbook.domain.sales.auto_views import AutoView
from lotbook.domain.sales.purchase import WAITING, Purchase
from lotbook.domain.values.access import Role
from lotbook.domain.values.errors import Outcome
from lotbook.usecases.audit.audit_account import audit_account
from lotbook.usecases.automatic.claim import advance_for
from lotbook.usecases.automatic.desk import AutoDesk, ClaimDesk
from lotbook.usecases.automatic.switch import STAYS, SwitchRequest, switch
from lotbook.usecases.automatic.work import work
from lotbook.usecases.credits.balance import read_balance
from lotbook.usecases.credits.consume import consume
from lotbook.usecases.credits.desk import CreditDesk
from lotbook.usecases.credits.prunes import Prunes
from lotbook.usecases.sales.follow_cards import follow_cards
from lotbook.usecases.sales.settle_purchase import settle_purchase
from tests.audit import auditing
from tests.fakes.automatic import FakeClaims
from tests.fakes.desk import CountingEntropy, Desk
from tests.fakes.samples import account_on, member, published

CUSTOMER = "cus_auto"
UNIT = 10_000


class Automating(Desk):
    """An account of a sample policy on a plan that is billed elsewhere, with a card on file, switched on unless `on` is False."""

    def __init__(
        self,
        plan: str = "pro-80k",
        *,
        policy: Policy | None = None,
        at: str = "2027-03-20T12:00:00",
        on: bool = True,
        wrap: Callable[[str, Any], Any] = lambda _, port: port,
        **changes: Any,
    ) -> None:
        super().__init__("make", plan, at=at, wrap=wrap)
        self.policy = policy or published("make").policy
        if policy is not None:
            self.policies.put(policy)
        account: Account = replace(
            account_on("make", plan, anchor=f"{at}Z"),
            plan_billing="external",
            gateway_customer=CUSTOMER,
            **changes,
        )
        self.accounts._items["acme"] = account
        self.claims = FakeClaims(self.accounts, self.policies, self.purchases, self.books)
        self.is_on, self.prunes, self.burns = True, Prunes(), 0
        self.wrap = wrap
        self.entropy = CountingEntropy()
        self.card = self.gateway.put_on_file(CUSTOMER, self.clock.now(), fingerprint="fp_1")
        self.sales.credits.renew("acme")
        if on:
            self.switch()

    @property
    def claiming(self) -> ClaimDesk:
        wrap = self.wrap
        return ClaimDesk(
            accounts=self.sales.accounts,
            policies=self.sales.policies,
            purchases=self.sales.purchases,
            claims=wrap("claims", self.claims),
            history=self.sales.history,
            clock=self.clock,
            entropy=self.entropy,
            is_on=self.is_on,
        )

    @property
    def desk(self) -> AutoDesk:
        return AutoDesk(self.sales, self.claiming)

    @property
    def burning(self) -> CreditDesk:
        claiming = self.claiming
        hook = lambda shortage: advance_for(shortage, desk=claiming)  # noqa: E731
        return replace(self.sales.credits, prunes=self.prunes, top_up=hook)

    # --- what happens ------------------------------------------------------------------------------------------------

    def switch(self, enabled: bool = True, role: Role = "admin", limit: int | None = STAYS, **changes: Any) -> AutoView:
        return switch(SwitchRequest("acme", enabled, limit_minor=limit, **changes), member(role), desk=self.desk)

    def use(self, credits: int, key: str = "") -> int:
        """What is left after a burn."""
        self.burns += 1
        self.clock.instant += 1_000
        return consume("acme", key or f"use-{self.burns}", BurnRequest(credits), desk=self.burning).available

    def refused(self, credits: int, key: str = "") -> str:
        """The code that a burn is refused with; empty where it is not."""
        try:
            self.use(credits, key)
        except Outcome as outcome:
            return outcome.code
        return ""

    def work(self, purchase_id: str | None = None) -> Purchase | None:
        return work("acme", purchase_id, desk=self.desk)

    def charge(self) -> Purchase:
        """The queue's message about the claim that is under way."""
        claim = self.record.charge
        assert claim is not None
        return settle_purchase("acme", claim.purchase_id, desk=self.sales)

    def sweep(self) -> None:
        """What the schedule does with every row that waits."""
        for row in self.rows():
            if row.state in WAITING or row.check_at is not None:
                settle_purchase("acme", row.purchase_id, desk=self.sales)

    def new_card(self, **changes: Any) -> str:
        """Another card, typed into a setup page, and looked at."""
        self.clock.instant += 1_000
        name = self.gateway.put_on_file(CUSTOMER, self.clock.now(), **changes)
        self.gateway.came_by_setup.setdefault(CUSTOMER, set()).add(name)
        self.look()
        return name

    def look(self) -> None:
        follow_cards("acme", desk=self.sales)

    # --- what is there -----------------------------------------------------------------------------------------------

    @property
    def account(self) -> Account:
        found = self.accounts.get("acme")
        assert found is not None
        return found

    @property
    def record(self) -> AutoRecord:
        assert self.account.auto is not None
        return self.account.auto

    def rows(self) -> list[Purchase]:
        """Automatic ones, the earliest first."""
        found = sorted(self.purchases.rows.values(), key=lambda row: row.purchase_id)
        return [row for row in found if row.auto is not None]

    def states(self) -> list[str]:
        return [row.state for row in self.rows()]

    def bounds(self) -> tuple[int, int, int]:
        """Units, credits and money that the period has used, with what is reserved."""
        return self.record.used, self.record.used_credits, self.record.spent_minor

    def charged(self) -> int:
        """What the gateway has really collected automatically, in minor units."""
        return sum(bill.subtotal + bill.tax for bill in self.gateway.autos.values() if bill.state == "paid")

    def balance(self) -> Balance:
        return read_balance("acme", "credits", desk=self.sales.credits)

    def has(self) -> tuple[int, int]:
        """`(available, shortfall)`."""
        found = self.balance()
        return found.available, found.shortfall

    def flag(self) -> bool:
        return self.books.books["acme", "credits"].tops_up is not None

    def check(self, where: Any = "") -> None:
        """Statement and audit are in order, and no more was charged than the bounds say."""
        for unit in self.policy.units:
            if ("acme", unit) not in self.books.books:
                continue
            found = read_balance("acme", unit, desk=self.sales.credits)
            owned = found.available + found.held + found.frozen - found.shortfall
            assert sum(entry.credits for entry in self.entries(unit)) == owned, (where, unit)
            ledger = {entry.name: entry for entry in self.books.ledger.values() if entry.unit == unit}
            assert audit(unit, self.books.books["acme", unit], ledger) == [], (where, unit)

    def audited(self) -> None:
        """The schedule's audit, hours later, finds nothing."""
        assert self.differences() == []

    def differences(self) -> list[str]:
        """What it finds, by kind."""
        self.clock.instant += 2 * 3_600_000
        ports = auditing(self.books, *self.purchases.rows.values(), clock=self.clock)
        found = audit_account("acme", list(self.policy.units), auditing=ports).differences
        return [each.kind for _, each in found]


def over_the_edge(burned: int = 3_000, plan: str = "pro-80k", does: str | None = None, **changes: object) -> Automating:
    """So many credits of the lent lot are burned, and nothing is charged yet."""
    desk = Automating(plan, **changes)  # type: ignore[arg-type]
    if does is not None:
        desk.gateway.plans.does[desk.card] = does
    desk.use(desk.policy.plan(plan).credits)
    desk.use(burned)
    return desk
