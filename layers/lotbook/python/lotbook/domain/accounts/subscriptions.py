"""A plan that renews: what an account keeps of its subscription at the gateway, and of the periods that were decided.

The record says what is known, never what a clock makes of it: which periods were paid for, which never will be, whose payment
failed so far, and what the buyer has asked for. What follows from that at an instant is worked out anew by whoever asks.
"""

from __future__ import annotations

from typing import Literal

from lotbook.domain.values.light_dataclasses import dataclass

PeriodState = Literal["paid", "void"]

MAX_PERIODS_KEPT = 14  # decided ones, a year of months and two: older ones are in the purchases


@dataclass(frozen=True, slots=True)
class BillingPeriod:
    """A billing period `[start, end)` of the plan that is decided. `void`: no payment is expected for it any more.

    A payment that comes all the same makes it `paid` (4.6 of the design: it is restored, not lost). `is_followed`: its lots
    are as its state says; False is left behind by a crash, and whoever comes next goes on with it.
    """

    start: int
    end: int
    plan_id: str
    state: PeriodState
    purchase_id: str  # its row
    invoice: str | None = None
    is_followed: bool = True
    anchor: int = 0
    policy_version: int = 0
    gone_minor: int = 0  # of the period's money, what has gone back so far; of `charged_minor`
    charged_minor: int = 0
    disputed_at: int | None = (
        None  # since then; what it brought is frozen, and months that begin meanwhile bring nothing
    )

    def brings(self, start: int) -> bool:
        """Whether its credit month that begins then has credits."""
        return self.disputed_at is None or start <= self.disputed_at

    def kept(self, credits: int) -> int:
        """What credits that come after money went back come to: without the share of what is gone (X-28)."""
        return credits - credits * self.gone_minor // self.charged_minor if self.charged_minor else credits


@dataclass(frozen=True, slots=True)
class NextPlan:
    """The plan from `at` on, the end of the running billing period: a change that waits (IS-58). `change` is its purchase.

    `months`: of its billing period, where that is another one than now: its periods are counted from `at` then. 0: the same.
    """

    plan_id: str
    at: int
    policy_version: int
    price: str
    price_minor: int
    change: str
    months: int = 0


@dataclass(frozen=True, slots=True)
class Subscription:
    """The subscription that pays for the account's plan, by the gateway's names. Instants are milliseconds, whole seconds.

    Billing periods are whole months or years from `anchor`, counted in UTC (X-19). Price, credits, interval and rules of the
    plan are those of `policy_version` until the plan changes (X-33); `price_minor` is one interval's, before tax.
    """

    subscription: str
    item: str
    plan_id: str
    policy_version: int
    price: str
    price_minor: int
    anchor: int
    purchase_id: str  # the purchase that the plan came with
    periods: tuple[BillingPeriod, ...] = ()  # decided ones, the earliest first
    failed_start: int | None = None  # the start of the period whose payment has failed so far
    failed_at: int | None = None
    cancel_at: int | None = None  # the buyer has cancelled, here or at the gateway's own portal
    next_plan: NextPlan | None = None
    change: str | None = None  # the purchase of a change of plan that is under way
    card: str | None = None  # the one that the gateway was told to charge
    former_anchor: int = 0  # of the plan before this one, where it waited for its period's end and counts anew; else 0
    ended_at: int | None = None  # since then it pays for nothing; what the gateway still has of it is to be ended

    def period(self, start: int, plan_id: str) -> BillingPeriod | None:
        """What was decided of that plan's period; None while nothing is."""
        found = (each for each in self.periods if (each.start, each.plan_id) == (start, plan_id))
        return next(found, None)

    def anchor_of(self, start: int) -> int:
        """The anchor that the period which began then is counted from: of this plan, or of the one before."""
        return self.former_anchor if self.former_anchor and start < self.anchor else self.anchor

    def has_waited_for(self, start: int) -> bool:
        """Whether the period that begins then is the first of a plan that waited for it, with periods of its own."""
        return self.former_anchor != 0 and start == self.anchor

    @property
    def unfollowed(self) -> tuple[BillingPeriod, ...]:
        """Decided periods whose lots are still to be brought along."""
        return tuple(each for each in self.periods if not each.is_followed)
