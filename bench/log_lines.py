"""The bytes that a call of consume writes into logs: the function's line, API Gateway's, and Lambda's own two."""

from __future__ import annotations

import io
from contextlib import redirect_stdout
from types import SimpleNamespace
from uuid import UUID

from bench.ours import SERVICE
from local import ROOT
from local.cloud.intrinsics import read
from tests.functions.events import an_event

REQUEST, ROUTE = str(UUID(int=2**127)), "POST /v1/accounts/{account_id}/consume"
# Lambda's own two lines of a call that is not a cold start, in its JSON format.
LAMBDA_LINES = (
    '{"time":"2026-11-26T18:56:24.046Z","type":"platform.start","record":{"requestId":"'
    + REQUEST
    + '","version":"$LATEST"}}\n'
    '{"time":"2026-11-26T18:56:24.072Z","type":"platform.report","record":{"requestId":"' + REQUEST + '",'
    '"metrics":{"durationMs":26.372,"billedDurationMs":27,"memorySizeMB":512,"maxMemoryUsedMB":112},"status":"success"}}\n'
)
ACCESS = {  # of API Gateway's line, each as long as it mostly is
    "requestId": "Jx2kXhHIoAMEVzQ=",
    "requestTimeEpoch": "1795719384046",
    "routeKey": ROUTE,
    "path": ROUTE.partition(" ")[2].replace("{account_id}", "customer-1234"),
    "status": "200",
    "responseLatency": "31",
    "integrationLatency": "28",
    "identity.sourceIp": "203.0.113.123",
    "authorizer.actor": "backend",
    "responseLength": "212",
    "integration.requestId": REQUEST,
    "integration.status": "200",
}


def logged() -> tuple[int, int, int]:
    """Bytes of the function's line, of API Gateway's, and of Lambda's own two."""
    from functions.consume.app import handler

    left = iter((20_000, 19_974)).__next__
    context = SimpleNamespace(aws_request_id=REQUEST, get_remaining_time_in_millis=left)
    event = an_event(ROUTE, SERVICE, {"account_id": "customer-0000"}, {}, {"idempotency-key": "k"}, b'{"credits": 1}')
    with redirect_stdout(io.StringIO()) as out:
        answer = handler(event, context)
    if answer["statusCode"] != 200:
        raise AssertionError(answer)
    (api,) = (
        each for each in read(ROOT / "template.yaml")["Resources"].values() if "AccessLogSettings" in each["Properties"]
    )
    line = api["Properties"]["AccessLogSettings"]["Format"]
    for name in sorted(ACCESS, key=len, reverse=True):
        line = line.replace(f"$context.{name}", ACCESS[name])
    return len(out.getvalue().splitlines()[-1]) + 1, len(line), len(LAMBDA_LINES)
