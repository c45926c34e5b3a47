"""Buying credits beside a plan, by hand and automatically: quantity rules, prices, packs, companions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from lotbook.domain.policy.plans import Plan, Validity


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """A fixed quantity at a fixed price before tax (DF-03)."""

    pack_id: str
    credits: int
    prices_minor: Mapping[str, int]  # by currency


@dataclass(frozen=True, slots=True, kw_only=True)
class Companion:
    """Credits of another unit that come with each credit bought, with the same validity (MK-05, X-04)."""

    unit: str
    per_credit: Decimal  # the grant is cut to a whole number


@dataclass(frozen=True, slots=True, kw_only=True)
class TopUp:
    """What an account may buy by hand. Quantities are integers; `max` None is no maximum (IS-29)."""

    mode: Literal["quantity", "packs", "none"]
    validity: Validity = field(default_factory=lambda: Validity(rule="never"))
    min: int = 1
    max: int | None = None
    step: int = 1  # quantities are multiples of it (MK-11)
    pricing: Literal["fixed", "plan"] = "fixed"  # `plan`: plan price / plan credits (MK-12)
    unit_prices: Mapping[str, Decimal] = field(default_factory=dict)  # by currency, major units, before tax
    packs: tuple[Pack, ...] = ()
    companions: tuple[Companion, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """When an automatic purchase is due: fewer than `below` credits are left to spend. 1 is: all are used up (MK-16)."""

    below: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """How much one automatic purchase is: a fixed quantity of `credits`, or as many as fill the account `up_to` a number."""

    credits: int | None = None
    up_to: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AutoTopUp:
    """Automatic purchase (MK-16..23). On which plans: `Plan.auto_top_up_allowed`. `credits` is short for `amount: {credits}`."""

    credits: int | None = None  # of one unit of automatic purchase (MK-17)
    amount: Amount | None = None
    trigger: Trigger = field(default_factory=Trigger)
    surcharge_rate: Decimal = Decimal(0)  # on top of the price by hand (MK-23)
    while_charging: Literal["advance", "wait"] = "advance"
    on_failure: Literal["pause", "stop"] = "pause"  # MK-26: work pauses until the payment method is updated

    @property
    def up_to(self) -> int | None:
        """The number that a purchase fills the account up to; None where every unit has the same size."""
        return self.amount.up_to if self.amount else None

    def unit(self, step: int) -> int:
        """The credits of one unit, in which purchases are counted: the fixed quantity, or the smallest that is sold (`step`)."""
        fixed = self.credits if self.amount is None else self.amount.credits
        return fixed if fixed is not None else step

    def cap(self, plan: Plan, step: int = 1) -> int:
        """How many units a credit period may buy: never more credits than the plan has (MK-19, X-05)."""
        return plan.credits // self.unit(step) if plan.auto_top_up_allowed else 0
