"""What buying and accounts need from outside, as protocols. Adapters implement them; `wiring.py` picks the adapters.

Every method names the outcomes it raises. Every method of a store or index raises Unavailable when the store does not answer,
or is throttled, after bounded tries; what it was asked to write may then have happened or not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from lotbook.domain.values.light_dataclasses import dataclass, field
from lotbook.ports.automatic import AutoGateway
from lotbook.ports.cards import CardDesk
from lotbook.ports.directory import NamedAccounts
from lotbook.ports.plans import PlanGateway
from lotbook.ports.policies import PolicyPublisher
from lotbook.ports.readers import AccountReader, PolicyReader, RecentPolicies

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lotbook.domain.accounts.account import Account
    from lotbook.domain.credits.book import Book
    from lotbook.domain.money_back.followed import MoneyBackFacts, RefundFacts
    from lotbook.domain.policy.uses import Use
    from lotbook.domain.sales.billing import BillingRecord
    from lotbook.domain.sales.gateway import CheckoutFacts, Deployment, EventHint, InvoiceFacts, Tag
    from lotbook.domain.sales.purchase import Purchase
    from lotbook.domain.sales.reversals import OwnRefund
    from lotbook.ports.books import BookStore


class Clock(Protocol):
    """The present instant in milliseconds, UTC."""

    def now(self) -> int: ...


class Entropy(Protocol):
    """Randomness for ids."""

    def read(self, count: int) -> bytes: ...


class AccountStore(AccountReader, NamedAccounts, Protocol):
    """Account items. Reads are strongly consistent."""

    def get_with_book(self, account_id: str, unit: str, books: BookStore) -> tuple[Book | None, Account | None]:
        """A book and its account, both as they are at one instant; else the account after the book, never before it."""
        ...

    def create(self, account: Account) -> Account | None:
        """Write the account if the id is free: None when written, else the account that has the id."""
        ...

    def save(self, account: Account) -> Account:
        """Write a changed account if its `version` is still the stored one, which moves on. Raises Conflict."""
        ...


class PolicyStore(PolicyReader, RecentPolicies, PolicyPublisher, Protocol):
    """Published policies: immutable versions, numbered from 1."""

    def note_use(self, policy_id: str, use: Use, account_id: str) -> bool:
        """An account uses it, from now on for good. False where that was known, so that nothing was written."""
        ...


class IdempotencyStore(Protocol):
    """What an idempotency key stands for, frozen by whoever comes first (D3). Kept as long as the ledger."""

    def find(self, account_id: str, space: str, key: str) -> dict[str, str | int] | None:
        """The record of the key in its key space, strongly consistent."""
        ...

    def claim(
        self, account_id: str, space: str, key: str, record: Mapping[str, str | int]
    ) -> dict[str, str | int] | None:
        """Write the record if the key is free: None when written, else the record that the key has."""
        ...


@dataclass(frozen=True, slots=True)
class DueItem:
    """Something that a schedule has to look at: whose it is, its name (a book's unit, a purchase's id) and since when."""

    account_id: str
    name: str
    due_at: int
    place: tuple[str, str] = field(default=("", ""), compare=False)  # the index's own key of it

    @property
    def subject(self) -> str:
        """The item among all of its kind."""
        return f"{self.account_id}#{self.name}"


class DueIndex(Protocol):
    """What is due, by kind (`book`, `hold`, `purchase`). Eventually consistent: an item may be seen a moment after it was done."""

    def due(self, kind: str, until: int, limit: int) -> Iterator[DueItem]:
        """At most `limit` items with `due_at <= until`, longest overdue first, read page by page as they are taken.

        Whoever stops early has read no more than it needed; what is handled leaves the index by its own write.
        """
        ...

    def postpone(self, item: DueItem, until: int) -> DueItem | None:
        """The item, due at `until`; None where it is not due any more as it was listed: done meanwhile, or somebody's."""
        ...


@dataclass(frozen=True, slots=True)
class KeyUse:
    """What an idempotency key was used for: the purchase that it made, and the digest of the body it came with.

    `answer`: of a change of plan that made none. `purchase_id` is empty then."""

    fingerprint: str
    purchase_id: str
    digest: str
    answer: str | None = None


