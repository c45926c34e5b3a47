"""Purchases in the table, through DynamoDB's expressions (one thread: no races are shown here)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from decimal import Decimal
from typing import Any

import pytest
from botocore.exceptions import ClientError

from lotbook.adapters.dynamo import auto, keys
from lotbook.adapters.dynamo.auto import DynamoAutoHistory
from lotbook.adapters.dynamo.due import DynamoDueIndex
from lotbook.adapters.dynamo.purchases import DynamoPurchases
from lotbook.adapters.dynamo.table import Table, to_item
from lotbook.adapters.refusals import ServiceRefused
from lotbook.domain.invoices.billing_details import Address
from lotbook.domain.plans.plan_move import PlanMove, Taken
from lotbook.domain.sales.auto_history import event, placed
from lotbook.domain.sales.items import (
    AutoPart,
    AutoTopUpItem,
    CustomPaymentItem,
    OrderLine,
    PackItem,
    PlanItem,
    PlanPart,
    PlanRenewalItem,
    Tax,
)
from lotbook.domain.sales.purchase import Dispute, Failure, GatewayRefs, GivenConsent, Settlement
from lotbook.domain.sales.reversals import MoneyBack, OwnRefund, Reversal
from lotbook.domain.values.errors import Conflict, Unavailable
from lotbook.ports.shop import DueItem, KeyUse
from tests.fakes.automatic import FakeAutoHistory
from tests.fakes.billing import details
from tests.fakes.purchases import ORDERED, a_purchase

FULL = a_purchase(
    lines=(OrderLine("Credits", 1_000, Decimal("0.0009"), 90), OrderLine("Surcharge", 1, Decimal("0.27"), 27)),
    companions=(("data_transfer_mb", 5),),
    tax=Tax("GST", Decimal("0.18"), 360),
    consent=GivenConsent(
        "refund_policy", "2026-01", ORDERED, "user-1", "192.0.2.7", "Browser/1", "https://shop.example/refunds"
    ),
    quoted_expires_at=ORDERED,
    late_expires_at=ORDERED + 1,
    save_payment_method=True,
    checkout_request='{"mode":"payment"}',
    gateway_refs=GatewayRefs("cs_1", "pi_1", "in_1", "sub_1"),
    checkout_url="https://pay.example/cs_1",
    state="disputed",
    settlement=Settlement(ORDERED, "lot_1", ORDERED + 1),
    completed_at=ORDERED,
    failure=Failure("card_declined", "The card was declined."),
    dispute=Dispute("dp_1", "open"),
    refunded_minor=7,
    reversal=Reversal(3, (("credits", 4), ("data_transfer_mb", 1)), True, 7, "dp_1", "open", True),
    reversal_next=Reversal(4, (), False, 7, None, None),
    own_refunds=(OwnRefund(1, "fp", ORDERED, "user-1", "made", 4, 7, "re_1"), OwnRefund(2, "fp2", ORDERED, "user-2")),
    money_back=(MoneyBack(ORDERED + 2, 7), MoneyBack(ORDERED + 3, 0)),
    check_at=ORDERED + 5,
    version=3,
    title="Credits",
    invoice_waits=True,
    plan=PlanPart("pro", 100, 365, 1, 6_400, "price_1"),
    period=(ORDERED, ORDERED + 9),
    auto=AutoPart(True, "pm_1", "fp_1", ORDERED + 1),
    move=PlanMove(
        "upgrade",
        "sub_1",
        "si_1",
        "convert",
        "convert",
        (Taken("credits", "lot_1", 5),),
        5,
        1,
        (Taken("credits", "lot_2", 3),),
        "txr_1",
        (Taken("mb", "lot_3", 2),),
    ),
    effective_at=ORDERED + 9,
    billing=details(tax_id="123456789", shipping=Address("2 Dock Rd", "Port", "1", "US", line2="Gate 4")),
)
USE = KeyUse("fp-1", FULL.purchase_id, "digest-1")


@pytest.mark.parametrize(
    "order",
    [
        FULL,
        a_purchase(tax=None),
        a_purchase(item=PackItem("p-2000")),
        a_purchase(item=PlanItem("pro", credits=1_000)),
        a_purchase(item=CustomPaymentItem(2_500, "invoice 7")),
        a_purchase(item=PlanRenewalItem("pro")),
        a_purchase(item=AutoTopUpItem(10_000, 2)),
    ],
    ids=["every field set", "defaults", "pack", "plan", "custom payment", "plan renewal", "automatic purchase"],
)
def test_a_purchase_is_read_as_it_was_written(table: Table, order: Any) -> None:
    purchases = DynamoPurchases(table)
    assert purchases.get("acme", order.purchase_id) is None
    assert purchases.place(order, USE) is None
    assert purchases.get("acme", order.purchase_id) == order
    assert purchases.get("other", order.purchase_id) is None
    unset = [field.name for field in fields(FULL) if getattr(FULL, field.name) == field.default]
    assert unset == ["gateway"], "FULL must show every field"


def test_d_03_a_key_makes_one_purchase_whoever_comes_second(table: Table) -> None:
    """D3: row and marker in one transaction; the first use comes back."""
    purchases = DynamoPurchases(table)
    second = a_purchase(purchase_id="pur_0000000000bbbbbbbbbbbbbbbb")
    assert purchases.place(FULL, USE) is None
    assert purchases.place(second, KeyUse("fp-1", second.purchase_id, "digest-2")) == USE
    assert purchases.get("acme", second.purchase_id) is None
    assert purchases.key_use("acme", "fp-1") == USE
    assert purchases.key_use("other", "fp-1") is None
    assert purchases.place(second, KeyUse("fp-2", second.purchase_id, "digest-2")) is None


def test_a_purchase_id_that_is_taken_is_a_conflict_and_leaves_no_marker(table: Table) -> None:
    purchases = DynamoPurchases(table)
    purchases.place(FULL, USE)
    with pytest.raises(Conflict):
        purchases.place(FULL, KeyUse("fp-2", FULL.purchase_id, "digest"))
    assert purchases.key_use("acme", "fp-2") is None


def test_d_02_who_read_an_older_version_does_not_write(table: Table) -> None:
    """D2, D5."""
    purchases = DynamoPurchases(table)
    purchases.place(a_purchase(), USE)
    first = purchases.save(a_purchase(state="processing"))
    assert first.version == 2
    with pytest.raises(Conflict):
        purchases.save(a_purchase(state="failed"))
    assert purchases.get("acme", first.purchase_id) == first


def test_saving_a_purchase_that_is_not_there_is_a_conflict_and_makes_none(table: Table) -> None:
    with pytest.raises(Conflict):
        DynamoPurchases(table).save(a_purchase())


def test_what_a_newer_version_of_the_code_wrote_survives_a_save(table: Table) -> None:
    purchases = DynamoPurchases(table)
    purchases.place(a_purchase(), USE)
    key = to_item(keys.purchase("acme", a_purchase().purchase_id))
    table.client.update_item(
        TableName=table.name,
        Key=key,
        UpdateExpression="SET evidence = :e",
        ExpressionAttributeValues=to_item({":e": "kept"}),
    )
    purchases.save(a_purchase(state="processing"))
    assert table.client.get_item(TableName=table.name, Key=key)["Item"]["evidence"] == {"S": "kept"}


def test_d_09_what_waits_is_in_the_due_index_and_what_is_decided_is_not(table: Table) -> None:
    """D9."""
    purchases, due = DynamoPurchases(table), DynamoDueIndex(table)
    order = a_purchase(check_at=ORDERED)
    purchases.place(order, USE)
    assert list(due.due("purchase", ORDERED - 1, 10)) == []
    assert list(due.due("purchase", ORDERED, 10)) == [DueItem("acme", order.purchase_id, ORDERED)]
    later = purchases.save(replace(order, check_at=ORDERED + 60_000))
    assert list(due.due("purchase", ORDERED, 10)) == []
    purchases.save(replace(later, state="completed", check_at=None))
    assert list(due.due("purchase", ORDERED + 10**9, 10)) == []


def test_np_45_pages_are_newest_first_and_end(table: Table) -> None:
    purchases = DynamoPurchases(table)
    made = [f"pur_{number:026d}" for number in range(7)]
    for number, purchase_id in enumerate(made):
        purchases.place(a_purchase(purchase_id=purchase_id), KeyUse(f"fp-{number}", purchase_id, "d"))
    seen, after = [], None
    for _ in range(10):
        rows, after = purchases.page("acme", 3, after)
        seen.append([row.purchase_id for row in rows])
        if after is None:
            break
    assert seen == [made[:3:-1], made[3:0:-1], made[:1]]
    assert purchases.page("acme", 7, None)[1] is None, "a full last page is the end"
    assert purchases.page("other", 7, None) == ([], None)
    assert purchases.page("acme", 3, "pur_0") == ([], None)
    assert [r.purchase_id for r in purchases.page("acme", 100, "pur_z")[0]] == made[::-1]


@pytest.mark.parametrize("code", ["TransactionConflictException", "TransactionInProgressException"])
def test_a_busy_row_is_a_conflict_and_other_errors_are_not(table: Table, code: str) -> None:
    """No local engine raises these; injected."""

    class Busy:
        def __init__(self, code: str) -> None:
            self.code = code

        def __getattr__(self, name: str) -> Any:
            if name == "get_item":
                return table.client.get_item

            def fail(**_: Any) -> None:
                raise ClientError({"Error": {"Code": self.code, "Message": ""}}, name)

            return fail

    with pytest.raises(Conflict):
        DynamoPurchases(Table(Busy(code), table.name)).save(a_purchase())
    with pytest.raises(Conflict):
        DynamoPurchases(Table(Busy(code), table.name)).place(a_purchase(), USE)
    with pytest.raises(ServiceRefused):
        DynamoPurchases(Table(Busy("ValidationException"), table.name)).save(a_purchase())
    with pytest.raises(ServiceRefused):
        DynamoPurchases(Table(Busy("ValidationException"), table.name)).place(a_purchase(), USE)


def test_bounds_rows_so_long_that_a_query_ends_early_leave_nothing_out(table: Table) -> None:
    """DynamoDB ends a query after a megabyte, whatever its limit is."""
    purchases = DynamoPurchases(table)
    names = [f"pur_{number:026d}" for number in range(30)]
    for name in names:
        order = a_purchase(purchase_id=name, checkout_request="x" * 60_000)
        purchases.place(order, KeyUse(name, name, "digest"))
    found, after = [], None
    for _ in range(10):
        rows, after = purchases.page("acme", 100, after)
        found += [row.purchase_id for row in rows]
        if after is None:
            break
    assert found == names[::-1]


def test_a_row_that_no_key_asked_for_is_written_once(table: Table) -> None:
    """A renewal's: many find that the period has begun, one row comes of it, and what it became since stays."""
    store = DynamoPurchases(table)
    assert store.put_new(FULL)
    assert not store.put_new(replace(FULL, state="completed"))
    assert store.get(FULL.account_id, FULL.purchase_id) == FULL


