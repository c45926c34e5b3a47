"""docs/ceilings.md says what the bounds in the code come to: each row of its tables is worked out here from them."""

from __future__ import annotations

import pytest

from bench.stream import OF_AN_UPDATE
from functions.audit import app as audit
from functions.expire import app as expire
from functions.recheck import app as recheck
from functions.reconcile import app as reconcile
from functions.relay import app as relay
from functions.report import app as report
from local.cloud.template import Template, load
from lotbook.domain.audit.marks import ROTATION
from lotbook.domain.credits.hold_pages import MAX_HOLDS
from lotbook.domain.values.instants import DAY, MINUTE
from lotbook.usecases.audit.audit_accounts import BOUNDS, TO_END_IN
from lotbook.usecases.audit.audit_book import MAX_PIECES_A_TURN
from lotbook.usecases.audit.chain import WINDOW
from lotbook.usecases.going_on import MAX_RUNS
from lotbook.usecases.inbox.sweep_purchases import MAX_PURCHASES_A_RUN
from lotbook.usecases.reconciliation.reconcile import LEAST_TIME_LEFT, LOOKS_BACK, MAX_PAGES_A_RUN
from lotbook.usecases.reports.fold_accounts import ACCOUNTS_A_PAGE, MAX_PAGES
from lotbook.usecases.reports.fold_accounts import MIN_TIME_LEFT as ROUND_TIME_LEFT
from lotbook.usecases.reports.read_ledger import LINES_A_PAGE
from lotbook.usecases.sweeping import MAX_ITEMS_A_RUN, MIN_TIME_LEFT
from tests.deploy.test_template import DOCUMENT, ROOT

PAGE = (ROOT / "docs" / "ceilings.md").read_text(encoding="utf-8")
ACCOUNTS = 10_000_000
A_CALL = 2_750  # microseconds of processor: half a burn's, which is two calls
AN_ENTRY = 220  # microseconds: 0.04 of a burn
GATEWAY = 300_000  # microseconds that the gateway takes for an answer
ROWS_A_PAGE, CALLS_A_ROW = 100, 3
SHARDS = 4  # of a new table's stream
CALLS = {"renewals": 9, "holds": 10, "notices": 4, "audits": 7, "reports": 5}


@pytest.fixture(scope="module")
def template() -> Template:
    return load(ROOT / "template.yaml", {"Stage": "test"})


def seconds(template: Template, function: str) -> int:
    return template.functions[function].timeout_seconds


def row(*cells: object) -> str:
    """A row of a table, numbers with commas."""
    return "| " + " | ".join(f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in cells) + " |"


