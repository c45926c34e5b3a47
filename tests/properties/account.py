"""One account in the product's use cases and in the simple model, step by step, with crashes after any call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
)

from lotbook.adapters.dry import DryBooks
from lotbook.domain.credits.checked import Checked
from lotbook.domain.credits.hold_ids import hold_id_of
from lotbook.domain.credits.ledger import burn_name
from lotbook.domain.credits.lots import Lot
from lotbook.domain.credits.orders import ClawBack, Freeze
from lotbook.domain.credits.requests import BatchItem, Burned, BurnRequest, Held, HoldRequest, ResolveHold
from lotbook.domain.values.errors import Outcome
from lotbook.ports.books import BookStore
from lotbook.usecases.credits.balance import read_balance
from lotbook.usecases.credits.check import NAME, check
from lotbook.usecases.credits.consume import consume
from lotbook.usecases.credits.consume_batch import consume_batch
from lotbook.usecases.credits.expiry import bring_up_to_date
from lotbook.usecases.credits.hold import hold
from lotbook.usecases.credits.lots import claw_back, decide_lot, freeze_lot, grant_lot
from lotbook.usecases.credits.pause_books import pause_account
from lotbook.usecases.credits.prunes import Prunes
from lotbook.usecases.credits.resolve_hold import resolve_hold
from lotbook.usecases.credits.statement import list_entries
from tests.audit import assert_explained
from tests.fakes.books import FakeBooks
from tests.fakes.credit_desk import credit_desk
from tests.properties.model import Model, Refusal

A, U = "acc", "credits"
START = 1_800_000_000_000
SECOND = 1_000
ROOM_FOR_RECEIPTS = 4
KEYS = st.integers(0, 24).map("k{}".format)
FEW = st.integers(1, 6)
LOTS = st.integers(0, 11)
NTH = st.integers(0, 3)
NO_CRASH = st.just(0)
CRASH = st.one_of(NO_CRASH, NO_CRASH, st.integers(1, 9))
done = {"steps": 0, "crashes": 0}


class Crash(BaseException):
    """The worker is gone."""


def _none(account_id: str) -> None:
    """Nothing renews here."""


class DryRun:
    """A dry run of books that have no periods and buy nothing."""

    available_before = None

    def __init__(self, books: FakeBooks, clock: Any) -> None:
        self.books = DryBooks(books, absent=(NAME,))
        self.desk = credit_desk(cast(BookStore, self.books), clock, _none, prunes=Prunes())

    def is_as_read(self) -> bool:
        return self.books.is_as_read()

    def lends(self, _lot_id: str) -> bool:
        return False


class Account(RuleBasedStateMachine):
    """One account, twice."""

    def __init__(self) -> None:
        super().__init__()
        self.now_at = START + 1
        self.books = FakeBooks(max_receipts=ROOM_FOR_RECEIPTS)
        self.model = Model(self.now_at)
        self.prunes = Prunes()
        self.pauses = self.left_to_crash = 0
        self.lots: dict[int, Lot] = {}
        self.books.before = self._count
        self.grant(0, 20, 1, None, 0, False, 0)

    def now(self) -> int:
        return self.now_at

    def _count(self, operation: str, about: str) -> None:
        if self.left_to_crash:
            self.left_to_crash -= 1
            if self.left_to_crash == 0:
                done["crashes"] += 1
                raise Crash

    def both(self, real: Callable[[], Any], model: Callable[[], Any], crash: int) -> tuple[Any, Any] | None:
        """Do it in both; a crashed worker's client sends it again to a fresh one. None: both refused alike."""
        done["steps"] += 1
        self.left_to_crash = crash
        answer: Any
        try:
            answer = self._outcome(real)
        except Crash:
            self.prunes = Prunes()
            if crash % 2:
                read_balance(A, U, desk=credit_desk(self.books, self, _none))  # somebody looks in between
            answer = self._outcome(real)
        self.left_to_crash = 0
        expected = self._expected(model)
        if not isinstance(expected, Refusal):
            assert not isinstance(answer, Outcome), answer
            return answer, expected
        assert isinstance(answer, Outcome), f"{answer} instead of {expected.code}"
        assert answer.code == expected.code
        assert expected.data.items() <= answer.data.items()
        return None

    def _expected(self, model: Callable[[], Any]) -> Any:
        try:
            return model()
        except Refusal as refusal:
            return refusal

    def _outcome(self, real: Callable[[], Any]) -> Any:
        try:
            return real()
        except Outcome as refusal:
            return refusal

    # --- burning -------------------------------------------------------------------------------------------------

    def _checked(self, credits: int) -> Checked:
        """What a check says, which writes nothing."""
        dry = DryRun(self.books, self)
        before = dict(self.books.books), dict(self.books.ledger), dict(self.books.notes), set(self.books.holds_due)
        checked = check(A, BurnRequest(credits), begin=lambda: dry)
        after = dict(self.books.books), dict(self.books.ledger), dict(self.books.notes), set(self.books.holds_due)
        assert after == before
        return checked

    @rule(credits=FEW, number=st.integers())
    def check_then_consume(self, credits: int, number: int) -> None:
        """A check says what the consume that follows does: allowed or why not, from which lots, and what is there."""
        key = f"fresh {len(self.model.used)} {number}"
        if key in self.model.used:
            return
        told = self._checked(credits)
        assert told.requested == credits
        desk = credit_desk(self.books, self, _none, prunes=self.prunes)
        done = self._outcome(lambda: consume(A, key, BurnRequest(credits), desk=desk))
        expected = self._expected(lambda: self.model.burn("consume", key, credits, 0))
        if isinstance(done, Outcome):
            assert isinstance(expected, Refusal)
            assert (told.reason, told.draws) == (done.code, ())
            assert told.available == done.data.get("available", told.available)
            return
        assert not isinstance(expected, Refusal)
        assert (told.reason, told.available) == (None, done.available + credits)
        assert told.draws == tuple((draw.lot_id, draw.credits) for draw in done.draws)

    @rule(key=KEYS, credits=FEW, crash=CRASH)
    def consume(self, key: str, credits: int, crash: int) -> None:
        self._burn(
            lambda: consume(
                A, key, BurnRequest(credits), desk=credit_desk(self.books, self, _none, prunes=self.prunes)
            ),
            "consume",
            key,
            credits,
            0,
            crash,
        )

    @rule(key=KEYS, credits=FEW, seconds=st.sampled_from([5, 60]), crash=CRASH)
    def hold(self, key: str, credits: int, seconds: int, crash: int) -> None:
        request = HoldRequest(credits, ttl_seconds=seconds)
        self._burn(
            lambda: hold(A, key, request, desk=credit_desk(self.books, self, _none, prunes=self.prunes)),
            "hold",
            key,
            credits,
            seconds * SECOND,
            crash,
        )

    def _burn(self, real: Callable[[], Any], kind: str, key: str, credits: int, ttl: int, crash: int) -> None:
        answers = self.both(real, lambda: self.model.burn(kind, key, credits, ttl), crash)
        if answers is None:
            return
        answer, (draws, available) = answers
        assert isinstance(answer, Burned | Held)
        assert (answer.credits, answer.available) == (credits, available)
        if draws is not None:
            assert [(draw.lot_id, draw.credits) for draw in answer.draws] == draws

    @rule(items=st.lists(st.tuples(KEYS, FEW), min_size=1, max_size=5))
    def batch(self, items: list[tuple[str, int]]) -> None:
        """Each item by its own key, all or nothing by itself, in order.

        Of keys that are new: a late duplicate in one write with new items is given back after they have drawn, so these
        may draw from the next lot. That a crash and a retry do no harm is shown elsewhere.
        """
        items = [item for item in items if item[0] not in self.model.used]
        if self.model.paused or not items:
            return
        asked = [BatchItem(key, BurnRequest(credits)) for key, credits in items]
        answers = self.both(
            lambda: consume_batch(A, asked, desk=credit_desk(self.books, self, _none, prunes=self.prunes)),
            lambda: [self._expected(lambda item=item: self.model.burn("consume", *item)) for item in items],  # type: ignore[misc]
            0,
        )
        assert answers is not None
        for told, expected in zip(answers[0].results, answers[1], strict=True):
            assert told.code == (expected.code if isinstance(expected, Refusal) else None)
            if told.code is None:
                assert told.status == ("replayed" if expected[0] is None else "consumed")
        assert answers[0].available == self.model.available

    def _a_hold(self, number: int) -> str:
        """The youngest, the one before it, ...; none at all past the oldest."""
        keys = ["unknown", *self.model.holds]
        return keys[-1 - number % len(keys)]

    @rule(number=NTH, name=st.sampled_from(["x", "y"]), credits=st.integers(0, 6), crash=CRASH)
    def capture(self, number: int, name: str, credits: int, crash: int) -> None:
        """D19: from nothing to all of it, once."""
        key = self._a_hold(number)
        answers = self.both(
            lambda: resolve_hold(
                A, ResolveHold(hold_id_of(A, burn_name(key)), name, credits, "s"), desk=credit_desk(self.books, self)
            ),
            lambda: self.model.resolve(key, "capture", name, credits),
            crash,
        )
        assert answers is None or answers[0].captured == answers[1]

    @rule(number=NTH, name=st.sampled_from(["x", "y"]), crash=CRASH)
    def release(self, number: int, name: str, crash: int) -> None:
        key = self._a_hold(number)
        answers = self.both(
            lambda: resolve_hold(
                A, ResolveHold(hold_id_of(A, burn_name(key)), name, None, "s"), desk=credit_desk(self.books, self)
            ),
            lambda: self.model.resolve(key, "release", name, 0),
            crash,
        )
        assert answers is None or answers[0].captured == answers[1] == 0

    # --- lots ----------------------------------------------------------------------------------------------------

    @rule(
        number=LOTS,
        credits=st.integers(1, 9),
        rank=st.integers(0, 2),
        life=st.sampled_from([None, None, 0, 1, 10, 100]),
        wait=st.sampled_from([0, 0, 1, 5]),
        provisional=st.booleans(),
        crash=CRASH,
    )
    def grant(
        self, number: int, credits: int, rank: int, life: int | None, wait: int, provisional: bool, crash: int
    ) -> None:
        """D26: a lot may start, and die, at the very instant of everything else."""
        second = self.now_at // SECOND * SECOND
        expires_at = None if life is None else second + (wait + life) * SECOND
        made = Lot(
            f"lot_{number}",
            U,
            "plan",
            credits,
            rank,
            second + wait * SECOND,
            expires_at,
            second,
            provisional=provisional,
        )
        lot = self.lots.setdefault(number, made)  # granted again: the same lot
        self.both(lambda: grant_lot(A, lot, desk=credit_desk(self.books, self)), lambda: self.model.grant(lot), crash)

    @rule(number=LOTS, claim=st.sampled_from(["r1", "r2"]), credits=st.integers(1, 9), crash=CRASH)
    def claw(self, number: int, claim: str, credits: int, crash: int) -> None:
        lot_id = f"lot_{number}"
        if number not in self.lots:
            return
        answers = self.both(
            lambda: claw_back(
                A,
                U,
                ClawBack(lot_id, claim, credits),
                desk=credit_desk(self.books, self),
            ),
            lambda: self.model.claw_back(lot_id, claim, credits),
            crash,
        )
        assert answers is not None
        assert (answers[0].removed, answers[0].shortfall) == answers[1]

    @rule(number=LOTS, verdict=st.sampled_from(["confirmed", "void"]), crash=CRASH)
    def decide(self, number: int, verdict: Any, crash: int) -> None:
        if number not in self.lots or not self.lots[number].provisional:
            return
        answers = self.both(
            lambda: decide_lot(A, U, f"lot_{number}", verdict, desk=credit_desk(self.books, self)),
            lambda: self.model.decide(f"lot_{number}", verdict),
            crash,
        )
        assert answers is not None
        assert answers[0] == answers[1]

    @rule(number=LOTS, cause=st.sampled_from(["d1", "d2"]), thaw=st.booleans(), crash=CRASH)
    def freeze(self, number: int, cause: str, thaw: bool, crash: int) -> None:
        if number not in self.lots:
            return
        lot_id = f"lot_{number}"
        self.both(
            lambda: freeze_lot(
                A,
                U,
                Freeze(lot_id, cause, thaw=thaw),
                desk=credit_desk(self.books, self),
            ),
            lambda: self.model.freeze(lot_id, cause, thaw),
            crash,
        )

    # --- time and others -----------------------------------------------------------------------------------------

    @rule(step=st.sampled_from([1, 999, SECOND, SECOND, 5 * SECOND, 10 * SECOND, 60 * SECOND]))
    def time_passes(self, step: int) -> None:
        """D21, D22: nobody sweeps; whoever comes next finds lots dead at their instant."""
        self.now_at += step
        over = [held for held in self.model.holds.values() if held.state == "open" and held.due <= self.now_at]
        self.model.at(self.now_at)
        if over:  # a hold that is over gives back when somebody looks, so somebody looks
            self.balance()

    @rule(reason=st.sampled_from([None, None, "review"]))
    def pause(self, reason: str | None) -> None:
        self.pauses += 1
        pause_account(A, [U], reason, self.pauses, desk=credit_desk(self.books, self))
        self.model.paused = reason is not None

    @rule()
    def sweep(self) -> None:
        bring_up_to_date(A, U, desk=credit_desk(self.books, self))

    # --- looking -------------------------------------------------------------------------------------------------

    @rule()
    def balance(self) -> None:
        """D35: what is shown is what is there, at once."""
        found = read_balance(A, U, desk=credit_desk(self.books, self, _none))
        model = self.model
        assert (found.available, found.waiting, found.frozen, found.shortfall) == (
            model.available,
            model.waiting,
            model.frozen,
            model.debt,
        )
        assert found.held == sum(model.held.values())
        left = {lot.lot_id: (lot.remaining, lot.held) for lot in (*found.lots, *found.dead)}
        held = model.held
        expected = {name: (pile.left, held.get(name, 0)) for name, pile in model.piles.items()}
        assert left == {name: both for name, both in expected.items() if any(both)}

    @rule(size=st.integers(1, 7))
    def statement(self, size: int) -> None:
        """D33: the parts are the total, whatever the size of a page."""
        cursor, total = None, 0
        seen: set[str] = set()
        for _ in range(2_000):
            page = list_entries(A, U, size, cursor, desk=credit_desk(self.books, self, _none))
            assert not seen & {entry.id_in(A) for entry in page.entries}
            seen |= {entry.id_in(A) for entry in page.entries}
            total += sum(entry.credits for entry in page.entries)
            cursor = page.next_cursor
            if cursor is None:
                break
        model = self.model
        owned = model.available + model.waiting + model.frozen + sum(model.held.values()) - model.debt
        assert (cursor, total) == (None, owned)

    @invariant()
    @precondition(lambda self: done["steps"] % 3 == 0)
    def explained(self) -> None:
        """D37."""
        assert_explained(self.books)

    def teardown(self) -> None:
        self.balance()
        bring_up_to_date(A, U, desk=credit_desk(self.books, self))
        self.balance()
        assert_explained(self.books)