def test_d_03_a_key_that_made_no_purchase_keeps_the_first_answer_and_the_first_one_stays(table: Table) -> None:
    """A change of plan without a charge: its key has no row to be answered from."""
    purchases = DynamoPurchases(table)
    first = KeyUse("fp-3", "", "change:digest", '{"effect": "period_end"}')
    assert purchases.use_key("acme", first) is None
    assert purchases.use_key("acme", KeyUse("fp-3", "", "change:other", "{}")) == first
    assert purchases.key_use("acme", "fp-3") == first
    assert purchases.key_use("other", "fp-3") is None


def test_d31_a_crash_between_the_latch_of_a_cause_and_its_event_loses_no_event(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever comes next with the same cause puts the event as the first one had it."""
    told = event("acme", "cap_reached", ORDERED, "period")

    def crash(*_: Any) -> Any:
        raise Unavailable

    with monkeypatch.context() as crashed:
        crashed.setattr(auto, "put_over", crash)  # the latch is put by `put_new`
        with pytest.raises(Unavailable):
            DynamoAutoHistory(table).note(told)
    assert DynamoAutoHistory(table).page("acme", 10, None) == ([], None)
    assert not DynamoAutoHistory(table).note(event("acme", "cap_reached", ORDERED + 5, "period"))
    assert DynamoAutoHistory(table).page("acme", 10, None) == ([placed(told, 0)], None)


@pytest.mark.parametrize("made", [DynamoAutoHistory, lambda _: FakeAutoHistory()])
def test_f7_events_of_one_instant_are_listed_in_the_order_in_which_they_were_noted(
    table: Table, made: Callable[[Table], Any]
) -> None:
    history, causes = made(table), [f"pur_{number}" for number in range(8)]
    noted = [event("acme", "bought", ORDERED, cause).cause for cause in causes]
    for cause in (*causes, *causes):
        history.note(event("acme", "bought", ORDERED, cause))
    first, after = history.page("acme", 5, None)
    rest, end = history.page("acme", 5, after)
    assert [told.cause for told in (*first, *rest)] == noted[::-1]
    assert end is None
