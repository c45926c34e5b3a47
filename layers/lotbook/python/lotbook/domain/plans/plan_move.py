"""What an order of a plan that renews does to what the account has: frozen with the order, so that every attempt does the same."""

from __future__ import annotations

from dataclasses import dataclass

from lotbook.domain.plans.changes import ChangeKind, PlanCredits, PurchasedCredits


@dataclass(frozen=True, slots=True)
class Taken:
    """Credits of one lot that a change of plan takes, frozen with the order (MK-40)."""

    unit: str
    lot_id: str
    credits: int


@dataclass(frozen=True, slots=True)
class PlanMove:
    """The change of plan of an order.

    `subscription` and `item` are those that it changes; None where it makes one. `plan_credits`: what becomes of what is left
    of the old plan's at the settlement. `converted` are the very credits that became `discount_minor` and the companions that
    followed them, taken at the settlement whether or not they were burned since; what it does not name of the old lots stays
    (X-20). `converted_credits` are those of the first unit, with those of months still to come (X-22).
    `carried_to_come`: credits of months that were paid for and will not come, and were not converted: they are carried.
    """

    kind: ChangeKind
    subscription: str | None = None
    item: str | None = None
    plan_credits: PlanCredits = "forfeit"
    purchased_credits: PurchasedCredits = "keep"
    converted: tuple[Taken, ...] = ()
    converted_credits: int = 0
    discount_minor: int = 0
    carried_to_come: int = 0
    tax_rate: str | None = None  # the gateway's name
    card: str | None = None  # the gateway's name of the card on file that is charged for it; None: a page asks for one
