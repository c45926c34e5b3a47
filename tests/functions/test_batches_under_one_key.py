"""Batches under one key over whole events: one burn in parts, all or nothing, the same answer to the same key."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from lotbook.domain.credits import batches
from lotbook.domain.values.instants import DAY
from tests.functions.conftest import ACCOUNT, SERVICE, Answer, Api, open_account

ACME = {"account_id": "acme"}
BATCH = f"POST {ACCOUNT}/consume/batch"
LINES: list[dict[str, Any]] = [
    {"credits": 2, "reference": "row-1"},
    {"credits": 3},
    {"credits": 1, "reference": "row-3"},
]


def send(api: Api, *lines: Any, key: str = "import-9") -> Answer:
    return api.call(BATCH, {"items": list(lines)}, SERVICE, key=key, path=ACME)


def statement(api: Api, **query: str) -> list[Any]:
    found: list[Any] = api.call(f"GET {ACCOUNT}/entries", path=ACME, query=query).ok()["entries"]
    return found


def balance(api: Api) -> int:
    found: int = api.call(f"GET {ACCOUNT}/balance", path=ACME).ok()["available"]
    return found


def refused(answer: Answer) -> list[tuple[str, str]]:
    assert answer.status == 422, answer.body
    return [(error["field"], error["code"]) for error in answer.body["errors"]]


def test_one_key_the_batch_is_one_burn_whose_lines_sum_to_it(shop: Api) -> None:
    answer = send(shop, *LINES)
    body = answer.ok()
    assert set(body) == {"entry_id", "credits", "lines", "draws", "available", "at"}
    assert (body["credits"], body["available"]) == (6, 4)
    assert body["lines"] == [
        {"credits": 2, "reference": "row-1"},
        {"credits": 3, "reference": None},
        {"credits": 1, "reference": "row-3"},
    ]
    assert sum(draw["credits"] for draw in body["draws"]) == 6
    assert "idempotent-replayed" not in answer.headers
    (burned, *_) = statement(shop)
    assert (burned["entry_id"], burned["kind"], burned["credits"]) == (body["entry_id"], "consumed", -6)
    assert [(line["credits"], line["reference"]) for line in burned["lines"]] == [(2, "row-1"), (3, None), (1, "row-3")]
    assert [sum(draw["credits"] for draw in line["draws"]) for line in burned["lines"]] == [2, 3, 1]
    assert balance(shop) == 4


def test_one_key_the_same_batch_again_gives_the_same_answer_and_burns_nothing(shop: Api) -> None:
    """Also where its receipt is gone from the book, and where members are written in another order."""
    first = send(shop, *LINES).ok()
    for key in ("a", "b"):
        again = send(shop, *(dict(reversed(line.items())) for line in LINES))
        assert (again.ok(), again.headers["idempotent-replayed"]) == (first, "true")
        send(shop, {"credits": 1}, key=key).ok()
    assert balance(shop) == 2


@pytest.mark.parametrize(
    "other",
    [
        [*LINES, {"credits": 1}],
        [LINES[1], LINES[0], LINES[2]],
        [{"credits": 2, "reference": "row-2"}, *LINES[1:]],
        [{"credits": 2, "reference": "row-1", "metadata": {"a": "b"}}, *LINES[1:]],
        [{"credits": 6}],
    ],
)
def test_one_key_another_body_is_a_reused_key(shop: Api, other: list[Any]) -> None:
    send(shop, *LINES).ok()
    answer = send(shop, *other)
    assert (answer.status, answer.body["code"]) == (422, "idempotency_key_reused")
    assert balance(shop) == 4


def test_one_key_is_one_key_space_with_single_burns(shop: Api) -> None:
    burned = shop.call(f"POST {ACCOUNT}/consume", {"credits": 6}, key="import-9", path=ACME).ok()
    assert send(shop, *LINES).body["code"] == "idempotency_key_reused"
    assert send(shop, *LINES, key="other").status == 402
    assert statement(shop)[0]["entry_id"] == burned["entry_id"]
    assert statement(shop)[0]["lines"] is None


def test_one_key_all_of_it_or_nothing(shop: Api) -> None:
    answer = send(shop, {"credits": 6}, {"credits": 5})
    assert (answer.status, answer.body["code"]) == (402, "insufficient_credits")
    assert (answer.body["requested"], answer.body["available"]) == (11, 10)
    assert balance(shop) == 10
    assert send(shop, {"credits": 6}, {"credits": 4}).ok()["available"] == 0  # a refusal is not remembered


@pytest.mark.parametrize(
    ("items", "key", "told"),
    [
        (
            [{"credits": 1, "idempotency_key": "a"}, {"credits": 1}],
            "k",
            [("items.0.idempotency_key", "one_of")],
        ),
        ([{"credits": 1, "idempotency_key": "a"}, {"credits": 1}], None, [("items.1.idempotency_key", "missing")]),
        ([{"credits": 1}], None, [("items.0.idempotency_key", "missing")]),
        ([{"credits": 1, "idempotency_key": "a", "metadata": {}}], None, [("items.0.metadata", "unknown")]),
        ([{"credits": 1}, {"credits": 1, "unit": "credits"}], "k", [("items.1.unit", "one_unit")]),
        ([{"credits": 0}, {"usage": {"action": "x"}, "credits": 1}, 7], "k", None),
        ([], "k", [("items", "length")]),
        ([{"credits": 1}] * 101, "k", [("items", "length")]),
        ([{"credits": 1, "unit": "nothing"}], "k", [("unit", "unknown_unit")]),
    ],
)
def test_one_key_and_items_with_keys_are_two_forms_and_a_mix_is_refused(
    shop: Api, items: list[Any], key: str | None, told: list[tuple[str, str]] | None
) -> None:
    found = refused(shop.call(BATCH, {"items": items}, key=key, path=ACME))
    assert found == (told or [("items.0.credits", "range"), ("items.1.usage", "one_of"), ("items.2", "type")])
    assert balance(shop) == 10


def test_one_key_that_is_none_is_refused(shop: Api) -> None:
    answer = send(shop, {"credits": 1}, key="a b")
    assert (answer.status, answer.body["code"]) == (400, "idempotency_key_invalid")


def test_one_key_each_lines_own_draws_follow_in_burn_order(shop: Api) -> None:
    """Lots of 10 and of 4: the line that meets the end of the first draws from both."""
    grant = {"credits": 4, "kind": "promotional", "reason": "x"}
    later = shop.call(f"POST {ACCOUNT}/grants", grant, key="g", path=ACME).ok(201)["lot_id"]
    body = send(shop, {"credits": 3}, {"credits": 9}, {"credits": 1}).ok()
    lines = statement(shop)[0]["lines"]
    assert [draw for line in lines for draw in line["draws"] if draw["lot_id"] == later] != []
    by_lot: dict[str, int] = {}
    for line in lines:
        assert sum(draw["credits"] for draw in line["draws"]) == line["credits"]
        for draw in line["draws"]:
            by_lot[draw["lot_id"]] = by_lot.get(draw["lot_id"], 0) + draw["credits"]
    assert by_lot == {draw["lot_id"]: draw["credits"] for draw in body["draws"]}
    assert [len(line["draws"]) for line in lines] == [1, 2, 1]


@pytest.mark.parametrize("long", [False, True], ids=["within", "beside"])
def test_one_key_lines_are_shown_wherever_they_stand(shop: Api, long: bool) -> None:
    """Past MAX_WITHIN they are a note beside the entry: answer, replay, statement, filter and file show the same."""
    reference = "r" * 250 if long else "r"
    lines = [
        {"credits": 1, "reference": f"{number}-{reference}", "metadata": {"n": str(number)}} for number in range(9)
    ]
    assert (len(reference) * 9 > batches.MAX_WITHIN) == long
    body = send(shop, *lines).ok()
    assert [line["reference"] for line in body["lines"]] == [line["reference"] for line in lines]
    send(shop, {"credits": 1}, key="after").ok()
    assert send(shop, *lines).ok() == body
    (found,) = statement(shop, reference=f"4-{reference}")
    assert found["entry_id"] == body["entry_id"]
    assert [(line["reference"], line["metadata"]) for line in found["lines"]] == [
        (line["reference"], line["metadata"]) for line in lines
    ]
    assert statement(shop, reference="nobody's") == []
    where = ACME | {"entry_id": body["entry_id"]}
    assert shop.call(f"GET {ACCOUNT}/entries/{{entry_id}}", path=where).ok()["lines"] == found["lines"]
    text = shop.call(f"GET {ACCOUNT}/entries/export", path=ACME).body
    rows = [row for row in csv.DictReader(io.StringIO(text)) if row["line"]]
    mine = [row for row in rows if row["entry_id"] == body["entry_id"]]
    assert [row["line"] for row in mine] == [str(number) for number in range(9, 0, -1)]
    assert [row["reference"] for row in reversed(mine)] == [line["reference"] for line in lines]
    assert [int(row["available_after"]) for row in mine] == list(range(1, 10))
    assert {row["credits"] for row in mine} == {"-1"}


def test_one_key_another_body_takes_nothing_of_the_first_ones_long_lines(api: Api) -> None:
    """The same lines of another unit: refused as a reused key, and only its own note is forgotten."""
    open_account(api, "two", "make")
    where, grants = {"account_id": "two"}, {"credits": 20, "kind": "promotional", "reason": "x"}
    for unit in ("credits", "data_transfer_mb"):
        api.call(f"POST {ACCOUNT}/grants", grants | {"unit": unit}, key=f"g-{unit}", path=where).ok(201)
    lines = [{"credits": 1, "reference": "r" * 255}] * 8
    first = api.call(BATCH, {"items": lines}, key="k", path=where).ok()
    other = [line | {"unit": "data_transfer_mb"} for line in lines]
    api.call(BATCH, {"items": other}, key="k", path=where).problem(422, "idempotency_key_reused")
    assert api.call(BATCH, {"items": lines}, key="k", path=where).ok() == first
    shown = api.call(f"GET {ACCOUNT}/entries", path=where).ok()["entries"][0]
    assert [line["reference"] for line in shown["lines"]] == ["r" * 255] * 8


def test_one_key_lines_that_no_item_could_hold_are_refused(shop: Api) -> None:
    note = {f"{number:040}": "v" * 500 for number in range(20)}
    answer = send(shop, *[{"credits": 1, "metadata": note}] * 10)
    assert refused(answer) == [("items", "length")]
    assert balance(shop) == 10


def test_one_key_a_batch_of_long_ago_is_still_known(shop: Api) -> None:
    first = send(shop, *LINES).ok()
    shop.clock.instant += 400 * DAY
    assert send(shop, *LINES).ok() == first
