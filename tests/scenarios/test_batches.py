"""Many items in one call over HTTP: each by its own key, whoever else uses it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.scenarios.conftest import Answer, Stack


def send(stack: Stack, account: str, *items: Any, token: str | None = None) -> Answer:
    return stack.post(f"/v1/accounts/{account}/consume/batch", {"items": list(items)}, token)


def item(key: str, credits: object = 1, **more: object) -> dict[str, object]:
    return {"idempotency_key": key, "credits": credits, **more}


def told(answer: Answer) -> list[tuple[str, str, str | None]]:
    return [(each["idempotency_key"], each["status"], each["code"]) for each in answer.ok()["results"]]


def test_batch_items_in_order_each_by_its_own_key(stack: Stack) -> None:
    account = stack.open_account("insurestack")
    first = stack.consume(account, 2, "alone").ok()
    answer = send(
        stack, account, item("a", 3), item("alone", 2), item("a", 3), item("a", 4), item("b", 9), item("c", 5)
    )
    assert told(answer) == [
        ("a", "consumed", None),
        ("alone", "replayed", None),
        ("a", "replayed", None),
        ("a", "refused", "idempotency_key_reused"),
        ("b", "refused", "insufficient_credits"),
        ("c", "consumed", None),
    ]
    results = answer.body["results"]
    assert results[1]["entry_id"] == first["entry_id"]
    assert answer.body["available"] == 0 == stack.balance(account)["available"]
    assert [entry["entry_id"] for entry in stack.entries(account)[:2]] == [
        results[5]["entry_id"],
        results[0]["entry_id"],
    ]
    again = stack.consume(account, 5, "c")
    assert (again.ok()["entry_id"], again.headers["idempotent-replayed"]) == (results[5]["entry_id"], "true")


def test_batch_a_malformed_item_refuses_them_all_with_its_path(stack: Stack) -> None:
    account = stack.open_account("insurestack")
    problem = send(stack, account, item("a"), item("b"), item("c"), item("d", 0)).problem(422, "invalid_request")
    assert [error["field"] for error in problem["errors"]] == ["items.3.credits"]
    send(stack, account).problem(422, "invalid_request")
    send(stack, account, *(item(f"k{number}") for number in range(101))).problem(422, "invalid_request")
    assert stack.balance(account)["available"] == 10


def test_d_15_parallel_batches_that_share_keys_burn_each_once(stack: Stack) -> None:
    """D15: eight callers send overlapping batches, singles of the same keys in between."""
    account = stack.open_account("insurestack")
    stack.grant(account, 190).ok(201)
    keys = [f"s-{number}" for number in range(100)]

    def ask(number: int) -> list[tuple[str, str, str | None]]:
        if number % 4 == 3:
            key = keys[number]
            answer = stack.consume(account, 2, key)
            status = "replayed" if "idempotent-replayed" in answer.headers else "consumed"
            return [(key, status, answer.ok()["entry_id"])]
        start = number * 13 % 70
        answer = send(stack, account, *(item(key, 2) for key in keys[start : start + 30]))
        return [(each["idempotency_key"], each["status"], each["entry_id"]) for each in answer.ok()["results"]]

    with ThreadPoolExecutor(8) as pool:
        results = [result for answers in pool.map(ask, range(12)) for result in answers]
    used = {key for key, _, _ in results}
    assert {status for _, status, _ in results} == {"consumed", "replayed"}
    assert sorted(key for key, status, _ in results if status == "consumed") == sorted(used)
    assert len({(key, entry_id) for key, _, entry_id in results}) == len(used)
    balance = stack.balance(account)
    assert balance["available"] == 200 - 2 * len(used)
    assert sum(entry["credits"] for entry in stack.entries(account)) == balance["available"]


def test_who_may_send_batches(stack: Stack) -> None:
    keys = stack.dev["service_keys"]
    send(stack, "insurestack", item("w"), token=stack.token("insurestack")).problem(403, "forbidden")
    send(stack, "insurestack", item("w"), token=stack.token("make")).problem(404, "account_not_found")
    send(stack, "insurestack", item("w"), token=keys["read"]).problem(403, "forbidden")
    send(stack, "nobody", item("w")).problem(404, "account_not_found")
    assert send(stack, "insurestack", item(stack.fresh()), token=keys["credits:consume"]).status == 200
