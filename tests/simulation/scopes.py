"""Small worlds in which everything that can happen, does. The names say which story of the design each one tells."""

from __future__ import annotations

from dataclasses import replace

from tests.simulation.operations import (
    burn,
    capture,
    claw,
    decide,
    die_burning,
    freeze,
    grant,
    place_hold,
    read,
    release,
    turn_book,
    void_unused,
)
from tests.simulation.worlds import Scope

SMALL: dict[str, Scope] = {
    "duplicates": Scope(((burn("k"),), (burn("k"),), (burn("j"),)), before=(grant("A", 3),), max_receipts=1),
    "duplicates_and_a_crash": Scope(((burn("k"),), (burn("k"),)), before=(grant("A", 3),), max_receipts=1, crashes=1),
    "same_key_other_n": Scope(
        ((burn("k"),), (burn("k", 2),), (burn("j"),)), before=(grant("A", 4),), max_receipts=2, crashes=1
    ),
    "aba_prune_list": Scope(
        ((burn("k"), burn("m")), (burn("k"),), (turn_book(),)), before=(grant("A", 3),), max_receipts=2
    ),
    "no_402_while_a_void_burn_hides_credits": Scope(
        ((burn("k"),), (burn("k"),), (burn("j"),)), before=(grant("A", 2), burn("k"), turn_book()), max_receipts=2
    ),
    "ask_survives_a_turn_in_flight": Scope(
        ((grant("B", 2),), (turn_book(),)), before=(grant("A", 2), burn("k")), max_receipts=2, crashes=1
    ),
    "late_and_doubled_writes": Scope(
        ((burn("k"), burn("m")), (burn("k"),)), before=(grant("A", 3),), max_receipts=2, lates=1, doubles=1
    ),
    "grant_twice": Scope(((grant("B", 2),), (grant("B", 2),)), before=(grant("A", 1),), max_receipts=1, crashes=1),
    "grant_while_burning": Scope(
        ((grant("B", 2),), (burn("k"), burn("j", 2))), before=(grant("A", 1),), max_receipts=2
    ),
    "expiry_instant": Scope(
        ((burn("k", 2),), (burn("k", 2),), (turn_book(),)),
        before=(grant("A", 2, expires=1), grant("B", 3)),
        max_receipts=1,
        ticks=1,
    ),
    "future_lot_becomes_first": Scope(
        ((burn("k", 1),), (burn("j", 2),), (turn_book(),)),
        before=(grant("A", 3), grant("F", 2, expires=5, effective=1)),
        max_receipts=2,
        ticks=1,
    ),
    "hold_twice_and_capture": Scope(
        ((place_hold("h", 2), capture("h", 1)), (place_hold("h", 2),)), before=(grant("A", 3),), max_receipts=2
    ),
    "capture_against_release": Scope(
        ((capture("h", 2),), (release("h"),)), before=(grant("A", 3), place_hold("h", 2)), max_receipts=2, lates=1
    ),
    "hold_lapses": Scope(
        ((capture("h", 1),), (burn("k", 3),)),
        before=(grant("A", 3), place_hold("h", 2, ttl=1)),
        max_receipts=2,
        ticks=1,
    ),
    "claw_back_with_a_hold": Scope(
        ((claw("A", "r1", 3),), (release("h"),)), before=(grant("A", 3), place_hold("h", 2)), max_receipts=2
    ),
    "claw_back_twice": Scope(
        ((claw("A", "r1", 3),), (claw("A", "r1", 3),)), before=(grant("A", 3), burn("k", 2)), max_receipts=2
    ),
    "what_is_unused_is_taken_back_beside_a_refund": Scope(
        ((void_unused("A", "v", 3),), (claw("A", "r1", 3),)),
        before=(grant("A", 3), burn("k")),
        max_receipts=2,
    ),
    "void_against_confirm": Scope(
        ((decide("A", "void"),), (decide("A", "confirmed"),)),
        before=(grant("A", 2, provisional=True), grant("B", 1), burn("k", 1)),
        max_receipts=2,
        crashes=1,
    ),
    "freeze_and_expiry": Scope(
        ((freeze("A"),), (turn_book(),)), before=(grant("A", 2, expires=1), grant("B", 1)), max_receipts=2, ticks=1
    ),
    "reading": Scope(((read(),), (burn("k"), burn("j"))), before=(grant("A", 3, expires=1),), max_receipts=2, ticks=1),
}

# Burns that take out what workers that are gone have left.
CLEARING: dict[str, Scope] = {
    "the_gone_come_back": Scope(
        ((burn("g"),), (burn("j"), burn("i"))),
        before=(grant("A", 4), die_burning("g")),
        max_receipts=3,
        crashes=1,
        clears=True,
    ),
    "a_void_burn": Scope(
        ((burn("j"), burn("i")), (burn("k"),)),
        before=(grant("A", 4), burn("k"), turn_book(), die_burning("k"), die_burning("g")),
        max_receipts=4,
        clears=True,
    ),
    "late_and_doubled_writes_of_clearing": Scope(
        ((burn("j"), burn("g")), (burn("g"),)),
        before=(grant("A", 4), die_burning("g")),
        max_receipts=3,
        lates=1,
        doubles=1,
        clears=True,
    ),
    "against_a_turn": Scope(
        ((burn("j"),), (turn_book(), burn("g"))),
        before=(grant("A", 5), die_burning("g")),
        max_receipts=3,
        crashes=1,
        clears=True,
    ),
    "with_holds": Scope(
        ((burn("j"),), (release("h"),)),
        before=(grant("A", 5), place_hold("h", 2), die_burning("g")),
        max_receipts=4,
        clears=True,
    ),
}
SMALL |= CLEARING

