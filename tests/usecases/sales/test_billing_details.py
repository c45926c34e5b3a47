"""Billing details: who fills them in, what the gateway hears, and what invoices keep (NP-46..48, DF-22)."""

from __future__ import annotations

import logging
from dataclasses import replace

import pytest

from lotbook.domain.policy.parts import Invoices
from lotbook.domain.sales.purchase import Purchase
from lotbook.domain.values.errors import (
    AccountNotFound,
    BillingDetailsNotFound,
    Forbidden,
    InvalidRequest,
    InvoiceNotReady,
    Unavailable,
)
from lotbook.usecases.sales.billing_details import fill_in_billing, read_billing
from lotbook.usecases.sales.list_purchases import rows_of
from lotbook.usecases.sales.read_invoice import read_invoice
from lotbook.usecases.sales.settle_purchase import settle_purchase
from tests.fakes.accounts import FakePolicies
from tests.fakes.billing import details
from tests.fakes.desk import SERVICE, Desk
from tests.fakes.samples import member, published

FIRST, SECOND = details(), details(name="Acme Ltd.")


def fill_in(desk: Desk, filled: object = FIRST, role: str = "admin") -> None:
    fill_in_billing("acme", filled, member(role), desk=desk.sales)  # type: ignore[arg-type]


def strict_desk() -> Desk:
    """The sample policy whose invoices wait for billing details."""
    desk = Desk("9pic")
    desk.policies = FakePolicies(replace(published("9pic").policy, invoices=Invoices(billing_details="required")))
    desk.sales = replace(desk.sales, policies=desk.policies)
    return desk


def completed(desk: Desk, key: str = "key-1") -> Purchase:
    bought = desk.buy(key=key).purchase
    desk.pay(bought)
    return settle_purchase("acme", bought.purchase_id, desk=desk.sales)


def invoice_state(desk: Desk, purchase: Purchase) -> str:
    (row,) = rows_of([purchase], billing=desk.billing, clock=desk.clock)
    return row.invoice


def test_np_48_what_was_filled_in_is_read_again() -> None:
    desk = Desk()
    with pytest.raises(BillingDetailsNotFound):
        read_billing("acme", accounts=desk.accounts, billing=desk.billing)
    fill_in(desk, details(tax_id="12-3456789"))
    assert read_billing("acme", accounts=desk.accounts, billing=desk.billing).tax_id == "123456789"
    with pytest.raises(AccountNotFound):
        read_billing("nobody", accounts=desk.accounts, billing=desk.billing)


def test_is_31_np_01_only_members_who_may_buy_fill_them_in() -> None:
    desk = Desk("9pic")
    for caller in (member("billing"), member("operator"), member("member"), SERVICE):
        with pytest.raises(Forbidden):
            fill_in_billing("acme", FIRST, caller, desk=desk.sales)
    assert desk.billing.records == {}


def test_np_48_a_tax_id_of_another_country_is_refused_and_nothing_is_kept() -> None:
    desk = Desk()
    with pytest.raises(InvalidRequest):
        fill_in(desk, details(tax_id="DE136695976"))
    assert desk.billing.records == {}


def test_np_47_an_invoice_keeps_the_details_on_file_when_it_was_made() -> None:
    desk = Desk()
    before = completed(desk, "a")
    fill_in(desk, FIRST)
    with_first = completed(desk, "b")
    fill_in(desk, SECOND)
    assert read_invoice("acme", with_first.purchase_id, desk=desk.sales).billing == FIRST
    assert read_invoice("acme", before.purchase_id, desk=desk.sales).billing is None


def test_np_46_an_invoice_waits_for_billing_details_where_the_policy_says_so() -> None:
    desk = strict_desk()
    bought = completed(desk)
    assert invoice_state(desk, bought) == "waiting_for_billing"
    with pytest.raises(InvoiceNotReady) as refused:
        read_invoice("acme", bought.purchase_id, desk=desk.sales)
    assert refused.value.data == {"reason": "waiting_for_billing"}
    fill_in(desk, FIRST)
    assert invoice_state(desk, bought) == "available"
    fill_in(desk, SECOND)
    found = read_invoice("acme", bought.purchase_id, desk=desk.sales)
    assert (found.facts.number, found.billing) == ("A-1", FIRST)


def test_np_46_the_policy_version_of_the_order_counts() -> None:
    desk = strict_desk()
    bought = desk.buy().purchase
    desk.sales = replace(desk.sales, policies=FakePolicies(published("9pic").policy))
    assert bought.invoice_waits
    assert not desk.buy(key="later").purchase.invoice_waits


def test_np_44_before_completion_there_is_no_invoice_and_the_answer_says_why() -> None:
    desk = strict_desk()
    bought = desk.buy().purchase
    with pytest.raises(InvoiceNotReady) as refused:
        read_invoice("acme", bought.purchase_id, desk=desk.sales)
    assert refused.value.data == {"reason": "not_completed"}


def test_df_22_the_gateway_s_customer_shows_the_details_before_the_page_opens() -> None:
    desk = Desk()
    fill_in(desk, FIRST)
    assert desk.gateway.described == []  # no customer yet
    desk.buy(key="a")
    assert desk.gateway.calls[:3] == ["open_customer", "describe_customer", "open_checkout"]
    desk.buy(key="b")
    assert [(edition, shown) for _, edition, shown in desk.gateway.described] == [(1, FIRST)]
    fill_in(desk, SECOND)
    fill_in(desk, SECOND)
    desk.buy(key="c")
    assert [(edition, shown) for _, edition, shown in desk.gateway.described] == [(1, FIRST), (2, SECOND)]


def test_df_22_a_gateway_that_does_not_answer_is_told_later() -> None:
    desk = Desk()
    desk.buy(key="a")
    desk.gateway.later["describe_customer"] = ["before", "before"]
    fill_in(desk, FIRST)
    assert desk.billing.records["acme"].details == FIRST
    with pytest.raises(Unavailable):
        desk.buy(key="b")
    desk.buy(key="b")
    assert [edition for _, edition, _ in desk.gateway.described] == [1]


def test_df_22_details_that_the_gateway_refuses_ring_and_stop_no_purchase(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk()
    fill_in(desk, FIRST)
    monkeypatch.setattr(desk.gateway, "describe_customer", lambda *_: False)
    with caplog.at_level(logging.ERROR):
        assert desk.buy().purchase.checkout_url
    assert "billing_details_refused" in caplog.text
    assert "Acme" not in caplog.text
    assert desk.billing.records["acme"].sent == 1


def test_np_47_whoever_completes_first_freezes_the_details_and_a_replay_changes_nothing() -> None:
    desk = Desk()
    fill_in(desk, FIRST)
    bought = completed(desk)
    fill_in(desk, SECOND)
    assert settle_purchase("acme", bought.purchase_id, desk=desk.sales).billing == FIRST
