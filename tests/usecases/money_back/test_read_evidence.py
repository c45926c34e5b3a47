"""The chargeback evidence: consent, order, delivery, and the use of exactly these credits (NP-20, NP-21, D13)."""

from __future__ import annotations

from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lotbook.domain.credits.orders import ClawBack
from lotbook.domain.credits.requests import BurnRequest, HoldRequest, ResolveHold
from lotbook.domain.money_back.evidence import Evidence, LotUse
from lotbook.domain.sales.items import CustomPaymentItem, TopUpItem
from lotbook.domain.sales.purchase import Purchase
from lotbook.domain.values.errors import AccountNotFound, Forbidden, InvalidRequest, PurchaseNotFound
from lotbook.domain.values.instants import MINUTE
from lotbook.usecases.credits import statement
from lotbook.usecases.credits.consume import consume
from lotbook.usecases.credits.hold import hold
from lotbook.usecases.credits.lots import claw_back
from lotbook.usecases.credits.resolve_hold import resolve_hold
from lotbook.usecases.money_back import read_evidence as module
from lotbook.usecases.money_back.read_evidence import read_evidence
from lotbook.usecases.sales.settle_purchase import settle_purchase
from tests.examples import examples
from tests.fakes.credit_desk import credit_desk
from tests.fakes.desk import SERVICE, Desk
from tests.fakes.samples import member

KEYS = count(1)


def bought(desk: Desk, credits: int = 100, key: str = "key-1") -> Purchase:
    order = desk.buy(TopUpItem(credits), key=key, source_ip="192.0.2.7", user_agent="Browser/1").purchase
    desk.pay(order)
    return settle_purchase("acme", order.purchase_id, desk=desk.sales)


def burn(desk: Desk, credits: int, reference: str | None = None) -> str:
    request = BurnRequest(credits, reference=reference, actor="backend")
    key = f"burn-{next(KEYS)}"
    return consume("acme", key, request, desk=credit_desk(desk.books, desk.clock, lambda _: None)).entry_id


def evidence(desk: Desk, purchase: Purchase, cursor: str | None = None, role: str = "admin") -> Evidence:
    caller = member(role)  # type: ignore[arg-type]
    return read_evidence("acme", purchase.purchase_id, cursor, caller, desk=desk.sales)


def test_np_20_the_document_has_the_consent_with_where_it_came_from() -> None:
    desk = Desk("9pic")
    found = evidence(desk, bought(desk, 1_000)).purchase.consent
    assert found is not None
    assert (found.kind, found.refund_policy_version, found.url) == (
        "refund_policy",
        "2025-01",
        "https://9pic.ai/refund-policy/",
    )
    assert (found.accepted_at, found.actor, found.source_ip, found.user_agent) == (
        desk.clock.now(),
        "user-1",
        "192.0.2.7",
        "Browser/1",
    )


def test_evidence_names_the_lot_its_delivery_and_exactly_its_use() -> None:
    desk = Desk()
    older = bought(desk, 30, "a")
    desk.clock.instant += 1_000
    newer = bought(desk, 50, "b")
    first, second = burn(desk, 20, "job 1"), burn(desk, 25, "job 2")
    found = evidence(desk, newer)
    (lot,) = found.delivered
    assert (lot.lot_id, lot.credits, lot.at, lot.paid_to_shortfall) == (newer.lot_id, 50, newer.completed_at, 0)
    assert found.page.uses == (LotUse(second, desk.clock.now(), "consumed", 15, "job 2", "backend"),)
    assert (found.used, found.remaining, found.held, found.page.next_cursor) == (15, 35, 0, None)
    theirs = evidence(desk, older)
    assert [(use.entry_id, use.credits) for use in theirs.page.uses] == [(second, 10), (first, 20)]
    assert (theirs.used, theirs.remaining) == (30, 0)


