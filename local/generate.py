"""What is generated from code and samples: `python -m local.generate [examples|openapi|errors|events|clients|drawings]...` (all of them without a name).

A test compares the files with what this would write, so they are never out of date.
"""

from __future__ import annotations

import hmac
import json
import sys
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from local.clients.files import files as files_of_clients
from local.cloud.api_events import Request, authorizer_event, route_event
from local.site.drawings import svg
from local.site.pictures import DRAWINGS
from lotbook.api import openapi
from lotbook.api.document import examples, policy_schema, refusals
from lotbook.api.http.routes import CONTRACT
from lotbook.domain.values.instants import SECOND

ROOT = Path(__file__).resolve().parents[1]
API_SAMPLES = ROOT / "samplefiles" / "api"
GATEWAY_SAMPLES = ROOT / "samplefiles" / "stripe"
EVENTS = ROOT / "events"
SAMPLE_SECRET = "whsec_sample"  # signs the events of `events/webhook`
RECEIVED_AT = 1_768_471_200_000  # 2026-01-15T10:00:00Z
# As EventBridge Scheduler sends it.
SCHEDULED = {
    "version": "0",
    "id": "11111111-2222-3333-4444-555555555555",
    "detail-type": "Scheduled Event",
    "source": "aws.scheduler",
    "account": "000000000000",
    "time": "2026-01-15T10:00:00Z",
    "region": "us-east-1",
    "resources": ["arn:aws:scheduler:us-east-1:000000000000:schedule/default/lotbook"],
    "detail": "{}",
}
# As Lambda's poller hands over a message.
QUEUED: dict[str, Any] = {
    "Records": [
        {
            "messageId": "11111111-2222-3333-4444-555555555555",
            "receiptHandle": "handle",
            "body": '{"account_id":"acme","purchase_id":null}',
            "attributes": {"ApproximateReceiveCount": "1"},
            "messageAttributes": {},
            "eventSource": "aws:sqs",
            "eventSourceARN": "arn:aws:sqs:us-east-1:000000000000:lotbook-autotopups",
            "awsRegion": "us-east-1",
        }
    ]
}
# What the relay's two queues bring: an event of the bus, and that a delivery is to be sent.
RELAYED: dict[str, tuple[str, dict[str, Any]]] = {
    "event": (
        "news",
        {
            "version": "0",
            "id": "11111111-2222-3333-4444-555555555555",
            "detail-type": "credits.low",
            "source": "lotbook",
            "account": "000000000000",
            "time": "2026-01-15T10:00:00Z",
            "region": "us-east-1",
            "resources": [],
            "detail": {
                "id": "evt_3x6b8n0v2m4k5j7h9g1f3d5s",
                "at": "2026-01-15T10:00:00Z",
                "account_id": "acme",
                "unit": "credits",
                "available": 25,
                "seq": 7,
                "used_percent": 75,
                "of_credits": 100,
            },
        },
    ),
    "delivery": (
        "deliveries",
        {"endpoint_id": "end_01kf0hj0800000000000000009", "delivery_id": "dlv_01kf0hj0805fpx6m7j7epqkcp2"},
    ),
}
TOKENS = {"service_key": "Bearer lbk_demo_0123456789abcdef0123456789abcdef", "no_token": "Basic dXNlcjpwYXNz"}


def samples() -> dict[str, dict[str, Any]]:
    """The request and answer examples by file name, in the order in which they tell one story."""
    found = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in API_SAMPLES.glob("*.json")}
    return dict(sorted(found.items(), key=lambda each: int(each[1]["step"])))


def sample_event(sample: dict[str, Any]) -> dict[str, Any]:
    """The whole event of an example's request."""
    path, headers = sample.get("path", {}), {"content-type": "application/json", **sample.get("headers", {})}
    return route_event(_request(sample["route"], path, sample), sample["route"], path, sample.get("caller")) | {
        "headers": {"host": "127.0.0.1", "user-agent": "sample", **headers}
    }


def _request(route_key: str, path: dict[str, str], sample: dict[str, Any]) -> Request:
    method, _, target = route_key.partition(" ")
    for name, value in path.items():
        target = target.replace(f"{{{name}}}", quote(value, safe=""))
    if sample.get("query"):
        target += "?" + urlencode(sample["query"])
    return Request(
        method=method,
        target=target,
        headers={"host": "127.0.0.1", "user-agent": "sample", "content-type": "application/json"},
        body=json.dumps(sample["body"]).encode() if "body" in sample else b"",
        request_id=f"sample-{sample['step']}",
        received_at=RECEIVED_AT,
        source_ip="127.0.0.1",
    )


def _queued(queue: str, body: dict[str, Any]) -> dict[str, Any]:
    (record,) = QUEUED["Records"]
    arn = record["eventSourceARN"].replace("autotopups", queue)
    return {"Records": [record | {"body": json.dumps(body, separators=(",", ":")), "eventSourceARN": arn}]}


