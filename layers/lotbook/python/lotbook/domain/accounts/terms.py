"""What an account keeps about plans that were bought: the terms that were paid for, and changes of plan still under way."""

from __future__ import annotations

from typing import Literal

from lotbook.domain.values.light_dataclasses import dataclass

PlanBilling = Literal["none", "external", "stripe"]


@dataclass(frozen=True, slots=True)
class PlanStanding:
    """What decides an account's periods: its plan, since when and until when, and the purchase that gave it.

    `ends_at` is the end of a term that was bought here; None for plans that do not end by themselves. `renews`: it is billed
    through the gateway again and again, so its periods are the gateway's, in UTC (X-19). `policy_version`: the one that its
    plan is read from (X-33); 0 is the newest.
    """

    plan_id: str
    anchor: int
    billing: PlanBilling
    ends_at: int | None = None
    purchase_id: str | None = None
    renews: bool = False
    policy_version: int = 0


@dataclass(frozen=True, slots=True)
class Term:
    """A plan that was bought for a time, `[at, ends_at)`. Of several the one that was paid last counts (X-30).

    `is_ended`: all its money went back; `step` is the step of the purchase's reversal that said so, or took it back.
    `cycle`: the anchor of the account's own periods, those that go on when no bought plan counts any more. `carries`: what
    is left of the plan before it goes on with it; `carries_paid`: only if that plan was paid for (X-21). `is_twice`: the same plan was paid before and runs; its money goes back.
    `renews`: it has no end until somebody or something ends it, and `ends_at` is FAR_FUTURE until then; its plan is read from
    `policy_version` (X-33).
    """

    purchase_id: str
    plan_id: str
    at: int
    ends_at: int
    is_ended: bool = False
    step: int = 0
    cycle: int | None = None
    paid_at: int | None = None
    carries: bool = False
    is_twice: bool = False
    renews: bool = False
    policy_version: int = 0
    carries_paid: bool = False

    @property
    def order(self) -> tuple[int, str]:
        """Later payments count before earlier ones: the same whoever settles first (X-30)."""
        return self.at if self.paid_at is None else self.paid_at, self.purchase_id


@dataclass(frozen=True, slots=True)
class TermMoney:
    """All the money of a purchase's term is `gone`, or it is back; the higher `step` was seen later."""

    purchase_id: str
    step: int
    gone: bool


@dataclass(frozen=True, slots=True)
class Move:
    """A change of plan whose old lots are still to be taken. `number` names its orders in the books.

    `carries`: what is left of the old plan's credits goes on with the new plan (GC-07); else it is forfeit (IS-56).
    `undoes`: the old plan's money has gone back, so what was burned of its present period is owed (D13).
    `is_late`: we heard of two payments in the wrong order. A plan that the younger one has replaced never began, and its
    credits only go on; or, with `undoes`, the younger one was the same plan and goes back, and what it had been given stays.
    """

    number: int
    at: int
    was: PlanStanding
    became: PlanStanding
    carries: bool
    undoes: bool = False
    is_late: bool = False

    @property
    def claim(self) -> str:
        """Names what the move takes of lots, and what it gives back: each once."""
        return f"plan{self.number}"


def number_of(claim: str) -> int:
    """The number of the move that a claim names. Raises ValueError for other claims."""
    return int(claim.removeprefix("plan"))
