"""Holds, lots and entries by their ids, and the void of a lot: whole events in, answers out (issue 13, point 2)."""

from __future__ import annotations

from typing import Any

import pytest

from lotbook import wiring
from lotbook.domain.credits import ledger
from lotbook.domain.credits.hold_pages import HOLDS_IN_BOOK
from lotbook.usecases.credits import statement
from tests.audit import assert_explained
from tests.functions.conftest import ACCOUNT, Answer, Api, open_account
from tests.functions.test_check import counted

ACME = {"account_id": "acme"}
ENTRY, LOT, HOLD = (
    f"GET {ACCOUNT}/entries/{{entry_id}}",
    f"GET {ACCOUNT}/lots/{{lot_id}}",
    f"GET {ACCOUNT}/holds/{{hold_id}}",
)
VOID = f"POST {ACCOUNT}/lots/{{lot_id}}/void"
HOUR = 3_600_000


def post(api: Api, what: str, body: Any, key: str | None = None, **path: str) -> Any:
    answer = api.call(f"POST {ACCOUNT}/{what}", body, key=key or api.fresh(), path=ACME | path)
    return answer.ok(201 if what in ("holds", "grants") else 200)


def get(api: Api, route: str, **path: str) -> Any:
    return api.call(route, path=ACME | path).ok()


def holds(api: Api, **query: str) -> Any:
    return api.call(f"GET {ACCOUNT}/holds", path=ACME, query=query).ok()


def granted(api: Api, credits: int = 100, **more: Any) -> str:
    lot_id: str = post(api, "grants", {"kind": "promotional", "credits": credits, "reason": "welcome", **more})[
        "lot_id"
    ]
    return lot_id


def void(api: Api, lot_id: str, key: str = "v", **body: Any) -> Answer:
    return api.call(VOID, {"reason": "sent twice"} | body, key=key, path=ACME | {"lot_id": lot_id})


def balance(api: Api) -> Any:
    return get(api, f"GET {ACCOUNT}/balance")


def entries(api: Api) -> Any:
    return get(api, f"GET {ACCOUNT}/entries")["entries"]


def adds_up(api: Api) -> None:
    """Entries sum to the balance, each can be read by its id as the statement shows it, and the audit finds nothing."""
    assert_explained(wiring.table(), "acme")
    now, lines = balance(api), entries(api)
    assert sum(line["credits"] for line in lines) == now["available"] + now["held"] + now["frozen"] - now["shortfall"]
    for line in lines:
        assert get(api, ENTRY, entry_id=line["entry_id"]) == line


# --- entries


def test_every_line_of_a_statement_is_found_by_its_id_and_reads_the_same(shop: Api) -> None:
    lot_id = granted(shop, expires_at="2026-03-01T00:00:00Z")
    post(shop, "consume", {"credits": 3, "reference": "job", "metadata": {"user": "u1"}})
    kept, back = post(shop, "holds", {"credits": 5}), post(shop, "holds", {"credits": 4})
    post(shop, "holds/{hold_id}/capture", {"credits": 2}, hold_id=kept["hold_id"])
    post(shop, "holds/{hold_id}/release", {}, hold_id=back["hold_id"])
    void(shop, lot_id, credits=10).ok()
    shop.clock.instant += 80 * 24 * HOUR
    kinds = {line["kind"] for line in entries(shop)}
    assert {"granted", "consumed", "held", "captured", "released", "adjusted", "expired"} <= kinds
    adds_up(shop)
    told = {line["hold_id"] for line in entries(shop) if line["kind"] in ("held", "captured", "released")}
    assert told == {kept["hold_id"], back["hold_id"]}


def test_an_entry_costs_one_call_and_one_with_metadata_two(shop: Api) -> None:
    plain, noted = (post(shop, "consume", {"credits": 1, **more}) for more in ({}, {"metadata": {"user": "u1"}}))
    for burned, calls in ((plain, 1), (noted, 2)):
        with counted() as made:
            get(shop, ENTRY, entry_id=burned["entry_id"])
        assert made.total() == calls