class PurchaseStore(Protocol):
    """Purchase items with their idempotency markers. Reads are strongly consistent."""

    def place(self, order: Purchase, use: KeyUse) -> KeyUse | None:
        """Write order and marker in one transaction if the key is unused: None when written, else the key's first use.

        Raises Conflict when another transaction is under way.
        """
        ...

    def put_new(self, row: Purchase) -> bool:
        """Write a row that no key asked for, unless one of its id is there."""
        ...

    def key_use(self, account_id: str, fingerprint: str) -> KeyUse | None: ...

    def use_key(self, account_id: str, use: KeyUse) -> KeyUse | None:
        """Let a key stand for a purchase that is there: None when written, else the key's first use."""
        ...

    def get(self, account_id: str, purchase_id: str) -> Purchase | None: ...

    def save(self, purchase: Purchase) -> Purchase:
        """Write a changed purchase if its `version` is still the stored one; answers it with the next version.

        Raises Conflict when somebody was faster.
        """
        ...

    def page(self, account_id: str, limit: int, after: str | None) -> tuple[list[Purchase], str | None]:
        """Newest first, from below the purchase id `after`; the second is the id to go on after, None at the end."""
        ...


class BillingStore(Protocol):
    """Billing details, one record an account. Reads are strongly consistent."""

    def get(self, account_id: str) -> BillingRecord | None: ...

    def save(self, record: BillingRecord, read: BillingRecord | None) -> BillingRecord:
        """Write the record over the one that was read (None: there was none); answers it with its version.

        Raises Conflict when somebody was faster.
        """
        ...


class Gateway(AutoGateway, CardDesk, PlanGateway, Protocol):
    """The payment gateway. Every call carries an idempotency key of ours; all raise Unavailable while it does not answer."""

    @property
    def deployment(self) -> Deployment: ...

    def draft_checkout(self, order: Purchase) -> str:
        """The exact request that `open_checkout` will send, to be frozen in the order. Calls nobody."""
        ...

    def open_customer(self, account: Account) -> str:
        """A customer for the account at the gateway; another one only where the account's own is gone.

        The same one for every call within a day that knows of the same customer.
        """
        ...

    def describe_customer(self, account: Account, customer: str, record: BillingRecord) -> bool:
        """Show the account's billing details on its customer; False when the gateway does not take them. Raises CustomerGone."""
        ...

    def open_checkout(self, order: Purchase, customer: str) -> tuple[str, str]:
        """Session id and page address; the same session however often it is called for the same customer.

        Raises AmountNotChargeable, CustomerGone.
        """
        ...

    def find_checkout(self, order: Purchase, customer: str) -> str | None:
        """The session that was opened for the order and the customer, looked up by its metadata; None when there is none."""

    def checkout(self, session: str) -> CheckoutFacts: ...

    def expire_checkout(self, order: Purchase, session: str) -> bool:
        """End an open page; False when it is not open any more."""
        ...

    def invoice(self, invoice: str) -> InvoiceFacts: ...

    def owner(self, payment_intent: str) -> Tag | None:
        """Our mark on a payment, for events whose object carries none; None where there is no such payment."""
        ...

    def money_back(self, payment_intent: str) -> MoneyBackFacts:
        """What refunds and disputes did to a payment, as of now."""
        ...

    def refund(self, purchase: Purchase, own: OwnRefund) -> RefundFacts:
        """Send the money of one refund of the purchase's own; the same refund however often it is called within a day.

        Raises NotRefundable where the gateway refuses for good. It never charges (D39).
        """
        ...

    def undelivered(self, kinds: tuple[str, ...], since: int) -> tuple[EventHint, ...]:
        """Events of these kinds since an instant that nobody acknowledged, oldest first; at most the newest two thousand."""
        ...


class EventReader(Protocol):
    """The gateway's calls to us."""

    def read(self, body: bytes, signature: str | None) -> EventHint:
        """The hint of a signed body; raises BadSignature, MalformedEvent."""
        ...
