"""Entries: which ones a statement shows, and the names that keep them apart for ever."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lotbook.domain.credits import ledger
from lotbook.domain.credits.ledger import CHAIN_END, Draw, Entry
from tests.domain.credits.drawings import U, rows

SHOWN = """
kind          credits  draws  shown
granted       5        5      yes
consumed      -3       3      yes
held          0        3      yes
captured      -3       3      yes
captured      0        0      no
released      0        3      yes
expired       -3       3      yes
clawed_back   -3       0      yes
clawed_back   0        0      no
frozen        0        3      yes
frozen        0        0      no
unfrozen      0        3      yes
unfrozen      0        0      no
adjusted      3        3      yes
adjusted      0        0      no
void          0        0      no
noted         0        0      no
shelved       0        0      no
"""


@pytest.mark.parametrize(("kind", "credits", "draws", "shown"), rows(SHOWN))
def test_b7_a_statement_shows_what_touched_credits(kind: str, credits: str, draws: str, shown: str) -> None:
    """B7: nothing touched, no entry. A capture of nothing is a release, which has an entry of its own."""
    drawn = (Draw("lot_a", int(draws)),) if draws != "0" else ()
    entry = Entry("k", U, kind, at=0, seq=1, before=CHAIN_END, credits=int(credits), draws=drawn)  # type: ignore[arg-type]
    assert entry.is_shown is (shown == "yes")


NAMES = """
of                                            name
granted_name lot_1                            lot#lot_1
expired_name lot_1 7                          lot#lot_1#x#7
claw_name lot_1 re_1                          lot#lot_1#claw#re_1
restored_name lot_1 re_1                      lot#lot_1#back#re_1
resolution_name h                             res#h
return_name h                                 ret#h
void_name 7                                   void#7
renewal_name 5 9                              renew#5#9
renewal_name 5 9 3                            renew#5#9#3
"""


@pytest.mark.parametrize(("of", "name"), rows(NAMES))
def test_names_are_kept_for_ever(of: str, name: str) -> None:
    """An order's id is its outcome's name: another name, and what was done once would be done again."""
    function, *arguments = of.split()
    given = [int(each) if each.isdigit() else each for each in arguments]
    assert getattr(ledger, function)(*given) == name


def test_a_freeze_and_its_end_have_two_names() -> None:
    assert ledger.freeze_name("lot_1", "dp_1", False) == "lot#lot_1#freeze#dp_1"
    assert ledger.freeze_name("lot_1", "dp_1", True) == "lot#lot_1#thaw#dp_1"


def test_an_entrys_numbers_are_nothing_unless_it_says_so() -> None:
    entry = Entry("k", U, "noted", at=0, seq=1, before=CHAIN_END)
    assert (entry.credits, entry.available_after, entry.requested, entry.paid, entry.removed) == (0, 0, 0, 0, 0)
    assert (CHAIN_END.name, CHAIN_END.seq) == ("", 0)


def test_an_entrys_public_id_holds_no_name_of_ours_and_differs_by_unit() -> None:
    entry = Entry("lot#lot_1", U, "granted", at=0, seq=1, before=CHAIN_END)
    assert entry.id_in("acme").startswith("ent_")
    assert "lot" not in entry.id_in("acme")
    assert entry.id_in("acme") == replace(entry, seq=9).id_in("acme")
    others = [
        replace(entry, unit="other").id_in("acme"),
        replace(entry, name="lot#lot_2").id_in("acme"),
        entry.id_in("b"),
    ]
    assert len({entry.id_in("acme"), *others}) == 4
