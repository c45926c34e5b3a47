"""Every meeting of small worlds of automatic purchase: burns at the boundary, charge, decline, page, cards, the switch.

What is broken to see that a world notices it, is in the table of mutations. Numbers: bug classes D4, D30..D32, traps A1..A10.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

import pytest

from lotbook.domain.accounts import automatic
from lotbook.domain.sales import auto_orders
from lotbook.domain.sales.purchase import paid_at, with_settlement
from lotbook.domain.values.errors import Unavailable
from lotbook.usecases.accounts import pauses
from lotbook.usecases.automatic import claim as claiming
from lotbook.usecases.credits.pause_books import mark_book
from lotbook.usecases.sales import auto_outcomes, settle_auto
from tests.fakes.automatic import FakeClaims
from tests.fakes.automating import CUSTOMER
from tests.simulation.auto_worlds import ALL, WORLDS, first_violation, runs

QUICK = ("meet before",)
# These in every run; all of them, with crashes and lost answers too, in the soak.
OFTEN = (
    "two burns at the boundary",
    "a burn and the charge",
    "the charge twice",
    "the switch and the charge",
    "a decline and a fresh card",
    "the bank asks, its page is paid, and somebody hears",
    "the bank asks, and a fresh card comes",
)


@pytest.mark.parametrize("name", OFTEN)
def test_d30_d32_no_meeting_charges_twice_or_grants_what_is_not_paid(name: str) -> None:
    """D4, D30, D31, D32, MK-19: whoever comes in between, at every call."""
    number, broken = first_violation(WORLDS[name], ALL if name == "the charge twice" else QUICK)
    assert broken is None
    assert number >= 3


@pytest.mark.soak
@pytest.mark.parametrize("name", WORLDS)
def test_d4_a5_no_crash_and_no_lost_answer_at_any_call_charges_twice_or_loses_what_is_paid(name: str) -> None:
    """The same with a process that is gone, or an answer that is lost, at every call of every port."""
    number, broken = first_violation(WORLDS[name])
    assert broken is None
    print(f"{name}: {number} runs")


@pytest.mark.parametrize("name", ["a decline and a fresh card", "the bank asks, and a fresh card comes"])
def test_mk_26_a_card_that_comes_while_the_other_one_fails_is_not_waited_for(name: str) -> None:
    """Nobody looks at the row again before a day is over: whoever suspends the account sees the card, or its own event does."""
    for where, desk in runs(WORLDS[name], QUICK):
        assert desk.record.suspended is None, where
        assert desk.account.state == "active", where


@dataclass(frozen=True, slots=True)
class Mutation:
    """A guard that is taken out, and the world that shows what it is for."""

    world: str
    patch: Callable[[pytest.MonkeyPatch], None]
    kinds: tuple[str, ...] = QUICK


def _claims_over_anything(patch: pytest.MonkeyPatch) -> None:
    """A claim does not look at the account's version."""

    def careless(self: FakeClaims, account: Any, row: Any, burn: Any = None) -> Any:
        known = self.accounts.get(account.account_id)
        self.purchases.put_new(row)
        return self.accounts.save(replace(account, version=known.version if known else 1))

    patch.setattr(FakeClaims, "claim", careless)


def _row_after_the_claim(patch: pytest.MonkeyPatch) -> None:
    """Claim and row are two writes, and the row's may be lost."""

    def careless(self: FakeClaims, account: Any, row: Any, burn: Any = None) -> Any:
        saved = self.accounts.save(account)
        self.purchases.rows[row.account_id, row.purchase_id] = replace(row, state="failed")
        return saved

    patch.setattr(FakeClaims, "claim", careless)


def _counts_nothing(patch: pytest.MonkeyPatch) -> None:
    """A claim reserves nothing of the bounds."""
    patch.setattr(claiming, "with_claim", lambda record, claim: replace(record, charge=claim))


def _kept(patch: pytest.MonkeyPatch) -> None:
    """A definite failure gives nothing back."""
    whole = automatic.with_claim_over
    patch.setattr(
        auto_outcomes, "with_claim_over", lambda record, row, gives_back: whole(record, row, gives_back=False)
    )


def _gives_back_what_is_paid(patch: pytest.MonkeyPatch) -> None:
    whole = automatic.with_claim_over
    patch.setattr(auto_outcomes, "with_claim_over", lambda record, row, gives_back: whole(record, row, gives_back=True))


