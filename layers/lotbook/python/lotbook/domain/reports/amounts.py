"""Money by lot and month: what was paid for a lot follows its credits, whole minor units that sum up to what was paid.

Of a lot's price, what has left it by a month's end is `price x credits that have left / credits`, rounded; a month's part is the
difference. So nothing is negative, nothing is lost to rounding, and what is left ends at 0 with the last credit (decision 167).
Credits that go on in another lot, or became money for another purchase, take their part of the price along.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from lotbook.domain.reports.months import end, month_of, months
from lotbook.domain.reports.paid_lots import PaidLot, paid_lots
from lotbook.domain.reports.sales import Books, Sale, Slot, money_back, part_of, shares
from lotbook.domain.reports.tally import EXPIRED, FORFEITED, TAKEN, TO_LOT, TO_SALE, USED, LotTally
from lotbook.domain.values.light_dataclasses import dataclass

ONWARD = (TO_LOT, TO_SALE)


@dataclass(frozen=True, slots=True)
class LotMonth:
    """What a month did to a paid lot: `lot` as it is at its end, the amounts that changed in it, what was owed before it."""

    lot: PaidLot
    left_before: int
    sold: int
    moved_in: int
    money: Counter[str]
    used_credits: int
    refunded: int


class Ledger:
    """Runs through the months of one account, from its first sale on."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self._lots = {lot.name: lot for lot in paid_lots(books)}
        self._events = _events_by_month(books, self._lots)
        self._order = _in_order(self._lots, self._events)
        self._sold = {lot.name: _part(lot, lot.sale.net_minor) for lot in self._order if lot.slot is not None}
        self._incoming = Counter[str]()  # of lots and sales, by the names that credits are said to have gone to
        self._paid_back = {each.name for each in books.sales if money_back(each.purchase)}

    @property
    def first(self) -> str | None:
        """The month of the first sale, or of what was used before it was paid; None where nothing was sold."""
        sold = [month_of(sale.at) for sale in self._books.sales[:1]]
        return min([*sold, *(month for month, _ in self._events)]) if sold else None

    def months(self, last: str, since: str | None = None) -> Iterator[tuple[str, list[LotMonth]]]:
        """Each month up to the last, with every lot that it moved or left something of; from `since`, where credits were sold later or never.

        What is answered holds until the next month is asked for.
        """
        first = min((each for each in (self.first, since) if each is not None), default=None)
        for month in months(first, last) if first else ():
            yield month, self._pass(month) if self.first is not None and month >= self.first else []

    def _pass(self, month: str) -> list[LotMonth]:
        """Each lot after those whose credits go on in it, so that what they bring is known."""
        until, found = end(month), list[LotMonth]()
        for lot in self._order:
            moves = self._events.get((month, lot.name))
            sold, price = self._price(lot, until)
            refunded = self._refunded(lot, until) if lot.sale.name in self._paid_back else 0
            if moves is None and (sold, price, refunded) == (lot.sold, lot.price, lot.refunded):
                if lot.left:
                    found.append(LotMonth(lot, lot.left, 0, 0, Counter(), 0, 0))
                continue
            before = _figures(lot)
            lot.sold, lot.refunded = sold, refunded
            lot.set_price(price)
            if moves is not None:
                lot.move(moves)
            changed = _changed(lot, before)
            self._incoming.update({what: minor for what, minor in changed.money.items() if what.startswith(ONWARD)})
            found.append(changed)
        return found

    def _price(self, lot: PaidLot, until: int) -> tuple[int, int]:
        """What was paid for it by then, and with it what came with credits from elsewhere."""
        came = self._incoming[TO_LOT + lot.name]
        if lot.slot is None or lot.sale.at >= until:
            return 0, came
        sold = self._sold[lot.name]
        worth = self._incoming[TO_SALE + lot.sale.name] if lot.sale.kind == "plan" else 0
        return sold, came + (_part(lot, lot.sale.net_minor + worth) if worth else sold)

    def _refunded(self, lot: PaidLot, until: int) -> int:
        """Money that went back by then, before tax, as far as it was paid for this lot."""
        purchase = lot.sale.purchase
        if lot.slot is None or lot.sale.at >= until:
            return 0
        gone = [each.total_minor for each in money_back(purchase) if each.at < until]
        if not gone or not purchase.total_minor:
            return 0
        net = part_of(purchase.subtotal_minor, gone[-1], purchase.total_minor)
        mine = [each for each in self._books.sales if each.purchase is purchase]
        if not sum(each.net_minor for each in mine):
            return 0
        share = shares(net, [each.net_minor for each in mine])[mine.index(lot.sale)]
        return _part(lot, share)


