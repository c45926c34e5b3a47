"""What a burn costs as a whole: the call, and what follows it. Its stream files a line and publishes, and everything writes logs.

    whole = the burn (bench/prices.py)
          + write_unit x write units + read_unit x read units                               of the statement and what is looked at
          + (lambda_request + (REST_MS + CALL_MS x calls / WORKERS) / 1000 x GB x gb_second) / burns    of the stream's function
          + event x events + log_byte x bytes of logs

Units, calls, events and bytes are counted; the time of the stream's function is assumed as a burn's is. Lambda reads the stream for
nothing. What is kept is said beside it, for it is paid for every month.
"""

from __future__ import annotations

import io
import json
from contextlib import redirect_stdout
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from bench import store
from bench.ours import CLOCK, SERVICE
from bench.prices import CALL_MS, GB_SECOND, LAMBDA_REQUEST, READ_UNIT, REST_MS, WRITE_UNIT
from bench.report import Section
from local import ROOT
from local.cloud.intrinsics import read
from local.cloud.template import load
from local.policies import read_document
from lotbook.adapters.dynamo.accounts import DynamoAccounts
from lotbook.adapters.dynamo.books import DynamoBooks
from lotbook.adapters.dynamo.latches import DynamoLatches, DynamoNotices
from lotbook.adapters.dynamo.many_accounts import DynamoManyAccounts
from lotbook.adapters.dynamo.policies import DynamoPolicies
from lotbook.adapters.dynamo.statement import DynamoStatement
from lotbook.adapters.dynamo.stream import read_record
from lotbook.adapters.dynamo.table import Table
from lotbook.domain.credits.requests import BurnRequest
from lotbook.domain.news.announcements import Change, EntryWritten
from lotbook.usecases.accounts.open_account import OpenAccount, open_account
from lotbook.usecases.accounts.renew_account import renew_account
from lotbook.usecases.credits.consume import consume
from lotbook.usecases.news.announce import WORKERS, Outlets
from lotbook.usecases.news.deliver_changes import deliver_changes
from tests.fakes.credit_desk import credit_desk
from tests.fakes.outbox import RecordingBus
from tests.functions.events import an_event
from tests.meter import item_bytes

EVENT = 1.00  # dollars per million, of up to 64 KB each
LOG_GB, STORAGE_GB_MONTH = 0.50, 0.25
POLICY, UNIT = "insurestack", "credits"
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


@dataclass(frozen=True, slots=True)
class Followed:
    """Counted of `burns` burns that the stream brings in one batch."""

    burns: int
    calls: int
    write_units: int
    read_units: int
    events: int
    kept_bytes: int  # of their entries and lines, for ever


def of_the_stream(client: Any, accounts: int, each: int) -> Followed:
    """`each` burns of one credit of each of some accounts, which the stream brings in one batch, to a process that knows the accounts."""
    store.new_table(client)
    meter = store.MeteredTransactions(client)
    table, bus = Table(meter, store.TABLE), RecordingBus()
    kept = (DynamoAccounts(table), DynamoPolicies(table), DynamoBooks(table))
    names = [f"customer-{number:04d}" for number in range(accounts)]
    _burned(names, each, kept)
    entries, outlets = _entries(client), _outlets(table, bus, kept)
    _deliver([change for change in entries if change.entry.kind != "consumed"], table, outlets)
    meter.reset()
    published, called = len(bus.published), bus.calls
    burns = [change for change in entries if change.entry.kind == "consumed"]
    if len(burns) != accounts * each:
        raise AssertionError(f"{len(burns)} burns")
    _deliver(burns, table, outlets)
    calls, writes, reads = meter.counts()
    events = len(bus.published) - published
    return Followed(accounts * each, calls + bus.calls - called, writes, reads, events, _kept(client))


def _outlets(table: Table, bus: RecordingBus, kept: tuple[DynamoAccounts, DynamoPolicies, DynamoBooks]) -> Outlets:
    queue: Any = SimpleNamespace(ask=lambda *_: None)
    accounts, policies, books = kept
    return Outlets(
        bus=bus,
        latches=DynamoLatches(table),
        notices=DynamoNotices(table),
        accounts=accounts,
        policies=policies,
        books=books,
        many=DynamoManyAccounts(table),
        clock=CLOCK,
        queue=queue,
    )


