"""The account's balance: what a charge, a refund, a dispute and a payout do to it, with Stripe's fees and exchange."""

from __future__ import annotations

from typing import Any

from tests.local.stand_in.shop import Shop


def paid(shop: Shop, amount: int = 3_000, currency: str = "usd") -> Any:
    params: Any = {"amount": amount, "currency": currency, "payment_method": "pm_card_visa", "confirm": True}
    return shop.client().v1.payment_intents.create(params)


def balance(shop: Shop, **asked: Any) -> list[Any]:
    return shop.client().v1.balance_transactions.list({"limit": 100, **asked}).data


def figures(each: Any) -> tuple[str, str, int, int, int, str]:
    return each.reporting_category, each.type, each.amount, each.fee, each.net, each.currency


def test_a_charge_a_refund_a_dispute_and_its_reversal_are_what_moves_a_balance(shop: Shop) -> None:
    """As the published samples of disputes have it: the fee of a dispute comes back with a won one, a charge's never."""
    first, second = paid(shop), paid(shop, 1_000)
    refund = shop.control("POST", "refund", payment_intent=first.id, amount_minor=1_000).json()
    dispute = shop.control("POST", "dispute", payment_intent=second.id).json()["id"]
    shop.control("POST", f"dispute/{dispute}/close", outcome="won")
    shop.control("POST", f"refund/{refund['id']}/fail")
    shop.control("POST", "payouts", currency="usd")
    found = balance(shop)
    assert [figures(each) for each in reversed(found)] == [
        ("charge", "charge", 3_000, 117, 2_883, "usd"),
        ("charge", "charge", 1_000, 59, 941, "usd"),
        ("refund", "refund", -1_000, 0, -1_000, "usd"),
        ("dispute", "adjustment", -1_000, 1_500, -2_500, "usd"),
        ("dispute_reversal", "adjustment", 1_000, -1_500, 2_500, "usd"),
        ("refund_failure", "refund_failure", 1_000, 0, 1_000, "usd"),
        ("payout", "payout", -3_824, 0, -3_824, "usd"),
    ]
    assert sum(each.net for each in found) == 0
    v1 = shop.client().v1
    charge = v1.charges.retrieve(first.latest_charge, {"expand": ["balance_transaction"]})
    assert charge.balance_transaction.source == charge.id
    assert charge.balance_transaction.available_on == charge.created + 2 * 24 * 3600
    assert [each.id for each in v1.disputes.retrieve(dispute).balance_transactions] == [found[3].id, found[2].id]
    sources = balance(shop, expand=["data.source"])
    assert {each.source.object for each in sources} == {"charge", "refund", "dispute", "payout"}
    assert [each.source.id for each in balance(shop, source=refund["id"], expand=["data.source"])] == [refund["id"]] * 2


def test_what_is_paid_in_another_currency_is_exchanged_and_goes_back_by_the_same_rate(shop: Shop) -> None:
    shop.control("POST", "settings", settles_in="eur", exchange_rate="0.0062")
    payment = paid(shop, 10_000, "jpy")
    shop.control("POST", "refund", payment_intent=payment.id)
    back, came = balance(shop)
    assert (came.currency, came.amount, came.exchange_rate, came.fee) == ("eur", 6_200, 0.0062, 210)
    assert (back.currency, back.amount, back.fee) == ("eur", -6_200, 0)


def test_a_decline_and_an_inquiry_move_nothing_and_there_is_nothing_to_pay_out(shop: Shop) -> None:
    payment = paid(shop)
    shop.control("POST", "dispute", payment_intent=payment.id, status="warning_needs_response")
    assert len(balance(shop)) == 1
    assert shop.control("POST", "payouts", currency="eur").status_code == 409
    assert shop.control("POST", "settings", exchange_rate="much").status_code == 422