def _part(lot: PaidLot, total: int) -> int:
    """Of a sale's amount, that of one of its lots."""
    return shares(total, [1] * len(lot.sale.slots))[lot.sale.slots.index(lot.slot)] if lot.slot else 0


Figures = tuple[int, int, int, Counter[str], int, int]


def _figures(lot: PaidLot) -> Figures:
    return lot.left, lot.sold, lot.price, lot.money.copy(), lot.out[USED], lot.refunded


def _changed(lot: PaidLot, was: Figures) -> LotMonth:
    left, sold, price, money, used, refunded = was
    change = Counter({what: minor - money[what] for what, minor in lot.money.items()})
    moved_in = (lot.price - lot.sold) - (price - sold)
    return LotMonth(lot, left, lot.sold - sold, moved_in, change, lot.out[USED] - used, lot.refunded - refunded)


def _in_order(lots: dict[str, PaidLot], events: dict[tuple[str, str], Counter[str]]) -> list[PaidLot]:
    """Each behind those that its credits come from. Of a circle, which only a change that was undone could make, the first."""
    sources: dict[str, set[str]] = {name: set() for name in lots}
    of_sale = {name: TO_SALE + lot.sale.name for name, lot in lots.items() if lot.slot and lot.sale.kind == "plan"}
    by_target: dict[str, set[str]] = {}
    for (_, name), moves in events.items():
        for what in moves:
            by_target.setdefault(what, set()).add(name)
    for name in lots:
        sources[name] = (by_target.get(TO_LOT + name, set()) | by_target.get(of_sale.get(name, ""), set())) - {name}
    order, waiting = dict[str, PaidLot](), dict(lots)
    while waiting:
        ready = [name for name in waiting if sources[name] <= order.keys()]
        for name in ready or [next(iter(waiting))]:
            order[name] = waiting.pop(name)
    return list(order.values())


def _events_by_month(books: Books, lots: dict[str, PaidLot]) -> dict[tuple[str, str], Counter[str]]:
    """Credits that left, by month and lot: what the ledger says, and what never came of a plan's periods."""
    found = dict[tuple[str, str], Counter[str]]()
    plans = {TO_SALE + sale.name for sale in books.sales if sale.kind == "plan"}

    def add(month: str, name: str, what: str, credits: int) -> None:
        lost = what.startswith(ONWARD) and what.removeprefix(TO_LOT) not in lots and what not in plans
        found.setdefault((month, name), Counter())[FORFEITED if lost else what] += credits

    for lot in lots.values():
        known = books.lots.get(lot.lot_id) if lot.lot_id else None
        paid_back = _paid_back_in(lot.sale)
        for (month, what), credits in known.moves.items() if known else ():
            is_taken = what == FORFEITED and paid_back is not None and month >= paid_back
            add(month, lot.name, TAKEN if is_taken else what, credits)
        if lot.slot is not None and lot.sale.kind == "plan":
            for month, what, credits in _never_came(lot.sale, lot.slot, known):
                add(month, lot.name, what, credits)
    return found


def _paid_back_in(sale: Sale) -> str | None:
    """The month in which all its money had gone back, if it has in the end."""
    steps = money_back(sale.purchase)
    if not steps or steps[-1].total_minor < sale.purchase.total_minor:
        return None
    return month_of(steps[-1].at)


def _never_came(sale: Sale, slot: Slot, lot: LotTally | None) -> Iterable[tuple[str, str, int]]:
    """What a plan's period did not bring: less than it was to bring, or no lot at all by its end."""
    if lot is not None:
        if lot.credits < slot.credits:  # money of the period had gone back before it began
            yield lot.granted, TAKEN, slot.credits - lot.credits
        return
    ends, over, steps = [(slot.ends or 0, EXPIRED)], sale.superseded, money_back(sale.purchase)
    if over is not None:
        ends.append((over.at, TO_SALE + over.goes_to if over.goes_to else FORFEITED))
    if _paid_back_in(sale) is not None:
        ends.append((steps[-1].at, TAKEN))
    at, what = min(ends)
    yield month_of(max(at, sale.at)), what, slot.credits