def test_the_same_key_in_two_accounts_makes_two_ids_and_neither_leads_to_the_others_entry(shop: Api) -> None:
    open_account(shop, "other")
    ids = {}
    for account_id in ("acme", "other"):
        body, path = {"credits": 1}, {"account_id": account_id}
        ids[account_id] = shop.call(f"POST {ACCOUNT}/consume", body, key="same", path=path).ok()["entry_id"]
    assert ids["acme"] != ids["other"]
    shop.call(ENTRY, path=ACME | {"entry_id": ids["other"]}).problem(404, "entry_not_found")
    absent = {"account_id": "nobody", "entry_id": ids["acme"]}
    shop.call(ENTRY, path=absent).problem(404, "account_not_found")


@pytest.mark.parametrize("entry_id", ["ent_1", "ent_", "x", "ent_" + "0" * 24, "hold_1"])
def test_an_id_that_is_none_is_an_entry_that_does_not_exist(shop: Api, entry_id: str) -> None:
    shop.call(ENTRY, path=ACME | {"entry_id": entry_id}).problem(404, "entry_not_found")


# --- holds


def test_a_hold_says_what_became_of_it(shop: Api) -> None:
    granted(shop)
    made = [post(shop, "holds", {"credits": 8, "reference": f"job-{n}"}) for n in range(4)]
    post(shop, "holds/{hold_id}/capture", {"credits": 5}, hold_id=made[1]["hold_id"])
    post(shop, "holds/{hold_id}/release", {}, hold_id=made[2]["hold_id"])
    shown = [get(shop, HOLD, hold_id=each["hold_id"]) for each in made]
    assert [(each["state"], each["captured"], each["released"]) for each in shown[:3]] == [
        ("open", 0, 0),
        ("captured", 5, 3),
        ("released", 0, 8),
    ]
    assert [each["closed_at"] is None for each in shown] == [True, False, False, True]
    assert shown[0]["expires_at"] == made[0]["expires_at"]
    assert (shown[1]["reference"], sum(draw["credits"] for draw in shown[1]["draws"])) == ("job-1", 8)
    assert get(shop, ENTRY, entry_id=shown[1]["entry_id"])["kind"] == "held"
    shop.clock.instant += 2 * HOUR
    lapsed = get(shop, HOLD, hold_id=made[3]["hold_id"])
    assert (lapsed["state"], lapsed["released"], lapsed["closed_at"]) == ("lapsed", 8, lapsed["expires_at"])


def test_holds_are_listed_by_state_newest_first_in_pages(shop: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statement, "MAX_LINKS_A_PAGE", 7)
    granted(shop)
    number = HOLDS_IN_BOOK + 3  # some wait on the page beside the book
    made = [post(shop, "holds", {"credits": 1})["hold_id"] for _ in range(number)]
    for hold_id in made[::3]:
        post(shop, "holds/{hold_id}/capture", {"credits": 1}, hold_id=hold_id)
    for hold_id in made[1::3]:
        post(shop, "holds/{hold_id}/release", {}, hold_id=hold_id)

    def listed(**query: str) -> list[str]:
        found, cursor = [], None
        for _ in range(100):
            page = holds(shop, **query, limit="4", **({"cursor": cursor} if cursor else {}))
            assert len(page["holds"]) <= 4
            found += [each["hold_id"] for each in page["holds"]]
            assert {each["state"] for each in page["holds"]} <= ({query["state"]} if "state" in query else set(STATES))
            cursor = page["next_cursor"]
            if cursor is None:
                return found
        raise AssertionError("the list does not end")

    newest_first = made[::-1]
    assert listed() == newest_first
    assert listed(state="captured") == [each for each in newest_first if each in made[::3]]
    assert listed(state="released") == [each for each in newest_first if each in made[1::3]]
    assert listed(state="open") == [each for each in newest_first if each in made[2::3]]
    assert listed(state="lapsed") == []
    shop.clock.instant += 2 * HOUR
    assert listed(state="lapsed") == [each for each in newest_first if each in made[2::3]]
    assert listed(state="open") == []


