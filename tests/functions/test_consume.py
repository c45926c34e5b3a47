"""Consume over a whole event: the answer, the key, and every refusal with nothing burned."""

from __future__ import annotations

import json

import pytest

from lotbook.domain.values.access import Caller
from tests.functions.conftest import ACCOUNT, SERVICE, Answer, Api, key_with, member, open_account

CONSUME = f"POST {ACCOUNT}/consume"
ACME = {"account_id": "acme"}


def burn(
    api: Api, credits: object = 1, key: str | None = None, caller: Caller | None = SERVICE, **more: object
) -> Answer:
    return api.call(CONSUME, {"credits": credits, **more}, caller, key or api.fresh(), ACME)


def available(api: Api) -> int:
    found: int = api.call(f"GET {ACCOUNT}/balance", path=ACME).ok()["available"]
    return found


def test_burning_answers_entry_draws_and_what_is_left(shop: Api) -> None:
    (lot,) = shop.call(f"GET {ACCOUNT}/balance", path=ACME).ok()["lots"]
    answer = burn(shop, 3, reference="run 7", metadata={"job": "7"})
    body = answer.ok()
    assert body == {
        "entry_id": body["entry_id"],
        "credits": 3,
        "draws": [{"lot_id": lot["lot_id"], "credits": 3}],
        "available": 7,
        "at": "2026-01-15T10:00:00Z",
    }
    assert "idempotent-replayed" not in answer.headers
    entry = shop.call(f"GET {ACCOUNT}/entries", path=ACME).ok()["entries"][0]
    assert (entry["entry_id"], entry["credits"], entry["reference"], entry["actor"]) == (
        body["entry_id"],
        -3,
        "run 7",
        "backend",
    )


def test_d_03_the_same_key_and_body_is_the_first_answer_and_another_body_is_refused(shop: Api) -> None:
    """D3, D15."""
    first = burn(shop, 3, "k")
    burn(shop, 1).ok()
    again = burn(shop, 3, "k")
    assert again.ok() == first.ok()
    assert again.headers["idempotent-replayed"] == "true"
    burn(shop, 4, "k").problem(422, "idempotency_key_reused")
    burn(shop, 3, "k", reference="x").problem(422, "idempotency_key_reused")
    assert available(shop) == 6


def test_d_03_the_key_is_required_and_visible_ascii(shop: Api) -> None:
    """D3: an optional key is the whole bug."""
    shop.call(CONSUME, {"credits": 1}, path=ACME).problem(400, "idempotency_key_missing")
    for key in ("", "x" * 256, "a b", "schlüssel", "a\tb", "a\x7f"):
        shop.call(CONSUME, {"credits": 1}, key=key, path=ACME).problem(400, "idempotency_key_invalid")
    shop.call(CONSUME, {"credits": 1}, key="x" * 255, path=ACME).ok()
    shop.call(CONSUME, {"credits": 1}, key="!~", path=ACME).ok()
    assert available(shop) == 8


def test_burning_more_than_there_is_burns_nothing_and_the_key_stays_free(shop: Api) -> None:
    problem = burn(shop, 11, "k").problem(402, "insufficient_credits")
    assert (problem["requested"], problem["available"]) == (11, 10)
    assert available(shop) == 10
    burn(shop, 10, "k").ok()


@pytest.mark.parametrize("credits", [0, -5, 1_000_000_000_001, 10**29, 5.0, 1e300, "5", True, None, [1], {"n": 1}])
def test_d_19_only_positive_integers_burn(shop: Api, credits: object) -> None:
    """D19: nothing mints credits."""
    problem = burn(shop, credits).problem(422, "invalid_request")
    assert problem["errors"][0]["field"] == "credits"
    assert available(shop) == 10


@pytest.mark.parametrize(
    ("raw", "status", "code"),
    [
        (b"", 400, "malformed_json"),
        (b"{", 400, "malformed_json"),
        (b'{"credits": NaN}', 400, "malformed_json"),
        (b'{"credits": 1, "credits": 2}', 400, "malformed_json"),
        (b'{"credits": 1, "reference": "\\ud800"}', 400, "malformed_json"),
        (b"\xff\xfe", 400, "malformed_json"),
        (b"[" * 33 + b"]" * 33, 400, "malformed_json"),
        (b"[]", 422, "invalid_request"),
        (b'{"credits": 1e400}', 422, "invalid_request"),
        (b'{"credits": ' + b"9" * 5_000 + b"}", 422, "invalid_request"),
        (b'{"credits": 1, "colour": "red"}', 422, "invalid_request"),
        (b'{"credits": 1, "unit": "no_such_unit"}', 422, "invalid_request"),
        (b'{"credits": 1, "unit": "B#x"}', 422, "invalid_request"),
        (json.dumps({"credits": 1, "reference": "x" * 262_144}).encode(), 413, "body_too_large"),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_bounds_bad_bodies_are_named_whatever_the_content_type(shop: Api, raw: bytes, status: int, code: str) -> None:
    for content_type in ("application/json", "text/plain", "image/png", ""):
        answer = shop.call(CONSUME, key="k", path=ACME, raw=raw, headers={"content-type": content_type})
        answer.problem(status, code)
    assert available(shop) == 10


def test_bounds_a_body_that_claims_base64_and_is_not_is_malformed(shop: Api) -> None:
    event = shop.event(CONSUME, {"credits": 1}, SERVICE, "k", ACME) | {"body": "{}", "isBase64Encoded": True}
    shop.invoke(event).problem(400, "malformed_json")


def test_bounds_header_names_are_read_in_any_case(shop: Api) -> None:
    event = shop.event(CONSUME, {"credits": 1}, SERVICE, None, ACME)
    event["headers"] = {**event["headers"], "IDEMPOTENCY-Key": "k"}
    shop.invoke(event).ok()


def test_units_another_unit_of_the_policy_has_its_own_credits(shop: Api) -> None:
    """X-04."""
    open_account(shop, "maker", "make")
    path = {"account_id": "maker"}
    problem = shop.call(CONSUME, {"credits": 1, "unit": "data_transfer_mb"}, key="k", path=path)
    assert problem.problem(402, "insufficient_credits")["available"] == 0


def test_callers_only_a_service_key_with_the_scope_burns(shop: Api) -> None:
    """D40: another account is absent before the role is looked at."""
    burn(shop, caller=member("acme")).problem(403, "forbidden")
    burn(shop, caller=member("other")).problem(404, "account_not_found")
    burn(shop, caller=key_with("read", "credits:grant")).problem(403, "forbidden")
    burn(shop, caller=None).problem(401, "unauthenticated")
    burn(shop, caller=key_with("credits:consume")).ok()
    assert available(shop) == 9
    for account_id in ("nobody", "..", "%00", "acme ", "acme#credits", "a" * 300, "\x00", "é"):
        answer = shop.call(CONSUME, {"credits": 1}, key="k", path={"account_id": account_id})
        answer.problem(404, "account_not_found")


def test_the_log_line_has_ids_and_codes_and_no_secret(shop: Api, capsys: pytest.CaptureFixture[str]) -> None:
    shop.call(CONSUME, {"credits": 11, "reference": "secret-reference"}, key="secret-key", path=ACME)
    (line,) = capsys.readouterr().out.splitlines()
    fields = json.loads(line)
    assert (fields["route"], fields["account_id"], fields["actor"]) == (CONSUME, "acme", "backend")
    assert (fields["status"], fields["code"], fields["request_id"]) == (402, "insufficient_credits", "req-1")
    assert "secret" not in line
