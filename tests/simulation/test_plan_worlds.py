"""Every interleaving of small worlds of renewals: two workers and a burn at a period's end, lots that are paid for late or never.

What is broken to see that a world notices it, is in the table of mutations. Numbers in docstrings: bug classes D2, D15, D26, D28.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest

from lotbook.domain.credits import ledger
from lotbook.domain.credits.ledger import CHAIN_END, Entry
from lotbook.domain.credits.orders import ClawBack, Restore
from lotbook.domain.credits.requests import Balance
from lotbook.domain.credits.turn import lay
from lotbook.usecases.accounts import follow_plan
from lotbook.usecases.accounts import renew_account as renewing
from lotbook.usecases.credits import lots as deciding
from lotbook.usecases.credits import turn as turns
from tests.fakes.accounts import FakeAccounts, FakePolicies, a_policy, an_account, at
from tests.fakes.credit_desk import credit_desk
from tests.simulation import operations
from tests.simulation.explorer import Explorer
from tests.simulation.operations import burn, decide, grant, paid, renew, unpaid
from tests.simulation.worlds import ACCOUNT, Env, Scope, Violation

MONTHLY_CREDITS = 2
SOLD = {"lot_A", "lot_B", "lot_C"}
BEFORE_THE_END = at("2026-02-15T10:00:00") - 500
POLICIES = FakePolicies(
    a_policy(
        plans=tuple(replace(plan, credits=MONTHLY_CREDITS * (plan.plan_id == "monthly")) for plan in a_policy().plans)
    )
)
ACCOUNTS = FakeAccounts(an_account(account_id=ACCOUNT))


def renewed(env: Env) -> None:
    renewing.renew_account(
        ACCOUNT,
        accounts=ACCOUNTS,
        policies=POLICIES,
        desk=credit_desk(env.books, env.clock, env.renew, prunes=env.prunes),
    )


def each_period_once(balance: Balance, entries: Sequence[Entry]) -> list[str]:
    """D2, D28: a period brings its credits once; those of a period that is over are gone, and no burn had them."""
    brought = [entry for entry in entries if entry.kind == "granted"]
    burned = sum(draw.credits for entry in entries if entry.kind == "consumed" for draw in entry.draws)
    over = -sum(entry.credits for entry in entries if entry.kind == "expired")
    left = MONTHLY_CREDITS * len(brought) - burned - over
    differences = [] if balance.available == left else [f"{balance.available} left, {left} are due"]
    if len(brought) > 2:
        differences.append(f"{len(brought)} grants in two periods")
    return differences


def as_decided(balance: Balance, entries: Sequence[Entry]) -> list[str]:
    """D28: a lot counts unless it is void; one that was paid after all counts again; what was burned is gone once."""
    by_name = {entry.name: entry for entry in entries}
    due = -sum(draw.credits for entry in entries if entry.kind == "consumed" for draw in entry.draws)
    differences = []
    for granted in (entry for entry in entries if entry.lot is not None and entry.kind == "granted"):
        assert granted.lot is not None
        lot_id, credits = granted.lot.lot_id, granted.lot.credits
        if lot_id not in SOLD:
            differences.append(f"{lot_id} was never sold")
        decision = by_name.get(ledger.decision_name(lot_id))
        is_taken = ClawBack(lot_id, ledger.VOID_CLAIM, credits).order_id in by_name
        is_back = Restore(lot_id, ledger.VOID_CLAIM, credits).order_id in by_name
        if is_taken and (decision is None or decision.reason != "void"):
            differences.append(f"{lot_id} was taken, and its decision is {decision and decision.reason}")
        due += credits if is_back or not is_taken else 0
    owned = balance.available - balance.shortfall
    return differences if owned == due else [*differences, f"{balance.available} - {balance.shortfall}, due {due}"]


def void_is_gone(balance: Balance, entries: Sequence[Entry]) -> list[str]:
    """Nobody has paid for lot A: whoever granted it meanwhile, it is void."""
    decided = [entry.reason for entry in entries if entry.name == ledger.decision_name("lot_A")]
    return as_decided(balance, entries) + ([] if decided == ["void"] else [f"the decisions on lot_A are {decided}"])


RENEWALS = Scope(
    ((renew(),), (renew(),)),
    before=(renew(), burn("j")),
    start_at=BEFORE_THE_END,
    ticks=1,
    renewing=renewed,
    promise=each_period_once,
)
DECISIONS = Scope(
    ((burn("k", 2),), (decide("A", "confirmed"),), (decide("A", "void"),)),
    before=(grant("A", 2, provisional=True), grant("B", 1)),
    promise=as_decided,
)
LATE = Scope(
    ((unpaid("A", 2, provisional=True), paid("A", 2, provisional=True)), (burn("k", 2),)),
    before=(grant("A", 2, provisional=True), grant("B", 1)),
    promise=as_decided,
)
WORLDS: dict[str, Scope] = {
    "two_renewals_across_the_end": replace(RENEWALS, crashes=1),
    "a_renewal_and_a_burn_across_the_end": replace(RENEWALS, programs=((renew(),), (burn("k"),)), crashes=1),
    "burned_from_and_void_against_confirmed": replace(
        DECISIONS, programs=((burn("k", 2), decide("A", "void")), (decide("A", "confirmed"),))
    ),
    "confirmed_and_void_with_a_crash": replace(DECISIONS, programs=DECISIONS.programs[1:], crashes=1),
    "void_while_burning": replace(LATE, programs=((unpaid("A", 2, provisional=True),), (burn("k", 2),))),
    "paid_late_while_burning": replace(
        LATE,
        programs=((paid("A", 2, provisional=True),), (burn("k", 2),)),
        before=(*LATE.before, burn("j", 2), unpaid("A", 2, provisional=True)),
    ),
    "void_against_a_grant_in_good_faith": replace(
        LATE,
        programs=((unpaid("A", 2, provisional=True),), (grant("A", 2, provisional=True),)),
        before=(grant("B", 1),),
        promise=void_is_gone,
    ),
    "paid_late_told_twice": replace(
        LATE,
        programs=((paid("A", 2, provisional=True),), (paid("A", 2, provisional=True),)),
        before=(*LATE.before, burn("k", 2), unpaid("A", 2, provisional=True)),
    ),
}
LARGE: dict[str, Scope] = {
    "paid_late_while_granting": replace(
        LATE,
        programs=((paid("A", 2, provisional=True),), (grant("C", 1),)),
        before=(*LATE.before, burn("j", 2), unpaid("A", 2, provisional=True)),
    ),
    "burned_from_while_void": replace(DECISIONS, programs=(DECISIONS.programs[0], DECISIONS.programs[2]), crashes=1),
    "paid_late_told_twice_and_a_crash": replace(
        LATE,
        programs=((paid("A", 2, provisional=True),), (paid("A", 2, provisional=True),)),
        before=(*LATE.before, burn("k", 2), unpaid("A", 2, provisional=True)),
        crashes=1,
    ),
    "confirmed_and_void_while_burning": DECISIONS,
    "void_and_paid_late_while_burning": LATE,
    "void_against_a_grant_in_good_faith_and_a_crash": replace(
        LATE,
        programs=((unpaid("A", 2, provisional=True),), (grant("A", 2, provisional=True),)),
        before=(grant("B", 1),),
        crashes=1,
    ),
    "two_renewals_and_a_burn": replace(RENEWALS, programs=((renew(),), (renew(),), (burn("k"),))),
    "void_paid_late_a_burn_and_a_grant": replace(LATE, programs=(*LATE.programs, (grant("C", 1),))),
}


@pytest.mark.parametrize("name", WORLDS)
def test_d28_no_interleaving_of_renewals_gives_more_than_was_paid_for(
    name: str, record_property: Callable[[str, object], None]
) -> None:
    """D2, D15, D26, D28."""
    explored = Explorer(WORLDS[name]).run()
    record_property("states", explored.states)
    print(f"{name}: {explored.states} states, {explored.transitions} transitions, {explored.ends} ends")
    assert explored.ends > 0


@pytest.mark.soak
@pytest.mark.parametrize("name", LARGE)
def test_d28_no_interleaving_of_a_larger_world_of_renewals_gives_more_than_was_paid_for(name: str) -> None:
    """The same, minutes long."""
    explored = Explorer(LARGE[name]).run()
    print(f"{name}: {explored.states} states, {explored.transitions} transitions, {explored.ends} ends")
    assert explored.ends > 0


@dataclass(frozen=True, slots=True)
class Mutation:
    """A guard taken out of the store (`without`) or of the code (`patch`), and the world that shows what it is for."""

    world: str
    without: tuple[str, ...] = ()
    patch: Callable[[pytest.MonkeyPatch], None] | None = None


def _renewed_without_a_look(patch: pytest.MonkeyPatch) -> None:
    """A turn takes it that none of its orders took effect before: the second worker grants the period again."""
    patch.setattr(turns, "_look_up_orders", lambda book, journaled, *_: journaled)


def _book_of_the_period_before_stays_open(patch: pytest.MonkeyPatch) -> None:
    """The renewal grants the period's lots, and no lot that is over dies."""
    patch.setattr(turns, "lay", lambda unit, book, journaled, _: lay(unit, book, journaled, BEFORE_THE_END))


