"""Reconciliation: gateway, purchases and lots of a period against each other; what is safe is repaired, the rest rings.

Strays, money that no purchase explained, are looked at in every run until they are closed, however old they are.

Repairs are the use cases that webhook, recheck and schedule use too, so a repair and a late event are the same thing done
twice. Every difference is noted before it is repaired, and how it ended after that. A run does bounded work and says how
far it has come after every page; the next run of its name goes on there. What cannot be compared or repaired, whatever it
raises, is told at the end and keeps nobody from their turn (S4); the scheduled period holds it for two more days.
"""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, get_args

from lotbook.domain.reconciliation.differences import ComparedPeriod, a_period
from lotbook.domain.values.errors import Outcome, Unavailable
from lotbook.domain.values.instants import DAY, SECOND
from lotbook.domain.values.light_dataclasses import dataclass, field, replace
from lotbook.domain.values.newer_format import NewerFormat
from lotbook.ports.reconciliation import Noted, Phase, Progress
from lotbook.usecases.alarms import alarm
from lotbook.usecases.attempts import FailedWork, attempt
from lotbook.usecases.reconciliation.compare import CheckoutSubject, MovedBackSubject, PurchaseSubject, StraySubject
from lotbook.usecases.reconciliation.compare_invoices import of_invoices
from lotbook.usecases.reconciliation.repair import repair

if TYPE_CHECKING:
    from collections.abc import Callable

    from lotbook.domain.reconciliation.differences import Difference
    from lotbook.ports.reconciliation import Ending, GatewayLists, PurchaseLists, ReconciliationJournal
    from lotbook.usecases.reconciliation.compare import Subject
    from lotbook.usecases.sales.desk import SalesDesk

SCHEDULED = "scheduled"
# A page lives a day at most; what is paid late, refunded or disputed after that is found by the time of *its* creation.
LOOKS_BACK = 3 * DAY
MAX_PAGES_A_RUN = 2_000
LEAST_TIME_LEFT = 45_000  # milliseconds that one comparison with its repair may take when the gateway is slow
# Accounts of which nothing was answered, with none in between that was: it is the other side then, and the run ends there.
MAX_SILENT_IN_A_ROW = 10
MAX_SHOWN = 100  # differences in a run's answer; the journal holds them all
STRAYS_A_PAGE = 25
PHASES: tuple[Phase, ...] = get_args(Phase)


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """Ports of reconciliation."""

    sales: SalesDesk
    gateway: GatewayLists
    made: PurchaseLists
    journal: ReconciliationJournal


@dataclass(frozen=True, slots=True)
class EndedDifference:
    """A difference and how it ended."""

    difference: Difference
    outcome: Ending


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What a run did. `more`: it had to stop, and the next run of its name goes on. `failures`: what it could not do."""

    period: ComparedPeriod
    compared: dict[Phase, int]
    repaired: int
    open: int
    shown: tuple[EndedDifference, ...]
    more: bool
    failures: tuple[FailedWork, ...] = ()


@dataclass(slots=True)
class _Run:
    """One run under way. `seen`: the sessions, and the payments of invoices, that it, or those before it that had to stop, have
    compared: they need no second look."""

    desk: Reconciliation
    time_left: Callable[[], int]
    seen: set[str] = field(default_factory=set)
    compared: Counter[Phase] = field(default_factory=Counter)
    shown: list[EndedDifference] = field(default_factory=list)
    endings: Counter[Ending] = field(default_factory=Counter)
    failures: list[FailedWork] = field(default_factory=list)
    silent: set[str | None] = field(default_factory=set)

    def fail(self, what: str, subject: Subject, error: Exception) -> None:
        """Say that something could not be done, whatever it raised, and whose it is."""
        account_id, name = subject.about
        self.failures.append(FailedWork(what, account_id, name, error))
        alarm("work_failed", what=what, account_id=account_id, name=name, error=type(error).__name__)

    def note(self, difference: Difference, ending: Ending) -> bool:
        """Write it down; True where it is new today."""
        return self.desk.journal.note(Noted(self.desk.sales.clock.now(), difference, ending))

    def end(self, difference: Difference, ending: Ending) -> None:
        """How a difference ended. What stays open rings, once a day."""
        is_new = self.note(difference, ending)
        self.endings[ending] += 1
        if len(self.shown) < MAX_SHOWN:
            self.shown.append(EndedDifference(difference, ending))
        if ending == "open" and is_new:
            alarm(
                "reconciliation_difference",
                difference=difference.kind,
                severity=difference.rule.severity,
                account_id=difference.account_id,
                purchase_id=difference.purchase_id,
                reference=difference.reference,
                fields=",".join(difference.fields) or None,
            )

    def answer(self, period: ComparedPeriod, *, more: bool) -> Reconciled:
        """What the run did."""
        compared = {phase: self.compared[phase] for phase in PHASES}
        repaired, still_open = self.endings["repaired"], self.endings["open"]
        return Reconciled(period, compared, repaired, still_open, tuple(self.shown), more, tuple(self.failures))


def reconcile(
    period: ComparedPeriod | None,
    *,
    desk: Reconciliation,
    time_left: Callable[[], int],
    max_pages: int = MAX_PAGES_A_RUN,
) -> Reconciled:
    """Compare a period, or without one the last days up to now. Where a run of the same name had to stop, it goes on there.

    `time_left`: milliseconds until the function is stopped. Raises Unavailable when the gateway or the store answers
    nobody. A repair that is refused or fails leaves its difference open, and keeps no other from its own.
    """
    name = SCHEDULED if period is None else f"{period.start}-{period.end}"
    now = desk.sales.clock.now()
    left = desk.journal.progress(name)
    progress = left or Progress(period or _last_days(now), PHASES[0], None)
    run = _Run(desk, time_left, desk.journal.seen(name, progress.period) if left else set())
    for _ in range(max_pages):
        before = frozenset(run.seen)
        following = _compare_page(progress, run)
        if following is progress:
            break
        if following is None:
            desk.journal.clear_progress(name)
            return run.answer(progress.period, more=False)
        if run.seen - before:  # before the progress says that the page is done
            desk.journal.keep_seen(name, progress, run.seen - before, now)
        progress = following
        desk.journal.save_progress(name, progress)
    return run.answer(progress.period, more=True)


def _last_days(now: int) -> ComparedPeriod:
    """Up to and with the present second: the gateway's times are whole seconds."""
    return a_period(now - LOOKS_BACK, now + SECOND)


