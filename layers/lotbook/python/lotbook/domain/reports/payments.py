"""The tie to the gateway: of each payment, what the books say was charged and went back, against what moved the gateway's balance.

Both are in the currency that was paid in. What the gateway settles in, and its fees, are in the balance's own lines (decision 192).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

from lotbook.domain.reports.lines import AccountMonth, Sums, joined
from lotbook.domain.values.light_dataclasses import dataclass, replace

What = Literal["charged", "money_back"]
Mark = Literal["ours", "other", "none"]
Reason = Literal["not_booked", "not_in_balance", "not_through_gateway", "dispute", "amount", "other_month"]
# Of the gateway's categories of reporting; all others move no payment: payouts, fees, reserves, top-ups.
CHARGES = frozenset({"charge", "charge_failure", "partial_capture_reversal"})
DISPUTES = frozenset({"dispute", "dispute_reversal"})
WENT_BACK = frozenset({"refund", "refund_failure"}) | DISPUTES
BOOKED, MOVED = "b", "g"  # of the books, of the gateway: in the places of rows
TIE_FIGURES = ("booked_charged", "gateway_charged", "booked_money_back", "gateway_money_back")
BALANCE_FIGURES = ("transactions", "gross", "fee", "net", "of_purchases")


@dataclass(frozen=True, slots=True)
class Booked:
    """A line of the tax report as a payment has it. `payment`: the gateway's id, the purchase's where it did not go through it.

    `total`: with tax; of money that went back negative.
    """

    payment: str
    account_id: str
    purchase_id: str
    at: int
    type: Literal["sale", "refund"]
    currency: str
    total: int

    @property
    def place(self) -> str:
        """Where it stands among a month's rows."""
        return f"{self.payment}#{BOOKED}#{self.purchase_id}#{self.type}#{self.at:015d}"


@dataclass(frozen=True, slots=True)
class Moved:
    """A transaction of the gateway's balance. `gross`, `fee` in `currency`, which it settles in; `net` is their difference.

    `paid`: the same in the currency of the payment, signed; `payment` None: it belongs to none. `mark`: whose the payment is by
    what it bears; a renewal's bears nothing.
    """

    transaction: str
    at: int
    category: str
    currency: str
    gross: int
    fee: int
    payment: str | None = None
    paid_currency: str = ""
    paid: int = 0
    mark: Mark = "none"
    account_id: str | None = None
    purchase_id: str | None = None

    @property
    def place(self) -> str:
        """Where it stands among a month's rows; what belongs to no payment stands before all others."""
        return f"{self.payment or ''}#{MOVED}#{self.transaction}"


@dataclass(frozen=True, slots=True)
class Payment:
    """All that a month has of a payment."""

    name: str
    booked: tuple[Booked, ...] = ()
    moved: tuple[Moved, ...] = ()

    @property
    def place(self) -> str:
        """Of its last row."""
        rows: tuple[Booked | Moved, ...] = (*self.booked, *self.moved)
        return max(row.place for row in rows)

    @property
    def bears_no_mark(self) -> bool:
        """Whether only other months can tell that it is ours: nothing is booked, and nobody's mark is on it."""
        return not self.booked and all(each.mark == "none" for each in self.moved)

    @property
    def is_ours(self) -> bool:
        """Whether it is, by this month alone."""
        return bool(self.booked) or any(each.mark == "ours" for each in self.moved)

    @property
    def names(self) -> tuple[str | None, str | None]:
        """Account and purchase, as far as anybody names them."""
        rows: tuple[Booked | Moved, ...] = (*self.booked, *self.moved)
        return next(((each.account_id, each.purchase_id) for each in rows if each.purchase_id), (None, None))


@dataclass(frozen=True, slots=True)
class PaymentDifference:
    """Books and gateway differ. `other_month`: with that one the payment comes to the same on both sides."""

    payment: Payment
    what: What
    currency: str
    booked: int
    gateway: int
    reason: Reason
    other_month: str | None = None

    @property
    def transactions(self) -> tuple[str, ...]:
        """The gateway's, of this month."""
        of = CHARGES if self.what == "charged" else WENT_BACK
        return tuple(each.transaction for each in self.payment.moved if each.category in of)


