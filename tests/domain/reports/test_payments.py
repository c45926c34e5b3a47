"""Books and gateway, payment by payment: what differs, and why."""

from __future__ import annotations

from typing import Any

import pytest

from lotbook.domain.reports.payments import (
    Booked,
    Mark,
    Moved,
    Payment,
    add_up_payments,
    differences,
    with_other_months,
)

PAY = "pi_1"


def sale(total: int = 3_570, payment: str = PAY, currency: str = "usd") -> Booked:
    return Booked(payment, "acme", "pur_1", 1, "sale", currency, total)


def back(total: int, payment: str = PAY) -> Booked:
    return Booked(payment, "acme", "pur_1", 2, "refund", "usd", -total)


def moved(category: str, paid: int, name: str = "txn_1", mark: Mark = "ours", **more: Any) -> Moved:
    return Moved(name, 1, category, "usd", paid, more.pop("fee", 0), PAY, "usd", paid, mark, **more)


def payment(*rows: Booked | Moved) -> Payment:
    booked = tuple(row for row in rows if isinstance(row, Booked))
    return Payment(booked[0].payment if booked else PAY, booked, tuple(row for row in rows if isinstance(row, Moved)))


PAST = payment(sale(payment="pur_1"))
CASES: list[tuple[str, Payment, list[tuple[str, int, int, str]]]] = [
    ("both alike", payment(sale(), moved("charge", 3_570)), []),
    ("a refund in two", payment(back(900), moved("refund", -400), moved("refund", -500, "txn_2")), []),
    ("a refund that failed", payment(moved("refund", -400), moved("refund_failure", 400, "txn_2")), []),
    ("a dispute that was won in the month", payment(moved("dispute", -9), moved("dispute_reversal", 9, "txn_2")), []),
    ("a debit that bounced", payment(moved("charge", 9), moved("charge_failure", -9, "txn_2")), []),
    ("a lost dispute of the month", payment(back(3_570), moved("dispute", -3_570)), []),
    ("nobody booked it", payment(moved("charge", 3_570)), [("charged", 0, 3_570, "not_booked")]),
    ("the gateway has none", payment(sale()), [("charged", 3_570, 0, "not_in_balance")]),
    ("paid past the gateway", PAST, [("charged", 3_570, 0, "not_through_gateway")]),
    ("another amount", payment(sale(), moved("charge", 3_500)), [("charged", 3_570, 3_500, "amount")]),
    ("a dispute is open", payment(moved("dispute", -3_570)), [("money_back", 0, 3_570, "dispute")]),
    (
        "a dispute is open, and a refund was booked",
        payment(back(500), moved("refund", -500), moved("dispute", -3_070, "txn_2")),
        [("money_back", 500, 3_570, "dispute")],
    ),
    ("a refund that nobody booked", payment(moved("refund", -5)), [("money_back", 0, 5, "not_booked")]),
    ("a refund that never left", payment(back(5)), [("money_back", 5, 0, "not_in_balance")]),
    ("a payout is no payment's", payment(moved("payout", -900)), []),
]  # fmt: skip


@pytest.mark.parametrize(("case", "found", "wanted"), CASES, ids=[case for case, *_ in CASES])
def test_what_differs_and_why(case: str, found: Payment, wanted: list[tuple[str, int, int, str]]) -> None:
    assert [(each.what, each.booked, each.gateway, each.reason) for each in differences(found)] == wanted, case


def test_a_payment_in_another_currency_is_compared_in_its_own() -> None:
    exchanged = Moved("txn_1", 1, "charge", "eur", 3_200, 120, PAY, "usd", 3_570, "ours")
    assert list(differences(payment(sale(), exchanged))) == []
    euros = Moved("txn_1", 1, "charge", "eur", 3_570, 120, PAY, "eur", 3_570, "ours")
    found = [(each.currency, each.booked, each.gateway) for each in differences(payment(sale(), euros))]
    assert found == [("eur", 0, 3_570), ("usd", 3_570, 0)]


def test_the_month_that_has_the_other_side_is_named_and_a_dispute_stays_one() -> None:
    """A payment of the last second of a month, and a dispute that is lost in March."""
    (booked,) = differences(payment(sale()))
    others = {"2026-03": payment(), "2026-01": payment(moved("charge", 3_570))}
    assert (with_other_months(booked, others).reason, with_other_months(booked, others).other_month) == (
        "other_month",
        "2026-01",
    )
    (opened,) = differences(payment(moved("dispute", -3_570)))
    lost = with_other_months(opened, {"2026-03": payment(back(3_570))})
    assert (lost.reason, lost.other_month) == ("dispute", "2026-03")
    (closed,) = differences(payment(back(3_570)))
    assert with_other_months(closed, {"2026-01": payment(moved("dispute", -3_570))}).reason == "other_month"
    less = with_other_months(booked, {"2026-01": payment(moved("charge", 3_000))})
    assert (less.reason, less.other_month) == ("not_in_balance", None), "together they do not come to the same"


def test_sums_are_of_what_is_ours_and_the_balance_is_of_all() -> None:
    ours = payment(sale(), moved("charge", 3_570, fee=134))
    others = payment(moved("charge", 1_000, "txn_2", "other", fee=59))
    rest = Payment("", (), (Moved("txn_3", 1, "payout", "usd", -3_000, 0),))
    found = add_up_payments({}, [(ours, True), (others, False)])
    found = add_up_payments(found, [(rest, False)])
    figures = {"booked_charged": 3_570, "gateway_charged": 3_570}
    assert found["tie"] == {"usd": figures}
    charge = {"transactions": 2, "gross": 4_570, "fee": 193, "net": 4_377, "of_purchases": 3_570}
    payout = {"transactions": 1, "gross": -3_000, "fee": 0, "net": -3_000, "of_purchases": 0}
    assert found["balance"] == {"usd|charge": charge, "usd|payout": payout}
