"""K: the stories of A, C and F once more, at a gateway that does what it was asked and does not answer, and with shuffled news."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.scenarios.plans.customer import Customer
from tests.scenarios.plans.world import HOUR, moment

Act = Callable[[Customer], Any]


def again(acme: Customer, ask: Callable[[str], Any]) -> Any:
    """Asked until it is answered, under one key, as a client does; at most as often as one fault can spoil."""
    key = acme.world.fresh()
    for tries in range(4):
        answer = ask(key)
        if tries and answer.status == 409 and answer.body["code"] in ("nothing_to_resume", "nothing_to_cancel"):
            return None  # it was done, and nobody heard of it
        if answer.status < 500:
            return answer.ok(answer.status if answer.status in (200, 201) else 200)
        assert answer.status == 503, answer
        acme.world.settle()
    raise AssertionError("the gateway answers again, and the product does not")


def order(acme: Customer, item: dict[str, Any]) -> Any:
    row = again(
        acme,
        lambda key: acme.post(
            "/purchases",
            {"item": item, "save_payment_method": True} if item["kind"] == "top_up" else {"item": item},
            key=key,
        ),
    )
    acme.pay(row).ok()


def change(acme: Customer, plan: str) -> Any:
    return again(acme, lambda key: acme.plan(plan, key))


def use(acme: Customer, credits: int) -> bool:
    acme.use(credits)
    return True


def short_a(shop: Any) -> tuple[Customer, list[tuple[str, Act]]]:
    """InsureStack to the end of its plan."""
    acme = shop("insurestack", "2027-01-20 09:00")
    return acme, [
        ("2027-01-20 09:00", lambda a: order(a, {"kind": "top_up", "credits": 50})),
        ("2027-01-31 09:00", lambda a: order(a, {"kind": "plan", "plan_id": "plus"})),
        ("2027-02-05 09:00", lambda a: a.use(25)),
        ("2027-03-15 09:00", lambda a: use(a, 25) and change(a, "pro")),
        ("2027-04-20 09:00", lambda a: change(a, "plus")),
        ("2027-05-31 09:00", lambda a: again(a, lambda _: a.cancel())),
        ("2027-07-01 09:00", lambda a: None),
    ]


def short_c(shop: Any) -> tuple[Customer, list[tuple[str, Act]]]:
    """Make up, down, and out."""
    acme = shop("make", "2027-01-30 12:00")
    return acme, [
        ("2027-01-30 12:00", lambda a: order(a, {"kind": "plan", "plan_id": "core-10k"})),
        ("2027-01-30 13:00", lambda a: order(a, {"kind": "top_up", "credits": 2_000}) or use(a, 6_300)),
        ("2027-02-10 12:00", lambda a: change(a, "pro-40k")),
        ("2027-03-12 12:00", lambda a: a.use(28_000)),
        ("2027-03-20 12:00", lambda a: change(a, "core-10k")),
        ("2027-04-25 12:00", lambda a: change(a, "free")),
        ("2027-05-25 12:00", lambda a: None),
    ]


def short_f(shop: Any) -> tuple[Customer, list[tuple[str, Act]]]:
    """GoContent with a change of mind."""
    acme = shop("gocontent", "2027-01-31 12:00")
    return acme, [
        ("2027-01-31 12:00", lambda a: order(a, {"kind": "plan", "plan_id": "starter"})),
        ("2027-01-31 13:00", lambda a: order(a, {"kind": "top_up", "credits": 15})),
        ("2027-02-20 12:00", lambda a: change(a, "growth")),
        ("2027-04-01 12:00", lambda a: again(a, lambda _: a.cancel())),
        ("2027-04-10 12:00", lambda a: again(a, lambda _: a.resume())),
        ("2027-05-01 12:00", lambda a: again(a, lambda _: a.cancel())),
        ("2027-05-25 12:00", lambda a: None),
    ]


STORIES = {"a": short_a, "c": short_c, "f": short_f}
# What is available after each step, and the money, if nothing fails.
RIGHT: dict[str, tuple[list[int], list[int]]] = {
    "a": ([60, 90, 65, 410, 410, 90, 60], [5_000, 2_900, 2_900, 20_000, 20_000, 2_900]),
    "c": ([10_000, 5_700, 40_000, 12_000, 22_000, 10_000, 1_000], [900, 180, 5_887, 6_400, 900, 900]),
    "f": ([40, 55, 155, 115, 115, 115, 15], [4_000, 1_875, 9_000, 9_000, 9_000]),
}
OPERATIONS = (
    "checkout.sessions.create", "checkout.sessions.retrieve", "customers.create", "customers.update", "customers.retrieve",
    "subscriptions.update", "subscriptions.retrieve", "subscriptions.list", "subscriptions.cancel", "invoices.retrieve",
    "invoices.list", "invoices.void_invoice", "invoices.pay", "invoices.finalize_invoice", "invoice_payments.list",
    "payment_intents.retrieve", "payment_methods.list", "prices.create", "prices.list", "products.create", "coupons.create",
)  # fmt: skip


def played(shop: Any, name: str, before: Callable[[Customer], Any], after: Callable[[Customer], Any]) -> None:
    acme, steps = STORIES[name](shop)
    seen = []
    for at, act in steps:
        acme.world.go(max(moment(at), acme.world.clock.at))
        before(acme)
        act(acme)
        after(acme)
        seen.append(acme.available)
    assert seen == RIGHT[name][0]
    assert acme.paid() == RIGHT[name][1]
    assert acme.balance()["shortfall"] == 0
    entries = acme.get("/entries?limit=100")["entries"]
    assert sum(each["credits"] for each in entries) == acme.available


@pytest.mark.parametrize("name", STORIES)
def test_k_without_any_fault(shop: Any, name: str) -> None:
    played(shop, name, lambda _: None, lambda _: None)


def silent(operation: str) -> Callable[[Customer], Any]:
    return lambda acme: acme.world.fail(operation)


def answering(operation: str) -> Callable[[Customer], Any]:
    """It answers again; what was lost is found by whoever comes next."""

    def mended(acme: Customer) -> None:
        acme.world.fail(operation, times=0)
        acme.world.settle()
        spoiled = [kind for kind, status in acme.world.answered if status != 200]
        if spoiled:  # as the gateway does: it delivers again
            acme.world.answered.clear()
            sent = acme.world.visit("GET", "/_stand_in/webhooks").ok()["delivered"]
            acme.world.control(
                "webhooks/deliver", {"event_ids": [each["event_id"] for each in sent if each["last_status"] != 200]}
            )

    return mended


@pytest.mark.parametrize("operation", ["subscriptions.update", "invoices.retrieve"])
@pytest.mark.parametrize("name", STORIES)
def test_k_the_gateway_does_it_and_does_not_answer(shop: Any, name: str, operation: str) -> None:
    played(shop, name, silent(operation), answering(operation))


@pytest.mark.soak
@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("name", STORIES)
def test_k_the_gateway_falls_silent_at_each_operation_in_turn(shop: Any, name: str, operation: str) -> None:
    played(shop, name, silent(operation), answering(operation))


def shuffled(seed: int) -> tuple[Callable[[Customer], Any], Callable[[Customer], Any]]:
    """Held while time passes and while something is done; then all of it three times, in any order."""

    def hold(acme: Customer) -> None:
        _deliver(acme)

    def _deliver(acme: Customer) -> None:
        acme.world.deliver(seed=seed, times=3)
        acme.world.go(acme.world.clock.at + HOUR)
        acme.world.deliver(seed=seed + 1, times=3)
        acme.world.holding = True

    return hold, _deliver


@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(2, 12))])
@pytest.mark.parametrize("name", STORIES)
def test_k_news_held_and_delivered_shuffled_three_times(shop: Any, name: str, seed: int) -> None:
    played(shop, name, *shuffled(seed))
