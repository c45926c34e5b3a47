"""What can be bought, the lines of an order, and what an item comes to before anybody asks who buys it."""

from __future__ import annotations

from decimal import Decimal

from lotbook.domain.plans.plan_move import PlanMove
from lotbook.domain.values.light_dataclasses import dataclass


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
    """A move to another plan; with `credits` or `pack_id` extra credits in the same order (IS-25, NP-54)."""

    plan_id: str
    credits: int | None = None
    pack_id: str | None = None

    @property
    def extra(self) -> TopUpItem | PackItem | None:
        """The credits that are bought with it."""
        if self.pack_id is not None:
            return PackItem(self.pack_id)
        return None if self.credits is None else TopUpItem(self.credits)


@dataclass(frozen=True, slots=True)
class CustomPaymentItem:
    """A payment that adds no credits (NP-11, NP-56). `amount_minor` is before tax, in the account's currency."""

    amount_minor: int
    remark: str


@dataclass(frozen=True, slots=True)
class PlanRenewalItem:
    """One more period of a plan that renews. Nobody orders it: its row is made when the period begins."""

    plan_id: str


@dataclass(frozen=True, slots=True)
class AutoTopUpItem:
    """Credits that an account buys by itself when they are used up (MK-16): so many `units`, `credits` in all."""

    credits: int
    units: int


Item = TopUpItem | PackItem | PlanItem | CustomPaymentItem
RowItem = Item | PlanRenewalItem | AutoTopUpItem  # what a purchase may be of


@dataclass(frozen=True, slots=True)
class OrderLine:
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
class PlanPart:
    """The plan in an order: its own credits of one credit period, and for how many days of 24 hours it is bought.

    `term_days` is 0 for plans that are billed by the month or year: for those `months` is the interval, `price_minor` what one
    costs before tax, and `price` the gateway's name of it.
    """

    plan_id: str
    credits: int
    term_days: int
    months: int = 0
    price_minor: int = 0
    price: str | None = None


@dataclass(frozen=True, slots=True)
class AutoPart:
    """The automatic charge of an order, beside its lines.

    `advances`: its lot is there before the payment (X-08), from the order's own instant, and expires as the order was quoted.
    `card` and `fingerprint` name the card that is charged, frozen before the gateway hears of it, at `tried_at` (None: not yet):
    every try is the same call, whatever becomes of the account's cards meanwhile.
    """

    advances: bool
    card: str | None = None
    fingerprint: str | None = None
    tried_at: int | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """What an item comes to, before anybody asks who buys it. `lines` is empty where there is no price."""

    lines: tuple[OrderLine, ...]
    credits: int = 0
    companions: tuple[tuple[str, int], ...] = ()
    expires_at: int | None = None
    plan: PlanPart | None = None
    refusal: str | None = None
    late_expires_at: int | None = None
    move: PlanMove | None = None  # what the change of a plan that renews does
