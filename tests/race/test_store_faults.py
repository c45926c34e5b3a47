"""Every call of every store but the books (test_wire_faults.py) meets every fault of a network, on a real engine.

D20: what the table cannot answer now is `Unavailable`, never a crash: 503 with Retry-After over HTTP, and a run that is
repeated for schedules and the stream. What was asked may have been done, so it is asked again, and then it is done.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from itertools import count
from pkgutil import iter_modules
from typing import Any

import pytest

from lotbook.adapters import dynamo
from lotbook.adapters.dynamo import keys
from lotbook.adapters.dynamo.accounts import DynamoAccounts
from lotbook.adapters.dynamo.audits import DynamoAudits
from lotbook.adapters.dynamo.auto import DynamoAutoHistory, DynamoClaims
from lotbook.adapters.dynamo.billing import DynamoBilling
from lotbook.adapters.dynamo.books import DynamoBooks
from lotbook.adapters.dynamo.closings import DynamoClosings
from lotbook.adapters.dynamo.cursor_key import DynamoCursorKey
from lotbook.adapters.dynamo.deliveries import DynamoDeliveries, DynamoLanes
from lotbook.adapters.dynamo.directory import DynamoDirectory
from lotbook.adapters.dynamo.due import DynamoDueIndex
from lotbook.adapters.dynamo.endpoints import DynamoEndpoints, DynamoEndpointSecrets
from lotbook.adapters.dynamo.erasures import DynamoErasures
from lotbook.adapters.dynamo.idempotency import DynamoIdempotency
from lotbook.adapters.dynamo.latches import DynamoLatches, DynamoNotices
from lotbook.adapters.dynamo.made import DynamoPurchaseLists
from lotbook.adapters.dynamo.mail_latches import DynamoMailLatches
from lotbook.adapters.dynamo.passes import DynamoPasses
from lotbook.adapters.dynamo.purchases import DynamoPurchases
from lotbook.adapters.dynamo.reconciliation import DynamoReconciliation
from lotbook.adapters.dynamo.service_keys import DynamoServiceKeys
from lotbook.adapters.dynamo.statement import DynamoStatement
from lotbook.adapters.dynamo.sweeps import DynamoSweeps
from lotbook.adapters.dynamo.table import Table, to_item
from lotbook.domain.credits.ledger import CHAIN_END, Entry
from lotbook.domain.credits.statement_lines import StatementLine
from lotbook.domain.mails.latches import MailLatch
from lotbook.domain.mails.occasions import Occasion
from lotbook.domain.news.alerts import Latch
from lotbook.domain.portal.sessions import Pass, Visitor
from lotbook.domain.reconciliation.differences import ComparedPeriod, Difference, Stray
from lotbook.domain.reconciliation.strays import StrayNote
from lotbook.domain.sales.auto_history import AutoEvent
from lotbook.domain.sales.billing import BillingRecord
from lotbook.domain.values.errors import Conflict, Unavailable
from lotbook.domain.values.instants import DAY
from lotbook.ports.reconciliation import Noted, Progress
from lotbook.ports.shop import DueItem, KeyUse
from lotbook.ports.sweeps import Stumble
from tests import engine
from tests.fakes.accounts import an_account
from tests.fakes.billing import details
from tests.fakes.desk import CountingEntropy
from tests.fakes.endpoints import a_delivery, an_endpoint
from tests.fakes.purchases import ORDERED, a_purchase
from tests.race.calls_of_reports import REPORTS
from tests.race.many import OF_MANY
from tests.race.store_calls import OF_POLICIES, Call
from tests.wire import FAULTS, SDK_TRIES, Fault, Lines, lines, process

pytestmark = pytest.mark.engine

NUMBERS = count(1)
U = "credits"
OCCASION = Occasion("credits_low", "evt_1")
LINE = StatementLine(1, Entry("n1", U, "consumed", ORDERED, 1, CHAIN_END))
NOTED = Noted(ORDERED, Difference("amount_mismatch", "acme", "pur_1", "cs_1", ("total",)), "open")
PROGRESS = Progress(ComparedPeriod(ORDERED, ORDERED + DAY), "checkouts", None)


def a_stray(name: str) -> Stray:
    return Stray(name, "event", 7, "acme", "pur_1", "cs_1", name, "evt_1")


def an_event(account_id: str) -> AutoEvent:
    return AutoEvent(account_id, "ev_1", "pur_1", ORDERED, "bought")


def a_record(account_id: str) -> BillingRecord:
    return BillingRecord(account_id, details(), details(), ORDERED, ORDERED, "ann")


def _account(where: Table, name: str) -> None:
    DynamoAccounts(where).create(an_account(account_id=name))


def _placed(where: Table, name: str) -> Any:
    order = a_purchase(account_id=name)
    return DynamoPurchases(where).place(order, KeyUse("fp", order.purchase_id, "digest"))


def _key(where: Table, name: str) -> None:
    DynamoServiceKeys(where).put(name, "backend", frozenset({"read"}), ORDERED)


def _due(name: str) -> DueItem:
    pk, sk = keys.account(name).values()
    return DueItem(name, "", an_account().created_at + DAY, (pk, sk))


def _save_account(where: Table, name: str) -> Any:
    return DynamoAccounts(where).save(an_account(account_id=name, plan_id="annual"))


def _rename_account(where: Table, name: str) -> Any:
    was = an_account(account_id=name)
    return DynamoAccounts(where).rename(was, replace(was, email="new@acme.example", external_id=name))


def _save_purchase(where: Table, name: str) -> Any:
    return DynamoPurchases(where).save(a_purchase(account_id=name, state="processing"))


def _noted(t: Table, n: str) -> Any:
    DynamoReconciliation(t).keep(replace(a_stray(n), name=n))
    return DynamoReconciliation(t).note_stray(StrayNote(n, ORDERED, "ann", "Refunded.", closes=True))


def _claimed(where: Table, name: str) -> Any:
    return DynamoClaims(where).claim(an_account(account_id=name), a_purchase(account_id=name))


def _passed(where: Table, name: str) -> None:
    visitor = Visitor(name, "owner", "ann", "https://shop.example/", "en")
    DynamoPasses(where).put("link", "digest", Pass(visitor, ORDERED + DAY, 0))


def _written(where: Table, name: str) -> None:
    """Something of everything that erasing rewrites."""
    entry, books = replace(LINE.entry, reference="Ann"), DynamoBooks(where)
    books.put_entry(name, entry)
    books.put_entry(name, replace(entry, name="void#1", kind="void"))
    books.note_metadata(name, entry.name, "d", {"who": "Ann"})
    DynamoStatement(where).file([((name, U), StatementLine(1, entry))])


def _kept_in_words(where: Table, name: str) -> None:
    """Markers of an older release, which name their keys."""
    for place in (keys.idempotency(name, "grant", "fp"), keys.hold_marker(name, "fp")):
        where.client.put_item(TableName=where.name, Item=to_item({**place, "key": "ann@acme.example"}))


def _endpoint(where: Table, name: str) -> None:
    DynamoEndpoints(where).create(an_endpoint(name), "whsec_AAAA")


def _delivery(where: Table, name: str) -> None:
    DynamoDeliveries(where).create(a_delivery(name))


def _closing(where: Table, name: str) -> None:
    DynamoClosings(where).ask(name, ORDERED)


CALLS: dict[str, Call] = {
    "DynamoAccounts.get": Call(lambda t, n: DynamoAccounts(t).get(n), _account),
    "DynamoAccounts.get_with_book": Call(lambda t, n: DynamoAccounts(t).get_with_book(n, U, DynamoBooks(t)), _account),
    "DynamoAccounts.create": Call(lambda t, n: DynamoAccounts(t).create(an_account(account_id=n))),
    "DynamoAccounts.save": Call(_save_account, _account, over=True),
    "DynamoAccounts.get_many": Call(lambda t, n: DynamoAccounts(t).get_many([n]), _account),
    "DynamoAccounts.rename": Call(_rename_account, _account, over=True),
    "DynamoAutoHistory.note": Call(lambda t, n: DynamoAutoHistory(t).note(an_event(n))),
    "DynamoAutoHistory.page": Call(lambda t, n: DynamoAutoHistory(t).page(n, 9, None)),
    "DynamoAudits.lot_events": Call(lambda t, n: DynamoAudits(t).lot_events(n, U)),
    "DynamoAudits.mark": Call(
        lambda t, n: DynamoAudits(t).mark(n, "unit#credits"),
        lambda t, n: DynamoAudits(t).keep(n, "unit#credits", b"content", ORDERED),
    ),
    "DynamoAudits.keep": Call(lambda t, n: DynamoAudits(t).keep(n, "unit#credits", b"content", ORDERED)),
    "DynamoAudits.postpone": Call(lambda t, n: DynamoAudits(t).postpone(n, ORDERED), _account),
    "DynamoBilling.get": Call(lambda t, n: DynamoBilling(t).get(n)),
    "DynamoBilling.save": Call(lambda t, n: DynamoBilling(t).save(a_record(n), None), over=True),
    "DynamoClaims.look": Call(lambda t, n: DynamoClaims(t).look(n, "insurestack"), _account),
    "DynamoClaims.claim": Call(_claimed, _account, over=True),
    "DynamoClosings.ask": Call(lambda t, n: DynamoClosings(t).ask(n, ORDERED)),
    "DynamoClosings.get": Call(lambda t, n: DynamoClosings(t).get(n), _closing),
    "DynamoClosings.keep_place": Call(lambda t, n: DynamoClosings(t).keep_place(n, "credits"), _closing),
    "DynamoClosings.look_again": Call(lambda t, n: DynamoClosings(t).look_again(n, ORDERED, 1), _closing),
    "DynamoClosings.finish": Call(lambda t, n: DynamoClosings(t).finish(n, 1), _closing),
    "DynamoCursorKey.read": Call(
        lambda t, _: DynamoCursorKey(t, CountingEntropy()).read(),
        lambda t, _: DynamoCursorKey(t, CountingEntropy()).read(),
    ),
    "DynamoDeliveries.create": Call(lambda t, n: DynamoDeliveries(t).create(a_delivery(n))),
    "DynamoDeliveries.get": Call(lambda t, n: DynamoDeliveries(t).get(n, a_delivery(n).delivery_id), _delivery),
    "DynamoDeliveries.page": Call(lambda t, n: DynamoDeliveries(t).page(n, None, 9), _delivery),
    "DynamoDeliveries.save": Call(lambda t, n: DynamoDeliveries(t).save(a_delivery(n)), _delivery, over=True),
    "DynamoLanes.take": Call(lambda t, n: DynamoLanes(t).take(n, 0, ORDERED, ORDERED + DAY)),
    "DynamoLanes.leave": Call(
        lambda t, n: DynamoLanes(t).leave(n, 0, ORDERED + DAY),
        lambda t, n: DynamoLanes(t).take(n, 0, ORDERED, ORDERED + DAY),
    ),
    "DynamoEndpoints.list": Call(lambda t, _: DynamoEndpoints(t).list(), _endpoint),
    "DynamoEndpoints.get": Call(lambda t, n: DynamoEndpoints(t).get(n), _endpoint),
    "DynamoEndpoints.create": Call(_endpoint, over=True),
    "DynamoEndpoints.save": Call(lambda t, n: DynamoEndpoints(t).save(an_endpoint(n)), _endpoint, over=True),
    "DynamoEndpoints.rotate": Call(
        lambda t, n: DynamoEndpoints(t).rotate(an_endpoint(n), "whsec_BBBB"), _endpoint, over=True
    ),
    "DynamoEndpoints.delete": Call(lambda t, n: DynamoEndpoints(t).delete(n), _endpoint, over=True),
    "DynamoEndpointSecrets.read": Call(lambda t, n: DynamoEndpointSecrets(t).read(n), _endpoint),
    "DynamoDirectory.page": Call(lambda t, n: DynamoDirectory(t, 2026).page(9, None), _account),
    "DynamoDirectory.with_email": Call(
        lambda t, n: DynamoDirectory(t, 2026).with_email("owner@acme.example", 9, None), _account
    ),
    "DynamoDirectory.with_external_id": Call(lambda t, n: DynamoDirectory(t, 2026).with_external_id(n)),
    "DynamoDueIndex.due": Call(lambda t, n: list(DynamoDueIndex(t).due(n, ORDERED, 9))),
    "DynamoDueIndex.postpone": Call(lambda t, n: DynamoDueIndex(t).postpone(_due(n), ORDERED), _account),
    "DynamoIdempotency.find": Call(lambda t, n: DynamoIdempotency(t).find(n, "use", "k")),
    "DynamoIdempotency.claim": Call(lambda t, n: DynamoIdempotency(t).claim(n, "use", "k", {"a": 1})),
    "DynamoErasures.passes": Call(lambda t, n: DynamoErasures(t).passes(n, None), _passed),
    "DynamoErasures.notes": Call(lambda t, n: DynamoErasures(t).notes(n, None), _written),
    "DynamoErasures.keys": Call(lambda t, n: DynamoErasures(t).keys(n, None), _kept_in_words),
    "DynamoErasures.keys_of_holds": Call(lambda t, n: DynamoErasures(t).keys_of_holds(n, None), _kept_in_words),
    "DynamoErasures.lot_entries": Call(lambda t, n: DynamoErasures(t).lot_entries(n, U, None), _written),
    "DynamoErasures.entries": Call(lambda t, n: DynamoErasures(t).entries(n, [LINE.entry]), _written),
    "DynamoErasures.lines": Call(lambda t, n: DynamoErasures(t).lines(n, U, None), _written),
    "DynamoLatches.get": Call(lambda t, n: DynamoLatches(t).get(n, U)),
    "DynamoLatches.save": Call(lambda t, n: DynamoLatches(t).save(n, U, Latch()), over=True),
    "DynamoMailLatches.get": Call(lambda t, n: DynamoMailLatches(t).get(n, OCCASION)),
    "DynamoMailLatches.save": Call(lambda t, n: DynamoMailLatches(t).save(n, OCCASION, MailLatch()), over=True),
    "DynamoNotices.note": Call(lambda t, n: DynamoNotices(t).note(n, U, "lot_a", ORDERED)),
    "DynamoNotices.done": Call(lambda t, n: DynamoNotices(t).done(n, U, "lot_a")),
    "DynamoPasses.put": Call(_passed),
    "DynamoPasses.find": Call(lambda t, n: DynamoPasses(t).find("link", n, "digest"), _passed),
    "DynamoPasses.use_up": Call(lambda t, n: DynamoPasses(t).use_up("link", n, "digest", ORDERED), _passed),
    "DynamoPasses.round_of": Call(lambda t, n: DynamoPasses(t).round_of(n)),
    "DynamoPasses.begin_round": Call(lambda t, n: DynamoPasses(t).begin_round(n)),
    "DynamoPurchaseLists.made": Call(lambda t, n: DynamoPurchaseLists(t).made(ComparedPeriod(0, ORDERED), None)),
    **OF_POLICIES,
    "DynamoPurchases.place": Call(_placed, over=True),
    "DynamoPurchases.put_new": Call(lambda t, n: DynamoPurchases(t).put_new(a_purchase(account_id=n))),
    "DynamoPurchases.key_use": Call(lambda t, n: DynamoPurchases(t).key_use(n, "fp"), _placed),
    "DynamoPurchases.use_key": Call(lambda t, n: DynamoPurchases(t).use_key(n, KeyUse("fp2", "pur_1", "digest"))),
    "DynamoPurchases.get": Call(lambda t, n: DynamoPurchases(t).get(n, a_purchase().purchase_id), _placed),
    "DynamoPurchases.save": Call(_save_purchase, _placed, over=True),
    "DynamoPurchases.page": Call(lambda t, n: DynamoPurchases(t).page(n, 9, None), _placed),
    "DynamoReconciliation.note": Call(
        lambda t, n: DynamoReconciliation(t).note(replace(NOTED, difference=replace(NOTED.difference, purchase_id=n)))
    ),
    "DynamoReconciliation.progress": Call(lambda t, n: DynamoReconciliation(t).progress(n)),
    "DynamoReconciliation.save_progress": Call(lambda t, n: DynamoReconciliation(t).save_progress(n, PROGRESS)),
    "DynamoReconciliation.seen": Call(lambda t, n: DynamoReconciliation(t).seen(n, PROGRESS.period)),
    "DynamoReconciliation.keep_seen": Call(
        lambda t, n: DynamoReconciliation(t).keep_seen(n, PROGRESS, {"cs_1"}, ORDERED)
    ),
    "DynamoReconciliation.clear_progress": Call(lambda t, n: DynamoReconciliation(t).clear_progress(n)),
    "DynamoReconciliation.keep": Call(
        lambda t, n: DynamoReconciliation(t).keep(a_stray(n)),
        lambda t, n: DynamoReconciliation(t).keep(replace(a_stray(n), event_id=None)),  # so that something is learned
    ),
    "DynamoReconciliation.stray": Call(lambda t, n: DynamoReconciliation(t).stray(n), _noted),
    "DynamoReconciliation.strays": Call(lambda t, n: DynamoReconciliation(t).strays(1), _noted),
    "DynamoReconciliation.note_stray": Call(_noted),
    "DynamoServiceKeys.find": Call(lambda t, n: DynamoServiceKeys(t).find(n), _key),
    "DynamoServiceKeys.put": Call(_key),
    "DynamoServiceKeys.revoke": Call(lambda t, n: DynamoServiceKeys(t).revoke(n, ORDERED), _key),
    **REPORTS,
    **{name: Call(ask, _written) for name, ask in OF_MANY.items()},
    "DynamoStatement.page": Call(lambda t, n: DynamoStatement(t).page(n, U, 9, 9)),
    "DynamoSweeps.stumbles": Call(lambda t, n: DynamoSweeps(t).stumbles(n)),
    "DynamoSweeps.keep": Call(lambda t, n: DynamoSweeps(t).keep(n, "acme#x", Stumble(1, ORDERED, ORDERED))),
    "DynamoSweeps.forget": Call(lambda t, n: DynamoSweeps(t).forget(n, "acme#x")),
    "DynamoSweeps.claim": Call(lambda t, n: DynamoSweeps(t).claim(n, ORDERED)),
    "DynamoSweeps.followed": Call(lambda t, _: DynamoSweeps(t).followed()),
    "DynamoSweeps.keep_followed": Call(lambda t, n: DynamoSweeps(t).keep_followed([n])),
}


def test_d20_no_method_of_a_store_is_left_out() -> None:
    """The books' own are in test_wire_faults.py, operation by operation."""
    found = set()
    for module in iter_modules(dynamo.__path__):
        made = import_module(f"{dynamo.__name__}.{module.name}")
        for store, kind in inspect.getmembers(made, inspect.isclass):
            if store.startswith("Dynamo") and kind.__module__ == made.__name__:
                found |= {f"{store}.{name}" for name in vars(kind) if not name.startswith("_")}
    assert {name for name in found if not name.startswith("DynamoBooks.")} == CALLS.keys()