def _delivery(path: Path) -> dict[str, Any]:
    """Stripe's call with one of the payloads, signed with `SAMPLE_SECRET` at `RECEIVED_AT`."""
    route_key, body = "POST /v1/webhooks/stripe", json.dumps(json.loads(path.read_text(encoding="utf-8")))
    seconds = str(RECEIVED_AT // SECOND)
    signature = hmac.new(SAMPLE_SECRET.encode(), f"{seconds}.{body}".encode(), sha256).hexdigest()
    request = _request(route_key, {}, {"step": 0})
    headers = {**request.headers, "stripe-signature": f"t={seconds},v1={signature}"}
    return route_event(replace(request, headers=headers, body=body.encode()), route_key, {}, None)


def example_files() -> dict[Path, str]:
    """The samples by route, as the OpenAPI document shows them: the deployed layer has no `samplefiles`."""
    found: dict[str, list[dict[str, Any]]] = {}
    for name, sample in samples().items():
        sent = {"body": sample["body"]} if "body" in sample else {}
        answer = sample["answer"]
        shown = {"name": name, **sent, "status": answer["status"], "answer": answer["body"]}
        found.setdefault(sample["route"], []).append(shown)
    return {examples.FILE: _json(found)}


def openapi_files() -> dict[Path, str]:
    """The OpenAPI document, and the schema of policies for editors."""
    schema = _json(policy_schema.document())
    return {ROOT / "openapi.json": _json(openapi.document()), ROOT / "policy-schema.json": schema}


def clients_files() -> dict[Path, str]:
    """What the clients have from the document: types, calls, errors."""
    return {ROOT / "clients" / place: text for place, text in files_of_clients(openapi.document()).items()}


def errors_files() -> dict[Path, str]:
    """The catalogue of errors."""
    table = "\n".join(
        f"| `{code}` | {status} | {meaning} | {advice} |" for code, status, meaning, advice in refusals.catalogue()
    )
    return {ROOT / "layers" / "lotbook" / "ERRORS.md": ERRORS.format(table=table)}


ERRORS = """# Errors

Generated by `make errors` from `domain/values/errors.py` and `api/http/problems.py`. Every refusal is `application/problem+json`
`{{type, title, status, code, detail, request_id}}` and carries its data beside them. Programs look at `code`; a 4xx
changed nothing, and its idempotency key may be used again. What is not here is a fault of ours: 500, nothing lost, send
the same request with the same key again.

API Gateway answers some calls of its own accord, as `application/json` `{{"message": ...}}` without a code: 401 without the header
`Authorization`, 404 of a route that does not exist, 429 of a flood, 500 of a crash, 503. Its header `apigw-requestid` names the call.

| code | status | meaning | what to do |
|---|---|---|---|
{table}
"""


def events_files() -> dict[Path, str]:
    """Whole Lambda events: every example's, Stripe's calls, one of each schedule, a message, and what the authorizer is asked."""
    found = {}
    for name, sample in samples().items():
        found[EVENTS / CONTRACT[sample["route"]].function / f"{name}.json"] = _json(sample_event(sample))
    for payload in sorted(GATEWAY_SAMPLES.glob("event.*.json")):
        found[EVENTS / "webhook" / f"{payload.stem.removeprefix('event.')}.json"] = _json(_delivery(payload))
    for function in ("audit", "expire", "recheck", "reconcile", "relay", "report"):
        found[EVENTS / function / "schedule.json"] = _json(SCHEDULED)
    found[EVENTS / "auto_top_up" / "message.json"] = _json(QUEUED)
    found |= {EVENTS / "relay" / f"{name}.json": _json(_queued(*told)) for name, told in RELAYED.items()}
    for name, authorization in TOKENS.items():
        route_key, path = "GET /v1/accounts/{account_id}", {"account_id": "acme"}
        event = authorizer_event(_request(route_key, path, {"step": 0}), route_key, path, authorization)
        event["headers"] = {**event["headers"], "authorization": authorization}
        found[EVENTS / "authorizer" / f"{name}.json"] = _json(event)
    return found


def drawing_files() -> dict[Path, str]:
    """The drawings of docs/concepts.md."""
    return {ROOT / "docs" / "drawings" / f"{name}.svg": svg(each) for name, each in DRAWINGS.items()}


GENERATORS: dict[str, Callable[[], dict[Path, str]]] = {
    "examples": example_files,  # before the document that shows them
    "openapi": openapi_files,
    "clients": clients_files,
    "errors": errors_files,
    "events": events_files,
    "drawings": drawing_files,
}


def _json(value: object) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False) + "\n"


def main(names: list[str]) -> int:
    """Write the files of the generators named; answers the exit code."""
    unknown = set(names) - set(GENERATORS)
    if unknown:
        print(f"no such generator: {', '.join(sorted(unknown))}; there are {', '.join(GENERATORS)}", file=sys.stderr)
        return 2
    for name in names or GENERATORS:
        for path, text in GENERATORS[name]().items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            print(path.relative_to(ROOT))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
