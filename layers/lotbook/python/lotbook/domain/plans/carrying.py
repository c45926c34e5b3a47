"""Unused credits that go on with the new plan (GC-07, X-11; MK-41, X-22, X-23, X-24). What is left is what the caller says."""

from __future__ import annotations

from collections.abc import Sequence

from lotbook.domain.plans.changes import ChangeOfPlan
from lotbook.domain.plans.unused import UnusedLot, companions_of_lot, in_burn_order
from lotbook.domain.values.light_dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Carried:
    """Credits of the first unit by kind, those of months to come among the plan's, and companions as (unit, credits)."""

    plan: int
    purchased: int
    companions: tuple[tuple[str, int], ...] = ()


def bought_and_companions(lots: Sequence[UnusedLot], change: ChangeOfPlan, unit: str) -> tuple[UnusedLot, ...]:
    """Bought lots of the first unit that go on with the new plan, each followed by the companions that go with it."""
    if change.purchased_credits != "carry":
        return ()
    going = in_burn_order(lots, unit, ["purchased"])
    follow = change.companions == "follow"
    return tuple(
        each for lot in going for each in (lot, *(companions_of_lot(lots, lot) if follow else ())) if each.credits
    )


def carried(lots: Sequence[UnusedLot], change: ChangeOfPlan, unit: str, to_come: int = 0) -> Carried:
    """What a change of plan carries over; nothing that is held or frozen. `to_come`: of months that were paid for (X-22)."""
    bought = bought_and_companions(lots, change, unit)
    companions: dict[str, int] = {}
    for each in bought:
        if each.unit != unit:
            companions[each.unit] = companions.get(each.unit, 0) + each.credits
    of_plan = 0
    if change.plan_credits == "carry":
        of_plan = sum(lot.credits for lot in in_burn_order(lots, unit, ["plan"]))
        of_plan += to_come if change.unused_of == "billing_period" else 0
    purchased = sum(lot.credits for lot in bought if lot.unit == unit)
    return Carried(of_plan, purchased, tuple(companions.items()))