def _does_not_hear_of_a_payment_first(patch: pytest.MonkeyPatch) -> None:
    """Whoever is late neither asks whether its decision stands, nor whose claim it is."""
    patch.setattr(auto_outcomes, "take_back", lambda row, *, desk: auto_outcomes.decide(row, "void", desk=desk))
    patch.setattr(auto_outcomes, "_is_claim_of", lambda record, row: True)


def _void_is_paid_out_all_the_same(patch: pytest.MonkeyPatch) -> None:
    """A page that is paid late confirms a lot that is void."""
    decide = auto_outcomes.decide

    def always(row: Any, decision: Any, *, desk: Any) -> bool:
        stands = decide(row, decision, desk=desk)
        return stands or decision == "confirmed"

    patch.setattr(auto_outcomes, "decide", always)


def _late_credits_have_the_lots_own_id(patch: pytest.MonkeyPatch) -> None:
    """In the very millisecond of the claim, what is paid late is granted under the id of what was void."""

    def careless(row: Any, now: int, expires_at: Any, told: Any) -> Any:
        return with_settlement(row, row.created_at, expires_at, paid_at(row, told, now))

    patch.setattr(settle_auto, "with_late_settled", careless)


def _page_stays_payable(patch: pytest.MonkeyPatch) -> None:
    """Another card is there, and the page of the first is left open."""
    patch.setattr(settle_auto, "_buyer", lambda row, facts, desk: settle_auto._declined(row, facts, desk))


def _nobody_looks_again(patch: pytest.MonkeyPatch) -> None:
    """A card that came a moment before the account was suspended is not seen: its own event was heard too early."""
    patch.setattr(settle_auto, "look_at_cards", lambda account_id, *, desk: desk.gateway.card_file(CUSTOMER))


def _unknown_is_a_decline(patch: pytest.MonkeyPatch) -> None:
    """D4: a lost answer gives the claim up."""
    asked = settle_auto._judged

    def careless(row: Any, desk: Any) -> Any:
        try:
            return asked(row, desk)
        except Unavailable:
            return settle_auto._given_up(row, settle_auto.NOT_CHARGED, "unknown_outcome", desk)

    patch.setattr(settle_auto, "_judged", careless)


def _the_mark_stays(patch: pytest.MonkeyPatch) -> None:
    """The book is not told that automatic purchase is off, or suspended."""

    def careless(account_id: str, unit: str, tops_up: str | None, version: int, *, desk: Any) -> None:
        if tops_up is not None:
            mark_book(account_id, unit, tops_up, version, desk=desk)

    patch.setattr(pauses, "mark_book", careless)


def _tells_each_time(patch: pytest.MonkeyPatch) -> None:
    """D31: an event has no cause."""
    number = count()

    def told(row: Any, reason: Any, at: int) -> Any:
        return replace(auto_orders.event_of(row, reason, at), cause=f"{reason}{next(number)}")

    patch.setattr(auto_outcomes, "event_of", told)


LOST = ("lost after",)
MUTATIONS: dict[str, Mutation] = {
    "a claim does not look at the version": Mutation("two burns at the boundary", _claims_over_anything),
    "a claim's row is lost": Mutation("two burns at the boundary", _row_after_the_claim),
    "a claim reserves nothing": Mutation("a burn and the charge", _counts_nothing),
    "a failure gives nothing back": Mutation("a decline twice", _kept),
    "a payment gives its reservation back": Mutation("the charge twice", _gives_back_what_is_paid),
    "whoever is late takes a paid lot back": Mutation(
        "the bank asks, its page is paid, and somebody hears", _does_not_hear_of_a_payment_first
    ),
    "what is void is confirmed": Mutation(
        "the bank asks, and its page is paid at once", _void_is_paid_out_all_the_same
    ),
    "late credits come under the void lot's id": Mutation(
        "the bank asks, and its page is paid at once", _late_credits_have_the_lots_own_id
    ),
    "a page stays payable": Mutation("the bank asks, and its page is paid at once", _page_stays_payable),
    "nobody looks for a card that came meanwhile": Mutation("a decline and a fresh card", _nobody_looks_again),
    "what is unknown is given up": Mutation("the charge twice", _unknown_is_a_decline, LOST),
    "the mark stays": Mutation("a decline twice", _the_mark_stays),
    "an event has no cause": Mutation("the charge twice", _tells_each_time),
}


@pytest.mark.parametrize("name", MUTATIONS)
def test_every_guard_is_there_for_something(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    mutation = MUTATIONS[name]
    mutation.patch(monkeypatch)
    _, broken = first_violation(WORLDS[mutation.world], mutation.kinds)
    assert broken is not None
