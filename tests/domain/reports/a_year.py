"""A random year of one account, written down as the product writes it, and what it comes to, replayed with fractions.

The second calculation shares no code with `domain/reports`: it moves exact values with the credits, event by event.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

from lotbook.domain.credits.ledger import (
    CHAIN_END,
    VOIDED_CLAIM,
    VOIDED_REASON,
    Draw,
    Entry,
    EntryKind,
    Pointer,
    claw_name,
)
from lotbook.domain.credits.lots import Lot
from lotbook.domain.plans.plan_move import PlanMove
from lotbook.domain.sales.items import PackItem, PlanItem, PlanPart, PlanRenewalItem
from lotbook.domain.sales.purchase import Purchase, Settlement
from lotbook.domain.sales.reversals import MoneyBack
from lotbook.domain.values import ids
from lotbook.domain.values.calendar import add_months
from lotbook.domain.values.instants import DAY, from_text
from tests.fakes.purchases import a_purchase

A, U = "acme", "credits"
START = from_text("2026-01-01T00:00:00Z")
LOST, RENEWED = 0.5, 0.6  # of disputes, of plans' months
CURRENCIES = ("jpy", "usd", "kwd", "inr")  # of no, two and three decimals


@dataclass
class ALot:
    lot: Lot
    left: int
    value: Fraction = Fraction(0)  # what is owed of its price
    price: Fraction = Fraction(0)
    burned: int = 0
    frozen: bool = False


@dataclass
class Year:
    """`entries` and `rows` are what the product would have; `exact` is by (month, figure): the second calculation."""

    seed: int
    currency: str = "usd"
    now: int = START
    entries: list[Entry] = field(default_factory=list)
    rows: dict[str, Purchase] = field(default_factory=dict)
    lots: dict[str, ALot] = field(default_factory=dict)
    held: dict[str, list[Draw]] = field(default_factory=dict)
    debt: int = 0
    disputed: dict[str, int] = field(default_factory=dict)
    ended: set[str] = field(default_factory=set)
    exact: dict[tuple[str, str], Fraction] = field(default_factory=lambda: defaultdict(Fraction))
    done: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)

    # --- the ledger ----------------------------------------------------------------------------------------------

    def hang(self, entry: Entry) -> None:
        before = Pointer(self.entries[-1].name, self.entries[-1].seq) if self.entries else CHAIN_END
        self.entries.append(replace(entry, seq=before.seq + 1, before=before, at=self.now))
        self.done[entry.kind] += 1

    def month(self) -> str:
        moment = datetime.fromtimestamp(self.now / 1000, UTC)
        return f"{moment.year}-{moment.month:02d}"

    def book(self, figure: str, amount: Fraction) -> None:
        self.exact[self.month(), figure] += amount

    def out(self, each: ALot, credits: int, figure: str) -> Fraction:
        """Credits leave a lot with their part of its price."""
        each.left -= credits
        return self.gone(each, credits, figure)

    def gone(self, each: ALot, credits: int, figure: str) -> Fraction:
        part = each.price * credits / each.lot.credits if each.lot.credits else Fraction(0)
        each.value -= part
        self.book(figure, part)
        return part

    def grant(self, lot: Lot, price: int | Fraction) -> ALot:
        paid = min(self.debt, lot.credits)
        self.debt -= paid
        made = self.lots[lot.lot_id] = ALot(lot, lot.credits, Fraction(price), Fraction(price))
        draws = (Draw(lot.lot_id, lot.credits),)
        self.hang(Entry(f"lot#{lot.lot_id}", U, "granted", 0, credits=lot.credits, draws=draws, paid=paid, lot=lot))
        if paid:
            self.out(made, paid, "used")
            made.burned += paid
        return made

    def open_lots(self) -> list[ALot]:
        return [
            each for each in self.lots.values() if each.left and not each.frozen and each.lot.effective_at <= self.now
        ]

    def draw(self, credits: int) -> list[Draw]:
        draws = list[Draw]()
        for each in sorted(self.open_lots(), key=lambda one: (one.lot.rank, one.lot.expires_at or 10**15)):
            part = min(credits, each.left)
            if part:
                draws.append(Draw(each.lot.lot_id, part))
                credits -= part
        return draws

    # --- what may happen ------------------------------------------------------------------------------------------

    def purchase_id(self) -> str:
        return ids.at_time("pur", self.now, self.dice.randbytes(10))

    def a_lot(self, kind: str, credits: int, lot_id: str, purchase_id: str | None = None, days: int = 90) -> Lot:
        rank = {"free": 0, "plan": 2, "purchased": 3}[kind]
        ends = self.now + days * DAY
        return Lot(lot_id, U, kind, credits, rank, self.now, ends, self.now, purchase_id=purchase_id)  # type: ignore[arg-type]

    def sold(self, net: int, **changes: object) -> Purchase:
        tax = net * 19 // 100
        values: dict[str, Any] = {
            "purchase_id": self.purchase_id(),
            "created_at": self.now,
            "subtotal_minor": net,
            "tax": None,
        }
        row = a_purchase(**(values | {"total_minor": net + tax, "currency": self.currency} | changes))
        self.rows[row.purchase_id] = row
        self.book("sold", Fraction(net))
        return row

    def buy(self) -> None:
        credits, net = self.dice.randint(1, 900), self.dice.randint(50, 9_999)
        lot_id = ids.derived("lot", self.now, str(self.seed), str(len(self.rows)))
        row = self.sold(net, item=PackItem("p"), credits=credits, settlement=Settlement(self.now, lot_id, None))
        self.grant(self.a_lot("purchased", credits, lot_id, row.purchase_id, self.dice.choice((30, 90, 400))), net)

    def plan_lot(self, plan_id: str, credits: int, at: int) -> Lot:
        lot_id = ids.derived("lot", at, A, U, "plan", plan_id)
        return Lot(lot_id, U, "plan", credits, 2, at, add_months(at, 1), at)

    def buy_plan(self, months: int = 1, move: PlanMove | None = None, worth: Fraction = Fraction(0)) -> Purchase:
        """A plan whose lots the caller grants; the first one comes at once."""
        credits, net, plan_id = self.dice.randint(5, 300), self.dice.randint(100, 9_999), f"plan{len(self.rows)}"
        period = (self.now, add_months(self.now, months))
        plan = PlanPart(plan_id, credits, 0, months, net, "price")
        values: dict[str, Any] = {"item": PlanItem(plan_id), "credits": 0, "plan": plan, "period": period, "move": move}
        row = self.sold(net, **values, settlement=Settlement(self.now, None, None))
        each = (net + worth) / months
        self.grant(self.plan_lot(plan_id, credits, self.now), each)
        return row

    def carry(self) -> None:
        """A change of plan: what is left of a bought lot goes on in another lot, what is left of another became money."""
        open_lots = [each for each in self.open_lots() if each.lot.kind == "purchased"]
        if len(open_lots) < 2:
            return
        one, other = self.dice.sample(open_lots, 2)
        row_id = self.purchase_id()
        taken = other.left
        claim = f"lot#{other.lot.lot_id}#claw#converted.{row_id}"
        draws = (Draw(other.lot.lot_id, taken),)
        worth = self.out(other, taken, "moved_out")
        fields: dict[str, Any] = {"requested": taken, "removed": taken, "reason": "converted"}
        self.hang(Entry(claim, U, "clawed_back", 0, credits=-taken, draws=draws, **fields))
        onward, going = ids.derived("lot", self.now, "onward", one.lot.lot_id), one.left
        value = self.out(one, going, "moved_out")
        draws = (Draw(one.lot.lot_id, going),)
        fields = {"requested": going, "removed": going, "reason": "plan_change", "reference": onward}
        name = f"lot#{one.lot.lot_id}#claw#carried.{row_id}"
        self.hang(Entry(name, U, "clawed_back", 0, credits=-going, draws=draws, **fields))
        self.grant(self.a_lot("purchased", going, onward, one.lot.purchase_id), value)
        before = set(self.rows)
        row = self.buy_plan(1, PlanMove("upgrade", plan_credits="convert"), worth)
        self.rows[row_id] = replace(self.rows.pop(row.purchase_id), purchase_id=row_id)
        assert len(set(self.rows) - before) == 1

    def burn(self) -> None:
        draws = self.draw(self.dice.randint(1, 200))
        self.took(draws, "consumed", f"use{len(self.entries)}")

    def took(self, draws: list[Draw], kind: EntryKind, name: str) -> None:
        total = sum(each.credits for each in draws)
        if not total:
            return
        for each in draws:
            if kind == "consumed":
                self.out(self.lots[each.lot_id], each.credits, "used")
            else:
                self.lots[each.lot_id].left -= each.credits
            self.lots[each.lot_id].burned += each.credits
        self.hang(
            Entry(name, U, kind, 0, credits=-total if kind == "consumed" else 0, draws=tuple(draws), requested=total)
        )

    def hold(self) -> None:
        name, draws = f"hold{len(self.entries)}", self.draw(self.dice.randint(1, 80))
        if draws:
            self.held[name] = draws
            self.took(draws, "held", name)

    def capture(self) -> None:
        if not self.held:
            return
        name = self.dice.choice(sorted(self.held))
        draws, part = self.held.pop(name), list[Draw]()
        most = self.dice.randint(0, sum(each.credits for each in draws))
        for each in draws:
            now = min(most, each.credits)
            most -= now
            if now:
                part.append(Draw(each.lot_id, now))
                self.gone(self.lots[each.lot_id], now, "used")
        if part:
            total = sum(each.credits for each in part)
            self.hang(
                Entry(f"res#{name}", U, "captured", 0, credits=-total, draws=tuple(part), requested=total, hold=name)
            )
        given = {each.lot_id: each.credits for each in part}
        back = [Draw(each.lot_id, each.credits - given.get(each.lot_id, 0)) for each in draws]
        self.release(f"ret#{name}", [each for each in back if each.credits], name)

    def release(self, name: str, back: list[Draw], hold: str) -> None:
        paid = 0
        for each in back:
            lot = self.lots[each.lot_id]
            part = min(self.debt, each.credits)
            self.debt, paid = self.debt - part, paid + part
            lot.left += each.credits - part
            lot.burned -= each.credits - part
            self.gone(lot, part, "used")
        self.hang(Entry(name, U, "released", 0, draws=tuple(back), paid=paid, hold=hold))

    def expire(self) -> None:
        for each in self.open_lots():
            if each.lot.expires_at and each.lot.expires_at <= self.now:
                gone = each.left
                self.out(each, gone, "expired")
                name = f"lot#{each.lot.lot_id}#x#{len(self.entries)}"
                self.hang(Entry(name, U, "expired", 0, credits=-gone, draws=(Draw(each.lot.lot_id, gone),)))

    def refund(self) -> None:
        """A part of the money of a bought lot goes back, and its share of the credits: what is burned of them is owed."""
        rows = [row for row in self.rows.values() if row.credits and row.settlement and row.settlement.lot_id]
        if not rows:
            return
        row = self.dice.choice(rows)
        known = row.money_back[-1].total_minor if row.money_back else 0
        if not self.lots[str(row.settlement and row.settlement.lot_id)].frozen:
            self.pay_back(row, self.dice.randint(known, row.total_minor))

    def pay_back(self, row: Purchase, total: int) -> None:
        """So much of it has gone back in all."""
        known = row.money_back[-1].total_minor if row.money_back else 0
        each = self.lots[str(row.settlement and row.settlement.lot_id)]
        credits = row.credits * total // row.total_minor - row.credits * known // row.total_minor
        removed = min(each.left, credits)
        short = min(credits - removed, each.burned)
        self.debt += short
        self.out(each, removed, "taken_back")
        name = f"lot#{each.lot.lot_id}#claw#money{len(self.entries)}"
        draws = (Draw(each.lot.lot_id, removed),) if removed else ()
        fields: dict[str, Any] = {"requested": credits, "removed": removed, "reason": "money_back"}
        self.hang(Entry(name, U, "clawed_back", 0, credits=-removed - short, draws=draws, **fields))
        net = Fraction(row.subtotal_minor, row.total_minor) * (total - known)
        self.book("refunded", net)
        self.rows[row.purchase_id] = replace(row, money_back=(*row.money_back, MoneyBack(self.now, total)))

    def dispute(self) -> None:
        """A bank asks for a payment back: what is left of its lot is frozen until the verdict."""
        rows = [row for row in self.rows.values() if row.credits and row.settlement and row.settlement.lot_id]
        row = self.dice.choice(rows) if rows else None
        each = self.lots[str(row.settlement and row.settlement.lot_id)] if row else None
        if row is not None and each is not None and not each.frozen:
            each.frozen = True
            self.disputed[row.purchase_id] = self.now
            self.frozen(each, "frozen")

    def frozen(self, each: ALot, kind: EntryKind) -> None:
        draws = (Draw(each.lot.lot_id, each.left),) if each.left else ()
        self.hang(Entry(f"lot#{each.lot.lot_id}#{kind}#{len(self.entries)}", U, kind, 0, draws=draws))

    def verdict(self) -> None:
        """Won, the credits come back; lost, the rest of the money goes, and the credits with it."""
        if not self.disputed:
            return
        row = self.rows[self.dice.choice(sorted(self.disputed))]
        del self.disputed[row.purchase_id]
        each = self.lots[str(row.settlement and row.settlement.lot_id)]
        each.frozen = False
        self.frozen(each, "unfrozen")
        if self.dice.random() < LOST:
            self.done["lost"] += 1
            self.pay_back(row, row.total_minor)
        else:
            self.done["won"] += 1

    def renew(self) -> None:
        """A plan of a month goes on: the next invoice, and the lot of the next period."""
        for row in list(self.rows.values()):
            end = row.period[1] if row.period else 0
            if row.plan is None or not 0 < end <= self.now or row.purchase_id in self.ended:
                continue
            self.ended.add(row.purchase_id)
            if self.dice.random() < RENEWED:
                values: dict[str, Any] = {"item": PlanRenewalItem(row.plan.plan_id), "credits": 0, "plan": row.plan}
                values |= {"period": (end, add_months(end, 1)), "settlement": Settlement(self.now, None, None)}
                self.sold(row.plan.price_minor, **values)
                self.grant(self.plan_lot(row.plan.plan_id, row.plan.credits, end), row.plan.price_minor)
                self.done["renewed"] += 1

    def promise(self) -> None:
        """Promotional credits that count from a later day on: they have no price, and no report has them."""
        lot_id = ids.derived("lot", self.now, "promise", str(len(self.entries)))
        begins = self.now + self.dice.randint(1, 20) * DAY
        lot = Lot(lot_id, U, "promotional", 30, 1, begins, begins + 30 * DAY, self.now)
        debt, self.debt = self.debt, 0  # what is not there yet pays nothing
        self.grant(lot, 0)
        self.debt = debt

    def void(self) -> None:
        """A seller takes unused credits back without money."""
        bought = [each for each in self.open_lots() if each.lot.kind == "purchased"]
        if bought:
            each = self.dice.choice(bought)
            gone = self.dice.randint(1, each.left)
            self.out(each, gone, "voided")
            name = claw_name(each.lot.lot_id, f"{VOIDED_CLAIM}{len(self.entries)}")
            fields: dict[str, Any] = {"requested": -gone, "removed": gone, "reason": f"{VOIDED_REASON}plan_change"}
            self.hang(Entry(name, U, "adjusted", 0, credits=-gone, draws=(Draw(each.lot.lot_id, gone),), **fields))

    def free(self) -> None:
        lot_id = ids.derived("lot", self.now, "free", str(len(self.entries)))
        self.grant(self.a_lot("free", self.dice.randint(1, 40), lot_id, days=30), 0)

    def run(self, days: int = 420, until: int = 330) -> Year:
        """A year of it; nothing new after `until`, so that all that was sold has ended at its end."""
        doings: list[Callable[[], object]] = [self.buy, self.buy_plan, self.free, self.carry, self.refund, self.void]
        doings += [self.dispute, self.verdict, self.promise]
        doings += [self.hold, self.capture, self.burn, self.burn, self.burn]
        for day in range(days):
            for _ in range(self.dice.randint(0, 3)):
                self.now = START + day * DAY + self.dice.randrange(DAY // 1000 // 2) * 1000
                if day < until:
                    self.expire()
                    self.dice.choice(doings)()
            if day < until:
                self.renew()
            self.now = START + day * DAY + DAY - 1000
            self.expire()
        for name in sorted(self.held):
            self.release(f"res#{name}", self.held.pop(name), name)
        while self.disputed:
            self.verdict()
        self.now += 400 * DAY
        self.expire()
        return self