def _last_decision_stands(patch: pytest.MonkeyPatch) -> None:
    """Each worker acts on its own verdict, whatever stands."""

    def decided(account_id: str, unit: str, lot_id: str, decision: str, *, desk: Any) -> str:
        lot = deciding.granted_lot(account_id, unit, lot_id, desk.books)
        name = ledger.decision_name(lot_id)
        entry = Entry(name=name, unit=unit, kind="noted", at=0, seq=0, before=CHAIN_END, reason=decision)
        desk.books.put_entry(account_id, entry)
        if decision == "void":
            order = ClawBack(lot_id, ledger.VOID_CLAIM, lot.credits, reason="void")
            deciding.claw_back(account_id, unit, order, desk=desk)
        return decision

    patch.setattr(operations, "decide_lot", decided)
    patch.setattr(follow_plan, "decide_lot", decided)


def _void_takes_only_what_is_left(patch: pytest.MonkeyPatch) -> None:
    """What was burned of a lot that nobody pays for is not owed."""
    patch.setattr(deciding, "ClawBack", lambda *a, **named: ClawBack(*a, **(named | {"unused_only": True})))


def _paid_brings_nothing_back(patch: pytest.MonkeyPatch) -> None:
    """The payment that came late does not restore, but grants once more under another id."""

    def again(account_id: str, unit: str, order: Restore, *, desk: Any) -> int:
        lot = deciding.granted_lot(account_id, unit, order.lot_id, desk.books)
        deciding.grant_lot(account_id, replace(lot, lot_id=f"{lot.lot_id}-{desk.clock.now()}"), desk=desk)
        return deciding.restore_lot(account_id, unit, order, desk=desk)

    patch.setattr(follow_plan, "restore_lot", again)


