"""What was paid for credits: each purchase as one or more paid lots, net of tax, and the money of it that went back.

The price of an order belongs to credits of the policy's first unit: those are what is sold. Companions of other units come with
them and have no price of their own (decision 167). A plan's price is spread over the lots of its credit periods, evenly.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from lotbook.domain.reports.months import MAX_MONTHS, month_of
from lotbook.domain.reports.tally import LotTally
from lotbook.domain.sales.items import PlanRenewalItem
from lotbook.domain.sales.purchase import Purchase
from lotbook.domain.sales.reversals import MoneyBack
from lotbook.domain.values import ids
from lotbook.domain.values.calendar import add_months
from lotbook.domain.values.instants import DAY
from lotbook.domain.values.light_dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Slot:
    """Credits that were paid for: a lot, or one that a plan's period is still to bring. `[begins, ends)` is a plan's period.

    `lot_id` is None while there is no such lot in the ledger.
    """

    name: str
    credits: int
    lot_id: str | None
    begins: int = 0
    ends: int | None = None


@dataclass(frozen=True, slots=True)
class Sale:
    """The part of a purchase that is for credits of one origin. `net_minor`: what they cost before tax, a discount taken off."""

    purchase: Purchase
    at: int
    kind: str  # of its lots: plan, purchased
    plan_id: str
    net_minor: int
    slots: tuple[Slot, ...]
    superseded: Superseded | None = None

    @property
    def name(self) -> str:
        """What credits that became money for it are said to have gone to."""
        return self.purchase.purchase_id


@dataclass(frozen=True, slots=True)
class Superseded:
    """Another plan was bought while this one's period ran: when, and the purchase that its coming months went to, if any."""

    at: int
    goes_to: str | None


@dataclass(frozen=True, slots=True)
class Books:
    """All that is known of an account: its sales, the earliest first, and lots by unit and id."""

    account_id: str
    sales: tuple[Sale, ...]
    lots: Mapping[str, LotTally] = field(default_factory=dict)


def shares(total: int, weights: Sequence[int]) -> list[int]:
    """The total in whole parts that sum up to it: each is the difference of rounded sums (decision 167).

    No part is negative where the total is not, and a part without weight is 0. Raises ZeroDivisionError for no weight at all.
    """
    parts, so_far, given, whole = list[int](), 0, 0, sum(weights)
    for weight in weights:
        so_far += weight
        until = part_of(total, so_far, whole)
        parts.append(until - given)
        given = until
    return parts


def part_of(total: int, numerator: int, denominator: int) -> int:
    """`total x numerator / denominator` in whole numbers, rounded half away from zero."""
    scaled = abs(2 * total * numerator) + abs(denominator)
    rounded = scaled // (2 * abs(denominator))
    return rounded if (total < 0) == (numerator < 0) else -rounded


def credits_net(purchase: Purchase) -> int:
    """What bought credits cost before tax, a surcharge included: it was paid for them."""
    return purchase.subtotal_minor if purchase.plan is None else purchase.credits_subtotal_minor


def plan_net(purchase: Purchase) -> int:
    """What a plan's own credits cost before tax; 0 where it brings none: then its price is for something else."""
    if purchase.plan is None or not purchase.plan.credits:
        return 0
    return purchase.subtotal_minor - (credits_net(purchase) if purchase.credits else 0)


def paid_for_credits(purchase: Purchase) -> int:
    """What of an order's net is for credits."""
    return (credits_net(purchase) if purchase.credits else 0) + plan_net(purchase)


def money_back(purchase: Purchase) -> tuple[MoneyBack, ...]:
    """Steps of what went back. Of purchases that were written before steps were kept, one, as far as it is known."""
    settled = purchase.settlement
    if purchase.money_back or not purchase.refunded_minor or settled is None:
        return purchase.money_back
    at = purchase.own_refunds[-1].at if purchase.own_refunds else settled.at
    return (MoneyBack(at, purchase.refunded_minor),)


def books_of(
    account_id: str, purchases: Iterable[Purchase], lots: Mapping[str, LotTally], steps: Mapping[str, int]
) -> Books:
    """`steps`: months of a credit period by the purchase of a plan, where it is not one month."""
    settled = sorted(
        (each for each in purchases if each.settlement is not None), key=lambda each: (_at(each), each.purchase_id)
    )
    taken = set[str]()
    sales = list[Sale]()
    for purchase in settled:
        if purchase.settlement and purchase.settlement.lot_id:
            lot_id = purchase.settlement.lot_id
            known = lot_id if lot_id in lots else None
            slots = (Slot(lot_id, purchase.credits, known),)
            net, plan_id = credits_net(purchase), purchase.plan_id
            sales.append(Sale(purchase, _at(purchase), "purchased", plan_id, net, slots))
        if purchase.plan is not None and purchase.plan.credits:
            found = _slots(account_id, purchase, lots, steps.get(purchase.purchase_id, 1), taken)
            net, after = plan_net(purchase), _superseded(purchase, settled)
            sales.append(Sale(purchase, _at(purchase), "plan", purchase.plan.plan_id, net, found, after))
    return Books(account_id, tuple(sales), lots)


def _at(purchase: Purchase) -> int:
    return purchase.settlement.at if purchase.settlement else 0


def period_of(purchase: Purchase) -> tuple[int, int]:
    """The billing period that a plan's purchase has paid for."""
    if purchase.period is not None or purchase.plan is None:
        return purchase.period or (0, 0)
    return _at(purchase), _at(purchase) + purchase.plan.term_days * DAY


def _slots(
    account_id: str, purchase: Purchase, lots: Mapping[str, LotTally], step: int, taken: set[str]
) -> tuple[Slot, ...]:
    """One for each credit period, with the lot that it brought. A lot that another purchase has is not this one's, too."""
    plan, (start, end) = purchase.plan, period_of(purchase)
    if plan is None:
        return ()
    begins = [start]
    while len(begins) < MAX_MONTHS and (following := add_months(start, step * len(begins))) < end:
        begins.append(following)
    near = DAY  # of the end of a month: a period that was counted from the 31st begins within a few days
    found = list[Slot]()
    for number, at in enumerate(begins):
        until = begins[number + 1] if number + 1 < len(begins) else end
        mine = [
            lot_id
            for lot_id, lot in lots.items()
            if lot.kind == "plan"
            and lot_id not in taken
            and lot.granted
            <= month_of(until)  # one that was made up for later pays a shortfall, and nobody has paid for it
            and (at - (4 * near if number else 0)) <= lot.effective_at < until
            and lot_id == ids.derived("lot", lot.effective_at, account_id, purchase.unit, "plan", plan.plan_id)
        ]
        lot_id = min(mine, default=None)
        if lot_id is not None:
            taken.add(lot_id)
        name = lot_id or f"{purchase.purchase_id}.{number + 1}"
        found.append(Slot(name, plan.credits, lot_id, at, until))
    return tuple(found)


def _superseded(purchase: Purchase, settled: Sequence[Purchase]) -> Superseded | None:
    """The first other plan that was paid while this one's period ran."""
    start, end = period_of(purchase)
    for other in settled:
        at = _at(other)
        if other.plan is None or other is purchase or not max(start, _at(purchase)) <= at < end:
            continue
        if isinstance(other.item, PlanRenewalItem) or (other.move is None and other.plan == purchase.plan):
            continue
        move = other.move
        named = [] if move is None else [*move.converted, *move.to_come]
        goes = any((ids.time_of(each.lot_id) or 0) > at - DAY for each in named)
        return Superseded(at, other.purchase_id if goes and other.plan.credits else None)
    return None
