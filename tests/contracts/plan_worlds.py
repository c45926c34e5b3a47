"""Two worlds of plans that renew behind one door: the gateway in memory, and the adapter at the stand-in through the real library.

Cards are told by what they do: `pays`, `declines`, `no_funds`, `asks` (the bank wants the buyer, every time), `reviews`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol

import pytest
import requests as http
import stripe

from local.stripe_stand_in import StandIn, serve
from local.stripe_stand_in.client import InProcessClient
from lotbook.adapters.stripe.client import StripeCalls
from lotbook.adapters.stripe.gateway import StripeGateway
from lotbook.domain.plans.plan_move import PlanMove
from lotbook.domain.sales.auto_charges import AutoCharge
from lotbook.domain.sales.cards import CardSetup
from lotbook.domain.sales.gateway import CheckoutFacts
from lotbook.domain.sales.items import OrderLine, PlanItem, PlanPart
from lotbook.domain.sales.purchase import Purchase
from lotbook.domain.values.instants import SECOND
from lotbook.ports.shop import Gateway
from tests import patience
from tests.contracts.test_stripe_gateway import Secrets
from tests.fakes.accounts import ManualClock, an_account
from tests.fakes.purchases import TEST, FakeGateway, a_purchase
from tests.fakes.subscription_records import ASKS
from tests.fakes.subscriptions import REVIEWS

START = "2027-01-31T12:00:00"
NUMBERS = {
    "pays": "4242424242424242",
    "declines": "4000000000000341",
    "no_funds": "4000000000009995",
    "asks": "4000002760003184",
}
TOKENS = {
    "pays": "pm_card_visa",
    "declines": "pm_card_chargeCustomerFail",
    "no_funds": "pm_card_visa_chargeDeclinedInsufficientFunds",
    "asks": "pm_card_authenticationRequired",
}
STEPS = {
    "invoices.create": "auto.create",
    "invoice_items.create": "auto.item0",
    "invoices.finalize_invoice": "auto.finalize",
    "invoices.pay": "auto.pay",
    "invoices.void_invoice": "auto.void",
}
DOES = {
    "pays": None,
    "declines": "generic_decline",
    "no_funds": "insufficient_funds",
    "asks": ASKS,
    "reviews": REVIEWS,
}


def an_order(purchase_id: str, plan_id: str, price_minor: int, **changes: Any) -> Purchase:
    """An order of a plan by the month, without its gateway's price; `move` is of a first plan unless given."""
    off = changes.get("move", PlanMove("first")).discount_minor
    months = changes.pop("months", 1)
    lines: tuple[OrderLine, ...] = (OrderLine(f"Plan {plan_id}", 1, Decimal(price_minor) / 100, price_minor),)
    if off:
        lines = (*lines, OrderLine("Unused credits", 1, Decimal(-off) / 100, -off))
    frozen: dict[str, Any] = {
        "purchase_id": purchase_id,
        "item": PlanItem(plan_id),
        "plan": PlanPart(plan_id, 40, 0, months, price_minor),
        "lines": lines,
        "subtotal_minor": price_minor - off,
        "total_minor": price_minor - off,
        "tax": None,
        "move": PlanMove("first"),
        "credits": 0,
        "gateway_refs": replace(a_purchase().gateway_refs),
    }
    return a_purchase(**(frozen | changes))


class World(Protocol):
    """What a story may do."""

    gateway: Gateway
    clock: ManualClock
    customer: str

    def add_card(self, does: str) -> str: ...
    def pay_session(self, session: str, does: str = "pays") -> None: ...
    def pay_page(self, invoice: str, card: str, does: str = "pays") -> None: ...
    def decide(self, charge: AutoCharge, *, succeeds: bool) -> None: ...
    def drop_customer(self) -> None: ...
    def portal_cancel(self, subscription: str) -> None: ...
    def operator(self, does: str, invoice: str) -> None: ...
    def settle(self, **settings: Any) -> None: ...
    def tick(self) -> None: ...
    def lose(self, operation: str) -> None: ...


