"""The boundary: the burn that cannot be covered claims one purchase, goes on with what it lends, and the charge follows."""

from __future__ import annotations

import pytest

from lotbook.domain.values.errors import TopUpPending
from tests.fakes.automating import UNIT, Automating


def test_mk_16_mk_30_no_consume_is_refused_between_80_000_and_80_001() -> None:
    desk = Automating()
    assert desk.use(79_990) == 10
    assert desk.use(20) == UNIT - 10
    (row,) = desk.rows()
    assert (row.state, row.credits, row.total_minor) == ("pending", UNIT, 1_950)
    assert desk.record.charge is not None
    assert desk.bounds() == (1, UNIT, 1_950)
    assert desk.gateway.tried == [], "no gateway call in the burn's path"
    assert desk.balance().lots[0].state == "provisional"
    assert desk.charge().state == "completed"
    assert desk.record.charge is None
    assert desk.charged() == 1_950
    assert (desk.has(), desk.balance().lots[0].state) == ((UNIT - 10, 0), "open")
    assert desk.bounds() == (1, UNIT, 1_950)
    assert desk.history.reasons() == ["bought"]
    desk.check()
    desk.audited()


def test_mk_18_mk_20_mk_21_a4_eight_purchases_on_80_000_and_the_ninth_is_refused_with_its_reason() -> None:
    desk = Automating()
    desk.use(80_000)
    for number in range(8):
        assert desk.use(UNIT) == 0
        desk.charge()
        assert desk.record.used == number + 1
    assert desk.refused(1) == "insufficient_credits"
    assert desk.refused(1) == "insufficient_credits"
    assert len(desk.rows()) == len(desk.gateway.tried) == 8
    assert desk.charged() == 8 * 1_950 == 15_600
    assert desk.history.reasons() == ["bought"] * 8 + ["cap_reached"]
    desk.check()


def test_mk_22_cap_and_money_begin_anew_with_the_credit_period() -> None:
    desk = Automating("core-10k")
    desk.use(10_000)
    desk.use(10_000)
    desk.charge()
    assert desk.refused(1) == "insufficient_credits"
    desk.clock.set("2027-04-20T12:00:00")
    assert desk.use(10_000) == 0
    assert desk.use(1) == UNIT - 1
    assert desk.bounds() == (1, UNIT, 1_170)
    desk.charge()
    assert desk.charged() == 2 * 1_170


def test_x_07_a_shortfall_of_several_units_is_one_charge_all_or_nothing() -> None:
    desk = Automating("pro-40k")
    assert desk.use(65_000) == 5_000
    (row,) = desk.rows()
    assert (row.credits, row.total_minor, desk.record.used) == (30_000, 6_240, 3)
    desk.charge()
    assert desk.refused(5_000 + 10_001) == "insufficient_credits", "two units, and one is left"
    assert desk.history.reasons() == ["bought", "shortfall_too_large"]
    assert desk.use(15_000) == 0


def test_a4_at_the_cap_a_burn_is_refused_at_once_also_while_the_last_charge_is_under_way() -> None:
    """To wait for the charge would not help: nothing may follow it. The same where it would have to wait for the payment."""
    desk = Automating("core-10k")
    desk.use(9_999)
    assert desk.use(2) == UNIT - 1
    assert desk.refused(UNIT) == "insufficient_credits"
    assert desk.history.reasons() == ["cap_reached"]
    assert desk.use(UNIT - 1) == 0, "what is lent is there all the same"


def test_while_another_unit_may_follow_the_charge_under_way_a_burn_waits_for_it() -> None:
    desk = Automating("pro-40k")
    desk.use(40_000)
    desk.use(1)
    assert desk.refused(2 * UNIT) == "top_up_pending"
    assert desk.refused(5 * UNIT) == "insufficient_credits"
    assert desk.history.reasons() == ["shortfall_too_large"]


def test_the_accounts_own_limit_holds_with_what_is_reserved() -> None:
    desk = Automating(on=False)
    desk.switch(limit=1_950)
    desk.use(80_000)
    desk.use(1)
    desk.charge()
    assert desk.refused(UNIT) == "insufficient_credits"
    assert desk.history.reasons() == ["bought", "limit_reached"]
    desk.switch(limit=None)
    assert desk.use(UNIT) == UNIT - 1


def test_mk_45_at_zero_work_stops_and_goes_on_by_itself_with_the_next_credits() -> None:
    """Whether a cycle brings them or a card: nobody has to release anything, and the same keys are sent again."""
    desk = Automating(on=False)
    desk.use(80_000)
    assert [desk.refused(1, "waits-1"), desk.refused(2, "waits-2")] == ["insufficient_credits"] * 2
    assert desk.account.state == "active"
    desk.switch()
    desk.work()
    assert [desk.use(1, "waits-1"), desk.use(2, "waits-2")] == [UNIT - 1, UNIT - 3]
    desk.switch(enabled=False)
    desk.use(UNIT - 3)
    assert desk.refused(3, "waits-3") == "insufficient_credits"
    desk.clock.set("2027-04-20T12:00:00")
    assert desk.use(3, "waits-3") == 80_000 - 3


def test_a_replay_of_a_burn_that_was_made_buys_nothing() -> None:
    """D32: an old key at an empty book."""
    desk = Automating()
    desk.use(79_000, key="first")
    desk.use(1_000)
    assert desk.use(79_000, key="first") == 1_000
    assert desk.rows() == []


def test_while_the_lent_credits_are_used_up_and_the_charge_is_under_way_a_burn_waits() -> None:
    desk = Automating()
    desk.use(80_000)
    desk.use(UNIT)
    with pytest.raises(TopUpPending) as refusal:
        desk.use(1)
    assert refusal.value.data == {"retry_after_seconds": 5}
    assert len(desk.rows()) == 1
    desk.charge()
    assert desk.use(1) == UNIT - 1


def test_mk_16_b_an_account_that_runs_empty_is_bought_for_by_the_queue_without_a_burn() -> None:
    desk = Automating()
    desk.use(79_999)
    assert desk.work() is None
    desk.use(1)
    done = desk.work()
    assert done is not None
    assert (done.state, desk.has()) == ("completed", (UNIT, 0))
    assert desk.work() is None
    desk.check()


def test_a_book_of_an_account_that_does_not_buy_asks_nobody() -> None:
    desk = Automating(on=False)
    assert not desk.flag()
    desk.use(80_000)
    assert desk.refused(1) == "insufficient_credits"
    assert desk.history.reasons() == []