def test_evidence_counts_what_a_hold_captured_and_what_it_still_holds() -> None:
    desk = Desk()
    purchase = bought(desk)
    held = hold("acme", "h1", HoldRequest(40), desk=desk.sales.credits)
    hold("acme", "h2", HoldRequest(5), desk=desk.sales.credits)
    resolve_hold("acme", ResolveHold(held.hold_id, "c1", 30, "backend"), desk=desk.sales.credits)
    found = evidence(desk, purchase)
    assert [(use.kind, use.credits) for use in found.page.uses] == [("captured", 30)]
    assert (found.used, found.held, found.remaining) == (30, 5, 65)


def test_d_13_evidence_tells_what_was_taken_back_apart_from_what_was_used() -> None:
    desk = Desk()
    purchase = bought(desk)
    burn(desk, 60)
    claw_back(
        "acme",
        "credits",
        ClawBack(purchase.lot_id or "", "re_1", 100, reason="refund"),
        desk=credit_desk(desk.books, desk.clock),
    )
    found = evidence(desk, purchase)
    assert (found.used, found.remaining) == (60, 0)
    assert [(change.kind, change.credits, change.reason) for change in found.changes] == [
        ("clawed_back", 100, "refund")
    ]
    next_one = bought(desk, 70, "b")
    again = evidence(desk, next_one)
    assert (again.delivered[0].paid_to_shortfall, again.used, again.remaining) == (60, 60, 10)


def test_d_13_what_a_hold_gave_back_to_a_shortfall_is_itemized_too() -> None:
    """Two lots under one hold, whose return pays a shortfall of three: the first credits in burn order pay it."""
    desk = Desk()
    first = bought(desk, 5, "a")
    desk.clock.instant += 1_000
    second = bought(desk, 5, "b")
    held = hold("acme", "h1", HoldRequest(10), desk=desk.sales.credits)
    claw_back(
        "acme",
        "credits",
        ClawBack(second.lot_id or "", "re_1", 3),
        desk=desk.sales.credits,
    )
    resolve_hold("acme", ResolveHold(held.hold_id, "c1", 1, "backend"), desk=desk.sales.credits)
    older, newer = evidence(desk, first), evidence(desk, second)
    assert [(use.kind, use.credits) for use in older.page.uses] == [("released", 3), ("captured", 1)]
    assert (older.used, older.remaining) == (4, 1)
    assert (newer.page.uses, newer.used, newer.remaining) == ((), 0, 5)


def test_is_02_evidence_tells_what_expired_apart_from_what_was_used() -> None:
    desk = Desk()
    purchase = bought(desk)
    burn(desk, 1)
    desk.clock.set("2027-01-15T10:00:00")
    found = evidence(desk, purchase)
    assert (found.used, found.remaining) == (1, 0)
    assert [(change.kind, change.credits) for change in found.changes] == [("expired", 99)]


def test_is_02_what_a_hold_keeps_of_a_dead_lot_is_held_and_not_used() -> None:
    """The balance shows no dead lot; a document for the bank must not call used what may still come back unused."""
    desk = Desk()
    row = bought(desk)
    burn(desk, 10)
    (lot,) = evidence(desk, row).delivered
    desk.clock.instant = (lot.expires_at or 0) - MINUTE
    request = HoldRequest(40, ttl_seconds=3_600)
    held = hold("acme", "h", request, desk=credit_desk(desk.books, desk.clock, lambda _: None))
    desk.clock.instant += 2 * MINUTE
    found = evidence(desk, row)
    assert (found.used, found.held, found.remaining) == (10, 40, 0)
    resolve_hold("acme", ResolveHold(held.hold_id, "c", 15, "backend"), desk=desk.sales.credits)
    found = evidence(desk, row)
    assert (found.used, found.held, found.remaining) == (25, 0, 0)


def test_np_11_a_payment_without_credits_has_no_delivery_and_no_use() -> None:
    desk = Desk("9pic")
    order = desk.buy(CustomPaymentItem(5_000, "album")).purchase
    desk.pay(order)
    settle_purchase("acme", order.purchase_id, desk=desk.sales)
    found = evidence(desk, order)
    assert (found.delivered, found.page.uses, found.used, found.changes) == ((), (), 0, ())


