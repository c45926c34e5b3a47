"""How far a purchase's lots have followed the money that went back, as it is kept in the purchase."""

from __future__ import annotations

from typing import Literal

from lotbook.domain.values.light_dataclasses import dataclass

DisputeState = Literal["open", "won", "lost"]
OwnRefundState = Literal["reserving", "reserved", "made", "failed"]


@dataclass(frozen=True, slots=True)
class Reversal:
    """What was taken of each lot, and why. `step` counts the changes and names their orders in the books.

    `clawed`: (unit, credits) of every lot of the purchase; what is absent is 0. `refunded_minor` is what the gateway gave
    back by refunds, disputes aside.
    """

    step: int = 0
    clawed: tuple[tuple[str, int], ...] = ()
    is_frozen: bool = False
    refunded_minor: int = 0
    dispute_id: str | None = None
    dispute_state: DisputeState | None = None
    ends_plan: bool = False  # all the money of the plan that was bought has gone back
    plan_minor: int = 0  # of a plan that renews: what has gone back of the period's money, by refunds and lost disputes

    def clawed_of(self, unit: str) -> int:
        """Credits taken of the lot of that unit."""
        return dict(self.clawed).get(unit, 0)

    @property
    def claim(self) -> str:
        """Names this step's orders: each takes effect once, whoever repeats the step."""
        return f"money{self.step}"


NOTHING_REVERSED = Reversal()


@dataclass(frozen=True, slots=True)
class MoneyBack:
    """When we heard that money of a purchase has gone back, or come again, and what had gone in all by then, tax included."""

    at: int
    total_minor: int


@dataclass(frozen=True, slots=True)
class OwnRefund:
    """One refund that was asked for through the product: unused credits first, then their money.

    `reserving`: credits are being taken; `reserved`: taken, the gateway is to send the money; `made`: the gateway has it;
    `failed`: no money goes back, and the credits are given up again. `key` is the fingerprint of the idempotency key.
    `is_whole`: nobody asked for it, the same plan was paid twice; all the money goes first, and the credits follow it.
    """

    number: int  # 1 is the purchase's first
    key: str
    at: int
    actor: str
    state: OwnRefundState = "reserving"
    credits: int = 0  # of the bought unit
    amount_minor: int = 0
    refund: str | None = None  # the gateway's id, once it was made
    is_whole: bool = False

    @property
    def claim(self) -> str:
        """Names the claw-back that reserves the credits."""
        return f"refund{self.number}"

    @property
    def holds_credits(self) -> bool:
        """Whether credits are gone for it."""
        return self.state in ("reserved", "made") and not self.is_whole
