"""The smaller parts of a policy: money and tax, consent and refunds, pages and mails, advice, costs. Frozen data.

The text under a field is its description in the JSON Schema that editors read (`GET /v1/policy-schema.json`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Currencies:
    """The currency follows from the account's region, nobody chooses it (NP-17)."""

    default: str
    """ISO 4217, in lower case: the currency of every region that is not named."""
    by_region: Mapping[str, str] = field(default_factory=dict)
    """Another currency for a region: ISO 3166 in capitals (in quotes where YAML reads something else, `"NO"`) to ISO 4217."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxRule:
    """A tax on the rounded subtotal (NP-18, NP-49, X-16). None matches everything; the first rule that matches counts."""

    name: str
    """As it stands on quotes and invoices."""
    rate: Decimal
    """A decimal in quotes: `"0.18"` is 18 %."""
    region: str | None = None
    """Only for this region, ISO 3166 in capitals; None: for all."""
    currency: str | None = None
    """Only in this currency, ISO 4217 in lower case; None: in all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentRule:
    """Which gateway takes the money, and what its button says (NP-22, X-13). The first rule that matches counts."""

    label: str
    """The text of the button."""
    gateway: Literal["stripe"] = "stripe"
    """Who takes the money."""
    region: str | None = None
    """Only for this region, ISO 3166 in capitals; None: for all."""
    currency: str | None = None
    """Only in this currency, ISO 4217 in lower case; None: in all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """What the buyer accepts anew for every purchase (NP-20, NP-21)."""

    version: str
    """The version of the text that is accepted: another one has to be accepted anew."""
    url: str
    """Where the text is, https."""
    kind: Literal["refund_policy"] = "refund_policy"
    """What is accepted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refunds:
    """Whether the product's own refund call gives money back for unused credits (IS-27, NP-32, MK-42, X-18, X-31).

    `case_by_case`: the seller decides, so only a service key may call it; `unused`: buyers may, within so many days.
    """

    refundable: Literal["never", "case_by_case", "unused"] = "never"
    """What the product's own refund call does. `case_by_case`: only a service key may call it. `unused`: buyers are
    paid back for unused credits."""
    within_days: int | None = None
    """For buyers: so many days of 24 hours from the payment; None: at any time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoices:
    """`required`: an invoice waits until the buyer has filled in billing details (NP-46)."""

    billing_details: Literal["optional", "required"] = "optional"
    """`required`: an invoice waits until the buyer has filled in billing details (NP-46)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckoutFlow:
    """How the billing page leads to a payment. `plan_step`: by way of choosing a plan first (NP-07, NP-08)."""

    plan_step: bool = False
    """Whether the billing page asks for the plan before the credits (NP-07, NP-08)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Support:
    """Whom to ask when a checkout goes wrong (DF-07)."""

    email: str
    """Shown when a checkout goes wrong (DF-07)."""
    url: str | None = None
    """A page that is shown beside it, https."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alerts:
    """When the holder hears about it before it hurts."""

    purchased_used_percent: tuple[int, ...] = ()
    """The holder hears when so much of the purchased credits is used: `[75, 90]` (MK-44)."""
    term_ends_within_days: int | None = None
    """From so many days before a plan ends the account says so, and an event does (NP-53)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventSize:
    """For a need up to `up_to` credits, buy `credits` (NP-15)."""

    up_to: int
    """For a need of up to so many credits ..."""
    credits: int
    """... buy so many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AdviceRules:
    """Figures of the advice that the product gives; None or empty: it does not give that advice."""

    buffer_percent: int | None = None
    """Advise to buy so much more than is needed (NP-03)."""
    sizes: tuple[EventSize, ...] = ()
    """What to buy for which need, ascending (NP-15)."""
    beyond_sizes_plan_id: str | None = None
    """Past the last size, look at this plan (NP-15)."""
    steady_use_percent: int | None = None
    """Advise a plan to whoever used at least so much of the plan's credits ... (IS-19)"""
    steady_periods: int = 3
    """... in so many credit periods in a row."""
    occasional_periods: int = 2
    """A need for at most so many periods is occasional (IS-13)."""
    bridge_days: int | None = None
    """So near the reset, buy only what bridges it (IS-14)."""
    frequent_purchases: int | None = None
    """So many top-ups in a credit period are too many (DF-06)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one action burns: `flat` + the sum of rate x quantity, rounded once (NP-58, DF-24..27)."""

    action: str
    """The name by which burns say it in `usage`."""
    flat: Decimal = Decimal(0)
    """Credits for the action itself, a decimal in quotes."""
    rates: Mapping[str, Decimal] = field(default_factory=dict)
    """Credits for one of each thing that is counted, decimals in quotes: `{minutes: "0.1"}`."""
    rounding: Literal["half_up", "up", "down"] = "half_up"
    """How the sum becomes a whole number, once."""
    min: int = 0
    """The least, where it costs anything at all (DF-26)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumption:
    """A value that the vendor's page does not give."""

    path: str
    """The place of the value; plans and packs may be named by id: `plans.core-10k.credits`."""
    why: str
    """Why it is so."""