Sides = tuple[int, int]


def booked_of(account_id: str, month: AccountMonth) -> tuple[Booked, ...]:
    """An account's payments of a month; none where an older release kept it."""
    if month.payments is None:
        return ()
    known = dict(month.payments)
    return tuple(
        Booked(
            known.get(line.purchase_id) or line.purchase_id,
            *(account_id, line.purchase_id, line.at, line.type, line.currency, line.total),
        )
        for line in month.tax
    )


def by_payment(rows: Iterable[Booked | Moved]) -> list[Payment]:
    """Rows of payments, told apart, in the order of their names."""
    found = dict[str, tuple[list[Booked], list[Moved]]]()
    for row in rows:
        of = found.setdefault(row.payment or "", ([], []))
        of[0].append(row) if isinstance(row, Booked) else of[1].append(row)
    return [Payment(name, tuple(booked), tuple(moved)) for name, (booked, moved) in sorted(found.items())]


def sides(payment: Payment) -> dict[tuple[What, str], Sides]:
    """What the books have, and what the gateway has, by what it is and currency."""
    books, gateway = Counter[tuple[What, str]](), Counter[tuple[What, str]]()
    for row in payment.booked:
        what: What = "charged" if row.type == "sale" else "money_back"
        books[what, row.currency] += row.total if row.type == "sale" else -row.total
    for each in payment.moved:
        if each.category in CHARGES:
            gateway["charged", each.paid_currency] += each.paid
        elif each.category in WENT_BACK:
            gateway["money_back", each.paid_currency] -= each.paid
    return {key: (books[key], gateway[key]) for key in sorted({*books, *gateway})}


def differences(payment: Payment) -> Iterator[PaymentDifference]:
    """Where they differ in the month, and why, as far as the month alone says it."""
    for (what, currency), (booked, gateway) in sides(payment).items():
        if booked != gateway:
            reason = _reason(payment, what, booked, gateway)
            yield PaymentDifference(payment, what, currency, booked, gateway, reason)


def _reason(payment: Payment, what: What, booked: int, gateway: int) -> Reason:
    disputed = -sum(each.paid for each in payment.moved if each.category in DISPUTES)
    if what == "money_back" and disputed and booked == gateway - disputed:
        return "dispute"
    if any(row.payment == row.purchase_id for row in payment.booked):
        return "not_through_gateway"
    if not booked:
        return "not_booked"
    return "amount" if gateway else "not_in_balance"


def with_other_months(found: PaymentDifference, others: Mapping[str, Payment]) -> PaymentDifference:
    """The difference with the nearest month that makes good for it, where all months together come to the same."""
    key = (found.what, found.currency)
    parts = {month: sides(payment).get(key, (0, 0)) for month, payment in others.items()}
    booked, gateway = (
        found_side + sum(part[side] for part in parts.values())
        for side, found_side in enumerate((found.booked, found.gateway))
    )
    month = next((month for month, (ours, theirs) in parts.items() if ours != theirs), None)
    if booked != gateway or month is None:
        return found
    reason = found.reason if found.reason == "dispute" else "other_month"
    return replace(found, reason=reason, other_month=month)


def add_up_payments(sums: Mapping[str, Sums], found: Iterable[tuple[Payment, bool]]) -> dict[str, Sums]:
    """The sums with more payments, each with whether it is ours: the tie by currency; the balance by currency and category."""
    tie = {name: Counter(figures) for name, figures in sums.get("tie", {}).items()}
    balance = {name: Counter(figures) for name, figures in sums.get("balance", {}).items()}
    for payment, is_ours in found:
        for each in payment.moved:
            ours = each.gross if is_ours else 0
            line = {"transactions": 1, "gross": each.gross, "fee": each.fee, "net": each.gross - each.fee}
            balance.setdefault(joined(each.currency, each.category), Counter()).update(line | {"of_purchases": ours})
        for (what, currency), (booked, gateway) in sides(payment).items() if is_ours else ():
            tie.setdefault(currency, Counter()).update({f"booked_{what}": booked, f"gateway_{what}": gateway})
    return {"tie": {k: dict(v) for k, v in tie.items()}, "balance": {k: dict(v) for k, v in balance.items()}}
