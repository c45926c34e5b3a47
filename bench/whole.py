"""What a burn costs as a whole: the call, and what follows it. Its stream files a line and publishes, and everything writes logs.

    whole = the burn (bench/prices.py)
          + write_unit x write units + read_unit x read units                               of the statement and what is looked at
          + (lambda_request + (REST_MS + CALL_MS x calls / WORKERS) / 1000 x GB x gb_second) / burns    of the stream's function
          + event x events

Beside it: log_byte x bytes of logs.

Units, calls, events and bytes are counted; the time of the stream's function is assumed as a burn's is. Lambda reads the stream for
nothing. What is kept is said beside it, for it is paid for every month.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

from bench import store
from bench.ours import CLOCK
from bench.prices import CALL_MS, GB_SECOND, LAMBDA_REQUEST, READ_UNIT, REST_MS, WRITE_UNIT
from bench.report import Section
from local import ROOT
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
from lotbook.domain.news.together import EACH, TOGETHER, WAYS, BurnEvents
from lotbook.usecases.accounts.open_account import OpenAccount, open_account
from lotbook.usecases.accounts.renew_account import renew_account
from lotbook.usecases.credits.consume import consume
from lotbook.usecases.news.announce import WORKERS, Outlets
from lotbook.usecases.news.deliver_changes import deliver_changes
from tests.fakes.credit_desk import credit_desk
from tests.fakes.outbox import RecordingBus
from tests.meter import item_bytes

EVENT = 1.00  # dollars per million, of up to 64 KB each
ALL_IN_GOAL, TOGETHER_GOAL = 4.35, 3.35  # issue 14
LOG_GB, STORAGE_GB_MONTH = 0.50, 0.25
POLICY, UNIT = "insurestack", "credits"


@dataclass(frozen=True, slots=True)
class Followed:
    """Counted of `burns` burns that the stream brings in one batch."""

    burns: int
    calls: int
    write_units: int
    read_units: int
    events: int
    kept_bytes: int  # of their entries and lines, for ever


def of_the_stream(client: Any, accounts: int, each: int) -> dict[BurnEvents, Followed]:
    """`each` burns of one credit of each of some accounts, which the stream brings in one batch, to a process that knows the accounts.

    By how burns are told: the same batch comes once for each way.
    """
    store.new_table(client)
    meter = store.MeteredTransactions(client)
    table, bus = Table(meter, store.TABLE), RecordingBus()
    kept = kept_in(table)
    burned([f"customer-{number:04d}" for number in range(accounts)], each, kept)
    entries, outlets = _entries(client), _outlets(table, bus, kept)
    burns = [change for change in entries if change.entry.kind == "consumed"]
    if len(burns) != accounts * each:
        raise AssertionError(f"{len(burns)} burns")
    _deliver([change for change in entries if change.entry.kind != "consumed"], table, outlets)
    found: dict[BurnEvents, Followed] = {}
    for way in WAYS:
        meter.reset()
        published, called = len(bus.published), bus.calls
        _deliver(burns, table, replace(outlets, burn_events=way))
        calls, writes, reads = meter.counts()
        events = len(bus.published) - published
        found[way] = Followed(len(burns), calls + bus.calls - called, writes, reads, events, _kept(client))
    return found


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


def section(
    burn: float,
    apart: Mapping[BurnEvents, Followed],
    of_one: Mapping[BurnEvents, Followed],
    lines: tuple[int, int, int],
) -> Section:
    """`burn`: dollars for a million, from bench/prices.py. `apart`: burns of many accounts; `of_one`: of one."""
    mb = load(ROOT / "template.yaml", {}).functions["outbox"].memory_mb
    each = apart[EACH]
    where, kept = f"{each.burns} accounts in a batch", each.kept_bytes // each.burns
    written = f"{lines[0]} + {lines[1]} + {lines[2]} bytes (function, API Gateway, Lambda)"
    apiece, told, untold = (f"{all_in(burn, apart[way], mb):.2f}" for way in WAYS)
    calls = "; ".join(f"{counted.calls / counted.burns:.2f}" for counted in apart.values())
    lone = "; ".join(f"{all_in(burn, of_one[way], mb):.2f}" for way in (EACH, TOGETHER))
    return Section(
        "Dollars per million consumes as a whole (and stream, events, logs)",
        (
            ("the call: HTTP API, Lambda, table", f"{burn:.2f}"),
            (f"lines, reads and function of the stream, {where}", f"{stream_dollars(each, mb):.2f}"),
            ("events", f"{EVENT * each.events / each.burns:.2f}"),
            ("all in; burn events together", f"{apiece}; {told} (goals: at most {ALL_IN_GOAL} and {TOGETHER_GOAL})"),
            ("  without burn events", untold),
            (f"  {of_one[EACH].burns} burns of one account in a batch; burn events together", lone),
            ("  calls for each burn: burn events each; together; none", calls),
            (f"beside it, logs: {written}", f"{sum(lines) * LOG_GB / 1_000:.2f}"),
            (f"beside it, each year that they are kept: {kept} bytes a burn", f"{kept_a_year(each):.2f}"),
            (f"  {_formula(mb)}", ""),
        ),
    )


def all_in(burn: float, counted: Followed, mb: int) -> float:
    """A million burns with their stream and events."""
    return burn + stream_dollars(counted, mb) + EVENT * counted.events / counted.burns


def stream_dollars(counted: Followed, mb: int) -> float:
    """Statement, reads and function for a million burns; without their events."""
    time = (REST_MS + CALL_MS * counted.calls / WORKERS) / 1000 * mb / 1024 * GB_SECOND
    spent = LAMBDA_REQUEST + time + WRITE_UNIT * counted.write_units + READ_UNIT * counted.read_units
    return spent / counted.burns


def kept_a_year(counted: Followed) -> float:
    """Dollars for what a million burns leave in the table."""
    return counted.kept_bytes / counted.burns / 1_000 * STORAGE_GB_MONTH * 12


def _formula(mb: int) -> str:
    time = f"({LAMBDA_REQUEST:.2f} + ({REST_MS:.0f} + {CALL_MS:.0f} x calls / {WORKERS}) / 1000 x {mb} / 1024 x {GB_SECOND}"
    rest = f" + {WRITE_UNIT} x write units + {READ_UNIT} x read units + {EVENT:.2f} x events) / burns"
    return f"the call + {time}{rest}; logs: {LOG_GB} / 1000 x bytes"


def kept_in(table: Table) -> tuple[DynamoAccounts, DynamoPolicies, DynamoBooks]:
    """The stores of accounts, policies and books."""
    return DynamoAccounts(table), DynamoPolicies(table), DynamoBooks(table)


def burned(names: list[str], each: int, kept: tuple[DynamoAccounts, DynamoPolicies, DynamoBooks]) -> None:
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
