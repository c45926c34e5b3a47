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
    """Its id: letters, digits, `_` and `-`, at most 64."""
    credits: int
    """How many."""
    prices_minor: Mapping[str, int]
    """What it costs before tax, by currency, in the currency's minor unit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Companion:
    """Credits of another unit that come with each credit bought, with the same validity (MK-05, X-04)."""

    unit: str
    """Another unit of the policy."""
    per_credit: Decimal
    """So much of it with each credit, a decimal in quotes; the grant is cut to a whole number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TopUp:
    """What an account may buy by hand. Quantities are integers; `max` None is no maximum (IS-29)."""

    mode: Literal["quantity", "packs", "none"]
    """`quantity`: any number by the rule. `packs`: these and no other. `none`: nothing is bought by hand (DF-03, NP-61)."""
    validity: Validity = field(default_factory=lambda: Validity(rule="never"))
    """How long bought credits live (IS-02, MK-01, NP-04, GC-04)."""
    min: int = 1
    """The least that is sold at once (IS-28, MK-11, NP-02)."""
    max: int | None = None
    """The most; None: no maximum (IS-29)."""
    step: int = 1
    """Quantities are multiples of it (MK-11, X-15)."""
    pricing: Literal["fixed", "plan"] = "fixed"
    """`fixed`: `unit_prices`. `plan`: the plan's price by its credits (MK-12, MK-13)."""
    unit_prices: Mapping[str, Decimal] = field(default_factory=dict)
    """With `fixed`: what one credit costs before tax, by currency, a decimal of the major unit in quotes: `{usd: "0.10"}`."""
    packs: tuple[Pack, ...] = ()
    """With `packs`, in the order in which they are shown."""
    companions: tuple[Companion, ...] = ()
    """Credits of other units that come with each credit that is bought (MK-05, X-04)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """When an automatic purchase is due: fewer than `below` credits are left to spend. 1 is: all are used up (MK-16)."""

    below: int = 1
    """A purchase is due when fewer credits than this are left to spend; 1 is: all are used up (MK-16)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """How much one automatic purchase is: a fixed quantity of `credits`, or as many as fill the account `up_to` a number."""

    credits: int | None = None
    """A fixed quantity, or ..."""
    up_to: int | None = None
    """... as many as fill the account up to this number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AutoTopUp:
    """Automatic purchase (MK-16..23). On which plans: `Plan.auto_top_up_allowed`. `credits` is short for `amount:
    {credits}`."""

    credits: int | None = None
    """One automatic purchase, short for `amount: {credits}` (MK-17)."""
    amount: Amount | None = None
    """How much one purchase is, instead of `credits` (X-05)."""
    trigger: Trigger = field(default_factory=Trigger)
    """When a purchase is due; it always is when a burn cannot be covered (MK-16, X-06)."""
    surcharge_rate: Decimal = Decimal(0)
    """On top of the price by hand, a line of its own: `"0.30"` is 30 % (MK-23)."""
    while_charging: Literal["advance", "wait"] = "advance"
    """`advance`: the credits can be spent while the charge is under way. `wait`: burns answer 402 with `Retry-After`
    (MK-30, X-08)."""
    on_failure: Literal["pause", "stop"] = "pause"
    """A failed charge pauses the account, or only stops automatic purchase (MK-26)."""

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
