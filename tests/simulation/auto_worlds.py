"""Small worlds of automatic purchase: who does what, what the card does, and what must hold once everybody is done."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from lotbook.domain.accounts.pauses import tops_up
from lotbook.domain.sales.cards import is_replaced
from lotbook.domain.sales.purchase import WAITING
from lotbook.domain.values.errors import Outcome, Unavailable
from lotbook.usecases.sales.settle_purchase import settle_purchase
from tests.fakes.automating import CUSTOMER, UNIT, Automating
from tests.fakes.crashes import Crash
from tests.fakes.subscription_records import ASKS
from tests.simulation.meeting import Meeting, gone, lost

PLAN, CAP, PRICE = 10_000, 1, 1_170  # Core: one purchase a period, so that a second one shows
MAX_CALLS = 200
Act = Callable[[Automating], Any]


def burn(key: str, credits: int = 6_000) -> Act:
    return lambda desk: desk.use(credits, key)


def charge(desk: Automating) -> None:
    """The queue's message about the row, or the schedule's look."""
    for row in desk.rows():
        if row.state in WAITING:
            settle_purchase("acme", row.purchase_id, desk=desk.sales)


def work(desk: Automating) -> None:
    """The queue's message about an account that runs low."""
    desk.work()


def fresh_card(desk: Automating) -> None:
    """The buyer adds another card."""
    desk.new_card(fingerprint="fp_2", payment_method="pm_fresh")


def off(desk: Automating) -> None:
    desk.switch(enabled=False)


def pay_page(desk: Automating) -> None:
    """The buyer pays on the bank's page, if there is one by now."""
    for bill in desk.gateway.autos.values():
        if bill.waits_for_buyer:
            desk.gateway.pay_auto(bill.name, desk.card)
            desk.gateway.tried.pop()  # that was the buyer


def in_turn(*acts: Act) -> Act:
    def run(desk: Automating) -> None:
        for act in acts:
            act(desk)

    return run


def turn(desk: Automating) -> None:
    """Somebody reads the balance, and journals what waits."""
    desk.balance()


def empty(desk: Automating) -> None:
    desk.use(PLAN)


def over_the_edge(desk: Automating) -> None:
    """A burn has claimed, and 6,000 of what is lent are gone."""
    desk.use(PLAN)
    desk.use(6_000, "edge")


def declined(desk: Automating) -> None:
    over_the_edge(desk)
    charge(desk)


@dataclass(frozen=True, slots=True)
class World:
    """`before`, then `first` and `second` at once. `does`: what the bank says of the first card; None: it pays."""

    before: Act
    first: Act
    second: Act
    does: str | None = None


WORLDS: dict[str, World] = {
    "two burns at the boundary": World(empty, burn("a"), burn("b", 4_000)),
    "one key twice at the boundary": World(empty, burn("a"), burn("a")),
    "a burn and the queue of an empty account": World(empty, burn("a"), work),
    "the queue of an empty account twice": World(empty, work, work),
    "the queue and a burn": World(empty, work, burn("a")),
    "a burn and the charge": World(over_the_edge, burn("a", 3_000), charge),
    "the charge and a burn": World(over_the_edge, charge, burn("a", 3_000)),
    "the charge twice": World(over_the_edge, charge, charge),
    "the charge and a reader": World(over_the_edge, charge, turn),
    "the charge and the switch": World(over_the_edge, charge, off),
    "the switch and the charge": World(over_the_edge, off, charge),
    "a burn and the switch": World(empty, burn("a"), off),
    "a decline twice": World(over_the_edge, charge, charge, "generic_decline"),
    "a decline and a burn": World(over_the_edge, charge, burn("a", 3_000), "generic_decline"),
    "a burn and a decline": World(over_the_edge, burn("a", 3_000), charge, "generic_decline"),
    "a decline and a fresh card": World(over_the_edge, charge, fresh_card, "generic_decline"),
    "a fresh card and a decline": World(over_the_edge, fresh_card, charge, "generic_decline"),
    "a fresh card and a burn": World(declined, fresh_card, burn("a", 3_000), "generic_decline"),
    "a decline and the switch": World(over_the_edge, charge, off, "generic_decline"),
    "the bank asks, and its page is paid at once": World(over_the_edge, charge, pay_page, ASKS),
    "the bank asks, its page is paid, and somebody hears": World(
        over_the_edge, charge, in_turn(pay_page, charge), ASKS
    ),
    "the bank asks, and a fresh card comes": World(over_the_edge, charge, fresh_card, ASKS),
    "the page is paid while a fresh card replaces it": World(in_turn(declined, fresh_card), charge, pay_page, ASKS),
    "the bank asks twice": World(over_the_edge, charge, charge, ASKS),
}


