"""Every story of a payment, its events in every order that can happen, doubled, late, and with a crash after any call.

What happens at the gateway keeps its order; an event may come at any time after what it tells of. All that is possible is
tried, and each try must end in the one account that the story stands for, with books that their ledger explains.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Any

import pytest

from lotbook.domain.audit.books import audit
from lotbook.domain.credits.requests import BurnRequest
from lotbook.domain.sales.gateway import APP, EventHint, PaymentFacts, Tag
from lotbook.domain.sales.items import TopUpItem
from lotbook.domain.values import instants
from lotbook.domain.values.errors import Unavailable
from lotbook.usecases.credits.balance import read_balance
from lotbook.usecases.credits.consume import consume
from lotbook.usecases.inbox.handle_event import handle_event
from tests.fakes.crashes import MOMENTS, Countdown, Crash
from tests.fakes.credit_desk import credit_desk
from tests.fakes.desk import Desk
from tests.fakes.purchases import TEST
from tests.fakes.sweeps import look_at_events, look_at_purchases

MAX_CALLS = 400
SESSION, PAYMENT = "cs_2", "pi_cs_2"
SOLD, COMPANIONS, CHARGED = 1_000, 500, 90  # Make: 1,000 credits with 500 MB for 90 cents
DATA = "data_transfer_mb"


@dataclass
class World:
    """A desk with one order, and what the gateway wants to tell."""

    desk: Desk
    purchase_id: str = ""
    burned: int = 0
    waiting: list[EventHint] = field(default_factory=list)

    def hint(self, kind: str) -> EventHint:
        """Refunds and disputes carry no mark of ours, payments and charges do."""
        bare = kind.startswith(("refund.", "charge.dispute."))
        tag = Tag() if bare else Tag(APP, TEST.stage, "acme", self.purchase_id)
        payment = PAYMENT if kind.startswith(("refund.", "charge.", "payment_intent.")) else None
        return EventHint(f"evt_{kind}", kind, False, None, kind.rsplit(".", 1)[0], "id", payment, tag)

    def deliver(self, hint: EventHint) -> None:
        """Once; what is answered with a 5xx comes again later."""
        try:
            handle_event(hint, desk=self.desk.sales)
        except Unavailable:
            self.waiting.append(hint)

    def settle_down(self) -> None:
        """What was not acknowledged comes again, until all is."""
        for _ in range(5):
            late, self.waiting = self.waiting, []
            for hint in late:
                self.deliver(hint)
        assert not self.waiting


Act = Callable[[World], object]


@dataclass(frozen=True)
class Step:
    """Something that happens at the gateway, and the events that tell of it."""

    name: str
    act: Act
    events: tuple[str, ...]


def pay(world: World) -> None:
    world.desk.gateway.pay(SESSION)


def decline(world: World) -> None:
    declined = PaymentFacts(PAYMENT, "requires_payment_method", "usd", 0, "card_declined")
    world.desk.gateway.say(SESSION, payment=declined)


def expire(world: World) -> None:
    world.desk.gateway.say(SESSION, state="expired")


def pay_late(world: World) -> None:
    paid = PaymentFacts(PAYMENT, "succeeded", "usd", CHARGED, None)
    world.desk.gateway.say(SESSION, state="complete", payment_state="paid", payment=paid)


def wait(world: World) -> None:
    under_way = PaymentFacts(PAYMENT, "processing", "usd", 0, None)
    world.desk.gateway.say(SESSION, state="complete", url=None, payment=under_way)


def fail(world: World) -> None:
    failed = PaymentFacts(PAYMENT, "requires_payment_method", "usd", 0, "payment_method_provider_decline")
    world.desk.gateway.say(SESSION, payment=failed)


def refund(amount: int | None) -> Act:
    return lambda world: world.desk.gateway.send_back(PAYMENT, amount)


def fail_refund(world: World) -> None:
    world.desk.gateway.change_refund(PAYMENT, 0, "failed")


def dispute(state: str = "needs_response") -> Act:
    return lambda world: world.desk.gateway.dispute(PAYMENT, state)


def dispute_becomes(state: str) -> Act:
    return lambda world: world.desk.gateway.change_dispute(PAYMENT, state)


COMPLETE = Step("complete", pay, ("checkout.session.completed", "payment_intent.succeeded"))
DECLINED = Step("decline", decline, ("payment_intent.payment_failed",))
EXPIRED = Step("expire", expire, ("checkout.session.expired",))
LATE = Step("late payment", pay_late, ("checkout.session.async_payment_succeeded", "payment_intent.succeeded"))
SLOW = Step("completed unpaid", wait, ("checkout.session.completed", "payment_intent.processing"))
FAILED = Step("async failure", fail, ("checkout.session.async_payment_failed", "payment_intent.payment_failed"))
REFUND_EVENTS = ("charge.refunded", "refund.created")
PART = Step("refund a third", refund(30), REFUND_EVENTS)
SECOND_PART = Step("refund a ninth", refund(10), ("charge.refunded", "refund.updated"))
REST = Step("refund the rest", refund(None), REFUND_EVENTS)
REFUND_FAILED = Step("the refund fails", fail_refund, ("refund.failed", "charge.refund.updated"))
OPENED = Step("dispute", dispute(), ("charge.dispute.created", "charge.dispute.funds_withdrawn"))
WON = Step("won", dispute_becomes("won"), ("charge.dispute.closed", "charge.dispute.funds_reinstated"))
LOST = Step("lost", dispute_becomes("lost"), ("charge.dispute.closed",))
APPEALED = Step("appeal", dispute_becomes("appeal_under_review"), ("charge.dispute.updated",))
INQUIRY = Step("inquiry", dispute("warning_needs_response"), ("charge.dispute.created",))
INQUIRY_OVER = Step("inquiry closed", dispute_becomes("warning_closed"), ("charge.dispute.closed",))


@dataclass(frozen=True)
class End:
    """The one account that a story ends in. `gone`: credits taken of 1,000; `data`: of the companions."""

    state: str = "completed"
    gone: int = 0
    data: int = 0
    frozen: bool = False
    refunded: int = 0
    dispute: str | None = None


THIRD = End("partially_refunded", 333, 166, refunded=30)
TWO_PARTS = End("partially_refunded", 444, 222, refunded=40)
ALL = End("refunded", SOLD, COMPANIONS, refunded=CHARGED)
ALL_LOST = End("disputed", SOLD, COMPANIONS, dispute="lost")
STORIES: dict[str, tuple[tuple[Step, ...], End]] = {
    "complete": ((COMPLETE,), End()),
    "decline, pay": ((DECLINED, COMPLETE), End()),
    "expire, late payment": ((EXPIRED, LATE), End()),
    "partial refund": ((COMPLETE, PART), THIRD),
    "full refund": ((COMPLETE, REST), ALL),
    "two partial refunds": ((COMPLETE, PART, SECOND_PART), TWO_PARTS),
    "partial refund, the rest": ((COMPLETE, PART, REST), ALL),
    "refund fails": ((COMPLETE, PART, REFUND_FAILED), End()),
    "full refund fails": ((COMPLETE, REST, REFUND_FAILED), End()),
    "dispute": ((COMPLETE, OPENED), End("disputed", frozen=True, dispute="open")),
    "dispute won": ((COMPLETE, OPENED, WON), End(dispute="won")),
    "dispute lost": ((COMPLETE, OPENED, LOST), ALL_LOST),
    "refund, dispute": (
        (COMPLETE, PART, OPENED),
        End("disputed", 333, 166, frozen=True, refunded=30, dispute="open"),
    ),
    "inquiry closed": ((COMPLETE, INQUIRY, INQUIRY_OVER), End()),
    "inquiry, refund": ((COMPLETE, INQUIRY, REST), ALL),
    "expire, late payment, refund": ((EXPIRED, LATE, REST), ALL),
    "processing, success": ((SLOW, LATE), End()),
    "processing, success, refund": ((SLOW, LATE, REST), ALL),
    "processing, failure, late payment": ((SLOW, FAILED, LATE), End()),
}
LONG: dict[str, tuple[tuple[Step, ...], End]] = {
    "won, then refunded": ((COMPLETE, OPENED, WON, PART), replace(THIRD, dispute="won")),
    "lost, appealed, won": ((COMPLETE, OPENED, LOST, APPEALED, WON), End(dispute="won")),
    "won, appealed, lost": ((COMPLETE, OPENED, WON, APPEALED, LOST), ALL_LOST),
    "refund, dispute lost": ((COMPLETE, PART, OPENED, LOST), replace(ALL_LOST, refunded=30)),
    "processing, failure, late payment, refund": ((SLOW, FAILED, LATE, PART), THIRD),
    "refund fails in a dispute that is won": ((COMPLETE, PART, OPENED, REFUND_FAILED, WON), End(dispute="won")),
}
Token = Step | str


def begin(burned: int = 0, countdown: Countdown | None = None) -> World:
    """The order, its page open; with `burned` also paid, granted and burned from."""
    desk = Desk("make", "core-10k", wrap=countdown.wrap if countdown else lambda _, port: port)
    left = countdown.left if countdown else 0
    if countdown:
        countdown.left = 0  # the order itself is not part of the story
    world = World(desk, desk.buy(TopUpItem(SOLD)).purchase.purchase_id, burned)
    if burned:
        pay(world)
        world.deliver(world.hint("checkout.session.completed"))
        consume(
            "acme",
            "burn-1",
            BurnRequest(credits=burned, unit="credits", actor="key-1"),
            desk=credit_desk(desk.books, desk.clock, lambda _: None),
        )
    if countdown:
        countdown.left = left
    return world


def assert_ends(world: World, end: End, where: Any) -> None:
    """The purchase, both units' balances, the sum of the statement, and the audit of the books."""
    row = world.desk.row()
    shown = row.dispute.state if row.dispute else None
    assert (row.state, row.refunded_minor, shown) == (end.state, end.refunded, end.dispute), where
    assert (row.check_at, row.reversal_next) == (None, None), where
    for unit, sold, gone, burned in (
        ("credits", SOLD, end.gone, world.burned),
        (DATA, COMPANIONS, end.data, 0),
    ):
        balance = read_balance("acme", unit, desk=credit_desk(world.desk.books, world.desk.clock, lambda _: None))
        left = max(0, sold - burned - gone)
        short = max(0, burned + gone - sold)
        expected = (0, left, short) if end.frozen else (left, 0, short)
        assert (balance.available, balance.frozen, balance.shortfall) == expected, (where, unit)
        assert sum(entry.credits for entry in world.desk.entries(unit)) == left - short, (where, unit)
        ledger = {e.name: e for e in world.desk.books.ledger.values() if e.unit == unit}
        assert audit(unit, world.desk.books.books["acme", unit], ledger) == [], (where, unit)


