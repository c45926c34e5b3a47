"""What reconciliation needs from outside: the gateway's lists, purchases by time, and a journal.

Every method raises Unavailable when the other side does not answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, Literal, Protocol, TypeVar

from lotbook.domain.values.light_dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lotbook.domain.reconciliation.differences import ComparedPeriod, Difference, MovedBack, Stray
    from lotbook.domain.reconciliation.strays import StrayCase, StrayNote
    from lotbook.domain.sales.auto_charges import AutoCharge
    from lotbook.domain.sales.gateway import CheckoutFacts
    from lotbook.domain.sales.subscription_facts import PlanInvoiceFacts, SubscriptionFacts

Row = TypeVar("Row")
Phase = Literal[
    "checkouts", "plan_invoices", "auto_invoices", "subscriptions", "refunds", "disputes", "purchases", "strays"
]
Ending = Literal["found", "repaired", "open"]


@dataclass(frozen=True, slots=True)
class RowPage(Generic[Row]):
    """Some rows, and the place to go on after; None at the end."""

    rows: tuple[Row, ...]
    after: str | None


@dataclass(frozen=True, slots=True)
class PurchaseName:
    """A purchase's key."""

    account_id: str
    purchase_id: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a comparison has come: what is before `phase` and `after` has been compared."""

    period: ComparedPeriod
    phase: Phase
    after: str | None


@dataclass(frozen=True, slots=True)
class Noted:
    """One line of the journal. The same difference with the same outcome is noted once a day."""

    at: int
    difference: Difference
    outcome: Ending


class GatewayLists(Protocol):
    """What the gateway holds of a period, by time of creation, newest first; only what is this deployment's own."""

    def checkouts(self, period: ComparedPeriod, after: str | None) -> RowPage[CheckoutFacts]: ...

    def refunds(self, period: ComparedPeriod, after: str | None) -> RowPage[MovedBack]:
        """Also of plans' payments, which bear no mark: ours by their invoice."""
        ...

    def disputes(self, period: ComparedPeriod, after: str | None) -> RowPage[MovedBack]: ...

    def plan_invoices(self, period: ComparedPeriod, after: str | None) -> RowPage[PlanInvoiceFacts]:
        """Invoices of our subscriptions, drafts too. Of a payment's failure they tell less than one that is fetched."""
        ...

    def auto_invoices(self, period: ComparedPeriod, after: str | None) -> RowPage[AutoCharge]:
        """Invoices of our automatic purchases, drafts too. Of a payment's failure they tell less than one that is fetched."""
        ...

    def subscriptions(self, period: ComparedPeriod, after: str | None) -> RowPage[SubscriptionFacts]:
        """Our subscriptions, also those that have ended."""
        ...

    def find_checkout(self, session: str) -> CheckoutFacts | None:
        """The session as it is now; None when the gateway knows none of that id."""
        ...


class PurchaseLists(Protocol):
    """Purchases by the time at which they were made. Eventually consistent: the youngest may be missing for a moment."""

    def made(self, period: ComparedPeriod, after: str | None) -> RowPage[PurchaseName]: ...


class StrayStore(Protocol):
    """Money without a known purchase: durable, never deleted here. Reads are strongly consistent."""

    def keep(self, stray: Stray) -> bool:
        """Keep it under its name; True when it was not known. A known one only learns what was not known of it."""
        ...

    def stray(self, name: str) -> StrayCase | None:
        """The stray of that name with its notes."""
        ...

    def strays(self, limit: int, after: str | None = None) -> list[StrayCase]:
        """At most `limit` of them by name, open or not, from behind the name `after`; fewer at the end."""
        ...

    def note_stray(self, note: StrayNote) -> bool:
        """Add the note; False when the stray has one of the same instant."""
        ...


class ReconciliationJournal(Protocol):
    """What was compared, found and repaired. Notes are immutable."""

    def note(self, noted: Noted) -> bool:
        """Write the note; False when the same was noted today."""
        ...

    def progress(self, name: str) -> Progress | None: ...

    def save_progress(self, name: str, progress: Progress) -> None: ...

    def clear_progress(self, name: str) -> None: ...

    def seen(self, name: str, period: ComparedPeriod) -> set[str]:
        """Everything that was kept of a run of that name and period."""
        ...

    def keep_seen(self, name: str, progress: Progress, seen: Iterable[str], at: int) -> None:
        """What the page at `progress` has compared; it is forgotten some days after the instant `at`."""
        ...
