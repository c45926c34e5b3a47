"""Public ids of entries are unique over accounts, and lead to their own account's entry only."""

from __future__ import annotations

import pytest

from lotbook.domain.credits import ledger
from lotbook.domain.credits.entry_ids import CHECK_CHARACTERS, MAX_CHARACTERS, entry_id_of, entry_of_id

BURN = ledger.burn_name("2026-11")
LOT = "lot_" + "0" * 26
NAMES = {
    "burn": (BURN, ""),
    "end of a hold": (ledger.resolution_name(BURN), ""),
    "return of a hold": (ledger.return_name(BURN), ""),
    "grant": (ledger.granted_name(LOT), "credits"),
    "expiry": (ledger.expired_name(LOT, 12_345), "credits"),
    "end of several lots": (ledger.together_name(1_700_000_000_000, 7), "credits"),
    "refund": (ledger.claw_name(LOT, "re_3OqGvB2eZvKYlo2C0Zz5T5Ab"), "data_transfer_mb"),
    "freeze": (ledger.freeze_name(LOT, "du_1OqGvB2eZvKYlo2C0Zz5T5Ab", True), "a" * 40),
    "a key of another release": (f"{BURN}.2", "credits"),
}


@pytest.mark.parametrize("what", NAMES)
def test_an_id_leads_back_to_its_entry_and_for_another_account_to_nothing(what: str) -> None:
    name, unit = NAMES[what]
    made = entry_id_of("acme", unit or "credits", name)
    assert entry_of_id("acme", made) == (unit, name)
    assert entry_of_id("acme-2", made) is None
    assert len(made) <= MAX_CHARACTERS


@pytest.mark.parametrize("what", NAMES)
def test_the_same_name_in_many_accounts_has_ids_that_differ_in_all_but_their_check_letters_too(what: str) -> None:
    name, unit = NAMES[what]
    made = {entry_id_of(f"acc_{number}", unit, name)[:-CHECK_CHARACTERS] for number in range(200)}
    assert len(made) == 200


@pytest.mark.parametrize("what", NAMES)
def test_no_other_letter_anywhere_in_an_id_leads_anywhere(what: str) -> None:
    """An entry has one id: base 64 has several spellings for the last bits of some lengths."""
    name, unit = NAMES[what]
    made = entry_id_of("acme", unit, name)
    for place, letter in enumerate(made):
        other = "A" if letter != "A" else "B"
        assert entry_of_id("acme", made[:place] + other + made[place + 1 :]) is None, place
        near = chr(ord(letter) ^ 1)
        assert entry_of_id("acme", made[:place] + near + made[place + 1 :]) is None, place


@pytest.mark.parametrize(
    "text", ["", "ent_", "ent_b", "ent_b" + "0" * 24, "ent_t\u00e9", "ent_" + "0" * 24, "ent_t" + "A" * 700]
)
def test_what_was_never_given_out_leads_nowhere(text: str) -> None:
    assert entry_of_id("acme", text) is None
