"""The gateway's balance through the real library at the stand-in: whose each transaction is, of which payment, in which currency."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from lotbook.adapters.stripe.balance import moved
from lotbook.adapters.stripe.lists import StripeLists
from lotbook.domain.reconciliation.differences import ComparedPeriod
from lotbook.domain.reports.payments import Moved
from lotbook.domain.sales.gateway import Deployment
from lotbook.domain.values.instants import SECOND
from tests import patience
from tests.contracts.test_gateway_lists import EVER, Town, town
from tests.fakes.purchases import ORDERED, TEST
from tests.fakes.reports import FakeBalance

__all__ = ["town"]


def every(lists: Any, period: ComparedPeriod = EVER) -> list[Moved]:
    found, after = list[Moved](), None
    for _ in range(20):
        page = lists.balance(period, after)
        found, after = [*found, *page.rows], page.after
        if after is None:
            return found
    raise AssertionError("it never came to its end")


def lived(town: Town) -> list[str]:
    """Two payments of 30.00: one of which 10.00 went back, one that is disputed, and the dispute won; what is there is paid out."""
    payments = []
    for number in range(2):
        payments.append(town.payment(town.bought(f"key-{number}")))
        town.desk.clock.instant += 60 * SECOND
    town.post("/_stand_in/refund", {"payment_intent": payments[0], "amount_minor": 1_000})
    dispute = town.post("/_stand_in/dispute", {"payment_intent": payments[1]})["id"]
    town.desk.clock.instant += 60 * SECOND
    town.post(f"/_stand_in/dispute/{dispute}/close", {"outcome": "won"})
    town.post("/_stand_in/payouts", {"currency": "usd"})
    return payments


def test_each_transaction_names_its_payment_and_whose_it_is(town: Town) -> None:
    """A charge bears its payment's mark; a refund of the dashboard's and a dispute bear none, and name the payment."""
    one, other = lived(town)
    found = {each.category + (each.payment or ""): each for each in every(town.lists)}
    assert len(found) == 6
    charge = found[f"charge{one}"]
    row = next(iter(town.desk.purchases.rows.values()))
    assert (charge.gross, charge.fee, charge.currency, charge.paid, charge.paid_currency) == (
        3_000,
        117,
        "usd",
        3_000,
        "usd",
    )
    assert (charge.mark, charge.account_id, charge.purchase_id) == ("ours", row.account_id, row.purchase_id)
    assert charge.at == ORDERED
    back, disputed, won = (found[name] for name in (f"refund{one}", f"dispute{other}", f"dispute_reversal{other}"))
    assert [(each.paid, each.fee, each.mark) for each in (back, disputed, won)] == [
        (-1_000, 0, "none"),
        (-3_000, 1_500, "none"),
        (3_000, -1_500, "none"),
    ]
    payout = found["payout"]
    assert (payout.payment, payout.paid, payout.mark) == (None, 0, "none")
    assert sum(each.gross - each.fee for each in found.values()) == 0
    for deployment in (Deployment("other", live=False), Deployment("test", live=False, app="another")):
        marks = {each.mark for each in every(StripeLists(town.calls, deployment)) if each.category == "charge"}
        assert marks == {"other"}


def test_a_payment_that_is_exchanged_is_told_in_its_own_currency_too(town: Town) -> None:
    town.post("/_stand_in/settings", {"settles_in": "eur", "exchange_rate": "0.9"})
    one, _ = lived_in_dollars(town)
    found = [each for each in every(town.lists) if each.payment == one]
    assert [(each.currency, each.gross, each.paid_currency, each.paid) for each in found] == [
        ("eur", -900, "usd", -1_000),
        ("eur", 2_700, "usd", 3_000),
    ]


def lived_in_dollars(town: Town) -> list[str]:
    payments = [town.payment(town.bought(f"key-{number}")) for number in range(2)]
    town.post("/_stand_in/refund", {"payment_intent": payments[0], "amount_minor": 1_000})
    return payments


def test_the_fake_answers_the_same_pages(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lotbook.adapters.stripe.requests.LIST_PAGE", 2)
    lived(town)
    whole = every(town.lists)
    fake = FakeBalance(*whole, size=2)
    for period in (
        EVER,
        ComparedPeriod(ORDERED, ORDERED + 61_000),
        ComparedPeriod(ORDERED + 61_000, ORDERED + 200_000),
    ):
        ours, theirs = every(town.lists, period), every(fake, period)
        assert sorted(ours, key=lambda each: each.transaction) == sorted(theirs, key=lambda each: each.transaction)
        assert [each.at for each in ours] == [each.at for each in theirs]
    first = town.lists.balance(EVER, None)
    assert (len(first.rows), first.after) == (2, first.rows[-1].transaction)


def test_a_charge_without_any_mark_is_nobodys_yet(town: Town) -> None:
    """A charge of another system on the account, without any mark."""
    form = {"amount": "900", "currency": "usd", "payment_method": "pm_card_visa", "confirm": "true"}
    headers = {"Authorization": "Bearer sk_test_x"}
    requests.post(
        f"{town.url}/v1/payment_intents", data=form, headers=headers, timeout=patience.SECONDS
    ).raise_for_status()
    (found,) = every(town.lists)
    assert (found.mark, found.account_id, found.paid) == ("none", None, 900)


@pytest.mark.parametrize("source", [None, "txr_1", {"id": "po_1", "object": "payout", "currency": "usd"}])
def test_what_no_payment_is_behind_belongs_to_none(source: Any) -> None:
    """A fee of Stripe's own has no source, a payout has one that is no payment's; an id is not looked into."""
    told = {"id": "txn_1", "created": 1, "reporting_category": "fee", "currency": "usd", "amount": -25, "fee": 0}
    assert moved(told | {"source": source}, TEST) == Moved("txn_1", SECOND, "fee", "usd", -25, 0)
