"""Unused credits that go on with the new plan (GC-07, X-11; MK-41, X-22, X-23, X-24). What is left is what the caller says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lotbook.domain.credits.lots import LotKind
from lotbook.domain.plans.changes import ChangeOfPlan
from lotbook.domain.plans.unused import UnusedLot, companions_of_lot, in_burn_order


@dataclass(frozen=True, slots=True)
class Carried:
    """Credits of the first unit by kind, those of months to come among the plan's, and companions as (unit, credits)."""

    plan: int
    purchased: int
    companions: tuple[tuple[str, int], ...] = ()


def carried(lots: Sequence[UnusedLot], change: ChangeOfPlan, unit: str, to_come: int = 0) -> Carried:
    """What a change of plan carries over; nothing that is held or frozen. `to_come`: of months that were paid for (X-22)."""
    kinds: list[LotKind] = ["plan"] if change.plan_credits == "carry" else []
    kinds += ["purchased"] if change.purchased_credits == "carry" else []
    going = in_burn_order(lots, unit, kinds)
    companions: dict[str, int] = {}
    for lot in going if change.companions == "follow" else ():
        for each in companions_of_lot(lots, lot):
            companions[each.unit] = companions.get(each.unit, 0) + each.credits
    counts_to_come = "plan" in kinds and change.unused_of == "billing_period"
    return Carried(
        plan=sum(lot.credits for lot in going if lot.kind == "plan") + (to_come if counts_to_come else 0),
        purchased=sum(lot.credits for lot in going if lot.kind == "purchased"),
        companions=tuple((name, credits) for name, credits in companions.items() if credits),
    )
