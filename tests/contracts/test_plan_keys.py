"""Idempotency keys of plans as they go to Stripe: each names the deployment and what it is for (S5)."""

from __future__ import annotations

from typing import Any, get_args

import stripe

from lotbook.adapters.stripe import keys
from lotbook.adapters.stripe.client import StripeCalls
from lotbook.adapters.stripe.gateway import StripeGateway
from lotbook.domain.plans.plan_move import PlanMove
from lotbook.domain.sales.gateway import Deployment
from lotbook.domain.values.instants import HOUR
from tests import patience
from tests.contracts.plan_telling import GST, invoices, upgrade, wait, with_card
from tests.contracts.plan_worlds import AtTheStandIn, bought, ordered, stand_in_world
from tests.contracts.test_stripe_gateway import Secrets
from tests.fakes.purchases import TEST, a_purchase

__all__ = ["stand_in_world"]


class Recorder(stripe.RequestsClient):
    """Notes the idempotency key of every request."""

    seen: list[str]

    def request(self, method: str, url: str, headers: Any, *args: Any, **kwargs: Any) -> Any:
        if "Idempotency-Key" in headers:
            self.seen.append(headers["Idempotency-Key"])
        return super().request(method, url, headers, *args, **kwargs)


def test_s5_every_key_of_a_plan_names_the_deployment_and_what_it_is_for(stand_in_world: AtTheStandIn) -> None:
    """`test_stripe_keys.py` sees the others."""
    world = stand_in_world
    wire = Recorder(timeout=patience.SECONDS)
    wire.seen = []
    world.gateway = StripeGateway(StripeCalls(Secrets(), "key", TEST, world.url, wire), TEST)  # type: ignore[arg-type]
    rate = world.gateway.tax_rate(GST)
    sub = str(bought(world, move=PlanMove("first", tax_rate=rate, discount_minor=100)).subscription)
    world.gateway.start_plan(ordered(world, "pur_1", "starter", 4_000), world.customer, world.add_card("pays"))
    world.gateway.change_plan(upgrade(world, sub), world.add_card("pays"), may_wait=False)
    found = world.gateway.subscription(sub)
    assert found is not None
    world.gateway.swap_plan(sub, found.item, found.price, "pur_2")
    world.gateway.set_ending(sub, ends=True, key="pur_3")
    world.gateway.set_ending(sub, ends=False, key="pur_4")
    with_card(world, sub, "declines")
    world.clock.instant = found.period[1]
    world.tick()
    draft = invoices(world, sub)[0].invoice
    wait(world, HOUR)
    world.gateway.pay_invoice(draft, world.add_card("declines"))
    world.gateway.void_invoice(draft)
    world.clock.instant = world.gateway.subscription(sub).period[1]
    world.tick()
    world.gateway.void_invoice(invoices(world, sub)[0].invoice)
    world.gateway.end_subscription(sub)
    ours = [key for key in wire.seen if key.startswith("lotbook:")]
    assert all(key.startswith("lotbook:test:") for key in ours)
    assert {key.split(":")[2] for key in ours} - set(get_args(keys.ShopPurpose)) == set(get_args(keys.PlanPurpose))
    assert max(len(key) for key in ours) <= 255


def test_the_longest_names_make_keys_that_the_gateway_takes() -> None:
    """255 characters at the most."""
    stage = Deployment("s" * 20, live=False, app="a" * 20)
    order = a_purchase(purchase_id="p" * 64)
    options = keys.options(stage, "change", order.purchase_id, "pm_" + "x" * 40, "wait")
    assert len(options["idempotency_key"]) <= 255
    price = ":".join(("lotbook", stage.stage, "p" * 64, str(10**6), "p" * 64, "usd"))
    assert len(keys.options(stage, "price", price, of={})["idempotency_key"]) <= 255
