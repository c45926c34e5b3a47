"""Which event sends which mail, and what counts as the same cause (D34)."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from lotbook.domain.accounts.notifications import MAIL_KINDS
from lotbook.domain.mails.occasions import EVENT_TYPES, News, Occasion, occasion_of
from lotbook.domain.news.announcements import AnnouncementKind
from tests.api.mails.cases import CASES, occasion


def told(type_: str, event_id: str = "evt_1", **detail: Any) -> Occasion | None:
    return occasion_of(News(type_, event_id, 0, "acme", detail))


def test_every_kind_comes_from_an_event() -> None:
    kinds = {found.kind for case in CASES.values() if (found := occasion(case)) is not None}
    assert kinds == set(MAIL_KINDS)


def test_every_event_that_a_mail_waits_for_is_one_that_is_published() -> None:
    assert set(EVENT_TYPES) <= set(get_args(AnnouncementKind))


@pytest.mark.parametrize(
    ("type_", "detail"),
    [
        ("purchase.completed", {"purchase_id": "pur_1", "dispute_state": "won"}),
        ("purchase.failed", {"purchase_id": "pur_1", "failure_code": "payment_mismatch"}),
        ("purchase.failed", {"purchase_id": "pur_1", "failure_code": "card_declined"}),
        ("purchase.created", {"purchase_id": "pur_1"}),
        ("credits.consumed", {"unit": "credits"}),
        ("credits.expiring_soon", {"lot_kind": "plan"}),
        ("credits.expiring_soon", {"lot_kind": "free"}),
        ("account.paused", {"reason": "payment_failed"}),
        ("auto_top_up.switched", {"enabled": False, "reason": "by_hand"}),
        ("auto_top_up.switched", {"enabled": True, "reason": None}),
    ],
)
def test_nobody_is_mailed_about_what_was_said_before_or_what_they_did_themselves(
    type_: str, detail: dict[str, Any]
) -> None:
    assert told(type_, **detail) is None


def test_mk_27_a_declined_automatic_payment_is_one_mail_whatever_else_it_causes() -> None:
    """The row fails, the account is paused, automatic purchase is suspended: three events, one mail."""
    events = [
        told("purchase.failed", purchase_id="pur_1", failure_code="card_declined"),
        told("account.paused", reason="payment_failed", reasons=["payment_failed"]),
        told("auto_top_up.suspended", purchase_id="pur_1", code="declined"),
    ]
    assert [each for each in events if each] == [Occasion("auto_top_up_suspended", "pur_1", "pur_1")]
    assert told("auto_top_up.suspended", purchase_id="pur_1", code="authentication_required") == Occasion(
        "card_action_required", "pur_1", "pur_1"
    )


def test_mk_44_d34_a_crossing_is_one_cause_and_another_crossing_is_another() -> None:
    """The event's id names the crossing: it is the same when the stream brings it again."""
    low = {"unit": "credits", "used_percent": 75}
    assert told("credits.low", "evt_75", **low) == told("credits.low", "evt_75", **low)
    assert told("credits.low", "evt_75", **low) != told("credits.low", "evt_90", **low)


def test_each_part_of_a_purchase_that_goes_back_is_a_cause_of_its_own() -> None:
    first = told("purchase.partially_refunded", purchase_id="pur_1", refunded_minor=500)
    whole = told("purchase.refunded", purchase_id="pur_1", refunded_minor=1_180)
    assert first is not None
    assert whole is not None
    assert (first.kind, whole.kind) == ("refunded", "refunded")
    assert first.cause != whole.cause