def _void_without_a_grant(patch: pytest.MonkeyPatch) -> None:
    """Nobody grants the lot before it is void: the worker that still believes in it grants it afterwards."""

    def careless(account: Any, lots: Any, _at: int, desk: Any) -> None:
        for lot in lots:
            if follow_plan._granted(account, (lot,), desk):
                deciding.decide_lot(account.account_id, lot.unit, lot.lot_id, "void", desk=desk)

    patch.setattr(follow_plan, "_void", careless)


MUTATIONS: dict[str, Mutation] = {
    "renewal_looks_up": Mutation("two_renewals_across_the_end", patch=_renewed_without_a_look),
    "renewal_swap_burns": Mutation("a_renewal_and_a_burn_across_the_end", without=("swap_burns",)),
    "renewal_ends_the_old": Mutation(
        "a_renewal_and_a_burn_across_the_end", patch=_book_of_the_period_before_stays_open
    ),
    "first_decision_stands": Mutation("confirmed_and_void_with_a_crash", patch=_last_decision_stands),
    "void_owes_what_was_burned": Mutation("void_while_burning", patch=_void_takes_only_what_is_left),
    "restored_once": Mutation("paid_late_told_twice", patch=_renewed_without_a_look),
    "restored_and_not_granted": Mutation("paid_late_while_burning", patch=_paid_brings_nothing_back),
    "granted_before_void": Mutation("void_against_a_grant_in_good_faith", patch=_void_without_a_grant),
}


@pytest.mark.parametrize("name", MUTATIONS)
def test_t26_taking_a_guard_of_renewals_out_is_noticed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the guard in, the same world is clean."""
    mutation = MUTATIONS[name]
    if mutation.patch:
        mutation.patch(monkeypatch)
    with pytest.raises(Violation) as found:
        Explorer(replace(WORLDS[mutation.world], without=mutation.without)).run()
    print(f"{name}: {len(found.value.trace)} steps: {found.value.text[:200]}")
