"""What automatic purchase needs from outside: a small desk for claims, which burns ask, and the whole one for charges."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.values.light_dataclasses import dataclass

if TYPE_CHECKING:
    from lotbook.ports.claims import AutoHistory, ClaimStore
    from lotbook.ports.shop import AccountStore, Clock, Entropy, PolicyStore, PurchaseStore
    from lotbook.usecases.credits.desk import CreditDesk
    from lotbook.usecases.sales.desk import SalesDesk


@dataclass(frozen=True, slots=True)
class ClaimDesk:
    """Ports of claims; no gateway among them. `is_on` False: nobody of the deployment buys automatically (AUTO_TOP_UP=off)."""

    accounts: AccountStore
    policies: PolicyStore
    purchases: PurchaseStore
    claims: ClaimStore
    history: AutoHistory
    clock: Clock
    entropy: Entropy
    is_on: bool = True


@dataclass(frozen=True, slots=True)
class AutoDesk:
    """Ports of the work behind the queue, and of what buyers switch."""

    sales: SalesDesk
    claiming: ClaimDesk

    @property
    def credits(self) -> CreditDesk:
        """The ports of grants and balances."""
        return self.sales.credits