@pytest.fixture(scope="module")
def bench(dynamo_engine: str) -> Iterator[Lines]:
    with lines(engine.client(dynamo_engine), process(dynamo_engine), "stores") as made:
        yield made


def _prepared(call: Call, bench: Lines) -> str:
    name = f"n-{next(NUMBERS)}"
    call.before(bench.straight, name)
    return name


def _calls_of(call: Call, bench: Lines) -> int:
    name = _prepared(call, bench)
    bench.wire.arm(None)
    call.act(bench.alone, name)
    return bench.wire.calls


@pytest.mark.parametrize("method", CALLS)
def test_d20_a_fault_at_any_call_of_any_store_is_told_and_goes_away(method: str, bench: Lines) -> None:
    """Throttle, conflict, 500, reset, reply dropped behind the commit, late delivery: all at the first call, then by turns."""
    call = CALLS[method]
    for at in range(1, _calls_of(call, bench) + 1):
        for fault in FAULTS if at == 1 else (FAULTS[at % len(FAULTS)],):
            name = _prepared(call, bench)
            bench.wire.arm(fault, at)
            is_lost = call.over and fault == "conflict" and _writes(method, at)
            with pytest.raises(Conflict if is_lost else Unavailable):
                call.act(bench.alone, name)
            assert bench.wire.spoiled == 1
            bench.wire.arm(None)
            bench.wire.settle()
            _again(call, bench, name)


