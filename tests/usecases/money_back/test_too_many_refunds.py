"""A payment with more refunds than one look reads: no sum, no step, a bell, and another look later."""

from __future__ import annotations

import pytest

from lotbook.domain.sales.items import TopUpItem
from lotbook.domain.values.errors import TooManyReversals, Unavailable
from lotbook.usecases.inbox.handle_event import handle_event
from lotbook.usecases.money_back.follow_money_back import follow_money_back
from tests.fakes.desk import Desk, an_event


def test_money_back_that_is_too_much_to_read_rings_leaves_the_row_and_is_followed_later(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk("9pic", "payg", region="IN")
    ordered = desk.buy(TopUpItem(1_000), "key-1").purchase
    desk.pay(ordered)
    handle_event(an_event(ordered), desk=desk.sales)
    before = desk.row(ordered)
    desk.gateway.send_back(before.gateway_refs.payment_intent or "", 88_500)

    def too_many(_payment: str) -> None:
        raise TooManyReversals

    with monkeypatch.context() as patch:
        patch.setattr(desk.gateway, "money_back", too_many)
        with pytest.raises(Unavailable):
            follow_money_back("acme", ordered.purchase_id, desk=desk.sales)
    assert desk.row(ordered) == before
    assert [record.alarm for record in caplog.records if hasattr(record, "alarm")] == ["money_back_unreadable"]
    assert follow_money_back("acme", ordered.purchase_id, desk=desk.sales).refunded_minor == 88_500