STATES = ("open", "captured", "released", "lapsed")


def test_a_state_that_is_none_and_a_cursor_of_another_list_are_refused(shop: Api) -> None:
    for query in ({"state": "closed"}, {"cursor": "x"}, {"unit": "Credits"}):
        shop.call(f"GET {ACCOUNT}/holds", path=ACME, query=query).problem(422, "invalid_request")
    granted(shop)
    for _ in range(2):
        post(shop, "holds", {"credits": 1})
    cursor = holds(shop, state="open", limit="1")["next_cursor"]
    for query in ({"state": "captured", "cursor": cursor}, {"cursor": cursor}):
        shop.call(f"GET {ACCOUNT}/holds", path=ACME, query=query).problem(422, "invalid_request")


def test_a_hold_that_is_none_is_not_found(shop: Api) -> None:
    burned = post(shop, "consume", {"credits": 1})
    for hold_id in ("hold_1", burned["entry_id"], "hold_" + "0" * 24):
        shop.call(HOLD, path=ACME | {"hold_id": hold_id}).problem(404, "hold_not_found")


def test_a_capture_that_a_crash_left_half_done_is_finished_by_whoever_reads_the_hold(
    shop: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The book has its receipt and the ledger no entry: the balance counts it as burned, so the hold is not open."""
    granted(shop)
    hold_id = post(shop, "holds", {"credits": 6})["hold_id"]
    with monkeypatch.context() as patch:
        patch.setattr(wiring.books(), "put_entry", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            post(shop, "holds/{hold_id}/capture", {"credits": 6}, hold_id=hold_id)
    assert get(shop, HOLD, hold_id=hold_id)["state"] == "captured"


# --- lots


def test_a_lot_says_what_became_of_every_credit_of_it(shop: Api) -> None:
    lot_id = granted(shop, expires_at="2026-03-01T00:00:00Z")
    post(shop, "consume", {"credits": 30})  # 10 of them free
    post(shop, "holds", {"credits": 7, "ttl_seconds": 604_800})
    void(shop, lot_id, credits=13).ok()
    told = get(shop, LOT, lot_id=lot_id)
    figures = [told[name] for name in ("granted", "remaining", "held", "used", "expired", "taken_back")]
    assert figures == [100, 60, 7, 20, 0, 13]
    assert (told["state"], told["reason"], told["unit"], told["kind"]) == ("open", "welcome", "credits", "promotional")
    shop.clock.instant += 80 * 24 * HOUR
    told = get(shop, LOT, lot_id=lot_id)
    figures = [told[name] for name in ("granted", "remaining", "held", "used", "expired", "taken_back")]
    assert figures == [100, 0, 0, 20, 67, 13]
    assert told["state"] == "expired"


def test_a_lot_that_is_used_up_or_was_taken_back_says_so(shop: Api) -> None:
    used = granted(shop, 5)
    shop.clock.instant += HOUR
    gone = granted(shop, 6)
    post(shop, "consume", {"credits": 15})
    void(shop, gone).ok()
    assert [get(shop, LOT, lot_id=each)["state"] for each in (used, gone)] == ["used_up", "void"]


def test_a_lot_of_another_unit_is_found_without_its_unit(shop: Api) -> None:
    open_account(shop, "maker", "make")
    grant = {"kind": "promotional", "credits": 9, "reason": "x", "unit": "data_transfer_mb"}
    path = {"account_id": "maker"}
    lot_id = shop.call(f"POST {ACCOUNT}/grants", grant, key="g", path=path).ok(201)["lot_id"]
    assert shop.call(LOT, path=path | {"lot_id": lot_id}).ok()["unit"] == "data_transfer_mb"
    taken = shop.call(VOID, {"reason": "x"}, key="v", path=path | {"lot_id": lot_id}).ok()
    assert shop.call(ENTRY, path=path | {"entry_id": taken["entry_id"]}).ok()["unit"] == "data_transfer_mb"
    for lot_id in ("lot_1", "", "lot_" + "0" * 26):
        shop.call(LOT, path=path | {"lot_id": lot_id}).problem(404, "lot_not_found")
        shop.call(VOID, {"reason": "x"}, key="w", path=path | {"lot_id": lot_id}).problem(404, "lot_not_found")


# --- void


def test_a_void_takes_what_is_unused_and_leaves_what_was_burned_or_is_held(shop: Api) -> None:
    lot_id = granted(shop, 100)
    post(shop, "consume", {"credits": 20})
    held = post(shop, "holds", {"credits": 30})
    done = void(shop, lot_id).ok()
    assert done["credits"] == 60
    now = balance(shop)
    assert (now["available"], now["held"], now["shortfall"]) == (0, 30, 0)
    line = get(shop, ENTRY, entry_id=done["entry_id"])
    assert (line["kind"], line["credits"], line["reason"]) == ("adjusted", -60, "sent twice")
    assert line["draws"] == [{"lot_id": lot_id, "credits": 60}]
    post(shop, "holds/{hold_id}/release", {}, hold_id=held["hold_id"])
    assert balance(shop)["available"] == 30, "what a hold gives back is the account's"
    adds_up(shop)


def test_a_void_takes_effect_once_a_key_and_another_body_is_refused(shop: Api) -> None:
    lot_id, other = granted(shop, 50), granted(shop, 50)
    first = void(shop, lot_id, credits=20)
    again = void(shop, lot_id, credits=20)
    assert again.ok() == first.ok()
    assert (first.headers.get("idempotent-replayed"), again.headers["idempotent-replayed"]) == (None, "true")
    for body in ({"credits": 21}, {}, {"credits": 20, "reason": "else"}):
        void(shop, lot_id, **body).problem(422, "idempotency_key_reused")
    void(shop, other, credits=20).problem(422, "idempotency_key_reused")
    assert void(shop, lot_id, key="w", credits=99).ok()["credits"] == 30, "at most what is there"
    adds_up(shop)


def test_a_refused_void_changes_nothing_and_its_key_may_be_sent_again(shop: Api) -> None:
    lot_id = granted(shop, 5)
    held = post(shop, "holds", {"credits": 15})
    before = entries(shop)
    problem = void(shop, lot_id).problem(409, "nothing_to_void")
    assert (problem["lot_id"], problem["held"]) == (lot_id, 5)
    assert entries(shop) == before
    post(shop, "holds/{hold_id}/release", {}, hold_id=held["hold_id"])
    assert void(shop, lot_id).ok()["credits"] == 5


@pytest.mark.parametrize(
    "body", [{"reason": ""}, {"credits": 0}, {"credits": 1.5}, {"credits": "3"}, {"unit": "credits"}]
)
def test_a_void_of_nothing_or_without_a_reason_is_refused(shop: Api, body: Any) -> None:
    void(shop, granted(shop), **body).problem(422, "invalid_request")


def test_words_of_an_operator_are_never_taken_for_words_of_ours(shop: Api) -> None:
    """Rules about changes of plan and refunds go by the reason of an entry; an operator may write the same words."""
    for word in ("plan_change", "void", "refund", "converted"):
        lot_id = granted(shop, 10)
        done = void(shop, lot_id, key=word, reason=word).ok()
        assert get(shop, ENTRY, entry_id=done["entry_id"])["reason"] == word
        stored = wiring.books().entry("acme", "credits", ledger.claw_name(lot_id, ledger.VOIDED_CLAIM + "x"))
        assert stored is None
    adds_up(shop)
