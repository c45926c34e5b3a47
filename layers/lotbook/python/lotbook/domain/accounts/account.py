"""An account: the holder of credits, with its policy, plan, region and billing anchor."""

from __future__ import annotations

from typing import Literal

from lotbook.domain.accounts.automatic import AutoRecord
from lotbook.domain.accounts.closing import Closing
from lotbook.domain.accounts.notifications import NOTHING_CHOSEN, Notifications
from lotbook.domain.accounts.subscriptions import Subscription
from lotbook.domain.accounts.terms import Move, PlanBilling, Term
from lotbook.domain.values.light_dataclasses import dataclass, replace

AccountState = Literal["active", "paused", "closed"]

FORMER_CUSTOMERS_KEPT = 5


@dataclass(frozen=True, slots=True)
class Account:
    """The account item. Instants are milliseconds; `version` moves with every write and guards it."""

    account_id: str
    policy_id: str
    plan_id: str
    region: str  # ISO 3166 country, upper case
    currency: str  # ISO 4217, lower case; frozen when the account is made
    email: str
    time_zone: str  # IANA name
    created_at: int
    anchor: int  # start of the first period of the present plan; periods are counted from here
    plan_billing: PlanBilling
    state: AccountState = "active"
    pause_reason: str | None = None
    gateway_customer: str | None = None
    failed_payment_method: str | None = None  # the gateway's name of the card whose automatic payment failed
    failed_at: int | None = None  # when; both are there only while the account is paused for it
    request_digest: str = ""  # of the body that made it: the same body again is the same account
    version: int = 1
    plan_purchase_id: str | None = None  # the purchase that gave the present plan
    plan_ends_at: int | None = None  # the end of the term that it bought, frozen when it was settled (NP-53)
    terms: tuple[Term, ...] = ()  # bought and not over, the earliest first
    moves: tuple[Move, ...] = ()  # changes of plan still under way, the earliest first
    moves_made: int = 0
    pause_reasons: tuple[str, ...] = ()  # all of them, the earliest first; `pause_reason` is the first
    former_customers: tuple[str, ...] = ()  # those that were deleted at the gateway, the newest first
    plan_renews: bool = False  # the plan is billed again and again through the gateway: its periods are UTC's
    plan_policy_version: int = 0  # the one that the plan is read from; 0 is the newest
    notifications: Notifications = NOTHING_CHOSEN  # what it is mailed about
    subscription: Subscription | None = None  # what pays for a plan that renews; kept a while after it has ended
    auto: AutoRecord | None = None  # automatic purchase; None: it was never switched on
    failed_fingerprint: str | None = (
        None  # the number of the card whose automatic payment failed, where the gateway tells it
    )

    closing: Closing | None = None  # since it is closed
    external_id: str | None = None  # the seller's own name of it, of one account alone
    metadata: tuple[tuple[str, str], ...] = ()  # what the seller keeps with it
    period_time_zone: str = ""  # that periods are counted in, where the account's own was changed since; else ""

    @property
    def period_zone(self) -> str:
        """The time zone of its periods: a change of its own moves no period, so nobody gets a period's credits twice."""
        return self.period_time_zone or self.time_zone

    @property
    def customers(self) -> tuple[str, ...]:
        """Whoever a page of this account may have been opened for, the present customer first."""
        return (self.gateway_customer, *self.former_customers) if self.gateway_customer else self.former_customers


def with_customer(account: Account, customer: str) -> Account:
    """The account with another customer at the gateway. The one before it stays known: it may have a page open."""
    former = account.customers[:FORMER_CUSTOMERS_KEPT]
    return replace(account, gateway_customer=customer, former_customers=former)
