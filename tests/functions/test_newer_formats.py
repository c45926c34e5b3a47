"""What a newer release has written, met by every way in: a call, the schedules, the stream, a key. Nothing of it is changed."""

from __future__ import annotations

from typing import Any

import pytest

from functions.audit import app as audit
from functions.authorizer import app as authorizer
from functions.expire import app as expire
from functions.outbox import app as outbox
from lotbook import wiring
from lotbook.adapters.dynamo import formats, keys
from lotbook.adapters.dynamo.table import Table, to_item
from lotbook.api.http import identity
from lotbook.domain.values.instants import DAY
from lotbook.usecases.accounts.authenticate import hash_of
from tests import table as tables
from tests.fakes.outbox import RecordingBus
from tests.functions.conftest import ACCOUNT, Api, open_account
from tests.functions.events import a_token_event
from tests.functions.test_outbox import record

ACME, OTHER = {"account_id": "acme"}, {"account_id": "other"}
NEWER = {"N": "1000"}  # of a release long after this one: this one reads 2 of some kinds


class Context:
    """Lambda's context."""

    invoked_function_arn = "arn:aws:lambda:us-east-1:000000000000:function:lotbook-test-sweep"

    def get_remaining_time_in_millis(self) -> int:
        return 300_000


def item(table: Table, key: dict[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = table.client.get_item(TableName=table.name, Key=to_item(key))["Item"]
    return found


def make_newer(table: Table, key: dict[str, str]) -> dict[str, Any]:
    """As a newer release would have left it; answers the item."""
    newer = {**item(table, key), formats.NAME: NEWER}
    table.client.put_item(TableName=table.name, Item=newer)
    return newer


def rung(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [each.alarm for each in caplog.records if each.name == "lotbook.alarm"]  # type: ignore[attr-defined]


@pytest.fixture
def two(shop: Api) -> Api:
    """Accounts `acme` and `other`."""
    open_account(shop, "other")
    return shop


@pytest.mark.parametrize(
    ("route", "body"),
    [
        (f"POST {ACCOUNT}/consume", {"credits": 1}),
        (f"POST {ACCOUNT}/consume/batch", {"items": [{"credits": 1, "idempotency_key": "b"}]}),
        (f"POST {ACCOUNT}/consume/batch", {"items": [{"credits": 1}]}),
        (f"POST {ACCOUNT}/holds", {"credits": 1}),
        (f"POST {ACCOUNT}/grants", {"kind": "promotional", "credits": 1, "reason": "goodwill"}),
        (f"GET {ACCOUNT}/balance", None),
    ],
)
def test_s1_a_book_of_a_newer_release_answers_503_and_stays_as_it_is(
    two: Api, environment: Table, caplog: pytest.LogCaptureFixture, route: str, body: Any
) -> None:
    make_newer(environment, keys.book("acme", "credits"))
    before = item(environment, keys.book("acme", "credits"))
    key = None if body is None or "idempotency_key" in str(body) else two.fresh()
    answer = two.call(route, body, key=key, path=ACME)
    assert answer.problem(503, "newer_format")["kind"] == "book"
    assert answer.headers["retry-after"] == str(formats.RETRY_AFTER_SECONDS)
    assert item(environment, keys.book("acme", "credits")) == before
    assert "newer_format" in rung(caplog)
    two.call(f"POST {ACCOUNT}/consume", {"credits": 1}, key=two.fresh(), path=OTHER).ok()


def test_s1_the_same_key_burns_once_when_the_newer_release_is_back(two: Api, environment: Table) -> None:
    make_newer(environment, keys.book("acme", "credits"))
    two.call(f"POST {ACCOUNT}/consume", {"credits": 1}, key="k", path=ACME).problem(503, "newer_format")
    back = {**item(environment, keys.book("acme", "credits")), formats.NAME: {"N": "1"}}
    environment.client.put_item(TableName=environment.name, Item=back)
    first = two.call(f"POST {ACCOUNT}/consume", {"credits": 1}, key="k", path=ACME).ok()
    assert two.call(f"POST {ACCOUNT}/consume", {"credits": 1}, key="k", path=ACME).ok() == first
    assert two.call(f"GET {ACCOUNT}/balance", path=ACME).ok()["available"] == 9


@pytest.mark.parametrize("kind", ["account", "policy"])
def test_s1_an_account_or_a_policy_of_a_newer_release_answers_503(two: Api, environment: Table, kind: str) -> None:
    make_newer(environment, keys.account("acme") if kind == "account" else keys.policy_head("insurestack"))
    route = f"GET {ACCOUNT}" if kind == "account" else "GET /v1/policies/{policy_id}"
    two.call(route, path=ACME | {"policy_id": "insurestack"}).problem(503, "newer_format")


def test_s1_a_sweep_puts_a_newer_book_aside_by_name_and_turns_the_others(
    two: Api, environment: Table, caplog: pytest.LogCaptureFixture
) -> None:
    before = make_newer(environment, keys.book("acme", "credits"))
    two.clock.instant += 40 * DAY  # past the end of the free month: both are due
    with pytest.raises(ExceptionGroup, match="book credits of account acme"):
        expire.handler({}, Context())
    after = item(environment, keys.book("acme", "credits"))
    assert {name: value for name, value in after.items() if name != "du"} == {
        name: value for name, value in before.items() if name != "du"
    }, "it was postponed, which is the index's, and else nothing"
    assert item(environment, keys.book("other", "credits"))["lo"] != before["lo"], "this one was turned"
    assert rung(caplog).count("newer_format") == 1


def test_s1_the_audit_names_an_account_that_it_cannot_read_and_looks_at_the_others(
    two: Api, environment: Table, caplog: pytest.LogCaptureFixture
) -> None:
    make_newer(environment, keys.book("acme", "credits"))
    two.clock.instant += DAY
    with pytest.raises(ExceptionGroup, match=r"account acme \(1 accounts were audited\)"):
        audit.handler({}, Context())
    assert "newer_format" in rung(caplog)


def test_s1_the_stream_reports_a_newer_record_alone(
    two: Api, environment: Table, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    bus = RecordingBus()
    monkeypatch.setattr(wiring, "bus", lambda: bus)
    wiring.outlets.cache_clear()
    two.call(f"POST {ACCOUNT}/consume", {"credits": 1}, key="k", path=OTHER).ok()
    good = [record(each, f"{number:05d}") for number, each in enumerate(tables.everything(environment))]
    newer = {
        "70000": {**to_item({"pk": "U#acme#x", "sk": "use", "kind": "consumed"}), "f": NEWER},
        "70001": {**to_item({"pk": "A#acme", "sk": "purchase#pur_x", "state": "completed"}), "f": NEWER},
    }
    poison = [record(each, number) for number, each in newer.items()]
    answer = outbox.handler({"Records": [*poison, *good]}, None)
    assert answer == {"batchItemFailures": [{"itemIdentifier": number} for number in newer]}
    assert rung(caplog) == ["newer_format"] * len(newer)
    assert "credits.consumed" in {each.kind for each in bus.published}


def test_s1_a_service_key_of_a_newer_release_is_nobody_for_a_minute_and_no_crash(two: Api, environment: Table) -> None:
    place = keys.service_key(hash_of("lbk_x_y"))
    environment.client.put_item(TableName=environment.name, Item={**to_item(place | {"key_id": "k"}), "f": NEWER})
    assert authorizer.handler(a_token_event("Bearer lbk_x_y"), None)["context"] == identity.UNKNOWN
