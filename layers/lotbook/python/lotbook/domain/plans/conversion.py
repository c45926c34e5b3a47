"""Unused credits as money off the new plan's price, exact to the minor unit (MK-40, X-20 to X-22, X-24).

Pure. Values are exact fractions until the one rounding, half up. What is shown is what counts: one credit is worth the price
that is shown for it (`credit_price`), not the fraction behind it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from lotbook.domain.credits.lots import LotKind
from lotbook.domain.plans.changes import ChangeOfPlan
from lotbook.domain.plans.plan_move import Taken
from lotbook.domain.plans.unused import UnusedLot, companions_of_lot, in_burn_order
from lotbook.domain.policy.plans import CompanionRule, Convert
from lotbook.domain.values.money import in_minor, rounded_minor


@dataclass(frozen=True, slots=True, kw_only=True)
class Unused:
    """What is not used. `to_come`: plan lots of months that were paid for and will not come (X-22).

    `price`: what the present plan asks for one credit, in major units.
    """

    unit: str  # the first one: only its credits have a price
    lots: tuple[UnusedLot, ...]
    price: Decimal
    to_come: tuple[UnusedLot, ...] = ()


@dataclass(frozen=True, slots=True)
class Bill:
    """What the discount is off. `least_minor`: the least that can be charged where anything is due; 0 where all can be."""

    price_minor: int
    least_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class DiscountPart:
    """Credits of one price. `amount_minor` is not negative; the parts add up to the discount."""

    credits: int
    price: Decimal
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Conversion:
    """`taken`: credits of lots, those to come and companions too. `credits`: those of the first unit that became money.

    `left_to_come`: of the lots to come, what the price did not need; they are never made, so it is to be carried.
    """

    taken: tuple[Taken, ...]
    credits: int
    discount_minor: int
    parts: tuple[DiscountPart, ...]
    left_to_come: tuple[Taken, ...]


@dataclass(frozen=True, slots=True)
class _Piece:
    """One lot and what one credit of it is worth."""

    lot: UnusedLot
    price: Decimal

    @property
    def credits(self) -> int:
        """All that is unused of it."""
        return self.lot.credits


def convert(unused: Unused, change: ChangeOfPlan, rule: Convert, bill: Bill) -> Conversion:
    """As many credits as the new price needs become money, in burn order; the others stay, or are forfeit (X-20).

    Nothing or at least the least amount is left to pay. Where all credits are worth less than the price all of them are
    converted, also where that rounds to nothing (W6).
    """
    pieces = _pieces(unused, change, rule)
    needed, discount_minor = _needed(pieces, bill)
    goes = needed if rule.rest == "keep" else [piece.credits for piece in pieces]
    lots = [(piece.lot, count) for piece, count in zip(pieces, goes, strict=True)]
    gone = {lot.lot_id: count for lot, count in lots}
    left = ((lot, lot.credits - gone.get(lot.lot_id, 0)) for lot in unused.to_come)
    return Conversion(
        taken=tuple(
            each for lot, count in lots if count for each in _taken(unused.lots, lot, count, change.companions)
        ),
        credits=sum(needed),
        discount_minor=discount_minor,
        parts=_parts(pieces, needed, discount_minor, bill.currency),
        left_to_come=tuple(Taken(lot.unit, lot.lot_id, count) for lot, count in left if count),
    )


def follows(rule: CompanionRule, companions: int, going: int, lot_credits: int) -> int:
    """How many companion credits go with `going` of a lot's credits: in proportion, so that what stays is cut down (X-24)."""
    if rule == "keep" or not going:
        return 0
    return companions if rule == "end" else companions - companions * (lot_credits - going) // lot_credits


def _pieces(unused: Unused, change: ChangeOfPlan, rule: Convert) -> list[_Piece]:
    kinds: list[LotKind] = ["plan"] if change.plan_credits == "convert" else []
    kinds += ["purchased"] if change.purchased_credits == "convert" else []
    lots = in_burn_order((*unused.lots, *unused.to_come), unused.unit, kinds)
    return [_Piece(lot, _worth(lot, unused.price, rule)) for lot in lots]


def _worth(lot: UnusedLot, price: Decimal, rule: Convert) -> Decimal:
    if rule.price == "plan" or lot.kind != "purchased" or lot.paid_each is None:
        return price
    return min(price, lot.paid_each)


def _needed(pieces: Sequence[_Piece], bill: Bill) -> tuple[list[int], int]:
    """How many credits of each piece are converted, and for how much."""
    all_of_them = [piece.credits for piece in pieces]
    target = rounded_minor(_value(pieces, all_of_them, bill.currency), bill.currency)
    due = bill.price_minor - target
    if due >= bill.least_minor:
        return all_of_them, target
    # All of it, or all but the least amount: the first where the credits are worth as much.
    target = bill.price_minor if due <= 0 else bill.price_minor - bill.least_minor
    counts = _within(pieces, target, bill.currency)
    if rounded_minor(_value(pieces, counts, bill.currency), bill.currency) < target:
        counts = _one_more(counts, all_of_them)
    return counts, target


def _within(pieces: Sequence[_Piece], target: int, currency: str) -> list[int]:
    """The most credits whose exact value is not above the target."""
    counts, rest = list[int](), Fraction(target)
    for piece in pieces:
        each = in_minor(piece.price, currency)
        count = min(piece.credits, int(rest // each) if each else piece.credits) if rest > 0 else 0
        counts.append(count)
        rest = rest - count * each if count == piece.credits else Fraction(0)
    return counts


def _one_more(counts: list[int], all_of_them: list[int]) -> list[int]:
    """One credit more, the next in order: for prices so high that whole credits do not meet the amount."""
    place = next(place for place, count in enumerate(counts) if count < all_of_them[place])
    return [*counts[:place], counts[place] + 1, *counts[place + 1 :]]


def _value(pieces: Iterable[_Piece], counts: Iterable[int], currency: str) -> Fraction:
    return sum(
        (count * in_minor(piece.price, currency) for piece, count in zip(pieces, counts, strict=True)), Fraction(0)
    )


def _parts(
    pieces: Sequence[_Piece], counts: Sequence[int], total_minor: int, currency: str
) -> tuple[DiscountPart, ...]:
    """By price, so that they add up: each is what the sum so far rounds to, less what the sum before it did."""
    by_price: dict[Decimal, int] = {}
    for piece, count in zip(pieces, counts, strict=True):
        by_price[piece.price] = by_price.get(piece.price, 0) + count
    parts, exact, told = list[DiscountPart](), Fraction(0), 0
    for price, credits in by_price.items():
        exact += credits * in_minor(price, currency)
        is_last = price == next(reversed(by_price))
        upto = total_minor if is_last else min(rounded_minor(exact, currency), total_minor)
        parts.append(DiscountPart(credits, price, upto - told))
        told = upto
    return tuple(part for part in parts if part.credits)


def _taken(lots: Iterable[UnusedLot], lot: UnusedLot, count: int, rule: CompanionRule) -> tuple[Taken, ...]:
    others = (
        Taken(each.unit, each.lot_id, follows(rule, each.credits, count, lot.credits))
        for each in companions_of_lot(lots, lot)
    )
    return Taken(lot.unit, lot.lot_id, count), *(each for each in others if each.credits)
