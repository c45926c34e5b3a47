"""Which card is the default: one alone, the one that was asked for, the one that stays, the next when it goes."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest

from lotbook.domain.accounts.automatic import PaymentCard
from lotbook.domain.accounts.pauses import PAUSED_FOR_PAYMENT
from lotbook.domain.sales.cards import (
    Card,
    CardFile,
    Seen,
    keeps_card,
    standing_default,
    successor,
    with_payment_pause,
    with_payment_pause_lifted,
)
from lotbook.domain.sales.items import PlanItem
from lotbook.domain.values.instants import SECOND
from tests.fakes.accounts import an_account, at
from tests.fakes.purchases import a_purchase

NOW = at("2026-01-15T10:00:00")
ACTIVE = an_account()


def a_card(name: str, added: int = 0, expires: str = "2034-12") -> Card:
    return Card(name, "visa", "4242", expires, NOW + added * SECOND)


def a_file(*names: str, default: str | None = None, seen: str | None = None) -> CardFile:
    """Cards newest first, a second apart."""
    cards = tuple(a_card(name, len(names) - place) for place, name in enumerate(names))
    found = CardFile(cards, default)
    card = found.find(seen) if seen else None
    return replace(found, seen=Seen(card.added_at, card.payment_method) if card else None)


def with_default(name: str | None) -> CardFile:
    return CardFile((a_card(name),), name) if name else CardFile()


def default_of(file: CardFile, *asked: str, **changes: Any) -> str | None:
    return standing_default(file, asked, replace(ACTIVE, **changes), NOW)


def test_is_59_one_card_alone_is_the_default_however_it_came() -> None:
    assert default_of(a_file("a")) == "a"
    assert default_of(CardFile()) is None


def test_is_24_a_card_that_is_asked_for_becomes_the_default_and_others_do_not() -> None:
    assert default_of(a_file("b", "a", default="a", seen="a"), "b") == "b"
    assert default_of(a_file("b", "a", default="a", seen="a")) == "a"
    assert default_of(a_file("b", "a", default="a"), "a", "b") == "b", "before the first decision all are new"


def test_is_24_what_was_seen_has_had_its_turn_whatever_is_delivered_again() -> None:
    """D6, D14: an old setup page's event after the member chose another card."""
    assert default_of(a_file("b", "a", default="a", seen="b"), "b") == "a"


def test_d_06_two_setup_pages_end_in_the_newer_card_in_every_order_of_looks() -> None:
    for order in permutations([("a",), ("b",), ("a", "b"), ()]):
        file = a_file("b", "a", "old", default="old", seen="old")
        for asked in order:
            default = default_of(file, *asked)
            if default != file.default:
                file = replace(file, default=default, seen=file.newest if default == "b" else file.seen)
        assert default_of(file, "a", "b") == "b", order


def test_a_card_of_the_same_second_as_the_last_decision_is_new_by_its_place() -> None:
    cards = tuple(a_card(name) for name in ("b", "a"))
    assert [card.payment_method for card in CardFile(cards, "a", Seen(NOW, "a")).unseen] == ["b"]
    assert CardFile(cards, "a", Seen(NOW, "gone")).unseen == ()
    assert CardFile(cards, "a", Seen(NOW - SECOND, "gone")).unseen == cards


def test_is_24_the_successor_is_the_newest_that_has_not_expired() -> None:
    old, new = a_card("a", 1), a_card("b", 2, expires="2025-12")
    assert successor((new, old), NOW) == "a"
    assert successor((new,), NOW) == "b", "rather an expired one than none"
    assert successor((), NOW) is None


@pytest.mark.parametrize(("expires", "expired"), [("2025-12", True), ("2026-01", False), ("2026-02", False)])
def test_a_card_is_good_to_the_end_of_its_month(expires: str, expired: bool) -> None:
    assert a_card("a", expires=expires).has_expired(NOW) is expired


def test_is_24_an_expired_default_stays_until_somebody_changes_it() -> None:
    """Networks give new dates to old cards; a charge says whether it is good, not the calendar."""
    file = CardFile((a_card("b"), a_card("a", expires="2020-01")), "a")
    assert default_of(file) == "a"


PAUSED = {"state": "paused", "pause_reason": PAUSED_FOR_PAYMENT, "failed_payment_method": "a", "failed_at": NOW + 2_500}


@pytest.mark.parametrize(("added", "default"), [(1, "a"), (2, "b"), (3, "b")])
def test_mk_26_a_card_kept_since_the_failure_replaces_the_one_that_failed(added: int, default: str) -> None:
    """In whole seconds, as the gateway counts; one that was there before stands for nobody's wish."""
    file = CardFile((a_card("b", added), a_card("a")), "a", Seen(NOW, "a"))
    assert default_of(file, **PAUSED) == default
    assert default_of(replace(file, default="b"), **PAUSED) == "b"
    assert default_of(file) == "a"


def test_mk_26_another_default_than_the_failed_card_lifts_the_pause_and_no_other_pause() -> None:
    paused = with_payment_pause(ACTIVE, PaymentCard("a"), NOW)
    assert (paused.state, paused.pause_reason, paused.failed_payment_method) == ("paused", "payment_failed", "a")
    assert (
        with_payment_pause_lifted(paused, with_default("a"))
        == with_payment_pause_lifted(paused, with_default(None))
        == paused
    )
    assert with_payment_pause_lifted(paused, with_default("b")) == ACTIVE
    owing = replace(ACTIVE, state="paused", pause_reason="shortfall", pause_reasons=("shortfall",))
    assert with_payment_pause_lifted(owing, with_default("b")) == owing
    both = with_payment_pause(owing, PaymentCard("a"), NOW)
    assert (both.pause_reason, both.pause_reasons) == ("shortfall", ("shortfall", "payment_failed"))
    assert with_payment_pause_lifted(both, with_default("b")) == owing, "each reason has its own end (X-32)"
    closed = replace(ACTIVE, state="closed")
    assert (
        with_payment_pause(closed, PaymentCard("a"), NOW)
        == with_payment_pause_lifted(closed, with_default("b"))
        == closed
    )


def test_mk_26_a_second_failure_with_another_card_is_about_that_card() -> None:
    twice = with_payment_pause(with_payment_pause(ACTIVE, PaymentCard("a"), NOW), PaymentCard("b"), NOW + 1)
    assert with_payment_pause_lifted(twice, with_default("b")) == twice
    assert with_payment_pause_lifted(twice, with_default("a")).state == "active"


def test_a_card_is_kept_on_request_and_with_a_plan() -> None:
    assert not keeps_card(a_purchase())
    assert keeps_card(a_purchase(save_payment_method=True))
    assert keeps_card(a_purchase(item=PlanItem("pro")))
