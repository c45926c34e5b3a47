"""The order summary: what an item costs an account now, to the cent, and whether this caller may buy it.

Pure: the same policy version, account, item and instant give the same quote. The total of a line is rounded once, half
up, in the currency's minor unit; tax is taken on the rounded subtotal; credits never depend on either (X-16, X-17).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from lotbook.domain.access import Caller
from lotbook.domain.account import Account
from lotbook.domain.policy import PublishedPolicy


@dataclass(frozen=True, slots=True)
class TopUpItem:
    """A number of credits."""

    credits: int


@dataclass(frozen=True, slots=True)
class PackItem:
    """One of the policy's packs."""

    pack_id: str


@dataclass(frozen=True, slots=True)
class PlanItem:
    """A move to another plan."""

    plan_id: str


@dataclass(frozen=True, slots=True)
class CustomPaymentItem:
    """A payment that adds no credits (NP-11, NP-56). `amount_minor` is before tax, in the account's currency."""

    amount_minor: int
    remark: str


Item = TopUpItem | PackItem | PlanItem | CustomPaymentItem


@dataclass(frozen=True, slots=True)
class Line:
    """`amount_minor` is `quantity x unit_price`, rounded once, half up. `unit_price` is in major units, exact."""

    description: str
    quantity: int
    unit_price: Decimal
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Tax:
    """`amount_minor` is `rate` of the rounded subtotal, rounded half up."""

    name: str
    rate: Decimal
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Quote:
    """The order summary (NP-16). `allowed` False with a `reason` is about who asks; the summary is shown all the same.

    `credits` of a plan are its own of one credit period, and `expires_at` is that period's end.
    `lines` is empty where the account's plan gives no price at all; then `allowed` is False.
    """

    item: Item
    lines: tuple[Line, ...]
    credits: int
    companions: tuple[tuple[str, int], ...]  # (unit, credits), with the same validity
    expires_at: int | None
    subtotal_minor: int
    tax: Tax | None
    total_minor: int
    currency: str
    consent_required: bool
    allowed: bool
    reason: str | None  # the code that a purchase would be refused with
    payment_label: str
    plan_id: str | None  # the plan that the purchase leads to


def quote(published: PublishedPolicy, account: Account, item: Item, caller: Caller, now: int) -> Quote:
    """The order summary of `item` for `account`, if it were bought at `now`.

    Raises QuantityNotAllowed, UnknownPack, UnknownPlan, ContactOnly, AlreadyOnPlan, AmountNotChargeable.
    """
    raise NotImplementedError