def a_day(period: int, items_a_run: int, time_a_run: int, an_item: int) -> tuple[int, int]:
    """Items in one period of a schedule, and in a day: by the bound of a run, by its time, and by the length of a chain.

    `time_a_run` in milliseconds of work, `an_item` in microseconds.
    """
    by_time = period * 1_000 // an_item
    a_run = min(items_a_run, time_a_run * 1_000 // an_item)
    in_a_period = min(MAX_RUNS * a_run, by_time)
    return in_a_period, in_a_period * (DAY // period)


def days(work: int, done_a_day: int) -> str:
    """With one digit."""
    tenths = -(-work * 10 // done_a_day)
    return f"{tenths // 10}.{tenths % 10}"


@pytest.mark.parametrize("work", ["renewals", "holds", "notices"])
def test_op_the_expirys_rows_are_what_its_bounds_come_to(template: Template, work: str) -> None:
    an_item = CALLS[work] * A_CALL
    useful = seconds(template, "expire") * 1_000 - MIN_TIME_LEFT
    in_a_period, done = a_day(expire.PERIOD, MAX_ITEMS_A_RUN, useful, an_item)
    assert row(work, CALLS[work], an_item // 1_000, in_a_period, done, days(ACCOUNTS, done)) in PAGE


def test_op_the_relays_line_is_what_its_bounds_come_to(template: Template) -> None:
    """Postponed in the table, asked for in the queue; a call of SQS is taken for one of the table."""
    useful = seconds(template, "relay") * 1_000 - MIN_TIME_LEFT
    in_a_period, done = a_day(relay.PERIOD, MAX_ITEMS_A_RUN, useful, 2 * A_CALL)
    assert f"In a minute: {in_a_period:,}, so {done:,} a day" in PAGE
    (queue,) = (each for each in template.queues if each.queue.endswith("deliveries"))
    assert f"{queue.at_once * queue.batch_size} deliveries at a time" in PAGE


def test_op_the_audits_rows_are_what_its_bounds_come_to(template: Template) -> None:
    useful = seconds(template, "audit") * 1_000 - BOUNDS.time_left
    an_item = CALLS["audits"] * A_CALL
    in_a_period, done = a_day(audit.PERIOD, BOUNDS.items, useful, an_item)
    assert row("audits of accounts", CALLS["audits"], an_item // 1_000, in_a_period, done, days(ACCOUNTS, done)) in PAGE
    entries = MAX_RUNS * (seconds(template, "audit") * 1_000 - TO_END_IN) * 1_000 // AN_ENTRY * (DAY // audit.PERIOD)
    assert f"{entries:,} entries a day" in PAGE
    assert f"every {ROTATION // DAY} days" in PAGE
    assert f"{MAX_PIECES_A_TURN * WINDOW:,} entries a turn" in PAGE


def test_op_the_reports_line_is_what_its_bounds_come_to(template: Template) -> None:
    useful = seconds(template, "report") * 1_000 - ROUND_TIME_LEFT
    in_a_period, done = a_day(report.PERIOD, MAX_PAGES * ACCOUNTS_A_PAGE, useful, CALLS["reports"] * A_CALL)
    assert f"{CALLS['reports']} calls, so {in_a_period:,} an hour and {done:,} a day" in PAGE
    assert f"{LINES_A_PAGE:,} entries a call" in PAGE


def test_op_the_gateways_rows_are_what_their_bounds_come_to(template: Template) -> None:
    in_a_period, done = a_day(recheck.PERIOD, MAX_PURCHASES_A_RUN, seconds(template, "recheck") * 1_000, GATEWAY)
    assert row("purchases without a verdict", "1 of the gateway's", GATEWAY // 1_000, in_a_period, done) in PAGE
    a_page = GATEWAY + ROWS_A_PAGE * CALLS_A_ROW * A_CALL
    useful = seconds(template, "reconcile") * 1_000 - LEAST_TIME_LEFT
    pages, _ = a_day(reconcile.PERIOD, MAX_PAGES_A_RUN, useful, a_page)
    rows = pages * ROWS_A_PAGE
    assert row("rows of the reconciliation", CALLS_A_ROW, a_page // ROWS_A_PAGE // 1_000, rows, rows) in PAGE
    assert f"{rows // (LOOKS_BACK // DAY):,} payments a day" in PAGE


def test_op_the_streams_line_is_what_its_lanes_come_to() -> None:
    outbox = DOCUMENT["Resources"]["OutboxFunction"]["Properties"]
    lanes = SHARDS * outbox["Events"]["Stream"]["Properties"]["ParallelizationFactor"]
    a_second = int(lanes * 1_000_000 // (OF_AN_UPDATE * A_CALL))
    assert f"{lanes} lanes, {a_second:,} records a second" in PAGE


def test_op_the_bounds_that_the_page_names_are_those_of_the_code(template: Template) -> None:
    for named in (
        f"`MAX_RUNS` = {MAX_RUNS}",
        f"`MAX_ITEMS_A_RUN` = {MAX_ITEMS_A_RUN:,}",
        f"`MAX_HOLDS` = {MAX_HOLDS}",
        f"`MAX_PURCHASES_A_RUN` = {MAX_PURCHASES_A_RUN}",
        f"`MAX_PAGES_A_RUN` = {MAX_PAGES_A_RUN:,}",
        f"`BOUNDS.items` = {BOUNDS.items:,}",
        f"{expire.PERIOD // MINUTE} minutes",
    ):
        assert named in PAGE, named


def test_the_functions_that_compute_have_a_whole_processor(template: Template) -> None:
    """A Lambda function has as much processor as memory: 1,769 MB are one. The figures of the page mean that."""
    for function in ("outbox", "expire", "audit", "reconcile", "report"):
        assert template.functions[function].memory_mb == 1_769
