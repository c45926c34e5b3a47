"""What evidence tells of a lot beside its use: what changed it, oldest first, and nothing about nothing (B7)."""

from __future__ import annotations

import pytest

from lotbook.domain.credits.ledger import CHAIN_END, Draw, Entry, EntryKind
from lotbook.domain.money_back.evidence import changes_of


def entry(kind: EntryKind, seq: int, credits: int = 0, drawn: int = 0) -> Entry:
    draws = (Draw("lot_a", drawn),) if drawn else ()
    return Entry(f"n{seq}", "credits", kind, at=0, seq=seq, before=CHAIN_END, credits=credits, draws=draws)


@pytest.mark.parametrize("kind", ["clawed_back", "frozen", "unfrozen", "adjusted"])
def test_b7_a_change_that_found_no_credits_is_no_evidence(kind: EntryKind) -> None:
    assert changes_of("acme", [entry(kind, 1)]) == ()


def test_b7_changes_are_told_oldest_first_with_the_credits_that_they_moved() -> None:
    told = changes_of(
        "acme",
        [entry("unfrozen", 3, drawn=4), entry("clawed_back", 1, credits=-6, drawn=2), entry("frozen", 2, drawn=4)],
    )
    assert [(change.kind, change.credits) for change in told] == [("clawed_back", 6), ("frozen", 4), ("unfrozen", 4)]
