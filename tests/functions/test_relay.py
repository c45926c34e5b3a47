"""The relay as Lambda calls it: batches of its two queues, and its schedule."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest

from functions.relay import app
from lotbook import wiring, wiring_endpoints
from lotbook.adapters.dynamo.deliveries import DynamoDeliveries
from lotbook.domain.endpoints.deliveries import LOST_AFTER, Reply
from lotbook.domain.values.errors import Unavailable
from tests.fakes.endpoints import FakeCaller
from tests.fakes.outbox import RecordingBus
from tests.functions.conftest import Api

CONTEXT: Any = SimpleNamespace(
    get_remaining_time_in_millis=lambda: 50_000,
    invoked_function_arn="arn:aws:lambda:us-east-1:000000000000:function:lotbook-test-relay",
)
URL = "https://hooks.shop.example/lotbook"


@pytest.fixture
def called(api: Api, monkeypatch: pytest.MonkeyPatch) -> FakeCaller:
    made, bus = FakeCaller(), RecordingBus()
    monkeypatch.setattr(wiring_endpoints, "_caller", lambda: made)
    monkeypatch.setattr(wiring, "bus", lambda: bus)
    return made


def envelope(event_id: str = "evt_1", kind: str = "credits.low", **detail: Any) -> dict[str, Any]:
    told = {"id": event_id, "at": "2026-01-15T10:00:00Z", "account_id": "acme", **detail}
    return {"source": "lotbook", "detail-type": kind, "detail": told}


def handed(*bodies: Any) -> list[str]:
    """The messages that must come again."""
    records = [{"messageId": f"m{at}", "body": json.dumps(body)} for at, body in enumerate(bodies)]
    return [each["itemIdentifier"] for each in app.handler({"Records": records}, CONTEXT)["batchItemFailures"]]


def asked() -> list[dict[str, str]]:
    """The messages that wait, taken off."""
    queue: Any = wiring_endpoints.queue()
    found = [{"endpoint_id": endpoint_id, "delivery_id": delivery_id} for endpoint_id, delivery_id, _ in queue.asked]
    queue.asked.clear()
    return found


def make(api: Api, **changes: Any) -> str:
    return str(api.call("POST /v1/endpoints", {"url": URL, "types": ["*"]} | changes).ok(201)["endpoint_id"])


def test_an_event_is_copied_and_sent_with_the_permissions_of_the_function(api: Api, called: FakeCaller) -> None:
    endpoint_id = make(api)
    assert handed(envelope(unit="credits", who="Müller")) == []
    assert handed(*asked()) == []
    ((_, headers, body),) = called.sent
    assert headers["webhook-id"] == "evt_1"
    assert json.loads(body) == {
        "type": "credits.low",
        "timestamp": "2026-01-15T10:00:00Z",
        "data": {"id": "evt_1", "at": "2026-01-15T10:00:00Z", "account_id": "acme", "unit": "credits", "who": "Müller"},
    }
    (row,) = api.call("GET /v1/endpoints/{endpoint_id}/deliveries", path={"endpoint_id": endpoint_id}).ok()[
        "deliveries"
    ]
    assert (row["state"], row["attempts"][0]["result"]) == ("delivered", "ok")


def test_410_is_written_told_and_rung(api: Api, called: FakeCaller, caplog: pytest.LogCaptureFixture) -> None:
    called.replies = [Reply("gone", 410)]
    endpoint_id = make(api)
    handed(envelope())
    assert handed(*asked()) == []
    found = api.call("GET /v1/endpoints/{endpoint_id}", path={"endpoint_id": endpoint_id}).ok()
    assert (found["state"], found["disabled_reason"]) == ("disabled", "gone")
    bus: Any = wiring.bus()
    assert [each.kind for each in bus.published] == ["endpoint.disabled"]
    assert '"alarm":"endpoint_disabled"' in caplog.text


def test_one_message_that_fails_comes_again_and_the_others_are_done(
    api: Api, called: FakeCaller, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    make(api)
    handed(envelope("evt_1"), envelope("evt_2"))
    messages = asked()
    get = DynamoDeliveries.get

    def unlucky(store: DynamoDeliveries, endpoint_id: str, delivery_id: str) -> Any:
        if delivery_id == messages[0]["delivery_id"]:
            raise Unavailable
        return get(store, endpoint_id, delivery_id)

    monkeypatch.setattr(DynamoDeliveries, "get", unlucky)
    assert handed(*messages) == ["m0"]
    assert len(called.sent) == 1
    assert "alarm" not in caplog.text
    assert handed({"no": "message"}) == ["m0"]
    assert '"alarm":"relay_failed"' in caplog.text


def test_the_schedule_asks_for_what_nobody_came_for_and_once_for_a_while(api: Api, called: FakeCaller) -> None:
    make(api)
    handed(envelope())
    (message,) = asked()
    api.clock.instant += LOST_AFTER - 1
    assert app.handler({}, CONTEXT)["asked"] == 0
    api.clock.instant += 1
    assert app.handler({}, CONTEXT)["asked"] == 1
    assert asked() == [message]
    assert app.handler({}, CONTEXT)["asked"] == 0, "it is under way"
    handed(message)
    assert len(called.sent) == 1
    api.clock.instant += 90 * 24 * 3_600_000
    assert app.handler({}, CONTEXT)["asked"] == 0, "what has ended is not in the index"


def test_a_delivery_whose_item_is_gone_is_nothing_to_do(api: Api, called: FakeCaller) -> None:
    assert handed({"endpoint_id": "end_1", "delivery_id": "dlv_1"}) == []
    assert called.sent == []
