"""Endpoints over the API: what is taken, what is refused, who may read a secret, and what a log line says."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from lotbook import wiring, wiring_endpoints
from lotbook.adapters.dynamo.deliveries import DynamoDeliveries
from lotbook.adapters.dynamo.endpoints import DynamoEndpoints, DynamoEndpointSecrets
from lotbook.domain.endpoints import deliveries
from lotbook.domain.endpoints.endpoint import MAX_ENDPOINTS
from lotbook.domain.endpoints.signing import MAX_SECRETS
from lotbook.domain.values.errors import Conflict
from lotbook.domain.values.instants import DAY, HOUR
from tests.fakes.endpoints import FakeNames, a_delivery, an_endpoint, an_event
from tests.functions.conftest import Api

ONE = "/v1/endpoints/{endpoint_id}"
URL = "https://hooks.shop.example/lotbook"


def make(api: Api, **changes: Any) -> Any:
    return api.call("POST /v1/endpoints", {"url": URL, "types": ["credits.low"]} | changes).ok(201)


def secrets_of(endpoint_id: str) -> list[tuple[str, int | None]]:
    """As the relay reads them."""
    table = wiring.table()
    found = table.client.get_item(TableName=table.name, Key={"pk": {"S": f"X#{endpoint_id}"}, "sk": {"S": "secrets"}})
    assert "Item" in found
    return [(each.text, each.ends_at) for each in DynamoEndpointSecrets(table).read(endpoint_id)]


def test_a_secret_is_shown_where_it_is_made_and_nowhere_else(api: Api, capsys: pytest.CaptureFixture[str]) -> None:
    made = make(api, email="ops@shop.example")
    assert 24 <= len(base64.b64decode(made["secret"].removeprefix("whsec_"))) <= 64
    path = {"endpoint_id": made["endpoint_id"]}
    rotated = api.call(f"POST {ONE}/rotate", path=path).ok()
    shown = [
        api.call(f"GET {ONE}", path=path).ok(),
        api.call("GET /v1/endpoints").ok(),
        api.call(f"PATCH {ONE}", {"types": ["*"]}, path=path).ok(),
        api.call(f"GET {ONE}/deliveries", path=path).ok(),
        api.call(f"DELETE {ONE}", path=path).ok(),
    ]
    said = f"{shown}{capsys.readouterr()}"
    for secret in (made["secret"], rotated["secret"]):
        assert secret.removeprefix("whsec_") not in said
    assert made["endpoint_id"] in said, "but its log lines say which endpoint"


def test_what_is_made_is_read_listed_changed_and_taken_away(api: Api) -> None:
    made = make(api)
    path = {"endpoint_id": made["endpoint_id"]}
    del made["secret"]
    assert api.call(f"GET {ONE}", path=path).ok() == made
    api.clock.instant += 1  # ids of one millisecond are in no order
    other = make(api, types=["*"])
    assert [each["endpoint_id"] for each in api.call("GET /v1/endpoints").ok()["endpoints"]] == [
        made["endpoint_id"],
        other["endpoint_id"],
    ]
    changed = api.call(f"PATCH {ONE}", {"types": ["purchase.completed"], "email": "ops@shop.example"}, path=path).ok()
    assert changed == made | {"types": ["purchase.completed"], "email": "ops@shop.example"}
    assert api.call(f"PATCH {ONE}", {"email": None}, path=path).ok()["email"] is None
    off = api.call(f"PATCH {ONE}", {"state": "disabled"}, path=path).ok()
    assert (off["state"], off["disabled_reason"]) == ("disabled", "by_hand")
    assert api.call(f"PATCH {ONE}", {"state": "enabled"}, path=path).ok()["disabled_reason"] is None
    assert api.call(f"DELETE {ONE}", path=path).ok() == {"endpoint_id": made["endpoint_id"], "deleted": True}
    for call in (f"GET {ONE}", f"DELETE {ONE}", f"POST {ONE}/rotate", f"GET {ONE}/deliveries"):
        api.call(call, path=path).problem(404, "endpoint_not_found")
    api.call(f"PATCH {ONE}", {"state": "enabled"}, path=path).problem(404, "endpoint_not_found")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"types": ["credits.*"]}, "types"),
        ({"types": []}, "types"),
        ({"types": "credits.low"}, "types"),
        ({"url": "http://hooks.shop.example/"}, "url"),
        ({"url": "https://10.0.0.1/"}, "url"),
        ({"url": "https://hooks.shop.example/\r\nhost: evil.example"}, "url"),
        ({"url": "https://rebound.example/"}, "url"),
        ({"email": "nobody"}, "email"),
        ({"secret": "whsec_mine"}, "secret"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_made(
    api: Api, monkeypatch: pytest.MonkeyPatch, body: dict[str, Any], field: str
) -> None:
    """A name that leads inside is refused here as well as at each call."""
    names = FakeNames({"rebound.example": [("93.184.215.14", "127.0.0.1")]})
    monkeypatch.setattr(wiring_endpoints, "SystemNames", lambda: names)
    refused = api.call("POST /v1/endpoints", {"url": URL, "types": ["*"]} | body).problem(422, "invalid_request")
    assert {each["field"].partition(".")[0] for each in refused["errors"]} == {field}
    assert api.call("GET /v1/endpoints").ok() == {"endpoints": []}
    kept = make(api)
    if field == "url":
        path = {"endpoint_id": kept["endpoint_id"]}
        api.call(f"PATCH {ONE}", body, path=path).problem(422, "invalid_request")
        assert api.call(f"GET {ONE}", path=path).ok()["url"] == URL


def test_a_name_that_has_no_address_yet_is_taken(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wiring_endpoints, "SystemNames", lambda: FakeNames({"hooks.shop.example": [()]}))
    assert make(api)["state"] == "enabled"


def test_this_machine_is_refused_by_whatever_a_deployment_may_set(api: Api) -> None:
    api.call("POST /v1/endpoints", {"url": "http://127.0.0.1/", "types": ["*"]}).problem(422, "invalid_request")


def test_a_deployment_has_a_bounded_number_of_endpoints(api: Api) -> None:
    store = DynamoEndpoints(wiring.table())
    for number in range(MAX_ENDPOINTS):
        store.create(an_endpoint(f"end_{number:02d}"), "whsec_AAAA")
    refused = api.call("POST /v1/endpoints", {"url": URL, "types": ["*"]}).problem(409, "too_many_endpoints")
    assert refused["max"] == MAX_ENDPOINTS


def test_a_rotation_leaves_the_secret_before_for_a_day_and_the_next_one_both(api: Api) -> None:
    made, began = make(api), api.clock.now()
    path = {"endpoint_id": made["endpoint_id"]}
    second = api.call(f"POST {ONE}/rotate", {"overlap_seconds": 3_600}, path=path).ok()
    api.clock.instant += 60_000
    third = api.call(f"POST {ONE}/rotate", {}, path=path).ok()
    assert secrets_of(made["endpoint_id"]) == [
        (third["secret"], None),
        (second["secret"], began + 60_000 + DAY),
        (made["secret"], began + HOUR),
    ]
    assert len(third["previous_secrets_end_at"]) == MAX_SECRETS - 1
    refused = api.call(f"POST {ONE}/rotate", {}, path=path).problem(409, "too_many_secrets")
    assert refused["first_ends_at"] == "2026-01-15T11:00:00Z"
    api.clock.instant = began + HOUR
    assert len(api.call(f"POST {ONE}/rotate", {}, path=path).ok()["previous_secrets_end_at"]) == 2
    leaked = api.call(f"POST {ONE}/rotate", {"overlap_seconds": 0}, path=path).ok()
    assert secrets_of(made["endpoint_id"]) == [(leaked["secret"], None)]
    assert leaked["previous_secrets_end_at"] == []


@pytest.mark.parametrize("seconds", [-1, 86_401, 1.5, "60", True])
def test_an_overlap_is_whole_seconds_of_at_most_a_day(api: Api, seconds: Any) -> None:
    path = {"endpoint_id": make(api)["endpoint_id"]}
    api.call(f"POST {ONE}/rotate", {"overlap_seconds": seconds}, path=path).problem(422, "invalid_request")


def test_a_change_that_somebody_was_faster_with_is_made_over_theirs(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    path = {"endpoint_id": make(api)["endpoint_id"]}
    save, lost = DynamoEndpoints.save, list[int]()

    def slower(store: DynamoEndpoints, endpoint: Any) -> Any:
        if len(lost) < 2:
            lost.append(1)
            raise Conflict
        return save(store, endpoint)

    monkeypatch.setattr(DynamoEndpoints, "save", slower)
    assert api.call(f"PATCH {ONE}", {"types": ["*"]}, path=path).ok()["types"] == ["*"]
    monkeypatch.setattr(DynamoEndpoints, "save", _always_lost)
    api.call(f"PATCH {ONE}", {"types": ["credits.low"]}, path=path).problem(409, "conflict")


def _always_lost(*_: Any) -> Any:
    raise Conflict


# --- deliveries ---------------------------------------------------------------------------------------------------------


def deliver(api: Api, endpoint_id: str, number: int, **changes: Any) -> deliveries.Delivery:
    event = an_event(f"evt_{number:03d}", at=api.clock.now() + number)
    made = a_delivery(endpoint_id, event.event_id)
    row = deliveries.made(event, endpoint_id, api.clock.now())
    row = type(made)(**{name: getattr(row, name) for name in row.__slots__} | changes)
    assert DynamoDeliveries(wiring.table()).create(row)
    return row


def test_deliveries_are_listed_newest_event_first_by_pages_and_by_state(api: Api) -> None:
    path = {"endpoint_id": make(api)["endpoint_id"]}
    rows = [
        deliver(api, path["endpoint_id"], number, state="failed" if number % 3 == 0 else "delivered")
        for number in range(30)
    ]
    newest = [row.delivery_id for row in reversed(rows)]
    for query, wanted in (({}, newest), ({"state": "failed"}, [row.delivery_id for row in reversed(rows[::3])])):
        found: list[str] = []
        cursor: dict[str, str] = {}
        for _ in range(20):
            page = api.call(f"GET {ONE}/deliveries", path=path, query={"limit": "7", **query, **cursor}).ok()
            found += [each["delivery_id"] for each in page["deliveries"]]
            assert len(page["deliveries"]) <= 7
            if page["next_cursor"] is None:
                break
            cursor = {"cursor": page["next_cursor"]}
        assert found == wanted
    api.call(f"GET {ONE}/deliveries", path=path, query={"state": "lost"}).problem(422, "invalid_request")
    api.call(f"GET {ONE}/deliveries", path=path, query={"colour": "red"}).problem(422, "invalid_request")
    other = {"endpoint_id": make(api)["endpoint_id"]}
    api.call(f"GET {ONE}/deliveries", path=other, query=cursor).problem(422, "invalid_request")


def test_one_is_sent_again_when_it_is_asked_for_and_its_endpoint_is_on(api: Api) -> None:
    path = {"endpoint_id": make(api)["endpoint_id"]}
    row = deliver(api, path["endpoint_id"], 1, state="delivered")
    again = f"POST {ONE}/deliveries/{{delivery_id}}/again"
    shown = api.call(again, path=path | {"delivery_id": row.delivery_id}).ok(202)
    assert (shown["state"], shown["event_id"]) == ("pending", row.event_id)
    asked: Any = wiring_endpoints.queue()
    assert asked.asked == [(path["endpoint_id"], row.delivery_id, 0)]
    for name in ("dlv_unknown", "../secrets", "x" * 900):
        api.call(again, path=path | {"delivery_id": name}).problem(404, "delivery_not_found")
    api.call(f"PATCH {ONE}", {"state": "disabled"}, path=path).ok()
    refused = api.call(again, path=path | {"delivery_id": row.delivery_id}).problem(409, "endpoint_switched_off")
    assert refused["disabled_reason"] == "by_hand"
