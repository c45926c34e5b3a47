"""Domain events from entries and purchases: stable ids, no person in them, burns summed."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest

from lotbook.domain.credits.ledger import (
    Draw,
    Entry,
    EntryKind,
    Pointer,
    claw_name,
    expired_name,
    granted_name,
    together_name,
)
from lotbook.domain.credits.lots import Lot
from lotbook.domain.news.announcements import (
    MAX_NOTED_CHARACTERS,
    AnnouncementKind,
    Change,
    EntryWritten,
    PurchaseWritten,
    figures_of,
    of_burns,
    of_entry,
    of_purchase,
    ranges,
)
from lotbook.domain.news.drawn import MAX_LOTS_TOLD
from lotbook.domain.sales.purchase import TRANSITIONS, Dispute, Failure, PurchaseState
from tests.fakes.desk import Desk

CATALOGUE = Path(__file__).resolve().parents[3] / "layers" / "lotbook" / "EVENTS.md"
NOW = 1_700_000_000_000


def entry(name: str, kind: EntryKind, seq: int = 5, **more: object) -> Entry:
    made = {"at": NOW, "before": Pointer("b", seq - 1), "actor": "jane@acme.example", "reference": "Jane's job"} | more
    return Entry(name, "credits", kind, seq=seq, **made)  # type: ignore[arg-type]


LOT = Lot(
    "lot_a", "credits", "purchased", 100, 3, NOW, NOW + 1_000, NOW, actor="jane@acme.example", reason="for the pilot"
)
GRANTED = entry(granted_name("lot_a"), "granted", credits=100, draws=(Draw("lot_a", 100),), lot=LOT, available_after=90)
EXPIRED = entry(expired_name("lot_a", 9), "expired", credits=-40, draws=(Draw("lot_a", 40),))
CLAWED = entry(
    claw_name("lot_a", "re_1"), "clawed_back", credits=-60, removed=20, draws=(Draw("lot_a", 20),), requested=60
)


def test_issue_3_granted_expired_and_clawed_back_credits_are_announced() -> None:
    (granted,) = of_entry("acme", GRANTED)
    assert (granted.kind, granted.account_id, granted.at) == ("credits.granted", "acme", NOW)
    assert granted.detail["credits"] == 100
    assert granted.detail["available"] == 90
    assert granted.detail["lot_kind"] == "purchased"
    (expired,) = of_entry("acme", EXPIRED)
    assert (expired.kind, expired.detail["credits"], expired.detail["lot_id"]) == ("credits.expired", 40, "lot_a")


def test_lots_that_died_together_are_one_event_that_names_each() -> None:
    """Decision 188: `lot_id` is none of them, so nobody takes all credits for the first lot's."""
    draws = (Draw("lot_a", 40), Draw("lot_b", 1), Draw("lot_c", 2))
    (told,) = of_entry("acme", entry(together_name(NOW, 9), "expired", credits=-43, draws=draws))
    assert (told.kind, told.detail["credits"], told.detail["lot_id"]) == ("credits.expired", 43, None)
    assert told.detail["lots"] == [{"lot_id": draw.lot_id, "credits": draw.credits} for draw in draws]
    (alone,) = of_entry("acme", EXPIRED)
    assert alone.detail["lots"] == [{"lot_id": "lot_a", "credits": 40}]


def test_d_13_a_claw_back_of_burned_credits_announces_the_shortfall_beside_it() -> None:
    """D13."""
    clawed, short = of_entry("acme", CLAWED)
    assert (clawed.kind, clawed.detail["credits"], clawed.detail["removed"]) == ("credits.clawed_back", 60, 20)
    assert (short.kind, short.detail["credits"]) == ("credits.shortfall", 40)
    assert clawed.announcement_id != short.announcement_id
    assert len(of_entry("acme", replace(CLAWED, credits=-20))) == 1


def test_issue_3_a_lapsed_hold_is_announced_and_a_released_one_is_not() -> None:
    released = entry("ret#h", "released", draws=(Draw("lot_a", 3), Draw("lot_b", 4)), by="lapse")
    (lapsed,) = of_entry("acme", released)
    assert (lapsed.kind, lapsed.detail["credits"]) == ("hold.lapsed", 7)
    assert of_entry("acme", replace(released, by="release")) == ()


def test_b7_a_claw_back_that_found_nothing_is_announced_to_nobody() -> None:
    assert of_entry("acme", replace(CLAWED, credits=0, removed=0, draws=())) == ()


