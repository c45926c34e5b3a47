"""What holds for every conversion, whatever the lots, prices and currencies (D28, X-20, X-21, X-24)."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from lotbook.domain.credits.lots import LOT_KINDS
from lotbook.domain.plans.changes import ChangeOfPlan
from lotbook.domain.plans.conversion import Bill, Conversion, Unused, convert, follows
from lotbook.domain.plans.unused import UnusedLot
from lotbook.domain.policy.plans import CompanionRule, Convert
from lotbook.domain.values.money import CURRENCIES, STRIPE_LIMITS, in_minor, rounded_minor
from tests.domain.plans.conversions import DATA, POLICY, UNIT

prices = st.builds(lambda digits, places: Decimal(digits).scaleb(-places), st.integers(1, 99_999), st.integers(0, 8))


@st.composite
def lots(draw: st.DrawFn) -> tuple[UnusedLot, ...]:
    """A few lots of both units, some of which came with the same purchase."""
    made = []
    for number in range(draw(st.integers(0, 5))):
        kind = draw(st.sampled_from(LOT_KINDS))
        made.append(
            UnusedLot(
                lot_id=f"lot_{number}",
                unit=draw(st.sampled_from([UNIT, UNIT, DATA])),
                kind=kind,
                credits=draw(st.integers(0, 200_000)),
                rank=POLICY.rank(kind),
                expires_at=draw(st.none() | st.integers(1, 9)),
                created_at=number,
                purchase_id=draw(st.sampled_from([None, "p", "q"])),
                paid_each=draw(st.none() | prices),
            )
        )
    return tuple(made)


@st.composite
def bills(draw: st.DrawFn) -> Bill:
    """A price that the gateway can charge, in any currency."""
    currency = draw(st.sampled_from(["usd", "jpy", "kwd", "isk", "huf"]))
    step, least = CURRENCIES[currency].step, STRIPE_LIMITS.least(currency)
    price = draw(st.integers(-(-least // step), 99_999_999 // step)) * step
    return Bill(price_minor=price, least_minor=least, currency=currency)


CHANGE = ChangeOfPlan(kind="upgrade", when="now", plan_credits="convert", purchased_credits="convert")
rules = st.builds(
    Convert, price=st.sampled_from(["plan", "lower_of_paid_and_plan"]), rest=st.sampled_from(["keep", "forfeit"])
)


def months(sizes: list[int]) -> tuple[UnusedLot, ...]:
    """Plan lots of months to come."""
    return tuple(
        UnusedLot(
            lot_id=f"month_{place}",
            unit=UNIT,
            kind="plan",
            credits=size,
            rank=POLICY.rank("plan"),
            expires_at=20 + place,
            created_at=20 + place,
        )
        for place, size in enumerate(sizes)
    )


unuseds = st.builds(
    Unused,
    unit=st.just(UNIT),
    lots=lots(),
    price=prices,
    to_come=st.lists(st.integers(1, 100_000), max_size=4).map(months),
)


def worth(unused: Unused, rule: Convert, lot: UnusedLot) -> Decimal:
    """What one credit of the lot is worth, said once more."""
    if rule.price == "plan" or lot.kind == "plan" or lot.paid_each is None:
        return unused.price
    return min(lot.paid_each, unused.price)


def to_come(unused: Unused) -> int:
    """Credits of months to come."""
    return sum(lot.credits for lot in unused.to_come)


def exact_value(unused: Unused, rule: Convert, currency: str) -> Fraction:
    """What all convertible credits are worth, unrounded, in minor units."""
    known = [lot for lot in unused.lots if lot.unit == UNIT and lot.kind in ("plan", "purchased")]
    sums = [lot.credits * in_minor(worth(unused, rule, lot), currency) for lot in known]
    return sum(sums, Fraction(0)) + to_come(unused) * in_minor(unused.price, currency)


@given(unuseds, rules, bills())
def test_x_20_the_discount_is_neither_negative_nor_above_the_price_and_leaves_what_can_be_charged(
    unused: Unused, rule: Convert, bill: Bill
) -> None:
    found = convert(unused, CHANGE, rule, bill)
    due = bill.price_minor - found.discount_minor
    assert 0 <= found.discount_minor <= bill.price_minor
    assert due == 0 or due >= bill.least_minor
    assert due % CURRENCIES[bill.currency].step == 0


@given(unuseds, rules, bills())
def test_x_20_the_discount_is_what_all_credits_are_worth_or_what_the_price_lets_through(
    unused: Unused, rule: Convert, bill: Bill
) -> None:
    value = rounded_minor(exact_value(unused, rule, bill.currency), bill.currency)
    most = bill.price_minor if value >= bill.price_minor else bill.price_minor - bill.least_minor
    assert convert(unused, CHANGE, rule, bill).discount_minor == min(value, most)


@given(unuseds, bills())
def test_x_20_never_more_credits_than_needed_by_one(unused: Unused, bill: Bill) -> None:
    """One credit less would not reach the amount, unless all of them together are worth less than the price."""
    found = convert(unused, CHANGE, Convert(), bill)
    each = in_minor(unused.price, bill.currency)
    known = sum(lot.credits for lot in unused.lots if lot.unit == UNIT and lot.kind in ("plan", "purchased"))
    assert 0 <= found.credits <= known + to_come(unused)
    if found.credits < known + to_come(unused):
        assert found.credits == 0 or (found.credits - 1) * each < found.discount_minor
        assert abs(found.credits * each - found.discount_minor) < each + CURRENCIES[bill.currency].step


@given(unuseds, rules, bills())
def test_x_20_the_parts_are_the_whole(unused: Unused, rule: Convert, bill: Bill) -> None:
    found = convert(unused, CHANGE, rule, bill)
    assert sum(part.amount_minor for part in found.parts) == found.discount_minor
    assert sum(part.credits for part in found.parts) == found.credits
    assert all(part.amount_minor >= 0 for part in found.parts)
    assert len({part.price for part in found.parts}) == len(found.parts)


@given(unuseds, rules, bills())
def test_x_20_x_24_what_is_taken_is_there_each_lot_once_and_in_burn_order(
    unused: Unused, rule: Convert, bill: Bill
) -> None:
    found = convert(unused, CHANGE, rule, bill)
    held = {lot.lot_id: lot for lot in (*unused.lots, *unused.to_come)}
    assert len({each.lot_id for each in found.taken}) == len(found.taken) or has_twins(unused)
    assert all(0 < each.credits <= held[each.lot_id].credits for each in found.taken)
    assert all(held[each.lot_id].unit == each.unit for each in found.taken)
    own = [held[each.lot_id] for each in found.taken if each.unit == UNIT]
    assert own == sorted(own, key=lambda lot: lot.order)
    if rule.rest == "keep":
        partly = [each for each in found.taken if each.unit == UNIT and each.credits < held[each.lot_id].credits]
        assert len(partly) <= 1
        assert sum(each.credits for each in found.taken if each.unit == UNIT) == found.credits
    gone = {each.lot_id: each.credits for each in found.taken}
    left = {each.lot_id: each.credits for each in found.left_to_come}
    assert all(gone.get(lot.lot_id, 0) + left.get(lot.lot_id, 0) == lot.credits for lot in unused.to_come)


def has_twins(unused: Unused) -> bool:
    """Two lots of the first unit with one purchase: no purchase makes such."""
    named = [lot.purchase_id for lot in unused.lots if lot.unit == UNIT and lot.purchase_id]
    return len(named) != len(set(named))


@given(unuseds, rules, bills(), st.integers(1, 100_000))
def test_d28_more_unused_credits_are_never_worth_less(unused: Unused, rule: Convert, bill: Bill, more: int) -> None:
    extra = UnusedLot(
        lot_id="more",
        unit=UNIT,
        kind="purchased",
        credits=more,
        rank=POLICY.rank("purchased"),
        expires_at=None,
        created_at=99,
    )
    richer = Unused(
        unit=UNIT,
        lots=(*unused.lots, extra),
        price=unused.price,
        to_come=unused.to_come,
    )
    assert discount(richer, rule, bill) >= discount(unused, rule, bill)


def discount(unused: Unused, rule: Convert, bill: Bill) -> int:
    """The discount alone."""
    found: Conversion = convert(unused, CHANGE, rule, bill)
    return found.discount_minor


@given(st.integers(0, 10**6), st.integers(1, 10**6), st.data())
def test_x_24_companions_that_follow_leave_no_more_than_their_share(
    companions: int, credits: int, data: st.DataObject
) -> None:
    going = data.draw(st.integers(0, credits))
    gone = follows("follow", companions, going, credits)
    assert 0 <= gone <= companions
    assert (companions - gone) * credits <= companions * (credits - going)
    assert follows("follow", companions, credits, credits) == companions
    names: tuple[CompanionRule, ...] = ("follow", "end", "keep")
    assert [follows(name, companions, 0, credits) for name in names] == [0, 0, 0]
