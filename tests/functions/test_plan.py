"""Plans over whole events: changed, cancelled, gone on with; what every refusal carries, and what rows and accounts show then."""

from __future__ import annotations

import csv
from io import StringIO
from typing import Any

import pytest

from tests.fakes.purchases import FakeGateway
from tests.fakes.subscription_records import ASKS
from tests.functions.conftest import ACCOUNT, SERVICE, Answer, Api, member, open_account

ACME = {"account_id": "acme"}
OWNER = member("acme")
PLAN = f"POST {ACCOUNT}/plan"


@pytest.fixture
def card(shop: Api, gateway: FakeGateway) -> str:
    """A card on file."""
    url = shop.call(f"POST {ACCOUNT}/payment-methods/setup", caller=OWNER, path=ACME).ok(201)["setup_url"]
    return gateway.finish_setup(url, shop.clock.now())


def change(api: Api, plan_id: str, key: str | None = None, **more: Any) -> Answer:
    return api.call(PLAN, {"plan_id": plan_id, **more}, OWNER, key or api.fresh(), ACME)


def then(api: Api, verb: str, **more: Any) -> Answer:
    return api.call(f"{PLAN}/{verb}", caller=OWNER, path=ACME, **more)


def account(api: Api) -> dict[str, Any]:
    """As its owner sees it: what a change answers is the same."""
    found: dict[str, Any] = api.call(f"GET {ACCOUNT}", caller=OWNER, path=ACME).ok()
    return found


def available(api: Api) -> int:
    found: int = api.call(f"GET {ACCOUNT}/balance", path=ACME).ok()["available"]
    return found


def rows(api: Api) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = api.call(f"GET {ACCOUNT}/purchases", path=ACME).ok()["purchases"]
    return found


def row(api: Api, purchase_id: str) -> dict[str, Any]:
    path = {**ACME, "purchase_id": purchase_id}
    found: dict[str, Any] = api.call(f"GET {ACCOUNT}/purchases/{{purchase_id}}", path=path).ok()
    return found


def test_w1_plus_to_pro_forfeits_and_charges_200_dollars_and_leaves_360(shop: Api, card: str) -> None:
    """IS-57: 25 of 40 used, then Pro: 10 + 350, for $200.00."""
    first = change(shop, "plus").ok()
    assert (first["effect"], first["charge_minor"], first["credits"]) == ("now", 2_900, 30)
    assert available(shop) == 40
    shop.call(f"POST {ACCOUNT}/consume", {"credits": 25}, key=shop.fresh(), path=ACME).ok()
    shop.clock.set("2026-01-29T10:00:00")
    changed = change(shop, "pro").ok()
    assert changed == {
        "effect": "now",
        "effective_at": "2026-01-29T10:00:00Z",
        "purchase_id": changed["purchase_id"],
        "charge_minor": 20_000,
        "discount_minor": 0,
        "currency": "usd",
        "credits": 350,
    }
    assert available(shop) == 360
    shown = row(shop, changed["purchase_id"])
    assert (shown["state"], shown["item"]) == ("completed", {"kind": "plan", "plan_id": "pro"})
    assert shown["period"] == {"start": "2026-01-29T10:00:00Z", "end": "2026-02-28T10:00:00Z"}
    assert shown["gateway_refs"]["subscription"] is not None
    assert shown["effective_at"] is None
    assert account(shop)["period"] == shown["period"]


def test_d3_a_change_is_charged_once_a_key_and_its_answer_is_given_again(
    shop: Api, gateway: FakeGateway, card: str
) -> None:
    first = change(shop, "plus", "k")
    again = change(shop, "plus", "k")
    assert first.ok() == again.ok()
    assert ("idempotent-replayed" in first.headers, again.headers["idempotent-replayed"]) == (False, "true")
    change(shop, "pro", "k").problem(422, "idempotency_key_reused")
    shop.call(PLAN, {"plan_id": "pro"}, OWNER, path=ACME).problem(400, "idempotency_key_missing")
    assert [bill.due for bill in gateway.plans.bills.values()] == [2_900]


def test_without_a_card_a_page_is_needed_and_none_is_there(shop: Api, gateway: FakeGateway) -> None:
    problem = change(shop, "plus").problem(409, "checkout_required")
    assert "checkout_url" not in problem
    assert rows(shop) == []
    assert account(shop)["plan_id"] == "payg"


def test_a_declined_change_says_why_names_its_row_and_changes_nothing(
    shop: Api, gateway: FakeGateway, card: str
) -> None:
    change(shop, "plus").ok()
    gateway.let_card(card, "insufficient_funds")
    before = account(shop), available(shop)
    problem = change(shop, "pro").problem(402, "payment_failed")
    assert problem["decline_code"] == "insufficient_funds"
    assert (account(shop), available(shop)) == before
    refused = row(shop, problem["purchase_id"])
    assert (refused["state"], refused["failure"]["code"]) == ("failed", "insufficient_funds")
    assert sum(bill.due for bill in gateway.plans.bills.values() if bill.state == "paid") == 2_900


def test_what_the_bank_asks_is_answered_on_a_page_and_no_other_change_is_made_meanwhile(
    shop: Api, gateway: FakeGateway, card: str
) -> None:
    change(shop, "plus").ok()
    gateway.let_card(card, ASKS)
    problem = change(shop, "pro", "k").problem(409, "checkout_required")
    assert problem["checkout_url"].startswith("https://")
    assert problem["expires_at"] == "2026-01-16T09:00:00Z", "23 hours"
    waiting = row(shop, problem["purchase_id"])
    assert (waiting["state"], waiting["checkout_url"]) == ("pending", problem["checkout_url"])
    assert account(shop)["plan_id"] == "plus"
    pending = change(shop, "team").problem(409, "plan_change_pending")
    assert pending["purchase_id"] == problem["purchase_id"]
    (bill,) = [each for each in gateway.plans.bills.values() if each.state == "open"]
    gateway.pay_page(bill.name, card)
    assert change(shop, "pro", "k").ok()["effect"] == "now"
    assert (account(shop)["plan_id"], available(shop)) == ("pro", 360)


