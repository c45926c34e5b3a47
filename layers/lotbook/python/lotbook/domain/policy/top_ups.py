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
class AutoTopUp:
    """Automatic purchase (MK-16..23). On which plans: `Plan.auto_top_up_allowed`."""

    credits: int  # of one unit of automatic purchase (MK-17)
    surcharge_rate: Decimal = Decimal(0)  # on top of the price by hand (MK-23)
    while_charging: Literal["advance", "wait"] = "advance"
    on_failure: Literal["pause", "stop"] = "pause"  # MK-26: work pauses until the payment method is updated

    def cap(self, plan: Plan) -> int:
        """How many units a credit period may buy: never more credits than the plan has (MK-19, X-05)."""
        return plan.credits // self.credits if plan.auto_top_up_allowed else 0