def _deliver(changes: list[EntryWritten], table: Table, outlets: Outlets) -> None:
    numbered: dict[str, Change] = {str(number): change for number, change in enumerate(changes)}
    failed = deliver_changes(numbered, statement=DynamoStatement(table), outlets=outlets)
    if failed:
        raise AssertionError(failed)


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


def section(burn: float, apart: Followed, together: Followed, lines: tuple[int, int, int]) -> Section:
    """`burn`: dollars for a million, from bench/prices.py."""
    mb = load(ROOT / "template.yaml", {}).functions["outbox"].memory_mb
    gb = mb / 1024
    logs = sum(lines) * LOG_GB / 1_000
    share = kept_a_year(apart)
    totals = [burn + stream_dollars(each, gb) + EVENT * each.events / each.burns + logs for each in (apart, together)]
    return Section(
        "Dollars per million consumes as a whole (and stream, events, logs)",
        (
            ("the call: HTTP API, Lambda, table", f"{burn:.2f}"),
            (
                f"statement, reads and the stream's function, {apart.burns} accounts in a batch",
                f"{stream_dollars(apart, gb):.2f}",
            ),
            ("events", f"{EVENT * apart.events / apart.burns:.2f}"),
            (f"logs: {lines[0]} + {lines[1]} + {lines[2]} bytes (function, API Gateway, Lambda)", f"{logs:.2f}"),
            (f"whole, burns of {apart.burns} accounts in a batch of the stream", f"{totals[0]:.2f}"),
            (f"whole, {together.burns} burns of one account in a batch", f"{totals[1]:.2f}"),
            (
                f"beside it, each year that they are kept: {apart.kept_bytes // apart.burns} bytes a burn",
                f"{share:.2f}",
            ),
            (f"  {_formula(mb)}", ""),
        ),
    )


def stream_dollars(counted: Followed, gb: float) -> float:
    """Statement, reads and function for a million burns; without their events."""
    time = (REST_MS + CALL_MS * counted.calls / WORKERS) / 1000 * gb * GB_SECOND
    spent = LAMBDA_REQUEST + time + WRITE_UNIT * counted.write_units + READ_UNIT * counted.read_units
    return spent / counted.burns


def kept_a_year(counted: Followed) -> float:
    """Dollars for what a million burns leave in the table."""
    return counted.kept_bytes / counted.burns / 1_000 * STORAGE_GB_MONTH * 12


def _formula(mb: int) -> str:
    time = f"({LAMBDA_REQUEST:.2f} + ({REST_MS:.0f} + {CALL_MS:.0f} x calls / {WORKERS}) / 1000 x {mb} / 1024 x {GB_SECOND}"
    rest = f" + {WRITE_UNIT} x write units + {READ_UNIT} x read units + {EVENT:.2f} x events) / burns"
    return f"the call + {time}{rest} + {LOG_GB} / 1000 x bytes of logs"


def _burned(names: list[str], each: int, kept: tuple[DynamoAccounts, DynamoPolicies, DynamoBooks]) -> None:
    accounts, policies, books = kept
    policies.publish(POLICY, read_document(ROOT / "samplefiles" / "policies" / f"{POLICY}.yaml"))

    def renew(account_id: str) -> None:
        renew_account(account_id, accounts=accounts, policies=policies, desk=credit_desk(books, CLOCK))

    desk = credit_desk(books, CLOCK, renew)
    for name in names:
        open_account(OpenAccount(name, POLICY, "US", "a@b.example"), accounts=accounts, policies=policies, desk=desk)
        for number in range(each):
            consume(name, f"key-{number}", BurnRequest(1, actor="key_bench"), desk=desk)


def _entries(client: Any) -> list[EntryWritten]:
    changes = []
    for page in client.get_paginator("scan").paginate(TableName=store.TABLE, ConsistentRead=True):
        for item in page["Items"]:
            images = {"Keys": {name: item[name] for name in ("pk", "sk")}, "NewImage": item}
            if item["pk"]["S"].startswith(("L#", "U#")):
                changes.append(read_record({"eventName": "INSERT", "dynamodb": images}))
    return [change for change in changes if isinstance(change, EntryWritten)]


def _kept(client: Any) -> int:
    pages = client.get_paginator("scan").paginate(TableName=store.TABLE, ConsistentRead=True)
    items = [item for page in pages for item in page["Items"]]
    return sum(item_bytes(each) for each in items if each["pk"]["S"].startswith("U#") or _is_line(each))


def _is_line(item: Any) -> bool:
    return bool(item["pk"]["S"].startswith("S#") and "consumed" in json.dumps(item))