# Three lots that die at one instant: one entry, which whoever comes next takes out of the book.
DYING = (grant("A", 1, expires=1), grant("B", 1, expires=1), grant("C", 1, expires=1), grant("D", 2))
TOGETHER: dict[str, Scope] = {
    "die_together": Scope(((burn("k", 2),), (turn_book(), burn("j"))), before=DYING, max_receipts=2, ticks=1),
    "die_together_and_a_crash": Scope(
        ((turn_book(), burn("j")), (burn("k"),)), before=DYING, max_receipts=3, ticks=1, crashes=1, clears=True
    ),
    "die_together_late_and_doubled": Scope(
        ((turn_book(), burn("j")), (burn("k"),)), before=DYING, max_receipts=3, ticks=1, lates=1, doubles=1, clears=True
    ),
    "die_together_and_a_reader": Scope(
        ((turn_book(), burn("j")), (read(),)), before=DYING, max_receipts=3, ticks=1, crashes=1, clears=True
    ),
    "die_together_against_a_claw_back": Scope(
        ((claw("A", "r1", 1),), (burn("k", 2),)), before=DYING, max_receipts=3, ticks=1, clears=True
    ),
    "die_together_in_a_hold": Scope(
        ((release("h"),), (turn_book(),)), before=(*DYING, place_hold("h", 3)), max_receipts=3, ticks=1, clears=True
    ),
}
SMALL |= TOGETHER

# Only in the soak: minutes each, or larger than a world above that notices the same guards when they are taken out.
LARGE: dict[str, Scope] = {
    "with_holds_and_another_burn": replace(CLEARING["with_holds"], programs=((burn("j"), burn("i")), (release("h"),))),
    "what_is_unused_is_taken_back_beside_a_refund_and_a_crash": replace(
        SMALL["what_is_unused_is_taken_back_beside_a_refund"], crashes=1
    ),
    "what_is_unused_is_taken_back_twice_while_burning": Scope(
        ((void_unused("A", "v", 2),), (void_unused("A", "v", 2),), (burn("k", 2),)),
        before=(grant("A", 3),),
        max_receipts=2,
    ),
    "what_is_unused_is_taken_back_beside_a_hold": Scope(
        ((void_unused("A", "v", 3),), (release("h"),)),
        before=(grant("A", 3), place_hold("h", 2)),
        max_receipts=2,
        lates=1,
    ),
    "freeze_thaw_burn_and_expiry": Scope(
        ((freeze("A"), freeze("A", thaw=True)), (burn("k", 1),)),
        before=(grant("A", 2, expires=1), grant("B", 1)),
        max_receipts=2,
        ticks=1,
    ),
    "three_burns_and_a_crash": Scope(
        ((burn("k"),), (burn("k"),), (burn("j"),)), before=(grant("A", 3),), max_receipts=1, crashes=1
    ),
    "aba_two_turns": Scope(
        ((burn("k"),), (burn("k"),), (burn("j"),), (burn("i"),)), before=(grant("A", 4),), max_receipts=1
    ),
    "grant_twice_while_burning": Scope(
        ((grant("B", 2),), (grant("B", 2),), (burn("k"),)), before=(grant("A", 1),), max_receipts=1, lates=1
    ),
    "hold_capture_and_burn": Scope(
        ((place_hold("h", 2), capture("h", 1)), (place_hold("h", 2),), (burn("k", 2),)),
        before=(grant("A", 3),),
        max_receipts=2,
    ),
    "hold_lapses_and_a_crash": Scope(
        ((capture("h", 1),), (burn("k", 3),)),
        before=(grant("A", 3), place_hold("h", 2, ttl=1)),
        max_receipts=2,
        ticks=1,
        crashes=1,
    ),
    "claw_back_twice_with_a_hold": Scope(
        ((claw("A", "r1", 3),), (claw("A", "r1", 3),), (release("h"),)),
        before=(grant("A", 3), place_hold("h", 2)),
        max_receipts=2,
    ),
    "behind_the_gone": Scope(
        ((burn("k"),), (burn("j"),), (burn("i"),)),
        before=(grant("A", 6), die_burning("g"), die_burning("h")),
        max_receipts=4,
        clears=True,
    ),
    "clearing_against_a_turn": Scope(
        ((burn("j"), burn("i")), (turn_book(), burn("g"))),
        before=(grant("A", 5), die_burning("g"), die_burning("h")),
        max_receipts=4,
        crashes=1,
        clears=True,
    ),
    "die_together_in_a_hold_and_a_crash": Scope(
        ((release("h"), burn("j")), (turn_book(),)),
        before=(*DYING, place_hold("h", 3)),
        max_receipts=3,
        ticks=1,
        crashes=1,
        clears=True,
    ),
}
