"""Composition root of checks, beside `wiring.py`: the stores of a burn, read through and never written."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from lotbook import wiring, wiring_automatic
from lotbook.adapters.dry import DryAccounts, DryBooks, DryClaims
from lotbook.domain.values.light_dataclasses import dataclass, field, replace
from lotbook.usecases.credits.check import NAME
from lotbook.usecases.credits.desk import CreditDesk
from lotbook.usecases.credits.prunes import Prunes

if TYPE_CHECKING:
    from lotbook.ports.books import BookStore
    from lotbook.ports.claims import AutoHistory
    from lotbook.ports.shop import AccountStore, PurchaseStore
    from lotbook.usecases.credits.desk import Advance, Shortage


@dataclass(slots=True)
class DryDesk:
    """Implements `DryRun` over the table."""

    books: DryBooks = field(default_factory=lambda: DryBooks(wiring.books(), absent=(NAME,)))
    accounts: DryAccounts = field(default_factory=lambda: DryAccounts(wiring.accounts()))
    claims: DryClaims | None = None
    lent: set[str] = field(default_factory=set)
    available_before: int | None = None

    @property
    def desk(self) -> CreditDesk:
        """The ports of a burn, all of them dry. A period's row is written by whoever renews it in earnest."""
        return CreditDesk(self._as_books(), wiring.clock(), self._renew, Prunes(), top_up=self._top_up)

    def is_as_read(self) -> bool:
        """Whether nobody changed what was turned here."""
        return self.books.is_as_read()

    def lends(self, lot_id: str) -> bool:
        """Whether the lot would come from a purchase that was never made."""
        return lot_id in self.lent

    def _as_books(self) -> BookStore:
        return cast("BookStore", self.books)

    def _renew(self, account_id: str) -> None:
        from lotbook.usecases.accounts.renew_account import renew_account

        accounts = cast("AccountStore", self.accounts)
        renew_account(account_id, accounts=accounts, policies=wiring.policies(), desk=self.desk)

    def _top_up(self, shortage: Shortage) -> Advance | None:
        from lotbook.usecases.automatic.claim import advance_for

        if self.available_before is None:
            self.available_before = shortage.available
        real = wiring_automatic.claim_desk()
        dry = self.claims = self.claims or DryClaims(real.claims, real.purchases)
        rows, told = cast("PurchaseStore", dry), cast("AutoHistory", dry)
        advance = advance_for(shortage, desk=replace(real, claims=dry, purchases=rows, history=told))
        if advance is not None and advance.lot is not None and dry.is_new(advance.lot.purchase_id):
            self.lent.add(advance.lot.lot_id)
        return advance