class InMemory:
    """The gateway in memory."""

    def __init__(self) -> None:
        self.clock = ManualClock(START)
        self.fake = FakeGateway(self.clock)
        self.gateway: Gateway = self.fake
        self.customer = self.fake.open_customer(an_account())

    def add_card(self, does: str) -> str:
        card = self.fake.put_on_file(self.customer, self.clock.now())
        self.fake.let_card(card, DOES[does])
        return card

    def pay_session(self, session: str, does: str = "pays") -> None:
        self.fake.pay(session, payment_method=self.add_card(does))

    def pay_page(self, invoice: str, card: str, does: str = "pays") -> None:
        (self.fake.pay_auto if invoice in self.fake.autos else self.fake.pay_page)(invoice, card)

    def decide(self, charge: AutoCharge, *, succeeds: bool) -> None:
        self.fake.decide_auto(charge.invoice, succeeded=succeeds)

    def drop_customer(self) -> None:
        self.fake.delete_customer(self.customer)

    def portal_cancel(self, subscription: str) -> None:
        self.fake.portal_cancel(subscription)

    def operator(self, does: str, invoice: str) -> None:
        if invoice in self.fake.autos:
            self.fake.void_auto(invoice)
            return
        self.fake.operator("void" if does == "void" else "give_up", invoice)

    def settle(self, **settings: Any) -> None:
        plans = self.fake.plans
        plans.retry_days = tuple(settings.get("retry_days", plans.retry_days))
        plans.after_retries = settings.get("after_retries", plans.after_retries)
        plans.parks = settings.get("renewal_3ds", "requires_action") == "requires_action"

    def tick(self) -> None:
        self.fake.tick()

    def lose(self, operation: str) -> None:
        """The next call of that operation of Stripe's, as a step of a charge, or else of the port, has its effect and no answer."""
        self.fake.later[STEPS.get(operation, operation)] = ["after"]


class AtTheStandIn:
    """The adapter, the real library, and the stand-in in this process; its pages and controls are behind a socket."""

    def __init__(self, directory: Path) -> None:
        self.clock = ManualClock(START)
        self.stand_in = StandIn(directory, self.clock, None, "whsec_test", "http://placeholder")
        self.server = serve(self.stand_in, 0)
        self.stand_in.base_url = self.url = self.server.url
        self.post("/_stand_in/webhooks", mode="deliver")
        self.calls = StripeCalls(Secrets(), "key", TEST, self.url, InProcessClient(self.stand_in))  # type: ignore[arg-type]
        self.gateway: Gateway = StripeGateway(self.calls, TEST)
        self.customer = self.gateway.open_customer(an_account())

    def post(self, path: str, **body: Any) -> http.Response:
        return http.post(f"{self.url}{path}", json=body, timeout=patience.SECONDS)

    def add_card(self, does: str) -> str:
        if does == "reviews":
            return self._card_in_review()
        params: Any = {"customer": self.customer}
        attached = self.calls.call(lambda client: client.v1.payment_methods.attach(TOKENS[does], params))
        return str(attached.id)

    def pay_session(self, session: str, does: str = "pays") -> None:
        body = {"card": NUMBERS[does], **({"authenticate": True} if does == "asks" else {})}
        self.post(f"/checkout/{session}/pay", **body)

    def pay_page(self, invoice: str, card: str, does: str = "pays") -> None:
        body = {"authenticate": True} if does == "asks" else {"card": NUMBERS[does]}
        self.post(f"/invoice/{invoice}/pay", **body).raise_for_status()

    def _card_in_review(self) -> str:
        """Only a page takes it."""
        now = self.clock.now()
        setup = CardSetup("acme", f"stp_{now}", "usd", "https://s.example/a", "https://s.example/b", now + 3_600_000)
        url = self.gateway.open_setup(setup, self.customer)
        self.post(f"{url.removeprefix(self.url)}/pay", card="card_in_review").raise_for_status()
        return self.gateway.card_file(self.customer).cards[0].payment_method

    def decide(self, charge: AutoCharge, *, succeeds: bool) -> None:
        outcome = "succeed" if succeeds else "fail"
        self.post(f"/_stand_in/payments/{charge.payment_intent}", outcome=outcome).raise_for_status()

    def drop_customer(self) -> None:
        self.calls.call(lambda client: client.v1.customers.delete(self.customer))

    def portal_cancel(self, subscription: str) -> None:
        self.post(f"/_stand_in/subscriptions/{subscription}/portal_cancel").raise_for_status()

    def operator(self, does: str, invoice: str) -> None:
        self.post(f"/_stand_in/invoices/{invoice}/{does}").raise_for_status()

    def settle(self, **settings: Any) -> None:
        self.post("/_stand_in/settings", **settings).raise_for_status()

    def tick(self) -> None:
        self.stand_in.tick()

    def lose(self, operation: str) -> None:
        """The next call of that operation of Stripe's has its effect, and no answer; nor have the library's own retries."""
        self.post("/_stand_in/fail", operation=operation, kind="timeout_after_commit", times=3).raise_for_status()

    def close(self) -> None:
        self.server.close()
        self.stand_in.close()