@pytest.mark.parametrize("kind", ["void", "noted", "consumed", "held", "captured"])
def test_markers_say_nothing_and_burns_say_nothing_each(kind: EntryKind) -> None:
    assert of_entry("acme", entry("n", kind, credits=-5, requested=5)) == ()


def test_issue_3_burns_are_summed_once_each_whatever_order_they_come_in() -> None:
    burns = [
        entry(f"b{seq}", "consumed", seq, credits=-seq, requested=seq, available_after=100 - seq) for seq in (4, 5, 7)
    ]
    captured = entry("res#h", "captured", 8, credits=-2, requested=2, available_after=91)
    released = entry("res#i", "captured", 9)  # captured nothing
    granted = replace(GRANTED, seq=6)
    (total,) = of_burns("acme", "credits", [*burns, captured, released, granted])
    assert total.kind == "credits.consumed"
    assert total.detail["credits"] == 4 + 5 + 7 + 2
    assert (total.detail["burns"], total.detail["seqs"]) == (4, [[4, 5], [7, 8]])
    assert total.detail["available"] == 91
    assert of_burns("acme", "credits", [captured, *reversed(burns), *burns]) == (total,)
    assert of_burns("acme", "credits", [granted]) == ()


def test_issue_3_ids_are_stable_and_differ_by_account_kind_and_cause() -> None:
    """D1: what is delivered again is announced under the same id."""
    again = of_entry("acme", GRANTED)[0].announcement_id
    assert of_entry("acme", GRANTED)[0].announcement_id == again
    others = [
        of_entry("other", GRANTED)[0],
        of_entry("acme", replace(GRANTED, name=granted_name("lot_b")))[0],
        of_entry("acme", replace(GRANTED, unit="data"))[0],
        *of_burns("acme", "credits", [entry("b", "consumed", credits=-1, requested=1)]),
        *of_burns("acme", "credits", [entry("c", "consumed", credits=-1, requested=1)]),
    ]
    assert len({again, *(other.announcement_id for other in others)}) == 6


def test_issue_3_nothing_that_is_announced_names_a_person() -> None:
    """The seller's own words, a grant's reason and a burn's metadata, are handed on as they came (N9)."""
    purchase = replace(Desk().buy().purchase, actor="jane@acme.example", customer="cus_1")
    failed = replace(purchase, state="failed", failure=Failure("card_declined", "Jane's card was declined"))
    told = [
        *of_entry("acme", GRANTED),
        *of_entry("acme", CLAWED),
        *of_entry("acme", EXPIRED),
        *of_burns("acme", "credits", [entry("b", "consumed", credits=-1, requested=1)]),
        *of_purchase(None, purchase, NOW),
        *of_purchase(purchase, failed, NOW),
    ]
    text = json.dumps([dict(each.detail) for each in told])
    assert "jane" not in text.lower()
    assert "cus_1" not in text
    assert "http" not in text


def test_issue_3_every_state_that_a_purchase_comes_to_is_announced_once() -> None:
    purchase = Desk().buy().purchase
    assert [each.kind for each in of_purchase(None, purchase, NOW)] == ["purchase.created"]
    assert of_purchase(purchase, replace(purchase, version=9, checkout_url="u"), NOW) == ()
    done = replace(purchase, state="completed", completed_at=NOW)
    assert of_purchase(done, replace(done, version=9, customer="cus_1"), NOW) == ()
    reached: set[PurchaseState] = {state for states in TRANSITIONS.values() for state in states}
    for state in reached:
        moved = replace(purchase, state=state, version=3)
        (told,) = of_purchase(purchase, moved, NOW)
        assert told.kind == f"purchase.{state}"
        assert told.detail["purchase_id"] == purchase.purchase_id
        assert of_purchase(purchase, moved, NOW + 1)[0].announcement_id == told.announcement_id


def test_d_12_a_dispute_that_was_won_announces_completed_again_under_another_id() -> None:
    """D12."""
    done = replace(Desk().buy().purchase, state="completed", version=4, completed_at=NOW)
    disputed = replace(done, state="disputed", version=5, dispute=Dispute("dp_1", "open"))
    won = replace(done, version=6, dispute=Dispute("dp_1", "won"))
    pending = replace(done, state="processing", version=3)
    (first,), (second,) = of_purchase(pending, done, NOW + 7), of_purchase(disputed, won, NOW + 9)
    assert (first.at, second.at) == (NOW, NOW + 9)
    assert first.announcement_id != second.announcement_id


