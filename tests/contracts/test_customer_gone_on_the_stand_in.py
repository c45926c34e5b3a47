"""A customer that was deleted by hand, through the real Stripe library: what it answers, and that the account goes on."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests as http

from local.stripe_stand_in import api
from lotbook.domain.sales.billing import BillingRecord
from lotbook.domain.sales.cards import CardFile
from lotbook.domain.sales.gateway import CustomerGone
from lotbook.domain.sales.items import TopUpItem
from lotbook.domain.values.errors import BrokenInvariant, PaymentMethodNotFound, Unavailable
from lotbook.domain.values.instants import HOUR
from lotbook.usecases.sales.abandon_purchase import abandon_purchase
from lotbook.usecases.sales.billing_details import fill_in_billing
from lotbook.usecases.sales.cards import choose_card
from lotbook.usecases.sales.settle_purchase import settle_purchase
from tests import patience
from tests.contracts.test_cards_on_the_stand_in import ADMIN, MASTER, SETUP, VISA, Town, town
from tests.contracts.test_stripe_gateway import gateway
from tests.fakes.accounts import an_account
from tests.fakes.billing import details
from tests.fakes.closings import close, erase, sweep_closings
from tests.fakes.desk import an_event
from tests.fakes.purchases import a_purchase

__all__ = ["town"]
HEAD = {"Authorization": "Bearer sk_test_x"}
MISSING = {"type": "invalid_request_error", "code": "resource_missing", "message": "No such customer: 'cus_1'"}
RECORD = BillingRecord("acme", details(), details(), 1, 1, "ann")


@pytest.fixture(params=["refusals are kept by their key", "refusals are not kept"])
def stripe_town(request: pytest.FixtureRequest, town: Town, monkeypatch: pytest.MonkeyPatch) -> Town:
    """Stripe's pages leave it open whether a refusal for a customer that is gone is answered again for its key: both must do."""
    if request.param.endswith("by their key"):
        monkeypatch.setattr(api, "_KEPT_STATUS", (*api._KEPT_STATUS, 400, 404))
    return town


def delete(here: Town) -> str:
    gone = here.customer
    assert (
        http.delete(f"{here.url}/v1/customers/{gone}", headers=HEAD, timeout=patience.SECONDS).json()["deleted"] is True
    )
    return gone


def customers(here: Town) -> list[dict[str, Any]]:
    """Those that are not deleted."""
    found: list[dict[str, Any]] = http.get(
        f"{here.url}/v1/customers?limit=100", headers=HEAD, timeout=patience.SECONDS
    ).json()["data"]
    return found


def test_d_04_np_19_a_purchase_is_paid_by_the_new_customer_and_shows_its_details(stripe_town: Town) -> None:
    here = stripe_town
    here.desk.buy(TopUpItem(10), key="before")
    fill_in_billing("acme", details(), ADMIN, desk=here.desk.sales)
    gone = delete(here)
    row = here.desk.buy(TopUpItem(30), save_payment_method=True).purchase
    assert row.customer == here.customer != gone
    (made,) = customers(here)
    assert (made["id"], made["name"], made["metadata"]["account_id"]) == (here.customer, "Acme Inc.", "acme")
    assert here.pay(str(row.checkout_url)) == 200
    assert abandon_purchase("acme", row.purchase_id, ADMIN, desk=here.desk.sales).state == "completed"
    assert here.desk.available() == 30
    kept = here.stripe(lambda client: client.v1.customers.retrieve(here.customer)).to_dict()
    assert kept["invoice_settings"]["default_payment_method"] is not None, "abandoning looked at the cards"


