"""The schedule's audit: every account once a day, whatever the others hold or raise (D37, S4, B3)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from lotbook.domain.audit.marks import UNFINISHED_RINGS_AFTER
from lotbook.domain.credits.book import Book
from lotbook.domain.values.errors import Unavailable
from lotbook.domain.values.instants import DAY
from lotbook.ports.shop import DueItem
from lotbook.usecases.audit import audit_accounts as audit_accounts_module
from lotbook.usecases.audit.audit_account import Auditing
from lotbook.usecases.audit.audit_accounts import MIN_TIME_LEFT, AuditRun, audit_accounts
from lotbook.usecases.audit.units import UnitsOfAllVersions
from lotbook.usecases.sweeping import Bounds
from tests.audit import FakeAudits, auditing
from tests.fakes.accounts import FakeAccounts, FakePolicies, a_policy, an_account
from tests.fakes.sweeps import FakeDue, FakeMemory
from tests.usecases.audit.test_audit import BURN, A, U, World


def schedule(world: World, ports: Auditing, *accounts: str, time_left: Callable[[], int] = lambda: 900_000) -> AuditRun:
    """One run of the schedule over these accounts."""
    assert isinstance(ports.audits, FakeAudits)
    postponed = ports.audits.postponed
    due = FakeDue(lambda _kind: [DueItem(each, "", postponed.get(each, 0)) for each in accounts])
    memory = FakeMemory()
    return audit_accounts(due=due, auditing=ports, units_of=lambda _: (U,), memory=memory, time_left=time_left)


def test_d37_the_schedule_looks_at_each_account_once_a_day_and_rings_after_all_were_done(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """D37: one corrupted account does not keep the others from being looked at; the alarm names it."""
    world = World()
    world.change(BURN("k1"), credits=-1)
    world.books.books["other", U] = Book()
    ports = auditing(world.books, world.purchase, clock=world.clock)
    run = schedule(world, ports, A, "other")
    assert [str(failure) for failure in run.sweep.failures] == [f"ledger {U} of account {A}"]
    assert ports.audits.postponed == {A: world.clock.instant + DAY, "other": world.clock.instant + DAY}  # type: ignore[attr-defined]
    assert "entry_credits" in caplog.text
    assert schedule(world, ports, A, "other", time_left=lambda: 0).accounts == 0


@pytest.mark.parametrize("raised", [TypeError("bytes and str"), KeyError("kind"), RecursionError(), Unavailable()])
def test_s4_an_account_that_cannot_be_read_is_named_and_the_others_are_audited(
    raised: Exception, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S4, D37: the run ended there, the log named no account, and the accounts behind it waited for a day."""
    world = World()
    world.books.books["other", U] = Book()
    ports = auditing(world.books, world.purchase, clock=world.clock)
    get = world.books.get

    def broken(account_id: str, unit: str) -> Book | None:
        if account_id == "first":
            raise raised
        return get(account_id, unit)

    monkeypatch.setattr(world.books, "get", broken)
    run = schedule(world, ports, "first", A, "other")
    assert (run.accounts, run.sweep.more) == (2, False)
    assert [(failure.account_id, failure.error) for failure in run.sweep.failures] == [("first", raised)]
    assert '"account_id":"first"' in caplog.text
    assert ports.audits.postponed["first"] == world.clock.instant + DAY  # type: ignore[attr-defined]


def test_d37_an_account_that_is_not_finished_is_named_and_due_again_at_once_behind_the_others(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Decision 31 said that it is said; the schedule took no notice of it. It rings after a day."""
    world = World()
    ports = auditing(world.books, world.purchase, clock=world.clock)
    postponed = ports.audits.postponed  # type: ignore[attr-defined]
    run = schedule(world, ports, A, time_left=lambda: 0 if A in postponed else 900_000)
    assert (run.unfinished, run.more) == ((A,), True)
    assert postponed == {A: world.clock.instant}
    assert "audit_unfinished" not in caplog.text
    world.clock.instant += UNFINISHED_RINGS_AFTER
    schedule(world, ports, A, time_left=iter([900_000, *[0] * 99]).__next__)
    assert "audit_unfinished" in caplog.text
    done = schedule(world, ports, A)
    assert (done.unfinished, done.more, postponed) == ((), False, {A: world.clock.instant + DAY})


def test_b3_x_33_the_audit_tells_in_which_units_an_account_got_credits() -> None:
    """B3: so that no later version drops one, also where the stream has lost the grant. An empty book is no use."""
    world = World()
    world.books.books["other", U] = Book()
    noted: dict[str, tuple[str, ...]] = {}
    ports = replace(
        auditing(world.books, world.purchase, clock=world.clock),
        note_uses=lambda account_id, units: noted.update({account_id: tuple(units)}),
    )
    schedule(world, ports, A, "other")
    assert noted == {A: (U,), "other": ()}


def test_b3_an_accounts_units_are_those_of_every_version_of_its_policy() -> None:
    """B3: books of a unit that the newest version does not know were judged without their lots, every day, for nothing."""
    accounts, policies = FakeAccounts(an_account(account_id=A)), FakePolicies(a_policy(units=("credits", "mb")))
    units_of = UnitsOfAllVersions(accounts, policies)
    assert units_of(A) == ("credits", "mb")
    policies.put(a_policy(units=("credits", "gb")))
    assert units_of(A) == ("credits", "gb", "mb")
    assert UnitsOfAllVersions(accounts, policies)(A) == ("credits", "gb", "mb")
    assert units_of("nobody") == ()


def test_d37_a_run_without_time_leaves_the_rest_to_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bounded and resumable: what is not looked at is still due."""
    monkeypatch.setattr(audit_accounts_module, "BOUNDS", Bounds(9, batch=1, workers=1, time_left=MIN_TIME_LEFT))
    world = World()
    ports = auditing(world.books, world.purchase, clock=world.clock)
    world.books.books["other", U] = Book()
    marks = ports.audits.marks  # type: ignore[attr-defined]
    first = schedule(world, ports, "other", A, time_left=lambda: 0 if ("other", "account") in marks else 900_000)
    assert (first.accounts, first.more) == (1, True)
    second = schedule(world, ports, "other", A)
    assert (second.accounts, second.more) == (1, False)
