"""Cards on file over whole events: bodies, ids, roles, webhooks, and what is logged of a card (nothing)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lotbook import wiring
from lotbook.domain.values.access import ROLES
from tests.fakes.purchases import FakeGateway
from tests.functions.conftest import ACCOUNT, Answer, Api, key_with, member, open_account
from tests.functions.webhooks import Ssm, deliver

CARDS = f"{ACCOUNT}/payment-methods"
SETUP, DEFAULT, REMOVE = f"POST {CARDS}/setup", f"PUT {CARDS}/default", f"DELETE {CARDS}/{{payment_method}}"
ACME = {"account_id": "acme"}
OWNER = member("acme")


def listed(shop: Api, **changes: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = shop.call(f"GET {CARDS}", path=ACME, **changes).ok()["payment_methods"]
    return found


def add(shop: Api, gateway: FakeGateway, **changes: Any) -> str:
    url = shop.call(SETUP, caller=OWNER, path=ACME).ok(201)["setup_url"]
    return gateway.finish_setup(url, shop.clock.now(), **changes)


def remove(shop: Api, card: str, **changes: Any) -> Answer:
    return shop.call(REMOVE, caller=OWNER, path=ACME | {"payment_method": card}, **changes)


def choose(shop: Api, card: Any) -> Answer:
    return shop.call(DEFAULT, {"payment_method": card}, OWNER, path=ACME)


def test_is_23_is_24_is_59_cards_are_listed_chosen_and_removed(shop: Api, gateway: FakeGateway) -> None:
    first, second = add(shop, gateway), add(shop, gateway, brand="amex", last4="0005", expires="2030-01")
    assert listed(shop) == [
        {"payment_method": second, "brand": "amex", "last4": "0005", "expires": "2030-01", "default": True},
        {"payment_method": first, "brand": "visa", "last4": "0001", "expires": "2034-12", "default": False},
    ]
    chosen = choose(shop, first).ok()
    assert [card["default"] for card in chosen["payment_methods"]] == [False, True]
    assert chosen == {"payment_methods": listed(shop)}
    left = remove(shop, first).ok()
    assert left == {"payment_methods": listed(shop)}
    assert [card["payment_method"] for card in left["payment_methods"] if card["default"]] == [second]
    assert remove(shop, second).ok() == {"payment_methods": []}


def test_without_a_customer_the_list_is_empty_and_makes_none(shop: Api, gateway: FakeGateway) -> None:
    assert listed(shop) == []
    assert listed(shop, caller=key_with("read")) == []
    assert gateway.calls == []


def test_who_every_role_reads_and_the_policys_buyers_change(shop: Api, gateway: FakeGateway) -> None:
    card = add(shop, gateway)
    buyers = wiring.policies().newest("insurestack").policy.buyers
    assert 0 < len(buyers) < len(ROLES)
    for role in ROLES:
        caller = member("acme", role)
        assert len(listed(shop, caller=caller)) == 1
        setup = shop.call(SETUP, caller=caller, path=ACME)
        chosen = shop.call(DEFAULT, {"payment_method": card}, caller, path=ACME)
        if role in buyers:
            setup.ok(201)
            chosen.ok()
        else:
            setup.problem(403, "forbidden")
            chosen.problem(403, "forbidden")
            shop.call(REMOVE, caller=caller, path=ACME | {"payment_method": card}).problem(403, "forbidden")


@pytest.mark.parametrize("raw", [None, b"", b"{}", b" \n"])
def test_bounds_a_setup_needs_no_body(shop: Api, gateway: FakeGateway, raw: bytes | None) -> None:
    shop.call(SETUP, caller=OWNER, path=ACME, raw=raw).ok(201)
    ((setup, _),) = gateway.forms.values()
    assert setup.success_url == setup.cancel_url


def test_bounds_a_setup_takes_return_addresses_and_nothing_else(shop: Api, gateway: FakeGateway) -> None:
    urls = {"success_url": "https://a.example/?s={CHECKOUT_SESSION_ID}", "cancel_url": "https://b.example/"}
    shop.call(SETUP, urls, OWNER, path=ACME).ok(201)
    ((setup, _),) = gateway.forms.values()
    assert {"success_url": setup.success_url, "cancel_url": setup.cancel_url} == urls
    for body in ({"success_url": "http://a.example/"}, {"success_url": 1}, {"card": "4242424242424242"}):
        shop.call(SETUP, body, OWNER, path=ACME).problem(422, "invalid_request")
    shop.call(SETUP, caller=OWNER, path=ACME, raw=b"[").problem(400, "malformed_json")
    assert len(gateway.forms) == 1


NO_CARDS = ("pm_999", "default", "", "..", "pm_1/../x", "pm_\x00", "é", "a" * 256, "pm 1", "cus_1")


@pytest.mark.parametrize("card", NO_CARDS)
def test_d_40_what_is_no_card_of_the_account_is_not_found(shop: Api, gateway: FakeGateway, card: str) -> None:
    """D40: the same answer for another customer's, for none, and for what cannot be one; the last without a call."""
    add(shop, gateway)
    gateway.put_on_file("cus_other", shop.clock.now(), payment_method="pm_999")
    calls = len(gateway.calls)
    remove(shop, card).problem(404, "payment_method_not_found")
    if len(card) < 256:
        choose(shop, card).problem(404, "payment_method_not_found")
    assert len(gateway.calls) == calls or card in ("pm_999", "default", "cus_1")