def test_numbers_are_told_as_ranges_with_both_ends() -> None:
    assert ranges([]) == ()
    assert ranges([1, 2, 3, 7, 9, 10]) == ((1, 3), (7, 7), (9, 10))


def test_every_entry_kind_is_either_announced_summed_or_silent_on_purpose() -> None:
    """A kind that is added must be thought of here."""
    assert set(get_args(EntryKind)) == {
        "granted", "expired", "clawed_back", "frozen", "unfrozen", "released",  # announced
        "consumed", "captured",  # summed
        "held", "adjusted", "void", "noted", "shelved",  # silent
    }  # fmt: skip


def test_d_36_the_catalogue_of_events_names_every_type_and_no_other() -> None:
    """D36: what is written contradicts what is done."""
    table = [line for line in CATALOGUE.read_text().splitlines() if line.startswith("| `")]
    named = {word for line in table for word in re.findall(r"`([a-z_]+\.[a-z_]+)`", line.split("|")[1])}
    assert named == set(get_args(AnnouncementKind))


def test_n9_burns_with_metadata_are_told_one_by_one_as_far_as_an_event_has_room() -> None:
    burns = [entry(f"b{seq}", "consumed", seq, credits=-seq, requested=seq) for seq in (4, 5, 6)]
    notes = {"b5": {"user": "u1"}, "b6": {"user": "x" * MAX_NOTED_CHARACTERS}}
    (total,) = of_burns("acme", "credits", burns, notes)
    assert total.detail["noted"] == [{"entry_id": burns[1].id_in("acme"), "credits": 5, "metadata": {"user": "u1"}}]
    assert total.detail["noted_left_out"] == 1
    assert of_burns("acme", "credits", burns)[0].announcement_id == total.announcement_id


def test_burns_are_told_by_lot_so_that_paid_credits_can_be_told_from_free_ones() -> None:
    burns = [
        entry("b4", "consumed", 4, credits=-10, requested=10, draws=(Draw("lot_f", 4), Draw("lot_p", 6))),
        entry("res#h", "captured", 5, credits=-2, requested=2, draws=(Draw("lot_p", 2),)),
        entry("res#i", "captured", 6, draws=()),
        entry("h", "held", 7, requested=9, draws=(Draw("lot_x", 9),)),
    ]
    (total,) = of_burns("acme", "credits", burns, kinds={"lot_f": "free", "lot_p": "purchased"})
    assert total.detail["lots"] == [
        {"lot_id": "lot_p", "lot_kind": "purchased", "credits": 8},
        {"lot_id": "lot_f", "lot_kind": "free", "credits": 4},
    ]
    assert sum(lot["credits"] for lot in total.detail["lots"]) == total.detail["credits"]
    assert total.detail["lots_left_out"] == 0


def test_an_event_names_a_bounded_number_of_lots_and_counts_the_others() -> None:
    draws = tuple(Draw(f"lot_{number:03d}", number) for number in range(1, MAX_LOTS_TOLD + 6))
    burn = entry("b", "consumed", 1, credits=-sum(each.credits for each in draws), requested=1, draws=draws)
    (total,) = of_burns("acme", "credits", [burn])
    assert (len(total.detail["lots"]), total.detail["lots_left_out"]) == (MAX_LOTS_TOLD, 5)
    assert total.detail["lots"][0] == {
        "lot_id": f"lot_{MAX_LOTS_TOLD + 5:03d}",
        "lot_kind": None,
        "credits": MAX_LOTS_TOLD + 5,
    }
    assert len(json.dumps(total.detail)) < 20_000


def test_n9_a_grant_is_told_with_its_reason() -> None:
    lot = replace(GRANTED.lot, reason="welcome") if GRANTED.lot else None
    (told,) = of_entry("acme", replace(GRANTED, lot=lot))
    assert told.detail["reason"] == "welcome"


def test_op_5_the_dashboard_counts_burns_their_credits_and_each_completed_purchase_once() -> None:
    paid = replace(Desk().buy().purchase, state="completed")
    changes: list[Change] = [
        EntryWritten("acme", entry("a", "consumed", credits=-3, requested=3)),
        EntryWritten("acme", entry("b", "consumed", credits=-4, requested=4)),
        EntryWritten("acme", GRANTED),
        PurchaseWritten(None, replace(paid, state="pending")),
        PurchaseWritten(replace(paid, state="pending"), paid),
        PurchaseWritten(paid, replace(paid, version=paid.version + 1)),
    ]
    assert figures_of(changes) == {"burns": 2, "credits": 7, "purchases": 1}
