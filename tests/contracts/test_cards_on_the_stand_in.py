"""Cards on file through the real Stripe library: what it is asked, and what becomes of it at the stand-in."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests as http
import stripe
from stripe import params as stripe_params
from stripe.params.checkout import SessionCreateParams

from local.stripe_stand_in import StandIn, serve
from local.stripe_stand_in.cards import read_card
from local.stripe_stand_in.client import InProcessClient
from local.stripe_stand_in.resources.payment_methods import make_method
from lotbook.adapters.stripe import card_requests, requests
from lotbook.adapters.stripe.client import StripeCalls
from lotbook.adapters.stripe.events import parse
from lotbook.adapters.stripe.gateway import StripeGateway
from lotbook.adapters.stripe.lists import StripeLists
from lotbook.domain.reconciliation.differences import ComparedPeriod, of_checkout
from lotbook.domain.sales.cards import CardFile, CardSetup, Seen
from lotbook.domain.sales.items import PlanItem, TopUpItem
from lotbook.domain.values.errors import BrokenInvariant, PaymentMethodNotFound, Unavailable
from lotbook.domain.values.instants import DAY, SECOND
from lotbook.usecases.inbox.handle_event import Handled, handle_event
from lotbook.usecases.inbox.recheck_purchase import recheck_purchase
from lotbook.usecases.sales.cards import SetupRequest, choose_card, remove_card, set_up_card
from lotbook.usecases.sales.follow_cards import follow_cards
from tests import patience
from tests.contracts.test_stripe_gateway import Secrets, gateway
from tests.fakes.accounts import ManualClock
from tests.fakes.desk import Desk
from tests.fakes.purchases import TEST, a_purchase
from tests.fakes.samples import member
from tests.stripe_params import check_params

VISA, MASTER, FAILS_LATER = "4242424242424242", "5555555555554444", "4000000000000341"
ADMIN = member("admin")
SETUP = CardSetup(
    "acme", "setup_1", "usd", "https://shop.example/?s={CHECKOUT_SESSION_ID}", "https://shop.example/", DAY
)
SEEN = Seen(1_700_000_000 * SECOND, "pm_1")


@pytest.mark.parametrize(
    ("params", "kind"),
    [
        (card_requests.setup(SETUP, "cus_1", TEST), SessionCreateParams),
        (card_requests.cards(None), stripe_params.CustomerPaymentMethodListParams),
        (card_requests.cards("pm_1"), stripe_params.CustomerPaymentMethodListParams),
        (card_requests.setups("cus_1"), stripe_params.SetupIntentListParams),
        (card_requests.default("pm_1", SEEN), stripe_params.CustomerUpdateParams),
        (card_requests.default("pm_1", None), stripe_params.CustomerUpdateParams),
        ({}, stripe_params.PaymentMethodDetachParams),
    ],
)
def test_every_request_about_cards_fits_the_librarys_own_parameter_types(params: dict[str, Any], kind: Any) -> None:
    assert check_params(params, kind) == []


def test_mk_14_trap_1_a_setup_page_takes_cards_only_and_charges_nothing() -> None:
    params = card_requests.setup(SETUP, "cus_1", TEST)
    assert (params["mode"], params["allowed_payment_method_types"], params["currency"]) == ("setup", ["card"], "usd")
    assert not {"line_items", "payment_intent_data", "payment_method_types"} & set(params)
    assert params["metadata"] == params["setup_intent_data"]["metadata"]
    assert params["metadata"] == {"app": "lotbook", "stage": "test", "account_id": "acme"}
    assert "{CHECKOUT_SESSION_ID}" in params["success_url"]


def test_a_plans_checkout_keeps_its_card_without_being_asked() -> None:
    order = a_purchase(item=PlanItem("pro"))
    assert requests.checkout(order, TEST)["payment_intent_data"]["setup_future_usage"] == "off_session"


@dataclass
class Town:
    """A desk whose gateway is the real adapter, and the stand-in that it talks to."""

    desk: Desk
    url: str
    stand_in: StandIn
    calls: StripeCalls

    def setup_page(self) -> str:
        return set_up_card(SetupRequest("acme"), ADMIN, desk=self.desk.sales)

    def pay(self, url: str, card: str = VISA) -> int:
        return http.post(f"{url}/pay", json={"card": card}, timeout=patience.SECONDS).status_code

    def add(self, card: str = VISA) -> str:
        """A card through a setup page; its name."""
        assert self.pay(self.setup_page(), card) == 200
        return self.look().cards[0].payment_method

    def look(self) -> CardFile:
        return follow_cards("acme", desk=self.desk.sales)

    def stripe(self, ask: Callable[[stripe.StripeClient], Any]) -> Any:
        return self.calls.call(ask)

    @property
    def customer(self) -> str:
        account = self.desk.accounts.get("acme")
        assert account is not None
        return str(account.gateway_customer)

    def events(self) -> list[Any]:
        """Hints of all events, newest first."""
        url, head = f"{self.url}/v1/events?limit=100", {"Authorization": "Bearer sk_test_x"}
        return [
            parse(json.dumps(event).encode())
            for event in http.get(url, headers=head, timeout=patience.SECONDS).json()["data"]
        ]


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    monkeypatch.setattr(stripe.HTTPClient, "_sleep_time_seconds", lambda *_: 0)
    clock = ManualClock()
    stand_in = StandIn(tmp_path, clock, None, "whsec_test", "http://placeholder")
    server = serve(stand_in, 0)
    stand_in.base_url = server.url
    calls = StripeCalls(Secrets(), "key", TEST, server.url, InProcessClient(stand_in))  # type: ignore[arg-type]
    made = StripeGateway(calls, TEST)
    desk = Desk(clock=clock, wrap=lambda name, port: made if name == "gateway" else port)
    yield Town(desk, server.url, stand_in, calls)
    server.close()
    stand_in.close()


def test_is_23_is_24_is_59_cards_are_added_chosen_and_removed_and_one_is_the_default(town: Town) -> None:
    first, second = town.add(), town.add(MASTER)
    found = town.look()
    assert [(card.brand, card.last4, card.expires) for card in found.cards] == [
        ("mastercard", "4444", "2034-12"),
        ("visa", "4242", "2034-12"),
    ]
    assert found.default == second
    assert choose_card("acme", first, ADMIN, desk=town.desk.sales).default == first
    kept = town.stripe(lambda client: client.v1.customers.retrieve(town.customer)).to_dict()
    assert kept["invoice_settings"]["default_payment_method"] == first, "what subscriptions and invoices are charged to"
    assert kept["metadata"]["account_id"] == "acme", "our mark on the customer stays"
    assert choose_card("acme", second, ADMIN, desk=town.desk.sales).default == second
    assert choose_card("acme", first, ADMIN, desk=town.desk.sales).default == town.look().default == first
    left = remove_card("acme", first, ADMIN, desk=town.desk.sales)
    assert left.default == town.look().default == second
    assert [card.payment_method for card in town.look().cards] == [second]
    assert remove_card("acme", second, ADMIN, desk=town.desk.sales).default is None
    assert town.look().cards == ()


def test_a_card_that_only_fails_when_charged_later_can_be_saved_and_a_declined_one_cannot(town: Town) -> None:
    assert town.add(FAILS_LATER) == town.look().default
    assert town.pay(town.setup_page(), "4000000000000002") == 402
    assert len(town.look().cards) == 1


def test_d_06_the_events_of_a_setup_carry_our_mark_and_each_is_a_look_at_the_cards(town: Town) -> None:
    url = town.setup_page()
    town.pay(url)
    hints = {hint.kind: hint for hint in town.events()}
    for kind in ("setup_intent.succeeded", "checkout.session.completed"):
        assert handle_event(hints[kind], desk=town.desk.sales) == Handled("cards")
    default = town.stripe(lambda client: client.v1.customers.retrieve(town.customer)).to_dict()["invoice_settings"]
    assert default["default_payment_method"] == town.look().cards[0].payment_method
    (changed,) = (hint for hint in town.events() if hint.kind == "customer.updated")
    assert handle_event(changed, desk=town.desk.sales) == Handled("cards")
    assert len([hint for hint in town.events() if hint.kind == "customer.updated"]) == 1, "a look ends in no other"
    assert list(town.desk.strays.strays(10)) == []


def test_reconciliation_is_not_told_of_setup_pages(town: Town) -> None:
    """Ours by their mark, without a purchase, and no money: open, finished and expired."""
    town.add()
    town.setup_page()
    listed = StripeLists(town.calls, TEST).checkouts(ComparedPeriod(0, 4_000_000_000 * SECOND), None).rows
    assert {(facts.mode, facts.state) for facts in listed} == {("setup", "complete"), ("setup", "open")}
    assert [difference for facts in listed for difference in of_checkout(facts, None, TEST)] == []


def test_is_59_a_purchase_that_saves_its_card_puts_it_on_file_as_the_default(town: Town) -> None:
    row = town.desk.buy(TopUpItem(30), save_payment_method=True).purchase
    assert town.pay(str(row.checkout_url), MASTER) == 200
    recheck_purchase("acme", row.purchase_id, ADMIN, desk=town.desk.sales)
    kept = town.stripe(lambda client: client.v1.customers.retrieve(town.customer)).to_dict()
    (card,) = town.look().cards
    assert (card.last4, card.payment_method) == ("4444", kept["invoice_settings"]["default_payment_method"])
    session = town.desk.row().gateway_refs.checkout_session
    payment = town.desk.sales.gateway.checkout(str(session)).payment
    assert payment is not None
    assert payment.payment_method == card.payment_method


def test_bounds_many_cards_are_read_in_pages_up_to_three_hundred_and_the_default_is_among_them(town: Town) -> None:
    first = town.add()
    with town.stand_in.world() as world:
        for _ in range(320):
            make_method(world, read_card(VISA), customer=town.customer)
    found = town.look()
    assert len(found.cards) == 301
    assert (found.default, found.cards[-1].payment_method) == (first, first)
    assert len({card.payment_method for card in found.cards}) == 301


def test_mk_14_what_is_no_card_is_neither_shown_nor_the_default(town: Town) -> None:
    card = town.add()
    with town.stand_in.world() as world:
        bank = make_method(world, read_card("async_success"), customer=town.customer)
        customer = world.get("customer", town.customer)
        customer["invoice_settings"]["default_payment_method"] = bank["id"]
        world.save(customer)
    assert [each.payment_method for each in town.look().cards] == [card]
    assert town.look().default == card
    with pytest.raises(PaymentMethodNotFound):
        choose_card("acme", bank["id"], ADMIN, desk=town.desk.sales)


def test_a_default_that_was_detached_by_hand_is_followed_by_the_next(town: Town) -> None:
    first, second = town.add(), town.add()
    town.stripe(lambda client: client.v1.payment_methods.detach(second))
    assert (town.look().default, len(town.look().cards)) == (first, 1)


def test_a_customer_that_was_deleted_by_hand_has_no_cards(town: Town) -> None:
    town.add()
    town.stripe(lambda client: client.v1.customers.delete(town.customer))
    assert town.look() == CardFile()


@pytest.mark.parametrize("text", ["", "x", "1700000000", ":pm_1", "x:pm_1", "-1:pm_1", "²:pm_1"])
def test_metadata_that_somebody_edited_is_no_decision(town: Town, text: str) -> None:
    town.add()
    change: Any = {"metadata": {card_requests.SEEN: text}}
    town.stripe(lambda client: client.v1.customers.update(town.customer, change))
    assert town.desk.sales.gateway.card_file(town.customer).seen is None


@pytest.mark.parametrize("kind", ["timeout_after_commit", "429"])
@pytest.mark.parametrize(
    "operation",
    [
        "checkout.sessions.create",
        "customers.retrieve",
        "customers.payment_methods.list",
        "setup_intents.list",
        "customers.update",
        "payment_methods.detach",
    ],
)
def test_d_05_faults_at_the_gateway_are_503_and_the_same_call_again_ends_well(
    town: Town, operation: str, kind: str
) -> None:
    first, second = town.add(), town.add(MASTER)
    page = town.setup_page()
    town.pay(page)
    http.post(
        f"{town.url}/_stand_in/fail", json={"operation": operation, "kind": kind, "times": 3}, timeout=patience.SECONDS
    ).raise_for_status()
    work: list[Callable[[], object]] = [
        town.setup_page,
        town.look,
        lambda: choose_card("acme", first, ADMIN, desk=town.desk.sales),
        lambda: remove_card("acme", second, ADMIN, desk=town.desk.sales),
    ]
    refused = 0
    for call in work:
        for _ in range(4):
            try:
                call()
            except Unavailable:
                refused += 1
                continue
            except PaymentMethodNotFound:
                assert refused, "it was removed by the call whose answer was lost"
            break
        else:
            pytest.fail("it never ends")
    assert refused >= 1
    assert town.look().default == first
    assert second not in {card.payment_method for card in town.look().cards}


def test_a_request_that_stripe_calls_invalid_is_our_defect_and_not_a_missing_card() -> None:
    refusal = {"error": {"type": "invalid_request_error", "code": "parameter_unknown", "message": "x", "param": "y"}}
    stage, _ = gateway((400, refusal))
    with pytest.raises(BrokenInvariant):
        stage.set_default("cus_1", "pm_1", SEEN)
    gone = {"error": {"type": "invalid_request_error", "code": "resource_missing", "message": "x"}}
    stage, wire = gateway((404, gone), (400, refusal))
    assert stage.set_default("cus_1", "pm_1", SEEN) is False
    assert stage.detach("pm_1") is False
    assert wire.sent[0][3] == {
        "invoice_settings[default_payment_method]": "pm_1",
        "metadata[card_seen]": "1700000000:pm_1",
    }
    assert wire.sent[1][2]["Idempotency-Key"] == "lotbook:test:detach:pm_1"


def test_d_04_the_default_is_set_under_no_fixed_key_so_a_choice_can_be_taken_back_within_a_day() -> None:
    """D4: A, B, and A again. Under one key a day Stripe would answer the third from memory and do nothing."""
    stage, wire = gateway(*[(200, {"id": "cus_1", "object": "customer"})] * 3)
    for card in ("pm_1", "pm_2", "pm_1"):
        stage.set_default("cus_1", card, None)
    assert len({headers["Idempotency-Key"] for _, _, headers, _ in wire.sent}) == 3
