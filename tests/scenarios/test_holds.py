"""Credits set aside over HTTP: held, captured, released, and decided once whoever asks at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from tests.scenarios.conftest import Answer, Stack


def place(stack: Stack, account: str, credits: int, key: str | None = None, **more: object) -> Answer:
    return stack.post(f"/v1/accounts/{account}/holds", {"credits": credits} | more, key=key or stack.fresh())


def capture(stack: Stack, account: str, hold_id: str, credits: int, key: str | None = None) -> Answer:
    path = f"/v1/accounts/{account}/holds/{hold_id}/capture"
    return stack.post(path, {"credits": credits}, key=key or stack.fresh())


def release(stack: Stack, account: str, hold_id: str, key: str | None = None) -> Answer:
    return stack.request("POST", f"/v1/accounts/{account}/holds/{hold_id}/release", key=key or stack.fresh())


def figures(stack: Stack, account: str) -> tuple[int, int]:
    """(available, held), which the statement must explain."""
    balance = stack.balance(account)
    owned = balance["available"] + balance["held"] + balance["frozen"] - balance["shortfall"]
    assert sum(entry["credits"] for entry in stack.entries(account)) == owned
    return balance["available"], balance["held"]


def test_d_18_a_hold_is_placed_once_captured_in_part_and_explained(stack: Stack) -> None:
    """D18, D19."""
    account = stack.open_account("insurestack")
    held = place(stack, account, 6, "h", ttl_seconds=600, reference="chat 1").ok(201)
    again = place(stack, account, 6, "h", ttl_seconds=600, reference="chat 1")
    assert again.ok(201) == held
    assert again.headers["idempotent-replayed"] == "true"
    assert (held["credits"], held["available"]) == (6, 4)
    assert figures(stack, account) == (4, 6)
    capture(stack, account, held["hold_id"], 7).problem(422, "invalid_request")
    capture(stack, account, held["hold_id"], -1).problem(422, "invalid_request")
    body = capture(stack, account, held["hold_id"], 4, "c").ok()
    assert body == {"hold_id": held["hold_id"], "captured": 4, "released": 2, "available": 6}
    assert capture(stack, account, held["hold_id"], 4, "c").ok() == body
    release(stack, account, held["hold_id"]).problem(409, "hold_closed")
    assert figures(stack, account) == (6, 0)
    assert [(entry["kind"], entry["credits"]) for entry in stack.entries(account)[:3]] == [
        ("released", 0),
        ("captured", -4),
        ("held", 0),
    ]


def test_d_17_parallel_captures_and_releases_close_a_hold_once(stack: Stack) -> None:
    """D17, D15: one of them decides, everybody else is told how."""
    account = stack.open_account("insurestack")
    stack.grant(account, 20).ok(201)
    for round_number in range(3):
        before = figures(stack, account)[0]
        hold_id = place(stack, account, 8).ok(201)["hold_id"]
        with ThreadPoolExecutor(8) as pool:
            asked = [
                pool.submit(capture, stack, account, hold_id, number % 5)
                if number % 2
                else pool.submit(release, stack, account, hold_id)
                for number in range(12)
            ]
            answers = [each.result() for each in asked]
        (won,) = [answer.ok() for answer in answers if answer.status == 200]
        states = {answer.problem(409, "hold_closed")["state"] for answer in answers if answer.status != 200}
        assert len(states) == 1, round_number
        assert won["captured"] + won["released"] == 8
        assert (states == {"released"}) or won["captured"] in {1, 3, 0, 2, 4}
        assert figures(stack, account) == (before - won["captured"], 0)


def test_d_15_parallel_holds_and_burns_never_oversell(stack: Stack) -> None:
    """D15: half of the callers hold and half burn, with duplicates; the credits end at exactly zero."""
    account = stack.open_account("insurestack")
    stack.grant(account, 50).ok(201)
    keys = [f"o-{number % 40}" for number in range(60)]

    def ask(key: str) -> tuple[str, Answer]:
        if int(key[2:]) % 2:
            return key, place(stack, account, 2, key)
        return key, stack.consume(account, 2, key)

    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(ask, keys))
    assert {answer.status for _, answer in answers} <= {200, 201, 402}
    assert len({key for key, answer in answers if answer.status < 300}) == 30
    assert figures(stack, account)[0] == 0
    holds = {answer.body["hold_id"] for _, answer in answers if answer.status == 201}
    assert figures(stack, account)[1] == 2 * len(holds)
    for hold_id in holds:
        release(stack, account, hold_id).ok()
    assert figures(stack, account) == (2 * len(holds), 0)


def test_who_may_hold(stack: Stack) -> None:
    account, body = "insurestack", {"credits": 1}
    path, keys = f"/v1/accounts/{account}/holds", stack.dev["service_keys"]
    stack.post(path, body, stack.token(account), stack.fresh()).problem(403, "forbidden")
    stack.post(path, body, stack.token("make"), stack.fresh()).problem(404, "account_not_found")
    stack.post(path, body, keys["read"], stack.fresh()).problem(403, "forbidden")
    stack.post(path, body).problem(400, "idempotency_key_missing")
    held = stack.post(path, body, keys["credits:consume"], stack.fresh()).ok(201)
    release(stack, account, held["hold_id"]).ok()
    release(stack, "make", held["hold_id"]).problem(404, "hold_not_found")
    release(stack, account, "nonsense").problem(404, "hold_not_found")
    release(stack, "nobody", held["hold_id"]).problem(404, "account_not_found")
