"""What an order of a plan that renews does to what the account has: frozen with the order, so that every attempt does the same."""

from __future__ import annotations

from lotbook.domain.plans.changes import ChangeKind, PlanCredits, PurchasedCredits
from lotbook.domain.values import ids
from lotbook.domain.values.light_dataclasses import dataclass

# Reasons in the ledger.
CONVERTED = "converted"  # of what became money off the new plan's price
PLAN_CHANGE = "plan_change"  # of what a change of plan took of a lot, or gave back
CARRIED_BOUGHT = "bought credits carried over"  # of a lot in which bought credits go on


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
    (X-20). `converted_credits` are those of the first unit. `carried`: bought lots and their companions that go on with the
    new plan, and what is left of plans before the old one, with what was left of them when the order was made; what goes on is
    what is left at the settlement (X-23).

    Lots of months that were paid for and will not come (X-22) are there, too: in `converted` for what became money of them, in
    `to_come` for what is carried. One that has begun before the settlement is a lot like any; the others are never made.
    """

    kind: ChangeKind
    subscription: str | None = None
    item: str | None = None
    plan_credits: PlanCredits = "forfeit"
    purchased_credits: PurchasedCredits = "keep"
    converted: tuple[Taken, ...] = ()
    converted_credits: int = 0
    discount_minor: int = 0
    to_come: tuple[Taken, ...] = ()
    tax_rate: str | None = None  # the gateway's name
    carried: tuple[Taken, ...] = ()
    card: str | None = None  # the gateway's name of the card on file that is charged for it; None: a page asks for one

    def converted_at(self, at: int) -> tuple[Taken, ...]:
        """What is to be taken of lots that are there when the change takes effect."""
        return tuple(each for each in self.converted if _has_begun(each, at))

    def carried_to_come(self, at: int) -> int:
        """What a change that takes effect at `at` carries of months that have not begun by then."""
        return sum(each.credits for each in self.to_come if not _has_begun(each, at))


def onward_lot_id(purchase_id: str, lot_id: str) -> str:
    """The lot in which a bought one goes on with the plan that this purchase brought; the same on every attempt.

    It sorts as the bought one did: all that go on are granted at one instant, and burn in the order in which they would have.
    """
    return ids.derived("lot", ids.time_of(lot_id) or 0, purchase_id, lot_id, "carried")


def _has_begun(taken: Taken, at: int) -> bool:
    """A lot's id has the instant from which it exists."""
    return (ids.time_of(taken.lot_id) or 0) <= at