def test_d_04_an_order_that_was_refused_for_one_customer_is_opened_for_the_next_ones(stripe_town: Town) -> None:
    """D4: the order's own key was used twice already, for customers that are gone; each time the answer to it was lost."""
    here = stripe_town
    here.desk.buy(TopUpItem(10), key="before")
    for _ in range(2):
        delete(here)
        body: dict[str, Any] = {"operation": "customers.create", "kind": "timeout_after_commit", "times": 3}
        http.post(f"{here.url}/_stand_in/fail", json=body, timeout=patience.SECONDS).raise_for_status()
        with pytest.raises(Unavailable):
            here.desk.buy(TopUpItem(30))
        here.desk.buy(TopUpItem(10), key=f"meanwhile-{here.customer}")
    delete(here)
    row = here.desk.buy(TopUpItem(30)).purchase
    assert here.pay(str(row.checkout_url)) == 200
    here.desk.clock.instant += 1
    assert abandon_purchase("acme", row.purchase_id, ADMIN, desk=here.desk.sales).state == "completed"
    assert [each["id"] for each in customers(here)] == [here.customer]
    account = here.desk.accounts.get("acme")
    assert account is not None
    assert len(account.former_customers) == 3


def test_d_04_many_at_once_get_one_new_customer(stripe_town: Town) -> None:
    here = stripe_town
    here.desk.buy(TopUpItem(10), key="before")
    delete(here)

    def buy(number: int) -> str:
        for _ in range(20):
            try:
                return str(here.desk.buy(TopUpItem(30), key=f"key-{number % 2}").purchase.customer)
            except Unavailable:
                continue  # the same key is being answered to somebody else this moment
        raise AssertionError("never answered")

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(buy, range(6))) == {here.customer}
    assert [each["id"] for each in customers(here)] == [here.customer]


def test_is_59_a_card_is_added_for_the_new_customer_and_those_of_the_old_are_not_there(stripe_town: Town) -> None:
    here = stripe_town
    old = here.add(VISA)
    gone = delete(here)
    assert here.look() == CardFile()
    with pytest.raises(PaymentMethodNotFound):
        choose_card("acme", old, ADMIN, desk=here.desk.sales)
    assert here.customer == gone, "a look makes nothing"
    card = here.add(MASTER)
    assert here.customer != gone
    assert (here.look().default, len(here.look().cards)) == (card, 1)


def test_df_22_details_that_find_their_customer_gone_are_shown_by_the_next(stripe_town: Town) -> None:
    here = stripe_town
    here.desk.buy(TopUpItem(10), key="before")
    gone = delete(here)
    fill_in_billing("acme", details(), ADMIN, desk=here.desk.sales)
    assert [(each["id"], each["name"]) for each in customers(here)] == [(here.customer, "Acme Inc.")]
    assert here.customer != gone


def test_d_07_a_page_that_was_open_when_its_customer_went_is_paid_into_the_order(stripe_town: Town) -> None:
    here = stripe_town
    row = here.desk.buy(TopUpItem(30), save_payment_method=True).purchase
    gone = delete(here)
    here.desk.buy(TopUpItem(10), key="other")
    assert here.pay(str(row.checkout_url)) == 200
    assert abandon_purchase("acme", row.purchase_id, ADMIN, desk=here.desk.sales).state == "completed"
    assert (here.desk.row(row).customer, here.desk.available()) == (gone, 30)
    payment = here.desk.sales.gateway.checkout(str(row.gateway_refs.checkout_session)).payment
    assert payment is not None
    method = str(payment.payment_method)
    assert here.stripe(lambda client: client.v1.payment_methods.retrieve(method)).customer is None, "kept by nobody"
    assert here.look() == CardFile()


def test_d_06_a_lost_page_is_found_with_the_customer_that_it_was_opened_for(stripe_town: Town) -> None:
    here = stripe_town
    body: dict[str, Any] = {"operation": "checkout.sessions.create", "kind": "timeout_after_commit", "times": 3}
    http.post(f"{here.url}/_stand_in/fail", json=body, timeout=patience.SECONDS).raise_for_status()
    with pytest.raises(Unavailable):
        here.desk.buy(TopUpItem(30))
    lost = here.desk.row()
    delete(here)
    here.desk.buy(TopUpItem(10), key="other")
    assert abandon_purchase("acme", lost.purchase_id, ADMIN, desk=here.desk.sales).state == "abandoned"
    session = str(here.desk.row(lost).gateway_refs.checkout_session)
    assert here.desk.sales.gateway.checkout(session).state == "expired"
    assert an_event(here.desk.row(lost)).object_id == session


