"""The lines of a month's reports, of one account, and their sums over all. Amounts in minor units, before tax unless it is said."""

from __future__ import annotations

import json
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Literal, get_args

from lotbook.domain.reports.amounts import ONWARD, LotMonth
from lotbook.domain.reports.months import end, month_of
from lotbook.domain.reports.sales import money_back, paid_for_credits, part_of
from lotbook.domain.reports.tally import EXPIRED, FORFEITED, TAKEN, USED, VOIDED
from lotbook.domain.sales.purchase import Purchase
from lotbook.domain.sales.transactions import kind_of
from lotbook.domain.values.instants import DAY
from lotbook.domain.values.light_dataclasses import asdict, dataclass

Report = Literal["liability", "recognition", "roll-forward", "tax", "balance", "differences"]
REPORTS: tuple[Report, ...] = get_args(Report)
# Ages of what is owed, by days since it was paid for: the first that is not younger.
AGES: tuple[tuple[int, str], ...] = ((30, "0-30"), (90, "31-90"), (180, "91-180"), (365, "181-365"))
OLDEST = "over 365"


@dataclass(frozen=True, slots=True)
class LotLine:
    """A paid lot in a month: `opening + sold + moved_in - used - expired - voided - moved_out - taken_back = closing`.

    `refunded`: money that went back. `recognized`: what is earned by the month, `used + expired + voided` less what went back
    and had been earned before (`refunded - taken_back`).
    """

    purchase_id: str
    lot_id: str | None
    kind: str
    plan_id: str
    currency: str
    sold_at: int
    credits: int
    credits_used: int
    credits_left: int
    opening: int
    sold: int
    moved_in: int
    used: int
    expired: int
    voided: int
    moved_out: int
    taken_back: int
    closing: int
    refunded: int

    @property
    def recognized(self) -> int:
        """What is earned by the month."""
        return self.used + self.expired + self.voided - (self.refunded - self.taken_back)


@dataclass(frozen=True, slots=True)
class TaxLine:
    """A payment, or money of it that went back (negative). `of_credits`: of the net, what was for credits."""

    purchase_id: str
    at: int
    kind: str
    type: Literal["sale", "refund"]
    country: str
    tax_name: str | None
    rate: str | None
    currency: str
    net: int
    tax: int
    total: int
    of_credits: int
    invoice: str | None


@dataclass(frozen=True, slots=True)
class AccountMonth:
    """All lines of an account's month. `payments`: of its purchases, which payment of the gateway's each is; None: an older release kept none."""

    lots: tuple[LotLine, ...]
    tax: tuple[TaxLine, ...]
    payments: tuple[tuple[str, str], ...] | None = ()


def lot_lines(found: Iterable[LotMonth]) -> tuple[LotLine, ...]:
    """Lots that a month moved, or that were left in it; those that nothing was paid for are none."""
    lines = (_lot_line(each) for each in found)
    return tuple(sorted((each for each in lines if _says_something(each)), key=_by_sale))


def _lot_line(month: LotMonth) -> LotLine:
    lot, money = month.lot, month.money
    purchase = lot.sale.purchase
    moved_out = sum(minor for what, minor in money.items() if what.startswith(ONWARD))
    return LotLine(
        purchase_id=purchase.purchase_id,
        lot_id=lot.lot_id,
        kind=lot.sale.kind,
        plan_id=lot.sale.plan_id,
        currency=purchase.currency,
        sold_at=lot.sale.at,
        credits=lot.credits,
        credits_used=month.used_credits,
        credits_left=lot.credits_left,
        opening=month.left_before,
        sold=month.sold,
        moved_in=month.moved_in,
        used=money[USED],
        expired=money[EXPIRED],
        voided=money[VOIDED] + money[FORFEITED],
        moved_out=moved_out,
        taken_back=money[TAKEN],
        closing=lot.left,
        refunded=month.refunded,
    )


def _says_something(line: LotLine) -> bool:
    amounts = (line.opening, line.sold, line.moved_in, line.used, line.expired, line.voided, line.moved_out)
    return any((*amounts, line.taken_back, line.closing, line.refunded))


def _by_sale(line: LotLine) -> tuple[int, str, str]:
    return line.sold_at, line.purchase_id, line.lot_id or "~"


def tax_lines(purchases: Iterable[Purchase], region: str, month: str) -> tuple[TaxLine, ...]:
    """Payments and what went back of them, as they were booked in the month. `region`: the account's, where nothing was filled in."""
    found = list[TaxLine]()
    for row in purchases:
        if row.settlement is None or not row.total_minor:
            continue
        if month_of(row.settlement.at) == month:
            found.append(_tax_line(row, region, row.settlement.at, "sale", (0, row.total_minor)))
        before = 0
        for step in money_back(row):
            if month_of(step.at) == month:
                found.append(_tax_line(row, region, step.at, "refund", (before, step.total_minor)))
            before = step.total_minor
    return tuple(sorted(found, key=lambda each: (each.at, each.purchase_id, each.type != "sale")))


