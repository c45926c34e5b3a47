"""How an account uses its credits, as figures for advice. Pure: who reads them says which are known."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from lotbook.domain.accounts.periods import lots_of_period
from lotbook.domain.accounts.validity import credit_period
from lotbook.domain.values import instants
from lotbook.domain.values.light_dataclasses import dataclass

if TYPE_CHECKING:
    from lotbook.domain.accounts.account import Account
    from lotbook.domain.credits.ledger import Entry
    from lotbook.domain.policy.document import Policy


OBSERVED_PART = 4


@dataclass(frozen=True, slots=True)
class PeriodUse:
    """The present credit period: `used` of the `available` and of what was there, whatever it was burned from.

    `allowance_left` is what is left of the period's own free and plan credits.
    """

    start: int
    end: int
    used: int
    available: int
    allowance_left: int

    def expected(self, now: int) -> int:
        """What will be needed from now to the end of the period, if it goes on as it did, rounded up.

        Before a quarter of the period is over, what was used counts as a quarter's use: one busy hour is no habit.
        """
        elapsed = max(1, now - self.start, (self.end - self.start) // OBSERVED_PART)
        return -(-self.used * max(0, self.end - now) // elapsed)


@dataclass(frozen=True, slots=True)
class KnownUsage:
    """What is known. `allowance`: free and plan credits of one period. None or empty: not asked for, or not known.

    `past`: how much of its allowance each complete period on the present plan burned, the latest last. `top_ups`: those
    paid for in the present period.
    """

    allowance: int
    past: tuple[int, ...] = ()
    present: PeriodUse | None = None
    top_ups: int = 0


def allowance_of(policy: Policy, account: Account) -> int:
    """Free and plan credits of one credit period."""
    return policy.plan(account.plan_id).credits + policy.free_credits


def past_periods(policy: Policy, account: Account, now: int, count: int) -> list[int]:
    """The starts of at most `count` complete credit periods on the present plan, the latest last."""
    plan, anchor = policy.plan(account.plan_id), instants.cut_to_second(account.anchor)
    start = credit_period(plan, account, now)[0]
    found: list[int] = []
    for _ in range(count):
        if start <= anchor:
            break
        start = credit_period(plan, account, start - 1)[0]
        found.append(start)
    return found[::-1]


def allowance_lots(policy: Policy, account: Account, start: int) -> tuple[str, ...]:
    """The ids of the lots that the period starting at `start` was given."""
    return tuple(lot.lot_id for lot in lots_of_period(policy, account, start).lots)


def burned(entries: Iterable[Entry]) -> int:
    """What was burned of a dead lot, from everything journaled about it: all of it but what expired or is taken back."""
    burned = 0
    for entry in entries:
        match entry.kind:
            case "granted" if entry.lot is not None:
                burned += entry.lot.credits
            case "expired":
                burned += entry.credits
            case "clawed_back":
                burned -= entry.removed
            case "adjusted":
                burned += entry.credits - entry.paid
    return max(0, burned)


def burned_since(entries: Iterable[Entry], start: int) -> int:
    """What these entries burned from `start` on, from any lot."""
    return sum(-entry.credits for entry in entries if entry.kind in ("consumed", "captured") and entry.at >= start)
