"""Holds, batches, other units and plans that change: whatever burns is topped up alike, and what changes meanwhile changes no charge."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lotbook.domain.credits.requests import BatchItem, BurnRequest, HoldRequest, ResolveHold
from lotbook.domain.values.errors import InsufficientCredits
from lotbook.usecases.credits.consume import consume
from lotbook.usecases.credits.consume_batch import consume_batch
from lotbook.usecases.credits.hold import hold
from lotbook.usecases.credits.resolve_hold import resolve_hold
from lotbook.usecases.sales.unused_lots import read_unused
from tests.fakes.automating import UNIT, Automating
from tests.fakes.samples import published


def batch(desk: Automating, *credits: int, keys: str = "item") -> list[tuple[str, str | None]]:
    items = [BatchItem(f"{keys}-{number}", BurnRequest(each)) for number, each in enumerate(credits)]
    answer = consume_batch("acme", items, desk=desk.burning, first_unit=lambda: "credits")
    return [(each.status, each.code) for each in answer.results]


def test_a_hold_at_the_boundary_is_topped_up_and_gives_back_to_what_was_lent() -> None:
    desk = Automating()
    desk.use(79_000)
    held = hold("acme", "h-1", HoldRequest(2_000), desk=desk.burning)
    assert [draw.credits for draw in held.draws] == [1_000, 1_000]
    assert len(desk.rows()) == 1
    desk.charge()
    resolve_hold("acme", ResolveHold(held.hold_id, "c-1", 500, "service"), desk=desk.burning)
    assert desk.has() == (UNIT + 1_000 - 500, 0)
    desk.audited()


def test_a_hold_on_a_lot_whose_payment_failed_gives_back_to_the_debt() -> None:
    desk = Automating()
    desk.gateway.plans.does[desk.card] = "generic_decline"
    desk.use(80_000)
    held = hold("acme", "h-1", HoldRequest(2_000), desk=desk.burning)
    desk.charge()
    assert desk.has() == (0, 2_000)
    resolve_hold("acme", ResolveHold(held.hold_id, "c-1", None, "service"), desk=desk.burning)
    assert desk.has() == (0, 0)
    desk.check()


def test_a_batch_over_the_boundary_claims_once_and_refuses_nothing() -> None:
    desk = Automating()
    desk.use(79_990)
    assert batch(desk, *[100] * 20) == [("consumed", None)] * 20
    assert len(desk.rows()) == 1
    assert desk.has() == (10 + UNIT - 2_000, 0)


def test_items_of_a_batch_that_what_is_lent_does_not_cover_wait_by_themselves() -> None:
    desk = Automating()
    desk.use(80_000)
    desk.use(UNIT - 100)
    assert batch(desk, 60, 60, 40) == [("consumed", None), ("refused", "top_up_pending"), ("consumed", None)]
    desk.charge()
    assert batch(desk, 60, 60, 40) == [("replayed", None), ("consumed", None), ("replayed", None)]


def test_another_unit_is_not_topped_up_and_its_companions_come_with_the_payment() -> None:
    desk = Automating()
    desk.use(80_000)
    desk.use(1)
    with pytest.raises(InsufficientCredits):
        consume("acme", "mb", BurnRequest(1, unit="data_transfer_mb"), desk=desk.burning)
    assert len(desk.rows()) == 1
    desk.charge()
    assert consume("acme", "mb", BurnRequest(1, unit="data_transfer_mb"), desk=desk.burning).available == 4_999


def test_mk_29_what_was_bought_automatically_burns_after_the_plans_and_ends_with_its_cycle() -> None:
    desk = Automating()
    desk.use(80_000)
    desk.use(1)
    desk.charge()
    (lot,) = desk.balance().lots
    assert (lot.kind, lot.expires_at) == ("purchased", desk.rows()[0].quoted_expires_at)
    desk.clock.set("2027-04-20T12:00:00")
    assert [each.kind for each in desk.balance().lots] == ["plan"]


def test_a10_a_period_that_ends_while_the_charge_is_under_way_belongs_to_the_one_before() -> None:
    desk = Automating("core-10k")
    desk.use(10_000)
    desk.use(4_000)
    desk.clock.set("2027-04-20T12:00:01")
    desk.sales.credits.renew("acme")
    row = desk.rows()[0]
    assert desk.record.charge is not None
    desk.clock.set("2027-04-20T11:59:00")
    desk.charge()
    desk.clock.set("2027-04-20T12:00:02")
    assert desk.use(10_000) == 0
    assert desk.use(1) == UNIT - 1, "the cap is April's own"
    assert desk.bounds() == (1, UNIT, 1_170)
    assert (row.period, len(desk.rows())) == (None, 2)


def test_a10_a_plan_that_changes_while_the_charge_is_under_way_changes_neither_amount_nor_claim() -> None:
    desk = Automating("core-10k")
    desk.use(10_000)
    desk.use(4_000)
    desk.accounts.save(replace(desk.account, plan_id="pro-80k", anchor=desk.clock.now()))
    done = desk.charge()
    assert (done.state, done.total_minor, desk.charged()) == ("completed", 1_170, 1_170)
    assert desk.record.charge is None
    assert (done.plan_id, done.lot_id is not None) == ("core-10k", True)


def test_a_plan_without_automatic_purchase_lets_the_charge_under_way_finish_and_starts_none() -> None:
    desk = Automating("core-10k")
    desk.use(10_000)
    desk.use(4_000)
    desk.accounts.save(replace(desk.account, plan_id="free"))
    assert desk.charge().state == "completed"
    desk.use(6_000)
    assert desk.refused(1) == "insufficient_credits"
    assert desk.history.reasons() == ["bought", "plan_not_eligible"]


def test_a_shortfall_that_pauses_is_paid_by_the_card_that_ends_the_suspension() -> None:
    """The policy pauses for what is owed; the purchase that pays it is not kept back by that pause."""
    policy = replace(published("make").policy, shortfall_pauses=True)
    desk = Automating(policy=policy)
    desk.gateway.plans.does[desk.card] = "generic_decline"
    desk.use(80_000)
    desk.use(4_000)
    desk.charge()
    assert set(desk.account.pause_reasons) == {"payment_failed", "shortfall"}
    desk.new_card(fingerprint="fp_2")
    assert desk.account.pause_reasons == ("shortfall",)
    done = desk.work()
    assert done is not None
    assert (done.state, desk.account.state, desk.has()) == ("completed", "active", (UNIT - 4_000, 0))


def test_w9_mk_40_what_is_only_lent_is_no_money_off_another_plan_and_what_is_paid_is() -> None:
    """Else a declined charge would have bought a discount."""
    desk = Automating("core-10k")
    desk.use(10_000)
    desk.use(1)

    def unused() -> list[tuple[str, int]]:
        loaded = desk.sales.account("acme")
        found = read_unused(loaded, desk=desk.sales.credits, purchases=desk.purchases)
        return [(lot.kind, lot.credits) for lot in found if lot.unit == "credits"]

    assert unused() == []
    desk.charge()
    assert unused() == [("purchased", UNIT - 1)]
