"""Rules of buying that show only in the whole product: what is kept, what is drawn at a boundary, how every row ends."""

from __future__ import annotations

import json
from typing import Any

import boto3

from local.cloud.engine import running_engine
from tests.scenarios.conftest import Stack, call, eventually

ITEM = {"kind": "top_up", "credits": 5}
CARDS = ("4242424242424242", "4000000000009995")  # the first pays, the second is declined
MOST_PAGES = 200


def engine_of(stack: Stack) -> Any:
    """The local engine's own door: the table as it is stored."""
    address = running_engine(stack.directory)
    assert address
    return boto3.client(
        "dynamodb",
        endpoint_url=address.url,
        region_name="us-east-1",
        aws_access_key_id=address.key,
        aws_secret_access_key="local",
    )


def everything_kept(stack: Stack) -> str:
    """Every stored item, every file of the run with its log, what was published and what was mailed."""
    engine = engine_of(stack)
    found: list[str] = []
    for table in engine.list_tables()["TableNames"]:
        pages = engine.get_paginator("scan").paginate(TableName=table, PaginationConfig={"MaxItems": 100_000})
        found += [json.dumps(item, default=repr) for page in pages for item in page["Items"]]
    assert found, "the table is not empty"
    found += [file.read_bytes().decode("latin-1") for file in stack.directory.rglob("*") if file.is_file()]
    found += [call("GET", f"{stack.base}/_local/{place}").raw.decode() for place in ("events", "emails")]
    return "\n".join(found)


def sessions(stack: Stack) -> int:
    """How many checkout pages the gateway ever opened."""
    count, after = 0, ""
    for _ in range(MOST_PAGES):
        page = call(
            "GET",
            f"{stack.stripe}/v1/checkout/sessions?limit=100{after}",
            headers={"Authorization": "Bearer sk_test_stranger"},
        ).ok()
        count += len(page["data"])
        if not page["has_more"]:
            return count
        after = f"&starting_after={page['data'][-1]['id']}"
    raise AssertionError("the list does not end")


def test_is_22_np_23_no_card_number_is_stored_logged_or_published(stack: Stack) -> None:
    account = stack.open_account("insurestack")
    started = stack.buy(account, ITEM, save_payment_method=True).ok(201)
    assert stack.pay(started, CARDS[1]).status == 402
    stack.pay(started, CARDS[0]).ok()
    path = f"/v1/accounts/{account}/purchases/{started['purchase_id']}"
    eventually(lambda: stack.get(path).ok()["state"] == "completed", "the webhook completes the purchase")
    kept = everything_kept(stack)
    assert started["purchase_id"] in kept, "this purchase was looked at"
    for number in CARDS:
        grouped = " ".join(number[place : place + 4] for place in range(0, 16, 4))
        assert number not in kept
        assert grouped not in kept


def test_mk_10_the_subscription_burns_to_its_last_credit_and_the_next_is_an_extra_one(stack: Stack) -> None:
    """40,000 included: consumption 0 to 40,000 is the subscription's, unit 40,001 is the first extra one."""
    account = stack.open_account("make", plan_id="pro-40k")
    stack.bought(account, {"kind": "top_up", "credits": 1_000})
    kinds = {lot["lot_id"]: lot["kind"] for lot in stack.balance(account)["lots"]}
    drawn = [
        [(kinds[draw["lot_id"]], draw["credits"]) for draw in stack.consume(account, credits).ok()["draws"]]
        for credits in (39_999, 1, 1)
    ]
    assert drawn == [[("plan", 39_999)], [("plan", 1)], [("purchased", 1)]]


def test_np_14_np_16_a_review_shows_every_figure_and_leaves_nothing_behind(stack: Stack) -> None:
    account = stack.open_account("9pic", region="IN")
    before = (stack.entries(account), stack.balance(account)["available"], sessions(stack))
    for credits in (1_000, 1_001, 2_000):
        item = {"kind": "top_up", "credits": credits}
        shown = stack.post(f"/v1/accounts/{account}/quotes", {"item": item}).ok()
        (line,) = shown["lines"]
        assert (shown["item"], line["quantity"], line["unit_price"]) == (item, credits, "1.5")
        assert (shown["credits"], shown["currency"], shown["subtotal_minor"]) == (credits, "inr", credits * 150)
        assert shown["tax"] == {"name": "GST", "rate": "0.18", "amount_minor": credits * 27}
        assert shown["total_minor"] == credits * 177
    assert stack.get(f"/v1/accounts/{account}/offers").ok()["plan"] == "payg", "the review's plan"
    assert (stack.entries(account), stack.balance(account)["available"], sessions(stack)) == before
    assert stack.get(f"/v1/accounts/{account}/purchases").ok()["purchases"] == []


def test_np_40_np_42_a_row_ends_completed_abandoned_or_failed_and_an_open_one_is_pending(stack: Stack) -> None:
    """Failed is a refusal of the gateway that is final and no cancellation; a decline on an open page is not (NP-27)."""
    account = stack.open_account("insurestack")
    stack.bought(account, ITEM)
    left, refused, declined = (stack.buy(account, ITEM).ok(201) for _ in range(3))
    base = f"/v1/accounts/{account}/purchases"
    stack.post(f"{base}/{left['purchase_id']}/abandon", None).ok()
    payment = stack.pay(refused, "async_failure").ok()["payment_intent"]
    stack.control(f"/_stand_in/payments/{payment}", {"outcome": "fail"})
    assert stack.pay(declined, CARDS[1]).status == 402
    wanted = [("pending", "card_declined"), ("failed", "card_declined"), ("abandoned", None), ("completed", None)]

    def rows() -> list[tuple[str, str | None]]:
        found = stack.get(base).ok()["purchases"]
        return [(row["state"], row["failure"] and row["failure"]["code"]) for row in found]

    eventually(lambda: rows()[1][0] == "failed" and rows()[0][1], "both are told")
    assert rows() == wanted
    assert [lot["granted"] for lot in stack.balance(account)["lots"] if lot["kind"] == "purchased"] == [5]


def test_is_27_used_credits_are_as_little_refundable_as_unused_ones(stack: Stack) -> None:
    account = stack.open_account("insurestack")
    bought = stack.bought(account, ITEM)
    path = f"/v1/accounts/{account}/purchases/{bought['purchase_id']}/refund"
    for burned in (12, 3):  # ten free credits first: two of five are used, then all
        stack.consume(account, burned).ok()
        before = stack.entries(account)
        assert stack.post(path, None, key=stack.fresh()).problem(409, "not_refundable")["reason"] == "policy"
        assert stack.entries(account) == before
    assert stack.purchase(account, bought["purchase_id"]) == bought
