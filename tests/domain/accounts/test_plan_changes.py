"""The plan of an account follows from what was bought and what went back, not from the order of hearing of it."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest

from lotbook.domain.accounts.account import Account
from lotbook.domain.accounts.periods import account_at
from lotbook.domain.accounts.plan_changes import MAX_TERMS, paid_meanwhile, with_term, with_term_money
from lotbook.domain.accounts.terms import Term, TermMoney
from lotbook.domain.values import instants
from tests.fakes.plans import termed
from tests.fakes.samples import account_on

POLICY = termed()
START = account_on("9pic", "payg")
DAY = instants.DAY
NOW = START.created_at + 3 * DAY
A = Term("pur_a", "pro", START.created_at + DAY, START.created_at + 366 * DAY)
B = Term("pur_b", "max", START.created_at + 2 * DAY, START.created_at + 32 * DAY)


def apply(account: Account, fact: tuple[str, Term, int]) -> Account:
    kind, term, step = fact
    if kind == "bought":
        return with_term(POLICY, account, term, NOW)
    return with_term_money(POLICY, account, TermMoney(term.purchase_id, step, kind == "gone"), NOW)


FACTS = {
    "both kept": ([], "max"),
    "the later went back": ([("gone", B, 1)], "pro"),
    "the earlier went back": ([("gone", A, 1)], "max"),
    "both went back": ([("gone", A, 1), ("gone", B, 1)], "payg"),
    "the later went back and came again": ([("gone", B, 1), ("kept", B, 2)], "max"),
    "both, and the earlier came again": ([("gone", A, 1), ("gone", B, 4), ("kept", A, 3)], "pro"),
}


@pytest.mark.parametrize("world", FACTS)
def test_d_12_every_order_of_what_was_bought_and_what_went_back_ends_on_the_same_plan(world: str) -> None:
    """D12: a step that comes late says nothing. Nothing is heard of a purchase's money before the purchase."""
    facts, plan = FACTS[world]
    ends = set()
    for order in permutations([("bought", A, 0), ("bought", B, 0), *facts]):
        places = {fact[0] + fact[1].purchase_id: place for place, fact in enumerate(order)}
        if any(places["bought" + fact[1].purchase_id] > places[fact[0] + fact[1].purchase_id] for fact in facts):
            continue
        account = START
        for fact in order:
            account = apply(apply(account, fact), fact)
        present = account_at(POLICY, account, NOW)
        ends.add((present.plan_id, present.plan_ends_at, present.anchor))
    term = {"pro": A, "max": B}.get(plan)
    assert ends == {(plan, term.ends_at, term.at) if term else (plan, None, START.anchor)}


def test_a_term_that_replaced_a_longer_one_leads_to_the_starting_plan_and_not_back() -> None:
    """And its money going back later undoes the replacement."""
    account = apply(apply(START, ("bought", A, 0)), ("bought", B, 0))
    assert account_at(POLICY, account, B.ends_at).plan_id == POLICY.starting_plan_id
    undone = with_term_money(POLICY, account, TermMoney("pur_b", 1, gone=True), B.ends_at + DAY)
    assert account_at(POLICY, undone, B.ends_at + DAY).plan_id == "pro"


def test_terms_that_are_over_are_forgotten_and_there_are_never_too_many() -> None:
    account = START
    for number in range(MAX_TERMS + 5):
        term = replace(A, purchase_id=f"pur_{number:03}", at=A.at + number, ends_at=A.ends_at + number)
        account = with_term(POLICY, replace(account, moves=()), term, NOW)
    assert len(account.terms) == MAX_TERMS
    later = replace(A, purchase_id="pur_z", at=A.ends_at + 2 * DAY, ends_at=A.ends_at + 9 * DAY)
    account = with_term(POLICY, account, later, later.at)
    assert [term.purchase_id for term in account.terms] == ["pur_z"]


def test_np_52_what_was_paid_before_the_order_was_made_is_not_paid_twice() -> None:
    account = apply(START, ("bought", A, 0))
    assert paid_meanwhile(account, "pur_x", A.at) == replace(A, cycle=START.anchor)
    assert paid_meanwhile(account, "pur_x", A.at + instants.SECOND) is None
    assert paid_meanwhile(account, "pur_a", A.at) is None, "itself"
    assert paid_meanwhile(apply(account, ("gone", A, 1)), "pur_x", A.at) is None, "its money has gone back"
