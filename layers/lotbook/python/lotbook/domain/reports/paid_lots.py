"""Lots with what was paid for them, at the end of a month: a price, and the parts of it that have left with credits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from lotbook.domain.reports.sales import Books, Sale, Slot, part_of, shares
from lotbook.domain.reports.tally import TO_LOT, USED, LotTally
from lotbook.domain.values.light_dataclasses import dataclass, field


@dataclass(slots=True)
class PaidLot:
    """A lot with its price, at the end of a month. `out`: credits that left it by what became of them; `money`: their part."""

    name: str
    lot_id: str | None
    credits: int
    sale: Sale
    slot: Slot | None = None
    sold: int = 0  # of the price, what was paid for it; the rest came with credits from elsewhere
    price: int = 0
    out: Counter[str] = field(default_factory=Counter)
    money: Counter[str] = field(default_factory=Counter)
    refunded: int = 0

    @property
    def left(self) -> int:
        """What is still owed of its price."""
        return self.price - sum(self.money.values())

    @property
    def credits_left(self) -> int:
        """Credits that are still owed, those that are held and frozen among them."""
        return max(0, self.credits - sum(self.out.values()))

    def set_price(self, price: int) -> None:
        """A price that is known later, or grew: what has left before takes its part now."""
        self.price = price
        self._settle(_weights(self.out))

    def move(self, moves: Counter[str]) -> None:
        """A month's credits: first those that left, then those that came back. So their order in the month does not matter."""
        for part in ({k: v for k, v in moves.items() if v > 0}, {k: -v for k, v in moves.items() if v < 0}):
            sign = 1 if part and moves[next(iter(part))] > 0 else -1
            for what, credits in part.items():
                self.out[what] += sign * credits
            self._settle(part)

    def _settle(self, weights: dict[str, int]) -> None:
        gone = min(max(sum(self.out.values()), 0), self.credits)
        due = part_of(self.price, gone, self.credits) if self.credits else self.price
        more = due - sum(self.money.values())
        if not more:
            return
        names = sorted(weights) or [USED]
        given = shares(more, [weights[name] for name in names] if weights else [1])
        for name, minor in zip(names, given, strict=True):
            self.money[name] += minor


def _weights(out: Counter[str]) -> dict[str, int]:
    return {what: credits for what, credits in out.items() if credits > 0}


def paid_lots(books: Books) -> Iterator[PaidLot]:
    """Lots that were sold, and those in which their credits go on: of these the first that sent some names the sale."""
    source = {slot.name: sale for sale in books.sales for slot in sale.slots}
    yield from (
        PaidLot(slot.name, slot.lot_id, slot.credits, sale, slot) for sale in books.sales for slot in sale.slots
    )
    looked_at = list(source)
    for name in looked_at:  # it grows
        known = books.lots.get(name)
        for target in _targets(known) if known else ():
            if target in books.lots and target not in source:
                source[target] = source[name]
                looked_at.append(target)
                yield PaidLot(target, target, books.lots[target].credits, source[name])


def _targets(lot: LotTally) -> list[str]:
    return sorted({what.removeprefix(TO_LOT) for _, what in lot.moves if what.startswith(TO_LOT)})