def test_evidence_of_what_was_never_paid_has_the_order_and_nothing_delivered() -> None:
    desk = Desk()
    found = evidence(desk, desk.buy().purchase)
    assert (found.purchase.state, found.delivered, found.used) == ("pending", (), 0)


def test_mk_05_companions_are_delivered_with_the_lot() -> None:
    desk = Desk("make", "core-10k")
    purchase = bought(desk, 1_000)
    units = [(lot.unit, lot.lot_id == purchase.lot_id) for lot in evidence(desk, purchase).delivered]
    assert units == [("credits", True), ("data_transfer_mb", False)]


def test_bounds_a_long_history_comes_in_pages_that_leave_nothing_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statement, "PAGE_ENTRIES", 2)
    monkeypatch.setattr(module, "MAX_PAGES", 2)
    desk = Desk()
    purchase = bought(desk)
    names = [burn(desk, 1) for _ in range(11)]
    seen, cursor, pages = [], None, 0
    for _ in range(10):
        found = evidence(desk, purchase, cursor)
        assert len(found.page.uses) <= 4
        assert found.used == 11
        seen += [use.entry_id for use in found.page.uses]
        cursor, pages = found.page.next_cursor, pages + 1
        if cursor is None:
            break
    assert cursor is None
    assert seen == names[::-1]
    with pytest.raises(InvalidRequest):
        evidence(desk, purchase, "x")


def test_np_01_evidence_is_for_buyers_and_for_keys_that_read() -> None:
    desk = Desk("9pic")
    purchase = bought(desk, 1_000)
    for role in ("billing", "operator", "member"):
        with pytest.raises(Forbidden):
            evidence(desk, purchase, role=role)
    read_evidence("acme", purchase.purchase_id, None, SERVICE, desk=desk.sales)
    with pytest.raises(PurchaseNotFound):
        read_evidence("acme", "pur_none", None, SERVICE, desk=desk.sales)
    with pytest.raises(AccountNotFound):
        read_evidence("nobody", purchase.purchase_id, None, SERVICE, desk=desk.sales)


STEPS = st.lists(
    st.tuples(st.sampled_from(["buy", "burn", "hold", "capture", "claw", "wait"]), st.integers(1, 60)), max_size=14
)


@given(STEPS)
@settings(max_examples=examples(20), deadline=None)
def test_evidence_the_items_add_up_to_what_was_used_whatever_happened(steps: list[tuple[str, int]]) -> None:
    """Itemized use + what went to an earlier shortfall = used, and nothing of another lot is in it."""
    desk = Desk()
    purchases, holds = [bought(desk, 40, "first")], []
    for number, (step, size) in enumerate(steps):
        if step == "buy":
            purchases.append(bought(desk, size, f"buy-{number}"))
        elif step == "burn" and desk.available() >= size:
            burn(desk, size)
        elif step == "hold" and desk.available() >= size:
            holds.append(hold("acme", f"h{number}", HoldRequest(size), desk=desk.sales.credits))
        elif step == "capture" and holds:
            placed = holds.pop()
            if placed.expires_at > desk.clock.now():
                part = size % (placed.credits + 1)
                resolve_hold("acme", ResolveHold(placed.hold_id, f"c{number}", part, "b"), desk=desk.sales.credits)
        elif step == "claw":
            lot_id = purchases[size % len(purchases)].lot_id or ""
            claw_back(
                "acme",
                "credits",
                ClawBack(lot_id, f"re-{number}", size),
                desk=desk.sales.credits,
            )
        elif step == "wait":
            desk.clock.instant += size * 24 * 60 * 60 * 1_000 * 4
    for purchase in purchases:
        found = evidence(desk, purchase)
        itemized = sum(use.credits for use in found.page.uses)
        paid = sum(lot.paid_to_shortfall for lot in found.delivered)
        assert itemized + paid == found.used
        assert 0 <= found.used + found.remaining + found.held <= purchase.credits
