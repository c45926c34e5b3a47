"""N13: public ids of holds are unique over accounts, and lead to their own account's hold only."""

from __future__ import annotations

from lotbook.domain.credits.hold_ids import CHECK_CHARACTERS, hold_id_of, hold_name_of
from lotbook.domain.credits.ledger import burn_name

ACCOUNTS = [f"acc_{number}" for number in range(200)]
NAME = burn_name("2026-11")


def test_n13_the_same_key_makes_ids_that_differ_in_all_but_their_check_letters_too() -> None:
    """Four check letters alone would meet again: every 5,000 accounts with even chances."""
    made = {hold_id_of(account, NAME)[:-CHECK_CHARACTERS] for account in ACCOUNTS}
    assert len(made) == len(ACCOUNTS)


def test_n13_an_id_leads_back_to_its_name_and_any_other_letters_behind_it_to_nothing() -> None:
    made = hold_id_of("acme", NAME)
    assert hold_name_of("acme", made) == NAME
    for other in ("A", "B"):
        if not made.endswith(other):
            assert hold_name_of("acme", made[:-1] + other) is None


def test_n13_an_id_of_another_account_is_no_id_of_this_one() -> None:
    theirs = {hold_id_of(account, NAME) for account in ACCOUNTS}
    assert {hold_name_of("acme", each) for each in theirs} == {None}
