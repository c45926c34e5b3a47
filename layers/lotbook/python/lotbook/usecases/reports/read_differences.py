"""Name what a month of the books and of the gateway's balance do not have alike: which payment, by how much, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.reports.months import begin, month_of, months
from lotbook.domain.reports.payments import PaymentDifference, by_payment, differences, with_other_months
from lotbook.domain.values.calendar import add_months
from lotbook.usecases.reports.tie_balance import whole_payments, with_owner

if TYPE_CHECKING:
    from lotbook.usecases.reports.fold_account import ReportDesk

LINES_A_PAGE = 50  # each costs a read of every month around it
MAX_QUERIES = 10  # of one page: ten thousand rows without a difference, some 3 s of a function of 512 MB
MONTHS_AROUND = 6  # a dispute takes three at most, and the bank's verdict as long again


def read_differences(
    month: str, currency: str | None, after: str | None, *, desk: ReportDesk
) -> tuple[tuple[PaymentDifference, ...], str | None]:
    """A page, in the order of payments; the second is where it goes on. What is no payment of ours is left out."""
    found = list[PaymentDifference]()
    for _ in range(MAX_QUERIES):
        payments, last = whole_payments(desk.reports, month, after)
        for number, (payment, is_ours) in enumerate(with_owner(desk.reports, payments), start=1):
            if not is_ours:
                continue
            found += (each for each in differences(payment) if currency in (None, each.currency))
            if len(found) >= LINES_A_PAGE and (last is not None or number < len(payments)):
                return _explained(month, found, desk), payment.place
        after = last
        if last is None:
            break
    return _explained(month, found, desk), after


def _explained(month: str, found: list[PaymentDifference], desk: ReportDesk) -> tuple[PaymentDifference, ...]:
    around = [each for each in _around(month, month_of(desk.clock.now())) if each != month]
    return tuple(_with_months(each, around, desk) for each in found)


def _around(month: str, present: str) -> tuple[str, ...]:
    """The months in which the other side of a payment may stand, the nearest first."""
    first = month_of(add_months(begin(month), -MONTHS_AROUND))
    last = min(present, month_of(add_months(begin(month), MONTHS_AROUND)))
    every = months(first, last)
    return tuple(sorted(every, key=lambda each: abs(every.index(each) - MONTHS_AROUND)))


def _with_months(found: PaymentDifference, around: list[str], desk: ReportDesk) -> PaymentDifference:
    name = found.payment.name
    rows = {month: by_payment(desk.reports.paid_of(month, name)) for month in around}
    return with_other_months(found, {month: payments[0] for month, payments in rows.items() if payments})