def test_is58_a_move_down_waits_is_shown_is_replaced_by_the_present_plan_and_then_there_is_nothing_to_resume(
    shop: Api, card: str
) -> None:
    change(shop, "pro").ok()
    waits = change(shop, "plus").ok()
    assert (waits["effect"], waits["effective_at"], waits["charge_minor"], waits["purchase_id"]) == (
        "period_end",
        "2026-02-15T10:00:00Z",
        0,
        None,
    )
    assert account(shop)["next_plan"] == {"plan_id": "plus", "at": "2026-02-15T10:00:00Z"}
    assert change(shop, "pro").ok()["effect"] == "now"
    assert account(shop)["next_plan"] is None
    change(shop, "pro").problem(409, "nothing_to_resume")
    then(shop, "resume").problem(409, "nothing_to_resume")


def test_what_cannot_be_resumed_cannot_be_taken_back_by_asking_for_the_present_plan_either(
    shop: Api, card: str
) -> None:
    """InsureStack says `resumable: false`."""
    then(shop, "cancel").problem(409, "nothing_to_cancel")
    change(shop, "plus").ok()
    cancelled = then(shop, "cancel").ok()
    assert (cancelled["plan_state"], cancelled["cancel_at"]) == ("canceling", "2026-02-15T10:00:00Z")
    assert then(shop, "cancel").ok() == cancelled
    then(shop, "resume").problem(409, "nothing_to_resume")
    change(shop, "plus").problem(409, "nothing_to_resume")
    assert account(shop) == cancelled


def test_gc22_a_cancellation_is_taken_back_where_the_policy_lets_it_be(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lotbook import wiring

    gateway = FakeGateway(api.clock)
    monkeypatch.setattr(wiring, "gateway", lambda: gateway)
    open_account(api, "acme", "gocontent")
    url = api.call(f"POST {ACCOUNT}/payment-methods/setup", caller=OWNER, path=ACME).ok(201)["setup_url"]
    gateway.finish_setup(url, api.clock.now())
    change(api, "starter").ok()
    then(api, "cancel").ok()
    resumed = then(api, "resume").ok()
    assert (resumed["plan_state"], resumed["cancel_at"], resumed["plan_ends_at"]) == ("active", None, None)


def test_a_renewal_has_its_row_for_every_reader_from_the_first_instant_of_its_period(shop: Api, card: str) -> None:
    """X-10: nobody ran a schedule, no event came, and the first who looks reads the list."""
    change(shop, "plus").ok()
    shop.clock.set("2026-02-15T09:59:59")
    assert [each["item"]["kind"] for each in rows(shop)] == ["plan"]
    shop.clock.set("2026-02-15T10:00:00")
    newest, _ = rows(shop)
    assert newest["item"] == {"kind": "plan_renewal", "plan_id": "plus"}
    assert (newest["state"], newest["total_minor"], newest["actor"]) == ("processing", 2_900, "system")
    assert newest["period"] == {"start": "2026-02-15T10:00:00Z", "end": "2026-03-15T10:00:00Z"}
    assert (newest["credits"], newest["plan"]["plan_id"], newest["gateway_refs"]["invoice"]) == (30, "plus", None)


def test_np45_a_spreadsheet_names_renewals_with_their_period(shop: Api, card: str) -> None:
    change(shop, "plus").ok()
    shop.clock.set("2026-02-15T10:00:00")
    text = shop.call(f"GET {ACCOUNT}/purchases/export", path=ACME).ok()
    renewal, first = csv.DictReader(StringIO(text))
    assert (renewal["kind"], renewal["type"], renewal["state"], renewal["total"]) == (
        "plan_renewal",
        "Plus",
        "processing",
        "29.00",
    )
    assert (renewal["period_start"], renewal["period_end"]) == ("2026-02-15T10:00:00Z", "2026-03-15T10:00:00Z")
    assert (first["kind"], first["period_end"]) == ("plan", renewal["period_start"])


def test_bounds_a_change_names_a_plan_and_cancel_and_resume_take_no_body(shop: Api, card: str) -> None:
    for body in ({}, {"plan_id": 3}, {"plan_id": "no plan"}, {"plan_id": "plus", "credits": 5}):
        shop.call(PLAN, body, OWNER, shop.fresh(), ACME).problem(422, "invalid_request")
    assert set(change(shop, "nobody").problem(422, "unknown_plan")["plans"]) >= {"plus", "pro"}
    assert change(shop, "enterprise").problem(422, "contact_only")["contact_url"].startswith("https://")
    for verb in ("cancel", "resume"):
        then(shop, verb, raw=b'{"plan_id": "plus"}').problem(422, "invalid_request")


@pytest.mark.parametrize("verb", ["", "/cancel", "/resume"])
def test_is31_plans_are_changed_by_members_only(shop: Api, verb: str) -> None:
    body = None if verb else {"plan_id": "plus"}
    shop.call(f"{PLAN}{verb}", body, SERVICE, "k", ACME).problem(403, "forbidden")
    shop.call(f"{PLAN}{verb}", body, member("other"), "k", ACME).problem(404, "account_not_found")