def test_bounds_the_default_is_named_by_a_string(shop: Api, gateway: FakeGateway) -> None:
    for card in (None, 1, ["pm_1"], {"id": "pm_1"}, "a" * 256):
        choose(shop, card).problem(422, "invalid_request")
    shop.call(DEFAULT, {}, OWNER, path=ACME).problem(422, "invalid_request")
    shop.call(DEFAULT, caller=OWNER, path=ACME).problem(400, "malformed_json")
    assert gateway.calls == []


def test_d_40_another_accounts_cards_are_its_own(shop: Api, gateway: FakeGateway) -> None:
    open_account(shop, "beta")
    card = add(shop, gateway)
    path = {"account_id": "beta", "payment_method": card}
    shop.call(REMOVE, caller=member("beta"), path=path).problem(404, "payment_method_not_found")
    shop.call(REMOVE, caller=member("beta"), path=ACME | {"payment_method": card}).problem(404, "account_not_found")
    assert len(listed(shop)) == 1


@pytest.mark.parametrize("operation", ["card_file", "set_up", "set_default"])
def test_a_gateway_that_does_not_answer_is_503(shop: Api, gateway: FakeGateway, operation: str) -> None:
    add(shop, gateway)
    gateway.later = {operation: ["before"]}
    answer = shop.call(f"GET {CARDS}", path=ACME)
    answer.problem(503, "unavailable")
    assert int(answer.headers["retry-after"]) > 0
    assert len(listed(shop)) == 1


def setup_event(kind: str = "checkout.session.completed", **changes: Any) -> bytes:
    thing = {
        "id": "cs_1",
        "object": kind.rpartition(".")[0],
        "mode": "setup",
        "metadata": {"app": "lotbook", "stage": "test", "account_id": "acme"},
    } | changes
    event = {"id": "evt_1", "object": "event", "type": kind, "livemode": False, "data": {"object": thing}}
    return json.dumps(event).encode()


def test_d_05_a_finished_setup_is_acknowledged_and_kept_as_no_stray(
    shop: Api, gateway: FakeGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """D1, D5: doubled, and heard of again after another card was chosen."""
    ssm = Ssm()
    monkeypatch.setattr(wiring, "_client", lambda *_, **__: ssm)
    first, second = add(shop, gateway), add(shop, gateway)
    for kind in ("setup_intent.succeeded", "checkout.session.completed") * 2:
        assert deliver(shop, setup_event(kind)).ok() == {"outcome": "cards"}
    assert gateway.files["cus_1"].default == second
    choose(shop, first).ok()
    assert deliver(shop, setup_event()).ok() == {"outcome": "cards"}
    assert gateway.files["cus_1"].default == first
    assert list(wiring.reconciliation_journal().strays(10)) == []
    other = {"app": "another", "stage": "test", "account_id": "acme"}
    assert deliver(shop, setup_event(metadata=other)).ok() == {"outcome": "ignored"}


def test_is_59_nothing_about_a_card_is_logged_or_stored(
    shop: Api, gateway: FakeGateway, capsys: pytest.CaptureFixture[str]
) -> None:
    card = add(shop, gateway, brand="brandy", last4="7777", expires="2031-07", payment_method="pm_secret")
    listed(shop)
    choose(shop, card).ok()
    remove(shop, card).ok()
    table = wiring.table()
    items = json.dumps(table.client.scan(TableName=table.name)["Items"], default=str)
    shown = capsys.readouterr().out + items
    assert "payment-methods" in shown, "the routes are logged"
    for word in ("brandy", "7777", "2031-07", "pm_secret"):
        assert word not in shown
