"""What a burn and a check answer, as in `shapes.py`."""

from __future__ import annotations

from typing import Annotated, Literal, TypedDict

Instant = Annotated[str, "date-time"]


class Draw(TypedDict):
    """What one operation took from, or gave to, one lot."""

    lot_id: str
    credits: int


class Consumed(TypedDict):
    """A burn."""

    entry_id: str
    credits: int
    draws: list[Draw]
    available: int
    at: Instant


class CheckedDraw(TypedDict):
    """What a consume would take from one lot; null for a lot that an automatic purchase would bring, which does not exist yet."""

    lot_id: str | None
    credits: int


class Checked(TypedDict):
    """What a consume would answer now. `reason`: the code of its refusal; `available`: what can be spent before it."""

    allowed: bool
    requested: int
    available: int
    reason: Literal["insufficient_credits", "top_up_pending", "account_paused", "account_closed"] | None
    pause_reason: str | None
    draws: list[CheckedDraw]