@pytest.mark.parametrize("param", ["customer", "id"])
@pytest.mark.parametrize(
    "ask",
    [
        lambda stage: stage.open_checkout(a_purchase(), "cus_1"),
        lambda stage: stage.open_setup(SETUP, "cus_1"),
        lambda stage: stage.describe_customer(an_account(), "cus_1", RECORD),
    ],
    ids=["checkout", "setup", "billing details"],
)
def test_a_customer_that_is_missing_is_gone_and_anything_else_that_is_missing_is_our_defect(
    ask: Callable[[Any], object], param: str
) -> None:
    stage, _ = gateway((404 if param == "id" else 400, {"error": {**MISSING, "param": param}}))
    with pytest.raises(CustomerGone) as gone:
        ask(stage)
    assert gone.value.customer == "cus_1"
    stage, _ = gateway((400, {"error": {**MISSING, "param": "line_items[0][price]"}}))
    with pytest.raises(BrokenInvariant):
        ask(stage)


def test_df_22_an_update_that_answers_a_deleted_customer_has_shown_nothing() -> None:
    stage, _ = gateway((200, {"id": "cus_1", "object": "customer", "deleted": True}))
    with pytest.raises(CustomerGone):
        stage.describe_customer(an_account(), "cus_1", RECORD)


def test_reads_about_a_customer_that_stripe_does_not_know_find_nothing() -> None:
    """Deleted, or made under the key of another Stripe account: no look may be a 500 for ever."""
    refused = (404, {"error": {**MISSING, "param": "id"}})
    stage, _ = gateway(refused, (400, {"error": {**MISSING, "param": "customer"}}), refused)
    assert stage.card_file("cus_1") == CardFile()
    assert stage.find_checkout(a_purchase(), "cus_1") is None
    assert stage.set_up("cus_1") == frozenset()
    known = (200, {"id": "cus_1", "object": "customer", "metadata": {}, "invoice_settings": {}})
    stage, _ = gateway(known, refused)
    assert stage.card_file("cus_1") == CardFile(), "deleted between two reads"


def test_d_04_each_key_names_the_customer_that_its_request_is_about() -> None:
    """D4: the same key for another customer would be an error at Stripe, or the answer about the one that is gone."""
    made = (200, {"id": "cus_2", "object": "customer"})
    stage, wire = gateway(made, made, made)
    stage.open_customer(an_account())
    stage.open_customer(an_account(gateway_customer="cus_1"))
    stage.describe_customer(an_account(), "cus_2", RECORD)
    keys = [headers["Idempotency-Key"] for _, _, headers, _ in wire.sent]
    wanted = ["lotbook:test:customer:acme", "lotbook:test:customer:acme:cus_1", "lotbook:test:billing:acme:1:cus_2"]
    assert [key.rpartition(":")[0] for key in keys] == wanted, "and behind it a digest of the request"


def test_a_closed_accounts_customer_is_deleted_once_and_its_closing_goes_on_without_it(town: Town) -> None:
    """With Stripe's own library: pages end, cards come off, the customer goes, and the look a day later finds nothing to do."""
    here = town
    row = here.desk.buy(TopUpItem(30), save_payment_method=True).purchase
    assert here.pay(str(row.checkout_url)) == 200
    settle_purchase("acme", row.purchase_id, desk=here.desk.sales)
    open_page = here.desk.buy(TopUpItem(40), key="open").purchase
    close(here.desk)
    assert here.desk.row(open_page).state == "abandoned"
    gone = here.customer
    assert here.desk.sales.gateway.card_file(gone).cards == ()
    erase(here.desk)
    for later in (0, 26 * HOUR):
        here.desk.clock.instant += later
        sweep_closings(here.desk)
        assert customers(here) == []
    assert (here.desk.closings.due, here.customer) == ({}, gone)
