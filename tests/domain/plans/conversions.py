"""Unused credits for tests of conversion, with the plans of the Make policy."""

from __future__ import annotations

from decimal import Decimal
from itertools import count

from lotbook.domain.credits.lots import LotKind
from lotbook.domain.plans.changes import change_of, credit_price
from lotbook.domain.plans.conversion import Bill, Conversion, Unused, convert
from lotbook.domain.plans.unused import UnusedLot
from lotbook.domain.policy.plans import Convert
from tests.fakes.samples import published

POLICY = published("make").policy
UNIT, DATA = POLICY.units
LEAST = 50  # what Stripe charges at least, in cents
_numbers = count()


def lot(
    kind: LotKind, credits: int, *, unit: str = UNIT, purchase: str | None = None, paid_each: str | None = None
) -> UnusedLot:
    """So many unused credits of a kind, each call later in the burn order of its kind than the one before."""
    number = next(_numbers)
    return UnusedLot(
        lot_id=f"lot_{number}",
        unit=unit,
        kind=kind,
        credits=credits,
        rank=POLICY.rank(kind),
        expires_at=None,
        created_at=number,
        purchase_id=purchase,
        paid_each=None if paid_each is None else Decimal(paid_each),
    )


def converted(present: str, wanted: str, *lots: UnusedLot, to_come: int = 0, rule: Convert | None = None) -> Conversion:
    """The conversion of these lots on a change from one plan of Make to another."""
    plan = POLICY.plan(present)
    price, new_price = credit_price(plan, "usd"), POLICY.plan(wanted).price_minor("usd")
    assert price is not None
    assert new_price is not None
    unused = Unused(unit=UNIT, lots=lots, price=price, to_come=months(to_come))
    change = change_of(POLICY, plan, POLICY.plan(wanted), "usd")
    bill = Bill(price_minor=new_price, least_minor=LEAST, currency="usd")
    return convert(unused, change, rule or POLICY.plan_change.upgrade.convert, bill)


def months(credits: int) -> tuple[UnusedLot, ...]:
    """So many credits of months to come, 10,000 each."""
    return tuple(lot("plan", 10_000) for _ in range(credits // 10_000))


def taken_of(found: Conversion, lot: UnusedLot) -> int:
    """How many credits of a lot the conversion takes."""
    return sum(each.credits for each in found.taken if each.lot_id == lot.lot_id)