def _writes(method: str, at: int) -> bool:
    """Whether the call is the write: these read first, the head, and the version that it points at."""
    return at == {"DynamoPolicies.publish": 2, "DynamoPolicies.enter": 3}.get(method, 1)


def _again(call: Call, bench: Lines, name: str) -> None:
    """What was done behind a lost answer may have made the version a later one: its caller reads again (Conflict)."""
    try:
        call.act(bench.alone, name)
    except Conflict:
        assert call.over


TRANSIENT: tuple[Fault, ...] = ("throttle", "server_error", "reset")


@pytest.mark.parametrize("method", CALLS)
def test_d20_the_sdk_sends_again_and_gives_up_after_a_bound(method: str, bench: Lines) -> None:
    """One fault is not seen at all; one that stays is `Unavailable` after three tries of the first call."""
    call = CALLS[method]
    fault = TRANSIENT[sorted(CALLS).index(method) % len(TRANSIENT)]
    name = _prepared(call, bench)
    bench.wire.arm(fault, 1)
    call.act(bench.retried, name)
    assert bench.wire.spoiled == 1
    name = _prepared(call, bench)
    bench.wire.arm(fault, 1, times=100)
    with pytest.raises(Unavailable):
        call.act(bench.retried, name)
    assert bench.wire.calls == SDK_TRIES
    bench.wire.arm(None)
