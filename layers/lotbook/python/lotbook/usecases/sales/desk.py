"""What every use case of buying needs from outside, in one value: the ports of the sales desk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.sales.eligibility import FORBIDDEN, buyer_refusal, is_buyer
from lotbook.domain.values.errors import BrokenInvariant, Forbidden, PurchaseNotFound
from lotbook.domain.values.light_dataclasses import dataclass
from lotbook.usecases.accounts.load_account import LoadedAccount, load_account
from lotbook.usecases.accounts.pauses import follow_pauses
from lotbook.usecases.accounts.renew_account import renew_account
from lotbook.usecases.credits.desk import CreditDesk

if TYPE_CHECKING:
    from lotbook.domain.accounts.account import Account
    from lotbook.domain.policy.document import Policy
    from lotbook.domain.sales.purchase import Purchase
    from lotbook.domain.values.access import Caller
    from lotbook.ports.books import BookStore
    from lotbook.ports.claims import AutoHistory
    from lotbook.ports.closings import ClosingStore
    from lotbook.ports.news import StatementStore
    from lotbook.ports.plans import PlanGateway
    from lotbook.ports.reconciliation import StrayStore
    from lotbook.ports.shop import AccountStore, BillingStore, Clock, Entropy, Gateway, PolicyStore, PurchaseStore


@dataclass(frozen=True, slots=True)
class SalesDesk:
    """Ports of buying; `return_url` is where the checkout page sends a buyer whose request named no address."""

    purchases: PurchaseStore
    accounts: AccountStore
    policies: PolicyStore
    books: BookStore
    billing: BillingStore
    gateway: Gateway
    clock: Clock
    entropy: Entropy
    return_url: str
    strays: StrayStore
    history: AutoHistory
    closings: ClosingStore
    statement: StatementStore | None = None

    @property
    def credits(self) -> CreditDesk:
        """The ports of grants, claw-backs and balances."""
        return CreditDesk(self.books, self.clock, self._renew, statement=self.statement, rows=self.purchases)

    @property
    def plans(self) -> PlanGateway:
        """The gateway, as plans that renew need it."""
        return self.gateway

    def _renew(self, account_id: str) -> None:
        renew_account(account_id, accounts=self.accounts, policies=self.policies, desk=self.credits)

    def follow_pauses(self, account_id: str) -> None:
        """Bring the account's pauses to what holds now; raises AccountNotFound, Unavailable."""
        follow_pauses(account_id, accounts=self.accounts, policies=self.policies, desk=self.credits)

    def account(self, account_id: str) -> LoadedAccount:
        """The account with its newest policy; raises AccountNotFound."""
        return load_account(account_id, accounts=self.accounts, policies=self.policies, clock=self.clock)

    def account_of_buyer(self, account_id: str, caller: Caller) -> LoadedAccount:
        """The same for a caller who may buy; raises Forbidden for any other (IS-31, NP-01)."""
        loaded = self.account(account_id)
        if buyer_refusal(loaded.published.policy, loaded.account, caller) == FORBIDDEN:
            raise Forbidden
        return loaded

    def account_of_buying_member(self, account_id: str, caller: Caller) -> LoadedAccount:
        """The same for a member who may buy; raises Forbidden for any other, also for every service key (IS-31)."""
        loaded = self.account(account_id)
        if not is_buyer(loaded.published.policy, account_id, caller):
            raise Forbidden
        return loaded

    def purchase(self, account_id: str, purchase_id: str) -> Purchase:
        """The purchase as it is now; raises PurchaseNotFound, also for another account's (D40)."""
        found = self.purchases.get(account_id, purchase_id)
        if found is None:
            raise PurchaseNotFound
        return found

    def policy_of(self, purchase: Purchase) -> Policy:
        """The policy version that the order was made under: its rules are the purchase's for ever."""
        published = self.policies.version(purchase.policy_id, purchase.policy_version)
        if published is None:
            raise BrokenInvariant(f"{purchase.purchase_id}: its policy version is gone")
        return published.policy

    def session_of(self, purchase: Purchase, account: Account | None = None) -> str | None:
        """The order's checkout session. After a crash between opening and saving it is looked up at the gateway.

        There it stays with the customer that it was opened for, also if that one was deleted and another followed it.
        `account`: where somebody has loaded it already.
        """
        known = purchase.gateway_refs.checkout_session
        if known is not None:
            return known
        account = account or self.account(purchase.account_id).account
        customers = (purchase.customer,) if purchase.customer else account.customers
        found = (self.gateway.find_checkout(purchase, customer) for customer in customers)
        return next((session for session in found if session is not None), None)
