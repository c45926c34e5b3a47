"""The examples in `samplefiles/api` tell one story: played in order, each request gives exactly its answer."""

from __future__ import annotations

import json
import os
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from local import generate
from lotbook import wiring, wiring_reports
from lotbook.adapters.dynamo.deliveries import DynamoDeliveries
from lotbook.api import openapi
from lotbook.api.http.routes import CONTRACT
from lotbook.domain.endpoints.deliveries import Event, Reply, after_reply, given_up, leased, made
from lotbook.usecases.reports.fold_accounts import fold_accounts
from tests.fakes.purchases import FakeGateway
from tests.functions.conftest import Api, publish

ON_EVERY_ANSWER = {"cache-control", "x-content-type-options"}


class Counter:
    """Entropy that is the same in every run."""

    def __init__(self) -> None:
        self.count = 0

    def read(self, count: int) -> bytes:
        self.count += 1
        return self.count.to_bytes(count)


def played(api: Api) -> dict[str, dict[str, Any]]:
    """Every example with what the functions really answer."""
    publish(api, "insurestack")
    publish(api, "make")
    publish(api, "diaflow")
    found = {}
    for name, example in generate.samples().items():
        if example["route"].startswith("GET /v1/reports"):
            desk, directory = wiring_reports.report_desk(), wiring_reports.directory()
            assert not fold_accounts(desk=desk, directory=directory, time_left=lambda: 300_000).failures
        answer = api.invoke(generate.sample_event(example))
        headers = {key: value for key, value in answer.headers.items() if key not in ON_EVERY_ANSWER}
        found[name] = example | {"answer": {"status": answer.status, "headers": headers, "body": answer.body}}
    return found


@pytest.fixture
def story(api: Api, monkeypatch: pytest.MonkeyPatch) -> Api:
    gateway, entropy = FakeGateway(api.clock), Counter()
    gateway.put_on_file("cus_1", api.clock.now(), expires="2027-06")
    gateway.put_on_file("cus_1", api.clock.now(), brand="mastercard")
    gateway.put_on_file("cus_4", api.clock.now(), expires="2028-01")
    monkeypatch.setattr(wiring, "gateway", lambda: gateway)
    monkeypatch.setattr(wiring, "entropy", lambda: entropy)
    _deliver_in_vain(api)
    return api


def _deliver_in_vain(api: Api) -> None:
    """A delivery to the endpoint that the story makes, which failed for good."""
    endpoint_id = generate.samples()["read_endpoint"]["path"]["endpoint_id"]
    delivery = made(Event("evt_1", "credits.low", api.clock.now(), "{}"), endpoint_id, api.clock.now())
    tried = after_reply(leased(delivery, api.clock.now()), Reply("status", 500, 41), api.clock.now(), 0)
    DynamoDeliveries(wiring.table()).create(given_up(tried, "tries"))


def test_samples_every_request_gives_exactly_its_answer(story: Api) -> None:
    """`RECORD=1` writes the answers down anew, to be looked at before they are committed."""
    found = played(story)
    if os.environ.get("RECORD"):
        for name, example in found.items():
            text = json.dumps(example, indent=1, ensure_ascii=False) + "\n"
            (generate.API_SAMPLES / f"{name}.json").write_text(text, encoding="utf-8")
    assert found == generate.samples()


@pytest.mark.parametrize("name", generate.samples())
def test_samples_have_the_shapes_of_the_openapi_document(name: str) -> None:
    example = generate.samples()[name]
    route, answer = CONTRACT[example["route"]], example["answer"]
    if "body" in example and answer["status"] not in (400, 422):
        schema_of(route.body or "").validate(example["body"])
    shape = route.answers[answer["status"]] if answer["status"] < 400 else "Problem"
    if shape == "Csv":
        assert isinstance(answer["body"], str)
    else:
        schema_of(shape).validate(answer["body"])


def schema_of(name: str) -> Draft202012Validator:
    return Draft202012Validator({"$ref": f"#/components/schemas/{name}", **openapi.document()})