def _tax_line(row: Purchase, region: str, at: int, type_: Literal["sale", "refund"], part: tuple[int, int]) -> TaxLine:
    """`part`: of the total, from and to how much. Parts of one purchase sum up to its tax and its net."""
    sign, (low, high) = (1 if type_ == "sale" else -1), part
    net = part_of(row.subtotal_minor, high, row.total_minor) - part_of(row.subtotal_minor, low, row.total_minor)
    of_credits = part_of(net, paid_for_credits(row), row.subtotal_minor) if row.subtotal_minor else 0
    return TaxLine(
        purchase_id=row.purchase_id,
        at=at,
        kind=kind_of(row.item),
        type=type_,
        country=row.billing.address.country if row.billing else region,
        tax_name=row.tax.name if row.tax else None,
        rate=str(row.tax.rate) if row.tax else None,
        currency=row.currency,
        net=sign * net,
        tax=sign * (high - low - net),
        total=sign * (high - low),
        of_credits=sign * of_credits,
        invoice=row.gateway_refs.invoice,
    )


def payments_of(purchases: Iterable[Purchase], lines: Iterable[TaxLine]) -> tuple[tuple[str, str], ...]:
    """Which payment each purchase of the lines is; one that went past the gateway's balance is none."""
    of = {each.purchase_id for each in lines}
    known = ((each.purchase_id, each.gateway_refs.payment_intent) for each in purchases if each.purchase_id in of)
    return tuple(sorted((purchase_id, payment) for purchase_id, payment in known if payment is not None))


# --- sums over all accounts -------------------------------------------------------------------------------------------

LIABILITY_FIGURES = ("lots", "credits_left", "amount")
ROLLED = ("opening", "sold", "moved_in", "used", "expired", "voided", "moved_out", "taken_back", "closing", "refunded")
PAID = ("charged", "charged_tax", "not_for_credits", "money_back", "money_back_tax")
ROLL_FIGURES = (*ROLLED, *PAID)
Sums = dict[str, dict[str, int]]  # by a line's names, joined; each figure


def age_of(sold_at: int, month: str) -> str:
    """How long ago it was paid for, at the month's end, in days."""
    days = (end(month) - sold_at) // DAY
    return next((name for most, name in AGES if days <= most), OLDEST)


def add_up(sums: Mapping[str, Sums], found: AccountMonth, month: str) -> dict[str, Sums]:
    """The sums with one account's month: liability by currency, plan and age; the roll-forward by currency."""
    owed = {name: Counter(figures) for name, figures in sums.get("liability", {}).items()}
    roll = {name: Counter(figures) for name, figures in sums.get("roll-forward", {}).items()}
    for line in found.lots:
        of = roll.setdefault(line.currency, Counter())
        of.update({name: getattr(line, name) for name in ROLLED})
        if line.closing or line.credits_left:
            group = owed.setdefault(joined(line.currency, line.plan_id, age_of(line.sold_at, month)), Counter())
            group.update({"lots": 1, "credits_left": line.credits_left, "amount": line.closing})
    for each in found.tax:
        of = roll.setdefault(each.currency, Counter())
        if each.type == "sale":
            of.update({"charged": each.total, "charged_tax": each.tax, "not_for_credits": each.net - each.of_credits})
        else:
            of.update({"money_back": -each.total, "money_back_tax": -each.tax})
    return {"liability": _plain(owed), "roll-forward": _plain(roll)}


def names_of(joined: str) -> list[str]:
    """What a line of sums is of."""
    return joined.split("|")


def joined(*names: str) -> str:
    """A line of sums by what it is of."""
    return "|".join(names)


def _plain(sums: Mapping[str, Mapping[str, int]]) -> Sums:
    return {name: dict(figures) for name, figures in sums.items()}


# --- as bytes ---------------------------------------------------------------------------------------------------------


def month_bytes(found: AccountMonth) -> bytes:
    """The same bytes for the same lines."""
    values = {part: [list(asdict(line).values()) for line in getattr(found, part)] for part in ("lots", "tax")}
    return packed(values | {"payments": found.payments})


def month_of_bytes(content: bytes) -> AccountMonth:
    """Raises ValueError, TypeError or zlib.error for what `month_bytes` has not written."""
    values = unpacked(content)
    return AccountMonth(
        tuple(LotLine(*line) for line in values["lots"]),
        tuple(TaxLine(*line) for line in values["tax"]),
        tuple((name, payment) for name, payment in values["payments"]) if "payments" in values else None,
    )


def packed(values: Any) -> bytes:
    """JSON in one order of names, deflated."""
    return zlib.compress(json.dumps(values, sort_keys=True, separators=(",", ":")).encode(), 6)


def unpacked(content: bytes) -> Any:
    """What was packed."""
    return json.loads(zlib.decompress(content))