def _compare_page(progress: Progress, run: _Run) -> Progress | None:
    """Where the next page begins; None after the last one; the same `progress` where the time did not suffice."""
    if run.time_left() < LEAST_TIME_LEFT:
        return progress
    subjects, following = _page(progress, run)
    for subject in subjects:
        if run.time_left() < LEAST_TIME_LEFT:
            return progress
        run.compared[progress.phase] += _is_treated(subject, run)
    return following


def _page(progress: Progress, run: _Run) -> tuple[list[Subject], Progress | None]:
    """The next page of the phase, and where the one after it begins; None after the last phase's last page."""
    desk, sales = run.desk, run.desk.sales
    subjects: list[Subject]
    match progress.phase:
        case "checkouts":
            sessions = desk.gateway.checkouts(progress.period, progress.after)
            run.seen.update(facts.session for facts in sessions.rows)
            subjects, after = [CheckoutSubject(facts, sales) for facts in sessions.rows], sessions.after
        case "plan_invoices" | "auto_invoices" | "subscriptions":
            subjects, after = of_invoices(progress, desk.gateway, sales, run.seen)
        case "refunds" | "disputes":
            ask = desk.gateway.refunds if progress.phase == "refunds" else desk.gateway.disputes
            moved = ask(progress.period, progress.after)
            subjects, after = [MovedBackSubject(each, sales) for each in moved.rows], moved.after
        case "purchases":
            names = desk.made.made(progress.period, progress.after)
            subjects, after = [PurchaseSubject(each, run.seen, desk.gateway, sales) for each in names.rows], names.after
        case "strays":
            subjects, after = _strays(progress, run)
    if after is not None:
        return subjects, replace(progress, after=after)
    following = PHASES.index(progress.phase) + 1
    return subjects, None if following == len(PHASES) else Progress(progress.period, PHASES[following], None)


def _strays(progress: Progress, run: _Run) -> tuple[list[Subject], str | None]:
    """The open ones that were there when the period ended."""
    sales = run.desk.sales
    page = sales.strays.strays(STRAYS_A_PAGE, progress.after)
    wanted = [case for case in page if case.is_open and case.stray.first_seen_at < progress.period.end]
    subjects: list[Subject] = [StraySubject(case, run.seen, sales) for case in wanted]
    return subjects, page[-1].stray.name if len(page) == STRAYS_A_PAGE else None


def _is_treated(subject: Subject, run: _Run) -> bool:
    """Compare and repair, and hear of whatever is raised. Raises Unavailable where nobody is answered any more."""
    tried = attempt(partial(_treat, subject, run))
    if tried.error is None:
        run.silent.clear()
        return True
    run.fail("comparison", subject, tried.error)
    if isinstance(tried.error, Unavailable) and not isinstance(tried.error, NewerFormat):  # that one is not silence
        run.silent.add(subject.about[0])
        if len(run.silent) >= MAX_SILENT_IN_A_ROW:
            raise tried.error
    return False


def _treat(subject: Subject, run: _Run) -> None:
    """Compare, note, repair, compare again: what is left then is open, whatever the repair said."""
    found = subject.differences(again=False)
    for difference in found:
        run.note(difference, "found")
    left = found
    if any(difference.rule.repair for difference in found):
        _repair(subject, found, run)
        looked = attempt(partial(subject.differences, again=True))
        if looked.error is None:
            left = looked.answer or []
        else:  # nobody knows what the repair has done: it stays open
            run.fail("second look", subject, looked.error)
    for difference in [*found, *(each for each in left if each not in found)]:
        run.end(difference, "open" if difference in left else "repaired")


def _repair(subject: Subject, found: list[Difference], run: _Run) -> None:
    for difference in found:
        tried = attempt(partial(repair, difference, desk=run.desk.sales))
        if isinstance(tried.error, Outcome):  # a named refusal of one repair: it stays open, and the others get theirs
            code = tried.error.code
            alarm("repair_refused", difference=difference.kind, purchase_id=difference.purchase_id, reason=code)
        elif tried.error is not None:
            run.fail(f"repair of {difference.kind}", subject, tried.error)