@pytest.fixture
def stand_in_world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[AtTheStandIn]:
    monkeypatch.setattr(stripe.HTTPClient, "_sleep_time_seconds", lambda *_: 0)
    made = AtTheStandIn(tmp_path / "stripe")
    yield made
    made.close()


def ordered(world: World, purchase_id: str, plan_id: str, price_minor: int, **changes: Any) -> Purchase:
    """An order with the gateway's price of its plan."""
    order = an_order(purchase_id, plan_id, price_minor, **changes)
    assert order.plan is not None
    return replace(order, plan=replace(order.plan, price=world.gateway.plan_price(order)))


def bought(world: World, price_minor: int = 4_000, does: str = "pays", **changes: Any) -> CheckoutFacts:
    """The page of a first plan, paid."""
    order = ordered(world, "pur_first", "starter", price_minor, **changes)
    ends = world.clock.now() // SECOND * SECOND + 3_600_000
    order = replace(order, created_at=world.clock.now(), checkout_expires_at=ends)
    order = replace(order, checkout_request=world.gateway.draft_checkout(order))
    session, _ = world.gateway.open_checkout(order, world.customer)
    world.pay_session(session, does)
    return world.gateway.checkout(session)


def plain(thing: Any, names: dict[str, str] | None = None) -> Any:
    """Facts with every name that a gateway made replaced by the order in which it is met; pages' addresses are left out."""
    known: dict[str, str] = {} if names is None else names

    def walk(value: Any, key: str = "") -> Any:
        if is_dataclass(value):
            return {each.name: walk(getattr(value, each.name), each.name) for each in fields(value)}
        if isinstance(value, dict):
            return {name: walk(each, name) for name, each in value.items()}
        if isinstance(value, (list, tuple)):
            return [walk(each, key) for each in value]
        if key in ("url", "hosted_url", "pdf_url", "page_url", "number", "invoice_number"):
            return value is not None
        if isinstance(value, str) and "_" in value and value.split("_")[0] in _PREFIXES:
            return known.setdefault(value, f"{value.split('_')[0]}-{len(known)}")
        return value

    return walk(thing)


def differences(ours: Any, theirs: Any, place: str = "") -> list[str]:
    """Where two plain things differ, one a line."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        pairs = [(f"{place}.{name}", ours.get(name), theirs.get(name)) for name in ours]
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        pairs = [(f"{place}[{number}]", *pair) for number, pair in enumerate(zip(ours, theirs, strict=True))]
    else:
        return [] if ours == theirs else [f"{place}: {ours} in memory, {theirs} at the stand-in"]
    return [line for where, one, other in pairs for line in differences(one, other, where)]


_PREFIXES = ("cs", "cus", "sub", "si", "in", "pi", "pm", "price", "txr")