ALL = ("meet before", "gone before", "gone after", "lost after")  # met after a call is met before the next one


def runs(world: World, kinds: tuple[str, ...] = ALL) -> Iterator[tuple[str, Automating]]:
    """Every call of the first, met by the second, or the last one that is heard of; and the second without being met."""
    for kind, moment in (each.split() for each in kinds):
        for at in range(1, MAX_CALLS):
            desk, meeting, calls = one_run(world, kind, at, moment)
            yield f"{kind} {moment} call {at}, {meeting.where}", desk
            if at > calls:
                break


def one_run(world: World, kind: str, at: int, moment: str) -> tuple[Automating, Meeting, int]:
    meeting = Meeting(at, moment)
    desk = Automating("core-10k", wrap=meeting.wrap)
    if world.does is not None:
        desk.gateway.plans.does[desk.card] = world.does
    world.before(desk)
    second = lambda: _tried(world.second, desk)  # noqa: E731
    meeting.then = {"meet": second, "gone": gone, "lost": lost}[kind]
    calls = 0
    try:
        calls = meeting.run(lambda: _tried(world.first, desk))
    except Crash:
        calls = meeting.seen
    if kind != "meet" or not meeting.where:
        second()
        _tried(world.first, desk)
    return desk, meeting, max(calls, meeting.seen)


def _tried(act: Act, desk: Automating) -> None:
    """What is refused, or is to be sent again, is a good answer, too; its caller sends it again later, or not."""
    with suppress(Outcome):
        act(desk)


def heal(desk: Automating) -> None:
    """The queue and the schedule, until nothing moves any more."""
    for _ in range(3):
        for act in (charge, work):
            with suppress(Unavailable):
                act(desk)


def violations(desk: Automating) -> list[str]:
    """What does not hold: money, bounds, credits, the claim, the mark, the history."""
    rows, record, found = desk.rows(), desk.record, []
    done = [row for row in rows if row.state == "completed"]
    held = [row for row in rows if row.state in WAITING]
    bills = list(desk.gateway.autos.values())
    paid = [bill.order.purchase_id for bill in bills if bill.state == "paid"]
    burned = sum(-entry.credits for entry in desk.entries() if entry.kind == "consumed")
    available, shortfall = desk.has()
    lent = sum(row.credits for row in held if row.checkout_url is None)
    expected = {
        "a charge a row, and a row a charge": sorted(paid) == sorted(row.purchase_id for row in done),
        "an invoice a purchase": len({bill.order.purchase_id for bill in bills}) == len(bills),
        "one try a card": len(set(desk.gateway.tried)) == len(desk.gateway.tried),
        "the cap": len(done) + len(held) <= CAP,
        "what is used is what is bought or held": desk.bounds()
        == tuple(part * (len(done) + len(held)) for part in (1, UNIT, PRICE)),
        "credits are what was paid": available - shortfall == PLAN + UNIT * len(done) + lent - burned,
        "the claim is the row that waits": ([record.charge.purchase_id] if record.charge else [])
        == [row.purchase_id for row in held],
        "only a buyer is waited for": all(row.checkout_url is not None for row in held),
        "paused exactly while suspended": (desk.account.state == "paused") == (record.suspended is not None),
        "nothing is suspended for what is paid": record.suspended is None
        or record.suspended.purchase_id not in {row.purchase_id for row in done},
        "nothing is suspended where another card is there": not is_replaced(record, desk.gateway.files[CUSTOMER]),
        "the mark": desk.flag() == (tops_up(desk.account) is not None),
        "told once": desk.history.reasons().count("bought") == len(done),
        "nothing is payable that nobody waits for": all(bill.state != "open" for bill in bills if not held),
    }
    found += [name for name, holds in expected.items() if not holds]
    try:
        desk.check()
        desk.audited()
    except AssertionError as difference:
        found.append(str(difference).split("\n")[0])
    return found


def first_violation(world: World, kinds: tuple[str, ...] = ALL) -> tuple[int, str | None]:
    """How many runs, and the first that breaks something."""
    count = 0
    for where, desk in runs(world, kinds):
        count += 1
        heal(desk)
        broken = violations(desk)
        if broken:
            return count, f"{where}: {broken}; {desk.states()} {desk.has()} {desk.bounds()}"
    return count, None