def orders(steps: tuple[Step, ...]) -> Iterator[tuple[Token, ...]]:
    """Every order in which steps and their events can happen."""

    def go(done: tuple[Token, ...], rest: tuple[Step, ...], told: tuple[str, ...]) -> Iterator[tuple[Token, ...]]:
        if not rest and not told:
            yield done
            return
        if rest:
            yield from go((*done, rest[0]), rest[1:], (*told, *rest[0].events))
        for place, event in enumerate(told):
            if event not in told[:place]:
                yield from go((*done, event), rest, told[:place] + told[place + 1 :])

    return go((), steps, ())


def play(world: World, order: tuple[Token, ...]) -> None:
    for token in order:
        if isinstance(token, Step):
            token.act(world)
        else:
            world.deliver(world.hint(token))
    world.settle_down()


def names(order: tuple[Token, ...]) -> list[str]:
    return [token.name if isinstance(token, Step) else token for token in order]


SHARE = 10  # of a long story's orders, spread evenly; `make soak` tries them all
HOW_MANY = [pytest.param(SHARE, id="a share"), pytest.param(None, id="all", marks=pytest.mark.soak)]


def some(steps: tuple[Step, ...], most: int | None) -> tuple[list[tuple[Token, ...]], int]:
    """At most so many of a story's orders, and how many there are."""
    every = list(orders(steps))
    stride = 1 if most is None else -(-len(every) // most)
    return every[::stride], len(every)


@pytest.mark.parametrize("most", HOW_MANY)
@pytest.mark.parametrize("story", STORIES)
def test_d_11_d_12_d_14_every_order_of_a_storys_events_ends_in_the_same_account(
    story: str, most: int | None, capsys: pytest.CaptureFixture[str]
) -> None:
    """D10..D14: all orders, and then all events once more, backwards."""
    steps, end = STORIES[story]
    tried, every = some(steps, most)
    for order in tried:
        world = begin()
        play(world, order)
        assert_ends(world, end, names(order))
        entries = len(world.desk.books.ledger)
        for token in reversed(order):
            if isinstance(token, str):
                world.deliver(world.hint(token))
        assert_ends(world, end, ["again", *names(order)])
        assert len(world.desk.books.ledger) == entries, "an event that comes again writes nothing"
    with capsys.disabled():
        print(f"\n  {story}: {len(tried)} of {every} orders, each twice", end="")


@pytest.mark.parametrize("story", [name for name in STORIES if STORIES[name][0][0] is COMPLETE and name != "complete"])
def test_d_13_burned_credits_become_a_shortfall_in_every_order(story: str, capsys: pytest.CaptureFixture[str]) -> None:
    """D13: 800 of the 1,000 were burned before the money went; what was taken in several steps adds up to the same."""
    steps, end = STORIES[story]
    tried = 0
    for order in orders(steps[1:]):
        world = begin(burned=800)
        play(world, order)
        assert_ends(world, end, names(order))
        tried += 1
    with capsys.disabled():
        print(f"\n  {story}, burned: {tried} orders", end="")


@pytest.mark.parametrize("most", HOW_MANY)
@pytest.mark.parametrize("burned", [0, 800])
@pytest.mark.parametrize("story", LONG)
def test_d_12_long_stories_end_the_same_in_every_order_after_their_payment(
    story: str, burned: int, most: int | None, capsys: pytest.CaptureFixture[str]
) -> None:
    """D12: reopened disputes, refunds after and during them. One event a step, so that all orders can be tried."""
    steps, end = LONG[story]
    steps = tuple(replace(step, events=step.events[:1]) for step in steps)
    tried, every = some(steps[1:] if burned else steps, most)
    for order in tried:
        world = begin(burned)
        play(world, order)
        assert_ends(world, end, names(order))
    with capsys.disabled():
        print(f"\n  {story} ({burned} burned): {len(tried)} of {every} orders", end="")


def told_at_once(steps: tuple[Step, ...]) -> tuple[Token, ...]:
    """Each step's events right after it."""
    told: list[Token] = []
    for step in steps:
        told += [step, *step.events]
    return tuple(told)


def told_backwards(steps: tuple[Step, ...]) -> tuple[Token, ...]:
    """All events when all is over, the last one first."""
    return (*steps, *(event for step in reversed(steps) for event in reversed(step.events)))


def again(world: World, token: str) -> None:
    """The gateway delivers again what was not acknowledged."""
    world.deliver(world.hint(token))


def the_schedule(world: World, token: str) -> None:
    """Nobody delivers again: the schedule's own looks must do."""
    world.desk.gateway.unheard = [world.hint(token)]
    world.desk.clock.instant += 16 * instants.MINUTE
    look_at_purchases(world.desk.sales, world.desk.purchases)
    look_at_events(world.desk.sales)


WAYS: list[tuple[object, object]] = list(product((told_at_once, told_backwards), (again, the_schedule)))
# Of a story's calls each way takes every 32nd one, together they take every eighth; other stories take the others. The soak takes all.
TURNS = [pytest.param(8 * len(WAYS), id="in turns"), pytest.param(1, id="all", marks=pytest.mark.soak)]


@pytest.mark.parametrize("stride", TURNS)
@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize(("told", "finish"), WAYS)
def test_d_05_d_14_a_crash_at_any_call_of_any_story_ends_in_the_same_account(
    told: Callable[[tuple[Step, ...]], tuple[Token, ...]],
    finish: Callable[[World, str], None],
    moment: str,
    stride: int,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """D5, D14: the process dies ahead of, or right after, every single call to a store or the gateway."""
    points = 0
    crashed: set[str] = set()
    for turn, (story, (steps, end)) in enumerate((STORIES | LONG).items(), 2 * WAYS.index((told, finish))):
        burned = 800 if len(steps) > 2 and steps[0] is COMPLETE else 0
        order = told(steps[1:] if burned else steps)
        for number in range(1 + turn % stride, MAX_CALLS, stride):
            countdown = Countdown(number, moment)
            world = begin(burned, countdown)
            for token in order:
                if isinstance(token, Step):
                    token.act(world)
                    continue
                try:
                    world.deliver(world.hint(token))
                except Crash:
                    finish(world, token)
            world.settle_down()
            assert_ends(world, end, (story, number, countdown.crashed_in, moment))
            if not countdown.crashed_in:
                break
            crashed.add(countdown.crashed_in)
            points += 1
        else:
            pytest.fail("the story did not end")
    met = {"purchases.save", "gateway.money_back", "books.ask", "books.swap", "books.put_entry"} & crashed
    assert len(met) >= (5 if stride == 1 else 3), met
    assert points > 1_000 // stride // 2
    with capsys.disabled():
        print(f"\n  {told.__name__}, {finish.__name__}, {moment}: {points} fault points", end="")
