"""What an idempotency key stands for: every part of the order, and nothing of where it came from."""

from __future__ import annotations

from typing import Any

import pytest

from lotbook.domain.sales.items import TopUpItem
from lotbook.domain.values.errors import IdempotencyKeyReused
from tests.fakes.desk import RETURN_URL, Desk


@pytest.mark.parametrize(
    "changes",
    [
        {"item": TopUpItem(31)},
        {"refund_policy_version": "another"},
        {"refund_policy_version": None},
        {"success_url": f"{RETURN_URL}/other"},
        {"cancel_url": f"{RETURN_URL}/other"},
        {"save_payment_method": True},
    ],
    ids=lambda changes: f"{next(iter(changes))} {next(iter(changes.values()))}",
)
def test_d_03_every_part_of_an_order_counts_when_its_key_comes_again(changes: dict[str, Any]) -> None:
    """D3: who accepted another refund policy did not send the same order; the first answer would be no evidence of it."""
    desk = Desk("9pic")
    first: dict[str, Any] = {"item": TopUpItem(1_001), "refund_policy_version": _consent(desk)}
    desk.buy(**first)
    with pytest.raises(IdempotencyKeyReused):
        desk.buy(**(first | changes))
    assert desk.buy(**first).replayed


def test_where_a_request_came_from_is_evidence_and_no_part_of_the_order() -> None:
    desk = Desk("9pic")
    desk.buy(TopUpItem(1_001), source_ip="192.0.2.7", user_agent="Browser/1")
    assert desk.buy(TopUpItem(1_001), source_ip="192.0.2.8", user_agent="Browser/2").replayed


def _consent(desk: Desk) -> str:
    newest = desk.policies.newest("9pic")
    assert newest
    assert newest.policy.consent
    return newest.policy.consent.version
